package main

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	attack "doormat/attacks/clipper"
	"doormat/escrow/clipper"
)

// A world is three people with telephones, those who made the telephones, and a wiretap.
type world struct {
	family         *clipper.Family
	agents         [2]*clipper.Agent
	ana, ben, cas  *phone // Cas has nothing to do with it
	today          time.Time
	spoken         []byte
	honest, forged *call // once they were made
}

type phone struct {
	owner   string
	unit    clipper.UnitID
	chip    *clipper.Chip
	private *ecdh.PrivateKey
}

// A call is what goes over the wire, and what Ben makes of it.
type call struct {
	token      []byte           // the session key, for the other telephone
	headers    []clipper.Header // none if no LEAF was sent; the last one is Ben's if he answers
	iv         clipper.IV       // of the ciphertext
	mode       clipper.Mode
	ciphertext []byte

	key   clipper.SessionKey // what both telephones know
	heard []byte             // by Ben; nil if his chip refused
}

func newWorld() (*world, error) {
	w := &world{
		family: clipper.NewFamily(),
		today:  time.Date(1994, 6, 3, 0, 0, 0, 0, time.UTC),
		spoken: []byte("Ben? The bridge, at six. Alone. "), // four blocks
	}
	for i, name := range []string{"NIST", "Treasury"} {
		a, err := clipper.NewAgent(name)
		if err != nil {
			return nil, err
		}
		w.agents[i] = a
	}
	for i, p := range []**phone{&w.ana, &w.ben, &w.cas} {
		unit := clipper.UnitID(0x19a01 + i)
		chip, err := w.family.Program(unit, w.agents[0], w.agents[1])
		if err != nil {
			return nil, err
		}
		private, err := newPrivateKey()
		if err != nil {
			return nil, err
		}
		*p = &phone{owner: []string{"Ana", "Ben", "Cas"}[i], unit: unit, chip: chip, private: private}
	}
	return w, nil
}

// The standard leaves it to the telephones how they come by a session key. Here the caller draws it,
// and sends it under the other's public key. Package attacks has a longer token, as its Clipper
// carries mail, which must name its sender; a call rings, and needs no name.

// newPrivateKey draws an X25519 key from rand.Reader, which ecdh's GenerateKey does not: a run with
// -seed would not repeat.
func newPrivateKey() (*ecdh.PrivateKey, error) {
	k := make([]byte, 32)
	rand.Read(k)
	return ecdh.X25519().NewPrivateKey(k)
}

const publicKeySize = 32

// sendKey returns a token of 42 bytes: an ephemeral public key, and k ⊕ the hash of a Diffie-Hellman
// result.
func sendKey(to *phone, k clipper.SessionKey) ([]byte, error) {
	ephemeral, err := newPrivateKey()
	if err != nil {
		return nil, err
	}
	shared, err := ephemeral.ECDH(to.private.PublicKey())
	if err != nil {
		return nil, err
	}
	return append(ephemeral.PublicKey().Bytes(), mask(shared, k.Bytes())...), nil
}

// openKey returns the session key of a token.
func (p *phone) openKey(token []byte) (k clipper.SessionKey, err error) {
	if len(token) != publicKeySize+clipper.KeySize {
		return k, fmt.Errorf("expected a token of %d bytes, found %d", publicKeySize+clipper.KeySize, len(token))
	}
	ephemeral, err := ecdh.X25519().NewPublicKey(token[:publicKeySize])
	if err != nil {
		return k, err
	}
	shared, err := p.private.ECDH(ephemeral)
	if err != nil {
		return k, err
	}
	return clipper.ParseSessionKey(mask(shared, token[publicKeySize:]))
}

func mask(shared, k []byte) []byte {
	sum := sha256.Sum256(shared)
	for i := range k {
		sum[i] ^= k[i]
	}
	return sum[:len(k)]
}

// dial makes a call from one telephone to another, as both were built.
func (w *world) dial(from, to *phone) (*call, error) {
	c := &call{key: clipper.NewSessionKey(), mode: clipper.OFB}
	session := from.chip.Load(c.key)
	h, err := session.GenerateIV()
	if err != nil {
		return nil, err
	}
	c.headers, c.iv = []clipper.Header{h}, h.IV
	if c.ciphertext, err = session.Encrypt(c.mode, w.spoken); err != nil {
		return nil, err
	}
	if c.token, err = sendKey(to, c.key); err != nil {
		return nil, err
	}
	return c, w.answer(to, c)
}

