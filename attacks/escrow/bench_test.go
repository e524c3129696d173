package escrow

import (
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/testing/ratio"
)

// BenchmarkDeviceThief reads 400 messages in turn with a copy of one device, in multiples of the fields of
// the 200 that its owner writes. A thief who made a field for each would be above 1.
func BenchmarkDeviceThief(b *testing.B) {
	const n = 400
	s := New().(*system)
	attackstest.Enrol(b, s)
	theft := s.Phone("Ana")[0]
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m := attacks.Message{At: at, From: "Ana", To: "Ben", Text: "What people write has some forty letters."}
	var envelopes [][]byte
	var loot *attacks.Tape
	for i := range n + 2 {
		e, err := s.Send(m)
		if err == nil {
			_, _, err = s.Receive(m.To, m.At, e)
		}
		if err == nil && i == 1 {
			loot, err = theft.Steal()
		}
		if err != nil {
			b.Fatal(err)
		}
		envelopes = append(envelopes, e)
		m.From, m.To = m.To, m.From
	}
	transcript := attackstest.Transcript(b, at, envelopes[2:]...)
	recipient, err := agekey.ParseRecipient(s.authority.Recipient())
	if err != nil {
		b.Fatal(err)
	}
	ratio.Time(b, "fields", func() {
		if _, err := theft.Read(b.Context(), loot, transcript, func(int, []byte) {}); err != nil {
			b.Fatal(err)
		}
	}, func() {
		for range n / 2 {
			recipient.PublicKey().Seal(fieldInfo, [hpke.RandomnessSize]byte{}, make([]byte, 32))
		}
	})
}
