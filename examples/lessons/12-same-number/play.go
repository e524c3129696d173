// Package samenumber is lesson 12: catch a relay that has put its own keys between two people.
package samenumber

import "doormat/examples/lessons/lesson"

// Play calls [Number] for each phone, with the key of its owner first. A puzzle is a list of phones, in
// pairs: {"Own": key, "Other": key}, each key in base64. An answer is the list of their numbers.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var phones []struct{ Own, Other []byte }
	if err := lesson.Unpack(puzzle, &phones); err != nil {
		return nil, err
	}
	var numbers []string
	for _, p := range phones {
		number, err := Number([32]byte(p.Own), [32]byte(p.Other))
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	return lesson.Pack(numbers), nil
}