// answer does what the other telephone does, as it was built. If its chip refuses, c.heard stays nil
// and that is no error.
func (w *world) answer(to *phone, c *call) error {
	k, err := to.openKey(c.token)
	if err != nil {
		return err
	}
	session := to.chip.Load(k)
	if err := session.LoadIV(c.headers[0]); errors.Is(err, clipper.ErrLEAF) {
		return nil
	} else if err != nil {
		return err
	}
	c.heard, err = session.Decrypt(c.mode, c.ciphertext)
	return err
}

// dialUnder has Ana call Ben under a header that her chip has not made for the call.
func (w *world) dialUnder(k clipper.SessionKey, h clipper.Header) (*call, error) {
	c := &call{key: k, headers: []clipper.Header{h}, iv: h.IV, mode: clipper.OFB}
	var err error
	if c.ciphertext, err = attack.EncryptUnder(w.ana.chip, k, c.mode, h.IV, w.spoken); err != nil {
		return nil, err
	}
	if c.token, err = sendKey(w.ben, k); err != nil {
		return nil, err
	}
	return c, w.answer(w.ben, c)
}

// borrow has Cas call Ana, who then calls Ben with the session key and the header of that call.
func (w *world) borrow() (*call, error) {
	c, err := w.dial(w.cas, w.ana)
	if err != nil {
		return nil, err
	}
	k, err := w.ana.openKey(c.token)
	if err != nil {
		return nil, err
	}
	return w.dialUnder(k, c.headers[0])
}

// feedBack makes a call without a LEAF, for which Ben cheats as well.
func (w *world) feedBack() (*call, error) {
	c := &call{key: clipper.NewSessionKey(), mode: clipper.CBC}
	var errs [3]error
	c.ciphertext, errs[0] = attack.EncryptWithoutLEAF(w.ana.chip, c.key, w.spoken)
	c.token, errs[1] = sendKey(w.ben, c.key)
	k, err := w.ben.openKey(c.token)
	if err := errors.Join(append(errs[:2], err)...); err != nil {
		return nil, err
	}
	c.heard, err = attack.FeedLEAFBack(w.ben.chip, k, c.ciphertext)
	return c, err
}

// andBenAnswers returns the same call after Ben's telephone, which is honest, has sent a header for
// what he says.
func (w *world) andBenAnswers(c *call) (*call, error) {
	k, err := w.ben.openKey(c.token)
	if err != nil {
		return nil, err
	}
	h, err := w.ben.chip.Load(k).GenerateIV()
	if err != nil {
		return nil, err
	}
	both := *c
	both.headers = append(slices.Clone(c.headers), h)
	return &both, nil
}

// owner returns who has bought a unit, or "".
func (w *world) owner(u clipper.UnitID) string {
	for _, p := range []*phone{w.ana, w.ben, w.cas} {
		if p.unit == u {
			return p.owner
		}
	}
	return ""
}

func (w *world) warrant(u clipper.UnitID) clipper.Warrant {
	return clipper.Warrant{Unit: u, From: w.today, Until: w.today.AddDate(0, 1, 0)}
}

// release has both agents act on a warrant for a unit.
func (w *world) release(u clipper.UnitID) (one, two clipper.Half, err error) {
	if one, err = w.agents[0].Release(u, w.warrant(u), w.today); err != nil {
		return one, two, err
	}
	two, err = w.agents[1].Release(u, w.warrant(u), w.today)
	return one, two, err
}

// tap takes the lawful path from a header to the session key, and returns what that key reads of the
// ciphertext.
func (w *world) tap(c *call, h clipper.Header) (read []byte, err error) {
	one, two, err := w.release(w.family.Key().RecoverFields(h.LEAF).Unit)
	if err != nil {
		return nil, err
	}
	key, err := clipper.RecoverSessionKey(w.family.Key(), one, two, h)
	if err != nil {
		return nil, err
	}
	return key.Decrypt(c.mode, c.iv, c.ciphertext)
}

// verdict reports whether the tap reads all of a call, and returns the units that its LEAFs name.
func (w *world) verdict(c *call) (everything bool, units []clipper.UnitID) {
	for _, h := range c.headers {
		units = append(units, w.family.Key().RecoverFields(h.LEAF).Unit)
		read, err := w.tap(c, h)
		everything = everything || err == nil && bytes.Equal(read, w.spoken)
	}
	return everything, units
}
