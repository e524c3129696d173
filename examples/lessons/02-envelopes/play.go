// Package envelopes is lesson 02: what stays visible without any key.
package envelopes

import (
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

// Play calls [WhoWrites]. The answer lists pairs, in any order.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var recorded [][]byte
	if err := lesson.Unpack(puzzle, &recorded); err != nil {
		return nil, err
	}
	counts, err := WhoWrites(recorded)
	type pair struct {
		From, To noescrow.Identity
		Count    int
	}
	pairs := []pair{}
	for names, n := range counts {
		pairs = append(pairs, pair{names[0], names[1], n})
	}
	return lesson.Pack(pairs), err
}
