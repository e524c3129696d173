package noescrow

import (
	"errors"
	"sync"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
)

// A publication is what a device gives to its relay, and a bundle what the relay hands out:
//
//	struct { uint32 id; opaque key[32]; } CurvePrekey;
//	struct { uint32 id; opaque key[1184]; opaque signature[64]; } KEMPrekey;
//
//	struct {
//	    uint8       version = 1;
//	    uint8       kind = 3;
//	    opaque      identity[32];
//	    CurvePrekey signed;
//	    opaque      signature[64];
//	    KEMPrekey   last_resort;
//	    CurvePrekey curve<0..2^24-1>;   /* one-time */
//	    KEMPrekey   kem<0..2^24-1>;     /* one-time, as many */
//	} Publication;
//
//	struct {
//	    uint8       version = 1;
//	    uint8       kind = 4;
//	    opaque      identity[32];
//	    CurvePrekey signed;
//	    opaque      signature[64];
//	    KEMPrekey   post_quantum;
//	    CurvePrekey one_time<0..36>;    /* one or none */
//	} Bundle;
type publication struct {
	identity   x25519.PublicKey
	signed     pqxdh.CurvePrekey
	signedBy   pqxdh.Signature
	lastResort signedKEM
	curve      []pqxdh.CurvePrekey
	kem        []signedKEM
}

type signedKEM struct {
	pqxdh.KEMPrekey
	signature pqxdh.Signature
}

var (
	errPublication = errors.New("not a valid publication of prekeys")
	errBundle      = errors.New("not a valid prekey bundle")
	errOther       = errors.New("the publication is another device's")
)

// A Shelf is a relay's store of one device's published prekeys. It holds no secret. It is safe
// for concurrent use. The zero Shelf is empty.
type Shelf struct {
	mu sync.Mutex
	p  *publication
}

// NewShelf opens a shelf with a device's first publication, after checking its signatures.
func NewShelf(publication []byte) (*Shelf, error) {
	s := new(Shelf)
	if err := s.Add(publication); err != nil {
		return nil, err
	}
	return s, nil
}

// Add takes a publication, after checking its signatures. It must be of the same device as the
// ones before: its signed and last-resort prekeys replace theirs, its one-time prekeys join them.
func (s *Shelf) Add(publication []byte) error {
	p, err := parsePublication(publication)
	if err != nil {
		return prefix(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.p != nil {
		if p.identity != s.p.identity {
			return prefix(errOther)
		}
		p.curve = newest(append(s.p.curve, p.curve...))
		p.kem = newest(append(s.p.kem, p.kem...))
	}
	s.p = p
	return nil
}

// newest are as many one-time prekeys as their device keeps.
func newest[K any](keys []K) []K { return keys[max(0, len(keys)-MaxOneTimePrekeys):] }

// Bundle hands out one bundle, of 1,423 bytes, or 1,387 when the one-time prekeys have run
// out and the last-resort key stands in. An empty shelf gives nil.
func (s *Shelf) Bundle() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.p == nil {
		return nil
	}
	b := &pqxdh.Bundle{Identity: s.p.identity, Signed: s.p.signed, SignedBy: s.p.signedBy}
	kem := s.p.lastResort
	if len(s.p.kem) > 0 {
		kem, s.p.kem = s.p.kem[0], s.p.kem[1:]
	}
	b.PostQuantum, b.PostQuantumBy = kem.KEMPrekey, kem.signature
	if len(s.p.curve) > 0 {
		b.OneTime, s.p.curve = &s.p.curve[0], s.p.curve[1:]
	}
	return marshalBundle(b)
}

func (p *publication) marshal() []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(version)
	b.AddUint8(kindPrekeys)
	b.AddBytes(p.identity[:])
	addCurve(b, &p.signed)
	b.AddBytes(p.signedBy[:])
	addKEM(b, &p.lastResort)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range p.curve {
			addCurve(b, &p.curve[i])
		}
	})
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range p.kem {
			addKEM(b, &p.kem[i])
		}
	})
	return b.BytesOrPanic()
}

