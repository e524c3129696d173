package main

import (
	"bytes"
	"strings"

	"doormat/examples/internal/page"
)

// showTable makes each kind of call, and prints what came of it.
func (w *world) showTable(p *page.Page) error {
	answered, err := w.andBenAnswers(w.forged)
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
	p.Part("What becomes of it")
	p.Table(21, 14, 21)
	p.Row("Ana's call", "the tap reads", "the tap blames", "Ben notices")
	for _, x := range []struct {
		name string
		c    *call
	}{
		{"honest", w.honest}, {"forged LEAF", w.forged}, {"  and Ben answers", answered},
		{"no LEAF, fed back", fed}, {"LEAF borrowed of Cas", borrowed},
	} {
		p.Row(x.name, w.reads(x.c), w.blames(x.c), w.notices(x.c))
	}
	_, why := w.tap(w.forged, w.forged.headers[0])
	p.Table(11)
	p.Row("forged LEAF", "The tap asks for the halves of a unit that was never made: "+refusal(why)+
		". If Ben's telephone answers, it sends a true LEAF for the same KS, and the tap has that. "+
		"Mail is not answered, so there it is enough.")
	p.Row("fed back", "Ben is in on it. His chip wants a LEAF before it decrypts, and gets one that "+
		"it has just made itself. Nothing was sent.")
	p.Row("borrowed", "Cas has called Ana once. She knows the KS of that call and its LEAF, and calls "+
		"Ben with both (Frankel and Yung, 1995; it takes a set-up in which the caller chooses KS). "+
		"Of all that the tap hears, and can prove, it is Cas who said it.")
	p.Say(`How the real LEAF was made is not public. This one is a reconstruction, with the lengths that are:
		see package doormat/escrow/clipper.`)
	return nil
}

// reads returns what the tap reads of a call.
func (w *world) reads(c *call) string {
	if everything, _ := w.verdict(c); everything {
		return "everything"
	}
	return "nothing"
}

// blames returns the owners of the units that a call's LEAFs name, or the units.
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

// notices returns what Ben could notice.
func (w *world) notices(c *call) string {
	if bytes.Equal(c.heard, w.spoken) {
		return "nothing"
	}
	return "that he hears noise"
}
