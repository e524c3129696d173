package attacks_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/internal/testing/ratio"
)

func TestTape(t *testing.T) {
	for name, want := range map[string][][]byte{
		"nothing":      nil,
		"empty record": {{}},
		"few":          {[]byte("one"), {}, []byte("three")},
		"in a file":    {bytes.Repeat([]byte("a"), 600_000), bytes.Repeat([]byte("b"), 600_000), []byte("c")},
		"exactly 1 M":  {make([]byte, attacks.TapeMemory-4), []byte("behind")},
		"one below":    {make([]byte, attacks.TapeMemory-5), []byte("behind")},
	} {
		dir := t.TempDir()
		t.Setenv("TMPDIR", dir)
		tape := attackstest.Tape(t, want...)
		size := int64(0)
		for _, r := range want {
			size += 4 + int64(len(r))
		}
		if tape.Len() != len(want) || tape.Size() != size {
			t.Errorf("%s: %d records, %d bytes", name, tape.Len(), tape.Size())
		}
		if spilt := size >= attacks.TapeMemory; tape.OnDisk() != spilt || tape.InMemory() >= attacks.TapeMemory {
			t.Errorf("%s: in a file: %v, in memory: %d bytes", name, tape.OnDisk(), tape.InMemory())
		}
		for range 2 {
			if got := attackstest.Records(t, tape); !slices.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%s: other records come out than went in", name)
			}
		}
		again := attackstest.Reread(t, tape)
		if got := attackstest.Records(t, again); !slices.EqualFunc(got, want, bytes.Equal) || again.Size() != size {
			t.Errorf("%s: other records are read than were written", name)
		}
		// Appending goes on, after reading and after a break.
		for range tape.All() {
			break
		}
		for range 3 {
			if err := tape.Append([]byte("more")); err != nil {
				t.Fatal(err)
			}
		}
		if got := attackstest.Records(t, tape); len(got) != len(want)+3 || string(got[len(got)-1]) != "more" {
			t.Errorf("%s: %d records after three more", name, len(got))
		}
		first, err := tape.First()
		if err != nil || !bytes.Equal(first, append(slices.Clone(want), []byte("more"))[0]) {
			t.Errorf("%s: the first record is %.20q, %v", name, first, err)
		}
		if err := errors.Join(tape.Close(), again.Close(), tape.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if files := attackstest.Left(t, dir); len(files) > 0 {
			t.Errorf("%s: %v left", name, files)
		}
	}
	if _, err := new(attacks.Tape).First(); err == nil {
		t.Error("an empty tape has a first record")
	}
}

func TestTapeTwiceAtOnce(t *testing.T) {
	tape := attackstest.Tape(t, []byte("a"), bytes.Repeat([]byte("b"), attacks.TapeMemory), []byte("c"))
	var got strings.Builder
	for x, err1 := range tape.All() {
		for y, err2 := range tape.All() {
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			fmt.Fprintf(&got, "%.1s%.1s ", x, y)
		}
	}
	if want := "aa ab ac ba bb bc ca cb cc "; got.String() != want {
		t.Errorf("%s, want %s", got.String(), want)
	}
}

func TestTapeMaximum(t *testing.T) {
	if err := new(attacks.Tape).Append(make([]byte, attacks.MaxRecord+1)); err == nil {
		t.Error("a record beyond the maximum is taken")
	}
	if !*attackstest.Long {
		t.Skip("64 MiB: -long")
	}
	tape := attackstest.Tape(t, make([]byte, attacks.MaxRecord))
	for record, err := range tape.All() {
		if err != nil || len(record) != attacks.MaxRecord {
			t.Errorf("%d bytes, %v", len(record), err)
		}
	}
}

func TestReadTapeRefuses(t *testing.T) {
	var disk bytes.Buffer
	if _, err := attackstest.Tape(t, []byte("one"), nil, []byte("three")).WriteTo(&disk); err != nil {
		t.Fatal(err)
	}
	ends := []int{0, 7, 11, 20}
	if disk.Len() != 20 {
		t.Fatalf("%d bytes", disk.Len())
	}
	for n := range disk.Len() + 1 {
		tape, err := attacks.ReadTape(bytes.NewReader(disk.Bytes()[:n]))
		if whole := slices.Index(ends, n); whole >= 0 {
			if err != nil || tape.Len() != whole {
				t.Errorf("%d records are %v, %v", whole, tape, err)
			}
		} else if err != attacks.ErrTape || tape != nil {
			t.Errorf("%d bytes are %v, %v", n, tape, err)
		}
	}
	if _, err := attacks.ReadTape(bytes.NewReader(append(disk.Bytes(), 0))); err != attacks.ErrTape {
		t.Errorf("a trailing byte: %v", err)
	}
	if _, err := attacks.ReadTape(io.MultiReader(&disk, failingReader{})); err == nil {
		t.Error("a reader's error is taken for the end")
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errOnPurpose }

// A length costs nothing before its bytes have come.
func TestReadTapeHugeLength(t *testing.T) {
	for prefix, bound := range map[string]uint64{
		"\xff\xff\xff\xff": 1 << 16,
		"\x04\x00\x00\x01": 1 << 16, // the maximum and one
		"\x04\x00\x00\x00": 1 << 23, // the maximum, of which little follows
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := attacks.ReadTape(strings.NewReader(prefix + "and little more"))
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; err == nil || got > bound {
			t.Errorf("length %x: %d bytes allocated, want at most %d; %v", prefix, got, bound, err)
		}
	}
}

// A full disk, or none, is an error of Append.
func TestTapeWithoutADisk(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	tape := new(attacks.Tape)
	if err := tape.Append(make([]byte, attacks.TapeMemory-5)); err != nil {
		t.Fatal(err)
	}
	if err := tape.Append(nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the tape went to a file where there is no place for one: %v", err)
	}
	if err := tape.Close(); err != nil {
		t.Error(err)
	}
}

// A tape of one key, as TryAll makes of each record of the loot. The limit is a tape that is appended to, and not
// read.
func BenchmarkFirst(b *testing.B) {
	key := make([]byte, 64)
	tape := func() *attacks.Tape {
		t, err := attacks.TapeOf(key)
		if err != nil {
			b.Fatal(err)
		}
		return t
	}
	const n = 100
	ratio.Time(b, "of-limit", func() {
		for range n {
			if _, err := tape().First(); err != nil {
				b.Fatal(err)
			}
		}
	}, func() {
		for range n {
			tape()
		}
	})
}