func parsePublication(data []byte) (*publication, error) {
	p := new(publication)
	var kind uint8
	var curve, kem cryptobyte.String
	in := cryptobyte.String(data)
	ok := readVersion(&in, &kind) && kind == kindPrekeys &&
		readKey(&in, &p.identity) &&
		readCurve(&in, &p.signed) &&
		in.CopyBytes(p.signedBy[:]) &&
		readKEM(&in, &p.lastResort) &&
		in.ReadUint24LengthPrefixed(&curve) &&
		in.ReadUint24LengthPrefixed(&kem) &&
		in.Empty() &&
		len(curve) <= MaxOneTimePrekeys*(4+x25519.Size) // before the keys are parsed, which takes time
	for ok && !curve.Empty() {
		var k pqxdh.CurvePrekey
		ok = readCurve(&curve, &k)
		p.curve = append(p.curve, k)
	}
	for ok && !kem.Empty() {
		var k signedKEM
		ok = readKEM(&kem, &k)
		p.kem = append(p.kem, k)
	}
	if !ok || len(p.curve) != len(p.kem) {
		return nil, errPublication
	}
	return p, p.verify()
}

func (p *publication) verify() error {
	if err := pqxdh.VerifyCurve(p.identity, p.signed.Key, p.signedBy); err != nil {
		return err
	}
	for _, k := range append(p.kem, p.lastResort) {
		if err := pqxdh.VerifyKEM(p.identity, &k.Key, k.signature); err != nil {
			return err
		}
	}
	return nil
}

func marshalBundle(bundle *pqxdh.Bundle) []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(version)
	b.AddUint8(kindBundle)
	b.AddBytes(bundle.Identity[:])
	addCurve(b, &bundle.Signed)
	b.AddBytes(bundle.SignedBy[:])
	addKEM(b, &signedKEM{bundle.PostQuantum, bundle.PostQuantumBy})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) {
		if bundle.OneTime != nil {
			addCurve(b, bundle.OneTime)
		}
	})
	return b.BytesOrPanic()
}

// parseBundle reads a bundle and checks its keys. Its signatures are for pqxdh.Initiate.
func parseBundle(data []byte) (*pqxdh.Bundle, error) {
	b := new(pqxdh.Bundle)
	var kind uint8
	var kem signedKEM
	var oneTime cryptobyte.String
	in := cryptobyte.String(data)
	ok := readVersion(&in, &kind) && kind == kindBundle &&
		readKey(&in, &b.Identity) &&
		readCurve(&in, &b.Signed) &&
		in.CopyBytes(b.SignedBy[:]) &&
		readKEM(&in, &kem) &&
		in.ReadUint8LengthPrefixed(&oneTime) &&
		in.Empty()
	if ok && !oneTime.Empty() {
		b.OneTime = new(pqxdh.CurvePrekey)
		ok = readCurve(&oneTime, b.OneTime) && oneTime.Empty()
	}
	if !ok {
		return nil, errBundle
	}
	b.PostQuantum, b.PostQuantumBy = kem.KEMPrekey, kem.signature
	return b, nil
}

func addCurve(b *cryptobyte.Builder, k *pqxdh.CurvePrekey) {
	b.AddUint32(k.ID)
	b.AddBytes(k.Key[:])
}

func addKEM(b *cryptobyte.Builder, k *signedKEM) {
	b.AddUint32(k.ID)
	b.AddBytes(k.Key[:])
	b.AddBytes(k.signature[:])
}

func readCurve(in *cryptobyte.String, k *pqxdh.CurvePrekey) bool {
	return in.ReadUint32(&k.ID) && k.ID != 0 && readKey(in, &k.Key)
}

func readKEM(in *cryptobyte.String, k *signedKEM) bool {
	return in.ReadUint32(&k.ID) && k.ID != 0 && in.CopyBytes(k.Key[:]) && in.CopyBytes(k.signature[:])
}

// readKey reads a public key and refuses all that x25519.Parse refuses.
func readKey(in *cryptobyte.String, p *x25519.PublicKey) bool {
	var b []byte
	if !in.ReadBytes(&b, x25519.Size) {
		return false
	}
	key, err := x25519.Parse(b)
	*p = key
	return err == nil
}
