package main

import (
	"fmt"
	"math"

	"doormat/attacks"
	attackclear "doormat/attacks/clear"
	"doormat/attacks/conversation"
	attackcrumple "doormat/attacks/crumple"
	"doormat/attacks/messenger"
	"doormat/escrow/crumple"
	"doormat/escrow/workfactor"
	"doormat/examples/internal/page"
)

// message opens one message twice: without the table and with it.
func (w *world) message(p *page.Page) error {
	const bits = crumple.DefaultBits
	p.Part("A price on each message")
	p.Say(`The second proposal is Charles Wright's and Mayank Varia's: crumple zones. Nobody has a key. Of each message's
		key %d bits are left to search, as many as the price is to be, and a group for Diffie-Hellman is so weak
		that it can be solved, once, for a larger price.`, bits)
	ana, err := crumple.NewDevice(bits)
	if err != nil {
		return err
	}
	ben, err := crumple.NewDevice(bits)
	if err != nil {
		return err
	}
	envelope, err := ana.Seal(ben.Identity(), []byte("The bridge, at six."))
	if err != nil {
		return err
	}
	e, err := crumple.ParseEnvelope(envelope)
	if err != nil {
		return err
	}
	p.Table(10)
	p.Row("from", page.Short(e.From[:], 24))
	p.Row("nonce", e.Nonce[:])
	p.Row("puzzle", page.Short(e.Puzzle[:], 24))
	p.Row("body", page.Short(e.Ciphertext, 24))
	_, work, err := crumple.RecoverWithoutTable(p.Context(), envelope, workfactor.Options{Limit: 1 << bits})
	p.Say("Who has not solved the group tries %s hashes, and would have to try 2^%d:", page.Thousands(work.Tried), 31+bits)
	p.Table(10)
	p.Row("nothing", refusal(err))
	table := crumple.NewTable()
	_, _, text, work, err := table.Recover(p.Context(), envelope, workfactor.Options{})
	if err != nil {
		return err
	}
	p.Say("Who has, with %s operations once, for all people and messages, has 2^%d left. Number %s fits:",
		page.Thousands(table.Operations()), bits, page.Thousands(work.Place))
	p.Table(10)
	p.Row("text", string(text))
	p.Say("It is not weakened further than that: who has paid for it cannot write another in Ana's name, and the next message costs as much again.")
	return nil
}

// The rate and the price of an hour are those that the program workfactor states.
const (
	rate    = 8e6 // hashes a second and core
	perHour = 0.04
	halving = 2 // years
)

// prices are what each number of bits costs, and will cost.
func (w *world) prices(p *page.Page) error {
	p.Part("The price, later")
	p.Say("The price sets the bits, and the message keeps them. Bits for a price today, and what the same message costs later:")
	p.Table(-12, -5, -12, -12, -12, -11)
	p.Row("today", "bits", "in 10 years", "in 20 years", "in 30 years", "in 40 years")
	for _, dollars := range []float64{1, 1e3, 1e6, 1e9} {
		bits := crumple.Bits(dollars, rate, perHour)
		row := []any{money(dollars), bits}
		for _, years := range []float64{10, 20, 30, 40} {
			row = append(row, money(crumple.PriceAfter(dollars, years, halving)))
		}
		p.Row(row...)
	}
	p.Say(`Stated and not measured: %.0f million hashes a second and core, $%g for an hour of a core, as in the
		program workfactor, and a price that halves every %d years. The paper asks for at least $100 million
		for the group, and for $1,000 to $1 million a message. The first is paid once. A state that has paid it
		for one case reads the next for the second price. So does whoever has it from that state, and a thief
		of other people's machines pays neither. A police force that is poor pays neither, too, and does not
		read.`, rate/1e6, perHour, halving)
	return nil
}

// money returns an amount in dollars, or cents.
func money(x float64) string {
	switch {
	case x < 0.01:
		return "< 1 cent"
	case x < 1:
		return fmt.Sprintf("%.0f cents", 100*x)
	}
	return "$" + page.Thousands(int64(math.Round(x)))
}

// thefts runs the experiment on both.
func (w *world) thefts(p *page.Page) error {
	town := conversation.Town()
	var some []attacks.Message
	i := 0
	for m, err := range town.Messages {
		if err != nil {
			return err
		}
		if i%8 == 0 {
			some = append(some, m)
		}
		i++
	}
	p.Part("What each theft opens")
	p.Say("A town writes %d messages. Thieves come in the middle; a warrant for one person comes at the end, and so does a seizure.", len(some))
	p.Table(14, 28, 10, 12)
	p.Row("proposal", "stolen", "opens", "noticed by")
	for _, s := range []attacks.System{attackclear.New(), attackcrumple.New(8)} {
		r, err := attacks.Run(p.Context(), s, attacks.NewConversation(some), town.Busiest, p.Progress)
		if err != nil {
			return err
		}
		name := s.Name()
		for _, theft := range []attacks.TheftName{attacks.WarrantName, messenger.Seizure, attackclear.Key, attackclear.Screen,
			attackclear.Flash, attackclear.Oracle, attacks.WiretapName, attackcrumple.Paid, attacks.DeviceKeys} {
			e := r.Exposure(theft)
			if e == nil {
				continue
			}
			n := e.Readable()
			p.Row(name, string(theft), fmt.Sprintf("%d of %d", n.N, n.Of), e.Noticed)
			name = ""
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	p.Say(`CLEAR has no row in which one theft opens everybody's messages: a phone has to be at hand for each. Its
		key is one key all the same, and the rows with it need no court. Crumple zones have nothing to steal, and
		one row that opens everything, for a price that anyone may pay and nobody sees.`)
	return nil
}
