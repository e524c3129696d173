package partial

import (
	"crypto/sha512"
	"encoding/binary"

	"filippo.io/edwards25519"
)

// bitProof is a commitment B to one bit, and a proof that it holds 0 or 1: that the prover knows an s
// with B = h^s, or an s with B / g = h^s. The proof does not show which. It implements the proof of a
// disjunction according to Cramer, Damgård and Schoenmakers, CRYPTO 1994: only the sum of the two
// challenges is a hash, so the prover may choose one of them.
type bitProof struct {
	b          *edwards25519.Point
	challenges [2]*edwards25519.Scalar
	answers    [2]*edwards25519.Scalar
}

// proveBits sets the proofs of e: commitments to the bits of a, which add up to g^a h^blinding.
//
//	Σ 2^i s_i = blinding
func (e *Escrow) proveBits(a uint64, blinding *edwards25519.Scalar) {
	s := make([]*edwards25519.Scalar, e.bits)
	rest := new(edwards25519.Scalar).Set(blinding)
	for i := len(s) - 1; i > 0; i-- {
		s[i] = randomScalar()
		rest.Subtract(rest, new(edwards25519.Scalar).Multiply(scalar(1<<i), s[i]))
	}
	s[0] = rest
	e.proofs = make([]bitProof, e.bits)
	for i := range s {
		e.proofs[i].b = commit(scalar(a>>i&1), s[i])
	}
	statement := e.statement()
	for i := range s {
		e.proofs[i].prove(statement, i, int(a>>i&1), s[i])
	}
}

// prove makes the proof for bit i. It answers truly for the bit that B holds. For the other it draws
// challenge and answer first, and computes the announcement from them.
func (p *bitProof) prove(statement []byte, i, bit int, s *edwards25519.Scalar) {
	other, t := 1-bit, randomScalar()
	p.challenges[other], p.answers[other] = randomScalar(), randomScalar()
	var announced [2]*edwards25519.Point
	announced[bit] = new(edwards25519.Point).ScalarMult(t, generatorH)
	announced[other] = p.announcement(other)
	sum := sumOfChallenges(statement, i, announced)
	p.challenges[bit] = new(edwards25519.Scalar).Subtract(sum, p.challenges[other])
	p.answers[bit] = new(edwards25519.Scalar).MultiplyAdd(p.challenges[bit], s, t)
}

func (p *bitProof) check(statement []byte, i int) bool {
	sum := sumOfChallenges(statement, i, [2]*edwards25519.Point{p.announcement(0), p.announcement(1)})
	return new(edwards25519.Scalar).Add(p.challenges[0], p.challenges[1]).Equal(sum) == 1
}

// announcement returns h^answer / (B / g^bit)^challenge, which is h^t if answer = t + challenge · s.
func (p *bitProof) announcement(bit int) *edwards25519.Point {
	b := new(edwards25519.Point).Set(p.b)
	if bit == 1 {
		b.Subtract(b, edwards25519.NewGeneratorPoint())
	}
	t := new(edwards25519.Point).ScalarMult(p.answers[bit], generatorH)
	return t.Subtract(t, b.ScalarMult(p.challenges[bit], b))
}

func sumOfChallenges(statement []byte, i int, announced [2]*edwards25519.Point) *edwards25519.Scalar {
	h := sha512.New()
	h.Write([]byte("doormat 1 partial escrow bit proof"))
	h.Write(statement)                                     // what is published, without the proofs
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(i))) // which bit
	h.Write(announced[0].Bytes())                          // for "it is 0"
	h.Write(announced[1].Bytes())                          // for "it is 1"
	return uniform(h.Sum(nil))
}
