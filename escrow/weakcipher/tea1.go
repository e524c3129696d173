package weakcipher

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"doormat/internal/keysearch"
	"doormat/internal/tea1"
)

// NewTEA1Key draws a key of 80 bits, which always reduce to 32. With fewer bits than 32 the register
// is one of about so many: those on the first 2^(bits-10) of the walks that a search goes.
func NewTEA1Key(bits int) (key TEA1Key, err error) {
	if bits, err = size(bits, tea1Least, tea1Bits); err != nil {
		return key, err
	}
	rand.Read(key[:])
	if bits == tea1Bits {
		return key, nil
	}
	walk, err := draw(bits-tea1Walk, 0, tea1Bits)
	if err != nil {
		return key, err
	}
	registers := slices.Collect(tea1.Registers(walk))
	at := (int(key[9])<<8 | int(key[8])) % len(registers)
	return tea1.Expand([6]byte(key[:6]), registers[at]), nil
}

const (
	tea1Bits  = 32
	tea1Walk  = 10 // a walk has 2^10 registers on average
	tea1Least = tea1Walk + 1
)

// Reduce makes of the key what TEA1 uses of it. 2^48 keys share each register.
func (k TEA1Key) Reduce() TEA1Register { return TEA1Register(tea1.Reduce(k)) }

// TEA1Frame is the number of a slot, which the network counts and everybody hears: four slots a
// frame, 18 frames a multiframe, 60 of these a hyperframe, 2^15 of those, for either direction.
func TEA1Frame(slot int, uplink bool) uint32 {
	frame := uint32(slot%4) | uint32(slot/4%18+1)<<2 | uint32(slot/72%60+1)<<7 | uint32(slot/4320&0x7fff)<<13
	if uplink {
		frame |= 1 << 28
	}
	return frame
}

// TEA1SlotSize is how many bytes one slot carries: 432 bits.
const TEA1SlotSize = tea1.SlotSize

// XOR encrypts or decrypts in place the data of a slot. Nothing authenticates it.
func (r TEA1Register) XOR(frame uint32, data []byte) { tea1.XOR(uint32(r), frame, data) }

// RecoverTEA1 finds the register from the first eight bytes or more of the keystream of one slot,
// by trying all. It then opens every slot under that key, and under all others that share it.
func RecoverTEA1(ctx context.Context, frame uint32, keystream []byte, o Options) (register TEA1Register, w Work, err error) {
	bits, err := size(o.Bits, tea1Least, tea1Bits)
	if err != nil {
		return 0, w, err
	}
	if err := atLeast(8, keystream); err != nil {
		return 0, w, err
	}
	walks := uint64(1) << (bits - tea1Walk)
	if bits == tea1Bits {
		walks = tea1.Walks
	}
	s := keysearch.Search{
		End:      walks,
		NewTrial: func() keysearch.Trial { return tea1.NewSearch(frame, keystream).Trial },
		Batch:    tea1Batch(walks),
	}
	walk, w, err := o.run(ctx, s, tea1.WalkLength, fmt.Sprintf("TEA1, %d bits, %x, %x", bits, frame, keystream))
	if err != nil {
		return 0, w, err
	}
	r, ok := tea1.NewSearch(frame, keystream).Register(walk)
	if !ok {
		return 0, w, ErrNoKey // a checkpoint that was made up
	}
	return TEA1Register(r), w, nil
}

// tea1Batch is how many walks go to a core at a time. They do not end together, so a batch should be
// long; and there should be several for each core.
func tea1Batch(walks uint64) int { return int(max(64, min(1<<13, walks/16))) }
