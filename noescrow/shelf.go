package noescrow

import (
	"errors"
	"sync"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
	"doormat/internal/xeddsa"
)

// A publication is what a device gives to its relay, a bundle what the relay hands out, and a shelf
// what the relay keeps in between:
//
//	struct { uint32 id; opaque key[32]; } CurvePrekey;
//	struct { uint32 id; opaque key[1184]; opaque signature[64]; } KEMPrekey;
//
//	struct {
//	    uint8       version = 2;
//	    uint8       kind = 3;
//	    opaque      identity[32];
//	    uint32      number;             /* above those of its prekeys and of earlier publications */
//	    CurvePrekey signed;
//	    opaque      signed_by[64];
//	    KEMPrekey   last_resort;
//	    CurvePrekey curve<0..2^24-1>;   /* one-time; numbers strictly ascending */
//	    KEMPrekey   kem<0..2^24-1>;     /* one-time, the same count; numbers strictly ascending */
//	    opaque      signature[64];      /* by identity, over publicationLabel and the bytes before */
//	} Publication;
//
//	struct {
//	    uint8       version = 2;
//	    uint8       kind = 4;
//	    opaque      identity[32];
//	    CurvePrekey signed;
//	    opaque      signed_by[64];
//	    KEMPrekey   post_quantum;
//	    CurvePrekey one_time<0..36>;    /* one or none */
//	} Bundle;
//
//	struct {
//	    uint8       version = 2;
//	    uint8       kind = 6;           /* nothing follows if there is no publication yet */
//	    opaque      identity[32];
//	    uint32      number;             /* of the last publication, as are the two prekeys below */
//	    CurvePrekey signed;
//	    opaque      signed_by[64];
//	    KEMPrekey   last_resort;
//	    CurvePrekey curve<0..2^24-1>;   /* one-time, not handed out; numbers strictly ascending */
//	    KEMPrekey   kem<0..2^24-1>;     /* one-time, the same count; numbers strictly ascending */
//	} Shelf;
type publication struct {
	identity   x25519.PublicKey
	number     uint32
	signed     pqxdh.CurvePrekey
	signedBy   pqxdh.Signature
	lastResort signedKEM
	curve      []pqxdh.CurvePrekey
	kem        []signedKEM
}

// signedKEM is a KEM prekey with PQXDH's signature.
type signedKEM struct {
	pqxdh.KEMPrekey
	signature pqxdh.Signature
}

// publicationLabel is the prefix of a signed publication. What PQXDH signs begins with another byte
// (EncodeEC and EncodeKEM), so no signature on a prekey is valid for a publication, or vice versa.
const publicationLabel = "doormat 2 publication of prekeys"

var (
	errPublication = errors.New("not a valid publication of prekeys")
	errBundle      = errors.New("not a valid prekey bundle")
	errUnsigned    = errors.New("the signature on a publication does not verify")
	errOther       = errors.New("the publication is another device's")
	errShelf       = errors.New("not a valid shelf")
)

// A Shelf is a relay's store of one device's published prekeys, one Shelf for each device. It holds
// no secret. It is safe for concurrent use. The zero Shelf is empty. A relay that may restart saves
// each shelf: see the section "Keeping a relay" of the package.
type Shelf struct {
	mu sync.Mutex
	p  *publication // the latest, with the one-time prekeys that have not been handed out
}

// NewShelf makes a shelf from a device's first publication: see [Shelf.Add].
func NewShelf(publication []byte) (*Shelf, error) {
	s := new(Shelf)
	if err := s.Add(publication); err != nil {
		return nil, err
	}
	return s, nil
}

