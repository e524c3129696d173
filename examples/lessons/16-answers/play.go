// Package answers is lesson 16: combine the answers of servers that guard a key with a PIN.
package answers

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/big"

	"doormat/examples/lessons/lesson"
)

// ErrPIN says that no answers fit: the PIN was wrong.
var ErrPIN = errors.New("the PIN is wrong")

// A Session is what a phone has after it has asked the servers.
type Session struct {
	Threshold int      // so many right answers are needed
	Blind     *big.Int // r: the phone has asked about r times the PIN's element
	Answers   []Answer // one or more of them may be wrong

	commitment []byte
}

// An Answer is one server's.
type Answer struct {
	Server  int // its number, from 1 on
	Element Element
}

// Fits reports whether an element is the one that was stored: its hash is the one that the servers keep.
func (s Session) Fits(e Element) bool {
	hash := sha256.Sum256(e.Bytes())
	return bytes.Equal(hash[:], s.commitment)
}

// Play calls [Combine] for each session. A puzzle is a list of them: {"Threshold": 3, "Blind": number, "Answers":
// [{"Server": 1, "Element": 32 octets}, …], "Commitment": the SHA-256 hash of 32 octets}. An answer is a list
// of elements, each of 32 octets, or of none for ErrPIN.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var sessions []struct {
		Threshold int
		Blind     *big.Int
		Answers   []struct {
			Server  int
			Element []byte
		}
		Commitment []byte
	}
	if err := lesson.Unpack(puzzle, &sessions); err != nil {
		return nil, err
	}
	found := make([][]byte, len(sessions))
	for i, p := range sessions {
		s := Session{Threshold: p.Threshold, Blind: p.Blind, commitment: p.Commitment}
		for _, a := range p.Answers {
			e, err := parseElement(a.Element)
			if err != nil {
				return nil, err
			}
			s.Answers = append(s.Answers, Answer{a.Server, e})
		}
		e, err := Combine(s)
		if err == nil {
			found[i] = e.Bytes()
		} else if !errors.Is(err, ErrPIN) {
			return nil, err
		}
	}
	return lesson.Pack(found), nil
}
