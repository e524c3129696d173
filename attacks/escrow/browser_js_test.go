package escrow

import (
	"testing"

	"doormat/attacks/attackstest"
)

// A transcript of more than 1 MiB, which elsewhere goes to a file, stays in memory.
func TestRunInABrowser(t *testing.T) {
	const n = 700
	r := attackstest.Run(t, New(), n, "Ana")
	if r.Transcript.Tape.Size() < 1<<20 {
		t.Fatalf("a transcript of %d bytes, expected more than 1 MiB", r.Transcript.Tape.Size())
	}
	if e := attackstest.Exposure(t, r, Key); e.Readable().N != n || e.Wrong != 0 {
		t.Errorf("%v open, %d wrong", e.Readable(), e.Wrong)
	}
}
