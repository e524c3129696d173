package conversation

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func allLines(t *testing.T, r io.Reader) (all []string) {
	t.Helper()
	in := newLines(t.Context(), r)
	for line, ok := in.next(); ok; line, ok = in.next() {
		if in.rest {
			all[len(all)-1] += string(line)
		} else {
			all = append(all, string(line))
		}
	}
	if err := in.err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, want := range [][]string{
		nil,
		{""},
		{"a"},
		{"", "", "a", "", ""},
		{long},
		{long[1:], "a", long + long, "", long + "b"},
	} {
		for _, end := range []string{"\n", "\r\n", "\r"} {
			file := ""
			for _, line := range want {
				file += line + end
			}
			if got := allLines(t, strings.NewReader(file)); !slices.Equal(got, want) {
				t.Errorf("%d lines with %q read as %d", len(want), end, len(got))
			}
			if got := allLines(t, iotest.HalfReader(strings.NewReader(file))); !slices.Equal(got, want) {
				t.Errorf("%d lines with %q, halved, read as %d", len(want), end, len(got))
			}
		}
	}
	if got, want := allLines(t, strings.NewReader("a\nb\rc\r\nd\n\re\r")), []string{"a", "b", "c", "d", "", "e"}; !slices.Equal(got, want) {
		t.Errorf("mixed line ends: %q", got)
	}
}

// TestLineEndAtBuffer puts each line end at each place about the end of the buffer.
func TestLineEndAtBuffer(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		for n := maxLine - 3; n <= maxLine+3; n++ {
			first := strings.Repeat("x", n)
			got := allLines(t, bytes.NewReader([]byte(first+end+"y")))
			if !slices.Equal(got, []string{first, "y"}) {
				t.Errorf("%d bytes and %q read as %d lines", n, end, len(got))
			}
		}
	}
}

// TestPieces reads lines that are longer than the buffer, whose pieces look like
// what begins a line.
func TestPieces(t *testing.T) {
	fill := func(start string) string { return start + strings.Repeat("x", maxLine-len(start)) }
	const head, from = "From x\nFrom: a@b\nTo: c@d\n" + dated, "From x Tue Mar  3 10:00:00 1998"
	for _, c := range []struct {
		name, file string
		read       reader[io.Reader]
		want       string
	}{
		{"dated line", fill("1/2/25, 10:00 - Ana: ") + "1/2/25, 10:01 - Ben: hi", readChat, fill("")[21:] + "1/2/25, 10:01 - Ben: hi"},
		{"quoted line", head + "\n" + fill("") + ">" + from, readMbox, fill("") + ">" + from},
		{"separator", head + "\n" + fill("") + from, readMbox, fill("") + from},
		{"separator after a piece that is empty", head + "\n" + fill("")[1:] + "\r\n" + from, readMbox, fill("")[1:] + "\n" + from},
		{"boundary", head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + fill("") + "--b\n--b--", readMbox, fill("") + "--b"},
		{"field", head + fill("X: ") + "Cc: e@f\n\nhi", readMbox, "hi"},
		{"piece of a header that is empty", head + fill("X: ")[:maxLine-1] + "\r\n\nhi", readMbox, "hi"},
	} {
		all, tally := readAll(t, c.read, strings.NewReader(c.file))
		if texts(all) != c.want || len(all) != 1 || len(all[0].To) > 1 {
			t.Errorf("%s: read %d messages of %d bytes, want %d; %+v", c.name, len(all), len(texts(all)), len(c.want), tally)
		}
	}
}
