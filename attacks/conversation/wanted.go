package conversation

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wanted is what a reader expects of a file.
type wanted struct{ kind, expected string }

var (
	aChatExport = &wanted{"a WhatsApp export", `a line such as "31/12/2025, 21:05 - Ana: hello"`}
	anMbox      = &wanted{"an mbox", `a line starting "From "`}
)

// unreadables are the kinds of file that people take for a chat or a mailbox, and what to do about each. A
// file is one if it begins with one of the bytes, or matches.
var unreadables = []struct {
	bytes   []string
	text    *regexp.Regexp
	kind    string
	instead string
}{
	{[]string{"SQLite format 3\x00"}, nil, "a database of a messenger", "export the chat from the program itself"},
	{[]string{"!BDN"}, nil, "an Outlook data file", "readpst, or Thunderbird's import, makes an mbox of it"},
	{[]string{"\xd0\xcf\x11\xe0"}, nil, "a message or document of Microsoft's", "save it as .eml"},
	{[]string{"%PDF"}, nil, "a PDF", "export the chat or the mail as text"},
	{[]string{"\x7fELF", "MZ\x90"}, nil, "a program", "choose the export"},
	{[]string{"\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", "OggS", "ID3"}, nil, "a picture or a sound", "choose the file of text in the same folder"},
	{[]string{"7z\xbc\xaf", "Rar!", "BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd"}, nil, "a packed file", "unpack it first"},
	{[]string{"{\\rtf"}, nil, "a text of a word processor", "save it as plain text"},
	{[]string{"\x01\x01\x01\x01\n"}, nil, "an MMDF mailbox", "a mail program can export it as mbox"},
	{[]string{"BABYL OPTIONS"}, nil, "a Babyl mailbox", "Emacs can save it as mbox"},
	{nil, begin(`[^\n]{257}ustar`), "a tar archive", "unpack it first, and name its folder"},
	{nil, begin(`(?:<!DOCTYPE html|<html).*telegram`), "Telegram's export as pages", "export again, as JSON"},
	{nil, begin(`<!DOCTYPE html|<html`), "a page of the web", "export the chat or the mail as text"},
	{nil, begin(`<\?xml.*<smses`), "a backup of text messages", elsewhere},
	{nil, begin(`[\[{].*(?:"client_msg_id"|"subtype": ?"channel_|"user_profile"|"ts": ?"\d{10}\.\d{4,6}")`), "a Slack export", elsewhere},
	{nil, begin(`\{.*(?:"room_name"|"type": ?"m\.room\.)`), "a Matrix export", elsewhere},
	{nil, begin(`\{\s*"conversations": ?\[\s*\{\s*"conversation"`), "a Hangouts export", elsewhere},
	{nil, begin(`\{.*"sender_name"`), "an export of Facebook or Instagram", elsewhere},
	{nil, begin(`\{.*"guild"`), "a Discord export", elsewhere},
	{nil, begin(`\{.*"(?:creator|topic_id)"`), "a Google Chat export", elsewhere},
	{nil, begin(`\[LINE\]`), "a LINE export", elsewhere},
	{nil, begin(`[^\n]{0,80}(?:KakaoTalk|카카오톡)|Talk_20\d\d[^\n]*\n`), "a KakaoTalk export", elsewhere},
	{nil, begin(`[\[{]\s*["{\[\]}]`), "a file of JSON", "doormat reads Telegram's result.json and no other"},
}

const elsewhere = "doormat reads WhatsApp, Telegram and mail"

// begin returns a pattern for the begin of a text, after blanks.
func begin(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^[\x{FEFF}\s]*(?:` + pattern + `)`)
}

// notA returns the error for a file of another kind, given its head.
func notA(ctx context.Context, want *wanted, head []byte) error {
	line, number := firstLine(ctx, head)
	if number == 0 {
		return fmt.Errorf("conversation: not %s: expected %s, found an empty file", want.kind, want.expected)
	}
	if kind, instead := recognise(ctx, want, head); kind != "" {
		return fmt.Errorf("conversation: not %s: this is %s; %s", want.kind, kind, instead)
	}
	found := "binary data"
	if !bytes.ContainsFunc(head[:min(len(head), sniffed)], isBinary) {
		found = fmt.Sprintf("%q in line %d", excerpt(line), number)
	}
	return fmt.Errorf("conversation: not %s: expected %s, found %s", want.kind, want.expected, found)
}

// isBinary reports whether r is in no text.
func isBinary(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) && r != '\x1b' && r < utf8.RuneSelf
}

// recognise returns what a file is and what to do about it, or "".
func recognise(ctx context.Context, want *wanted, head []byte) (kind, instead string) {
	if want == anMbox {
		if isTelegram(head) {
			return "Telegram's export", "read it as a chat: -chat"
		}
		if _, err := findLayout(ctx, head); err == nil {
			return "a WhatsApp export", "read it as a chat: -chat"
		}
	}
	line, _ := firstLine(ctx, head)
	if want == aChatExport && (strings.HasPrefix(line, "From ") || isHeaderField([]byte(line))) {
		return "mail", "read it as a mailbox: -mbox"
	}
	head = head[:min(len(head), sniffed)]
	for _, u := range unreadables {
		if slices.ContainsFunc(u.bytes, func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }) || u.text != nil && u.text.Match(head) {
			return u.kind, u.instead
		}
	}
	return "", ""
}
