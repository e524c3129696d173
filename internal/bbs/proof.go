package bbs

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/cloudflare/circl/ecc/bls12381"
)

var (
	errProof   = errors.New("bbs: the proof is not one of the key's signature on this header and these messages")
	errIndexes = errors.New("bbs: expected indexes of messages that ascend, and a message for each, found others")
)

// ProofSize returns how many bytes a proof has that hides a number of messages: 272, and 32 for each.
func ProofSize(hidden int) int { return 3*bls12381.G1SizeCompressed + (4+hidden)*bls12381.ScalarSize }

// ProofGen proves the possession of a signature, and shows the messages with the disclosed indexes, which ascend. The
// presentation header ph is bound to the proof: a nonce of who verifies, so that a proof is not shown again. The
// signature is not verified here: do so once, when it arrives. It implements the draft's ProofGen and
// CoreProofGen.
func (k *PublicKey) ProofGen(signature, header, ph []byte, messages [][]byte, disclosed []int) ([]byte, error) {
	if !k.made() {
		return nil, errKey
	}
	if tooLong(header, messages) || len(ph) > MaxLength {
		return nil, errLength
	}
	if !ascend(disclosed, len(messages)) {
		return nil, errIndexes
	}
	random := make([]*scalar, 5+len(messages)-len(disclosed))
	for i := range random {
		b := make([]byte, expandLength)
		rand.Read(b)
		random[i] = reduce(b)
	}
	return k.prove(generatorsOf(len(messages)), random, signature, header, ph, messages, disclosed)
}

// prove takes its random numbers in the draft's order: r1, r2, e~, r1~, r3~, and m~ of each hidden message. They
// must be new for each proof: two proofs with the same ones give away what both hide
// (TestRepeatedRandomnessTellsAll).
func (k *PublicKey) prove(g generators, random []*scalar, signature, header, ph []byte, messages [][]byte, disclosed []int) ([]byte, error) {
	a, e, ok := parseSignature(signature)
	if !ok {
		return nil, errSignature
	}
	hidden := others(disclosed, len(messages))
	m := scalarsOf(messages)
	domain := domainOf(k, g, header)
	r1, r2, eTilde, r1Tilde, r3Tilde, mTilde := random[0], random[1], random[2], random[3], random[4], random[5:]

	r1r2, r3 := new(scalar), new(scalar)
	r1r2.Mul(r1, r2)
	r3.Inv(r2)
	d := times(r2, g.b(domain, m))
	aBar := times(r1r2, a)
	bBar := sum(times(r1, d), times(neg(e), aBar)) // = SK Abar
	t1 := sum(times(eTilde, aBar), times(r1Tilde, d))
	t2 := sum(append(products(mTilde, pick(g.h, hidden)), times(r3Tilde, d))...)

	c := challenge(disclosed, pick(m, disclosed), []*g1{aBar, bBar, d, t1, t2}, domain, ph)
	proof := slices.Concat(aBar.BytesCompressed(), bBar.BytesCompressed(), d.BytesCompressed(),
		bytesOf(muladd(eTilde, e, c), muladd(r1Tilde, neg(r1), c), muladd(r3Tilde, neg(r3), c)))
	for i, j := range hidden {
		proof = append(proof, bytesOf(muladd(mTilde[i], m[j], c))...)
	}
	return append(proof, bytesOf(c)...), nil
}

// ProofVerify returns an error unless the proof is of a signature of the key on this header, and on messages of which
// those with the disclosed indexes are these. The number of hidden messages follows from the proof's length. It
// implements the draft's ProofVerify and CoreProofVerify.
func (k *PublicKey) ProofVerify(proof, header, ph []byte, messages [][]byte, disclosed []int) error {
	if !k.made() {
		return errKey
	}
	if tooLong(header, messages) || len(ph) > MaxLength {
		return errLength
	}
	n := len(disclosed) + (len(proof)-ProofSize(0))/bls12381.ScalarSize // messages in all
	if len(proof) != ProofSize(n-len(disclosed)) || n < len(disclosed) || n > MaxMessages {
		return errProof
	}
	if len(messages) != len(disclosed) || !ascend(disclosed, n) {
		return errIndexes
	}
	return k.verifyProof(generatorsOf(n), proof, header, ph, messages, disclosed)
}

