package attacks_test

import (
	"testing"

	"doormat/attacks"
)

// In a browser a tape grows past what it keeps in memory elsewhere, and has an end.
func TestTapeInABrowser(t *testing.T) {
	tape := new(attacks.Tape)
	record := make([]byte, 8<<20)
	n := 0
	for ; tape.Append(record) == nil; n++ {
		if tape.Size() > attacks.TapeMemory {
			t.Fatalf("%d bytes in a tape, expected at most %d", tape.Size(), attacks.TapeMemory)
		}
	}
	if n < attacks.TapeMemory/len(record)-1 {
		t.Errorf("a tape is full after %d records of 8 MiB", n)
	}
}