// Add checks a publication's signature and stores it. The publication must be of the same device as
// the earlier ones. Its signed and last-resort prekeys replace theirs, and its one-time prekeys are
// added to theirs. The error wraps ErrOldPublication if the publication is not newer than the last one,
// so that a repeated upload or an old publication changes nothing. After an error the shelf is unchanged.
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
		if p.number <= s.p.number || len(p.curve) > 0 && min(p.curve[0].ID, p.kem[0].ID) <= s.p.number {
			return prefix(ErrOldPublication)
		}
		p.curve = newest(append(s.p.curve, p.curve...))
		p.kem = newest(append(s.p.kem, p.kem...))
	}
	s.p = p
	return nil
}

// newest returns the last MaxOneTimePrekeys keys, which are those that the device still has.
func newest[K any](keys []K) []K { return keys[max(0, len(keys)-MaxOneTimePrekeys):] }

// Identity returns the device whose prekeys these are, which is the signer of every publication that
// Add has taken. It is the zero Identity for an empty shelf. A relay that does not know whose a publication is
// makes a new shelf of it, and asks that.
func (s *Shelf) Identity() Identity {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.p == nil {
		return Identity{}
	}
	return Identity(s.p.identity)
}

// OneTimePrekeys returns how many bundles with one-time prekeys the shelf can still hand out: tell
// the device, which publishes more before they run out.
func (s *Shelf) OneTimePrekeys() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.p == nil {
		return 0
	}
	return len(s.p.curve)
}

// Bundle returns what one device needs to start one session with the shelf's device, for
// [Device.Start]. Each call consumes: the oldest one-time prekeys go into the bundle and off the
// shelf, and are never handed out again. So call it once for each request, and save the shelf before
// the bundle leaves. A bundle has 1,423 bytes, or 1,387 once no one-time prekeys are left: then it
// has the last-resort prekey, which is not consumed. A shelf without a publication returns nil.
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

// MarshalBinary returns the shelf as it is now: 1,396 bytes and 1,288 for each pair of one-time
// prekeys, or 2 bytes if it is empty. It never returns an error.
func (s *Shelf) MarshalBinary() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.p == nil {
		return []byte{version, kindShelf}, nil
	}
	return s.p.marshal(kindShelf), nil
}

// UnmarshalBinary replaces s by the shelf that MarshalBinary wrote. The loaded shelf refuses the
// publications that the saved one refused. No signature covers the bytes, as they are the relay's
// own. After an error s is unchanged.
func (s *Shelf) UnmarshalBinary(data []byte) error {
	p, err := parseShelf(data)
	if err != nil {
		return prefix(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.p = p
	return nil
}

// MarshalText implements [encoding.TextMarshaler] and always returns an error. Without it, package
// json would write an empty object.
func (s *Shelf) MarshalText() ([]byte, error) {
	return nil, prefix(errors.New("a shelf is saved by MarshalBinary, not as text"))
}

// parseShelf reads what MarshalBinary wrote. A shelf that is empty is nil.
func parseShelf(data []byte) (*publication, error) {
	var kind uint8
	in := cryptobyte.String(data)
	if !readVersion(&in, &kind) || kind != kindShelf {
		return nil, errShelf
	}
	if in.Empty() {
		return nil, nil
	}
	var curve, kem cryptobyte.String
	p := new(publication)
	if !p.readHead(&in, &curve, &kem) || !in.Empty() || !p.readPrekeys(curve, kem) {
		return nil, errShelf
	}
	return p, nil
}

// sign returns the bytes of p, signed with its device's identity key.
func (p *publication) sign(identity x25519.PrivateKey) []byte {
	data := p.marshal(kindPrekeys)
	signature := xeddsa.Sign(identity, append([]byte(publicationLabel), data...))
	return append(data, signature[:]...)
}

// marshal returns the bytes that a publication and a shelf have in common, with the kind of either.
func (p *publication) marshal(kind uint8) []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, 1460+1288*len(p.curve)))
	b.AddUint8(version)
	b.AddUint8(kind)
	b.AddBytes(p.identity[:])
	b.AddUint32(p.number)
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

