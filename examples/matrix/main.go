// Matrix sends one conversation through every system that doormat has, commits each theft that a
// system knows, and prints what opens.
//
//	go run ./examples/matrix
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/attacks/conversation"
	"doormat/attacks/escrow"
	"doormat/attacks/ghost"
	"doormat/attacks/messenger"
	"doormat/attacks/mls"
	"doormat/attacks/noescrow"
	"doormat/attacks/report"
	"doormat/examples/internal/cli"
)

const usage = `Usage: matrix [-html FILE] [-f] [-seed N]

Matrix sends a conversation through every system: without escrow, with a
modern escrow key, and through the schemes of record. For each it commits the
thefts that the system knows, and prints what opens. It takes some thirty
seconds. Searches are of small spaces here: the program of each scheme says what
the full size costs.

  -html FILE  also write the result as a page
  -f          overwrite what -html names
  -seed N     draw randomness from the number N: the same run, to the byte

Examples:
  go run ./examples/matrix
  go run ./examples/matrix -html matrix.html
`

func main() { cli.Main("matrix", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("matrix", usage)
	var html string
	f.Path(&html, "html")
	force := f.Bool("f", false, "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	defer f.Deterministic()()
	page, err := cli.CreateFile(html, *force)
	if err != nil {
		return err
	}
	defer page.Discard()
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	town := conversation.Town()
	r, err := measure(ctx, town, all.Systems(town.Busiest), args, bar)
	if err != nil {
		return err
	}
	bar.Clear()
	return write(stdout, page, r)
}

// write prints the result and writes the page, each also if the other fails.
func write(stdout io.Writer, page *cli.File, r *report.Report) error {
	printed := report.Text(stdout, r, cli.TextOptions(stdout))
	return cmp.Or(printed, page.Write(func(w io.Writer) error { return report.HTML(w, r) }))
}

// measure runs the experiment.
func measure(ctx context.Context, c *conversation.Conversation, systems []attacks.System, args []string, bar *cli.Progress) (*report.Report, error) {
	t, err := attacks.Matrix(ctx, c.Conversation, c.Busiest, systems, bar.Systems(len(systems)))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return describe(t, c.Title, args)
}

// describe returns the report of the experiment.
func describe(t *attacks.Table, subject string, args []string) (*report.Report, error) {
	r, err := report.New(t)
	if err != nil {
		return nil, err
	}
	r.Title, r.Subject, r.BySystem = "One conversation through every system", subject, true
	r.Lead = "The same messages go through a messenger without escrow, one with an escrow key, and the schemes of thirty years " +
		"in which somebody beside the two people can read. Then something is taken, and what opens is counted."
	r.Reaches = reaches()
	r.Finding, r.Terms, r.Made = finding(t), terms, cli.Made("matrix", args)
	r.Note = "A search is of a small space here, so that a run takes a moment; the program of each scheme says what the full size " +
		"costs. Who steals keys of TEA1 or GEA-1 is counted without a search, and with one opens what the wiretap opens. The keys " +
		"of MIKEY-SAKKE are for one month: those of a phone forge in that month, and are tried in a later one here. Forgeries: " +
		"any text in the victim's name; an old one, delivered again; one sent on, to another recipient; one altered on its way; " +
		"and no MAC here, where the scheme had signatures or a MAC that this reconstruction leaves out."
	return r, nil
}

// reaches are the ways to one person's messages, from those that touch the fewest people to those that touch all: in
// the messenger without escrow, and the keys of some others beside it.
func reaches() (all []report.Reach) {
	for _, theft := range []attacks.TheftName{
		messenger.ConsentedLook, messenger.Infiltration, messenger.Unlocked, messenger.ImplantName, attacks.DeviceKeys,
		messenger.UpdateWeek, messenger.UpdateKey,
	} {
		all = append(all, report.Reach{System: noescrow.Name, Theft: theft})
	}
	return append(all, report.Reach{System: mls.Name, Theft: mls.Infiltration}, report.Reach{System: ghost.Name, Theft: ghost.OrderKey},
		report.Reach{System: escrow.Name, Theft: attacks.WarrantName}, report.Reach{System: escrow.Name, Theft: escrow.Key})
}

// terms are the words of the table.
var terms = []report.Term{
	{Word: "escrow key", Means: "an authority's: it opens a copy of the key in every message."},
	{Word: "relay", Means: "the server that passes messages on; its database is taken."},
	{Word: "device keys", Means: "those of one phone, copied once."},
	{Word: "device seizure", Means: "one phone is taken, with the messages that are stored on it."},
	{Word: "implant", Means: "code on one phone: it tells what is stored there, and what is typed and shown from then on."},
	{Word: "update key", Means: "of who signs the app's updates: the same code on every phone. Logged: phones take only what a public log has."},
	{Word: "quantum", Means: "a computer that breaks the older of two key exchanges."},
	{Word: "LEAF", Means: "Clipper's field for law enforcement, with the message's key; the family key opens its outer layer, two agents the rest."},
	{Word: "ADK", Means: "PGP's additional decryption key: a company's, to which its people's mail is encrypted too."},
	{Word: "trapdoor", Means: "the number behind Dual EC's two points; Q is the second, and who chose it knows the number."},
	{Word: "one site, all sites", Means: "what sites log, where visits stand in the place of messages: a visit opens if its visitor is named."},
	{Word: "KMS, KSAK", Means: "MIKEY-SAKKE's key server, which computes everyone's private keys from a master secret, and its key for signatures."},
}

// finding says what opens in silence, with a third key or a weakness, and without.
func finding(t *attacks.Table) string {
	without := map[string]bool{}
	for _, scheme := range all.Schemes {
		if !strings.HasPrefix(scheme.Package, "noescrow") {
			continue
		}
		for _, s := range scheme.Systems("nobody") {
			without[s.Name()] = true
		}
	}
	third, stolen, searched := 0, 0, 0
	for _, system := range t.Systems() {
		if without[system] {
			continue
		}
		third++
		switch e := worst(t, system); {
		case e.Readable().N < e.Readable().Of:
		case e.Search.Full > 0:
			searched++
		default:
			stolen++
		}
	}
	return fmt.Sprintf("Of %d systems, %d have a third key or a weakness. %d of those open every message to a thief of one secret "+
		"whom nobody notices, and %d more after a search, here for some bits of the key, the others being given. Where two "+
		"people alone have keys, the most that opens to such a thief is %s, and a phone that is taken opens the %d on it. "+
		"A warrant for one person opens %s of that person's by an escrow key, and %s without one, on the phone.",
		len(t.Systems()), third, stolen, searched,
		report.Fraction(worst(t, noescrow.Name).Readable()), t.Cell(messenger.Seizure, noescrow.Name).Readable().N,
		report.Fraction(t.Cell(attacks.WarrantName, escrow.Name).Victims), report.Fraction(t.Cell(attacks.WarrantName, noescrow.Name).Victims))
}

// worst returns the theft that opens the most of a system without anyone noticing. A system can have
// several results.
func worst(t *attacks.Table, system string) (worst *attacks.Exposure) {
	for _, r := range t.Results {
		for i := range r.Exposures {
			e := &r.Exposures[i]
			if r.System != system || e.Use != attacks.Taken || e.Noticed != (attacks.Notice{}) {
				continue
			}
			if worst == nil || e.Readable().N > worst.Readable().N {
				worst = e
			}
		}
	}
	return worst
}
