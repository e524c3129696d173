// Package partial is partial key escrow that can be checked, after Shamir (1995) and Bellare and
// Goldwasser, "Verifiable Partial Key Escrow" (ACM CCS 1997): the agents hold all but a small part
// of a private key, and that part has to be searched for, each time.
//
// It is a demonstration: do not protect anything with it. It is a reconstruction from the idea of
// the paper, over another group. The group, the commitments to the bits and the proofs about them
// are chosen here.
//
// Who holds which key:
//
//	a user     x = c + a mod q, where a < 2^Bits   and y = g^x is public
//	n agents   a share of c each                   k of them open c, and no fewer
//	nobody     a                                   found with 2^(Bits/2) group operations, from g^a
//
//	the user                                          everybody
//	C_j = g^cj h^rj, the coefficients of c's sharing   y = C_0 · Π B_i^(2^i): x is c and the bits
//	B_i = g^ai h^si, the bits of a                     each B_i holds 0 or 1: so a < 2^Bits
//	                                                  agent i: g^c(i) h^r(i) = Π C_j^(i^j)
//	                      the order: k agents open c
//	                      g^a = y / g^c, and the search for a begins
//
// What a warrant gets: the key, after the search. What a thief of k agents' shares gets: the same of
// everybody, a search each. What a user can notice: nothing. What the design gets right: everybody can
// check that a key is recoverable before it is used, with no more work than it says, and recovering
// many keys costs more than recovering one.
//
// That price has to be paid after the order to be worth anything. With Feldman's commitments, g^cj
// without h, everybody can compute g^a = y / C_0 and search at once, for everybody, so that on the day
// of the order c alone opens the key: early recovery ([DealExposed], TestEarlyRecovery). With
// Pedersen's, which [Deal] uses, nothing is known of g^a before c is opened (TestNoEarlyRecovery).
// A part of the work can still be done in advance: the table of [NewTable] belongs to no user. With
// it a key costs 2^Bits / (2 · its size) operations after the order (TestTableInAdvance).
//
// Commitments are those of Feldman (FOCS 1987) and Pedersen (CRYPTO 1991). The proofs are those of
// Cramer, Damgård and Schoenmakers (CRYPTO 1994), made non-interactive by a hash of everything. The
// group is edwards25519's of prime order q; it is written additively in the code.
package partial

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"filippo.io/edwards25519"
)

const (
	// MaxBits is the largest part that is left to search. The paper thinks of 40 to 48.
	MaxBits = 48
	// DefaultBits is that of a demonstration.
	DefaultBits = 24
	// MaxAgents is the number of agents at most.
	MaxAgents = 255
)

// PrivateKey is a user's key x.
type PrivateKey struct{ x *edwards25519.Scalar }

// NewPrivateKey draws a key.
func NewPrivateKey() PrivateKey { return PrivateKey{randomScalar()} }

// Public returns y = g^x, 32 bytes.
func (k PrivateKey) Public() []byte {
	return new(edwards25519.Point).ScalarBaseMult(k.x).Bytes()
}

// Bytes returns x, 32 bytes.
func (k PrivateKey) Bytes() []byte { return k.x.Bytes() }

