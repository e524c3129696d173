package conversation

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDamaged cuts each file of testdata at each place, and damages it at random.
func TestDamaged(t *testing.T) {
	rounds := 30
	if *long {
		rounds = 100
	}
	for pattern, read := range map[string]reader[io.Reader]{"*.txt": readChat, "*.mbox": readMbox, "inputs/wa-[a-t]*": readChat, "inputs/mb-*": readMbox} {
		files, _ := filepath.Glob(filepath.Join("testdata", pattern))
		for _, name := range files {
			t.Run(filepath.Base(name), func(t *testing.T) {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				rounds := rounds
				if strings.HasPrefix(pattern, "inputs/") {
					rounds /= 10
				}
				step := 1 + len(data)/rounds
				for n := 0; n < len(data); n += step {
					checkFile(t, read, data[:n])
				}
				rng := rand.New(rand.NewPCG(1, uint64(len(data))))
				for range rounds {
					checkFile(t, read, damage(rng, data))
				}
			})
		}
	}
}

// damage changes some bytes, and moves, repeats or drops some stretches.
func damage(rng *rand.Rand, data []byte) []byte {
	out := bytes.Clone(data)
	for range 1 + rng.IntN(8) {
		i := rng.IntN(len(out))
		j := i + rng.IntN(min(len(out)-i, 64))
		k := rng.IntN(len(out))
		switch rng.IntN(4) {
		case 0:
			out[i] = byte(rng.Uint32())
		case 1:
			out[i] = "\n\r:<>-=\x00 \"(,"[rng.IntN(12)]
		case 2:
			out = append(out[:k:k], append(bytes.Clone(out[i:j]), out[k:]...)...)
		case 3:
			out = append(out[:i:i], out[j:]...)
		}
	}
	return out
}
