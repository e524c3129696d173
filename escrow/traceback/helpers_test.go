package traceback

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"doormat/noescrow"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const rumour = "the mill will close"

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person is a number as an identity.
func person(n int) noescrow.Identity { return noescrow.Identity{byte(n), byte(n >> 8)} }

func people(all ...int) (ids []noescrow.Identity) {
	for _, n := range all {
		ids = append(ids, person(n))
	}
	return ids
}

// path sends a text from one to the next, and returns the pointer of the last.
func path(t testing.TB, p *PathPlatform, text string, chain ...int) (came Pointer) {
	t.Helper()
	for i := range chain[1:] {
		plaintext, sent, err := SealPath([]byte(text), came)
		check(t, err)
		delivered, err := p.Pass(sent, person(chain[i]), person(chain[i+1]))
		check(t, err)
		if len(sent) != PathSent || len(delivered) != PathDelivered || len(plaintext) != plaintextHead+len(text) {
			t.Fatalf("%d bytes to the provider, %d to the recipient, %d inside", len(sent), len(delivered), len(plaintext))
		}
		var got []byte
		got, came, err = OpenPath(plaintext, delivered)
		if err != nil || string(got) != text {
			t.Fatalf("%q arrives: %v", got, err)
		}
	}
	return came
}

// pass sends a text with a thread, and returns the recipient's thread.
func pass(t testing.TB, p *TreePlatform, text string, thread *Thread, from, to int) *Thread {
	t.Helper()
	plaintext, sent, err := thread.Seal([]byte(text))
	check(t, err)
	delivered, err := p.Pass(sent, person(from), person(to))
	check(t, err)
	if len(sent) != TreeSent || len(delivered) != TreeDelivered || len(plaintext) != plaintextHead+len(text) {
		t.Fatalf("%d bytes to the provider, %d to the recipient, %d inside", len(sent), len(delivered), len(plaintext))
	}
	got, next, err := OpenTree(plaintext, delivered)
	if err != nil || string(got) != text {
		t.Fatalf("%q arrives: %v", got, err)
	}
	return next
}

// shape prints a tree: 0(1(3 4) 2).
func shape(n *Node) string {
	if n == nil {
		return "none"
	}
	s := fmt.Sprint(int(n.Person[0]) | int(n.Person[1])<<8)
	for i, c := range n.Children {
		s += map[bool]string{true: "(", false: " "}[i == 0] + shape(c)
	}
	if len(n.Children) > 0 {
		s += ")"
	}
	return s
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
		for _, n := range []int{1, 32, len(data)} {
			if !yield(fmt.Sprintf("%d bytes behind it", n), slices.Concat(data, make([]byte, n))) {
				return
			}
		}
	}
}
