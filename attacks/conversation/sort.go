package conversation

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"

	"doormat/attacks"
)

// maxRun is the size in bytes of what is sorted in memory at a time.
const maxRun = 4 << 20

// sortByDate returns a new tape with the records of an old one in the order of the dates that they begin
// with. It is stable, and an external merge sort (Knuth, The Art of Computer Programming, volume 3,
// Section 5.4.1): runs of maxRun bytes are sorted in memory and written to a temporary file, then all
// runs are merged. Memory is maxRun, and a buffer for each run.
func sortByDate(tape *attacks.Tape) (*attacks.Tape, error) {
	s := new(sorter)
	defer s.close()
	for b, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		if err := s.add(b); err != nil {
			return nil, err
		}
	}
	sorted := new(attacks.Tape)
	if err := s.merge(sorted.Append); err != nil {
		sorted.Close()
		return nil, err
	}
	return sorted, nil
}

type sorter struct {
	run  [][]byte // the records of the current run
	size int      // their bytes
	file *os.File // the runs before it, one after the other
	ends []int64  // where each of those ends
}

// add takes a copy of a record.
func (s *sorter) add(b []byte) error {
	s.run = append(s.run, bytes.Clone(b))
	s.size += len(b) + 24                        // the slice takes memory, too
	if s.size < maxRun || runtime.GOOS == "js" { // a browser has no files
		return nil
	}
	return s.spill()
}

// byDate compares two records. Dates are before 1970 nowhere here, so that their bytes are in order.
func byDate(a, b []byte) int { return bytes.Compare(a[:8], b[:8]) }

// spill writes the current run to the file, each record behind its length.
func (s *sorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp("", "doormat-sort-")
		if err != nil {
			return err
		}
		s.file = f
		s.ends = []int64{0}
	}
	slices.SortStableFunc(s.run, byDate)
	w := bufio.NewWriter(s.file)
	end := s.ends[len(s.ends)-1]
	for _, b := range s.run {
		w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(b))))
		w.Write(b)
		end += 4 + int64(len(b))
	}
	s.ends = append(s.ends, end)
	s.run, s.size = nil, 0
	return w.Flush()
}

// merge calls emit with all records in order.
func (s *sorter) merge(emit func([]byte) error) error {
	slices.SortStableFunc(s.run, byDate)
	var h runs
	for i := 0; i+1 < len(s.ends); i++ {
		section := io.NewSectionReader(s.file, s.ends[i], s.ends[i+1]-s.ends[i])
		h = append(h, &run{number: i, r: bufio.NewReaderSize(section, 16<<10)})
	}
	h = append(h, &run{number: len(s.ends), rest: s.run})
	started := h[:0]
	for _, r := range h {
		if ok, err := r.next(); err != nil {
			return err
		} else if ok {
			started = append(started, r)
		}
	}
	h = started
	heap.Init(&h)
	for len(h) > 0 {
		if err := emit(h[0].record); err != nil {
			return err
		}
		ok, err := h[0].next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&h, 0)
		} else {
			heap.Pop(&h)
		}
	}
	return nil
}

func (s *sorter) close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// A run is a sorted part of the records.
type run struct {
	number int
	record []byte        // the first that is left
	r      *bufio.Reader // of a run in the file
	rest   [][]byte      // of the run in memory
}

func (r *run) next() (bool, error) {
	if r.r == nil {
		if len(r.rest) == 0 {
			return false, nil
		}
		r.record, r.rest = r.rest[0], r.rest[1:]
		return true, nil
	}
	var length [4]byte
	if _, err := io.ReadFull(r.r, length[:]); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, err
	}
	n := int(binary.BigEndian.Uint32(length[:]))
	r.record = slices.Grow(r.record[:0], n)[:n]
	_, err := io.ReadFull(r.r, r.record)
	return err == nil, err
}

// runs is a heap with the oldest record first and, of records of one date, the one of the earlier run.
type runs []*run

func (h runs) Len() int { return len(h) }
func (h runs) Less(i, j int) bool {
	return cmp.Or(byDate(h[i].record, h[j].record), cmp.Compare(h[i].number, h[j].number)) < 0
}
func (h runs) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runs) Push(any)     { panic("conversation: internal error: a run is never added") }
func (h *runs) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
