package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const inputs = "../../attacks/conversation/testdata/inputs/"

// The files of package conversation's tests, and folders, go through the whole program.
func TestKinds(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	const mail = "Date: Tue, 3 Mar 2020 10:00:00 +0000\n\nhi\n"
	write("Maildir/cur/1", "From: ana@example.org\nTo: ben@example.org\n"+mail)
	write("Maildir/new/2", "From: ben@example.org\nTo: ana@example.org\n"+mail)
	write("chat/_chat.txt", "[31/12/2025, 21:05:00] Ana: hello\n[31/12/2025, 21:06:00] Ben: hello\n")
	telegram := write("result.json", `{"name": "Ben", "type": "personal_chat", "id": 2, "messages": [{"type": "message", "date": "2025-12-31T21:05:00", "from": "Ana", "from_id": "user1", "text": "hello"}]}`)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-mbox", inputs + "mb-newest-first.mbox"}, "8 of 60"}, // on the phone: a week of a message a day, and one
		{[]string{"-mbox", inputs + "mb-list-is-no-device.mbox"}, "is Ana's."},
		{[]string{"-mbox", inputs + "mb-gz.mbox.gz"}, "2 messages, 2 people"},
		{[]string{"-chat", inputs + "wa-zip.zip"}, "2 messages, 2 people"},
		{[]string{"-chat", filepath.Join(dir, "chat")}, "2 messages, 2 people"},
		{[]string{"-mbox", filepath.Join(dir, "Maildir")}, "2 messages, 2 people"},
		{[]string{"-chat", telegram}, "1 message, 2 people"},
	} {
		if out := breach(t, append(c.args, "-seed", "1")...); !strings.Contains(out, c.want) {
			t.Errorf("%v: expected %q in\n%s", c.args, c.want, out)
		}
	}
}
