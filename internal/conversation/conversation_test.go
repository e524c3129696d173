package conversation

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const (
	aChat = "31/12/2025, 21:05 - Ana: one\n31/12/2025, 21:06 - Ben: two\n31/12/2025, 21:07 - Ana: three\n"
	aMbox = "From - Tue Mar 03 10:00:00 2020\nFrom: ana@example.org\nTo: ben@example.org\nDate: Tue, 3 Mar 2020 10:00:00 +0000\n\none\n\n" +
		"From - Tue Mar 03 10:01:00 2020\nFrom: ben@example.org\nTo: ana@example.org\nDate: Tue, 3 Mar 2020 10:01:00 +0000\n\ntwo\n\n" +
		"From - Tue Mar 03 10:02:00 2020\nFrom: ana@example.org\nTo: ben@example.org\nDate: Tue, 3 Mar 2020 10:02:00 +0000\n\nthree\n\n"
)

var readers = []struct {
	name string
	read reader
	file string // of three messages
}{{"chat", ReadChat, aChat}, {"mbox", ReadMbox, aMbox}}

func texts(all []Message) string {
	var s []string
	for _, m := range all {
		s = append(s, m.Text)
	}
	return strings.Join(s, "|")
}

func TestInOrder(t *testing.T) {
	for _, c := range readers {
		for name, r := range map[string]io.Reader{
			"whole":        strings.NewReader(c.file),
			"byte by byte": iotest.OneByteReader(strings.NewReader(c.file)),
			"data and EOF": iotest.DataErrReader(strings.NewReader(c.file)),
			"CRLF":         strings.NewReader(strings.ReplaceAll(c.file, "\n", "\r\n")),
			"CR":           strings.NewReader(strings.ReplaceAll(c.file, "\n", "\r")),
			"BOM":          strings.NewReader("\uFEFF" + c.file),
			"blank lines":  strings.NewReader("\n\r\n" + c.file),
			"no last end":  strings.NewReader(strings.TrimSpace(c.file)),
		} {
			if all, _ := readAll(t, c.read, r); texts(all) != "one|two|three" {
				t.Errorf("%s, %s: read %q", c.name, name, texts(all))
			}
		}
	}
}

func TestEmitError(t *testing.T) {
	stop := errors.New("enough")
	for _, c := range readers {
		for limit := range 3 {
			n := 0
			tally, err := c.read(t.Context(), strings.NewReader(c.file), func(Message) error {
				if n == limit {
					return stop
				}
				n++
				return nil
			})
			if err != stop {
				t.Errorf("%s: error %v after %d messages", c.name, err, limit)
			}
			checkTally(t, tally, limit)
		}
	}
}

func TestCancel(t *testing.T) {
	for _, c := range readers {
		for limit := range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			n := 0
			if limit == 0 {
				cancel()
			}
			tally, err := c.read(ctx, strings.NewReader(c.file), func(Message) error {
				if n++; n == limit {
					cancel()
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) || n != limit {
				t.Errorf("%s: error %v after %d messages, cancelled after %d", c.name, err, n, limit)
			}
			checkTally(t, tally, n)
			cancel()
		}
	}
}

func TestReadError(t *testing.T) {
	for _, c := range readers {
		for _, n := range []int{0, 5, len(c.file) - 2, len(c.file)} {
			broken := io.MultiReader(strings.NewReader(c.file[:n]), iotest.ErrReader(io.ErrClosedPipe))
			_, err := c.read(t.Context(), broken, func(Message) error { return nil })
			if !errors.Is(err, io.ErrClosedPipe) || !strings.HasPrefix(err.Error(), "conversation: ") {
				t.Errorf("%s: error %v after %d bytes", c.name, err, n)
			}
		}
		long := strings.Repeat(c.file, 1000)
		broken := io.MultiReader(strings.NewReader(long), iotest.ErrReader(io.ErrClosedPipe))
		n := 0
		tally, err := c.read(t.Context(), broken, func(Message) error { n++; return nil })
		if !errors.Is(err, io.ErrClosedPipe) || n < 2900 || n == 3000 {
			t.Errorf("%s: error %v after %d messages of 3000", c.name, err, n)
		}
		checkTally(t, tally, n)
	}
}

func TestWrongFile(t *testing.T) {
	for _, c := range []struct {
		name, file, want string
		read             reader
	}{
		{"chat that is empty", "", `conversation: not a WhatsApp export: the file is empty, expected a line such as "31/12/2025, 21:05 - Ana: hello"`, ReadChat},
		{"chat of blank lines", "\r\n \n", `conversation: not a WhatsApp export: the file is empty, expected a line such as "31/12/2025, 21:05 - Ana: hello"`, ReadChat},
		{"chat that is prose", "\uFEFF\n\"Dear\" Ana\nhow are you", `conversation: not a WhatsApp export: line 2 is "\"Dear\" Ana", expected a line such as "31/12/2025, 21:05 - Ana: hello"`, ReadChat},
		{"chat that is binary", "PK\x03\x04\xff" + strings.Repeat("é", 1e5), `conversation: not a WhatsApp export: line 1 is "PK\x03\x04\xff` + strings.Repeat("é", 27) + `…", expected a line such as "31/12/2025, 21:05 - Ana: hello"`, ReadChat},
		{"mbox that is empty", "", `conversation: not an mbox: the file is empty, expected a line starting "From "`, ReadMbox},
		{"mbox that is a mail", "From: ana@example.org\n\nhi", `conversation: not an mbox: line 1 is "From: ana@example.org", expected a line starting "From "`, ReadMbox},
		{"mbox that is a chat", aChat, `conversation: not an mbox: line 1 is "31/12/2025, 21:05 - Ana: one", expected a line starting "From "`, ReadMbox},
	} {
		tally, err := c.read(t.Context(), strings.NewReader(c.file), func(Message) error { return nil })
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", c.name, err, c.want)
		}
		checkTally(t, tally, 0)
	}
}

