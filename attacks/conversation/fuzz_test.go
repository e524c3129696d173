package conversation

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

func seed(f *testing.F, pattern string) {
	files, _ := filepath.Glob(filepath.Join("testdata", pattern))
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// checkFile reads whatever it is given and checks what holds of every message.
func checkFile(t *testing.T, read reader[io.Reader], data []byte) {
	t.Helper()
	var all []message
	spool := newSpool()
	tally, err := read(t.Context(), bytes.NewReader(data), func(m message) error {
		all = append(all, m)
		return spool.add(m)
	})
	checkSpool(t, spool, all)
	checkTally(t, tally, len(all))
	if err != nil && (!strings.HasPrefix(err.Error(), "conversation: ") || strings.ContainsRune(err.Error(), '\n')) {
		t.Errorf("error %q after %d messages", err, len(all))
	}
	for _, m := range all {
		strs := []string{m.Text}
		for _, p := range slices.Concat([]party{m.From}, m.To) {
			strs = append(strs, p.key, p.key+p.name)
		}
		for _, s := range strs {
			if s == "" || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") || len(s) > MaxText {
				t.Errorf("%q in %+v", s, m)
			}
		}
		if strings.TrimRightFunc(m.Text, unicode.IsSpace) != m.Text || len(m.From.name) > maxName || !plausible(m.At) {
			t.Errorf("%+v", m)
		}
		if slices.ContainsFunc(m.To, func(p party) bool { return p.key == m.From.key }) {
			t.Errorf("from %+v to %+v", m.From, m.To)
		}
	}
}

func FuzzReadChat(f *testing.F) {
	seed(f, "*.txt")
	seed(f, "inputs/wa-*")
	f.Add([]byte(aTelegram))
	f.Add([]byte(aChat))
	f.Fuzz(func(t *testing.T, data []byte) { checkFile(t, readChat, data) })
}

func FuzzReadMbox(f *testing.F) {
	seed(f, "*.mbox")
	seed(f, "inputs/mb-*")
	f.Add([]byte(aMbox))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkFile(t, func(ctx context.Context, r io.Reader, emit func(message) error) (Tally, error) {
			return readMbox(ctx, r, func(m message) error {
				if len(m.To) == 0 {
					t.Errorf("to nobody: %+v", m)
				}
				return emit(m)
			})
		}, data)
	})
}

func FuzzReadTelegram(f *testing.F) {
	f.Add([]byte(aTelegram))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkFile(t, func(ctx context.Context, r io.Reader, emit func(message) error) (Tally, error) {
			out := newOutlet(emit)
			err := readTelegram(ctx, r, &out)
			return out.Tally, err
		}, data)
	})
}

// A stamp is within its line, and its date, if the calendar has it, is within a century.
func FuzzStamp(f *testing.F) {
	for _, s := range []string{"31/12/2025, 21:05 - Ana: x", "[9:05:00 CH, 31/12/68 BE] Ana: x", "\u200f[٣١\u200f/١٢\u200f/٢٠٢٥، ٩:٠٥:٠٠ م] x", "31 de dez. de 2025 à 9h05 de la noche: x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		s, ok := parseStamp(line)
		if !ok {
			return
		}
		if s.end < 0 || s.end > len(line) || s.Hour > 23 || s.Hour < 0 || s.layout > bare {
			t.Fatalf("%+v in %d bytes", s, len(line))
		}
		dates := make(ordering)
		dates.see(s)
		if at, ok := dates.time(s); ok && (!plausible(at) || at.Location() != time.UTC) {
			t.Errorf("%v", at)
		}
	})
}

// A date of a mail is within a century, and written anew it is the same.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"Tue, 3 Mar 1998 10:00:00 +0100 (CET)", "mar., 7 avr. 1998 10.00.00", "3/13/98 10:00PM", "Mon, 3 Jan 19100 10:00 EST"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseDate(s, time.Time{})
		if !ok {
			return
		}
		if again, ok := parseDate(at.Format(time.RFC1123Z), time.Time{}); !ok || !again.Equal(at.Truncate(time.Second)) || !plausible(at) {
			t.Errorf("%q is %v, and then %v", s, at, again)
		}
	})
}

// Any list of addresses is people with a key in lower case.
func FuzzParties(f *testing.F) {
	for _, s := range []string{"Ana <ana@x>, \"B (b@x>", "a at x.org (A), <<c@d>>; e!f", "undisclosed-recipients:;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range parties(s) {
			if p.key == "" || !utf8.ValidString(p.key+p.name) || len(p.name) > maxName {
				t.Errorf("%q: %+v", s, p)
			}
		}
	})
}

// What is read of UTF-7 is UTF-8 if the rest is, however it is cut into pieces.
func FuzzUTF7(f *testing.F) {
	f.Add([]byte("Hi Mom +Jjo-! 1 +- 1, +2D3eDQ-, +ZeVnLIqe-.+"))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, err := io.ReadAll(transform.NewReader(bytes.NewReader(data), new(utf7)))
		if err != nil || utf8.Valid(data) && !utf8.Valid(whole) {
			t.Fatalf("%q, %v", whole, err)
		}
		pieces, err := io.ReadAll(transform.NewReader(iotest.OneByteReader(bytes.NewReader(data)), new(utf7)))
		if err != nil || !bytes.Equal(whole, pieces) {
			t.Errorf("%q, and in pieces %q, %v", whole, pieces, err)
		}
	})
}
