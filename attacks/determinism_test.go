package attacks

import (
	"bytes"
	"crypto/rand"
	mathrand "math/rand/v2"
	"testing"
)

// seedRandomness makes every key and nonce follow from the seed, until the test is over.
func seedRandomness(t *testing.T, seed [32]byte) (restore func()) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8(seed)
	restore = func() { rand.Reader = before }
	t.Cleanup(restore)
	return restore
}

func TestSeededRunsAreEqual(t *testing.T) {
	const n = 20
	tapes := func(seed byte, s func() System) map[string][]byte {
		defer seedRandomness(t, [32]byte{seed})()
		r := send(t, s(), n, "Ana")
		all := map[string][]byte{}
		write := func(name string, tape *Tape) {
			var disk bytes.Buffer
			if _, err := tape.WriteTo(&disk); err != nil {
				t.Fatal(err)
			}
			all[name] = disk.Bytes()
		}
		write("transcript", r.Transcript.Tape)
		for theft, loot := range r.Loot {
			write(theft, loot)
		}
		return all
	}
	for name, s := range map[string]func() System{"escrow": NewEscrow, "no escrow": NewNoEscrow, "rogue": func() System { return NewRogue("Ana") }} {
		one, two, other := tapes(1, s), tapes(1, s), tapes(2, s)
		if len(one) < 2 || len(one["transcript"]) == 0 {
			t.Errorf("%s: %d tapes", name, len(one))
		}
		for what := range one {
			if !bytes.Equal(one[what], two[what]) {
				t.Errorf("%s: the same seed, another %s", name, what)
			}
			if len(one[what]) > 0 && bytes.Equal(one[what], other[what]) {
				t.Errorf("%s: another seed, the same %s", name, what)
			}
		}
	}
}
