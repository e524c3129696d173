package padme

import (
	"bytes"
	"fmt"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	for n := range 5000 {
		for _, fill := range []byte{0, 0x80, 0xff} {
			message := bytes.Repeat([]byte{fill}, n)
			padded := Pad(message)
			if len(padded) != Length(n) {
				t.Fatalf("%d bytes become %d", n, len(padded))
			}
			got, err := Unpad(padded)
			if err != nil || !bytes.Equal(got, message) {
				t.Fatalf("%d bytes of %#x: %v", n, fill, err)
			}
		}
	}
}

// The figures of the package comment.
func TestOverhead(t *testing.T) {
	sizes := map[int]bool{}
	worst := map[int]float64{0: 0, 512: 0, 65536: 0} // by the length they start at
	for n := range 1 << 20 {
		l := Length(n)
		sizes[l] = true
		for from := range worst {
			if n >= max(Floor, from) {
				worst[from] = max(worst[from], float64(l)/float64(n)-1)
			}
		}
		if n < Floor && l != Floor {
			t.Fatalf("%d bytes become %d, not %d", n, l, Floor)
		}
	}
	if len(sizes) != 265 {
		t.Errorf("up to 1 MiB there are %d sizes", len(sizes))
	}
	for from, want := range map[int]string{0: "12.50", 512: "6.25", 65536: "3.12"} {
		if got := fmt.Sprintf("%.2f", 100*worst[from]); got != want {
			t.Errorf("from %d bytes on the padding is at most %s %%, documented %s %%", from, got, want)
		}
	}
}

func TestUnpadRefuses(t *testing.T) {
	for name, padded := range map[string][]byte{
		"nothing":               nil,
		"zeros only":            make([]byte, Floor),
		"no marker":             append(bytes.Repeat([]byte{1}, Floor-1), 0),
		"shorter than it is":    append([]byte{0x80}, make([]byte, Floor-2)...),
		"longer than it is":     append([]byte{0x80}, make([]byte, Floor)...),
		"one size up":           append([]byte{0x80}, make([]byte, Length(Floor)-1)...),
		"a byte behind the end": append(Pad(nil), 0),
	} {
		if got, err := Unpad(padded); err == nil {
			t.Errorf("%s: taken as %d bytes", name, len(got))
		}
	}
}

func FuzzUnpad(f *testing.F) {
	f.Add(Pad([]byte("hello")))
	f.Fuzz(func(t *testing.T, padded []byte) {
		if message, err := Unpad(padded); err == nil && !bytes.Equal(Pad(message), padded) {
			t.Errorf("%x is not what Pad makes", padded)
		}
	})
}

// What is in the memory behind b does not end up in the padding, and b stays as it is.
func TestAppend(t *testing.T) {
	for n := range 600 {
		message := bytes.Repeat([]byte{1}, n)
		room := bytes.Repeat([]byte{0xff}, 2000)
		got := Append(room[:3], message)
		if !bytes.Equal(got[:3], []byte{0xff, 0xff, 0xff}) || !bytes.Equal(got[3:], Pad(message)) || len(got) != 3+Length(n) {
			t.Fatalf("%d bytes: %x", n, got)
		}
	}
}
