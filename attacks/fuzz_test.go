package attacks_test

import (
	"bytes"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// Whatever a tape's bytes are, they are an error or the one form of that tape.
func FuzzReadTape(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 2, 'h', 'i', 0, 0, 0, 1, '!'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		tape, err := attacks.ReadTape(bytes.NewReader(b))
		if err != nil {
			return
		}
		defer tape.Close()
		var again bytes.Buffer
		if _, err := tape.WriteTo(&again); err != nil || !bytes.Equal(again.Bytes(), b) || tape.Size() != int64(len(b)) {
			t.Errorf("%x is read, and written as %x, %v", b, again.Bytes(), err)
		}
		if got := len(attackstest.Records(t, tape)); got != tape.Len() {
			t.Errorf("%d records of %d", got, tape.Len())
		}
	})
}

func FuzzTranscript(f *testing.F) {
	f.Add([]byte("8 bytes.an envelope"))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, record []byte) {
		tr := &attacks.Transcript{Tape: attackstest.Tape(t, record)}
		for r, err := range tr.All() {
			if (err != nil) != (len(record) < 8) {
				t.Errorf("a record of %d bytes: %v", len(record), err)
			}
			if err == nil && (r.Index != 0 || !bytes.Equal(append(attacks.Date(r.At), r.Bytes...), record)) {
				t.Errorf("%x is read as %v, %x", record, r.At, r.Bytes)
			}
		}
	})
}
