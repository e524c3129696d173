package messenger

import (
	"context"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/internal/padme"
)

// A wiretap has every envelope, and so has the relay. A wiretap steals nothing, so there is little to try,
// and what there is must be tried honestly: a system that sends its texts in clear, or under a key that
// is known to all, would be read here. A zero in this row says that it is not so crude. It does not say
// that it cannot be broken. Who steals the relay's database tries the same, and then each of its records
// as a text and as every kind of key ([attacks.TryAll]): a relay that keeps what it should not is read.

// recoverInClear tries what can be tried with nothing stolen: that a message is padded text in clear,
// or under a key of zeros. Each counts as an attempt. It needs the transcript alone. That it can succeed
// is tested on envelopes that are made so.
func recoverInClear(ctx context.Context, w *Wire, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		p, ok := w.split(r.Bytes)
		if !ok {
			return
		}
		for _, s := range p.sealed() {
			for _, padded := range [][]byte{s.Ciphertext, s.UnderZeroKey()} {
				text, err := padme.Unpad(padded)
				ok := err == nil
				if w.carried && ok {
					text, ok = w.text(p, text)
				}
				tried(text, ok && utf8.Valid(text))
			}
		}
	})
}
