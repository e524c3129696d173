// Package bbs implements BBS signatures according to draft-irtf-cfrg-bbs-signatures in its form of July 2025,
// ciphersuite BLS12-381-SHA-256 (https://datatracker.ietf.org/doc/draft-irtf-cfrg-bbs-signatures/). One signature is for
// a list of messages. Its holder can prove the possession of it, show some of the messages and hide the others. Two
// proofs of one signature have nothing in common but the header and the messages that are shown, and each fits every
// signature on these (TestEveryProofFitsEverySignature). That holds against the signer too, and does not depend on
// anybody's computing power.
//
// The draft may still change, and this code has not been reviewed.
//
// The other ciphersuite, BLS12-381-SHAKE-256, is left out: the Hash method of G1 in circl has SHA-256 built in, and
// circl exports no map to the curve to which other bytes could be given.
package bbs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/cloudflare/circl/ecc/bls12381"

	"doormat/internal/secret"
)

// Names and layout follow the draft: A, B, D, Abar, Bbar, T1, T2, domain and the hats and tildes of its scalars. Begin
// here, with the signature. The proof is in proof.go. Lists of messages are indexed from 0.

type (
	scalar = bls12381.Scalar
	g1     = bls12381.G1
	g2     = bls12381.G2
)

// Sizes in bytes.
const (
	PrivateKeySize = bls12381.ScalarSize
	PublicKeySize  = bls12381.G2SizeCompressed
	SignatureSize  = bls12381.G1SizeCompressed + bls12381.ScalarSize
)

// The limits of this package. The draft allows for 2^64 of each.
const (
	MaxMessages = 128     // messages of a signature
	MaxLength   = 1 << 16 // bytes of a message, a header or key material
)

const (
	ciphersuiteID = "BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_"
	apiID         = ciphersuiteID + "H2G_HM2S_"
	expandLength  = 48
)

var (
	errKey       = errors.New("bbs: expected a key, found something else")
	errLength    = fmt.Errorf("bbs: expected at most %d messages, and each with the header at most %d bytes, found more", MaxMessages, MaxLength)
	errSignature = errors.New("bbs: the signature is not the key's on this header and these messages")
)

// A PrivateKey signs. Printing one prints nothing of it. A nil or zero one has no bytes, and signs nothing.
type PrivateKey struct {
	secret.Hidden[PrivateKey]
	sk     *scalar // behind a pointer, which prints as an address wherever methods are not called
	public *PublicKey
}

// KeyGen derives a key from secret material of 32 to [MaxLength] bytes, and from info that distinguishes several keys
// of one material, below 64 KiB. It implements the draft's KeyGen.
func KeyGen(material, info []byte) (*PrivateKey, error) {
	if len(material) < 32 || len(material) > MaxLength || len(info) >= 1<<16 {
		return nil, errors.New("bbs: expected key material of 32 bytes or more, found less, or too much")
	}
	in := binary.BigEndian.AppendUint16(slices.Clone(material), uint16(len(info)))
	return newPrivateKey(hashToScalar(append(in, info...), apiID+"KEYGEN_DST_"))
}

// newPrivateKey computes the public key, which is the draft's SkToPk.
func newPrivateKey(sk *scalar) (*PrivateKey, error) {
	if sk.IsZero() == 1 {
		return nil, errKey
	}
	w := new(g2)
	w.ScalarMult(sk, bls12381.G2Generator())
	return &PrivateKey{sk: sk, public: &PublicKey{w, [PublicKeySize]byte(w.BytesCompressed())}}, nil
}

// ParsePrivateKey reads a key of 32 bytes: a number from 1 to the order minus 1, big-endian.
func ParsePrivateKey(b []byte) (*PrivateKey, error) {
	sk, ok := parseScalar(b)
	if !ok {
		return nil, errKey
	}
	return newPrivateKey(sk)
}

// Bytes returns the key in 32 bytes.
func (k *PrivateKey) Bytes() []byte {
	if !k.made() {
		return nil
	}
	return bytesOf(k.sk)
}

func (k *PrivateKey) made() bool { return k != nil && k.sk != nil }

// Public returns the public key.
func (k *PrivateKey) Public() *PublicKey {
	if !k.made() {
		return nil
	}
	return k.public
}

// A PublicKey verifies signatures and proofs. A nil or zero one has no bytes, and verifies nothing.
type PublicKey struct {
	w     *g2
	bytes [PublicKeySize]byte
}

// ParsePublicKey reads a key of 96 bytes: a compressed point of G2 that is in the subgroup and not the identity.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	w := new(g2)
	if len(b) != PublicKeySize || w.SetBytes(b) != nil || w.IsIdentity() {
		return nil, errKey
	}
	return &PublicKey{w, [PublicKeySize]byte(b)}, nil
}

// Bytes returns the key in 96 bytes.
func (k *PublicKey) Bytes() []byte {
	if !k.made() {
		return nil
	}
	return slices.Clone(k.bytes[:])
}

func (k *PublicKey) made() bool { return k != nil && k.w != nil }

// generators are the points that messages are multiplied with. Nobody knows a logarithm of one to the base of
// another.
type generators struct {
	p1, q1 *g1
	h      []*g1
}

