package main

import (
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/internal/report"
)

// maxStrips is how many people a picture has room for.
const maxStrips = 40

// draw puts the table's figures where the report wants them.
func draw(in *input, t *attacks.Table, times bool) (*report.Report, error) {
	c := in.conversation
	r := &report.Report{
		Title:    in.title,
		Messages: c.Len,
		People:   len(c.People),
		Victim:   t.Victim,
		Systems:  t.Systems(),
	}
	log, err := index(c)
	if err != nil {
		return nil, err
	}
	r.From, r.To = log.from, log.to
	for _, theft := range t.Thefts() {
		row := report.Row{Theft: theft}
		for _, system := range r.Systems {
			e := t.Cell(theft, system)
			if e != nil {
				row.Takes = e.Takes
			}
			row.Cells = append(row.Cells, cell(log, e, t.Victim, times))
		}
		r.Rows = append(r.Rows, row)
	}
	for _, theft := range []string{"escrow key", "device seizure"} {
		for _, system := range r.Systems {
			e := t.Cell(theft, system)
			if e == nil {
				e = t.Cell("provider", system) // no such key: the most that is left to take
			}
			r.Pictures = append(r.Pictures, picture(log, e))
		}
	}
	if r.Samples, err = samples(in, t); err != nil {
		return nil, err
	}
	r.Note = note(t)
	r.Closing = closing(t)
	return r, nil
}

// messageLog is who wrote to whom when, people by number.
type messageLog struct {
	people   []string
	at       []time.Time
	ends     [][2]int
	from, to time.Time // the first and the last date
}

func index(c *attacks.Conversation) (*messageLog, error) {
	l := &messageLog{people: c.People}
	number := map[string]int{}
	for i, p := range c.People {
		number[p] = i
	}
	for m, err := range c.Messages {
		if err != nil {
			return nil, err
		}
		if l.from.IsZero() || m.At.Before(l.from) {
			l.from = m.At
		}
		if m.At.After(l.to) {
			l.to = m.At
		}
		l.at = append(l.at, m.At)
		l.ends = append(l.ends, [2]int{number[m.From], number[m.To]})
	}
	return l, nil
}

func cell(l *messageLog, e *attacks.Exposure, victim string, times bool) *report.Cell {
	if e == nil {
		return nil
	}
	c := &report.Cell{
		Before: report.Count(e.Before), After: report.Count(e.After), People: report.Count(e.People),
		Forged: e.Forged, Noticed: e.Noticed, Operations: e.Operations, Healed: healed(l, e, victim),
	}
	if times {
		c.Time = e.Time
	}
	return c
}

// healed says after how many of the victim's messages nothing opened any more.
func healed(l *messageLog, e *attacks.Exposure, victim string) string {
	if e.After.N == 0 {
		return ""
	}
	v := slices.Index(l.people, victim)
	during, later := 0, 0
	for i := e.Moment; i < len(l.ends); i++ {
		if l.ends[i][0] != v && l.ends[i][1] != v {
			continue
		}
		if i <= e.LastOpened {
			during++
		} else {
			later++
		}
	}
	if e.After.N == e.After.Of || later == 0 {
		return "never"
	}
	return fmt.Sprintf("after %d messages", during)
}

// picture counts what opened, per person and over time: by day, or in 52 parts if there are
// more days than that.
func picture(l *messageLog, e *attacks.Exposure) report.Picture {
	step := 24 * time.Hour
	start := l.from.Truncate(step)
	if l.to.Sub(start)/step > 62 {
		start, step = l.from, l.to.Sub(l.from)/52+time.Millisecond
	}
	bin := func(at time.Time) int { return int(at.Sub(start) / step) }
	p := report.Picture{System: e.System, Theft: e.Theft}
	last := bin(l.to)
	for i := range last + 1 {
		p.Bins = append(p.Bins, start.Add(time.Duration(i)*step))
	}
	p.Moment = last + 1
	if e.Moment < len(l.at) {
		p.Moment = bin(l.at[e.Moment])
	}
	strips := make([][]report.Count, len(l.people))
	total := make([]int, len(l.people))
	for i := range l.people {
		strips[i] = make([]report.Count, last+1)
	}
	for i, at := range l.at {
		for _, person := range l.ends[i] {
			c := &strips[person][bin(at)]
			c.Of++
			total[person]++
			if e.Opened[i] {
				c.N++
			}
		}
	}
	order := make([]int, len(l.people))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return total[b] - total[a] })
	for _, i := range order[:min(len(order), maxStrips)] {
		p.People = append(p.People, report.Strip{Name: l.people[i], Bins: strips[i]})
	}
	return p
}

// samples shows three messages as each system carried them, and what the stolen escrow key
// reads of them: where there is no escrow the thief tries all the same.
func samples(in *input, t *attacks.Table) ([]report.Sample, error) {
	line, err := t.Results[0].Loot["escrow key"].First()
	if err != nil {
		return nil, err
	}
	thief, err := escrow.ParseAuthority(string(line))
	if err != nil {
		return nil, err
	}
	var all []report.Sample
	i := 0
	for m, err := range in.conversation.Messages {
		if err != nil {
			return nil, err
		}
		if slices.Contains(in.shown, i) {
			all = append(all, report.Sample{At: m.At, From: m.From, To: m.To, Text: m.Text})
		}
		i++
	}
	for _, r := range t.Results[:2] {
		n := 0
		for e, err := range r.Transcript.All() {
			if err != nil {
				return nil, err
			}
			if slices.Contains(in.shown, e.Index) {
				_, _, text, _ := thief.Recover(e.Bytes)
				all[n].Sealed = append(all[n].Sealed, report.Sealed{
					System:     r.System,
					Ciphertext: slices.Clone(ciphertext(e.Bytes)),
					Size:       len(e.Bytes),
					Read:       string(text),
				})
				n++
			}
		}
	}
	return all, nil
}

// ciphertext is the beginning of the encrypted text in an envelope: the body of an escrow
// envelope, or the last 144 bytes of the other, of which 16 are the tag.
func ciphertext(envelope []byte) []byte {
	if envelope[0] == 0xe1 {
		return envelope[1172:][:48]
	}
	return envelope[len(envelope)-144:][:48]
}

// note says what every thief learns, whether or not anything opens.
func note(t *attacks.Table) string {
	return fmt.Sprintf("Who writes to whom, and when, is not encrypted: it stood on %v envelopes with escrow and on %v without.",
		report.Count(t.Results[0].Named), report.Count(t.Results[1].Named))
}

// closing is the run in one line.
func closing(t *attacks.Table) string {
	key := t.Cell("escrow key", "escrow")
	opened := key.Readable()
	rest := 0
	for _, theft := range []string{"wiretap", "provider", "quantum"} {
		rest = max(rest, t.Cell(theft, "no escrow").Readable().N)
	}
	without := "nothing"
	if rest > 0 {
		without = fmt.Sprint("up to ", rest)
	}
	phone := t.Cell("device seizure", "no escrow").Readable()
	return fmt.Sprintf("With escrow, 32 stolen bytes opened %v messages, of %d people. Without, there are no such bytes: "+
		"a wiretap, the relay and a quantum computer opened %s, and one seized phone the %d that were on it.",
		report.Count(opened), key.People.N, without, phone.N)
}
