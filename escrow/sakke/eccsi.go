package sakke

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"math/big"

	"filippo.io/nistec"

	"doormat/internal/secret"
)

// ECCSI, RFC 6507, on P-256 with SHA-256. A signature has 129 bytes. They include the signer's
// public key, PVT, which is neither secret nor certified: KPAK and the signer's identifier are
// enough to check both.

// Sizes in bytes.
const (
	scalarSize    = 32
	pointSize     = 65
	signatureSize = 2*scalarSize + pointSize // r ‖ s ‖ PVT
)

// order is q of RFC 6507, the order of P-256.
var order, _ = new(big.Int).SetString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)

var generator = nistec.NewP256Point().SetGenerator().Bytes()

// scalar is a number below the order, in 32 bytes.
type scalar [scalarSize]byte

func newScalar(n *big.Int) (s scalar) {
	n.FillBytes(s[:])
	return s
}

func (s scalar) big() *big.Int { return new(big.Int).SetBytes(s[:]) }

// randomScalar draws a scalar from 1 to q − 1.
func randomScalar() scalar {
	for {
		var s scalar
		rand.Read(s[:])
		if parsed, err := parseScalar(s[:]); err == nil {
			return parsed
		}
	}
}

// parseScalar reads 32 bytes, big-endian, from 1 to q − 1.
func parseScalar(b []byte) (s scalar, err error) {
	if len(b) != scalarSize || new(big.Int).SetBytes(b).Cmp(order) >= 0 || s == scalar(b) {
		return s, wrong("32 bytes from 1 to q − 1")
	}
	return scalar(b), nil
}

// parseP256 reads 04 ‖ x ‖ y of a point on P-256. The curve has prime order, so every point is in the
// group.
func parseP256(b []byte) (*nistec.P256Point, error) {
	if len(b) != pointSize {
		return nil, wrong("a point of P-256 in 65 bytes")
	}
	p, err := nistec.NewP256Point().SetBytes(b)
	if err != nil {
		return nil, wrong("a point of P-256 in 65 bytes")
	}
	return p, nil
}

func baseMult(s scalar) *nistec.P256Point { return must(nistec.NewP256Point().ScalarBaseMult(s[:])) }

func mult(s [scalarSize]byte, p *nistec.P256Point) *nistec.P256Point {
	return must(nistec.NewP256Point().ScalarMult(p, s[:]))
}

func must(p *nistec.P256Point, err error) *nistec.P256Point {
	if err != nil {
		panic("sakke: internal error: " + err.Error()) // a scalar always has 32 bytes
	}
	return p
}

func add(p, q *nistec.P256Point) *nistec.P256Point { return nistec.NewP256Point().Add(p, q) }

// hashSigner returns HS, which binds a PVT to its identifier and its community.
func hashSigner(kpak []byte, id Identifier, pvt []byte) [scalarSize]byte {
	h := sha256.New()
	h.Write(generator)  // G
	h.Write(kpak)       // KPAK
	h.Write([]byte(id)) // ID
	h.Write(pvt)        // PVT
	return [scalarSize]byte(h.Sum(nil))
}

// hashMessage returns HE, which binds a signature to its message.
func hashMessage(hs [scalarSize]byte, r, message []byte) [scalarSize]byte {
	h := sha256.New()
	h.Write(hs[:])   // HS
	h.Write(r)       // r
	h.Write(message) // M
	return [scalarSize]byte(h.Sum(nil))
}

// AuthenticationSecret is KSAK of the KMS, a number from 1 to q − 1, from which signing keys of
// everyone follow. The zero AuthenticationSecret has no KSAK, and the keys it extracts sign
// nothing.
type AuthenticationSecret struct {
	hidden[AuthenticationSecret]
	ksak *scalar
}

// newAuthenticationSecret draws KSAK from crypto/rand.
func newAuthenticationSecret() AuthenticationSecret {
	ksak := randomScalar()
	return AuthenticationSecret{ksak: &ksak}
}

// ParseAuthenticationSecret reads the 32 bytes that [AuthenticationSecret.RecoveryKey] returns. It
// returns an error unless they are a number from 1 to q − 1.
func ParseAuthenticationSecret(b []byte) (AuthenticationSecret, error) {
	ksak, err := parseScalar(b)
	return AuthenticationSecret{ksak: &ksak}, err
}

// RecoveryKey returns KSAK, 32 bytes, big-endian, in clear. It opens nothing that was recorded, and
// puts a man in the middle of any call to come. It returns nil if there is none.
func (a AuthenticationSecret) RecoveryKey() []byte {
	if a.ksak == nil {
		return nil
	}
	return append([]byte(nil), a.ksak[:]...)
}

// public returns KPAK = [KSAK]G.
func (a AuthenticationSecret) public() []byte { return baseMult(*a.ksak).Bytes() }

// Extract computes a signing key of an identifier, another one at each call. It implements RFC 6507,
// Section 5.1.1. The KMS issues keys to subscribers with this function, and a thief of KSAK signs as
// anyone with it. Without KSAK the key is the zero SigningKey.
func (a AuthenticationSecret) Extract(id Identifier) SigningKey {
	for a.ksak != nil {
		if k, ok := a.extract(id, randomScalar()); ok {
			return k
		}
	}
	return SigningKey{}
}

