package main

import (
	"bytes"
	"fmt"
	"strings"
)

// showTable makes each kind of call, and says what came of it.
func (w *world) showTable(p *page, honest, forged *call) error {
	answered, err := w.andBenAnswers(forged)
	if err != nil {
		return err
	}
	fed, err := w.feedBack()
	if err != nil {
		return err
	}
	borrowed, err := w.borrow()
	if err != nil {
		return err
	}
	p.title("5. What becomes of it")
	p.row("Ana's call", "the tap reads", "the tap blames", "Ben notices")
	for _, x := range []struct {
		name string
		c    *call
	}{
		{"honest", honest}, {"forged LEAF", forged}, {"  and Ben answers", answered},
		{"no LEAF, fed back", fed}, {"LEAF borrowed of Cas", borrowed},
	} {
		p.row(x.name, w.reads(x.c), w.blames(x.c), w.notices(x.c))
	}
	_, why := w.tap(forged, forged.headers[0])
	_, reason, _ := strings.Cut(why.Error(), "clipper: ")
	p.blank()
	p.note("forged LEAF", "The tap asks for the halves of a unit that was never made: "+reason+
		". If Ben's telephone answers, it sends a true LEAF for the same KS, and the tap has that. "+
		"Mail is not answered, so there it is enough.")
	p.note("fed back", "Ben is in on it. His chip wants a LEAF before it decrypts, and gets one that "+
		"it has just made itself. Nothing was sent.")
	p.note("borrowed", "Cas has called Ana once. She knows the KS of that call and its LEAF, and calls "+
		"Ben with both (Frankel and Yung, 1995; it takes a set-up in which the caller chooses KS). "+
		"Of all that the tap hears, and can prove, it is Cas who said it.")
	p.blank()
	p.say("How the real LEAF was made is not public. This one is a reconstruction, with the lengths " +
		"that are: see package doormat/escrow/clipper.")
	return nil
}

func (p *page) note(name, text string) {
	p.fill(fmt.Sprintf("  %-13s", name), strings.Repeat(" ", 15), text)
}

func (p *page) row(cells ...string) {
	line := fmt.Sprintf("  %-22s %-15s %-22s %s", cells[0], cells[1], cells[2], cells[3])
	fmt.Fprintln(p, strings.TrimRight(line, " "))
}

func (w *world) reads(c *call) string {
	if everything, _ := w.verdict(c); everything {
		return "everything"
	}
	return "nothing"
}

func (w *world) blames(c *call) string {
	var names []string
	_, units := w.verdict(c)
	for _, u := range units {
		name := w.owner(u)
		if name == "" {
			name = "unit " + u.String()
		}
		names = append(names, name)
	}
	if names == nil {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

func (w *world) notices(c *call) string {
	if bytes.Equal(c.heard, w.spoken) {
		return "nothing"
	}
	return "that he hears noise"
}
