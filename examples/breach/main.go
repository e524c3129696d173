// Breach is the experiment: it sends one conversation through two systems, lets somebody steal
// something, and shows what opens.
//
//	go run ./examples/breach
//
// Texts, envelopes and the keys of the quantum computer are kept in temporary files, so that memory depends
// on the people, the sessions between them, and the number of systems that run at once: as many as there
// are cores, or one with -seed. Of each envelope some 0.35 kB stay: a chat of two people takes 72 MB with
// 25,000 messages and 97 MB with 100,000, thieves who act and implants included. Measured on two cores, with 100,000
// messages: a chat of two people took 37 s, which are 68 s of one core, and 85 MB; a mailbox with 500
// correspondents took 290 MB, and 160 MB with one system at once; 300 people who write to each other at
// random, in 45,000 pairs, took 490 MB with one system at once. That was without the thieves who act,
// whose runs add eight tenths to the time and half to the memory (with 20,000 messages: 28 s of one core,
// after 16), and without the implants, for which phones keep their history: 8 per cent more time, and no more memory.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/noescrow"
	"doormat/attacks/report"
	"doormat/examples/internal/cli"
)

const usage = `Usage: breach [-chat FILE | -mbox FILE] [-limit N] [-victim NAME] [-at DATE]
              [-show N] [-html FILE] [-out DIR] [-f] [-v] [-seed N]

Breach sends a conversation through a messenger with key escrow and through one
without, steals keys, and shows what opens. Without -chat or -mbox it is an
invented conversation of sixteen people in a small town, and takes some two
seconds. Nothing leaves this machine.

  -chat FILE    read a chat that WhatsApp or Telegram has exported, packed or
                not
  -mbox FILE    read mail: a mailbox of Thunderbird, Takeout, or a mailing list;
                a mail; a folder or zip of those, a Maildir
  -limit N      take the first messages only, of at most N envelopes: in a group
                a message is one for each member
  -victim NAME  whose phone is taken; without it, who has the most messages
  -at DATE      when keys are copied, as 2026-03-21 or 2026-03-21T09:30; without
                it, in the middle of the messages
  -show N       print message N as it crossed the wire, byte by byte, and no
                table
  -html FILE    also write the result as a page
  -out DIR      also write the evidence: transcripts, loot, and how to try it
  -v            also say how often each thief tried, and how long that took
  -f            overwrite what -html and -out name
  -seed N       draw randomness from the number N: the same run, to the byte

Examples:
  go run ./examples/breach
  go run ./examples/breach -html breach.html
  go run ./examples/breach -chat "WhatsApp Chat with Ana.zip" -out evidence
  go run ./examples/breach -chat result.json -limit 1000
`

type options struct {
	chat, mbox, html, out string
	victim, at            string
	limit                 *int
	all                   int // envelopes without -limit, if it has cut some off
	show                  *int
	force, verbose        bool
	args                  []string
	deterministic         func() (restore func()) // of cli.Flags
}

func main() { cli.Main("breach", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseFlags(args, stdout)
	if err != nil {
		return err
	}
	e, err := o.begin()
	if err != nil {
		return err
	}
	defer e.discard()
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	c, err := o.read(ctx, bar)
	if err != nil {
		return err
	}
	defer c.Close()
	victim, err := o.choose(c)
	if err != nil {
		return err
	}
	bar.Clear()
	if err := warn(ctx, stderr, c); err != nil {
		return err
	}
	n := len(systems(victim))
	progress := phases(systems(victim), victim, bar.Systems(n))
	defer o.deterministic()() // what came before draws keys too, and not always as many
	table, err := attacks.Matrix(ctx, c.Conversation, victim, systems(victim), progress)
	if err != nil {
		return err
	}
	defer table.Close()
	if *o.show > 0 {
		bar.Clear()
		return show(stdout, table, *o.show)
	}
	r, err := draw(c, table, o)
	if err != nil {
		return err
	}
	bar.Clear()
	if c.Tally.Found > 0 {
		fmt.Fprintf(stdout, "%s: %v\n", c.Title, c.Tally)
	}
	if o.all > 0 {
		fmt.Fprintf(stdout, "The first %d envelopes of %d, as -limit says.\n\n", c.Envelopes, o.all)
	}
	// What cannot be written in one place does not keep the result from the others.
	printed := report.Text(stdout, r, cli.TextOptions(stdout))
	return cmp.Or(printed, e.write(table, r))
}

// systems returns new systems to compare: with escrow, without, with escrow and one who evades it, and both
// again with a thief who acts.
func systems(victim string) []attacks.System {
	return slices.Concat([]attacks.System{attack.New(), noescrow.New(), attack.NewRogue(victim)}, attack.NewActing(), noescrow.NewActing())
}

func parseFlags(args []string, stdout io.Writer) (*options, error) {
	o := new(options)
	f := cli.NewFlags("breach", usage)
	f.Path(&o.chat, "chat")
	f.Path(&o.mbox, "mbox")
	f.Path(&o.html, "html")
	f.Path(&o.out, "out")
	f.StringVar(&o.victim, "victim", "", "")
	f.StringVar(&o.at, "at", "", "")
	o.show = f.Number("show", 0, 1, math.MaxInt32)
	o.limit = f.Number("limit", 0, 1, math.MaxInt32)
	f.BoolVar(&o.force, "f", false, "")
	f.BoolVar(&o.verbose, "v", false, "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return nil, err
	}
	if o.chat != "" && o.mbox != "" {
		return nil, cli.BadInput("expected one of -chat and -mbox, found both")
	}
	o.args, o.deterministic = args, f.Deterministic
	return o, nil
}