// extract computes PVT = [v]G and SSK = KSAK + HS·v, and reports whether they may be used.
func (a AuthenticationSecret) extract(id Identifier, v scalar) (k SigningKey, ok bool) {
	kpak := a.public()
	k = SigningKey{named: secret.Name[SigningKey](id.String()), id: id, pvt: [pointSize]byte(baseMult(v).Bytes())}
	k.hs = hashSigner(kpak, id, k.pvt[:])
	n := new(big.Int).SetBytes(k.hs[:])
	n.Mul(n, v.big()).Add(n, a.ksak.big()).Mod(n, order)
	ssk := newScalar(n)
	k.ssk = &ssk
	return k, ssk != scalar{} && k.hs != [scalarSize]byte{}
}

// SigningKey is SSK and PVT: it signs as its identifier. Printing one prints the identifier. The zero
// SigningKey signs nothing.
type SigningKey struct {
	named[SigningKey]
	id  Identifier
	ssk *scalar
	pvt [pointSize]byte
	hs  [scalarSize]byte
}

// Identifier returns the number and month that the key signs as.
func (k SigningKey) Identifier() Identifier { return k.id }

// Bytes returns SSK ‖ PVT, 97 bytes, in clear. It returns nil for the zero SigningKey.
func (k SigningKey) Bytes() []byte {
	if k.ssk == nil {
		return nil
	}
	return append(append([]byte(nil), k.ssk[:]...), k.pvt[:]...)
}

// ParseSigningKey reads the 97 bytes that [SigningKey.Bytes] returns, and returns an error unless
// they are a key of id: KPAK = [SSK]G − [HS]PVT. It implements RFC 6507, Section 5.1.2.
func (c *Community) ParseSigningKey(id Identifier, b []byte) (k SigningKey, err error) {
	expected := wrong("a signing key of " + id.String())
	if len(b) != scalarSize+pointSize {
		return k, expected
	}
	k = SigningKey{named: secret.Name[SigningKey](id.String()), id: id, pvt: [pointSize]byte(b[scalarSize:])}
	ssk, err := parseScalar(b[:scalarSize])
	if err != nil {
		return SigningKey{}, expected
	}
	k.ssk = &ssk
	pvt, err := parseP256(k.pvt[:])
	if err != nil {
		return SigningKey{}, expected
	}
	k.hs = hashSigner(c.kpakBytes, id, k.pvt[:])
	if string(add(mult(k.hs, pvt), c.kpak).Bytes()) != string(baseMult(ssk).Bytes()) {
		return SigningKey{}, expected
	}
	return k, nil
}

// Sign signs a message, and returns r ‖ s ‖ PVT, 129 bytes, or nil for the zero SigningKey. It
// implements RFC 6507, Section 5.2.1.
func (k SigningKey) Sign(message []byte) []byte {
	for k.ssk != nil {
		if sig, ok := k.sign(message, randomScalar()); ok {
			return sig
		}
	}
	return nil
}

// sign computes
//
//	J = [j]G,  r = Jx,  HE = hash(HS ‖ r ‖ M),  s = j / (HE + r·SSK) mod q
//
// and reports whether the signature may be used. Step 6, which takes q − s where s is too long, is
// left out: it concerns curves whose q has more octets than p.
func (k SigningKey) sign(message []byte, j scalar) (sig []byte, ok bool) {
	r, err := baseMult(j).BytesX()
	if err != nil {
		return nil, false
	}
	he := hashMessage(k.hs, r, message)
	s := new(big.Int).Mul(new(big.Int).SetBytes(r), k.ssk.big())
	s.Add(s, new(big.Int).SetBytes(he[:])).Mod(s, order)
	if s.Sign() == 0 {
		return nil, false
	}
	s.ModInverse(s, order).Mul(s, j.big()).Mod(s, order)
	sBytes := newScalar(s)
	return append(append(append(sig, r...), sBytes[:]...), k.pvt[:]...), true
}

// Verify returns ErrSignature unless signer signed the message. It implements RFC 6507, Section
// 5.2.2:
//
//	Y = [HS]PVT + KPAK,  J = [s]([HE]G + [r]Y),  Jx = r
//
// Signatures are malleable, as (r, −s) verifies too: do not use them as identifiers.
func (c *Community) Verify(signer Identifier, message, sig []byte) error {
	if len(sig) != signatureSize {
		return ErrSignature
	}
	r, pvt := sig[:scalarSize], sig[2*scalarSize:]
	s, err := parseScalar(sig[scalarSize:][:scalarSize])
	if err != nil {
		return ErrSignature
	}
	p, err := parseP256(pvt)
	if err != nil {
		return ErrSignature
	}
	hs := hashSigner(c.kpakBytes, signer, pvt)
	he := hashMessage(hs, r, message)
	y := add(mult(hs, p), c.kpak)
	j := mult(s, add(baseMult(he), mult([scalarSize]byte(r), y)))
	jx, err := j.BytesX()
	if err != nil || subtle.ConstantTimeCompare(jx, r) != 1 {
		return ErrSignature
	}
	return nil
}
