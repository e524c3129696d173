package weakcipher

import (
	"context"
	"encoding/binary"
	"fmt"

	"doormat/internal/gea1"
	"doormat/internal/keysearch"
)

const (
	gea1Bits  = 64
	gea1Least = 8
)

// NewGEA1Key draws a key. With fewer bits than 64, from 8 on, the frame iv in that direction starts
// from one of 2^bits values of S; other frames start from any of 2^64. 0 means 64.
func NewGEA1Key(iv uint32, downlink bool, bits int) (key GEA1Key, err error) {
	_, space, err := gea1Space(bits)
	if err != nil {
		return key, err
	}
	for {
		i, err := draw(bits, gea1Least, gea1Bits)
		if err != nil {
			return key, err
		}
		if s := space.At(i); !gea1.LoadsZeros(s) {
			return GEA1Key{b: gea1.Key(s, ivBytes(iv), downlink)}, nil
		}
	}
}

// gea1Space returns the space that a dial stands for, and its size.
func gea1Space(bits int) (int, *gea1.Space, error) {
	bits, err := size(bits, gea1Least, gea1Bits)
	if err != nil {
		return 0, nil, err
	}
	space, err := gea1.NewSpace(bits)
	return bits, space, err
}

func ivBytes(iv uint32) (b [gea1.IVSize]byte) {
	binary.BigEndian.PutUint32(b[:], iv)
	return b
}

// XOR encrypts or decrypts the data of a frame in place. The frame's number iv and its direction
// are not secret. Nothing authenticates the data.
func (k GEA1Key) XOR(iv uint32, downlink bool, data []byte) {
	gea1.XOR(gea1.Initial(k.b, ivBytes(iv), downlink), data)
}

// A GEA1Rank says in how many states some of GEA-1's registers start together: 2^Rank of 2^Bits.
type GEA1Rank struct {
	Registers  string // "A and C"
	Bits, Rank int
}

// GEA1Ranks computes, from the taps, the rank of each register, of each two and of all three.
func GEA1Ranks() (all []GEA1Rank) {
	for _, r := range gea1.Ranks() {
		all = append(all, GEA1Rank(r))
	}
	return all
}

// RecoverGEA1 finds the key, given the first nine bytes or more of the keystream of one frame. It
// divides and conquers: at full size it looks up 2^40 states of two registers in tables of 2^24
// states of the third. A step of Work is one of the 2^40.
func RecoverGEA1(ctx context.Context, iv uint32, downlink bool, keystream []byte, o Options) (key GEA1Key, w Work, err error) {
	bits, space, err := gea1Space(o.Bits)
	if err != nil {
		return key, w, err
	}
	if err := atLeast(9, keystream); err != nil {
		return key, w, err
	}
	search := func() *gea1.Search {
		s, err := gea1.NewSearch(space, keystream)
		if err != nil {
			panic("weakcipher: internal error: " + err.Error()) // there are nine bytes
		}
		return s
	}
	own := search()
	s := keysearch.Search{
		End:      space.Steps(),
		Batch:    space.Batch(),
		NewTrial: func() keysearch.Trial { return search().Trial },
		Accept:   func(hit uint64) bool { _, ok := own.Recover(hit); return ok },
	}
	hit, w, err := o.run(ctx, s, fmt.Sprintf("GEA-1, %d bits, %x, %t, %x", bits, iv, downlink, keystream))
	if err != nil {
		return key, w, err
	}
	if initial, ok := own.Recover(hit); ok {
		return GEA1Key{b: gea1.Key(initial, ivBytes(iv), downlink)}, w, nil
	}
	return key, w, fmt.Errorf("weakcipher: %w", ErrNoKey) // a checkpoint that was made up
}
