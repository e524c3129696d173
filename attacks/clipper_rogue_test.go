package attacks

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"doormat/escrow/clipper"
)

// leafCall is the world of the attacks: a family, agents, and chips of units 1 to 3.
type leafCall struct {
	family clipper.FamilyKey
	agents [2]*clipper.Agent
	chips  map[clipper.UnitID]*clipper.Chip
}

const ana, ben, cas clipper.UnitID = 1, 2, 3

func newCall(t testing.TB) *leafCall {
	t.Helper()
	c, err := makeCall()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func makeCall() (*leafCall, error) {
	s := newClipperSystem()
	c := &leafCall{s.family.Key(), s.agents, map[clipper.UnitID]*clipper.Chip{}}
	for _, unit := range []clipper.UnitID{ana, ben, cas} {
		chip, err := s.family.Program(unit, s.agents[0], s.agents[1])
		if err != nil {
			return nil, err
		}
		c.chips[unit] = chip
	}
	return c, nil
}

// tap is the lawful path: it opens the LEAF and serves warrants for the unit that it names.
func (c *leafCall) tap(h clipper.Header) (unit clipper.UnitID, key clipper.SessionKey, err error) {
	unit = c.family.RecoverFields(h.LEAF).Unit
	w := clipper.Warrant{Unit: unit, From: warrantDay, Until: warrantDay}
	a, err := c.agents[0].Release(unit, w, warrantDay)
	if err != nil {
		return unit, key, err
	}
	b, err := c.agents[1].Release(unit, w, warrantDay)
	if err != nil {
		return unit, key, err
	}
	key, err = clipper.RecoverSessionKey(c.family, a, b, h)
	return unit, key, err
}

// hear is what an honest recipient hears.
func (c *leafCall) hear(unit clipper.UnitID, k clipper.SessionKey, m clipper.Mode, h clipper.Header, ciphertext []byte) ([]byte, error) {
	s := c.chips[unit].Load(k)
	if err := s.LoadIV(h); err != nil {
		return nil, err
	}
	return s.Decrypt(m, ciphertext)
}

var sentence = []byte("The bridge, at six, alone, and bring the letters")

func randomKey() (k clipper.SessionKey, iv clipper.IV) {
	rand.Read(k[:])
	rand.Read(iv[:])
	return k, iv
}

// Baseline: an honest call is heard and tapped, and a random LEAF is refused.
func TestClipperHonestCall(t *testing.T) {
	c := newCall(t)
	k, iv := randomKey()
	s := c.chips[ana].Load(k)
	h, err := s.GenerateIV()
	if err != nil {
		t.Fatal(err)
	}
	ciphertext, err := s.Encrypt(clipper.OFB, sentence)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.hear(ben, k, clipper.OFB, h, ciphertext); err != nil || !bytes.Equal(got, sentence) {
		t.Errorf("Ben hears %q, %v", got, err)
	}
	if unit, key, err := c.tap(h); unit != ana || key != k || err != nil {
		t.Errorf("the tap has unit %v, %v", unit, err)
	}
	refused := 0
	for range 100 {
		h := clipper.Header{IV: iv}
		rand.Read(h.LEAF[:])
		if _, err := c.hear(ben, k, clipper.OFB, h, ciphertext); errors.Is(err, clipper.ErrLEAF) {
			refused++
		}
	}
	if refused < 98 { // both pass in one run of a million
		t.Errorf("of 100 random LEAFs %d are refused", refused)
	}
}

// forged is one LEAF that Ana has forged, with what it was forged for. Forging takes time.
var forged = sync.OnceValue(func() (f struct {
	call   *leafCall
	key    clipper.SessionKey
	header clipper.Header
	trials int
	told   int64
	err    error
}) {
	if f.call, f.err = makeCall(); f.err != nil {
		return f
	}
	var told atomic.Int64
	f.key, f.header.IV = randomKey()
	f.header.LEAF, f.trials, f.err = ForgeLEAF(context.Background(), f.call.chips[ana], f.key, f.header.IV, func(n int) { told.Add(int64(n)) })
	f.told = told.Load()
	return f
})

// Blaze against a chip that nobody has tampered with: Ben hears the call, and the tap nothing.
func TestForgeLEAF(t *testing.T) {
	f := forged()
	if f.err != nil {
		t.Fatal(f.err)
	}
	c, k, h := f.call, f.key, f.header
	for _, m := range []clipper.Mode{clipper.CBC, clipper.OFB} {
		ciphertext, err := EncryptUnder(c.chips[ana], k, m, h.IV, sentence)
		if err != nil {
			t.Fatal(err)
		}
		for _, honest := range []clipper.UnitID{ben, cas} {
			if got, err := c.hear(honest, k, m, h, ciphertext); err != nil || !bytes.Equal(got, sentence) {
				t.Errorf("%v: unit %v hears %q, %v", m, honest, got, err)
			}
		}
		if unit, key, err := c.tap(h); err == nil || key != (clipper.SessionKey{}) || unit == ana {
			t.Errorf("%v: the tap opens a forged LEAF of unit %v", m, unit)
		}
		// It is good for this key and this IV.
		other, _ := randomKey()
		if _, err := c.hear(ben, other, m, h, ciphertext); err != clipper.ErrLEAF {
			t.Errorf("%v: another session key: %v", m, err)
		}
	}
	if f.told < int64(f.trials) || f.told > int64(f.trials)+64*forgeBatch {
		t.Errorf("%d trials, of %d that were told", f.trials, f.told)
	}
}

// The number of trials is the place of the first candidate that passes, however many cores look.
func TestForgeLEAFIsTheFirst(t *testing.T) {
	seedRandomness(t, [32]byte{4})
	c := newCall(t)
	k, iv := randomKey()
	seedRandomness(t, [32]byte{5, 51}) // which takes 3,300 trials
	leaf, trials, err := ForgeLEAF(t.Context(), c.chips[ana], k, iv, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The same candidates, one by one.
	seedRandomness(t, [32]byte{5, 51})
	if _, err := c.chips[ana].Load(k).GenerateIV(); err != nil { // as ForgeLEAF does
		t.Fatal(err)
	}
	var base clipper.LEAF
	rand.Read(base[:])
	s := c.chips[ana].Load(k)
	for i := range trials {
		l := candidate(base, int64(i))
		if err := s.LoadIV(clipper.Header{LEAF: l, IV: iv}); (err == nil) != (i == trials-1) || err == nil && l != leaf {
			t.Fatalf("trial %d of %d: %v", i+1, trials, err)
		}
	}
}

func TestForgeLEAFStops(t *testing.T) {
	c := newCall(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ForgeLEAF(ctx, c.chips[ana], clipper.SessionKey{}, clipper.IV{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, _, err := ForgeLEAF(t.Context(), new(clipper.Chip), clipper.SessionKey{}, clipper.IV{}, nil); err == nil || !strings.Contains(err.Error(), "blank") {
		t.Errorf("a blank chip: %v", err)
	}
}

// In a call both ends send a LEAF, for one session key. If one of them is honest, the tap opens
// his, and with it hears both.
func TestOneHonestEndExposesTheCall(t *testing.T) {
	f := forged()
	if f.err != nil {
		t.Fatal(f.err)
	}
	c, k, iv := f.call, f.key, f.header.IV
	ciphertext, err := EncryptUnder(c.chips[ana], k, clipper.OFB, iv, sentence)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.chips[ben].Load(k).GenerateIV()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.tap(f.header); err == nil {
		t.Error("the tap opens the forged LEAF")
	}
	unit, key, err := c.tap(answer)
	if err != nil || unit != ben {
		t.Fatalf("the tap opens the LEAF of unit %v, %v", unit, err)
	}
	if got, err := key.Decrypt(clipper.OFB, iv, ciphertext); err != nil || !bytes.Equal(got, sentence) {
		t.Errorf("with Ben's LEAF the tap hears %q of Ana, %v", got, err)
	}
}

// Two rogues and no LEAF: an honest chip would not decrypt that, and the tap has nothing to open.
func TestLEAFFeedback(t *testing.T) {
	c := newCall(t)
	k, _ := randomKey()
	ciphertext, err := EncryptWithoutLEAF(c.chips[ana], k, sentence)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := FeedLEAFBack(c.chips[ben], k, ciphertext); err != nil || !bytes.Equal(got, sentence) {
		t.Errorf("Ben reads %q, %v", got, err)
	}
	if _, err := c.chips[ben].Load(k).Decrypt(clipper.CBC, ciphertext); err == nil {
		t.Error("the chip decrypts without a LEAF")
	}
	if h, err := clipper.ParseHeader(ciphertext[:clipper.HeaderSize]); err != nil {
		t.Error(err)
	} else if _, _, err := c.tap(h); err == nil {
		t.Error("the tap takes ciphertext for a header, and opens it")
	}
	// The first block is lost, and is why there is one that nobody needs.
	s := c.chips[ben].Load(k)
	h, _ := s.GenerateIV()
	if err := s.LoadIV(h); err != nil {
		t.Fatal(err)
	}
	all, err := s.Decrypt(clipper.CBC, ciphertext)
	if err != nil || bytes.Equal(all[:8], make([]byte, 8)) || !bytes.Equal(all[8:], sentence) {
		t.Errorf("%q, %v", all, err)
	}
	for _, short := range []int{0, 8} {
		if got, err := FeedLEAFBack(c.chips[ben], k, ciphertext[:short]); err != nil || len(got) != 0 {
			t.Errorf("%d bytes: %q, %v", short, got, err)
		}
	}
	if _, err := FeedLEAFBack(c.chips[ben], k, ciphertext[:9]); err == nil {
		t.Error("nine bytes are decrypted")
	}
}

// Frankel and Yung: Cas called Ana once, Ana calls Ben with what she has from it. Ben hears her,
// and the tap names Cas.
func TestBorrowedLEAFNamesTheInnocent(t *testing.T) {
	c := newCall(t)
	k, _ := randomKey()
	h, err := c.chips[cas].Load(k).GenerateIV()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []clipper.Mode{clipper.CBC, clipper.OFB} {
		ciphertext, err := EncryptUnder(c.chips[ana], k, m, h.IV, sentence)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.hear(ben, k, m, h, ciphertext); err != nil || !bytes.Equal(got, sentence) {
			t.Errorf("Ben hears %q, %v", got, err)
		}
		unit, key, err := c.tap(h)
		if err != nil || unit != cas {
			t.Fatalf("the tap names unit %v, %v", unit, err)
		}
		if got, err := key.Decrypt(m, h.IV, ciphertext); err != nil || !bytes.Equal(got, sentence) {
			t.Errorf("the tap hears %q, %v", got, err)
		}
	}
}

func TestEncryptUnderMisuse(t *testing.T) {
	c := newCall(t)
	for _, err := range []error{
		second(EncryptUnder(c.chips[ana], clipper.SessionKey{}, clipper.CBC, clipper.IV{}, make([]byte, 7))),
		second(EncryptUnder(c.chips[ana], clipper.SessionKey{}, clipper.ECB, clipper.IV{}, make([]byte, 8))),
		second(EncryptUnder(new(clipper.Chip), clipper.SessionKey{}, clipper.CBC, clipper.IV{}, make([]byte, 8))),
		second(EncryptWithoutLEAF(new(clipper.Chip), clipper.SessionKey{}, nil)),
		second(EncryptWithoutLEAF(c.chips[ana], clipper.SessionKey{}, make([]byte, 7))),
		second(FeedLEAFBack(new(clipper.Chip), clipper.SessionKey{}, nil)),
	} {
		if err == nil {
			t.Error("no error")
		}
	}
}

// In the matrix: all halves read nothing of a forger, and all of a borrower, in another's name.
func TestClipperRogues(t *testing.T) {
	messages := talk(size)
	for _, cheat := range victims() {
		for theft, s := range map[string]System{"forged LEAF": NewClipperForger(cheat), "borrowed LEAF": NewClipperBorrower(cheat)} {
			r := send(t, s, size, cheat)
			if len(r.Exposures) != 1 || s.Name() != "Clipper" {
				t.Fatalf("%s has %d thefts", s.Name(), len(r.Exposures))
			}
			e := exposure(t, r, theft)
			want, noticed := everything(cheat), "nobody"
			if theft == "forged LEAF" {
				want = that(messages, func(_ int, m Message) bool { return m.From != cheat })
				if count(want) < size {
					noticed = "who taps"
				}
			} else if slices.ContainsFunc(messages, func(m Message) bool { return m.From == cheat }) {
				noticed = "nobody; " + people[slices.IndexFunc(people, func(p string) bool { return p != cheat })] + " is blamed"
			}
			same(t, cheat+", "+theft, e.Opened, want)
			if e.Wrong != 0 || e.Forged != "-" || e.Noticed != noticed || e.Moment != size {
				t.Errorf("%s, %s: %+v", cheat, theft, e)
			}
			blames(t, theft, cheat, r)
		}
	}
}

// blames checks whom the family key names for what the cheat wrote: nobody's unit, or that of the
// first who is somebody else; and for the rest who wrote it.
func blames(t *testing.T, theft, cheat string, r *Result) {
	t.Helper()
	key, err := r.Loot[theft].First()
	if err != nil {
		t.Fatal(err)
	}
	units, err := recoverClipperUnits(clipper.FamilyKey(key), r.Transcript)
	if err != nil {
		t.Fatal(err)
	}
	innocent := slices.IndexFunc(people, func(p string) bool { return p != cheat })
	for i, m := range talk(size) {
		index := int(units[i]) - int(firstUnit)
		switch {
		case m.From != cheat && index != slices.Index(people, m.From),
			m.From == cheat && theft == "borrowed LEAF" && index != innocent,
			m.From == cheat && theft == "forged LEAF" && index >= 0 && index < len(people):
			t.Errorf("%s: message %d from %s is blamed on %d", theft, i, m.From, index)
		}
	}
}

func TestClipperBorrowerAlone(t *testing.T) {
	s := NewClipperBorrower("Ana")
	if err := s.Enrol("Ana"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(Message{From: "Ana", To: "Ana"}); err == nil {
		t.Error("she borrows from nobody")
	}
}
