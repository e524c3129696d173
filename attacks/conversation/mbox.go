package conversation

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readMbox is the [reader] of ReadMbox.
func readMbox(ctx context.Context, r io.Reader, emit func(message) error) (Tally, error) {
	out := newOutlet(emit)
	if err := ctx.Err(); err != nil {
		return out.Tally, err
	}
	text, folder, err := unpack(r, anMbox)
	if err != nil {
		return out.Tally, err
	}
	if folder != nil {
		return readMailFolder(ctx, folder, emit)
	}
	file, err := openMail(ctx, text)
	if err != nil {
		return out.Tally, err
	}
	err = file.read(&out)
	return out.Tally, err
}

// A mailFile is a file with mail in it: a mailbox, or a single mail.
type mailFile struct {
	box mailbox
}

// openMail opens a mailbox, which starts with a "From " line, or a single mail, which starts with a field.
func openMail(ctx context.Context, r io.Reader) (*mailFile, error) {
	b := bufio.NewReaderSize(r, maxLine)
	head, err := b.Peek(maxLine)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("conversation: %w", err)
	}
	if size, mail := appleMail(head); size > 0 && isMail(ctx, mail) {
		b.Discard(len(head) - len(mail))
		return &mailFile{mailbox{lines: newLines(ctx, io.LimitReader(b, size)), single: true}}, nil
	}
	line, _ := firstLine(ctx, head)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := &mailFile{mailbox{lines: newLines(ctx, b)}}
	switch {
	case strings.HasPrefix(line, "From "):
		f.box.patches = isPatch([]byte(line)) // as git format-patch --stdout writes
	case isMail(ctx, head):
		f.box.single = true
	default:
		return nil, notA(ctx, anMbox, head)
	}
	return f, nil
}

// appleMail returns the mail in a file of Apple Mail, .emlx, and its size, which is the first line. A property
// list follows the mail.
func appleMail(head []byte) (size int64, mail []byte) {
	line, _, ok := bytes.Cut(head, []byte("\n"))
	if !ok {
		return 0, nil
	}
	size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	if err != nil {
		return 0, nil
	}
	return size, head[len(line)+1:]
}

// read reads all mails.
func (f *mailFile) read(out *outlet) error {
	for f.box.open() {
		m := mail{box: &f.box, stop: inPart}
		msg, reason := m.message()
		f.box.skip()
		if err := f.box.lines.err(); err != nil {
			return err
		}
		out.Attachments += m.attachments
		if reason != "" {
			out.leave(reason)
			continue
		}
		if m.redated {
			out.Redated++
		}
		if err := out.carry(msg); err != nil {
			return err
		}
	}
	return f.box.lines.err()
}

// mailbox divides the lines of an mbox into messages.
type mailbox struct {
	lines   *lines
	patches bool   // the mails of this mailbox are patches of git
	single  bool   // the file is one mail, without a "From " line
	from    string // the "From " line of the current message
	next    string // the "From " line that ended it, or ""
	begun   bool
	blank   bool // the line before was blank
	ended   bool // the current message has no more lines
}

// open starts the next message, and reports whether there is one. The current message must have been read
// to its end.
func (b *mailbox) open() bool {
	b.blank, b.ended = false, false
	if b.single {
		if b.begun {
			return false
		}
		b.begun = true
		for line, ok := b.lines.peek(); ok && len(bytes.TrimSpace(line)) == 0; line, ok = b.lines.peek() {
			b.lines.next()
		}
		return true
	}
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
	return b.from != ""
}

// line returns a line of the current message without its quoting, or false at the end.
func (b *mailbox) line() ([]byte, bool) {
	if b.ended {
		return nil, false
	}
	line, ok := b.lines.next()
	rest := b.lines.rest
	if ok && !rest && !b.single && bytes.HasPrefix(line, fromSpace) {
		line = bytes.Clone(line) // peek may move it
		after, more := b.lines.peek()
		if b.isSeparator(line, after, more) {
			b.next, ok = string(line), false
		}
	}
	if !ok {
		b.ended = true
		return nil, false
	}
	b.blank = len(line) == 0 && !rest
	if len(line) > 0 && line[0] == '>' && !rest && !b.single && bytes.HasPrefix(bytes.TrimLeft(line, ">"), fromSpace) {
		line = line[1:]
	}
	return line, true
}

// skip reads to the end of the current message.
func (b *mailbox) skip() {
	for _, ok := b.line(); ok; _, ok = b.line() {
	}
}
