package conversation

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"doormat/attacks"
)

// A tape with dates in any order comes back in order, and records of one date stay as they were.
func TestSortByDate(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, size := range []int{8, 5000} { // in memory, and in several runs
		rng := rand.New(rand.NewPCG(1, uint64(size)))
		tape := new(attacks.Tape)
		defer tape.Close()
		var want [][]byte
		for i := range 3000 {
			b := attacks.Date(time.UnixMilli(rng.Int64N(50)))
			b = binary.BigEndian.AppendUint32(b, uint32(i))
			b = append(b, make([]byte, rng.IntN(size))...)
			want = append(want, b)
			if err := tape.Append(b); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortFunc(want, func(a, b []byte) int { return cmp.Or(byDate(a, b), bytes.Compare(a[8:12], b[8:12])) })
		sorted, err := sortByDate(tape)
		if err != nil {
			t.Fatal(err)
		}
		defer sorted.Close()
		i := 0
		for b, err := range sorted.All() {
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, want[i]) {
				t.Fatalf("records of up to %d bytes: record %d is %x, want %x", size, i, b[:12], want[i][:12])
			}
			i++
		}
		if i != len(want) {
			t.Errorf("%d records of %d", i, len(want))
		}
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("temporary files stay behind: %v", left)
	}
}

// The memory of a sort does not depend on what is sorted.
func TestSortMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := new(sorter)
	defer s.close()
	record := make([]byte, 10_000)
	for i := range 4000 { // 40 MB
		binary.BigEndian.PutUint64(record, uint64(4000-i))
		if err := s.add(record); err != nil {
			t.Fatal(err)
		}
		if i%500 == 0 && heapInUse() > heapBound {
			t.Fatalf("%d bytes in use after %d records", heapInUse(), i)
		}
	}
	n := uint64(0)
	err := s.merge(func(b []byte) error {
		if n++; binary.BigEndian.Uint64(b) != n {
			t.Fatalf("record %d is %x", n, b[:8])
		}
		if n%500 == 0 && heapInUse() > heapBound {
			t.Fatalf("%d bytes in use after %d records", heapInUse(), n)
		}
		return nil
	})
	if err != nil || n != 4000 {
		t.Errorf("%d records, %v", n, err)
	}
}

// A limit takes the first messages, and the people who have a part in them.
func TestFirst(t *testing.T) {
	for _, c := range []struct{ limit, messages, envelopes, people int }{
		{100, 4, 12, 4}, {12, 4, 12, 4}, {11, 3, 6, 3}, {6, 3, 6, 3}, {5, 2, 2, 2}, {2, 2, 2, 2}, {1, 0, 0, 1}, {0, 0, 0, 1},
	} {
		talk := group(t)
		part, err := talk.First(c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if got := all(t, part); part.Len != c.messages || len(got) != c.messages || part.Envelopes != c.envelopes || len(part.People) != c.people {
			t.Errorf("at most %d: %d messages in %d envelopes of %d people, want %+v", c.limit, len(got), part.Envelopes, len(part.People), c)
		}
		if part.Len > 0 && part.Busiest == "" || part.Tally.Found != 4 {
			t.Errorf("busiest %q, %v", part.Busiest, part.Tally)
		}
		part.Close()
	}
}

// group returns a chat of four people, who write one after the other.
func group(t *testing.T) *Conversation {
	t.Helper()
	s := newSpool()
	for i, p := range []string{"Ana", "Ben", "Cas", "Dan"} {
		if err := s.add(message{At: time.Unix(int64(i), 0).UTC(), From: party{key: p}, Text: "hi"}); err != nil {
			t.Fatal(err)
		}
	}
	c := s.conversation()
	c.Tally.Found = 4
	return c
}