// parsePublication reads a publication. It checks the signature before it parses the one-time
// prekeys, since that is the slow part. The signatures on single prekeys are left to
// pqxdh.Initiate: the signature on the whole covers the prekeys here.
func parsePublication(data []byte) (*publication, error) {
	p := new(publication)
	var kind uint8
	var curve, kem cryptobyte.String
	var signature [xeddsa.Size]byte
	in := cryptobyte.String(data)
	if !readVersion(&in, &kind) || kind != kindPrekeys || !p.readHead(&in, &curve, &kem) ||
		!in.CopyBytes(signature[:]) || !in.Empty() {
		return nil, errPublication
	}
	content := data[:len(data)-xeddsa.Size]
	if !xeddsa.Verify(p.identity, append([]byte(publicationLabel), content...), signature) {
		return nil, errUnsigned
	}
	if !p.readPrekeys(curve, kem) {
		return nil, errPublication
	}
	return p, nil
}

// readHead reads what comes before the one-time prekeys, and returns these unread.
func (p *publication) readHead(in, curve, kem *cryptobyte.String) bool {
	return readKey(in, &p.identity) &&
		in.ReadUint32(&p.number) &&
		readCurve(in, &p.signed) &&
		in.CopyBytes(p.signedBy[:]) &&
		readKEM(in, &p.lastResort) &&
		in.ReadUint24LengthPrefixed(curve) &&
		in.ReadUint24LengthPrefixed(kem) &&
		len(*curve) <= MaxOneTimePrekeys*(4+x25519.Size) &&
		len(*kem) <= MaxOneTimePrekeys*(4+pqxdh.KEMPublicKeySize+xeddsa.Size)
}

// readPrekeys reads the one-time prekeys and checks all numbers.
func (p *publication) readPrekeys(curve, kem cryptobyte.String) bool {
	ok := p.signed.ID < p.number && p.lastResort.ID < p.number
	for last := uint32(0); ok && !curve.Empty(); {
		var k pqxdh.CurvePrekey
		ok = readCurve(&curve, &k) && k.ID > last && k.ID < p.number
		p.curve, last = append(p.curve, k), k.ID
	}
	for last := uint32(0); ok && !kem.Empty(); {
		var k signedKEM
		ok = readKEM(&kem, &k) && k.ID > last && k.ID < p.number
		p.kem, last = append(p.kem, k), k.ID
	}
	return ok && len(p.curve) == len(p.kem)
}

// marshalBundle returns the bytes of a bundle.
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

// parseBundle reads a bundle and checks its keys. pqxdh.Initiate checks its signatures.
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

// addCurve writes a prekey and its number, 36 bytes.
func addCurve(b *cryptobyte.Builder, k *pqxdh.CurvePrekey) {
	b.AddUint32(k.ID)
	b.AddBytes(k.Key[:])
}

// addKEM writes a prekey, its number and its signature, 1,252 bytes.
func addKEM(b *cryptobyte.Builder, k *signedKEM) {
	b.AddUint32(k.ID)
	b.AddBytes(k.Key[:])
	b.AddBytes(k.signature[:])
}

// readCurve reads what addCurve wrote. Numbers begin at 1, since 0 stands for no prekey.
func readCurve(in *cryptobyte.String, k *pqxdh.CurvePrekey) bool {
	return in.ReadUint32(&k.ID) && k.ID != 0 && readKey(in, &k.Key)
}

// readKEM reads what addKEM wrote. It does not check the key, which pqxdh.Initiate does.
func readKEM(in *cryptobyte.String, k *signedKEM) bool {
	return in.ReadUint32(&k.ID) && k.ID != 0 && in.CopyBytes(k.Key[:]) && in.CopyBytes(k.signature[:])
}

// readKey reads a public key that [x25519.Parse] accepts.
func readKey(in *cryptobyte.String, p *x25519.PublicKey) bool {
	var b []byte
	if !in.ReadBytes(&b, x25519.Size) {
		return false
	}
	key, err := x25519.Parse(b)
	*p = key
	return err == nil
}
