package scanning

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"
)

// A voucher is what a device sends to the server beside each picture:
//
//	struct {
//	    opaque Q[32];               /* an element */
//	    opaque ct[48];              /* rkey, under H'(S) */
//	} Pair;
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 7;
//	    uint64 number;
//	    Pair   pairs[2];
//	    opaque sealed<0..2^24-1>;   /* an Inner, under rkey */
//	} Voucher;
//
//	struct {
//	    opaque content[4126];       /* a Padded, under adkey, with its nonce before it */
//	    opaque x[32], fx[32];       /* the share, scalars */
//	    uint64 r[s];                /* below 2^61-1 */
//	} Inner;
//
//	struct {
//	    uint16 length;
//	    opaque associated[4096];    /* zeros after length bytes */
//	} Padded;
type voucher struct {
	number uint64
	pairs  [2]pair
	sealed []byte
}

type pair struct {
	q  [elementSize]byte
	ct [32 + sealOverhead]byte
}

const (
	pairSize           = elementSize + 32 + sealOverhead
	sealOverhead       = 16
	nonceSize          = 12
	randomSealOverhead = nonceSize + sealOverhead
	contentSize        = randomSealOverhead + 2 + AssociatedSize
)

func newPair(q, s group.Element, rkey [32]byte) (p pair) {
	copy(p.q[:], encode(q))
	copy(p.ct[:], sealOnce(pairKey(s), rkey[:]))
	return p
}

func (v *voucher) bytes() []byte {
	b := header(kindVoucher)
	b.AddUint64(v.number)
	for _, p := range v.pairs {
		b.AddBytes(p.q[:])
		b.AddBytes(p.ct[:])
	}
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v.sealed) })
	return b.BytesOrPanic()
}

var errVoucher = errors.New("scanning: expected a safety voucher, found something else")

func parseVoucher(b []byte) (*voucher, error) {
	in := cryptobyte.String(b)
	v := new(voucher)
	var sealed cryptobyte.String
	if !readHeader(&in, kindVoucher) || !in.ReadUint64(&v.number) {
		return nil, errVoucher
	}
	for j := range v.pairs {
		if !in.CopyBytes(v.pairs[j].q[:]) || !in.CopyBytes(v.pairs[j].ct[:]) {
			return nil, errVoucher
		}
	}
	if !in.ReadUint24LengthPrefixed(&sealed) || !in.Empty() {
		return nil, errVoucher
	}
	v.sealed = sealed
	return v, nil
}

// inner is what rkey opens.
type inner struct {
	content []byte
	x, fx   group.Scalar
	r       []fp
}

func parseInner(b []byte) (n inner, ok bool) {
	in := cryptobyte.String(b)
	var x, fx []byte
	if !in.ReadBytes(&n.content, contentSize) || !in.ReadBytes(&x, elementSize) || !in.ReadBytes(&fx, elementSize) {
		return n, false
	}
	n.x, n.fx = g.NewScalar(), g.NewScalar()
	if n.x.UnmarshalBinary(x) != nil || n.fx.UnmarshalBinary(fx) != nil || n.x.IsZero() {
		return n, false
	}
	n.r, ok = parseFP(in)
	return n, ok
}

// pairKey is H' of the paper.
func pairKey(s group.Element) [32]byte {
	return sha256.Sum256(append([]byte("doormat scanning pair v1\x00"), encode(s)...))
}

// contentKey is adkey, made of f(0).
func contentKey(secret group.Scalar) [32]byte {
	return sha256.Sum256(append([]byte("doormat scanning adkey v1\x00"), encode(secret)...))
}

// columnOf maps the x of a share into the field of the detectable hash function.
func columnOf(x group.Scalar) fp {
	sum := sha256.Sum256(append([]byte("doormat scanning column v1\x00"), encode(x)...))
	return reduceFP(binary.BigEndian.Uint64(sum[:]))
}

// pad makes all associated data as long as the longest.
func pad(associated []byte) []byte {
	b := binary.BigEndian.AppendUint16(make([]byte, 0, 2+AssociatedSize), uint16(len(associated)))
	return append(b, associated...)[:2+AssociatedSize]
}

// unpad reads what pad returns.
func unpad(b []byte) ([]byte, bool) {
	if len(b) != 2+AssociatedSize {
		return nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if n > AssociatedSize {
		return nil, false
	}
	for _, c := range b[2+n:] {
		if c != 0 {
			return nil, false
		}
	}
	return b[2 : 2+n], true
}

// aead returns AES-256-GCM.
func aead(key [32]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("scanning: internal error: " + err.Error())
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		panic("scanning: internal error: " + err.Error())
	}
	return a
}

// sealOnce seals with a key that seals nothing else, so that the nonce may be zero.
func sealOnce(key [32]byte, b []byte) []byte {
	return aead(key).Seal(nil, make([]byte, nonceSize), b, nil)
}

func openOnce(key [32]byte, b []byte) ([]byte, error) {
	return aead(key).Open(nil, make([]byte, nonceSize), b, nil)
}

// sealRandomNonce seals with adkey, which seals once for each picture of an account. The nonce is drawn from
// crypto/rand's Reader, so that seeded runs repeat, and stands before the ciphertext.
func sealRandomNonce(key [32]byte, b []byte) []byte {
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	return aead(key).Seal(nonce, nonce, b, nil)
}

func openRandomNonce(key [32]byte, b []byte) ([]byte, error) {
	return aead(key).Open(nil, b[:nonceSize], b[nonceSize:], nil)
}
