package conversation

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// chatWindow is how much of the file is looked at to find out how it writes its dates.
const chatWindow = 64 << 10

// ReadChat reads a chat that WhatsApp exported ("Export chat", the .txt file) on
// Android or iOS, in the date format of any locale that writes dates in the
// digits 0 to 9, and calls emit for each message, in order. To is nil: the
// message goes to everyone else.
//
// Whether 05/06 is a day in June or in May is found from the dated lines in the
// first 64 KiB: a number over 12 settles it, then the order in which time runs
// forwards; where both fit, the day comes first.
//
// Lines without a date continue the message before them. So a text into which
// somebody pasted a dated line of the same style reads as two messages; the
// file does not tell them apart. What iOS marks as the program's own is a system
// line, calls and polls included.
//
// The reasons in the Tally are "before the first message" (for each line that
// is not blank), "system line", "media left out", "deleted by its sender",
// "empty", "text too long", and "no date" for a date that the calendar does not
// have.
func ReadChat(ctx context.Context, r io.Reader, emit func(Message) error) (Tally, error) {
	c := chat{outlet: newOutlet(emit)}
	file := bufio.NewReaderSize(r, chatWindow)
	head, err := file.Peek(chatWindow)
	if err != nil && !errors.Is(err, io.EOF) {
		return c.Tally, fmt.Errorf("conversation: %w", err)
	}
	if c.style, err = findStyle(ctx, head); err != nil {
		return c.Tally, err
	}
	in := newLines(ctx, file)
	for line, ok := in.next(); ok; line, ok = in.next() {
		if err := c.line(line, in.rest); err != nil {
			return c.Tally, err
		}
	}
	if err := in.err(); err != nil {
		return c.Tally, err
	}
	return c.Tally, c.finish()
}

// chat gathers the lines of the item in hand.
type chat struct {
	outlet
	style  style
	begun  bool
	msg    Message
	text   []byte
	reason string // why the item will be left, once that is known
}

func (c *chat) line(line []byte, rest bool) error {
	if !rest {
		if s, ok := parseStamp(line); ok && s.bracket == c.style.bracket {
			if err := c.finish(); err != nil {
				return err
			}
			c.begin(s, string(line[s.end:]))
			return nil
		}
	}
	switch {
	case c.begun && !rest:
		c.add("\n")
		c.add(string(line))
	case c.begun:
		c.add(string(line))
	case !rest && len(bytes.TrimSpace(line)) > 0:
		c.leave(beforeFirst)
	}
	return nil
}

// begin starts an item with the rest of a dated line.
func (c *chat) begin(s stamp, rest string) {
	c.begun, c.msg, c.text, c.reason = true, Message{}, c.text[:0], ""
	name, text, ok := strings.Cut(rest, ": ")
	if !ok {
		name, ok = strings.CutSuffix(rest, ":")
	}
	c.msg.From = tidyName(name)
	if !ok || c.msg.From == "" || len(name) > maxName {
		c.reason = systemLine
		return
	}
	if c.msg.At, ok = s.time(c.style.order); !ok {
		c.reason = noDate
		return
	}
	c.add(text)
}

func (c *chat) add(s string) {
	if c.reason != "" {
		return
	}
	if len(c.text)+len(s) > MaxText {
		c.reason = tooLong
		return
	}
	c.text = append(c.text, s...)
}

// finish hands on or counts the item in hand.
func (c *chat) finish() error {
	if !c.begun {
		return nil
	}
	if c.reason == "" {
		c.settle()
	}
	if c.reason != "" {
		c.leave(c.reason)
		return nil
	}
	return c.carry(c.msg)
}

// settle takes what the program wrote out of the text, and leaves the item when
// nothing of a person's remains.
func (c *chat) settle() {
	text, media := cutMedia(cutEdited(string(c.text)))
	if media {
		c.Attachments++
	}
	c.msg.Text = tidyText(strings.TrimRightFunc(text, isBlank))
	switch {
	case c.msg.Text == "" && media:
		c.reason = mediaOnly
	case c.msg.Text == "":
		c.reason = empty
	case len(c.msg.Text) > MaxText: // it was not UTF-8, and grew
		c.reason = tooLong
	case isDeleted(c.msg.Text):
		c.reason = deleted
	case c.style.bracket && strings.HasPrefix(c.msg.Text, "\u200E"), isNotice(c.msg.Text):
		c.reason = systemLine
	}
}
