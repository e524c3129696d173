package desk

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	attack "doormat/attacks/clipper"
	"doormat/escrow/clipper"
)

// spoken is what is said in each call: four blocks of the cipher.
var spoken = []byte("Ben? The bridge, at six. Alone. ")

// today is the date of the warrants.
var today = time.Date(1994, 6, 3, 0, 0, 0, 0, time.UTC)

// A leaf is station 3: calls between Clipper chips, honest ones and others.
type leaf struct {
	family        *clipper.Family
	agents        [2]*clipper.Agent
	ana, ben, cas *phone // Cas has nothing to do with it
	forged        int    // how many LEAFs were forged
	call          *call  // under the first of them
}

type phone struct {
	owner string
	unit  clipper.UnitID
	chip  *clipper.Chip
}

// A call is what goes over the wire, with the session key, on which the two telephones have agreed by other means,
// and with what the other telephone makes of it.
type call struct {
	header     *clipper.Header // nil if none is sent
	iv         clipper.IV
	mode       clipper.Mode
	ciphertext []byte
	key        clipper.SessionKey
	heard      []byte // nil if the chip refused
}

func (l *leaf) close() {}

func (l *leaf) do(t *turn, do string, a Args) error {
	if l.family == nil {
		if err := t.drawing("chips", l.program); err != nil {
			return err
		}
	}
	switch do {
	case "call":
		if _, err := t.bet("call"); err != nil {
			return err
		}
		return t.drawing("call", func() error { return l.showCall(t) })
	case "forge":
		if _, err := t.bet("forge"); err != nil {
			return err
		}
		return l.forge(t, 1)
	case "hundred":
		if l.forged == 0 {
			return errors.New("forge one first")
		}
		if a.N < 1 || a.N > 100 {
			return fmt.Errorf("expected from 1 to 100 LEAFs, found %d", a.N)
		}
		return l.forge(t, a.N)
	case "blame":
		if l.call == nil {
			return errors.New("forge one first")
		}
		if _, err := t.bet("blame"); err != nil {
			return err
		}
		return t.drawing("blame", func() error { return l.blame(t) })
	}
	return errUnknown(do)
}

// program makes the chips.
func (l *leaf) program() error {
	family := clipper.NewFamily()
	for i, name := range []string{"NIST", "Treasury"} {
		a, err := clipper.NewAgent(name)
		if err != nil {
			return err
		}
		l.agents[i] = a
	}
	for i, p := range []**phone{&l.ana, &l.ben, &l.cas} {
		unit := clipper.UnitID(0x19a01 + i)
		chip, err := family.Program(unit, l.agents[0], l.agents[1])
		if err != nil {
			return err
		}
		*p = &phone{[]string{"Ana", "Ben", "Cas"}[i], unit, chip}
	}
	l.family = family
	return nil
}

// ring makes an honest call.
func ring(from, to *phone) (*call, error) {
	c := &call{mode: clipper.OFB, key: clipper.NewSessionKey()}
	session := from.chip.Load(c.key)
	h, err := session.GenerateIV()
	if err != nil {
		return nil, err
	}
	c.header, c.iv = &h, h.IV
	if c.ciphertext, err = session.Encrypt(c.mode, spoken); err != nil {
		return nil, err
	}
	return c, c.answer(to)
}

// dialUnder makes a call from Ana to Ben under a header that her chip has not made for it.
func (l *leaf) dialUnder(k clipper.SessionKey, h clipper.Header) (*call, error) {
	c := &call{header: &h, iv: h.IV, mode: clipper.OFB, key: k}
	var err error
	if c.ciphertext, err = attack.EncryptUnder(l.ana.chip, k, c.mode, h.IV, spoken); err != nil {
		return nil, err
	}
	return c, c.answer(l.ben)
}

// answer does what the other telephone does. If its chip refuses, heard stays nil.
func (c *call) answer(to *phone) error {
	session := to.chip.Load(c.key)
	if err := session.LoadIV(*c.header); errors.Is(err, clipper.ErrLEAF) {
		return nil
	} else if err != nil {
		return err
	}
	var err error
	c.heard, err = session.Decrypt(c.mode, c.ciphertext)
	return err
}

// release has both agents act on a warrant for a unit.
func (l *leaf) release(u clipper.UnitID) (one, two clipper.Half, err error) {
	w := clipper.Warrant{Unit: u, From: today, Until: today.AddDate(0, 1, 0)}
	if one, err = l.agents[0].Release(u, w, today); err != nil {
		return one, two, err
	}
	two, err = l.agents[1].Release(u, w, today)
	return one, two, err
}

// tap takes the lawful path from a header to the text.
func (l *leaf) tap(c *call) ([]byte, error) {
	one, two, err := l.release(l.family.Key().RecoverFields(c.header.LEAF).Unit)
	if err != nil {
		return nil, err
	}
	key, err := clipper.RecoverSessionKey(l.family.Key(), one, two, *c.header)
	if err != nil {
		return nil, err
	}
	return key.Decrypt(c.mode, c.iv, c.ciphertext)
}

// What a tap learns of a call.
const (
	learnsNothing = iota
	learnsCaller
	learnsCall
)

// learned returns what a tap learns of a call of Ana's with the family key alone: it looks whose unit the LEAF names, and
// tries the wrapped key as if it were the key.
func (l *leaf) learned(c *call) (int, error) {
	f := l.family.Key().RecoverFields(c.header.LEAF)
	key, err := clipper.ParseSessionKey(f.Wrapped[:])
	if err != nil {
		return 0, err
	}
	text, err := key.Decrypt(c.mode, c.iv, c.ciphertext)
	switch {
	case err == nil && bytes.Equal(text, spoken):
		return learnsCall, nil
	case l.ownerOf(f.Unit) == l.ana.owner:
		return learnsCaller, nil
	}
	return learnsNothing, nil
}

