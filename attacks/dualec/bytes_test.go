package dualec

import (
	"bytes"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// The attacks work on bytes: a system that has carried nothing, tapes that were on a disk.
func TestThiefHasBytes(t *testing.T) {
	n := min(30, size())
	for i, s := range systems() {
		r := attackstest.Run(t, s, n, "Ana")
		for _, e := range r.Exposures {
			what := r.System + ", " + string(e.Theft)
			loot, transcript := attackstest.Reread(t, r.Loot[e.Theft]), attackstest.Reread(t, r.Transcript.Tape)
			c, err := attackstest.Read(t, systems()[i], e.Theft, loot, transcript)
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			opened, wrong := c.Judge(attackstest.Talk(n))
			attackstest.Same(t, what, opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s: %d wrong claims", what, wrong)
			}
		}
	}
}

// damage yields one in six of what [attackstest.Damage] yields, since each takes a search.
func damage(record []byte, yield func(what string, at int, b []byte)) {
	n := 0
	attackstest.Damage(record, func(what string, at int, b []byte) {
		if n++; n%6 == 1 || what == "trailing byte" {
			yield(what, at, b)
		}
	})
}

func TestDamagedLoot(t *testing.T) {
	const n = 6
	for i, s := range systems() {
		r := attackstest.Run(t, s, n, "Ana")
		for _, e := range r.Exposures {
			loot := attackstest.Records(t, r.Loot[e.Theft])
			for j := range loot {
				damage(loot[j], func(what string, at int, b []byte) {
					bad := slices.Clone(loot)
					bad[j] = b
					c, err := attackstest.Read(t, systems()[i], e.Theft, attackstest.Tape(t, bad...), r.Transcript.Tape)
					opened, wrong := c.Judge(attackstest.Talk(n))
					what = r.System + ", " + string(e.Theft) + ", " + what
					if j < 2 || e.Theft != QReplaced { // an earlier date only makes more work
						attackstest.Subset(t, what, opened, e.Opened)
					}
					if wrong != 0 {
						t.Errorf("%s at %d of record %d: %d wrong claims, %v", what, at, j, wrong, err)
					}
					if !strings.HasSuffix(what, "bit flipped") && err == nil {
						t.Errorf("%s at %d of record %d: no error", what, at, j)
					}
				})
			}
			for _, few := range [][][]byte{nil, loot[:len(loot)/2], append(slices.Clone(loot), []byte("more"))} {
				c, err := attackstest.Read(t, systems()[i], e.Theft, attackstest.Tape(t, few...), r.Transcript.Tape)
				if e.Theft != attacks.WiretapName && err == nil || len(c.Texts) > 0 {
					t.Errorf("%s, %s: %d records of loot: %v, %d claims", r.System, e.Theft, len(few), err, len(c.Texts))
				}
			}
		}
	}
}

func TestDamagedTranscript(t *testing.T) {
	const n = 6
	for i, s := range systems() {
		r := attackstest.Run(t, s, n, "Ana")
		envelopes := attackstest.Records(t, r.Transcript.Tape)
		for _, e := range r.Exposures {
			if e.Theft == attacks.WiretapName {
				continue // TestWiretap
			}
			damage(envelopes[n-1], func(what string, at int, b []byte) {
				bad := slices.Clone(envelopes)
				bad[n-1] = b
				c, err := attackstest.Read(t, systems()[i], e.Theft, r.Loot[e.Theft], attackstest.Tape(t, bad...))
				opened, wrong := c.Judge(attackstest.Talk(n))
				what = r.System + ", " + string(e.Theft) + ", " + what
				attackstest.Subset(t, what, opened, e.Opened)
				if wrong != 0 || (err != nil) != (len(b) < 8) {
					t.Errorf("%s at %d: %d wrong claims, %v", what, at, wrong, err)
				}
			})
		}
	}
}

// What arrives is what was sent: no bit of an envelope may differ, and it arrives once.
func TestReceiveRefuses(t *testing.T) {
	s := New(8)
	attackstest.Enrol(t, s)
	at := time.Date(2013, 9, 5, 19, 0, 0, 0, time.UTC)
	envelope, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "Have you read the paper?"})
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, at int, b []byte) {
		t.Helper()
		if from, text, err := s.Receive("Ben", time.Time{}, b); err == nil {
			t.Errorf("%s at %d: %q from %s", what, at, text, from)
		}
	}
	step := 1
	if testing.Short() {
		step = 37
	}
	for i := 0; i < 8*len(envelope); i += step {
		flipped := bytes.Clone(envelope)
		flipped[i/8] ^= 1 << (i % 8)
		refused("a bit flipped", i, flipped)
	}
	for i := range envelope {
		refused("truncated", i, envelope[:i])
	}
	refused("a trailing byte", 0, append(bytes.Clone(envelope), 0))
	if _, _, err := s.Receive("Cas", at, envelope); err == nil {
		t.Error("Cas reads what is for Ben")
	}
	if from, text, err := s.Receive("Ben", at, envelope); err != nil || from != "Ana" || text != "Have you read the paper?" {
		t.Errorf("%q from %s, %v", text, from, err)
	}
	refused("once more", 0, envelope)
	if _, err := s.Send(attacks.Message{At: at, From: "Ana", To: "Nobody"}); err == nil {
		t.Error("a message to nobody is sent")
	}
}

func FuzzParseEnvelope(f *testing.F) {
	for _, record := range attackstest.Records(f, attackstest.Run(f, New(8), 6, "Ana").Transcript.Tape) {
		f.Add(record[8:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, ok := parseEnvelope(b)
		if !ok {
			return
		}
		if !bytes.Equal(e.bytes(), b) {
			t.Errorf("%x is written as %x", b, e.bytes())
		}
		e.verify()
		if k, err := drawKey(mathrand.NewChaCha8([32]byte{})); err == nil {
			e.open(k, e.ephemeral)
			recoverSigningKey(k, e)
		}
	})
}

// Whatever the loot and the transcript are, the attacks end, and claim nothing that was not written.
func FuzzLoot(f *testing.F) {
	r := attackstest.Run(f, New(8), 6, "Ana")
	for _, theft := range []attacks.TheftName{Trapdoor, attacks.DeviceKeys} {
		all := attackstest.Records(f, r.Loot[theft])
		f.Add(all[0], all[1], all[2], theft == Trapdoor)
	}
	f.Fuzz(func(t *testing.T, a, b, c []byte, trapdoor bool) {
		theft := attacks.DeviceKeys
		if trapdoor {
			theft = Trapdoor
		}
		claims, _ := attackstest.Read(t, New(8), theft, attackstest.Tape(t, a, b, c), r.Transcript.Tape)
		if _, wrong := claims.Judge(attackstest.Talk(6)); wrong != 0 {
			t.Errorf("%d wrong claims", wrong)
		}
	})
}
