package skipjack

import (
	"bytes"
	"crypto/cipher"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var _ cipher.Block = (*Cipher)(nil)

func TestFIsAPermutation(t *testing.T) {
	var seen [256]bool
	for _, x := range f {
		seen[x] = true
	}
	if slices.Contains(seen[:], false) {
		t.Error("a value is missing")
	}
}

// Random keys and blocks: the specification, step by step, and the cipher agree.
func TestAgainstTheSpecification(t *testing.T) {
	runs := 10_000
	if testing.Short() {
		runs = 500
	}
	r := rand.NewChaCha8([32]byte{1})
	for range runs {
		var key [KeySize]byte
		block, got := make([]byte, BlockSize), make([]byte, BlockSize)
		r.Read(key[:])
		r.Read(block)
		c, want := New(key), referenceEncrypt(key, block)
		if c.Encrypt(got, block); !bytes.Equal(got, want) {
			t.Fatalf("key %x encrypts %x to %x, want %x", key, block, got, want)
		}
		if c.Decrypt(got, want); !bytes.Equal(got, block) {
			t.Fatalf("key %x decrypts %x to %x, want %x", key, want, got, block)
		}
	}
}

// Each lane does its own block, and every number of blocks is done.
func TestBlocks(t *testing.T) {
	r := rand.NewChaCha8([32]byte{2})
	var key [KeySize]byte
	r.Read(key[:])
	c := New(key)
	for n := range 14 {
		src := make([]byte, n*BlockSize)
		r.Read(src)
		var want []byte
		for block := range slices.Chunk(src, BlockSize) {
			want = append(want, referenceEncrypt(key, block)...)
		}
		got := append(bytes.Clone(src), 0xee)
		if c.EncryptBlocks(got, src); !bytes.Equal(got, append(bytes.Clone(want), 0xee)) {
			t.Errorf("%d blocks encrypt to %x, want %x", n, got, want)
		}
		if c.DecryptBlocks(got, want); !bytes.Equal(got, append(bytes.Clone(src), 0xee)) {
			t.Errorf("%d blocks decrypt to %x, want %x", n, got, src)
		}
	}
}

func TestOverlap(t *testing.T) {
	c := New([KeySize]byte(unhex(t, specKey)))
	for at := range 12 {
		b := make([]byte, 20)
		copy(b[6:], unhex(t, specPlaintext))
		if c.Encrypt(b[at:], b[6:]); !bytes.Equal(b[at:at+BlockSize], unhex(t, specCiphertext)) {
			t.Errorf("encrypted from 6 to %d: %x", at, b)
		}
	}
}

func TestPanics(t *testing.T) {
	c := New([KeySize]byte{})
	long := make([]byte, 64)
	for name, misuse := range map[string]func(){
		"short source":      func() { c.Encrypt(long, long[:7]) },
		"short destination": func() { c.Encrypt(long[:7:7], long) },
		"part of a block":   func() { c.EncryptBlocks(long, long[:12]) },
		"too few":           func() { c.DecryptBlocks(long[:8:8], long[:16]) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			misuse()
		}()
	}
}

func TestKeyIsNotPrinted(t *testing.T) {
	c := New([KeySize]byte{})
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d"} {
		for _, x := range []any{c, *c} {
			if got := fmt.Sprintf(verb, x); got != "skipjack.Cipher(hidden)" {
				t.Errorf("%s prints %.60s", verb, got)
			}
		}
	}
	if got := fmt.Sprintf("%v", struct{ C *Cipher }{c}); strings.Contains(got, "163") {
		t.Errorf("%.60s", got)
	}
}

// Whatever key and blocks are: the lanes, the single block and the specification agree, and
// decryption undoes it.
func FuzzBlocks(f *testing.F) {
	f.Add(unhex(f, specKey), unhex(f, specPlaintext+specCiphertext))
	f.Add(make([]byte, KeySize), make([]byte, 5*BlockSize))
	f.Fuzz(func(t *testing.T, k, src []byte) {
		if len(k) < KeySize {
			return
		}
		key := [KeySize]byte(k)
		src = src[:len(src)/BlockSize*BlockSize]
		c := New(key)
		got := make([]byte, len(src))
		c.EncryptBlocks(got, src)
		for i := 0; i < len(src); i += BlockSize {
			one := make([]byte, BlockSize)
			c.Encrypt(one, src[i:])
			if want := referenceEncrypt(key, src[i:]); !bytes.Equal(one, want) || !bytes.Equal(got[i:i+BlockSize], want) {
				t.Fatalf("key %x, %x: one %x, lane %x, want %x", key, src[i:i+BlockSize], one, got[i:i+BlockSize], want)
			}
			c.Decrypt(one, one)
			if !bytes.Equal(one, src[i:i+BlockSize]) {
				t.Fatalf("key %x: %x comes back as %x", key, src[i:i+BlockSize], one)
			}
		}
		if c.DecryptBlocks(got, got); !bytes.Equal(got, src) {
			t.Errorf("key %x: %x comes back as %x", key, src, got)
		}
	})
}
