package franking

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"doormat/noescrow"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

var context = Context{From: noescrow.Identity{1}, To: noescrow.Identity{2}, At: monday}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sealed is a message with an attachment, as its recipient has it.
func sealed(t testing.TB, text string) (plaintext []byte, c Commitment) {
	t.Helper()
	a, _ := SealAttachment([]byte("a picture"))
	plaintext, c, err := Seal(Message{Text: []byte(text), Attachments: []Attachment{a}})
	check(t, err)
	return plaintext, c
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
		for _, n := range []int{1, 32, 32 + len(data)} {
			if !yield(fmt.Sprintf("%d bytes behind it", n), slices.Concat(data, make([]byte, n))) {
				return
			}
		}
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
