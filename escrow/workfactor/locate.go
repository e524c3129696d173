package workfactor

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"doormat/internal/keysearch"
)

// Locate finds the places of several keys in one pass over all keys of 64 bits, or a range of them,
// given the first block of a body under each. All bodies have the same iv. A place is as in Work, and 0
// where no key fits. A wrong key fits a block with probability 2^-64.
func Locate(ctx context.Context, iv [8]byte, blocks [][8]byte, o Options) (places []uint64, w Work, err error) {
	if len(blocks) == 0 {
		return nil, w, errors.New("workfactor: expected one block or more, found none")
	}
	description := fmt.Sprintf("RC2-64, iv %x, blocks %x", iv, blocks)
	t := newTrial(0, iv, blocks...)
	_, w, err = o.find(ctx, keysearch.Search{End: 1<<64 - 1, NewTrial: func() keysearch.Trial { return t.try }, All: true}, description)
	if err != nil && !errors.Is(err, ErrNoKey) {
		return nil, w, prefix(err)
	}
	c, err := keysearch.ParseCheckpoint(w.Checkpoint, description)
	if err != nil {
		panic("workfactor: internal error: " + err.Error()) // the search has just written it
	}
	places = make([]uint64, len(blocks))
	for _, key := range c.Hits {
		for i, block := range blocks {
			if places[i] == 0 && firstBlock(BulkKey{n: key}, iv) == block {
				places[i] = key + 1
			}
		}
	}
	return places, w, nil
}

// firstBlock returns the first block of every body under a key.
func firstBlock(k BulkKey, iv [blockSize]byte) [blockSize]byte {
	return [blockSize]byte(sealBody(k, iv, nil))
}

// DrawBlock draws one of the keys that a search with these First and Limit tries, and returns the first
// block of a body under it. A search for the block in that range finds the key.
func DrawBlock(iv [8]byte, first, limit uint64) ([8]byte, error) {
	if first >= limit {
		return [8]byte{}, fmt.Errorf("workfactor: expected a range of keys, found %d to %d", first, limit)
	}
	var b [8]byte
	rand.Read(b[:])
	n, _ := bits.Mul64(binary.BigEndian.Uint64(b[:]), limit-first) // uniform to within (limit-first)/2^64
	return firstBlock(BulkKey{n: first + n}, iv), nil
}
