// Package deal makes the puzzles of lesson 16, and checks answers.
package deal

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"slices"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"

	"doormat/examples/lessons/lesson"
)

var g = group.Ristretto255

// A kind is what is the matter with a session.
type kind int

const (
	allAnswer kind = iota // all servers answer rightly
	someDown              // as few answer as it takes, and not the first ones
	oneLies               // one server answers with another share
	wrongPIN
)

// A session is what the player gets, with what stands behind it.
type session struct {
	Threshold  int
	Blind      *big.Int
	Answers    []answer
	Commitment []byte

	kind  kind
	right []byte // what the answers combine to: the element that was stored, or nil for a wrong PIN
}

type answer struct {
	Server  int
	Element []byte
}

// New draws the shares of a key x, and four sessions of a phone with the servers that hold them: all answer,
// some are down, one lies, and the PIN is wrong. The first two come first.
//
//	H = hash of the PIN to ristretto255    B = r H    server i answers E_i = x_i B
//
// The stored element is x H, as in package recovery, where it is an OPRF's (RFC 9497) before its last hash.
func New(draw *mathrand.Rand) lesson.Task {
	shape := [][2]int{{3, 4}, {3, 5}, {4, 6}}[draw.IntN(3)] // a majority of the servers
	threshold, n := shape[0], shape[1]
	x := g.RandomNonZeroScalar(rand.Reader)
	shares := secretsharing.New(rand.Reader, uint(threshold-1), x).Share(uint(n)) // circl counts who may be corrupted
	kinds := []kind{allAnswer, someDown, oneLies, wrongPIN}
	if draw.IntN(2) == 0 {
		kinds[2], kinds[3] = kinds[3], kinds[2]
	}
	var sessions []*session
	for _, k := range kinds {
		right, typed := fmt.Sprintf("%04d", draw.IntN(10_000)), ""
		if typed = right; k == wrongPIN {
			typed += "?"
		}
		blind := g.RandomNonZeroScalar(rand.Reader)
		stored := bytesOf(g.NewElement().Mul(elementOf(right), x))
		commitment := sha256.Sum256(stored)
		s := &session{threshold, number(blind), nil, commitment[:], k, stored}
		if k == wrongPIN {
			s.right = nil
		}
		asked := g.NewElement().Mul(elementOf(typed), blind)
		for _, i := range draw.Perm(n) {
			share := shares[i].Value
			if k == oneLies && len(s.Answers) == 1 {
				share = g.RandomNonZeroScalar(rand.Reader)
			}
			if k == someDown && (i == 0 || len(s.Answers) == threshold) {
				continue
			}
			s.Answers = append(s.Answers, answer{i + 1, bytesOf(g.NewElement().Mul(asked, share))})
		}
		sessions = append(sessions, s)
	}
	return lesson.Task{
		Puzzle: lesson.Pack(sessions),
		Check:  func(answer []byte) *lesson.Miss { return check(answer, sessions) },
	}
}

func elementOf(pin string) group.Element {
	return g.HashToElement([]byte(pin), []byte("doormat lesson 16, PIN"))
}

func bytesOf(e group.Element) []byte {
	b, err := e.MarshalBinaryCompress()
	must(err)
	return b
}

func number(s group.Scalar) *big.Int {
	b, err := s.MarshalBinary()
	must(err)
	slices.Reverse(b) // ristretto255 writes the lowest octet first
	return new(big.Int).SetBytes(b)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func check(answer []byte, sessions []*session) *lesson.Miss {
	var found [][]byte
	if err := lesson.Unpack(answer, &found); err != nil || len(found) != len(sessions) {
		return &lesson.Miss{
			Got:  fmt.Sprintf("%d elements", len(found)),
			Want: fmt.Sprintf("%d elements, one for each session", len(sessions)),
			Why:  "an element is missing",
			Hint: "play.go calls Combine once for each session: leave it as it is",
		}
	}
	for i, s := range sessions {
		if bytes.Equal(found[i], s.right) {
			continue
		}
		why, hint := s.reason(found[i])
		return &lesson.Miss{
			Got: fmt.Sprintf("%s in session %d, with the answers of %d servers, of which %d are needed",
				name(found[i]), i+1, len(s.Answers), s.Threshold),
			Want: name(s.right),
			Why:  why,
			Hint: hint,
		}
	}
	return nil
}

func name(element []byte) string {
	if len(element) == 0 {
		return "ErrPIN"
	}
	return fmt.Sprintf("the element %.4x…", element)
}

// reason compares a wrong element with those of the usual mistakes.
func (s *session) reason(found []byte) (why, hint string) {
	const steps = "a factor for each server, modulo Order; the sum of the products; and that times the inverse of Blind"
	honest := s.kind == allAnswer || s.kind == someDown
	switch {
	case s.kind == wrongPIN:
		return "the PIN was wrong in this session, and no answers fit", "ask s.Fits before you return an element, and return ErrPIN if none fits"
	case len(found) == 0 && honest:
		return "the PIN was right and no server lied, so the element that does not fit was computed wrongly", steps
	case len(found) == 0:
		return "the PIN was right, and one server lied", fmt.Sprintf("if %d answers do not fit, try others", s.Threshold)
	case !honest:
		return "one of the servers has answered with another share, and its answer is in the sum",
			fmt.Sprintf("combine %d answers at a time, and ask s.Fits", s.Threshold)
	}
	for _, answers := range [][]answer{s.Answers[:s.Threshold], s.Answers} {
		right, plain, places := s.sum(answers, server), s.sum(answers, one), s.sum(answers, place)
		blind := g.NewScalar().SetBigInt(s.Blind)
		unblind := g.NewScalar().Inv(blind)
		is := func(e group.Element) bool { return bytes.Equal(found, bytesOf(e)) }
		times := func(e group.Element, n group.Scalar) group.Element { return g.NewElement().Mul(e, n) }
		switch {
		case is(right):
			return "Blind is still in the element", "the phone has asked about Blind times the PIN's element: multiply by the inverse of Blind"
		case is(times(right, blind)):
			return "the element was multiplied by Blind, and has it twice now", "multiply by the inverse of Blind: big.Int.ModInverse"
		case is(plain), is(times(plain, unblind)):
			return "the answers were added without a factor", "each answer counts with its factor of Lagrange's formula, as in lesson 08"
		case is(places), is(times(places, unblind)):
			return "the factors are those of the places in the list, and not of the servers",
				"a server's number is in its answer: some are missing, and they come in any order"
		}
	}
	return "the element is another", steps
}

// sum returns the sum of the answers, each with the Lagrange factor at 0 of the number that it gets. If all get
// the same it is the plain sum.
func (s *session) sum(answers []answer, number func(place int, a answer) uint64) group.Element {
	sum := g.Identity()
	for i, a := range answers {
		factor := g.NewScalar().SetUint64(1)
		for j, b := range answers {
			x, y := number(i, a), number(j, b)
			if x == y {
				continue
			}
			top, bottom := g.NewScalar().SetUint64(y), g.NewScalar().SetUint64(y)
			bottom.Sub(bottom, g.NewScalar().SetUint64(x))
			factor.Mul(factor, top.Mul(top, bottom.Inv(bottom)))
		}
		e := g.NewElement()
		must(e.UnmarshalBinary(a.Element))
		sum.Add(sum, e.Mul(e, factor))
	}
	return sum
}

func server(_ int, a answer) uint64    { return uint64(a.Server) }
func place(place int, _ answer) uint64 { return uint64(place) + 1 }
func one(int, answer) uint64           { return 1 }
