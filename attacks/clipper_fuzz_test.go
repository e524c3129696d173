package attacks

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"doormat/escrow/clipper"
)

// Whatever an envelope is: it has one form, and no thief panics or claims it for another message.
func FuzzParseClipper(f *testing.F) {
	r := seeds(f, NewClipper())
	for record := range r.Transcript.Tape.All() {
		f.Add(bytes.Clone(record[8:]))
	}
	f.Add([]byte{clipperVersion})
	thief := NewClipper()
	f.Fuzz(func(t *testing.T, envelope []byte) {
		e, ok := parseClipper(envelope)
		if again, err := e.bytes(); ok && (err != nil || !bytes.Equal(again, envelope)) {
			t.Errorf("%x is read and written as %x, %v", envelope, again, err)
		}
		if !ok {
			return
		}
		tr := &Transcript{Tape: tapeOf(t, append(date(time.Time{}), envelope...))}
		for _, th := range thief.Thefts("Ana") {
			if th.Open(t.Context(), r.Loot[th.Name], tr, func(i int, _ []byte) {
				if i != 0 {
					t.Errorf("%s claims message %d", th.Name, i)
				}
			}); th.Forge != nil {
				th.Forge(r.Loot[th.Name], tr, Forgery{To: make([]byte, 32), Held: envelope})
			}
		}
	})
}

// Whatever a record of loot is, it is an error or is read.
func FuzzClipperLoot(f *testing.F) {
	r := seeds(f, NewClipper())
	for _, theft := range []string{"one agent", "both agents", "warrant", "device keys"} {
		for record := range r.Loot[theft].All() {
			f.Add(bytes.Clone(record))
		}
	}
	thief := NewClipper()
	f.Fuzz(func(t *testing.T, record []byte) {
		for _, th := range thief.Thefts("Ana") {
			for _, loot := range []*Tape{tapeOf(t, record), tapeOf(t, make([]byte, clipper.KeySize), record), tapeOf(t, make([]byte, clipper.KeySize), record, record)} {
				th.Open(t.Context(), loot, r.Transcript, func(i int, text []byte) {
					if !slices.ContainsFunc(talk(6), func(m Message) bool { return m.Text == string(text) }) {
						t.Errorf("%s claims %q", th.Name, text)
					}
				})
			}
		}
	})
}
