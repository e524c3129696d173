package conversation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"doormat/attacks"
)

// chatWindow is the number of bytes of a file that decide its layout.
const chatWindow = 64 << 10

// readChat is the [reader] of ReadChat.
func readChat(ctx context.Context, r io.Reader, emit func(message) error) (Tally, error) {
	out := newOutlet(emit)
	text, folder, err := unpack(r, aChatExport)
	if err != nil {
		return out.Tally, err
	}
	if folder != nil {
		return readChatFolder(ctx, folder, emit)
	}
	err = readChatText(ctx, text, &out)
	return out.Tally, err
}

// readChatText reads an export of WhatsApp or of Telegram.
func readChatText(ctx context.Context, r io.Reader, out *outlet) error {
	file := bufio.NewReaderSize(r, chatWindow)
	head, err := file.Peek(chatWindow)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("conversation: %w", err)
	}
	if isTelegram(head) {
		return readTelegram(ctx, file, out)
	}
	layout, err := findLayout(ctx, head)
	if err != nil {
		return err
	}
	c := chat{out: out, layout: layout, tape: new(attacks.Tape), dates: make(ordering), names: make(map[string]int)}
	defer c.tape.Close()
	if err := c.divide(ctx, file); err != nil {
		return err
	}
	return c.emit(ctx)
}

// A chat is read twice: once to divide it into items, which go to a tape, and to learn its names and the
// order of its dates; and once from the tape, to make messages of the items.
type chat struct {
	out    *outlet
	layout layout
	tape   *attacks.Tape
	dates  ordering
	names  map[string]int // what stands between a stamp and the first ": ", and how often

	begun bool
	item  item
	text  []byte // of the current item
}

// An item is a dated line, with the lines that continue it.
type item struct {
	Stamp stamp
	Rest  string // name and text, of at most MaxText and maxName bytes
	Long  bool   // there was more
}

// findLayout returns the layout of a file, given its head: that of most dated lines. Lines without a mark
// between date and name, which any text can have, decide only if there are no others and the first line is
// one.
func findLayout(ctx context.Context, head []byte) (layout, error) {
	var n [bare + 1]int
	first := true
	in := newLines(ctx, bytes.NewReader(head))
	for line, ok := in.next(); ok; line, ok = in.next() {
		s, ok := parseStamp(line)
		if ok && !in.rest && (first || s.layout != bare || n[bare] > 0) {
			n[s.layout]++
		}
		first = first && len(bytes.TrimSpace(line)) == 0
	}
	if err := in.err(); err != nil {
		return 0, err
	}
	best := dashed
	for l := range bare {
		if n[l] > n[best] {
			best = l
		}
	}
	if n[best] == 0 {
		best = bare
	}
	if n[best] == 0 {
		return 0, notA(ctx, aChatExport, head)
	}
	return best, nil
}

// divide divides the file into items.
func (c *chat) divide(ctx context.Context, r io.Reader) error {
	in := newLines(ctx, r)
	for line, ok := in.next(); ok; line, ok = in.next() {
		if err := c.line(line, in.rest); err != nil {
			return err
		}
	}
	if err := in.err(); err != nil {
		return err
	}
	return c.finish()
}

func (c *chat) line(line []byte, rest bool) error {
	if !rest {
		if s, ok := parseStamp(line); ok && s.layout == c.layout {
			if err := c.finish(); err != nil {
				return err
			}
			c.begun, c.item, c.text = true, item{Stamp: s}, c.text[:0]
			c.add(line[s.end:])
			return nil
		}
	}
	switch {
	case c.begun && !rest:
		c.add([]byte("\n"))
		c.add(line)
	case c.begun:
		c.add(line)
	case !rest && len(bytes.TrimSpace(line)) > 0:
		c.out.leave(beforeFirst)
	}
	return nil
}

func (c *chat) add(s []byte) {
	if c.item.Long = c.item.Long || len(c.text)+len(s) > MaxText+maxName+2; !c.item.Long {
		c.text = append(c.text, s...)
	}
}