// showCall makes an honest call, and tells every value in it.
func (l *leaf) showCall(t *turn) error {
	c, err := ring(l.ana, l.ben)
	if err != nil {
		return err
	}
	f := l.family.Key().RecoverFields(c.header.LEAF)
	one, two, err := l.release(f.Unit)
	if err != nil {
		return err
	}
	unitKey, err := clipper.RecoverUnitKey(one, two)
	if err != nil {
		return err
	}
	text, err := l.tap(c)
	if err != nil {
		return err
	}
	learned, err := l.learned(c)
	if err != nil {
		return err
	}
	t.number("learned", float64(learned))
	for name, b := range map[string][]byte{
		"leaf": c.header.LEAF[:], "iv": c.header.IV[:], "ciphertext": c.ciphertext, "wrapped": f.Wrapped[:], "kf": l.family.Key().Bytes(),
		"ku1": one.Key[:], "ku2": two.Key[:], "ku": unitKey.Bytes(), "ks": c.key.Bytes(),
	} {
		t.text(name, hex.EncodeToString(b))
	}
	t.text("unit", f.Unit.String())
	t.text("checksum", fmt.Sprintf("%04x", f.Checksum))
	t.text("heard", strings.TrimSpace(string(c.heard)))
	t.text("tapped", strings.TrimSpace(string(text)))
	return nil
}

// forge forges n LEAFs. Each is for a session key of its own.
func (l *leaf) forge(t *turn, n int) error {
	for range n {
		var mu sync.Mutex
		tried := 0
		told := time.Now()
		tick := func(n int) {
			mu.Lock()
			defer mu.Unlock()
			tried += n
			if now := time.Now(); now.Sub(told) > 50*time.Millisecond {
				told = now
				t.event(Event{Kind: "progress", N: tried})
			}
		}
		var k clipper.SessionKey
		var h clipper.Header
		var trials int
		var took time.Duration
		err := t.drawing(fmt.Sprint("forge ", l.forged), func() error {
			drawn, err := ring(l.ana, l.ben) // for an IV
			if err != nil {
				return err
			}
			k, h.IV = clipper.NewSessionKey(), drawn.iv
			begun := time.Now()
			h.LEAF, trials, err = attack.ForgeLEAF(t.ctx, l.ana.chip, k, h.IV, tick)
			took = time.Since(begun)
			if err == nil && l.call == nil {
				l.call, err = l.dialUnder(k, h)
				if err == nil {
					l.showForged(t)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		t.event(Event{Kind: "forged", Index: l.forged, N: trials, Bytes: hex.EncodeToString(h.LEAF[:]), Nanoseconds: took.Nanoseconds()})
		t.number("trials", float64(trials))
		t.number("nanoseconds", float64(took.Nanoseconds()))
		l.forged++
	}
	t.number("forged", float64(l.forged))
	return nil
}

// showForged tells what becomes of a call under a forged LEAF.
func (l *leaf) showForged(t *turn) {
	c := l.call
	t.text("forged", hex.EncodeToString(c.header.LEAF[:]))
	t.text("forgedUnit", l.family.Key().RecoverFields(c.header.LEAF).Unit.String())
	_, err := l.tap(c)
	t.text("refusal", strings.TrimPrefix(fmt.Sprint(err), "clipper: "))
	t.number("accepted", map[bool]float64{true: 1}[bytes.Equal(c.heard, spoken)])
}

// blame makes four kinds of call, all of them from Ana to Ben, and tells what the tap makes of each.
func (l *leaf) blame(t *turn) error {
	honest, err := ring(l.ana, l.ben)
	if err != nil {
		return err
	}
	fed := &call{mode: clipper.CBC, key: clipper.NewSessionKey()}
	if fed.ciphertext, err = attack.EncryptWithoutLEAF(l.ana.chip, fed.key, spoken); err != nil {
		return err
	}
	if fed.heard, err = attack.FeedLEAFBack(l.ben.chip, fed.key, fed.ciphertext); err != nil {
		return err
	}
	old, err := ring(l.cas, l.ana) // whose session key and header Ana then has
	if err != nil {
		return err
	}
	borrowed, err := l.dialUnder(old.key, *old.header)
	if err != nil {
		return err
	}
	named := 0 // in how many the tap sees Ana's unit
	for _, x := range []struct {
		name string
		call *call
	}{{"honest", honest}, {"forged", l.call}, {"fed back", fed}, {"borrowed", borrowed}} {
		e := Event{Kind: "call", Name: x.name, Flags: []bool{bytes.Equal(x.call.heard, spoken), false}}
		if x.call.header != nil {
			unit := l.family.Key().RecoverFields(x.call.header.LEAF).Unit
			e.Text, e.Blamed = unit.String(), l.ownerOf(unit)
			text, err := l.tap(x.call)
			e.Flags[1] = err == nil && bytes.Equal(text, spoken)
		}
		if e.Blamed == l.ana.owner {
			named++
		}
		t.event(e)
	}
	t.number("named", float64(named))
	return nil
}

// ownerOf returns who has bought a unit, or "".
func (l *leaf) ownerOf(u clipper.UnitID) string {
	for _, p := range []*phone{l.ana, l.ben, l.cas} {
		if p.unit == u {
			return p.owner
		}
	}
	return ""
}
