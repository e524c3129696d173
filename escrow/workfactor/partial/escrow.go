package partial

import (
	"errors"
	"fmt"

	"filippo.io/edwards25519"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
)

const version = 1

// Escrow is the part that is published: y, the commitments to the sharing of c, and the commitments
// to the bits of a with their proofs.
type Escrow struct {
	bits        int
	public      *edwards25519.Point
	commitments []*edwards25519.Point // C_0 to C_(k-1)
	proofs      []bitProof
}

// Check returns an error unless x = c + a, and a has at most Bits bits. Anyone can check, and should
// before using y:
//
//	y = C_0 · Π B_i^(2^i), each B_i holds 0 or 1
func (e *Escrow) Check() error {
	sum := edwards25519.NewIdentityPoint()
	for i := len(e.proofs) - 1; i >= 0; i-- {
		sum.Add(sum, sum)
		sum.Add(sum, e.proofs[i].b)
	}
	if sum.Add(sum, e.commitments[0]).Equal(e.public) != 1 {
		return errors.New("partial: the two parts of the private key do not add up to it")
	}
	statement := e.statement()
	for i := range e.proofs {
		if !e.proofs[i].check(statement, i) {
			return fmt.Errorf("partial: bit %d of the part that is not escrowed may be more than a bit", i)
		}
	}
	return nil
}

// Public returns the user's public key y, a point in 32 bytes.
func (e *Escrow) Public() []byte { return e.public.Bytes() }

// Bits returns the number of bits left to search, 1 to MaxBits.
func (e *Escrow) Bits() int { return e.bits }

// statement returns everything that is published except the proofs:
//
//	struct {
//	    uint8  version = 1;
//	    uint8  bits;
//	    opaque y[32];
//	    Point  commitments<32..2^16-1>;
//	    Point  b[bits];
//	} Statement;
func (e *Escrow) statement() []byte {
	var b cryptobyte.Builder
	b.AddUint8(version)
	b.AddUint8(uint8(e.bits))
	b.AddBytes(e.public.Bytes())
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, c := range e.commitments {
			b.AddBytes(c.Bytes())
		}
	})
	for i := range e.proofs {
		b.AddBytes(e.proofs[i].b.Bytes())
	}
	return b.BytesOrPanic()
}

// Bytes returns the statement, and for each bit the two challenges and the two answers, 32 bytes
// each.
func (e *Escrow) Bytes() []byte {
	out := e.statement()
	for _, p := range e.proofs {
		for _, s := range []*edwards25519.Scalar{p.challenges[0], p.challenges[1], p.answers[0], p.answers[1]} {
			out = append(out, s.Bytes()...)
		}
	}
	return out
}

// ParseEscrow reads what [Escrow.Bytes] returns. It checks the form alone: call [Escrow.Check].
func ParseEscrow(data []byte) (*Escrow, error) {
	e, err := parseEscrow(data)
	if err != nil {
		return nil, fmt.Errorf("partial: %w", err)
	}
	return e, nil
}

func parseEscrow(data []byte) (*Escrow, error) {
	s := reader{String: data}
	var v, bits uint8
	var commitments cryptobyte.String
	if !s.ReadUint8(&v) {
		return nil, errors.New("expected an escrow, found nothing")
	}
	if v != version {
		return nil, fmt.Errorf("expected version %d of an escrow, found %d", version, v)
	}
	if !s.ReadUint8(&bits) || bits < 1 || bits > MaxBits {
		return nil, fmt.Errorf("expected 1 to %d bits left to search, found %d", MaxBits, bits)
	}
	e := &Escrow{bits: int(bits), public: s.point()}
	if !s.ReadUint16LengthPrefixed(&commitments) || commitments.Empty() || len(commitments) > 32*MaxAgents {
		return nil, fmt.Errorf("expected commitments for 1 to %d agents, found something else", MaxAgents)
	}
	for c := (reader{String: commitments}); !c.Empty() && !s.bad; s.bad = s.bad || c.bad {
		e.commitments = append(e.commitments, c.point())
	}
	e.proofs = make([]bitProof, bits)
	for i := range e.proofs {
		e.proofs[i].b = s.point()
	}
	for i := range e.proofs {
		p := &e.proofs[i]
		p.challenges = [2]*edwards25519.Scalar{s.scalar(), s.scalar()}
		p.answers = [2]*edwards25519.Scalar{s.scalar(), s.scalar()}
	}
	if s.bad || !s.Empty() {
		return nil, fmt.Errorf("expected an escrow of %d bits, found one that is too short, too long, or not of the group", bits)
	}
	return e, nil
}

// reader reads points and scalars. After the first that is not of the group it reads no more, and bad
// is set.
type reader struct {
	cryptobyte.String
	bad bool
}

func (r *reader) take() (b [32]byte) {
	r.bad = r.bad || !r.CopyBytes(b[:])
	return b
}

func (r *reader) point() *edwards25519.Point {
	b := r.take()
	if r.bad {
		return nil
	}
	p, ok := parsePoint(b[:])
	r.bad = !ok
	return p
}

func (r *reader) scalar() *edwards25519.Scalar {
	b := r.take()
	if r.bad {
		return nil
	}
	s, ok := parseScalar(b[:])
	r.bad = !ok
	return s
}

// Share is one agent's part of c, and of the blinding factors of the commitments to c.
type Share struct {
	named[Share]
	index           uint8
	value, blinding *edwards25519.Scalar
}

func newShare(index uint8, value, blinding *edwards25519.Scalar) Share {
	return Share{secret.Name[Share](fmt.Sprintf("of agent %d", index)), index, value, blinding}
}

// Index returns the agent's number, from 1.
func (s Share) Index() int { return int(s.index) }

// RecoveryKey returns the share, 65 bytes in clear: index, value, blinding. Any k of them open c.
func (s Share) RecoveryKey() []byte {
	return append(append([]byte{s.index}, s.value.Bytes()...), s.blinding.Bytes()...)
}

// ParseShare reads the 65 bytes that [Share.RecoveryKey] returns. It checks the form alone: call
// [Escrow.CheckShare].
func ParseShare(data []byte) (Share, error) {
	if len(data) != 65 {
		return Share{}, fmt.Errorf("partial: expected a share of 65 bytes, found %d", len(data))
	}
	r := reader{String: data[1:]}
	s := newShare(data[0], r.scalar(), r.scalar())
	if r.bad || s.index == 0 {
		return Share{}, errors.New("partial: expected an index from 1 and two scalars, found something else")
	}
	return s, nil
}
