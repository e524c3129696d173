// Package partial is partial key escrow that can be checked, after Shamir (1995) and Bellare and
// Goldwasser, "Verifiable Partial Key Escrow" (ACM CCS 1997): the agents hold all but a small part
// of a private key, and that part must be found by search for each key.
//
// It is a demonstration: do not protect anything with it. It is a reconstruction from the idea of
// the paper, over another group. The group, the commitments to the bits and the proofs about them
// are chosen here.
//
// Who holds which key:
//
//	a user     x = c + a mod q, where a < 2^Bits   and y = g^x is public
//	n agents   a share of c each                   k of them open c, fewer do not
//	nobody     a                                   found with 2^(Bits/2) group operations, from g^a
//
//	the user                                          everybody
//	C_j = g^cj h^rj, the coefficients of c's sharing   y = C_0 · Π B_i^(2^i): x is c and the bits
//	B_i = g^ai h^si, the bits of a                     each B_i holds 0 or 1: so a < 2^Bits
//	                                                  agent i: g^c(i) h^r(i) = Π C_j^(i^j)
//	                      the order: k agents open c
//	                      g^a = y / g^c, and the search for a begins
//
// What a warrant gets: the key, after the search. What a thief of k agents' shares gets: the same
// for every user, one search each. What a user can notice: nothing. What the design gets right:
// anyone can check before a key is used that it can be recovered with the stated work, and
// recovering many keys costs more than recovering one.
//
// The price protects only if it must be paid after the order. With Feldman's commitments, g^cj
// without h, anyone can compute g^a = y / C_0 and search for every user's a in advance. On the day
// of the order c alone then opens the key: early recovery ([DealExposed], TestEarlyRecovery). With
// Pedersen's, which [Deal] uses, nothing is known of g^a before c is opened (TestNoEarlyRecovery).
// A part of the work can still be done in advance: the table of [NewTable] depends on no user's
// key. With it a key costs 2^Bits / (2 · its size) operations after the order (TestTableInAdvance).
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

	"filippo.io/edwards25519"

	"doormat/internal/secret"
)

const (
	// MaxBits is the largest number of bits left to search. The paper suggests 40 to 48.
	MaxBits = 48
	// DefaultBits is the number of bits left to search in a demonstration: a search of milliseconds.
	DefaultBits = 24
	// MaxAgents is the largest number of agents, as an index has one byte.
	MaxAgents = 255
)

// What holds a secret embeds one of these, and prints its name and no secret.
type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// PrivateKey is a user's key x, a scalar of edwards25519.
type PrivateKey struct {
	hidden[PrivateKey]
	x *edwards25519.Scalar
}

// NewPrivateKey draws a key from crypto/rand.
func NewPrivateKey() PrivateKey { return PrivateKey{x: randomScalar()} }

// Public returns the public key y = g^x, a point in 32 bytes.
func (k PrivateKey) Public() []byte {
	return new(edwards25519.Point).ScalarBaseMult(k.x).Bytes()
}

// Bytes returns x, 32 bytes, little-endian, in clear.
func (k PrivateKey) Bytes() []byte { return k.x.Bytes() }

// Deal escrows x with n agents, any k of whom can open their part: all of x but as many bits as the
// argument bits says, which are left to a search; 0 means MaxBits. Deal returns the escrow to publish,
// and one share for each agent, in the order of their indices from 1. It returns an error unless
// 0 ≤ bits ≤ MaxBits and 1 ≤ k ≤ n ≤ MaxAgents.
func Deal(x PrivateKey, k, n, bits int) (*Escrow, []Share, error) { return deal(x, k, n, bits, true) }

// DealExposed does what Deal does with Feldman's commitments, which reveal g^a: the flaw.
func DealExposed(x PrivateKey, k, n, bits int) (*Escrow, []Share, error) {
	return deal(x, k, n, bits, false)
}

func deal(x PrivateKey, k, n, bits int, blind bool) (*Escrow, []Share, error) {
	if bits == 0 {
		bits = MaxBits
	}
	if bits < 1 || bits > MaxBits {
		return nil, nil, fmt.Errorf("partial: expected 1 to %d bits left to search, found %d", MaxBits, bits)
	}
	if k < 1 || k > n || n > MaxAgents {
		return nil, nil, fmt.Errorf("partial: expected k of n agents, 1 ≤ k ≤ n ≤ %d, found %d of %d", MaxAgents, k, n)
	}
	a := randomPart(bits)
	c := randomPolynomial(k, new(edwards25519.Scalar).Subtract(x.x, scalar(a)))
	r := make(polynomial, k)
	for j := range r {
		if r[j] = edwards25519.NewScalar(); blind {
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
		shares[i] = newShare(index, c.at(index), r.at(index))
	}
	return e, shares, nil
}

var (
	errShare   = errors.New("the share does not belong to this escrow")
	errMissing = errors.New("too few shares")
)

// CheckShare returns an error if a share does not fit the commitments: g^c(i) h^r(i) = Π C_j^(i^j).
// An agent checks the share it was dealt before the user's key is certified. Open checks every
// share that an agent gives.
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

// Opened is an escrow whose c is known, so that only a is left to search.
type Opened struct {
	hidden[Opened]
	escrow *Escrow
	c      *edwards25519.Scalar
}

// Open recovers c from the shares of k agents. It checks each share, and counts one that is given
// twice once. It returns an error if a share does not fit or if fewer than k are given.
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
	return &Opened{escrow: e, c: interpolate(use)}, nil
}

// Target returns g^a = y / g^c, for [Table.Search].
func (o *Opened) Target() Target {
	gc := new(edwards25519.Point).ScalarBaseMult(o.c)
	return Target{new(edwards25519.Point).Subtract(o.escrow.public, gc), o.escrow.bits}
}

// EarlyTarget returns y / C_0, which anyone can compute without a share. It is g^a for an escrow from
// [DealExposed], and an unrelated element for one from [Deal].
func (e *Escrow) EarlyTarget() Target {
	return Target{new(edwards25519.Point).Subtract(e.public, e.commitments[0]), e.bits}
}

// Key returns x = c + a. It returns an error if the result is not the private key of y, so that a is
// wrong.
func (o *Opened) Key(a uint64) (PrivateKey, error) {
	x := PrivateKey{x: new(edwards25519.Scalar).Add(o.c, scalar(a))}
	if new(edwards25519.Point).ScalarBaseMult(x.x).Equal(o.escrow.public) != 1 {
		return PrivateKey{}, errors.New("partial: expected the missing part of the key, found another number")
	}
	return x, nil
}

// randomPart draws a, a number below 2^bits.
func randomPart(bits int) uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:]) >> (64 - bits)
}