func (k *PublicKey) verifyProof(g generators, proof, header, ph []byte, messages [][]byte, disclosed []int) error {
	points, scalars, ok := parseProof(proof)
	if !ok {
		return errProof
	}
	aBar, bBar, d := points[0], points[1], points[2]
	eHat, r1Hat, r3Hat, mHat, c := scalars[0], scalars[1], scalars[2], scalars[3:len(scalars)-1], scalars[len(scalars)-1]
	m := scalarsOf(messages)
	domain := domainOf(k, g, header)

	t1 := sum(times(c, bBar), times(eHat, aBar), times(r1Hat, d))
	shown := generators{g.p1, g.q1, pick(g.h, disclosed)}.b(domain, m)
	t2 := sum(append(products(mHat, pick(g.h, others(disclosed, len(g.h)))), times(c, shown), times(r3Hat, d))...)
	if challenge(disclosed, m, []*g1{aBar, bBar, d, t1, t2}, domain, ph).IsEqual(c) != 1 {
		return errProof
	}
	if !k.paired(aBar, bBar, -1) { // e(Abar, W) = e(Bbar, P2)
		return errProof
	}
	return nil
}

// parseProof reads three points, e^, r1^, r3^, m^ of each hidden message, and the challenge: octets_to_proof.
func parseProof(b []byte) (points []*g1, scalars []*scalar, ok bool) {
	if len(b) < ProofSize(0) || len(b) != ProofSize((len(b)-ProofSize(0))/bls12381.ScalarSize) {
		return nil, nil, false
	}
	for range 3 {
		p, ok := parsePoint(b[:bls12381.G1SizeCompressed])
		if !ok {
			return nil, nil, false
		}
		points, b = append(points, p), b[bls12381.G1SizeCompressed:]
	}
	scalars, ok = parseScalars(b)
	return points, scalars, ok
}

func parseScalars(b []byte) (all []*scalar, ok bool) {
	for part := range slices.Chunk(b, bls12381.ScalarSize) {
		s, ok := parseScalar(part)
		if !ok {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

// Blinds returns e~ and m~ of each hidden message, 32 bytes each, that the holder of a signature on these messages
// must have drawn to make a proof. As every proof fits every signature, those of one proof say nothing. But a number
// that comes twice was drawn by the holder of this signature, whose random numbers repeat. It is for those who have
// what was signed, and look for such. It verifies neither, and reads no points.
func Blinds(proof, signature []byte, messages [][]byte, disclosed []int) ([][]byte, error) {
	if tooLong(nil, messages) {
		return nil, errLength
	}
	if !ascend(disclosed, len(messages)) || len(proof) != ProofSize(len(messages)-len(disclosed)) {
		return nil, errIndexes
	}
	if len(signature) != SignatureSize {
		return nil, errSignature
	}
	e, ok := parseScalar(signature[bls12381.G1SizeCompressed:])
	if !ok {
		return nil, errSignature
	}
	s, ok := parseScalars(proof[3*bls12381.G1SizeCompressed:])
	if !ok {
		return nil, errProof
	}
	hats, c := append(s[:1:1], s[3:len(s)-1]...), neg(s[len(s)-1])
	var all [][]byte
	for i, secret := range append([]*scalar{e}, scalarsOf(pick(messages, others(disclosed, len(messages))))...) {
		all = append(all, bytesOf(muladd(hats[i], secret, c))) // x~ = x^ - c x
	}
	return all, nil
}

// challenge is the draft's ProofChallengeCalculate. The points are Abar, Bbar, D, T1 and T2.
func challenge(disclosed []int, m []*scalar, points []*g1, domain *scalar, ph []byte) *scalar {
	in := binary.BigEndian.AppendUint64(nil, uint64(len(disclosed)))
	for n, i := range disclosed {
		in = binary.BigEndian.AppendUint64(in, uint64(i))
		in = append(in, bytesOf(m[n])...)
	}
	for _, p := range points {
		in = append(in, p.BytesCompressed()...)
	}
	in = append(in, bytesOf(domain)...)
	return hashToScalar(appendLong(in, ph), apiID+"H2S_")
}

// ascend reports whether indexes are below n, and each above the one before it.
func ascend(indexes []int, n int) bool {
	last := -1
	for _, i := range indexes {
		if i <= last || i >= n {
			return false
		}
		last = i
	}
	return true
}

// others returns the indexes below n that are not among these.
func others(indexes []int, n int) (all []int) {
	for i := range n {
		if !slices.Contains(indexes, i) {
			all = append(all, i)
		}
	}
	return all
}

// pick returns the elements with these indexes.
func pick[T any](all []T, indexes []int) (some []T) {
	for _, i := range indexes {
		some = append(some, all[i])
	}
	return some
}