// Format implements [fmt.Formatter]: no verb prints the key.
func (PrivateKey) Format(f fmt.State, _ rune) { io.WriteString(f, "partial.PrivateKey(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (k PrivateKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

// Deal escrows all of x but Bits bits with n agents, of whom any k can open their part. It returns
// what is published, and a share for each agent.
func Deal(x PrivateKey, bits, k, n int) (*Escrow, []Share, error) { return deal(x, bits, k, n, true) }

// DealExposed is Deal with Feldman's commitments, which give g^a away: the flaw.
func DealExposed(x PrivateKey, bits, k, n int) (*Escrow, []Share, error) {
	return deal(x, bits, k, n, false)
}

func deal(x PrivateKey, bits, k, n int, hidden bool) (*Escrow, []Share, error) {
	if bits < 1 || bits > MaxBits {
		return nil, nil, fmt.Errorf("partial: 1 to %d bits can be left to search, not %d", MaxBits, bits)
	}
	if k < 1 || k > n || n > MaxAgents {
		return nil, nil, fmt.Errorf("partial: expected 1 to %d agents and 1 to all of them to open, found %d of %d", MaxAgents, k, n)
	}
	a := randomPart(bits)
	c := randomPolynomial(k, new(edwards25519.Scalar).Subtract(x.x, scalar(a)))
	r := make(polynomial, k)
	for j := range r {
		if r[j] = edwards25519.NewScalar(); hidden {
			r[j] = randomScalar()
		}
	}
	e := &Escrow{bits: bits, public: new(edwards25519.Point).ScalarBaseMult(x.x)}
	for j := range c {
		e.commitments = append(e.commitments, commit(c[j], r[j]))
	}
	e.proveBits(a, new(edwards25519.Scalar).Negate(r[0]))
	shares := make([]Share, n)
	for i := range shares {
		index := uint8(i + 1)
		shares[i] = Share{index, c.at(index), r.at(index)}
	}
	return e, shares, nil
}

var (
	errShare   = errors.New("the share does not belong to this escrow")
	errMissing = errors.New("too few shares")
)

// CheckShare is what an agent does with what he is given, before the user's key is certified, and
// what the others do with what he opens.
func (e *Escrow) CheckShare(s Share) error {
	if s.index == 0 || s.value == nil {
		return fmt.Errorf("partial: %w", errShare)
	}
	want := edwards25519.NewIdentityPoint()
	for j := len(e.commitments) - 1; j >= 0; j-- {
		want.ScalarMult(scalar(uint64(s.index)), want)
		want.Add(want, e.commitments[j])
	}
	if commit(s.value, s.blinding).Equal(want) != 1 {
		return fmt.Errorf("partial: share %d: %w", s.index, errShare)
	}
	return nil
}

// Opened is an escrow whose c is known: a is left to search.
type Opened struct {
	escrow *Escrow
	c      *edwards25519.Scalar
}

// Open opens c with the shares of k agents. Each is checked, and one that comes twice counts once.
func (e *Escrow) Open(shares []Share) (*Opened, error) {
	var use []Share
	seen := map[uint8]bool{}
	for _, s := range shares {
		if err := e.CheckShare(s); err != nil {
			return nil, err
		}
		if !seen[s.index] && len(use) < len(e.commitments) {
			use = append(use, s)
		}
		seen[s.index] = true
	}
	if len(use) < len(e.commitments) {
		return nil, fmt.Errorf("partial: %w: expected %d, found %d", errMissing, len(e.commitments), len(use))
	}
	return &Opened{e, interpolate(use)}, nil
}

// Target is g^a = y / g^c.
func (o *Opened) Target() Target {
	gc := new(edwards25519.Point).ScalarBaseMult(o.c)
	return Target{new(edwards25519.Point).Subtract(o.escrow.public, gc), o.escrow.bits}
}

// EarlyTarget is y / C_0, which everybody can compute. It is g^a for an escrow of [DealExposed], and
// noise for one of [Deal].
func (e *Escrow) EarlyTarget() Target {
	return Target{new(edwards25519.Point).Subtract(e.public, e.commitments[0]), e.bits}
}

// Key returns x = c + a, if a is right.
func (o *Opened) Key(a uint64) (PrivateKey, error) {
	x := PrivateKey{new(edwards25519.Scalar).Add(o.c, scalar(a))}
	if new(edwards25519.Point).ScalarBaseMult(x.x).Equal(o.escrow.public) != 1 {
		return PrivateKey{}, errors.New("partial: this is not the missing part of the key")
	}
	return x, nil
}

// Format implements [fmt.Formatter]: no verb prints c.
func (Opened) Format(f fmt.State, _ rune) { io.WriteString(f, "partial.Opened(hidden)") }

// randomPart draws a.
func randomPart(bits int) uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:]) >> (64 - bits)
}
