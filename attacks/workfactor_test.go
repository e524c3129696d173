package attacks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"doormat/escrow/workfactor"
	"doormat/internal/printed"
)

// notesBits keeps a search below a millisecond.
const notesBits = 8

func TestWorkFactor(t *testing.T) {
	const n = 100
	messages := talk(n)
	for _, victim := range victims() {
		r := send(t, NewWorkFactor(notesBits), n, victim)
		if r.Named != (Count{n, n}) {
			t.Errorf("both names stand on %d of %d envelopes", r.Named.N, r.Named.Of)
		}
		for theft, opens := range map[string]func(i int, m Message) bool{
			"wiretap":     func(int, Message) bool { return false },
			"escrow key":  func(int, Message) bool { return true },
			"device keys": func(_ int, m Message) bool { return m.To == victim },
		} {
			e := exposure(t, r, theft)
			same(t, victim+", "+theft, e.Opened, that(messages, opens))
			if e.Wrong != 0 || e.Noticed != "nobody" {
				t.Errorf("%s, %s: %d wrong, noticed by %s", victim, theft, e.Wrong, e.Noticed)
			}
			// Mail is not signed. Zoë never writes, so there is nobody to be in her place.
			if want := map[bool]string{true: "accepted", false: "-"}[victim != "Zoë"]; e.Forged != want {
				t.Errorf("%s, %s: forged %s, want %s", victim, theft, e.Forged, want)
			}
		}
		if e := exposure(t, r, "wiretap"); e.Operations != n*wiretapKeys {
			t.Errorf("the wiretap has tried %d keys", e.Operations)
		}
		if e := exposure(t, r, "escrow key"); e.Operations < n || e.Operations > n<<notesBits || e.Moment != n/2 {
			t.Errorf("the authority's key took %d keys", e.Operations)
		}
	}
}

// The work of the authority doubles with each bit, and the keys that were tried are half of all, on
// average.
func TestWorkFactorIsADial(t *testing.T) {
	const n = 60
	for _, bits := range []int{8, 10} {
		e := exposure(t, send(t, NewWorkFactor(bits), n, "Ana"), "escrow key")
		mean := float64(e.Operations) / n
		t.Logf("%d bits: %d of %d open, %.0f keys a message; half of the space is %d", bits, e.Readable().N, n, mean, 1<<(bits-1))
		// The mean of n uniform numbers has the deviation 2^bits/sqrt(12 n); six of those, and a batch.
		space := float64(uint64(1) << bits)
		if e.Readable() != (Count{n, n}) || mean < space*(0.5-6*0.0373) || mean > space*(0.5+6*0.0373)+64 {
			t.Errorf("%d bits: %v, %.0f keys a message", bits, e.Readable(), mean)
		}
	}
}

func TestWorkFactorRogue(t *testing.T) {
	const n = 100
	messages := talk(n)
	for _, cheat := range victims() {
		r := send(t, NewWorkFactorRogue(notesBits, cheat), n, cheat)
		e := exposure(t, r, "rogue sender")
		same(t, cheat, e.Opened, that(messages, func(_ int, m Message) bool { return m.From != cheat }))
		want := "recipients who check"
		if cheat == "Zoë" {
			want = "nobody"
		}
		if e.Wrong != 0 || e.Noticed != want || len(r.Exposures) != 1 {
			t.Errorf("%s: %d wrong, noticed by %s", cheat, e.Wrong, e.Noticed)
		}
	}
}

