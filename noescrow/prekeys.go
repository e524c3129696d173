package noescrow

import (
	"errors"
	"fmt"
	"slices"

	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
)

// prekeys holds a device's private prekeys. Prekeys and publications are numbered by one counter:
// no number is used twice, and later ones are higher.
type prekeys struct {
	lastID   uint32
	current  generation
	previous *generation // for messages sent before the device rotated
	curve    []curveKey  // one-time, the oldest first
	kem      []kemKey    // one-time, the oldest first
}

// generation holds what Rotate replaces: a signed prekey, a last-resort KEM prekey, and a record of
// the handshakes that used no one-time prekey and could therefore be replayed.
type generation struct {
	signed     curveKey
	lastResort kemKey
	seen       map[[32]byte]bool // by EK_A
}

// maxID is the number above which Publish returns an error. Rotate has the rest of the 32 bits.
const maxID = 1 << 31

// curveKey is a private X25519 prekey.
type curveKey struct {
	id  uint32
	key x25519.PrivateKey
}

// kemKey is a private ML-KEM prekey.
type kemKey struct {
	id   uint32
	seed pqxdh.KEMSeed
}

var errOutOfIDs = errors.New("the device has used up its numbers for prekeys: make a new device")

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

// Rotate replaces the signed prekey and the last-resort KEM prekey. The device keeps the replaced
// ones until the next Rotate, for messages sent before. Call Publish afterwards; once a week is
// usual.
func (d *Device) Rotate() {
	s := d.lock()
	defer d.mu.Unlock()
	s.prekeys.rotate()
}

// Publish draws n one-time prekeys of each kind, 0 to MaxOneTimePrekeys, and returns a
// publication for the relay's [Shelf], 1,460 + 1,288·n bytes: the new prekeys, the signed prekey
// and the last-resort KEM prekey, signed as a whole. Save the device before the publication leaves.
// Each new session takes one pair: publish again when few are left ([Shelf.OneTimePrekeys]). A device
// keeps the private keys of the newest MaxOneTimePrekeys pairs.
func (d *Device) Publish(n int) (publication []byte, err error) {
	s := d.lock()
	defer d.mu.Unlock()
	if n < 0 || n > MaxOneTimePrekeys {
		return nil, prefix(fmt.Errorf("expected 0 to %d one-time prekeys, found %d", MaxOneTimePrekeys, n))
	}
	if s.prekeys.lastID > maxID {
		return nil, prefix(errOutOfIDs)
	}
	return s.publish(n), nil
}

// OneTimePrekeys returns how many pairs of one-time prekeys the device has the private keys of: those
// on the relay's shelf, and those handed out with which no message has arrived yet. How many the relay
// still has, [Shelf.OneTimePrekeys] tells.
func (d *Device) OneTimePrekeys() int {
	s := d.lock()
	defer d.mu.Unlock()
	return min(len(s.prekeys.curve), len(s.prekeys.kem))
}

// publish implements Publish. The device drops its oldest one-time prekeys beyond the limit, as the
// shelf does.
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
	s.prekeys.lastID++
	p.number = s.prekeys.lastID
	return p.sign(s.identity)
}

// find returns the private keys that an initial message names, or ErrPrekey if one is missing. It
// returns ErrReplay for a handshake that used no one-time prekey and is in its generation's record.
func (p *prekeys) find(identity x25519.PrivateKey, in *pqxdh.Initial) (*pqxdh.Private, error) {
	private := &pqxdh.Private{Identity: identity}
	g := p.generation(in)
	if g == nil {
		return nil, ErrPrekey
	}
	private.Signed = g.signed.key
	if in.OneTimeID != 0 {
		i := p.curveIndex(in.OneTimeID)
		if i < 0 {
			return nil, ErrPrekey
		}
		private.OneTime = &p.curve[i].key
	}
	if in.PostQuantumID != g.lastResort.id {
		i := p.kemIndex(in.PostQuantumID)
		if i < 0 {
			return nil, ErrPrekey
		}
		private.PostQuantum = p.kem[i].seed
		return private, nil
	}
	private.PostQuantum = g.lastResort.seed
	if in.OneTimeID == 0 && g.seen[in.Ephemeral] {
		return nil, ErrReplay
	}
	if in.OneTimeID == 0 && len(g.seen) >= MaxLastResort {
		return nil, ErrExhausted
	}
	return private, nil
}

// use erases the one-time prekeys of an initial message that has opened. If it had none, use
// records the handshake.
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

// generation returns the generation whose signed prekey the message names, or nil.
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
