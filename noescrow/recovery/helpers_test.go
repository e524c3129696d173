package recovery

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"testing"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quick is a cost for tests.
var quick = Cost{8, 1}

var (
	account  = []byte("ana")
	pin      = []byte("7203")
	treasure = []byte("the key of the history")
)

// A world is a vault and its servers.
type world struct {
	*Vault
	stores []*Memory
}

func newWorld(k, n, guesses int) *world {
	w := &world{Vault: &Vault{Threshold: k, Guesses: guesses, Account: account, Cost: quick}}
	for range n {
		m := new(Memory)
		w.stores = append(w.stores, m)
		w.Servers = append(w.Servers, login(m))
	}
	return w
}

// login is a server as an account's owner reaches it.
func login(s Storage) func([]byte) ([]byte, error) {
	server := NewServer(s)
	return func(request []byte) ([]byte, error) { return server.Handle(account, request) }
}

// used are the guesses that a server has counted, or -1 if its record is erased.
func (w *world) used(t testing.TB, i int) int {
	t.Helper()
	r, ok := parseRecord(w.stores[i].records[string(account)])
	if !ok {
		t.Fatal("the record of a server is damaged")
	}
	if r.erased {
		return -1
	}
	return int(r.used)
}

// spoilt yields data with each bit changed, cut short, and with bytes behind it.
func spoilt(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for bit := range 8 * len(data) {
			bad := bytes.Clone(data)
			bad[bit/8] ^= 1 << (bit % 8)
			if !yield(fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), bad) {
				return
			}
		}
		for n := range data {
			if !yield(fmt.Sprintf("%d bytes of it", n), bytes.Clone(data[:n])) {
				return
			}
		}
		for _, n := range []int{1, 32} {
			if !yield(fmt.Sprintf("%d bytes behind it", n), slices.Concat(data, make([]byte, n))) {
				return
			}
		}
	}
}
