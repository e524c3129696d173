package partial

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"filippo.io/edwards25519"
	"golang.org/x/crypto/cryptobyte"
)

const version = 1

// Escrow is what is published: y, the commitments to the sharing of c, and those to the bits of a
// with their proofs.
type Escrow struct {
	bits        int
	public      *edwards25519.Point
	commitments []*edwards25519.Point // C_0 to C_(k-1)
	proofs      []bitProof
}

// Check is what everybody does before he uses y: x is c + a, and a has no more than Bits bits.
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

// Public returns y, 32 bytes.
func (e *Escrow) Public() []byte { return e.public.Bytes() }

// Bits returns how many bits are left to search.
func (e *Escrow) Bits() int { return e.bits }

// statement is
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

// Bytes is the statement, and for each bit the two challenges and the two answers.
func (e *Escrow) Bytes() []byte {
	out := e.statement()
	for _, p := range e.proofs {
		for _, s := range []*edwards25519.Scalar{p.challenges[0], p.challenges[1], p.answers[0], p.answers[1]} {
			out = append(out, s.Bytes()...)
		}
	}
	return out
}

// Parse reads what Bytes wrote. It does not check it.
func Parse(data []byte) (*Escrow, error) {
	e, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("partial: %w", err)
	}
	return e, nil
}

func parse(data []byte) (*Escrow, error) {
	s := reader{String: data}
	var v, bits uint8
	var commitments cryptobyte.String
	if !s.ReadUint8(&v) {
		return nil, errors.New("the escrow is empty")
	}
	if v != version {
		return nil, fmt.Errorf("an escrow begins with version %d, this one with %d", version, v)
	}
	if !s.ReadUint8(&bits) || bits < 1 || bits > MaxBits {
		return nil, fmt.Errorf("an escrow leaves 1 to %d bits to search, this one %d", MaxBits, bits)
	}
	e := &Escrow{bits: int(bits), public: s.point()}
	if !s.ReadUint16LengthPrefixed(&commitments) || commitments.Empty() || len(commitments) > 32*MaxAgents {
		return nil, fmt.Errorf("an escrow has commitments for 1 to %d agents", MaxAgents)
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
		return nil, fmt.Errorf("an escrow of %d bits is too short, too long, or has a number in it that is none of the group's", bits)
	}
	return e, nil
}

// reader reads points and scalars, and remembers whether one was bad.
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

// Share is one agent's part of c, and of the blinding of its commitments.
type Share struct {
	index           uint8
	value, blinding *edwards25519.Scalar
}

// Index is the agent's number, from 1 on.
func (s Share) Index() int { return int(s.index) }

// Bytes returns the share, 65 bytes: index, value, blinding.
func (s Share) Bytes() []byte {
	return append(append([]byte{s.index}, s.value.Bytes()...), s.blinding.Bytes()...)
}

// ParseShare reads what Bytes wrote.
func ParseShare(data []byte) (Share, error) {
	if len(data) != 65 {
		return Share{}, fmt.Errorf("partial: a share has 65 bytes, this one %d", len(data))
	}
	r := reader{String: data[1:]}
	s := Share{data[0], r.scalar(), r.scalar()}
	if r.bad || s.index == 0 {
		return Share{}, errors.New("partial: this is not a share: expected an index and two numbers below the group's order")
	}
	return s, nil
}

// Format implements [fmt.Formatter]: every verb prints the agent's number and no more.
func (s Share) Format(f fmt.State, _ rune) {
	io.WriteString(f, fmt.Sprintf("partial.Share(%d, hidden)", s.index))
}

// LogValue implements [slog.LogValuer] as Format does.
func (s Share) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(s)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (s Share) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }
