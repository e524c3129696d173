package conversation

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"
)

func zipped(t *testing.T, files fstest.MapFS) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, f := range files {
		f2, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f2.Write(f.Data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// A file may be packed, once or more.
func TestPacked(t *testing.T) {
	wide := func(s string, order unicode.Endianness, bom unicode.BOMPolicy) string {
		s, err := unicode.UTF16(order, bom).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range readers {
		inZip := string(zipped(t, fstest.MapFS{map[string]string{"chat": "_chat.txt", "mbox": "Takeout/Mail/All mail.mbox"}[c.name]: {Data: []byte(c.file)}}))
		for name, file := range map[string]string{
			"gzip":                        gzipped(c.file),
			"gzip twice":                  gzipped(gzipped(c.file)),
			"gzip in two members":         gzipped(c.file[:50]) + gzipped(c.file[50:]),
			"zip":                         inZip,
			"zip in gzip":                 gzipped(inZip),
			"UTF-16, little-endian":       wide(c.file, unicode.LittleEndian, unicode.UseBOM),
			"UTF-16, big-endian":          wide(c.file, unicode.BigEndian, unicode.UseBOM),
			"UTF-16, no mark":             wide(c.file, unicode.LittleEndian, unicode.IgnoreBOM),
			"UTF-16, big-endian, no mark": wide(c.file, unicode.BigEndian, unicode.IgnoreBOM),
			"UTF-16 in gzip":              gzipped(wide(c.file, unicode.LittleEndian, unicode.UseBOM)),
		} {
			for how, r := range map[string]io.Reader{"": strings.NewReader(file), ", no seeking": iotest.OneByteReader(strings.NewReader(file))} {
				if all, _ := readAll(t, c.read, r); texts(all) != "one|two|three" {
					t.Errorf("%s, %s%s: read %q", c.name, name, how, texts(all))
				}
			}
		}
		deep := c.file
		for range maxLayers {
			deep = gzipped(deep)
		}
		if _, err := c.read(t.Context(), strings.NewReader(deep), nil); err == nil || !strings.Contains(err.Error(), "containers") {
			t.Errorf("%s, too many containers: %v", c.name, err)
		}
		cut := gzipped(strings.Repeat(c.file, 100))
		if _, err := c.read(t.Context(), strings.NewReader(cut[:len(cut)-20]), func(message) error { return nil }); err == nil {
			t.Errorf("%s: gzip that is cut short is read", c.name)
		}
	}
}

func TestUnpackedLimit(t *testing.T) {
	for size, fits := range map[int]bool{99: true, 100: true, 101: false, 1000: false} {
		n, err := io.Copy(io.Discard, &limited{strings.NewReader(strings.Repeat("x", size)), 101})
		if (err == nil) != fits || n > 101 {
			t.Errorf("%d bytes: %d, %v", size, n, err)
		}
	}
}

// A folder has one chat, or mail in any number of files.
func TestFolders(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	mail := func(n int) string {
		return fmt.Sprintf("From: ana@example.org\nTo: ben@example.org\nDate: Tue, 3 Mar 2020 10:0%d:00 +0000\n\n%d\n\nFrom here to there\nTo: you\n", n, n)
	}
	apple := func(mail string) string {
		return fmt.Sprintf("%-10d\n%s<?xml version=\"1.0\"?>\n<plist version=\"1.0\"></plist>\n", len(mail), mail)
	}
	for _, c := range []struct {
		name   string
		read   reader[io.Reader]
		folder fstest.MapFS
		want   string // texts, or part of the error
	}{
		{"an iPhone's chat", readChat, fstest.MapFS{"_chat.txt": file(aChat), "0001-PHOTO.jpg": file("\xff\xd8\xff"), "notes.txt": file(aChat)}, "one|two|three"},
		{"an Android's chat", readChat, fstest.MapFS{"WhatsApp Chat with Ana/WhatsApp Chat with Ana.txt": file(aChat), "IMG-1.jpg": file("x"), "todo.txt": file("buy milk")}, "one|two|three"},
		{"Telegram's", readChat, fstest.MapFS{"ChatExport/result.json": file(aTelegram), "ChatExport/photos/1.jpg": file("x")}, "one|two and more|with words|three"},
		{"what macOS packs", readChat, fstest.MapFS{"_chat.txt": file(aChat), "__MACOSX/._chat.txt": file(aChat), ".DS_Store": file("x")}, "one|two|three"},
		{"two chats", readChat, fstest.MapFS{"a.txt": file(aChat), "b.txt": file(aChat)}, "one chat, found 2: a.txt, b.txt; name one of them"},
		{"no chat", readChat, fstest.MapFS{"a.txt": file("hi"), "b.jpg": file("hi")}, "found 2 files and none"},
		{"Slack's", readChat, fstest.MapFS{"channels.json": file("[]"), "users.json": file("[]"), "general/2020-01-01.json": file("[]")}, "this is a Slack export"},
		{"Slack's as mail", readMbox, fstest.MapFS{"channels.json": file("[]"), "users.json": file("[]")}, "this is a Slack export"},
		{"a Maildir", readMbox, fstest.MapFS{"cur/1:2,S": file(mail(1)), "new/2": file(mail(2)), "tmp/3": file(mail(3)), ".Sent/cur/4": file(mail(4)), ".git/x": file("x")},
			"4|1|2"},
		{"files of one mail", readMbox, fstest.MapFS{"a.eml": file(mail(1)), "b/c.eml": file("\r\n" + mail(2)), "b/d.eml": file(gzipped("\uFEFF" + strings.ReplaceAll(mail(3), "\n", "\r\n")))}, "1|2|3"},
		{"Apple's", readMbox, fstest.MapFS{"Inbox.mbox/mbox": file(aMbox), "Inbox.mbox/table_of_contents": file("\x00\x01")}, "one|two|three"},
		{"Apple's files of one mail", readMbox, fstest.MapFS{"Inbox.mbox/Messages/1.emlx": file(apple(mail(1))), "Inbox.mbox/Messages/2.emlx": file(apple(mail(2))), "Inbox.mbox/Info.plist": file("<?xml")}, "1|2"},
		{"Thunderbird's", readMbox, fstest.MapFS{"Inbox": file(aMbox), "Inbox.msf": file("// <!-- <mdb:mork:z"), "Inbox.sbd/List": file(aMbox)}, "one|two|three|one|two|three"},
		{"no mail", readMbox, fstest.MapFS{"a.txt": file("hi")}, "found 1 other files"},
	} {
		packed := zipped(t, c.folder)
		var got []string
		tally, err := c.read(t.Context(), bytes.NewReader(packed), func(m message) error {
			got = append(got, strings.Split(m.Text, "\n")[0])
			return nil
		})
		checkTally(t, tally, len(got))
		if found := strings.Join(got, "|"); err == nil && found != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: read %q, %v; want %q", c.name, found, err, c.want)
		}
	}
}
