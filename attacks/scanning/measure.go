package scanning

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"doormat/attacks"
	"doormat/escrow/scanning"
	"doormat/noescrow"
)

// A Row is what one list, at one setting of its dial, tells the authority of a conversation.
type Row struct {
	System  string
	Setting string // of the dial: "31 bits", "30 matches", "2 of 3 words"

	Wanted   attacks.Count // messages that the honest list is for, and are reported, of all such
	Others   int           // other messages that are reported: people at the authority see these too
	Reported attacks.Count // all of both, of all messages with a picture, or of texts all
	People   attacks.Count // whose messages are reported, of all
	Subjects [Subjects]int // reported, by what the picture shows
	Matched  int           // of private matching: messages whose voucher opens for the server, below the threshold too

	dates []time.Time // of the reported messages
}

// A List is what the authority looks for, and how exactly.
type List struct {
	Subjects []Subject // of pictures
	Phrases  []string
	Distance int           // on the device
	Dial     scanning.Dial // private matching
	Words    int           // of texts: n
	Least    int           // of texts: how many n-grams
}

// Honest returns the list that [NewOnDevice], [NewPrivate] and [NewKeywords] have.
func Honest() List {
	return List{
		Subjects: []Subject{Known}, Phrases: []string{Phrase}, Distance: scanning.Confident,
		Dial: scanning.Dial{Threshold: 30}, Words: 3, Least: 2,
	}
}

// MeasureOnDevice, MeasurePrivate and MeasureKeywords scan a conversation as the devices of one design do, and
// read what comes of it as the authority does. The messages are neither encrypted nor sent: the scanner
// comes before that, and what it says does not depend on it.
func MeasureOnDevice(ctx context.Context, c *attacks.Conversation, l List) (*Row, error) {
	d := &onDevice{list: &scanning.List{Distance: l.Distance, Entries: HashesOf(l.Subjects...)}}
	return measure(ctx, c, OnDevice, fmt.Sprintf("%d bits", l.Distance), d)
}

// MeasurePrivate measures private matching. It returns an error for a dial that [scanning.NewAccount] refuses.
func MeasurePrivate(ctx context.Context, c *attacks.Conversation, l List) (*Row, error) {
	d, err := newPrivateDesign(HashesOf(l.Subjects...), l.Dial)
	if err != nil {
		return nil, err
	}
	setting := strconv.Itoa(l.Dial.Threshold) + " matches"
	if l.Dial.Threshold == 1 {
		setting = "1 match"
	}
	return measure(ctx, c, Private, setting, d)
}

// MeasureKeywords measures keywords and phrases. It returns an error for numbers and phrases that
// [scanning.NewTextList] and [scanning.TextList.Add] refuse.
func MeasureKeywords(ctx context.Context, c *attacks.Conversation, l List) (*Row, error) {
	t, err := scanning.NewTextList(l.Words, l.Least)
	if err != nil {
		return nil, err
	}
	for _, p := range l.Phrases {
		if _, err := t.Add(p); err != nil {
			return nil, err
		}
	}
	return measure(ctx, c, Keywords, fmt.Sprintf("%d of %d words", l.Least, l.Words), &keywords{t, l.Phrases})
}

// sender is one person's device, as far as it is scanned.
type sender struct {
	id      noescrow.Identity
	scanner scanning.Scanner
	beside  [][]byte // what it has told, if that is not empty
	of      []int    // by which message
}

// scan has every device look at its messages.
func scan(ctx context.Context, c *attacks.Conversation, d design, authority *scanning.Authority) (senders map[string]*sender, messages []attacks.Message, err error) {
	senders = map[string]*sender{}
	for m, err := range c.Messages {
		if err != nil {
			return nil, nil, err
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		from := senders[m.From]
		if from == nil {
			s, _, err := d.scanner(authority.Recipient())
			if err != nil {
				return nil, nil, err
			}
			from = &sender{scanner: s}
			rand.Read(from.id[:]) // it is a name here, and no key
			senders[m.From] = from
		}
		beside, err := from.scanner.Scan(from.id, m.At, scanning.Message{Text: m.Text, Picture: Album(m.Text)})
		if err != nil {
			return nil, nil, err
		}
		if beside != nil {
			from.beside, from.of = append(from.beside, beside), append(from.of, len(messages))
		}
		messages = append(messages, m)
	}
	return senders, messages, nil
}

// measure scans a conversation, and counts what the authority reads then.
func measure(ctx context.Context, c *attacks.Conversation, system, setting string, d design) (*Row, error) {
	authority := scanning.NewAuthority()
	senders, messages, err := scan(ctx, c, d, authority)
	if err != nil {
		return nil, err
	}
	row := &Row{System: system, Setting: setting}
	texts := system == Keywords
	reported := map[int]bool{}
	for name, s := range senders {
		before := len(reported)
		indices, matched, err := told(s, d, authority, messages)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		row.Matched += matched
		for _, i := range indices {
			reported[i] = true
		}
		if len(reported) > before {
			row.People.N++
		}
	}
	people := map[string]bool{}
	for i, m := range messages {
		people[m.From], people[m.To] = true, true
		s, pictured := SubjectOf(m.Text)
		wanted := pictured && s == Known
		if texts {
			wanted = wantedText(m.Text)
		}
		if pictured || texts {
			row.Reported.Of++
		}
		if wanted {
			row.Wanted.Of++
		}
		if !reported[i] {
			continue
		}
		row.Reported.N++
		row.dates = append(row.dates, m.At)
		if pictured {
			row.Subjects[s]++
		}
		if wanted {
			row.Wanted.N++
		} else {
			row.Others++
		}
	}
	row.People.Of = len(people)
	return row, nil
}

// wantedText reports whether the honest list of phrases is for a text.
func wantedText(text string) bool {
	l, err := scanning.NewTextList(6, 1)
	if err == nil {
		_, err = l.Add(Phrase)
	}
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	_, ok := l.Match(text)
	return ok
}

// told returns the indices of a sender's messages of which the authority reads, and how many vouchers opened. A
// report that says another text than the message is an error.
func told(s *sender, d design, authority *scanning.Authority, messages []attacks.Message) (indices []int, matched int, err error) {
	if p, ok := d.(*private); ok {
		got, err := p.Matcher.Recover(s.beside, p.dial)
		if err != nil {
			return nil, 0, err
		}
		for _, f := range got.Found {
			indices = append(indices, s.of[f.Index])
		}
		return indices, len(got.Opened), nil
	}
	for j, beside := range s.beside {
		r, err := authority.Recover(beside)
		if err != nil {
			return nil, 0, err
		}
		if r.Message.Text != messages[s.of[j]].Text {
			return nil, 0, fmt.Errorf("the report of message %d is of another", s.of[j])
		}
		indices = append(indices, s.of[j])
	}
	return indices, 0, nil
}
