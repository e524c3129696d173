// Counts what is reported, and adds waves to the picture as long as they move its hash.

package baserates

import (
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
)

func Reports(s Scanner) (Day, error) {
	wanted := s.Messages / s.OneIn
	right := wanted * s.Finds / 100
	innocent := (s.Messages - wanted) / s.FalseOneIn
	return Day{right, innocent, right * 1000 / (right + innocent)}, nil
}

func Change(picture []byte, hash func(picture []byte) ([32]byte, bool)) ([]byte, error) {
	before, _ := hash(picture)
	added, best := make([]float64, len(picture)), 0
	draw := rand.New(rand.NewPCG(13, 32))
	for range 5000 {
		next := wave(draw, added)
		changed := make([]byte, len(picture))
		for i, v := range picture {
			changed[i] = byte(max(0, min(255, float64(v)+math.Round(next[i]))))
		}
		after, ok := hash(changed)
		if d := distance(before, after); ok && d >= best {
			added, best = next, d
			if best >= 32 {
				return changed, nil
			}
		}
	}
	return nil, errors.New("the hash does not move far enough")
}

// wave adds a wave of random length and strength to what is added already, at most 16 of it.
func wave(draw *rand.Rand, added []float64) []float64 {
	next := make([]float64, len(added))
	down, across, strength := float64(1+draw.IntN(16)), float64(1+draw.IntN(16)), 8*draw.Float64()-4
	for i := range added {
		x, y := float64(i%64), float64(i/64)
		v := math.Cos(math.Pi*across*(2*x+1)/128) * math.Cos(math.Pi*down*(2*y+1)/128)
		next[i] = max(-16, min(16, added[i]+strength*v))
	}
	return next
}

func distance(a, b [32]byte) (n int) {
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}
