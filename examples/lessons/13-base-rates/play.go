// Package baserates is lesson 13: what an error rate means where almost nothing is wanted, and a picture
// that a scanner does not know again.
package baserates

import (
	"errors"

	"doormat/examples/lessons/lesson"
)

// A Scanner looks at all messages of a messenger.
type Scanner struct {
	Messages   int64 // that it looks at in a day
	OneIn      int64 // one message in so many is what it is to find; it divides Messages
	Finds      int64 // of 100 such messages it reports so many
	FalseOneIn int64 // of the other messages it reports one in so many
}

// A Day is what comes of it.
type Day struct {
	Right       int64 // reports of what it is to find
	Innocent    int64 // reports of other messages, rounded down
	RightOf1000 int64 // of 1,000 reports so many are right, rounded down
}

// Play calls [Reports] for each scanner, and [Change] once. A puzzle is {"Scanners": [{"Messages": number,
// …}, …], "Picture": octets}. A query is a picture of 4,096 octets, and a reply its hash of 32 octets, or
// empty. An answer is {"Days": [{"Right": number, …}, …], "Picture": octets}.
func Play(puzzle []byte, ask func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Scanners []Scanner
		Picture  []byte
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	var answer struct {
		Days    []Day
		Picture []byte // empty if Change is not written yet
	}
	for _, s := range p.Scanners {
		day, err := Reports(s)
		if err != nil {
			return nil, err
		}
		answer.Days = append(answer.Days, day)
	}
	var err error
	answer.Picture, err = Change(p.Picture, func(picture []byte) (hash [32]byte, ok bool) {
		return hash, copy(hash[:], ask(picture)) == len(hash)
	})
	if err != nil && !errors.Is(err, lesson.ErrTODO) {
		return nil, err
	}
	return lesson.Pack(answer), nil
}
