package clipper

import (
	"bytes"
	"crypto/rand"
	"errors"
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
	s := newSystem()
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
	w := clipper.Warrant{Unit: unit, From: warrantDay, Until: warrantDay.AddDate(0, 0, 1)}
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
	k = clipper.NewSessionKey()
	rand.Read(iv[:])
	return k, iv
}

// Baseline: an honest call is heard and tapped, and a random LEAF is refused.
func TestHonestCall(t *testing.T) {
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
