package threshold

import (
	"crypto/subtle"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"
)

// The names follow Shoup and Gennaro's description of TDH2, who write the group multiplicatively:
// g and ḡ are two generators, h = g^x is Y here, h_i = g^(x_i), H1 a mask, H2 and H4 challenges.
//
// Why not plain ElGamal? With it, agents compute x_i u for any u. An investigator with a warrant
// for a friend takes u from your envelope, has the friend send it, and the answer opens yours. Here
// u comes with a proof that the maker of the field knows r, and the proof is bound to the names, the
// body and the date.

// gBar is the second generator ḡ. It is the hash of a text, so its logarithm is not known.
var gBar = g.HashToElement([]byte("second generator"), []byte("doormat 1 threshold"))

// The field of an envelope, in bytes:
//
//	struct {
//	    opaque c[32];    /* the message key ⊕ H1(rY) */
//	    opaque u[32];    /* rg */
//	    opaque u_[32];   /* rḡ */
//	    opaque e[32];    /* the proof of r: challenge */
//	    opaque f[32];    /* and response */
//	} Field;
const fieldSize = 32 + 2*elementSize + 2*scalarSize

type field struct {
	c       []byte
	u, uBar group.Element
	proof   proof
}

// Wrap implements [escrow.PublicKey]. It returns the field of a message's key, 160 bytes, bound to
// the label, or nil if there is no key. It implements the encryption of TDH2 according to Shoup and Gennaro, with r and s
// derived from randomness, so that a recipient can make the field again.
func (k JointKey) Wrap(key [32]byte, randomness [64]byte, label []byte) []byte {
	if k.y == nil {
		return nil
	}
	r := hashToScalar("r", randomness[:])
	s := hashToScalar("s", randomness[:])
	c := mask(key[:], g.NewElement().Mul(k.y, r))
	f := &field{c: c[:], u: g.NewElement().MulGen(r), uBar: g.NewElement().Mul(gBar, r)}
	f.proof = prove(r, s, gBar, f.challenge(label))
	return f.bytes()
}

// isBoundTo reports whether the proof shows that the maker of the field knew r, and made it for this
// label.
func (f *field) isBoundTo(label []byte) bool {
	return f.proof.check(f.u, gBar, f.uBar, f.challenge(label))
}

// challenge returns H2(c, L, u, w, ū, w̄). The label is last, as its length is not fixed.
func (f *field) challenge(label []byte) challenge {
	return func(w, wBar group.Element) group.Scalar {
		return hashToScalar("field", f.c, encode(f.u), encode(w), encode(f.uBar), encode(wBar), label)
	}
}

// mask computes c = m ⊕ H1(rY), and m = c ⊕ H1(xu), where rY = xu.
func mask(b []byte, shared group.Element) (out [32]byte) {
	h1 := digest("mask", encode(shared))
	subtle.XORBytes(out[:], b, h1[:])
	return out
}

func (f *field) bytes() []byte {
	b := append([]byte(nil), f.c...)
	b = append(append(b, encode(f.u)...), encode(f.uBar)...)
	return f.proof.append(b)
}

func parseField(b []byte) (*field, bool) {
	in := cryptobyte.String(b)
	f := new(field)
	var ok1, ok2, ok3 bool
	ok := in.ReadBytes(&f.c, 32)
	f.u, ok1 = readElement(&in)
	f.uBar, ok2 = readElement(&in)
	f.proof, ok3 = readProof(&in)
	return f, ok && ok1 && ok2 && ok3 && in.Empty()
}

// A proof shows, after Chaum and Pedersen, that two elements have one logarithm x: X = xg and Z =
// xb, for a base b.
type proof struct{ e, f group.Scalar }

// challenge hashes the prover's first message, w = sg and z = sb, with the data that the proof is
// bound to.
type challenge func(w, z group.Element) group.Scalar

// prove makes the proof for x with a fresh s: f = s + xe.
func prove(x, s group.Scalar, b group.Element, c challenge) proof {
	e := c(g.NewElement().MulGen(s), g.NewElement().Mul(b, s))
	f := g.NewScalar().Mul(x, e)
	return proof{e, f.Add(s, f)}
}

// check computes the first message again, w = fg - eX and z = fb - eZ, and reports whether the
// challenge is its hash.
func (p proof) check(x, b, z group.Element, c challenge) bool {
	minusE := g.NewScalar().Neg(p.e)
	first := g.NewElement().MulGen(p.f)
	first.Add(first, g.NewElement().Mul(x, minusE))
	second := g.NewElement().Mul(b, p.f)
	second.Add(second, g.NewElement().Mul(z, minusE))
	return p.e.IsEqual(c(first, second))
}

func (p proof) append(b []byte) []byte {
	return append(append(b, encodeScalar(p.e)...), encodeScalar(p.f)...)
}

func readProof(in *cryptobyte.String) (p proof, ok bool) {
	e, ok1 := readScalar(in)
	f, ok2 := readScalar(in)
	return proof{e, f}, ok1 && ok2
}

// hashToScalar hashes a purpose and parts. Within one purpose every part but the last must have a
// fixed length.
func hashToScalar(purpose string, parts ...[]byte) group.Scalar {
	var message []byte
	for _, p := range parts {
		message = append(message, p...)
	}
	return g.HashToScalar(message, []byte("doormat 1 threshold "+purpose))
}

// A partial decryption in bytes, one agent's answer for one message under one warrant:
//
//	struct {
//	    uint8  version = 0xe2;
//	    uint8  kind = 18;
//	    uint8  agent;
//	    opaque warrant[32];   /* SHA-256 of the signed warrant */
//	    opaque d[32];         /* x_i u */
//	    opaque e[32], f[32];  /* proof that it is x_i */
//	} Partial;
type partial struct {
	agent   uint8
	warrant [32]byte
	d       group.Element
	proof   proof
}

// newPartial implements the decryption of TDH2 according to Shoup and Gennaro. Their challenge is
// H4(u_i, û_i, ĥ_i). This one also hashes the agent's verification key and the warrant.
func newPartial(s Share, h group.Element, warrant [32]byte, f *field) *partial {
	p := &partial{agent: s.agent, warrant: warrant, d: g.NewElement().Mul(f.u, s.value)}
	p.proof = prove(s.value, randomScalar(), f.u, p.challenge(h, f))
	return p
}

// isOf reports whether the answer is right for field f, from the agent with verification key h.
func (p *partial) isOf(h group.Element, f *field) bool {
	return p.proof.check(h, f.u, p.d, p.challenge(h, f))
}

func (p *partial) challenge(h group.Element, f *field) challenge {
	return func(hHat, uHat group.Element) group.Scalar {
		return hashToScalar("partial decryption",
			p.warrant[:],        // the warrant
			encode(h),           // h_i, the agent
			encode(f.u),         // u, the message
			encode(p.d),         // u_i
			encode(uHat),        // û_i
			encode(hHat),        // ĥ_i
			f.proof.append(nil), // e, f, and by them c, the names, the body and the date
		)
	}
}

func (p *partial) bytes() []byte {
	b := append([]byte{version, kindPartial, p.agent}, p.warrant[:]...)
	return p.proof.append(append(b, encode(p.d)...))
}

func parsePartial(b []byte) (*partial, bool) {
	in := cryptobyte.String(b)
	p := new(partial)
	if !readHeader(&in, kindPartial) || !in.ReadUint8(&p.agent) || !in.CopyBytes(p.warrant[:]) {
		return nil, false
	}
	var ok1, ok2 bool
	p.d, ok1 = readElement(&in)
	p.proof, ok2 = readProof(&in)
	return p, ok1 && ok2 && in.Empty()
}
