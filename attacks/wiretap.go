package attacks

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20"

	"doormat/internal/padme"
)

// A wiretap has every envelope, and so has the relay. Nothing is stolen from anybody, so there is
// little to try, and what there is must be tried honestly: a system that sends its texts in clear,
// or under a key that everybody knows, would be read here. A zero in this row says that it
// is not so crude. It does not say that it cannot be broken.

var errNothingRecorded = errors.New("attacks: nothing between the two was recorded")

// recoverInClear is what can be tried with nothing stolen: is the message there in clear, or
// under a key of zeros?
func recoverInClear(ctx context.Context, w *wire, t *Transcript, found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		p, ok := w.split(e.Bytes)
		if !ok {
			return
		}
		for _, s := range p.sealed() {
			operations.Add(2)
			for _, padded := range [][]byte{s.ciphertext, s.underZeroKey()} {
				text, err := padme.Unpad(padded)
				if err == nil && utf8.Valid(text) {
					found(e.Index, text)
				}
			}
		}
	})
	return operations.Load(), err
}

// sealed is an encrypted message, without its tag.
type sealed struct{ nonce, ciphertext []byte }

func (s sealed) underZeroKey() []byte {
	c, err := chacha20.NewUnauthenticatedCipher(make([]byte, chacha20.KeySize), s.nonce)
	if err != nil {
		return nil
	}
	c.SetCounter(1) // block 0 makes the tag's key (RFC 8439, Section 2.8)
	out := make([]byte, len(s.ciphertext))
	c.XORKeyStream(out, s.ciphertext)
	return out
}

// forgeByReplay is what can be tried without a key: the last envelope between the two once more,
// as it was.
func forgeByReplay(w *wire, t *Transcript, f Forgery) ([]byte, error) {
	var last []byte
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if p, ok := w.split(e.Bytes); ok && bytes.Equal(p.from[:], f.From) && bytes.Equal(p.to[:], f.To) {
			last = append(last[:0], e.Bytes...)
		}
	}
	if last == nil {
		return nil, errNothingRecorded
	}
	return last, nil
}