// Receivers who check refuse what the rogue sends, so that he reaches nobody.
func TestWorkFactorRogueIsRefused(t *testing.T) {
	honest := newWorkFactor(notesBits)
	enrolled(t, honest)
	rogue := &workFactorRogue{workFactorSystem: honest, cheat: "Ana"}
	m := talk(1)[0]
	m.From, m.To = "Ana", "Ben"
	envelope, err := rogue.Send(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, text, err := honest.Receive("Ben", m.At, envelope); !errors.Is(err, workfactor.ErrField) || text != "" {
		t.Errorf("%q, %v", text, err)
	}
	if from, text, err := rogue.Receive("Ben", m.At, envelope); err != nil || text != m.Text || from != "Ana" {
		t.Errorf("lax: %q, %v", text, err)
	}
}

// Damaged loot and transcripts make no thief claim what nobody wrote. Damage behind a body's first
// block is left out: nothing authenticates that, and it opens as a text that nobody wrote.
func TestWorkFactorDamaged(t *testing.T) {
	const n = 12
	messages := talk(n)
	s := newWorkFactor(notesBits)
	r := send(t, s, n, "Ben")
	rng := rand.New(rand.NewPCG(1996, 24))
	for _, theft := range s.Thefts("Ben") {
		for round := range 24 {
			var c claims
			l, transcript := r.Loot[theft.Name], new(Tape)
			for _, record := range records(t, r.Transcript.Tape) {
				head := 8 + 2 + 64 + 56 + 1 + workfactor.FieldSize + 8 + 3 + 8 // up to the body's first block
				switch round % 4 {
				case 0:
					record[8+rng.IntN(head-8)] ^= 1 << rng.IntN(8)
				case 1:
					record = record[:8+rng.IntN(len(record)-8)]
				case 2:
					record = append(record, byte(rng.Uint32()))
				}
				if err := transcript.Append(record); err != nil {
					t.Fatal(err)
				}
			}
			if round%4 == 3 && l.Len() > 0 {
				bad := records(t, l)[0]
				bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
				if round%8 == 3 {
					bad = bad[:rng.IntN(len(bad))]
				}
				l = tapeOf(t, bad)
			}
			theft.Open(t.Context(), l, &Transcript{Tape: transcript}, c.found)
			if _, wrong := c.judge(messages); wrong != 0 {
				t.Fatalf("%s, round %d: %d wrong claims", theft.Name, round, wrong)
			}
		}
	}
	for _, theft := range s.Thefts("Ben")[1:] {
		if _, err := theft.Open(t.Context(), new(Tape), r.Transcript, nil); err == nil {
			t.Errorf("%s: no loot is no error", theft.Name)
		}
	}
}

// The attacks have bytes: everybody's device and the authority are gone.
func TestWorkFactorNeedsNoLiveObjects(t *testing.T) {
	const n = 30
	s := newWorkFactor(notesBits)
	r := send(t, s, n, "Ben")
	s.authority, s.people, s.names = nil, nil, nil
	for theft, want := range map[string]int{"escrow key": n, "device keys": exposure(t, r, "device keys").Readable().N} {
		open := map[string]func(context.Context, *Tape, *Transcript, func(int, []byte)) (int64, error){
			"escrow key": recoverByResidualSearch, "device keys": recoverWithNotesKey}[theft]
		var c claims
		if _, err := open(t.Context(), reread(t, r.Loot[theft]), &Transcript{Tape: reread(t, r.Transcript.Tape)}, c.found); err != nil {
			t.Fatal(err)
		}
		if opened, wrong := c.judge(talk(n)); count(opened) != want || wrong != 0 {
			t.Errorf("%s: %d open, want %d", theft, count(opened), want)
		}
	}
}

func TestWorkFactorForgeRefusesBadBundles(t *testing.T) {
	s := newWorkFactor(notesBits)
	enrolled(t, s)
	bundle, err := s.Bundle("Ben")
	if err != nil {
		t.Fatal(err)
	}
	for n := range bundle {
		if _, err := forgeUnsigned(nil, nil, Forgery{Bundle: bundle[:n]}); err == nil {
			t.Fatalf("the first %d bytes of a bundle are enough", n)
		}
	}
	bundle[32] = 0
	if _, err := forgeUnsigned(nil, nil, Forgery{Bundle: bundle}); err == nil {
		t.Error("a bundle without bits is enough")
	}
}

func TestWorkFactorStops(t *testing.T) {
	s := newWorkFactor(workfactor.FullBits)
	enrolled(t, s)
	envelope, err := s.Send(Message{From: "Ana", To: "Ben"})
	if err != nil {
		t.Fatal(err)
	}
	tr := &Transcript{Tape: new(Tape)}
	if err := tr.append(talk(1)[0].At, envelope); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := recoverByResidualSearch(ctx, tapeOf(t, s.authority.Bytes()), tr, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWorkFactorIsNotPrinted(t *testing.T) {
	for _, s := range []System{NewWorkFactor(notesBits), NewWorkFactorRogue(notesBits, "Ana")} {
		r := send(t, s, 10, "Ana")
		var secrets [][]byte
		for _, l := range r.Loot {
			for _, record := range records(t, l) {
				secrets = append(secrets, record[2:34], record[len(record)-32:])
			}
		}
		for _, x := range []any{s, []System{s}, r, s.Thefts("Ana")} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%T: %s", x, leak)
			}
		}
		if got := fmt.Sprint(s); got != "attacks.System(Lotus Notes)" {
			t.Error(got)
		}
	}
}

func TestWorkFactorSeeded(t *testing.T) {
	run := func(seed byte) []byte {
		defer seedRandomness(t, [32]byte{seed})()
		var disk bytes.Buffer
		if _, err := send(t, NewWorkFactor(notesBits), 10, "Ana").Transcript.Tape.WriteTo(&disk); err != nil {
			t.Fatal(err)
		}
		return disk.Bytes()
	}
	if one := run(1); !bytes.Equal(one, run(1)) || bytes.Equal(one, run(2)) {
		t.Error("runs do not follow from their seed")
	}
}

// FuzzWorkFactor gives the thief bytes of somebody else's choice.
func FuzzWorkFactor(f *testing.F) {
	s := newWorkFactor(2)
	enrolled(f, s)
	envelope, err := s.Send(Message{From: "Ana", To: "Ben", Text: "six"})
	if err != nil {
		f.Fatal(err)
	}
	state, err := s.Inspect("Ben")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.authority.Bytes(), envelope)
	f.Add(state, envelope)
	f.Fuzz(func(t *testing.T, record, envelope []byte) {
		if len(envelope) > 1 && envelope[1] > 12 {
			envelope[1] = 12
		}
		tr := &Transcript{Tape: new(Tape)}
		if err := tr.append(talk(1)[0].At, envelope); err != nil {
			t.Skip()
		}
		for _, theft := range s.Thefts("Ben") {
			theft.Open(t.Context(), tapeOf(t, record), tr, func(int, []byte) {})
		}
	})
}
