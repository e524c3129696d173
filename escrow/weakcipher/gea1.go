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

// NewGEA1Key draws a key. At a reduced size it is one whose frame iv in that direction starts from
// 2^bits of the 2^64 values of S; other frames start from any.
func NewGEA1Key(bits int, iv uint32, downlink bool) (key GEA1Key, err error) {
	space, err := gea1Space(bits)
	if err != nil {
		return key, err
	}
	for {
		i, err := draw(bits, gea1Least, gea1Bits)
		if err != nil {
			return key, err
		}
		if s := space.At(i); !gea1.LoadsZeros(s) {
			return gea1.Key(s, ivBytes(iv), downlink), nil
		}
	}
}

func gea1Space(bits int) (*gea1.Space, error) {
	bits, err := size(bits, gea1Least, gea1Bits)
	if err != nil {
		return nil, err
	}
	return gea1.NewSpace(bits)
}

func ivBytes(iv uint32) (b [gea1.IVSize]byte) {
	binary.BigEndian.PutUint32(b[:], iv)
	return b
}

// XOR encrypts or decrypts in place the data of a frame. The number iv of the frame, and its
// direction, are heard by everybody. Nothing authenticates it.
func (k GEA1Key) XOR(iv uint32, downlink bool, data []byte) {
	gea1.XOR(gea1.Initial(k, ivBytes(iv), downlink), data)
}

// GEA1Ranks says for each set of GEA-1's registers in how many states they start together.
func GEA1Ranks() []gea1.Rank { return gea1.Ranks() }

// RecoverGEA1 finds the key from the first nine bytes or more of the keystream of one frame, by
// divide and conquer: at full size it tries 2^40 states of two registers against tables of 2^24
// states of the third.
func RecoverGEA1(ctx context.Context, iv uint32, downlink bool, keystream []byte, o Options) (key GEA1Key, w Work, err error) {
	space, err := gea1Space(o.Bits)
	if err != nil {
		return key, w, err
	}
	own, err := gea1.NewSearch(space, keystream)
	if err != nil {
		return key, w, fmt.Errorf("weakcipher: %w", err)
	}
	s := keysearch.Search{
		End:   space.Steps(),
		Batch: space.Batch(),
		NewTrial: func() keysearch.Trial {
			s, err := gea1.NewSearch(space, keystream)
			if err != nil {
				panic("weakcipher: internal error: " + err.Error()) // it did not fail above
			}
			return s.Trial
		},
		Accept: func(hit uint64) bool { _, ok := own.Recover(hit); return ok },
	}
	hit, w, err := o.run(ctx, s, 1, fmt.Sprintf("GEA-1, %d bits, %x, %t, %x", o.Bits, iv, downlink, keystream))
	if err != nil {
		return key, w, err
	}
	if initial, ok := own.Recover(hit); ok {
		return gea1.Key(initial, ivBytes(iv), downlink), w, nil
	}
	return key, w, ErrNoKey // a checkpoint that was made up
}
