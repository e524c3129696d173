package workfactor

import (
	"encoding/binary"
	"errors"
	"testing"
)

// The receiver's key is the one that a search of its range finds, and no other range has it.
func TestRange(t *testing.T) {
	alice, err := NewDevice(PublishedKey(), 8)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := alice.Seal(alice.Identity(), []byte("Thursday"))
	if err != nil {
		t.Fatal(err)
	}
	k, err := alice.BulkKey(envelope)
	if err != nil {
		t.Fatal(err)
	}
	n := binary.BigEndian.Uint64(k.Bytes())
	found, w, err := RecoverKey(t.Context(), envelope, Options{First: n &^ 0xff, Limit: n | 0xff + 1})
	if err != nil || found != k || w.Place != n+1 {
		t.Errorf("%x became %x, %+v, %v", k.Bytes(), found.Bytes(), w, err)
	}
	if _, w, err = RecoverKey(t.Context(), envelope, Options{First: n + 1, Limit: n + 9}); !errors.Is(err, ErrNoKey) || w.Tried > 8 {
		t.Errorf("beside it: %+v, %v", w, err)
	}
	if _, _, err = RecoverKey(t.Context(), envelope, Options{First: 9, Limit: 8}); err == nil || errors.Is(err, ErrNoKey) {
		t.Errorf("a range that ends before it begins: %v", err)
	}
	if _, err := alice.BulkKey(envelope[1:]); err == nil {
		t.Error("a cut envelope has a key")
	}
}
