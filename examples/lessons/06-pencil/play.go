// Package pencil is lesson 06: predict a random number generator on a curve that is small enough for paper.
package pencil

import "doormat/examples/lessons/lesson"

// Play calls [Predict] three times for each generator: after two bytes, and then with what it has
// predicted. A puzzle is {"P": {"X": 2, "Y": 92}, "Q": {…}, "D": 17, "Said": [two bytes in base64, …]}, an
// answer a list of three bytes in base64 for each generator.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		P, Q Point
		D    int
		Said [][]byte
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	var answer [][]byte
	for _, out := range p.Said {
		said := len(out)
		for range 3 {
			next, err := Predict(Tiny{p.P, p.Q}, p.D, out)
			if err != nil {
				return nil, err
			}
			out = append(out, next)
		}
		answer = append(answer, out[said:])
	}
	return lesson.Pack(answer), nil
}
