//go:build !js

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A range's result is written before it is acknowledged. If the program is killed between the two, the range is
// handed out again, and its result takes the place of the first. So no record counts twice.
//
// resultsFile has four bytes for each range: 0, or one more than the number of records that opened.
const resultsFile = "results"

// open opens the file of results, or makes it.
func (b *bulk) open(dir string, fresh bool) (err error) {
	name := filepath.Join(dir, resultsFile)
	b.results = make([]uint32, len(b.parts))
	if fresh {
		if err := os.WriteFile(name, make([]byte, 4*len(b.parts)), 0o600); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(data) != 4*len(b.parts) {
		return fmt.Errorf("%s: expected %d bytes, found %d", name, 4*len(b.parts), len(data))
	}
	for i, p := range b.parts {
		b.results[i] = binary.BigEndian.Uint32(data[4*i:])
		if uint64(b.results[i]) > p.limit-p.first+1 {
			return fmt.Errorf("%s: expected at most %d records of a range, found %d", name, p.limit-p.first, b.results[i]-1)
		}
	}
	b.kept, err = os.OpenFile(name, os.O_WRONLY, 0o600)
	return err
}

// keep keeps the result of a part, in the place of an earlier one. The result 0 is none.
func (b *bulk) keep(i int, result uint32) error {
	b.results[i] = result
	_, err := b.kept.WriteAt(binary.BigEndian.AppendUint32(nil, result), 4*int64(i))
	return err
}

// forgetRecords drops the results of a liar's ranges.
func (h *hub) forgetRecords(firsts []uint64) error {
	for _, first := range firsts {
		i, err := h.bulk.part(first)
		if err == nil {
			err = h.bulk.keep(i, 0)
		}
		if err != nil {
			h.bulk.broken = err
			return err
		}
		h.keys -= h.bulk.parts[i].limit - first
	}
	return nil
}

// missing returns the ranges without a result, by their first records.
func (b *bulk) missing() (firsts []uint64) {
	for i, p := range b.parts {
		if b.results[i] == 0 {
			firsts = append(firsts, p.first)
		}
	}
	return firsts
}

// opened returns how many records opened, of those whose ranges have a result.
func (b *bulk) opened() (n uint64) {
	n = b.longOpened
	for _, r := range b.results {
		n += uint64(max(r, 1) - 1)
	}
	return n
}
