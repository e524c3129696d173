package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"doormat/attacks"
	"doormat/attacks/conversation"
	"doormat/attacks/report"
	attack "doormat/attacks/scanning"
	"doormat/escrow/scanning"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

// A world is the town, what the flags ask for, and what the page will show.
type world struct {
	args                 []string
	htmlName, photosName string
	force                bool
	file                 *cli.File
	town                 *attacks.Conversation
	pictured             int // messages with a picture
	view                 view
}

func newWorld(args []string) *world {
	w := &world{args: args, town: conversation.Town().Conversation}
	for m := range w.town.Messages {
		if _, ok := attack.SubjectOf(m.Text); ok {
			w.pictured++
		}
	}
	return w
}

// begin looks at what the flags name, before the work.
func (w *world) begin() (err error) {
	if err := w.readPhotos(); err != nil {
		return err
	}
	w.file, err = cli.CreateFile(w.htmlName, w.force)
	return err
}

// rows prints rows of a measurement, and keeps them for the page.
func (w *world) rows(p *page.Page, caption string, rows ...*attack.Row) {
	p.Table(20, 14, -8, -10, -8, -8)
	p.Row("", "dial", "found", "found too", "seen by", "people")
	p.Row("", "", "", "", "reviewers", "")
	b := bars{Caption: caption}
	for _, r := range rows {
		p.Row(r.System, r.Setting, fmt.Sprintf("%d of %d", r.Wanted.N, r.Wanted.Of), r.Others, r.Reported.N, fmt.Sprintf("%d of %d", r.People.N, r.People.Of))
		b.Rows = append(b.Rows, newBar(r.System+", "+r.Setting, r.Reported, r.Others))
	}
	w.view.Bars = append(w.view.Bars, b)
}

// A measure is one of the three designs with a list.
type measure func(context.Context, *attacks.Conversation, attack.List) (*attack.Row, error)

// measured appends a row. A name, if there is one, takes the place of the dial.
func (w *world) measured(p *page.Page, rows *[]*attack.Row, m measure, l attack.List, name string) error {
	row, err := m(p.Context(), w.town, l)
	if err != nil {
		return err
	}
	if name != "" {
		row.Setting = name
	}
	*rows = append(*rows, row)
	return nil
}

func (w *world) honest(p *page.Page) error {
	l := attack.Honest()
	few := l
	few.Dial.Threshold = 2
	var rows []*attack.Row
	if err := errors.Join(
		w.measured(p, &rows, attack.MeasureOnDevice, l, ""),
		w.measured(p, &rows, attack.MeasurePrivate, l, ""),
		w.measured(p, &rows, attack.MeasurePrivate, few, ""),
		w.measured(p, &rows, attack.MeasureKeywords, l, ""),
	); err != nil {
		return err
	}
	p.Title("Looking at messages before they are encrypted")
	p.Say(`A small town writes %d messages, end to end encrypted; %d of them carry a picture. Each person's
		device now looks at what is written before it encrypts it, and tells somebody of what is on a list. In
		place of what such lists hold there is a test card here, and one phrase.`, w.town.Len, w.pictured)
	p.Part("The list is honest")
	p.Say(`Three designs. The list of PDQ hashes in clear on each device, where %d bits of 256 may differ. Private
		matching (Apple, 2021): a list that no device can read, and nothing opens before %d pictures of an
		account match. And phrases, as hashes of three words in a row.`, l.Distance, l.Dial.Threshold)
	w.rows(p, "The list is honest", rows...)
	p.Say(`What is found is what the list is for. With a threshold of %d nothing is, since nobody in town sends
		%d; with 2 some is. No picture opens before that, but the server sees which messages match: %d at %d as at 2,
		since no device here sends synthetic vouchers. Who is told: the authority's reviewers. Who is not: the person.
		No court was asked, and the devices of all %d looked at everything.`,
		l.Dial.Threshold, l.Dial.Threshold, rows[1].Matched, l.Dial.Threshold, len(w.town.People))
	for s := range attack.Subjects {
		w.view.Pictures = append(w.view.Pictures, newPicture(s.String(), attack.File(s)))
	}
	return nil
}

func (w *world) grows(p *page.Page) error {
	p.Part("The list grows by one entry")
	p.Say(`The devices, their program and the protocol stay as they are. A leaflet for a demonstration goes on the
		list; then a holiday picture; then, on the list of phrases, %q, as a source once said to a
		journalist. Private matching is at 1 match here.`, "pump figures")
	leaflet, holiday, words := attack.Honest(), attack.Honest(), attack.Honest()
	leaflet.Subjects = append(leaflet.Subjects, attack.Leaflet)
	leaflet.Dial.Threshold = 1
	holiday.Subjects = append(holiday.Subjects, attack.Holiday)
	holiday.Dial.Threshold = 1
	words.Phrases = append(words.Phrases, "pump figures")
	var rows []*attack.Row
	if err := errors.Join(
		w.measured(p, &rows, attack.MeasureOnDevice, leaflet, "+ leaflet"),
		w.measured(p, &rows, attack.MeasurePrivate, leaflet, "+ leaflet"),
		w.measured(p, &rows, attack.MeasureOnDevice, holiday, "+ holiday"),
		w.measured(p, &rows, attack.MeasurePrivate, holiday, "+ holiday"),
		w.measured(p, &rows, attack.MeasureKeywords, words, "+ 2 words"),
	); err != nil {
		return err
	}
	w.rows(p, "The list grows by one entry", rows...)
	return nil
}

