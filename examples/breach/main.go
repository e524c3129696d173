// Breach is the experiment: it sends one conversation through two systems, lets somebody steal
// something, and shows what opens.
//
//	go run ./examples/breach
//
// Memory does not grow with the messages, which are in temporary files, but with the people and
// the sessions between them. Measured on two cores, with 100,000 messages: a chat of two people
// took 47 s and 70 MB, a mailbox with 500 correspondents 72 s and 140 MB, and 300 people who
// write to each other at random, in 45,000 pairs, 146 s and 490 MB.
package main

import (
	"context"
	"io"

	"doormat/attacks"
	"doormat/examples/internal/cli"
	"doormat/internal/report"
)

const usage = `Usage: breach [-chat FILE | -mbox FILE] [-html FILE] [-out DIR] [-f] [-seed N]

Breach sends a conversation through a messenger with key escrow and through one
without, steals keys, and shows what opens. Without -chat or -mbox it is an
invented conversation of sixteen people in a small town. Nothing leaves this
machine.

  -chat FILE  read a chat that WhatsApp has exported
  -mbox FILE  read a mailbox: Thunderbird, Takeout, an archive of a mailing list
  -html FILE  also write the result as a page
  -out DIR    also write the evidence: transcripts, loot, and how to try it
  -f          overwrite what -html and -out name
  -seed N     draw randomness from the number N: the same run, to the byte

Examples:
  go run ./examples/breach
  go run ./examples/breach -html breach.html
  go run ./examples/breach -chat "WhatsApp Chat with Ana.txt" -out evidence
`

type options struct {
	chat, mbox, html, out string
	force                 bool
	seeded                bool
	deterministic         func() (restore func())
}

func main() { cli.Main("breach", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseFlags(args, stdout)
	if err != nil {
		return err
	}
	defer o.deterministic()()
	if err := o.mayWrite(); err != nil {
		return err
	}
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	in, err := o.read(ctx, bar)
	if err != nil {
		return err
	}
	defer in.close()
	table, err := attacks.Matrix(ctx, in.conversation, in.victim, []attacks.System{
		attacks.NewEscrow(), attacks.NewNoEscrow(), attacks.NewRogue(in.victim),
	}, bar.Set)
	if err != nil {
		return err
	}
	defer table.Close()
	r, err := draw(in, table, !o.seeded)
	if err != nil {
		return err
	}
	if err := o.write(in, table, r); err != nil {
		return err
	}
	bar.Clear()
	io.WriteString(stdout, in.tally)
	return report.Text(stdout, r, textOptions(stdout))
}

func parseFlags(args []string, stdout io.Writer) (*options, error) {
	o := new(options)
	f := cli.NewFlags("breach", usage)
	f.StringVar(&o.chat, "chat", "", "")
	f.StringVar(&o.mbox, "mbox", "", "")
	f.StringVar(&o.html, "html", "", "")
	f.StringVar(&o.out, "out", "", "")
	f.BoolVar(&o.force, "f", false, "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return nil, err
	}
	if o.chat != "" && o.mbox != "" {
		return nil, cli.BadInput("expected one of -chat and -mbox, found both")
	}
	o.seeded, o.deterministic = f.Seeded(), f.Deterministic
	return o, nil
}

func textOptions(stdout io.Writer) report.Options {
	o := report.Options{Width: 80}
	if width := cli.Terminal(stdout); width > 0 {
		o.Width, o.Color = width, cli.WantsColor()
	}
	return o
}
