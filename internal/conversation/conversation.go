// Package conversation reads the conversations that people already have, one
// message at a time, from the two files they can get hold of: the chat that
// WhatsApp exports and the mbox that mail programs and list archives write.
//
// The files are somebody else's and may be damaged, so everything that is not
// handed on is counted under a reason, and the counts add up. Memory is bounded
// by one message's text and by the number of people, never by the file.
package conversation

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxText is the size in bytes of the longest text that is handed on. A message
// with a longer one is counted and skipped, and is never held in memory whole.
const MaxText = 1 << 20

// maxName is the size in bytes of the longest name of a person.
const maxName = 256

// Message is one message of a conversation, from one person to one other, or to
// everyone else in it.
type Message struct {
	At   time.Time // in UTC; a chat export names no zone, so there it is the writer's clock
	From string    // display name or, failing that, address
	To   []string  // who receives it; nil means everybody else in the conversation (a group chat)
	Text string    // valid UTF-8 with \n line ends, never empty
}

// Tally counts what a reader found: Found is Carried plus the sum of Left. It
// holds for the part already read when the reader returns an error too.
type Tally struct {
	Found       int            // items in the file: messages and system lines
	Carried     int            // messages handed on
	Left        map[string]int // items not carried, by reason
	Attachments int            // pictures, files and other parts that are not text, left out of the messages read
}

// Why an item is left, in the words of Tally.Left.
const (
	beforeFirst = "before the first message"
	systemLine  = "system line"
	mediaOnly   = "media left out"
	deleted     = "deleted by its sender"
	empty       = "empty"

	headerTooLarge = "header too large"
	noSender       = "no sender"
	noRecipient    = "no recipient"
	toOneself      = "to oneself"
	unknownCharset = "unknown character set"
	unreadable     = "unreadable MIME"
	noText         = "no text"

	noDate  = "no date"
	tooLong = "text too long"
)

// outlet hands messages on and keeps the tally.
type outlet struct {
	Tally
	emit func(Message) error
}

func newOutlet(emit func(Message) error) outlet {
	return outlet{Tally{Left: make(map[string]int)}, emit}
}

func (o *outlet) leave(reason string) {
	o.Found++
	o.Left[reason]++
}

func (o *outlet) carry(m Message) error {
	if err := o.emit(m); err != nil {
		return err
	}
	o.Found++
	o.Carried++
	return nil
}

// firstLine finds the first line of a file that is not blank, without the marks
// that may stand before it.
func firstLine(ctx context.Context, head []byte) (line string, number int) {
	in := newLines(ctx, bytes.NewReader(head))
	for text, ok := in.next(); ok; text, ok = in.next() {
		number++
		if line := strings.TrimFunc(string(text), isMark); strings.TrimSpace(line) != "" {
			return line, number
		}
	}
	return "", 0
}

// notA is the error for a file that is not of the kind asked for.
func notA(kind, line string, number int, expected string) error {
	if number == 0 {
		return fmt.Errorf("conversation: not %s: the file is empty, expected %s", kind, expected)
	}
	return fmt.Errorf("conversation: not %s: line %d is %q, expected %s", kind, number, excerpt(line), expected)
}

func excerpt(s string) string {
	if short := cut(s, 60); short != s {
		return short + "…"
	}
	return s
}

// cut shortens s to at most n bytes of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// tidyText is the last step of every text.
func tidyText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "")
	if strings.Contains(s, "\r") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	return strings.TrimRightFunc(strings.TrimPrefix(s, "\uFEFF"), unicode.IsSpace)
}

// tidyName makes a name of one line, without control characters, quotes around
// it, or the marks that set its direction.
func tidyName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, readLenient(s))
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimFunc(s, func(r rune) bool {
		return isMark(r) || r == '"' || r == '\'' || unicode.IsSpace(r)
	})
	return strings.Clone(strings.TrimSpace(cut(s, maxName)))
}

// isMark reports whether r is one of the invisible characters that set the
// direction of writing, or a byte order mark.
func isMark(r rune) bool {
	return r == '\u200E' || r == '\u200F' || r == '\uFEFF' ||
		'\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}
