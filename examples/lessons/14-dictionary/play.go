// Package dictionary is lesson 14: a dictionary against the table of hashes (traceback).
package dictionary

import "doormat/examples/lessons/lesson"

// A Row is one row of the provider's table.
type Row struct {
	Digest [32]byte // of a text
	From   string   // who has sent that text first
}

// Play calls [Open]. A puzzle is {"Salt": octets, "Rows": [{"Digest": [32 numbers], "From": name}, …],
// "Phrases": [text, …], "Places": [text, …]}. An answer is a list with a text for each row.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Salt            []byte
		Rows            []Row
		Phrases, Places []string
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	texts, err := Open(p.Salt, p.Rows, p.Phrases, p.Places)
	return lesson.Pack(texts), err
}
