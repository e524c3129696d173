package weakcipher

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"doormat/internal/keysearch"
	"doormat/internal/tea1"
)

// NewTEA1Key draws a key of 80 bits, which reduce to 32. With fewer bits, 11 to 31, the register is
// one of about 2^bits: those on the first 2^(bits-10) of the walks that a search goes along. 0
// means 32.
func NewTEA1Key(bits int) (key TEA1Key, err error) {
	if bits, err = size(bits, tea1Least, tea1Bits); err != nil {
		return key, err
	}
	rand.Read(key.b[:])
	if bits == tea1Bits {
		return key, nil
	}
	walk, err := draw(bits-tea1Walk, 0, tea1Bits)
	if err != nil {
		return key, err
	}
	registers := slices.Collect(tea1.Registers(walk))
	at := (int(key.b[9])<<8 | int(key.b[8])) % len(registers)
	key.b = tea1.Expand([6]byte(key.b[:6]), registers[at])
	return key, nil
}

const (
	tea1Bits  = 32
	tea1Walk  = 10 // a walk has 2^10 registers on average
	tea1Least = tea1Walk + 1
)

// Reduce returns the 32 bits that TEA1 uses of the key. 2^48 keys share each register.
func (k TEA1Key) Reduce() TEA1Register { return newTEA1Register(tea1.Reduce(k.b)) }

// TEA1Frame returns the number of a slot, which the network counts and every receiver hears: four
// slots a frame, 18 frames a multiframe, 60 multiframes a hyperframe, 2^15 hyperframes, for each
// direction.
func TEA1Frame(slot int, uplink bool) uint32 {
	frame := uint32(slot%4) | uint32(slot/4%18+1)<<2 | uint32(slot/72%60+1)<<7 | uint32(slot/4320&0x7fff)<<13
	if uplink {
		frame |= 1 << 28
	}
	return frame
}

// TEA1SlotSize is the number of bytes that a slot carries: 432 bits.
const TEA1SlotSize = tea1.SlotSize

// XOR encrypts or decrypts the data of a slot in place. Nothing authenticates it.
func (r TEA1Register) XOR(frame uint32, data []byte) { tea1.XOR(r.number(), frame, data) }

// RecoverTEA1 finds the register by trying all, given the first eight bytes or more of the
// keystream of one slot. The register opens every slot under the key, and under all keys that share
// it.
func RecoverTEA1(ctx context.Context, frame uint32, keystream []byte, o Options) (register TEA1Register, w Work, err error) {
	bits, err := size(o.Bits, tea1Least, tea1Bits)
	if err != nil {
		return register, w, err
	}
	if err := atLeast(8, keystream); err != nil {
		return register, w, err
	}
	walk, w, err := o.run(ctx, tea1Search(bits, frame, keystream), fmt.Sprintf("TEA1, %d bits, %x, %x", bits, frame, keystream))
	if err != nil {
		return register, w, err
	}
	r, ok := tea1.NewSearch(frame, keystream).Register(walk)
	if !ok {
		return register, w, fmt.Errorf("weakcipher: %w", ErrNoKey) // a checkpoint that was made up
	}
	return newTEA1Register(r), w, nil
}

// tea1Search returns a search for one of several keystreams. Its keys are walks.
func tea1Search(bits int, frame uint32, keystreams ...[]byte) keysearch.Search {
	walks := uint64(1) << (bits - tea1Walk)
	if bits == tea1Bits {
		walks = tea1.Walks
	}
	return keysearch.Search{
		End:      walks,
		NewTrial: func() keysearch.Trial { return tea1.NewSearch(frame, keystreams...).Trial },
		Batch:    tea1Batch(walks),
		Unit:     tea1.WalkLength,
	}
}

// LocateTEA1 finds the places of several registers in one pass over all, given the first eight bytes or
// more of each one's keystream of the same slot. A place is as in Work, to 2^10 registers, and 0 where
// none fits. Keystreams that begin with the same byte take little more time than one; others take up to
// twice as long.
func LocateTEA1(ctx context.Context, frame uint32, keystreams [][]byte, o Options) (places []uint64, w Work, err error) {
	bits, err := size(o.Bits, tea1Least, tea1Bits)
	if err != nil {
		return nil, w, err
	}
	if err := allAtLeast(8, keystreams); err != nil {
		return nil, w, err
	}
	return o.locate(ctx, tea1Search(bits, frame, keystreams...), len(keystreams), fmt.Sprintf("TEA1, %d bits, %x, %x", bits, frame, keystreams), func(walk uint64, i int) bool {
		_, ok := tea1.NewSearch(frame, keystreams[i]).Register(walk)
		return ok
	})
}

// DrawTEA1Register draws one of the registers that a search with these First and Limit tries: a random one
// on a random walk. A search for it in that range finds it.
func DrawTEA1Register(first, limit uint64) (TEA1Register, error) {
	begin, end := first/tea1.WalkLength, min(limit/tea1.WalkLength, tea1.Walks)
	if begin >= end {
		return TEA1Register{}, fmt.Errorf("weakcipher: expected a range of %d keys or more below %d, found %d to %d", tea1.WalkLength, tea1.Walks*tea1.WalkLength, first, limit)
	}
	walk := slices.Collect(tea1.Registers(begin + random(end-begin)))
	return newTEA1Register(walk[random(uint64(len(walk)))]), nil
}

// random draws a number below n. It is uniform to within n/2^64.
func random(n uint64) uint64 {
	var b [8]byte
	rand.Read(b[:])
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(b[:]), n)
	return hi
}

// tea1Batch returns the number of walks that a core takes at a time. The walks of a batch end at
// different times, so long batches are faster; but each core should get several.
func tea1Batch(walks uint64) int { return int(max(64, min(1<<13, walks/16))) }
