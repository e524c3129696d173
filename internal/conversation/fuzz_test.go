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
	"unicode"
	"unicode/utf8"
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
func checkFile(t *testing.T, read reader, data []byte) {
	t.Helper()
	var all []Message
	tally, err := read(t.Context(), bytes.NewReader(data), func(m Message) error {
		all = append(all, m)
		return nil
	})
	checkTally(t, tally, len(all))
	if err != nil && (len(all) > 0 || !strings.HasPrefix(err.Error(), "conversation: not a") || strings.ContainsRune(err.Error(), '\n')) {
		t.Errorf("error %q after %d messages", err, len(all))
	}
	for _, m := range all {
		for _, s := range slices.Concat([]string{m.Text, m.From}, m.To) {
			if s == "" || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r") || len(s) > MaxText {
				t.Errorf("%q in %+v", s, m)
			}
		}
		if strings.TrimRightFunc(m.Text, unicode.IsSpace) != m.Text || len(m.From) > maxName || !plausible(m.At) {
			t.Errorf("%+v", m)
		}
		if slices.Contains(m.To, m.From) {
			t.Errorf("from %q to %q", m.From, m.To)
		}
	}
}

func FuzzReadChat(f *testing.F) {
	seed(f, "*.txt")
	f.Add([]byte(aChat))
	f.Fuzz(func(t *testing.T, data []byte) { checkFile(t, ReadChat, data) })
}

func FuzzReadMbox(f *testing.F) {
	seed(f, "*.mbox")
	f.Add([]byte(aMbox))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkFile(t, func(ctx context.Context, r io.Reader, emit func(Message) error) (Tally, error) {
			return ReadMbox(ctx, r, func(m Message) error {
				if len(m.To) == 0 {
					t.Errorf("to nobody: %+v", m)
				}
				return emit(m)
			})
		}, data)
	})
}