// finish puts the current item on the tape.
func (c *chat) finish() error {
	if !c.begun {
		return nil
	}
	c.item.Rest = readLenient(string(c.text))
	if c.item.Long {
		c.item.Rest = cut(c.item.Rest, 2*maxName) // to tell a message from a notice
	}
	if name, _, ok := strings.Cut(c.item.Rest, ": "); ok && len(name) <= maxName && (len(c.names) < maxChatNames || c.names[name] > 0) {
		c.names[name]++
	}
	c.dates.see(c.item.Stamp)
	record, err := json.Marshal(c.item)
	if err != nil {
		return err
	}
	return c.tape.Append(record)
}

// manyTimes is how often a name must come to be one, whatever words are in it: hardly any notice comes so
// often with the same words.
const manyTimes = 3

// maxChatNames bounds the memory for a file that is not what it seems.
const maxChatNames = 1 << 16

// emit makes messages of the items.
func (c *chat) emit(ctx context.Context) error {
	for record, err := range c.tape.All() {
		if err == nil {
			err = ctx.Err()
		}
		var i item
		if err == nil {
			err = json.Unmarshal(record, &i)
		}
		if err != nil {
			return err
		}
		m, reason := c.message(i)
		if reason != "" {
			c.out.leave(reason)
		} else if err := c.out.carry(m); err != nil {
			return err
		}
	}
	return nil
}

// message returns the message of an item, or the reason why it is none.
func (c *chat) message(i item) (m message, reason string) {
	name, text, ok := c.divideName(i.Rest)
	m.From.key = tidyName(name)
	if !ok || m.From.key == "" || len(name) > maxName || c.names[name] < manyTimes && isAct(name) {
		return message{}, systemLine
	}
	if m.At, ok = c.dates.time(i.Stamp); !ok {
		return message{}, noDate
	}
	if i.Long || len(text) > MaxText {
		return message{}, tooLong
	}
	m.Text, reason = c.settle(text)
	return m, reason
}

// divideName divides an item at the colon after the name. A blank follows it, unless the name is that of
// someone who has also written with one, or there is none in the first line and the colon is not part of a
// time or of an address of the web.
func (c *chat) divideName(s string) (name, text string, ok bool) {
	line, _, _ := strings.Cut(s, "\n")
	short, _, found := strings.Cut(line, ":")
	if found && c.names[short] > 0 {
		return short, strings.TrimPrefix(s[len(short)+1:], " "), true
	}
	if name, _, ok := strings.Cut(line, ": "); ok {
		return name, s[len(name)+2:], true
	}
	if found && !timeOrLink.MatchString(line[max(len(short)-1, 0):]) {
		return short, s[len(short)+1:], true
	}
	return "", "", false
}

var timeOrLink = regexp.MustCompile(`^(?:\d:\d\d|.?://)`)

// settle removes what WhatsApp wrote from a text. It returns the reason if nothing remains that a person
// wrote.
func (c *chat) settle(s string) (text, reason string) {
	s, media := cutMedia(cutEdited(s))
	if media {
		c.out.Attachments++
	}
	text = tidyText(strings.TrimRightFunc(s, isBlank))
	if rest := s[min(len(text), len(s)):]; strings.HasPrefix(s, text) && strings.HasPrefix(rest, "\u2069") && isolated(text) {
		text += "\u2069" // the end of a mention
	}
	marked := c.layout == bracketed && (strings.HasPrefix(text, "\u200E") || strings.HasPrefix(text, "\u200F"))
	switch {
	case text == "" && media:
		return "", mediaOnly
	case text == "":
		return "", empty
	case isDeleted(text):
		return "", deleted
	case marked && strings.Contains(text, "://maps.google.com/"): // a place that a person has sent
		return strings.TrimLeftFunc(text, isMark), ""
	case isNotice(text), marked:
		return "", systemLine
	}
	return text, ""
}

// isolated reports whether a text has an isolate, such as the name of a person who is mentioned, that does
// not end in it.
func isolated(s string) bool {
	return strings.LastIndexAny(s, "\u2066\u2067\u2068") > strings.LastIndex(s, "\u2069")
}
