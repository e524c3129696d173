package scanning

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"doormat/noescrow"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// picture is a file whose hash is that of its bytes.
func picture(i int) []byte { return fmt.Appendf(nil, "picture %d", i) }

func hash(picture []byte) (Hash, bool) { return sha256.Sum256(picture), true }

func hashN(i int) Hash { h, _ := hash(picture(i)); return h }

// hashes returns the hashes of n pictures.
func hashes(n int) (all []Hash) {
	for i := range n {
		all = append(all, hashN(i))
	}
	return all
}

func build(t testing.TB, list []Hash) *Build {
	t.Helper()
	b, err := NewBuild(list, 4*len(list))
	check(t, err)
	if len(b.Lost) > 0 {
		t.Fatalf("%d entries of %d have no cell", len(b.Lost), len(list))
	}
	return b
}

// vouchers returns the vouchers of an account for pictures, with the number of each as its associated data.
func vouchers(t testing.TB, a *Account, pictures ...int) (all [][]byte) {
	t.Helper()
	for _, i := range pictures {
		v, err := a.Voucher(hashN(i), fmt.Appendf(nil, "copy of %d", i))
		check(t, err)
		all = append(all, v)
	}
	return all
}

func newAccount(t testing.TB, b *Build, d Dial) *Account {
	t.Helper()
	a, err := NewAccount(b.Table, d)
	check(t, err)
	return a
}

// recovered matches the vouchers of one account.
func recovered(t testing.TB, m *Matcher, d Dial, vouchers [][]byte) *Matches {
	t.Helper()
	got, err := m.Recover(vouchers, d)
	check(t, err)
	return got
}

// upTo returns 0, 1, …, n-1 plus from.
func upTo(from, n int) (all []int) {
	for i := range n {
		all = append(all, from+i)
	}
	return all
}

// pair of devices with a session.
func devices(t testing.TB, s Scanner) (ana, ben *Device) {
	t.Helper()
	ana, ben = &Device{noescrow.NewDevice(), s}, &Device{noescrow.NewDevice(), nil}
	publication, err := ben.Publish(1)
	check(t, err)
	shelf, err := noescrow.NewShelf(publication)
	check(t, err)
	check(t, ana.Start(ben.Identity(), shelf.Bundle()))
	return ana, ben
}
