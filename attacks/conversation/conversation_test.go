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
	read reader[io.Reader]
	file string // of three messages
}{{"chat", readChat, aChat}, {"mbox", readMbox, aMbox}}

func texts(all []letter) string {
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
			tally, err := c.read(t.Context(), strings.NewReader(c.file), func(message) error {
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
			tally, err := c.read(ctx, strings.NewReader(c.file), func(message) error {
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
			_, err := c.read(t.Context(), broken, func(message) error { return nil })
			if !errors.Is(err, io.ErrClosedPipe) || !strings.HasPrefix(err.Error(), "conversation: ") {
				t.Errorf("%s: error %v after %d bytes", c.name, err, n)
			}
		}
		long := strings.Repeat(c.file, 1000)
		broken := io.MultiReader(strings.NewReader(long), iotest.ErrReader(io.ErrClosedPipe))
		n := 0
		tally, err := c.read(t.Context(), broken, func(message) error { n++; return nil })
		if streams := c.name == "mbox"; !errors.Is(err, io.ErrClosedPipe) || streams && n < 2900 || n == 3000 {
			t.Errorf("%s: error %v after %d messages of 3000", c.name, err, n)
		}
		checkTally(t, tally, n)
	}
}

func TestWrongFile(t *testing.T) {
	const noChat = `conversation: not a WhatsApp export: `
	const aLine = noChat + `expected a line such as "31/12/2025, 21:05 - Ana: hello", found `
	const noMbox = `conversation: not an mbox: `
	const fromLine = noMbox + `expected a line starting "From ", found `
	for _, c := range []struct {
		name, file, want string
		read             reader[io.Reader]
	}{
		{"chat that is empty", "", aLine + "an empty file", readChat},
		{"chat of blank lines", "\r\n \n", aLine + "an empty file", readChat},
		{"chat that is prose", "\uFEFF\n\"Dear\" Ana\nhow are you", aLine + `"\"Dear\" Ana" in line 2`, readChat},
		{"chat that is a diary", "Diary\n12.03.2020 10:00 Meeting: room 5\n", aLine + `"Diary" in line 1`, readChat},
		{"chat that is a long line", strings.Repeat("é", 1e5), aLine + `"` + strings.Repeat("é", 30) + `…" in line 1`, readChat},
		{"chat that is binary", "\x00\x01\x02\xff", aLine + "binary data", readChat},
		{"chat that is a damaged zip", "PK\x03\x04\xff" + strings.Repeat("é", 1e5), noChat + "a zip that cannot be read: zip: not a valid zip file", readChat},
		{"chat that is damaged gzip", "\x1f\x8bnot", noChat + "unexpected EOF", readChat},
		{"chat that is mail", aMbox, noChat + "this is mail; read it as a mailbox: -mbox", readChat},
		{"chat that is one mail", "From: ana@example.org\nTo: ben@example.org\n\nhi", noChat + "this is mail; read it as a mailbox: -mbox", readChat},
		{"chat that is a database", "SQLite format 3\x00", noChat + "this is a database of a messenger; export the chat from the program itself", readChat},
		{"chat that is a picture", "\xff\xd8\xff\xe0..JFIF", noChat + "this is a picture or a sound; choose the file of text in the same folder", readChat},
		{"chat that is Slack's, in short", `[{"type": "message", "user": "U1", "text": "hi", "ts": "1767215100.000100"}]`, noChat + "this is a Slack export; " + elsewhere, readChat},
		{"chat that is Matrix's", `{"room_name": "x", "messages": []}`, noChat + "this is a Matrix export; " + elsewhere, readChat},
		{"chat that is of Hangouts", `{"conversations": [{"conversation": {}}]}`, noChat + "this is a Hangouts export; " + elsewhere, readChat},
		{"chat that is KakaoTalk's", "Talk_2025.12.31 21:10-1.txt\nSaved on : x\n", noChat + "this is a KakaoTalk export; " + elsewhere, readChat},
		{"chat that is Slack's", `[{"client_msg_id": "1", "type": "message", "text": "hi", "user": "U1"}]`, noChat + "this is a Slack export; " + elsewhere, readChat},
		{"chat that is Facebook's", `{"participants": [{"name": "Ana"}], "messages": [{"sender_name": "Ana"}]}`, noChat + "this is an export of Facebook or Instagram; " + elsewhere, readChat},
		{"chat that is Telegram's pages", "<!DOCTYPE html>\n<html><head><title>Exported Data - Telegram</title>", noChat + "this is Telegram's export as pages; export again, as JSON", readChat},
		{"chat that is other JSON", `{"a": 1}`, noChat + "this is a file of JSON; doormat reads Telegram's result.json and no other", readChat},
		{"mbox that is empty", "", fromLine + "an empty file", readMbox},
		{"mbox that is prose", "Dear Ana,\nFrom: here", fromLine + `"Dear Ana," in line 1`, readMbox},
		{"mbox that is a header alone", "Note: ana@example.org\n\nhi", fromLine + `"Note: ana@example.org" in line 1`, readMbox},
		{"mbox that is a chat", aChat, noMbox + "this is a WhatsApp export; read it as a chat: -chat", readMbox},
		{"mbox that is Telegram's", aTelegram, noMbox + "this is Telegram's export; read it as a chat: -chat", readMbox},
		{"mbox that is Outlook's", "!BDN....", noMbox + "this is an Outlook data file; readpst, or Thunderbird's import, makes an mbox of it", readMbox},
	} {
		tally, err := c.read(t.Context(), strings.NewReader(c.file), func(message) error { return nil })
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
		read       reader[io.Reader]
		fits       bool
	}{
		{"chat of one line, full", "31/12/2025, 21:04 - Ana: " + full + "\n" + aChat, readChat, true},
		{"chat of one line", "31/12/2025, 21:04 - Ana: a" + full + "\n" + aChat, readChat, false},
		{"chat of many lines", "31/12/2025, 21:04 - Ana: " + lines + aChat, readChat, false},
		{"chat that is not UTF-8", "31/12/2025, 21:04 - Ana: " + strings.Repeat("\xffa", MaxText/2) + "\n" + aChat, readChat, false},
		{"plain, full", mail("text/plain", full[2:]), readMbox, true},
		{"plain", mail("text/plain", full), readMbox, false},
		{"plain of many lines", mail("text/plain", lines), readMbox, false},
		{"HTML", mail("text/html", page), readMbox, false},
		{"HTML of many tags", mail("text/html", strings.Repeat("<p>a", MaxText/2)), readMbox, false},
		{"HTML with one great tag", mail("text/html", `hi <img src="`+full+`"> there`), readMbox, false},
		{"parts", mail("multipart/mixed; boundary=b", "--b\n\n"+full[2:]+"\n--b\n\nb\n--b--"), readMbox, false},
		{"parts, full", mail("multipart/mixed; boundary=b", "--b\n\n"+full[4:]+"\n--b\n\nb\n--b--"), readMbox, true},
		{"plain beside great HTML", mail("multipart/alternative; boundary=b", "--b\n\nb\n--b\nContent-Type: text/html\n\n"+page+"\n--b--"), readMbox, true},
		{"plain after great plain", mail("multipart/alternative; boundary=b", "--b\n\n"+lines+"\n--b\n\nb\n--b--"), readMbox, true},
		{"plain after great HTML", mail("multipart/alternative; boundary=b", "--b\nContent-Type: text/html\n\n<p>"+full+full+"\n--b\n\nb\n--b--"), readMbox, true},
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
