package weakcipher

import (
	"errors"
	"testing"
)

// A search of a range finds what is in the range, and nothing beside it.
func TestRange(t *testing.T) {
	const bits = 16
	plaintext := []byte("MIME-Version: 1.")
	key := DES40Key{b: number40(0xa123)}
	ciphertext := append([]byte(nil), plaintext...)
	if err := key.EncryptBlocks(ciphertext); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		first, limit, tried uint64
		found               bool
	}{
		{0, 0, 0, true},
		{0xa123, 0xa124, 1, true},
		{0xa000, 0xb000, 0, true},
		{0xa124, 0, 1<<bits - 0xa124, false},
		{0x9000, 0xa123, 0x1123, false},
		{0x9000, 0x9000, 0, false},
	} {
		found, w, err := RecoverDES40(t.Context(), plaintext, ciphertext, Options{Bits: bits, First: c.first, Limit: c.limit})
		if c.found && (err != nil || found != key || w.Place != 0xa124) || !c.found && !errors.Is(err, ErrNoKey) || c.tried > 0 && w.Tried != c.tried {
			t.Errorf("%#x to %#x: %x, %+v, %v", c.first, c.limit, found.Bytes(), w, err)
		}
	}
	for _, o := range []Options{{Bits: bits, First: 1<<bits + 1}, {Bits: bits, First: 2, Limit: 1}} {
		if _, _, err := RecoverDES40(t.Context(), plaintext, ciphertext, o); err == nil || errors.Is(err, ErrNoKey) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// A register that is drawn from a range is found in it.
func TestDrawTEA1Register(t *testing.T) {
	frame := TEA1Frame(7, true)
	const first, limit = 3 << 10, 5 << 10
	for range 8 {
		r, err := DrawTEA1Register(first, limit)
		if err != nil {
			t.Fatal(err)
		}
		keystream := make([]byte, 16)
		r.XOR(frame, keystream)
		found, w, err := RecoverTEA1(t.Context(), frame, keystream, Options{First: first, Limit: limit})
		if err != nil || found != r || w.Place <= first || w.Place > limit {
			t.Errorf("%x became %x, %+v, %v", r.Bytes(), found.Bytes(), w, err)
		}
	}
	for _, c := range [][2]uint64{{0, 0}, {0, 1023}, {5 << 10, 4 << 10}, {1 << 33, 1<<64 - 1}} {
		if _, err := DrawTEA1Register(c[0], c[1]); err == nil {
			t.Errorf("%d to %d: no error", c[0], c[1])
		}
	}
}
