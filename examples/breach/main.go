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
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"doormat/attacks"
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
	seed                  *uint64
}

// errInput is what the user can mend: exit status 2.
var errInput = errors.New("")

func badInput(format string, args ...any) error {
	return fmt.Errorf("%w"+format, append([]any{errInput}, args...)...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "breach: interrupted")
		os.Exit(130)
	case errors.Is(err, errInput):
		fmt.Fprintln(os.Stderr, "breach:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "breach:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parseFlags(args, stdout)
	if err != nil {
		return err
	}
	if o.seed != nil {
		defer deterministicRandomness(*o.seed)()
	}
	if err := o.mayWrite(); err != nil {
		return err
	}
	bar := newProgress(stderr)
	defer bar.clear()
	in, err := o.read(ctx, bar)
	if err != nil {
		return err
	}
	defer in.close()
	table, err := attacks.Matrix(ctx, in.conversation, in.victim, []attacks.System{
		attacks.NewEscrow(), attacks.NewNoEscrow(), attacks.NewRogue(in.victim),
	}, bar.set)
	if err != nil {
		return err
	}
	defer table.Close()
	r, err := draw(in, table, o.seed == nil)
	if err != nil {
		return err
	}
	if err := o.write(in, table, r); err != nil {
		return err
	}
	bar.clear()
	io.WriteString(stdout, in.tally)
	return report.Text(stdout, r, textOptions(stdout))
}

func parseFlags(args []string, stdout io.Writer) (*options, error) {
	o := new(options)
	var seed uint64
	f := flag.NewFlagSet("breach", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.chat, "chat", "", "")
	f.StringVar(&o.mbox, "mbox", "", "")
	f.StringVar(&o.html, "html", "", "")
	f.StringVar(&o.out, "out", "", "")
	f.BoolVar(&o.force, "f", false, "")
	f.Uint64Var(&seed, "seed", 0, "")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		io.WriteString(stdout, usage)
		return nil, err
	} else if err != nil {
		return nil, badInput("%v; -h shows what there is", err)
	}
	f.Visit(func(f *flag.Flag) {
		if f.Name == "seed" {
			o.seed = &seed
		}
	})
	if f.NArg() > 0 {
		return nil, badInput("expected flags only, found %q; -h shows what there is", f.Arg(0))
	}
	if o.chat != "" && o.mbox != "" {
		return nil, badInput("expected one of -chat and -mbox, found both")
	}
	return o, nil
}

// deterministicRandomness makes every key and nonce of this program follow from n, and returns the way
// back. Nothing but a demonstration may do that.
func deterministicRandomness(n uint64) (restore func()) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "doormat breach %d", n)))
	return func() { rand.Reader = before }
}

func textOptions(stdout io.Writer) report.Options {
	o := report.Options{Width: 80}
	f, ok := stdout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return o
	}
	o.Color = wantsColor()
	if width, _, err := term.GetSize(int(f.Fd())); err == nil {
		o.Width = width
	}
	return o
}

// wantsColor reports whether a terminal is to show colours (https://no-color.org).
func wantsColor() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }
