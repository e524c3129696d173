package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/town"
	"doormat/internal/conversation"
)

// input is a conversation, and what the report says of it.
type input struct {
	title        string
	tally        string // what a file held, a paragraph; empty for the town
	conversation *attacks.Conversation
	victim       string // whoever wrote and received the most
	shown        []int  // the messages to show, by index
	close        func() error
}

func (o *options) read(ctx context.Context, bar *cli.Progress) (*input, error) {
	switch {
	case o.chat != "":
		return readFile(ctx, o.chat, conversation.ReadChat, bar)
	case o.mbox != "":
		return readFile(ctx, o.mbox, conversation.ReadMbox, bar)
	}
	return readTown()
}

// readTown has the embedded conversation.
func readTown() (*input, error) {
	messages, shown, err := town.Read()
	if err != nil {
		return nil, err
	}
	return &input{
		title:        town.Title,
		conversation: attacks.NewConversation(messages),
		victim:       town.Busiest(messages),
		shown:        shown,
		close:        func() error { return nil },
	}, nil
}

type reader func(context.Context, io.Reader, func(conversation.Message) error) (conversation.Tally, error)

// readFile reads a file once, into a tape, so that the experiment can range over it again.
func readFile(ctx context.Context, name string, read reader, bar *cli.Progress) (*input, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	if info.IsDir() {
		return nil, cli.BadInput("%s: expected a file, found a folder", name)
	}
	s := &spool{tape: new(attacks.Tape), number: map[string]uint32{}, count: map[string]int{}}
	tally, err := read(ctx, &countingReader{f, 0, func(n int64) { bar.Set("reading", int(n), int(info.Size())) }}, s.add)
	if err != nil {
		s.tape.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, cli.BadInput("%s: %v", name, err)
	}
	return s.input(filepath.Base(name), tally)
}

// spool keeps a conversation on a tape. A record is date ‖ sender ‖ number of recipients ‖
// recipients ‖ text, people by number; no recipients means everyone else.
type spool struct {
	tape    *attacks.Tape
	people  []string
	number  map[string]uint32
	count   map[string]int
	toAll   map[string]int // messages to everyone else, by sender
	toNamed int            // envelopes to people who are named
}

func (s *spool) add(m conversation.Message) error {
	b := binary.BigEndian.AppendUint64(nil, uint64(m.At.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, s.person(m.From))
	b = binary.BigEndian.AppendUint32(b, uint32(len(m.To)))
	for _, to := range m.To {
		b = binary.BigEndian.AppendUint32(b, s.person(to))
		s.count[to]++
	}
	s.count[m.From]++
	s.toNamed += len(m.To)
	if len(m.To) == 0 {
		if s.toAll == nil {
			s.toAll = map[string]int{}
		}
		s.toAll[m.From]++
	}
	return s.tape.Append(append(b, m.Text...))
}

func (s *spool) person(name string) uint32 {
	n, ok := s.number[name]
	if !ok {
		n = uint32(len(s.people))
		s.people = append(s.people, name)
		s.number[name] = n
	}
	return n
}

func (s *spool) input(name string, tally conversation.Tally) (*input, error) {
	c := &attacks.Conversation{People: s.people, Len: s.toNamed, Messages: s.messages}
	for _, n := range s.toAll {
		c.Len += n * (len(s.people) - 1)
	}
	if c.Len == 0 {
		s.tape.Close()
		return nil, cli.BadInput("%s: expected messages between at least two people, found %d from %d\n%s", name, tally.Carried, len(s.people), tallyText(name, tally, 0))
	}
	return &input{
		title:        name,
		tally:        tallyText(name, tally, c.Len),
		conversation: c,
		victim:       busiest(s.people, s.count),
		shown:        slices.Compact([]int{c.Len / 4, c.Len / 2, 3 * c.Len / 4}),
		close:        s.tape.Close,
	}, nil
}

// messages ranges over the tape, with one message for each recipient.
func (s *spool) messages(yield func(attacks.Message, error) bool) {
	for record, err := range s.tape.All() {
		if err != nil {
			yield(attacks.Message{}, err)
			return
		}
		m := attacks.Message{At: time.UnixMilli(int64(binary.BigEndian.Uint64(record))).UTC()}
		from := binary.BigEndian.Uint32(record[8:])
		m.From = s.people[from]
		n := int(binary.BigEndian.Uint32(record[12:]))
		recipients, text := record[16:16+4*n], record[16+4*n:]
		m.Text = string(text)
		to := make([]uint32, 0, n)
		for i := range n {
			to = append(to, binary.BigEndian.Uint32(recipients[4*i:]))
		}
		if n == 0 {
			for p := range uint32(len(s.people)) {
				if p != from {
					to = append(to, p)
				}
			}
		}
		for _, p := range to {
			m.To = s.people[p]
			if !yield(m, nil) {
				return
			}
		}
	}
}

// tallyText says what a file held, so that the numbers add up.
func tallyText(name string, t conversation.Tally, envelopes int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d found, %d carried", name, t.Found, t.Carried)
	if envelopes > 0 && envelopes != t.Carried {
		fmt.Fprintf(&b, " (to %d recipients, one envelope each)", envelopes)
	}
	left := 0
	for _, n := range t.Left {
		left += n
	}
	fmt.Fprintf(&b, ", %d left out\n", left)
	reasons := make([]string, 0, len(t.Left))
	for reason := range t.Left {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		if d := t.Left[b] - t.Left[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, reason := range reasons {
		fmt.Fprintf(&b, "%8d  %s\n", t.Left[reason], reason)
	}
	if n := t.Attachments - t.Left["media left out"]; n > 0 {
		fmt.Fprintf(&b, "Left out of messages that were carried: %d attachments.\n", n)
	}
	return b.String() + "\n"
}

// busiest returns who has the highest count, the first in order of appearance.
func busiest(people []string, count map[string]int) string {
	best := people[0]
	for _, p := range people {
		if count[p] > count[best] {
			best = p
		}
	}
	return best
}

type countingReader struct {
	r    io.Reader
	n    int64
	tick func(int64)
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.tick(c.n)
	return n, err
}