func (w *world) tell(p *page.Page) error {
	build := func(subjects ...attack.Subject) (*scanning.Build, error) {
		return scanning.NewBuild(attack.HashesOf(subjects...), 64)
	}
	honest, err := build(attack.Known)
	if err != nil {
		return err
	}
	grown, err := build(attack.Known, attack.Leaflet)
	if err != nil {
		return err
	}
	p.Part("Who could tell")
	list := &scanning.List{Distance: scanning.Confident, Entries: attack.HashesOf(attack.Known, attack.Leaflet)}
	shipped, err := list.Bytes()
	if err != nil {
		return err
	}
	listed, _ := attack.CanTell(shipped, attack.File(attack.Leaflet))
	p.Say(`With the list in clear, whoever has the leaflet can ask the own device. Is it looked for? %s. With private
		matching nobody can. This is the table of 64 cells that each device has, L and the first three cells,
		with the test card alone, and with the leaflet:`, map[bool]string{true: "Yes", false: "No"}[listed])
	p.Table(10)
	for i, b := range []*scanning.Build{honest, grown} {
		for cell := range 4 {
			name := ""
			if cell == 0 {
				name = []string{"test card", "+ leaflet"}[i]
			}
			p.Row(name, b.Table.Bytes()[2+32*cell:][:32])
		}
	}
	c := attack.Compare(honest.Table.Bytes(), grown.Table.Bytes())
	p.Say(`Both are %d bytes long, and the same in %d of them; chance makes some 11 the same. Whether one
		of these cells holds an entry, no one can say who lacks the server's secrets. A table that is made anew
		for the same list differs as much.`, c.After, c.Equal)
	w.view.Tables = [2]string{hexLines(honest.Table.Bytes()), hexLines(grown.Table.Bytes())}
	w.view.Equal = strconv.Itoa(c.Equal)
	return nil
}

func (w *world) organisations(p *page.Page) error {
	var all []*attack.Organisation
	for range 3 {
		all = append(all, attack.NewOrganisation(attack.HashesOf(attack.Known)...))
	}
	p.Part("A list that organisations must sign")
	p.Say(`The counter that is honest: three organisations in three countries each see what is in every cell, with
		a proof that nothing else is, and sign if they know every entry. A device takes no table with fewer
		than two signatures.`)
	p.Table(46, -10, 10)
	p.Row("the table has", "signed by", "taken")
	say := func(what string, subjects ...attack.Subject) error {
		b, err := scanning.NewBuild(attack.HashesOf(subjects...), 64)
		if err != nil {
			return err
		}
		n, taken := attack.Signed(b, all, 2)
		p.Row(what, n, map[bool]string{true: "yes", false: "no"}[taken])
		w.view.Signed = append(w.view.Signed, signed{what, n, taken})
		return nil
	}
	if err := say("the test card", attack.Known); err != nil {
		return err
	}
	if err := say("and a leaflet that the server adds", attack.Known, attack.Leaflet); err != nil {
		return err
	}
	for _, o := range all[:2] {
		o.Submit(attack.HashesOf(attack.Boat)[0])
	}
	if err := say("and a boat that was submitted to two of them", attack.Known, attack.Boat); err != nil {
		return err
	}
	p.Say(`So it stops a server that is alone, and an order to the server alone. It does not stop an entry that
		two organisations were given: they know the hash, and no one has looked at the picture. Nor does it
		stop an order to two.`)
	return nil
}

func (w *world) dials(p *page.Page) error {
	p.Part("A threshold is a number")
	p.Say(`Nothing changes but numbers in what the server ships. The list in clear has the test card and the leaflet;
		that of private matching all pictures of the town, to see the number of matches alone; that of phrases
		one sentence, cut anew for other numbers of words.`)
	l := attack.Honest()
	l.Subjects = append(l.Subjects, attack.Leaflet)
	var rows []*attack.Row
	for _, l.Distance = range []int{31, 60, 90, 120, 128, 140} {
		if err := w.measured(p, &rows, attack.MeasureOnDevice, l, ""); err != nil {
			return err
		}
	}
	l.Subjects = []attack.Subject{attack.Known, attack.Leaflet, attack.Boat, attack.Receipt, attack.Holiday}
	for _, l.Dial.Threshold = range []int{30, 5, 1} {
		if err := w.measured(p, &rows, attack.MeasurePrivate, l, ""); err != nil {
			return err
		}
	}
	for _, n := range [][2]int{{3, 2}, {1, 1}} {
		l.Words, l.Least = n[0], n[1]
		if err := w.measured(p, &rows, attack.MeasureKeywords, l, ""); err != nil {
			return err
		}
	}
	w.rows(p, "Along the dials", rows...)
	last := rows[len(rows)-1]
	v, honest := last.Review(2), rows[0].Review(2)
	clear, private := rows[5].Reported, rows[8].Reported
	p.Say(`At the end of the dials the same devices report %s pictures with the list in clear, %s with private
		matching, and %s messages for one word of one sentence. People decide. A reviewer who sees two reports a
		day needs %d days for the first row, and for the last %d. Passed on: %d. Dismissed: %d. A stranger has
		read all of them. At most %d waited.`, report.Fraction(clear), report.Fraction(private),
		report.Fraction(last.Reported), honest.Days, v.Days, v.PassedOn, v.Dismissed, v.Waiting)
	return nil
}
