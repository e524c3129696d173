package clipper

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow/clipper"
)

// Whatever an envelope is: it has one form, and no thief panics or claims it for another message.
func FuzzParse(f *testing.F) {
	r := attackstest.Run(f, New(), 6, "Ana")
	for record := range r.Transcript.All() {
		f.Add(bytes.Clone(record.Bytes))
	}
	f.Add([]byte{version})
	thief := New()
	f.Fuzz(func(t *testing.T, envelope []byte) {
		e, ok := parse(envelope)
		if again, err := e.bytes(); ok && (err != nil || !bytes.Equal(again, envelope)) {
			t.Errorf("%x is read and written as %x, %v", envelope, again, err)
		}
		if !ok {
			return
		}
		tr := attackstest.Transcript(t, time.Time{}, envelope)
		for _, th := range thief.Thefts("Ana") {
			th.Read(t.Context(), r.Loot[th.Name], tr, func(i int, _ []byte) {
				if i != 0 && i != attacks.Unplaced {
					t.Errorf("%s claims message %d", th.Name, i)
				}
			})
			th.Forge(r.Loot[th.Name], tr, attacks.Forgery{To: make([]byte, 32), Held: envelope})
		}
	})
}

// Whatever a record of loot is, it is an error or is read. What is claimed was written, or is noise: a wrong key has
// the right checksum once in 65,536.
func FuzzLoot(f *testing.F) {
	r := attackstest.Run(f, New(), 6, "Ana")
	for _, theft := range []attacks.TheftName{OneAgent, BothAgents, Warrant, attacks.DeviceKeys} {
		for _, record := range attackstest.Records(f, r.Loot[theft]) {
			f.Add(record)
		}
	}
	thief := New()
	f.Fuzz(func(t *testing.T, record []byte) {
		family := make([]byte, clipper.KeySize)
		for _, th := range thief.Thefts("Ana") {
			for _, loot := range []*attacks.Tape{
				attackstest.Tape(t, record), attackstest.Tape(t, family, record), attackstest.Tape(t, family, record, record),
			} {
				th.Read(t.Context(), loot, r.Transcript, func(i int, text []byte) {
					if i != attacks.Unplaced && isText(text) && !slices.ContainsFunc(attackstest.Talk(6), func(m attacks.Message) bool { return m.Text == string(text) }) {
						t.Errorf("%s claims %q", th.Name, text)
					}
				})
			}
		}
	})
}
