// Tries all texts once, and looks each digest up.

package dictionary

import (
	"crypto/sha256"
	"fmt"
)

func Open(salt []byte, rows []Row, phrases, places []string) ([]string, error) {
	index := map[[32]byte]int{}
	for i, r := range rows {
		index[r.Digest] = i
	}
	texts := make([]string, len(rows))
	try := func(text string) {
		if i, ok := index[sha256.Sum256([]byte(string(salt)+text))]; ok {
			texts[i] = text
		}
	}
	for _, phrase := range phrases {
		try(phrase)
	}
	for _, place := range places {
		for minute := range 24 * 60 {
			try(fmt.Sprintf("%s, %02d:%02d", place, minute/60, minute%60))
		}
	}
	for n := range 100_000 {
		try(fmt.Sprintf("My extension is %05d.", n))
	}
	return texts, nil
}