func TestTextLimit(t *testing.T) {
	mail := func(kind, body string) string {
		return "From x\nFrom: a@b\nTo: c@d\nDate: 1 Jan 2020 10:00:00 +0000\nContent-Type: " + kind + "\n\n" + body + "\n\n" + aMbox
	}
	full := strings.Repeat("a", MaxText)
	lines := strings.Repeat("aaa aaa\n", MaxText/8+1)
	page := strings.ReplaceAll(lines, "\n", "<br>\n")
	for _, c := range []struct {
		name, file string
		read       reader
		fits       bool
	}{
		{"chat of one line, full", "31/12/2025, 21:04 - Ana: " + full + "\n" + aChat, ReadChat, true},
		{"chat of one line", "31/12/2025, 21:04 - Ana: a" + full + "\n" + aChat, ReadChat, false},
		{"chat of many lines", "31/12/2025, 21:04 - Ana: " + lines + aChat, ReadChat, false},
		{"chat that is not UTF-8", "31/12/2025, 21:04 - Ana: " + strings.Repeat("\xffa", MaxText/2) + "\n" + aChat, ReadChat, false},
		{"plain, full", mail("text/plain", full[2:]), ReadMbox, true},
		{"plain", mail("text/plain", full), ReadMbox, false},
		{"plain of many lines", mail("text/plain", lines), ReadMbox, false},
		{"HTML", mail("text/html", page), ReadMbox, false},
		{"HTML of many tags", mail("text/html", strings.Repeat("<p>a", MaxText/2)), ReadMbox, false},
		{"HTML with one great tag", mail("text/html", `hi <img src="`+full+`"> there`), ReadMbox, false},
		{"parts", mail("multipart/mixed; boundary=b", "--b\n\n"+full[2:]+"\n--b\n\nb\n--b--"), ReadMbox, false},
		{"parts, full", mail("multipart/mixed; boundary=b", "--b\n\n"+full[4:]+"\n--b\n\nb\n--b--"), ReadMbox, true},
		{"plain beside great HTML", mail("multipart/alternative; boundary=b", "--b\n\nb\n--b\nContent-Type: text/html\n\n"+page+"\n--b--"), ReadMbox, true},
		{"plain after great plain", mail("multipart/alternative; boundary=b", "--b\n\n"+lines+"\n--b\n\nb\n--b--"), ReadMbox, true},
		{"plain after great HTML", mail("multipart/alternative; boundary=b", "--b\nContent-Type: text/html\n\n<p>"+full+full+"\n--b\n\nb\n--b--"), ReadMbox, true},
	} {
		all, tally := readAll(t, c.read, strings.NewReader(c.file))
		if got, _ := strings.CutSuffix(texts(all), "|one|two|three"); len(got) < MaxText-4 && got != "b" && got != "one|two|three" {
			t.Errorf("%s: read %.40q", c.name, got)
		}
		if fits := len(all) == 4 && tally.Left[tooLong] == 0; fits != c.fits {
			t.Errorf("%s: carried %d, left %v", c.name, tally.Carried, tally.Left)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{{"añb", 5, "añb"}, {"añb", 3, "añ"}, {"añb", 2, "a"}, {"añb", 0, ""}, {"\x80\x80", 1, ""}} {
		if got := cut(c.s, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.s, c.n, got, c.want)
		}
	}
}

func TestTidy(t *testing.T) {
	for in, want := range map[string]string{
		"  a \t\r\n\n":        "  a",
		"a\r\nb\rc\n":         "a\nb\nc",
		"a\x00b\x00":          "ab",
		"a\xffb":              "a\uFFFDb",
		"\uFEFFa\u00a0\u202f": "a",
		"\x00":                "",
	} {
		if got := tidyText(in); got != want {
			t.Errorf("tidyText(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"  Ana \t López ":             "Ana López",
		`"'Ana'"`:                     "Ana",
		"O'Neil":                      "O'Neil",
		"\u202a+34 600\u202c":         "+34 600",
		"a\x00b\x1bc":                 "abc",
		"\xff":                        "ÿ",
		"\u200e":                      "",
		strings.Repeat("né", maxName): strings.Repeat("né", maxName/3) + "n",
	} {
		if got := tidyName(in); got != want {
			t.Errorf("tidyName(%q) = %q, want %q", in, got, want)
		}
	}
}
