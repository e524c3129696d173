package main

import (
	"fmt"
	"math/big"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/attacks/report"
	attack "doormat/attacks/scanning"
	"doormat/escrow/scanning/baserate"
	"doormat/examples/internal/page"
)

// part of the town that is sent and stolen from, in messages.
const part = 60

// first returns the first messages of the town.
func (w *world) first() (messages []attacks.Message, err error) {
	for m, err := range w.town.Messages {
		if err != nil {
			return nil, err
		}
		if messages = append(messages, m); len(messages) == part {
			break
		}
	}
	return messages, nil
}

func (w *world) thefts(p *page.Page) error {
	messages, err := w.first()
	if err != nil {
		return err
	}
	c := attacks.NewConversation(messages)
	p.Part("What a thief gets")
	p.Say(`The first %d messages are sent for real. The thief comes in the middle, and reads what is written
		before and after that.`, part)
	p.Table(20, 22, -10, 20)
	p.Row("", "stolen", "opens", "noticed by")
	var designs []string
	var found []attacks.Finding // of the lawful reading
	for _, s := range []*attack.System{attack.NewOnDevice(), attack.NewPrivate(1), attack.NewKeywords()} {
		r, err := attacks.Run(p.Context(), s, c, messages[0].From, p.Progress)
		if err != nil {
			return err
		}
		for _, theft := range []attacks.TheftName{attack.Reports, attack.ReportKey, attack.MatchingSecret, attack.AuthorityList, messenger.Quantum} {
			e := r.Exposure(theft)
			if e == nil {
				continue
			}
			noticed := e.Noticed.Who
			if noticed == "" {
				noticed = "nobody"
			}
			name := string(theft)
			if theft == attack.Reports {
				designs, found = append(designs, s.Name()), append(found, e.Finding())
			}
			if e.Use == attacks.Lawful {
				name += ", lawful"
			}
			p.Row(s.Name(), name, e.Readable().N, noticed)
			w.view.Thefts = append(w.view.Thefts, theftRow{s.Name(), name, e.Readable().N, noticed})
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	p.Say(`The lawful reading and the theft are one function. The matching secret, 32 bytes, opens the matches of
		everyone at the threshold, which is 1 here, and needs no list. A quantum computer computes it from the
		table that each device has.`)
	p.Say(`Is the reading of reports a backdoor? In September 2020 the European Commission called one %q. Clause by clause:`,
		attacks.Definition)
	p.Table(19, 9, 6, 8, 8, 8, 9)
	p.Row("", "by the", "alone", "content", "of other", "not", "backdoor")
	p.Row("", "", "", "opens", "parties", "noticed", "")
	for i, f := range found {
		p.Row(designs[i], string(f.Parties[0]), f.Alone, f.Content, f.Others, f.Unknown, f.Answer())
	}
	p.Say(`It is one as far as the list goes. Where nothing is on the list that is in a message, as no keyword is in these,
		nothing opens, and it is none; so it can become one by an entry. No court has to order a report, and no
		device shows one, so the sentence has one reading here.`)
	return nil
}

func (w *world) evasion(p *page.Page) error {
	messages, err := w.first()
	if err != nil {
		return err
	}
	cheat := ""
	for _, m := range messages {
		if s, ok := attack.SubjectOf(m.Text); ok && s == attack.Known {
			cheat = m.From
			break
		}
	}
	r, err := attacks.Run(p.Context(), attack.NewUnscanned(cheat), attacks.NewConversation(messages), cheat, p.Progress)
	if err != nil {
		return err
	}
	defer r.Close()
	e := r.Exposure(attack.NoScanner)
	var own, others attacks.Count // test cards that are reported
	for i, m := range messages {
		if s, ok := attack.SubjectOf(m.Text); !ok || s != attack.Known {
			continue
		}
		of := &others
		if m.From == cheat {
			of = &own
		}
		of.Of++
		if e.Opened[i] {
			of.N++
		}
	}
	p.Part("Who evades it, and who is framed")
	p.Say(`%s uses a client without a scanner. It is one line of the program, a nil. Of the test cards
		in these %d messages, those of %s are reported %s times, and those of everybody else %s. With the list in
		clear, envelopes without a report look the same from both.`, cheat, part, cheat, report.Fraction(own), report.Fraction(others))
	return w.pictures(p)
}

// pictures changes two pictures: one until it is not found, one until it is.
func (w *world) pictures(p *page.Page) error {
	card, boat := attack.Picture(attack.Known), attack.Picture(attack.Boat)
	hash := attack.HashesOf(attack.Known)[0]
	evading, err := attack.Evade(card, 34)
	if err != nil {
		return err
	}
	framing, err := attack.Collide(boat, hash, 0)
	if err != nil {
		return err
	}
	encrypted := attack.File(attack.Known)
	for i := range encrypted {
		encrypted[i] ^= byte(17*i + i>>8) // stands for any cipher
	}
	p.Say("Others change the picture. What is reported of what is sent, with the list in clear and with private matching:")
	p.Table(32, -10, -8, -10, -8)
	p.Row("", "bits off", "PSNR", "in clear", "private")
	yes := map[bool]string{true: "yes", false: "no"}
	for _, c := range []struct {
		what string
		file []byte
		psnr string
	}{
		{"test card", attack.File(attack.Known), ""}, {"test card, changed", attack.PNG(evading.Picture), fmt.Sprintf("%.0f dB", evading.PSNR)},
		{"test card, encrypted", encrypted, ""}, {"boat at sunset", attack.File(attack.Boat), ""},
		{"boat, given the card's hash", attack.PNG(framing.Picture), fmt.Sprintf("%.0f dB", framing.PSNR)},
	} {
		onDevice, private, err := attack.Reported(c.file, attack.Honest())
		if err != nil {
			return err
		}
		off := "no hash"
		if h, ok := attack.HashPicture(c.file); ok {
			off = fmt.Sprint(h.Distance(hash))
		}
		p.Row(c.what, off, c.psnr, yes[onDevice], yes[private])
		if c.what != "test card, encrypted" {
			caption := fmt.Sprintf("%s: %s bits off", c.what, off)
			if c.psnr != "" {
				caption += ", PSNR " + c.psnr
			}
			caption += fmt.Sprintf(". Reported in clear: %s, by private matching: %s", yes[onDevice], yes[private])
			w.view.Changed = append(w.view.Changed, newPicture(caption, c.file))
		}
	}
	p.Say(`No channel of the changed card moves by more than %d of 255. That took no optimiser: steps, %d for the card
		and %d for the boat. Whoever is sent that boat and passes it on is reported, and a reviewer sees a boat.`, evading.Largest, evading.Steps, framing.Steps)
	p.Say(`Published: more than 99.9 %% of pictures evade such hashes in a black box, and what would stop that
		would flag a billion a day (Jain, Cretu and de Montjoye, 2022). Collisions with NeuralHash can be forced
		(Struppek and others, 2022), second preimages of PDQ and PhotoDNA found (Prokos and others, 2023).
		Madden and others (2024) disagree: with limits on queries and distortion the hashes hold against black
		boxes. This one is white: PDQ's program is public, and what a device runs becomes so.`)
	return w.thumbnail(p)
}

// thumbnail shows what a stolen list says of its pictures.
func (w *world) thumbnail(p *page.Page) error {
	p.Say("And a hash is not one-way. What the 32 bytes alone say of two pictures, as a correlation with the original:")
	p.Table(16, -14, -18)
	p.Row("hash of the", "its own", "the other's")
	for i, s := range []attack.Subject{attack.Leaflet, attack.Boat} {
		other := []attack.Subject{attack.Boat, attack.Leaflet}[i]
		m := attack.Thumbnail(attack.HashesOf(s)[0])
		own := fmt.Sprintf("%.2f", attack.Likeness(m, attack.Picture(s)))
		p.Row(s.String(), own, fmt.Sprintf("%.2f", attack.Likeness(m, attack.Picture(other))))
		w.view.Hashes = append(w.view.Hashes, newPicture(s.String(), attack.File(s)),
			newPicture("what its hash says: correlation "+own, attack.PNG(m)))
	}
	return nil
}

// percent writes a share with as many digits as it needs.
func percent(r *big.Rat) string {
	if r == nil {
		return "–"
	}
	f, _ := new(big.Rat).Mul(r, big.NewRat(100, 1)).Float64()
	switch {
	case f >= 99.99995 && f < 100:
		return "> 99.9999 %"
	case f >= 99.95 && f < 100:
		return fmt.Sprintf("%.4f %%", f)
	case f < 0.1:
		return fmt.Sprintf("%.2g %%", f)
	}
	return fmt.Sprintf("%.1f %%", f)
}

// whole writes a number of reports a day, rounded, with commas.
func whole(r *big.Rat) string {
	if r.Sign() > 0 && r.Cmp(big.NewRat(1, 2)) < 0 {
		return r.FloatString(2)
	}
	s := r.FloatString(0)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// aDay is how many reports a person sees in eight hours, at one a minute.
const aDay = 480

func (w *world) rates(p *page.Page) error {
	s := baserate.Scanner{
		Items:      new(big.Int).Set(baserate.MessagesADay.Value.Num()),
		Prevalence: big.NewRat(1, 1_000_000), Recall: big.NewRat(8, 10),
	}
	grooming, err := baserate.FalseRateOf(baserate.GroomingClaim.Value, s.Prevalence, s.Recall)
	if err != nil {
		return err
	}
	classifier, err := baserate.FalseRateOf(baserate.ClassifierClaim.Value, s.Prevalence, s.Recall)
	if err != nil {
		return err
	}
	p.Part("Where almost nothing is what is looked for")
	p.Say(`%s messages a day (%s). Suppose that each is one picture, or one conversation; that one in a million is
		wanted; and that four of five of these are found. Then each side's best number says:`, whole(baserate.MessagesADay.Value), baserate.MessagesADay.Source)
	p.Table(27, -13, -7, -9, -10)
	p.Row("", "innocent", "right", "right of", "reviewers")
	p.Row("", "a day", "a day", "all", "")
	for _, c := range []struct {
		what string
		f    *big.Rat
		says baserate.Figure
	}{
		{"pictures: 1 in 50 billion", baserate.HashClaim.Value, baserate.HashClaim},
		{"99.9 %, as a precision", classifier, baserate.ClassifierClaim},
		{"99.9 %, as critics read it", baserate.ClassifierCritics.Value, baserate.ClassifierCritics},
		{"grooming: 88 %, a precision", grooming, baserate.GroomingClaim},
		{"grooming: a note's 1 in 10", baserate.GroomingNote.Value, baserate.GroomingNote},
	} {
		s.FalseRate = c.f
		d, err := s.Day()
		if err != nil {
			return err
		}
		people, err := d.Reviewers(aDay)
		if err != nil {
			return err
		}
		cells := []string{c.what, whole(d.Innocent), whole(d.Right), percent(d.Precision()), whole(new(big.Rat).SetInt(people))}
		p.Row(cells[0], cells[1], cells[2], cells[3], cells[4])
		source := c.says.Source
		if !c.says.Read {
			source += " (source not read)"
		}
		w.view.Rates = append(w.view.Rates, append(cells, source))
	}
	p.Say(`A reviewer sees one a minute for eight hours. Nobody has measured any of these rates where it would be
		used, nor what is wanted. So, how much hangs on it: what share of the reports is right, by how rare the
		wanted is, and by how often an innocent message is reported.`)
	return w.sensitivity(p, s)
}

func (w *world) sensitivity(p *page.Page, s baserate.Scanner) error {
	prevalences := []string{"1e-7", "1e-6", "1e-5", "1e-4"}
	rates := []string{"1e-3", "1e-4", "1e-6", "1e-9", "2e-11"}
	values := func(all []string) (out []*big.Rat) {
		for _, s := range all {
			r, _ := new(big.Rat).SetString(s)
			out = append(out, r)
		}
		return out
	}
	table, err := baserate.PrecisionAt(s, values(prevalences), values(rates))
	if err != nil {
		return err
	}
	p.Table(10, -11, -11, -11, -11, -11)
	p.Row("wanted", "f = "+rates[0], rates[1], rates[2], rates[3], rates[4])
	w.view.Grid = grid{Columns: rates}
	for i, row := range table {
		line := gridRow{Name: prevalences[i]}
		for _, q := range row {
			f, _ := q.Float64()
			line.Cells = append(line.Cells, gridCell{percent(q), int(100*f + 0.5)})
		}
		p.Row(prevalences[i], line.Cells[0].Text, line.Cells[1].Text, line.Cells[2].Text, line.Cells[3].Text, line.Cells[4].Text)
		w.view.Grid.Rows = append(w.view.Grid.Rows, line)
	}
	claim, err := baserate.Tail(1_000_000, 30, big.NewRat(1, 1_000_000))
	if err != nil {
		return err
	}
	worse, err := baserate.Tail(1_000_000, 30, big.NewRat(1, 100_000))
	if err != nil {
		return err
	}
	p.Say(`A threshold is for this. An account with a million pictures has 30 false matches with probability %s, if
		one picture in a million is a false match and each is independent of the others; at one in 100,000 it
		is %s. Apple claimed 1 in 10^12 a year. Thirty copies of one false match are not independent.`,
		claim.Text('e', 1), worse.Text('e', 1))
	return nil
}

func (w *world) observed(p *page.Page) error {
	p.Part("What authorities have counted")
	p.Say(`Reports of companies: to Europe's police, under the interim rules and before them, and to NCMEC, from the
		whole world. They are the outcome of a detector, of a human step, and of another country's law:
		not of the detector alone. What is counted differs from row to row.`)
	p.Table(20, 6, -12, -9, 30)
	p.Row("", "", "reports", "of these", "")
	for _, o := range baserate.Observations() {
		share := "–"
		if o.Share() != nil {
			share = percent(o.Share())
		}
		what := o.Is
		if what == "" {
			what = "not said"
		}
		if !o.Read {
			what += " (source not read)"
		}
		reports := whole(big.NewRat(o.Reports, 1))
		p.Row(o.Who, o.When, reports, share, what)
		w.view.Observed = append(w.view.Observed, []string{o.Who, o.When, reports, share, what, o.Source})
	}
	return nil
}
