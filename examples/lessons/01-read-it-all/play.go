// Package readitall is lesson 01: use a stolen escrow key on recorded traffic.
package readitall

import "doormat/examples/lessons/lesson"

// Play calls [ReadAll].
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Key       string
		Envelopes [][]byte
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	texts, err := ReadAll(p.Key, p.Envelopes)
	return lesson.Pack(texts), err
}
