// Package oneway is lesson 03: a chain of keys that forgets (forward secrecy).
package oneway

import "doormat/examples/lessons/lesson"

// Play calls [Step] and [Opens] once each. A puzzle is {"Chain": 32 bytes, "Stolen": 32 bytes, "From": 5,
// "Sealed": [a message, …]}, an answer {"Next": 32 bytes, "Message": 32 bytes, "Opens": [2, 7, …]}. Bytes
// are in base64.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Chain, Stolen []byte
		From          int
		Sealed        [][]byte
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	var chain, stolen [32]byte
	copy(chain[:], p.Chain)
	copy(stolen[:], p.Stolen)
	next, message, err := Step(chain)
	if err != nil {
		return nil, err
	}
	opens, err := Opens(stolen, p.From, p.Sealed)
	if err != nil {
		return nil, err
	}
	return lesson.Pack(map[string]any{"Next": next[:], "Message": message[:], "Opens": opens}), nil
}
