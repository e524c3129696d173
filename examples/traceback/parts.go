package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/traceback"
	"doormat/escrow/traceback"
	"doormat/examples/internal/page"
	"doormat/noescrow"
)

// reporter receives what the source has passed on, and reports it.
const reporter = "Ana"

type world struct {
	r *attack.Rumours
}

func newWorld() *world {
	return &world{attack.TownRumours([]string{
		"Ana", "Ben", "Cas", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Mia", "Ned", "Oda", "Pia"})}
}

// measure runs the rumours through a system.
func (w *world) measure(p *page.Page, s *attack.System, who, text string) ([]attack.Traced, error) {
	rows, err := attack.Measure(p.Context(), s, w.r, who, text)
	if err != nil {
		return nil, err
	}
	return rows, s.Close()
}

// rows prints what the thefts of systems tell.
func (w *world) rows(p *page.Page, rows ...attack.Traced) {
	p.Table(24, 9, -5, 8, 10, 7)
	p.Row("", "originator", "wrong", "forwards", "others", "texts")
	p.Row("", "named", "one", "linked", "named", "opened")
	for _, r := range rows {
		p.Row(string(r.Theft), count(r.Named), r.Wrong, count(r.Linked), count(r.Bystanders), count(r.Texts))
	}
}

func count(c attacks.Count) string { return fmt.Sprintf("%d of %d", c.N, c.Of) }

func (w *world) rumours(p *page.Page) error {
	p.Title("Who wrote it first?")
	p.Say(`Messages are encrypted end to end, and the provider, who runs the relay, cannot read them. A law wants to know who wrote
		a forwarded message first. Here sixteen people write to each other, and six texts travel:`)
	p.Table(-4, -9)
	p.Row("sent", "retyped", "text")
	var texts []string
	sent, retyped := map[string]int{}, map[string]int{}
	for _, s := range w.r.Steps {
		if sent[s.Text] == 0 {
			texts = append(texts, s.Text)
		}
		sent[s.Text]++
		if s.Retyped {
			retyped[s.Text]++
		}
	}
	for _, text := range texts {
		p.Row(sent[text], retyped[text], text)
	}
	p.Say(`%d messages, of which %d pass a text on that somebody else wrote. "Good morning" and "yes" are
		written by several people, each by themselves. The text about the letter is a source's, who works in
		the town hall: %s has sent it first, and %s reports it.`, len(w.r.Steps), w.r.Forwards(), source(w.r), reporter)
	return nil
}

func source(r *attack.Rumours) string {
	i := slices.IndexFunc(r.Steps, func(s attack.Step) bool { return s.Text == attack.Secret })
	return r.Steps[i].From
}

func (w *world) tag(p *page.Page) error {
	rows, err := w.measure(p, attack.NewTag(), reporter, attack.Secret)
	if err != nil {
		return err
	}
	framed, err := w.measure(p, attack.NewFramer("Dee", "Ana"), reporter, attack.Secret)
	if err != nil {
		return err
	}
	key := traceback.NewTraceKey()
	tag := key.PublicKey().Tag(noescrow.Identity{1})
	p.Part("The originator, encrypted to the provider (Kamakoti, 2019)")
	p.Say(`Each message carries a tag of %d bytes: who wrote it, encrypted to the provider's key. A forward
		carries the same tag.`, len(tag))
	p.Table(10)
	p.Row("a tag", page.Short(tag, 24))
	w.rows(p, rows...)
	p.Say(`One key of 32 bytes names the originator of everything, before its theft and after. "Later" is a
		thief who has recorded the second half only: the key does not mind. The store alone ties forwards
		together, as equal tags are equal, and names whoever it saw first. Wrong is what was typed again.

		Nothing binds a tag to a sender. Dee's client encrypts Ana's name in the place of Dee's:`)
	w.rows(p, framed[2])
	p.Say("For %d messages more an innocent person is named, and nothing shows it.", framed[2].Wrong-rows[2].Wrong)
	return nil
}

func (w *world) table(p *page.Page) error {
	s := attack.NewTable()
	rows, err := attack.Measure(p.Context(), s, w.r, reporter, attack.Secret)
	if err != nil {
		return err
	}
	store, err := s.Database()
	if err != nil {
		return err
	}
	digits := 5
	start := time.Now()
	texts, from, tried, err := attack.FindNumbers(p.Context(), store, attack.Number[:len(attack.Number)-digits], digits)
	if err != nil {
		return err
	}
	rate := float64(tried) / time.Since(start).Seconds()
	who := s.NameOf(from[0][:])
	if err := s.Close(); err != nil {
		return err
	}
	salted, err := w.measure(p, attack.NewSalted(), reporter, attack.Secret)
	if err != nil {
		return err
	}
	p.Part("The table of hashes (how WhatsApp reads India's rule 4(2), 2021)")
	p.Say(`The provider stores a hash of each text, who sent it first, and when. There is no key, so none has to
		be stolen. The table answers for any text that can be typed, about everybody:`)
	w.rows(p, rows...)
	p.Say(`Wrong are those who wrote "yes" after somebody else had: the first is the originator of all. The texts
		that opened were on a list of %d that people write. A thief also tries what is no word. Of the
		numbers that end in five digits, %s hashes:`, len(attack.Guesses), page.Thousands(tried))
	p.Table()
	for _, text := range texts {
		p.Row(fmt.Sprintf("%q, first sent by %s", text, who))
	}
	if !p.Seeded {
		p.Say("That took %.1f million hashes a second on one core.", rate/1e6)
	}
	p.Say(`At a billion hashes a second, which one graphics card exceeds, all 10,000,000,000 telephone numbers
		of ten digits take ten seconds. Would salt help? With a salt of each person's own:`)
	w.rows(p, salted...)
	p.Say("No text opens, and no forward is found either: for each, the one who passed it on is named.")
	return nil
}

func (w *world) path(p *page.Page) error {
	rows, err := w.measure(p, attack.NewPath(), reporter, attack.Secret)
	if err != nil {
		return err
	}
	p.Part("Path traceback (Tyagi, Miers and Ristenpart, 2019)")
	p.Say(`Each message has a random key k inside. The provider gets an HMAC of the text under k, and, encrypted
		with k, the k of the message that is forwarded. Without k it learns nothing. A recipient who reports
		gives the text and k, and the provider walks back to the first sender:`)
	w.rows(p, rows...)
	p.Say(`The store alone says nothing. One report names the source, and %d who wrote nothing. No client can
		have another named. But a phone is full of such keys: with the store, a stolen or seized phone is a
		report of all that has come to it, and no court is asked.`, rows[1].Bystanders.N)
	return nil
}

func (w *world) tree(p *page.Page) error {
	rows, err := w.measure(p, attack.NewTree(), reporter, attack.Secret)
	if err != nil {
		return err
	}
	p.Part("Tree traceback (the same paper)")
	p.Say("Here a report also goes down again, from the source to everybody who was ever sent the text:")
	w.rows(p, rows...)
	p.Say(`One report by one recipient names the source and %d others, of %d people in the town. It may be the
		report of somebody who joined in order to report: a second account is a recipient like any other.`,
		rows[1].Bystanders.N, rows[1].Bystanders.Of)
	return nil
}

func (w *world) retyped(p *page.Page) error {
	i := slices.IndexFunc(w.r.Steps, func(s attack.Step) bool { return s.Retyped })
	step := w.r.Steps[i]
	rows, err := w.measure(p, attack.NewPath(), step.To, step.Text)
	if err != nil {
		return err
	}
	p.Part("Typed again")
	p.Say(`%s had %q from %s, and typed it again for %s, who reports it. A screenshot is the same to a machine:`,
		step.From, step.Text, w.r.Steps[w.r.Origin(i)].From, step.To)
	w.rows(p, rows[1])
	p.Say("%s is the originator, in law. Who knows of the trace types, and is not found; who does not, is.", step.From)
	return nil
}

func (w *world) cost(p *page.Page) error {
	plain, sent, err := traceback.SealPath([]byte("yes"), traceback.Pointer{})
	if err != nil {
		return err
	}
	plainTree, sentTree, err := traceback.NewThread().Seal([]byte("yes"))
	if err != nil {
		return err
	}
	p.Part("What it costs, in bytes a message")
	p.Table(18, -10, -10, -12, -8)
	p.Row("", "inside", "to the", "to the", "stored")
	p.Row("", "", "provider", "recipient", "")
	const names = 2 * len(noescrow.Identity{})
	p.Row("originator's tag", 0, traceback.TagSize, traceback.TagSize, traceback.TagSize)
	p.Row("table of hashes", 0, len(traceback.Digest{}), 0, len(traceback.Digest{})+names/2+8)
	p.Row("path", len(plain)-3, len(sent), traceback.PathDelivered, traceback.PathSent+names)
	p.Row("tree", len(plainTree)-3, len(sentTree), traceback.TreeDelivered, traceback.TreeSent+names)
	p.Say(`Stored includes names of %d bytes each, and is kept for every message that was ever sent, reported or
		not. Without names a row of path has %d bytes, and one of tree %d, as in the paper's own code. Inside
		there are two bytes more than there, for version and kind.`, names/2, traceback.PathSent, traceback.TreeSent)
	return nil
}

func (w *world) sources(p *page.Page) error {
	p.Part("What is left of a source")
	named := []string{}
	for _, s := range []*attack.System{attack.NewTag(), attack.NewTable(), attack.NewPath(), attack.NewTree()} {
		rows, err := w.measure(p, s, reporter, attack.Secret)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(rows, func(r attack.Traced) bool { return r.Theft != attack.Phone && r.Source }) {
			named = append(named, s.Name())
		}
	}
	p.Say(`In %d of 4 systems %s is named, with no phone but the reporter's: %s. No word was decrypted for it. That is how the
		makers of such rules can say that encryption is not touched; and how, with every word still encrypted,
		two people can no longer speak without a record of who spoke first.`, len(named), source(w.r), strings.Join(named, ", "))
	return nil
}
