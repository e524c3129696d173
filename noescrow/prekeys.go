package noescrow

import (
	"errors"
	"slices"

	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
)

// prekeys are a device's private prekeys. Each has a number, never used twice.
type prekeys struct {
	lastID   uint32
	current  generation
	previous *generation // for messages under way when the device rotated
	curve    []curveKey  // one-time, the oldest first
	kem      []kemKey    // one-time, the oldest first
}

// generation is what Rotate replaces: a signed prekey, a last-resort KEM prekey, and the
// handshakes that used nothing else, which could be replayed.
type generation struct {
	signed     curveKey
	lastResort kemKey
	seen       map[[32]byte]bool // by EK_A
}

// maxID is where Publish ends. The numbers above are left to Rotate, as many as nobody uses.
const maxID = 1 << 31

type curveKey struct {
	id  uint32
	key x25519.PrivateKey
}

type kemKey struct {
	id   uint32
	seed pqxdh.KEMSeed
}

var (
	errExhausted  = errors.New("too many handshakes have used the last-resort prekey: Rotate and publish")
	errOutOfIDs   = errors.New("the device has given out 2³¹ prekeys: it is time for a new one")
	errTooManyOTP = errors.New("too many one-time prekeys asked for")
)

func (p *prekeys) newCurve() (curveKey, pqxdh.CurvePrekey) {
	p.lastID++
	k, public := x25519.Generate()
	return curveKey{p.lastID, k}, pqxdh.CurvePrekey{ID: p.lastID, Key: public}
}

func (p *prekeys) newKEM() (kemKey, pqxdh.KEMPrekey) {
	p.lastID++
	seed, public := pqxdh.NewKEM()
	return kemKey{p.lastID, seed}, pqxdh.KEMPrekey{ID: p.lastID, Key: public}
}

func (p *prekeys) rotate() {
	if p.current.signed.id != 0 {
		old := p.current
		p.previous = &old
	}
	p.current = generation{seen: map[[32]byte]bool{}}
	p.current.signed, _ = p.newCurve()
	p.current.lastResort, _ = p.newKEM()
}

// Rotate replaces the signed prekey and the last-resort KEM prekey. The ones before stay for
// messages that are under way, until the next Rotate. Publish afterwards; once a week is usual.
func (d *Device) Rotate() {
	s := d.lock()
	defer d.mu.Unlock()
	s.prekeys.rotate()
}

// Publish makes n fresh one-time prekeys of each kind, at most MaxOneTimePrekeys, and returns
// what the device gives to a relay: those, the signed prekey and the last-resort KEM prekey,
// with their signatures. It is 1,392 + 1,288·n bytes. A relay makes a [Shelf] of it.
func (d *Device) Publish(n int) (publication []byte, err error) {
	s := d.lock()
	defer d.mu.Unlock()
	if n < 0 || n > MaxOneTimePrekeys {
		return nil, prefix(errTooManyOTP)
	}
	if s.prekeys.lastID > maxID {
		return nil, prefix(errOutOfIDs)
	}
	return s.publish(n), nil
}

func (s *state) publish(n int) []byte {
	p := publication{identity: x25519.PublicKey(s.public)}
	p.signed = pqxdh.CurvePrekey{ID: s.prekeys.current.signed.id, Key: s.prekeys.current.signed.key.Public()}
	p.signedBy = pqxdh.SignCurve(s.identity, p.signed.Key)
	p.lastResort.ID = s.prekeys.current.lastResort.id
	p.lastResort.Key = s.prekeys.current.lastResort.seed.Public()
	p.lastResort.signature = pqxdh.SignKEM(s.identity, p.lastResort.Key)
	for range n {
		curve, public := s.prekeys.newCurve()
		s.prekeys.curve = append(s.prekeys.curve, curve)
		p.curve = append(p.curve, public)
		kem, publicKEM := s.prekeys.newKEM()
		s.prekeys.kem = append(s.prekeys.kem, kem)
		p.kem = append(p.kem, signedKEM{publicKEM, pqxdh.SignKEM(s.identity, publicKEM.Key)})
	}
	s.prekeys.curve = slices.Delete(s.prekeys.curve, 0, max(0, len(s.prekeys.curve)-MaxOneTimePrekeys))
	s.prekeys.kem = slices.Delete(s.prekeys.kem, 0, max(0, len(s.prekeys.kem)-MaxOneTimePrekeys))
	return p.marshal()
}

// find returns the private keys that an initial message names. One-time keys that are gone
// have been used: the message is a replay. The last-resort key stays, so handshakes that
// used no one-time key are remembered as long as their generation is kept.
func (p *prekeys) find(identity x25519.PrivateKey, in *pqxdh.Initial) (*pqxdh.Private, error) {
	private := &pqxdh.Private{Identity: identity}
	g := p.generation(in)
	if g == nil {
		return nil, ErrReplay
	}
	private.Signed = g.signed.key
	if in.OneTimeID != 0 {
		i := p.curveIndex(in.OneTimeID)
		if i < 0 {
			return nil, ErrReplay
		}
		private.OneTime = &p.curve[i].key
	}
	if in.PostQuantumID != g.lastResort.id {
		i := p.kemIndex(in.PostQuantumID)
		if i < 0 {
			return nil, ErrReplay
		}
		private.PostQuantum = p.kem[i].seed
		return private, nil
	}
	private.PostQuantum = g.lastResort.seed
	if in.OneTimeID == 0 && g.seen[in.Ephemeral] {
		return nil, ErrReplay
	}
	if in.OneTimeID == 0 && len(g.seen) >= MaxLastResort {
		return nil, errExhausted
	}
	return private, nil
}

// use ends the one-time keys of an initial message that has opened.
func (p *prekeys) use(in *pqxdh.Initial) {
	if i := p.curveIndex(in.OneTimeID); i >= 0 {
		p.curve = slices.Delete(p.curve, i, i+1)
	}
	if i := p.kemIndex(in.PostQuantumID); i >= 0 {
		p.kem = slices.Delete(p.kem, i, i+1)
	} else if in.OneTimeID == 0 {
		p.generation(in).seen[in.Ephemeral] = true
	}
}

// generation returns the one whose signed prekey the message names, or nil.
func (p *prekeys) generation(in *pqxdh.Initial) *generation {
	for _, g := range []*generation{&p.current, p.previous} {
		if g != nil && g.signed.id == in.SignedID {
			return g
		}
	}
	return nil
}

func (p *prekeys) curveIndex(id uint32) int {
	return slices.IndexFunc(p.curve, func(k curveKey) bool { return k.id == id })
}

func (p *prekeys) kemIndex(id uint32) int {
	return slices.IndexFunc(p.kem, func(k kemKey) bool { return k.id == id })
}
