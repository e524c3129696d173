package attacks

import (
	"bytes"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// The attacks work on bytes: a system that has carried nothing, tapes that were on a disk.
func TestDualECThiefHasBytes(t *testing.T) {
	n := min(60, dualECSize())
	for i, s := range dualECs() {
		r := send(t, s, n, "Ana")
		for _, e := range r.Exposures {
			c, err := attack(t, dualECs()[i], e.Theft, reread(t, r.Loot[e.Theft]), reread(t, r.Transcript.Tape))
			if err != nil {
				t.Errorf("%s, %s: %v", r.System, e.Theft, err)
			}
			opened, wrong := c.judge(talk(n))
			same(t, r.System+", "+e.Theft, opened, e.Opened)
			if wrong != 0 {
				t.Errorf("%s, %s: %d wrong claims", r.System, e.Theft, wrong)
			}
		}
	}
}

// someDamaged is one in twelve of what damaged yields, since each takes a search.
func someDamaged(record []byte, yield func(what string, at int, b []byte)) {
	n := 0
	damaged(record, func(what string, at int, b []byte) {
		if n++; n%12 == 1 || what == "trailing byte" {
			yield(what, at, b)
		}
	})
}

func TestDualECDamagedLoot(t *testing.T) {
	const n = 12
	for i, s := range dualECs() {
		r := send(t, s, n, "Ana")
		for _, e := range r.Exposures {
			loot := records(t, r.Loot[e.Theft])
			for j := range loot {
				someDamaged(loot[j], func(what string, at int, b []byte) {
					bad := slices.Clone(loot)
					bad[j] = b
					c, err := attack(t, dualECs()[i], e.Theft, tapeOf(t, bad...), r.Transcript.Tape)
					opened, wrong := c.judge(talk(n))
					what = r.System + ", " + e.Theft + ", " + what
					if j < 2 || e.Theft != "Q replaced" { // an earlier date only makes more work
						subset(t, what, opened, e.Opened)
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
				if c, err := attack(t, dualECs()[i], e.Theft, tapeOf(t, few...), r.Transcript.Tape); e.Theft != "wiretap" && err == nil || len(c.texts) > 0 {
					t.Errorf("%s, %s: %d records of loot: %v, %d claims", r.System, e.Theft, len(few), err, len(c.texts))
				}
			}
		}
	}
}

func TestDualECDamagedTranscript(t *testing.T) {
	const n = 12
	for i, s := range dualECs() {
		r := send(t, s, n, "Ana")
		envelopes := records(t, r.Transcript.Tape)
		for _, e := range r.Exposures {
			if e.Theft == "wiretap" {
				continue // TestDualECWiretap
			}
			someDamaged(envelopes[n-1], func(what string, at int, b []byte) {
				bad := slices.Clone(envelopes)
				bad[n-1] = b
				c, err := attack(t, dualECs()[i], e.Theft, r.Loot[e.Theft], tapeOf(t, bad...))
				opened, wrong := c.judge(talk(n))
				what = r.System + ", " + e.Theft + ", " + what
				subset(t, what, opened, e.Opened)
				if wrong != 0 || (err != nil) != (len(b) < 8) {
					t.Errorf("%s at %d: %d wrong claims, %v", what, at, wrong, err)
				}
			})
		}
	}
}

// What arrives is what was sent: no bit of an envelope may differ, and it arrives once.
func TestDualECReceiveRefuses(t *testing.T) {
	s := NewDualEC(8)
	enrolled(t, s)
	at := time.Date(2013, 9, 5, 19, 0, 0, 0, time.UTC)
	envelope, err := s.Send(Message{at, "Ana", "Ben", "Have you read the paper?"})
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
	if _, err := s.Send(Message{at, "Ana", "Nobody", ""}); err == nil {
		t.Error("a message to nobody is sent")
	}
}

func FuzzParseDualEC(f *testing.F) {
	for record := range seeds(f, NewDualEC(8)).Transcript.Tape.All() {
		f.Add(bytes.Clone(record[8:]))
	}
	f.Fuzz(func(t *testing.T, envelope []byte) {
		e, ok := parseDualEC(envelope)
		if !ok {
			return
		}
		if !bytes.Equal(e.bytes(), envelope) {
			t.Errorf("%x is written as %x", envelope, e.bytes())
		}
		e.verify()
		if k, err := drawKey(mathrand.NewChaCha8([32]byte{})); err == nil {
			e.open(k, e.ephemeral)
			recoverECDSA(k, e)
		}
	})
}

// Whatever the loot and the transcript are, the attacks end, and claim nothing that nobody wrote.
func FuzzDualECLoot(f *testing.F) {
	s := NewDualEC(8)
	r := seeds(f, s)
	for _, theft := range []string{"trapdoor", "device keys"} {
		all := records(f, r.Loot[theft])
		f.Add(all[0], all[1], all[2], theft == "trapdoor")
	}
	f.Fuzz(func(t *testing.T, a, b, c []byte, trapdoor bool) {
		theft := "device keys"
		if trapdoor {
			theft = "trapdoor"
		}
		claims, _ := attack(t, NewDualEC(8), theft, tapeOf(t, a, b, c), r.Transcript.Tape)
		if _, wrong := claims.judge(talk(6)); wrong != 0 {
			t.Errorf("%d wrong claims", wrong)
		}
	})
}
