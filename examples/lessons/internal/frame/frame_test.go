package frame

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	bodies := []string{"", "x", strings.Repeat("y", Limit)}
	for _, body := range bodies {
		if err := Write(&b, Query, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range bodies {
		if kind, body, err := Read(&b); kind != Query || string(body) != want || err != nil {
			t.Errorf("%d bytes: found %c, %d bytes, %v", len(want), kind, len(body), err)
		}
	}
	if _, _, err := Read(&b); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if err := Write(&b, Query, make([]byte, Limit+1)); err == nil || b.Len() > 0 {
		t.Errorf("a body that is too long: %v, %d bytes written", err, b.Len())
	}
}

// A frame that is too long is an error before its bytes are there, and one that is cut at any place is too.
func TestLimits(t *testing.T) {
	if _, _, err := Read(strings.NewReader("A\x00\x10\x00\x01")); err == nil || !strings.Contains(err.Error(), "expected at most 1048576 bytes, found 1048577") {
		t.Errorf("one byte too long: %v", err)
	}
	allocated := testing.AllocsPerRun(1, func() { Read(strings.NewReader("A\xff\xff\xff\xff")) })
	if allocated > 10 {
		t.Errorf("a length of 4 GiB: %v allocations", allocated)
	}
	whole := "A\x00\x00\x00\x03abc"
	for n := range len(whole) {
		_, _, err := Read(strings.NewReader(whole[:n]))
		if (err == io.EOF) != (n == 0) || err == nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("A\x00\x00\x00\x03abc"))
	f.Add([]byte("Q\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, body, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, kind, body); err != nil || !bytes.HasPrefix(b, again.Bytes()) {
			t.Errorf("%x becomes %x, %v", b, again.Bytes(), err)
		}
	})
}