var made struct {
	sync.Mutex
	p1  *g1
	all []*g1  // Q_1, H_1, H_2, …
	v   []byte // the seed of the last
}

// generatorsOf returns the generators for n messages: create_generators of the draft. They are made once, as the first
// are the same for any number.
func generatorsOf(n int) generators {
	const seedDST, dst = apiID + "SIG_GENERATOR_SEED_", apiID + "SIG_GENERATOR_DST_"
	next := func(v []byte, i int) []byte {
		return expand(binary.BigEndian.AppendUint64(slices.Clone(v), uint64(i)), seedDST, expandLength)
	}
	made.Lock()
	defer made.Unlock()
	if made.p1 == nil {
		made.p1 = hashToCurve(next(expand([]byte(apiID+"BP_MESSAGE_GENERATOR_SEED"), seedDST, expandLength), 1), dst)
		made.v = expand([]byte(apiID+"MESSAGE_GENERATOR_SEED"), seedDST, expandLength)
	}
	for len(made.all) < n+1 {
		made.v = next(made.v, len(made.all)+1)
		made.all = append(made.all, hashToCurve(made.v, dst))
	}
	return generators{made.p1, made.all[0], slices.Clone(made.all[1 : n+1])}
}

// Sign returns a signature of 80 bytes on a header, which every proof shows, and on messages. It is the same every
// time. It implements the draft's Sign and CoreSign.
func (k *PrivateKey) Sign(header []byte, messages [][]byte) ([]byte, error) {
	if !k.made() {
		return nil, errKey
	}
	if tooLong(header, messages) {
		return nil, errLength
	}
	return k.sign(generatorsOf(len(messages)), header, messages)
}

func (k *PrivateKey) sign(g generators, header []byte, messages [][]byte) ([]byte, error) {
	domain := domainOf(k.public, g, header)
	m := scalarsOf(messages)
	e := hashToScalar(slices.Concat(bytesOf(k.sk), bytesOf(m...), bytesOf(domain)), apiID+"H2S_")
	sum := new(scalar)
	sum.Add(k.sk, e)
	if sum.IsZero() == 1 {
		return nil, errors.New("bbs: no signature exists on these messages") // once in 2^255
	}
	sum.Inv(sum)
	a := times(sum, g.b(domain, m)) // A = B / (SK + e)
	return append(a.BytesCompressed(), bytesOf(e)...), nil
}

// Verify returns an error unless the signature is the key's on this header and these messages. It implements the
// draft's Verify and CoreVerify.
func (k *PublicKey) Verify(signature, header []byte, messages [][]byte) error {
	if !k.made() {
		return errKey
	}
	if tooLong(header, messages) {
		return errLength
	}
	a, e, ok := parseSignature(signature)
	if !ok {
		return errSignature
	}
	g := generatorsOf(len(messages))
	b := g.b(domainOf(k, g, header), scalarsOf(messages))
	b.Neg()
	b.Add(b, times(e, a))
	if !k.paired(a, b, 1) { // e(A, W) e(eA - B, P2) = 1
		return errSignature
	}
	return nil
}

// paired reports whether e(x, W) e(y, P2)^sign is 1.
func (k *PublicKey) paired(x, y *g1, sign int) bool {
	return bls12381.ProdPairFrac([]*g1{x, y}, []*g2{k.w, bls12381.G2Generator()}, []int{1, sign}).IsIdentity()
}

func parseSignature(b []byte) (a *g1, e *scalar, ok bool) {
	if len(b) != SignatureSize {
		return nil, nil, false
	}
	a, ok = parsePoint(b[:bls12381.G1SizeCompressed])
	if !ok {
		return nil, nil, false
	}
	e, ok = parseScalar(b[bls12381.G1SizeCompressed:])
	return a, e, ok
}

// b returns B = P1 + domain Q_1 + sum of m_i H_i.
func (g generators) b(domain *scalar, m []*scalar) *g1 {
	return sum(append([]*g1{g.p1, times(domain, g.q1)}, products(m, g.h)...)...)
}

// domainOf binds a signature to key, number of messages and header: calculate_domain.
func domainOf(k *PublicKey, g generators, header []byte) *scalar {
	in := binary.BigEndian.AppendUint64(slices.Clone(k.bytes[:]), uint64(len(g.h)))
	for _, p := range append([]*g1{g.q1}, g.h...) {
		in = append(in, p.BytesCompressed()...)
	}
	in = append(in, apiID...)
	return hashToScalar(appendLong(in, header), apiID+"H2S_")
}

// scalarsOf maps messages to numbers: messages_to_scalars.
func scalarsOf(messages [][]byte) (all []*scalar) {
	for _, m := range messages {
		all = append(all, hashToScalar(m, apiID+"MAP_MSG_TO_SCALAR_AS_HASH_"))
	}
	return all
}

func tooLong(header []byte, messages [][]byte) bool {
	return len(header) > MaxLength || len(messages) > MaxMessages ||
		slices.ContainsFunc(messages, func(m []byte) bool { return len(m) > MaxLength })
}
