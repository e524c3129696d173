package conversation

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// ReadMbox reads an mbox, of a mail program, of Google Takeout or of a list
// archive of any age, and calls emit for each message, in order.
//
// A message begins at a line "From …" that is the first of the file, or that
// follows a blank line and gives a sender and a date with its weekday and its
// time, or the long number of a Usenet archive; a sentence that begins "From"
// does not. Quoted lines, ">From …", lose
// one ">". A Content-Length is not believed.
//
// A person's name is the display name or, failing that, the address in lower
// case, whichever their address came with first in the file. So an address is
// one person throughout, and people of the same name are one person too.
// Messages go to To, Cc and Bcc without the sender; where those name nobody,
// to the mailing list, the address of delivery, or the newsgroups. Pipermail's
// archives name no recipient at all: there it is "the list".
//
// Text is the readable part of the message: plain text if there is any, or else
// HTML reduced to text; the subject is not part of it. Bytes outside any
// declared character set are read as UTF-8 and, where they can't be, as
// Windows-1252.
//
// The reasons in the Tally are "header too large" (over 256 KiB), "no sender",
// "no recipient", "to oneself", "no date" (neither in the header nor in the
// "From " line, or none between 1970 and 2100), "text too long", "unknown
// character set", "unreadable MIME" and "no text".
func ReadMbox(ctx context.Context, r io.Reader, emit func(Message) error) (Tally, error) {
	out := newOutlet(emit)
	file := bufio.NewReaderSize(r, maxLine)
	head, err := file.Peek(maxLine)
	if err != nil && !errors.Is(err, io.EOF) {
		return out.Tally, fmt.Errorf("conversation: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return out.Tally, err
	}
	if line, number := firstLine(ctx, head); !strings.HasPrefix(line, "From ") {
		return out.Tally, notA("an mbox", line, number, `a line starting "From "`)
	}
	box := mailbox{lines: newLines(ctx, file)}
	who := make(people)
	for box.open() {
		m := mail{box: &box, stop: inPart}
		msg, reason := m.message(who)
		box.skip()
		if err := box.lines.err(); err != nil {
			return out.Tally, err
		}
		out.Attachments += m.attachments
		if reason != "" {
			out.leave(reason)
		} else if err := out.carry(msg); err != nil {
			return out.Tally, err
		}
	}
	return out.Tally, box.lines.err()
}

// mailbox divides the lines of an mbox into messages.
type mailbox struct {
	lines *lines
	from  string // the "From " line of the message in hand
	next  string // the one that ended it
	begun bool
	blank bool // the line before was blank
	ended bool // the message in hand has no more lines
}

// open goes on to the next message. The one in hand must have been read to its end.
func (b *mailbox) open() bool {
	for !b.begun {
		line, ok := b.lines.next()
		if !ok {
			return false
		}
		if from := strings.TrimLeftFunc(string(line), isMark); strings.HasPrefix(from, "From ") {
			b.begun, b.next = true, from
		}
	}
	b.from, b.next = b.next, ""
	b.blank, b.ended = false, false
	return b.from != ""
}

// line gives a line of the message in hand, its quoting undone, or false at its end.
func (b *mailbox) line() ([]byte, bool) {
	if b.ended {
		return nil, false
	}
	line, ok := b.lines.next()
	if ok && b.blank && isSeparator(line) {
		b.next, ok = string(line), false
	}
	if !ok {
		b.ended = true
		return nil, false
	}
	b.blank = len(line) == 0 && !b.lines.rest
	if len(line) > 0 && line[0] == '>' && !b.lines.rest && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
		line = line[1:]
	}
	return line, true
}

// skip reads to the end of the message in hand.
func (b *mailbox) skip() {
	for _, ok := b.line(); ok; _, ok = b.line() {
	}
}

const (
	weekdays = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	months   = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
	clock    = `\d{1,2}:\d\d(?::\d\d)?`
)

// separator matches a "From " line: one sender, "-" for none, then a date as
// asctime writes it, perhaps with a zone, or as mail headers do; or a number.
var separator = regexp.MustCompile(`^From +(?:-?\d{9,}|(\S+(?: at \S+)?|) *\b(` +
	weekdays + `,? +` + months + ` +\d{1,2} +` + clock + `(?: +[-+A-Z][-+A-Z0-9]*){0,2} +\d{4}(?: +[-+A-Z][-+A-Z0-9]*)?|` +
	weekdays + `,? +\d{1,2} +` + months + ` +\d{4} +` + clock + `(?: +[-+A-Z][-+A-Z0-9]*)?` +
	`)(?: +remote from \S+)?)\s*$`)

func isSeparator(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && separator.Match(line)
}

// envelope takes a "From " line apart. Mail programs that know no sender put a
// stand-in there, which is no address.
func envelope(from string) (address, date string) {
	if m := separator.FindStringSubmatch(from); m != nil {
		address, date = m[1], m[2]
	} else if word := strings.Fields(from); len(word) > 1 && strings.Contains(word[1], "@") {
		address = word[1]
	}
	if address == "-" || address == "???@???" || strings.HasSuffix(address, "@xxx") {
		address = ""
	}
	return address, date
}
