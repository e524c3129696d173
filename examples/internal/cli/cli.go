// Package cli has what all example programs share: how they end, how they read their flags, how they
// show progress, and how a run is made to repeat. Package page, beside it, has what they print.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/term"

	"doormat/attacks/report"
	"doormat/examples/internal/seed"
)

// ErrInput marks an error that the user can correct. The program then ends with status 2. Its own
// text is empty.
var ErrInput = errors.New("")

// BadInput returns an ErrInput with a text of one line: what was expected, and what was found.
func BadInput(format string, args ...any) error {
	return fmt.Errorf("%w"+format, append([]any{ErrInput}, args...)...)
}

// Run is what a program does.
type Run func(ctx context.Context, args []string, stdout, stderr io.Writer) error

// Main runs a program and ends it with status 0, 2 after an [ErrInput], 130 after an interruption, or
// 1 after any other error, which it prints to standard error. An error of an interruption may say
// how far the program was: "%w after 512 keys", with [context.Canceled].
//
// A write to standard output that fails ends the run as an interruption does, and is the error that is
// printed, whatever the program makes of it.
func Main(name string, run Run) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := execute(ctx, name, run, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// execute runs a program, prints its error, and returns its exit status.
func execute(ctx context.Context, name string, run Run, args []string, stdout, stderr io.Writer) (status int) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := &output{Writer: stdout, stop: stop}
	err := run(ctx, args, out, stderr)
	if out.err != nil {
		err = out.err
	}
	status, text := ending(err)
	if status != 0 {
		fmt.Fprintln(stderr, name+":", text)
	}
	return status
}

// An output is standard output. After its first error it stops the run and writes nothing more.
type output struct {
	io.Writer
	stop func()
	err  error
}

func (o *output) Write(b []byte) (n int, err error) {
	if o.err == nil {
		n, o.err = o.Writer.Write(b)
	}
	if o.err != nil {
		o.stop()
	}
	return n, o.err
}

// ending returns a program's exit status and, unless it is 0, the text to print.
func ending(err error) (status int, text string) {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0, ""
	case errors.Is(err, context.Canceled):
		_, done, _ := strings.Cut(err.Error(), context.Canceled.Error())
		return 130, "interrupted" + done
	case errors.Is(err, ErrInput):
		return 2, err.Error()
	}
	return 1, err.Error()
}

// Flags are the flags of a program. All programs have -h, and those that draw randomness have -seed.
type Flags struct {
	*flag.FlagSet
	usage    string
	seed     uint64
	operands []string
	bad      error // of the first flag that was refused
}

// A number is the value of a flag that has limits.
type number struct {
	flags              *Flags
	name               string
	value, least, most int
}

// NewFlags returns flags of which -h prints usage.
func NewFlags(name, usage string) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), usage: usage}
	f.SetOutput(io.Discard)
	return f
}

// Seed adds the flag -seed.
func (f *Flags) Seed() { f.Uint64Var(&f.seed, "seed", 0, "") }

// Number adds the flag -name for a number from least to most, which is value if the flag is not
// given. Parse refuses others.
func (f *Flags) Number(name string, value, least, most int) *int {
	n := &number{flags: f, name: name, value: value, least: least, most: most}
	f.Var(n, name, "")
	return &n.value
}

// Set implements [flag.Value].
func (n *number) Set(s string) error {
	value, err := strconv.Atoi(s)
	if err != nil || value < n.least || value > n.most {
		return n.flags.refuse("expected -%s from %d to %d, found %s", n.name, n.least, n.most, s)
	}
	n.value = value
	return nil
}

// String implements [flag.Value].
func (n *number) String() string { return strconv.Itoa(n.value) }

// Path adds the flag -name for the name of a file or folder, which is "" if the flag is not given. Parse
// refuses an empty one.
func (f *Flags) Path(value *string, name string) { f.Var(&path{f, name, value}, name, "") }

// A path is the value of a flag that names a file or folder.
type path struct {
	flags *Flags
	name  string
	value *string
}

// Set implements [flag.Value].
func (p *path) Set(s string) error {
	if s == "" {
		return p.flags.refuse("expected -%s with a name, found an empty one", p.name)
	}
	*p.value = s
	return nil
}

// String implements [flag.Value].
func (p *path) String() string {
	if p.value == nil { // of a zero path, as package flag makes one
		return ""
	}
	return *p.value
}

// Command returns the command that was typed, without its operands, as it can be typed again in a
// checkout.
func (f *Flags) Command() string {
	command := "go run ./examples/" + f.Name()
	f.Visit(func(g *flag.Flag) {
		command += " -" + g.Name
		if b, ok := g.Value.(interface{ IsBoolFlag() bool }); !ok || !b.IsBoolFlag() {
			command += " " + Quote(g.Value.String())
		}
	})
	return command
}

// refuse returns the error for a flag, and keeps it for Parse.
func (f *Flags) refuse(format string, args ...any) error {
	f.bad = BadInput(format, args...)
	return f.bad
}

// Operands says which arguments follow the flags. All must be there.
func (f *Flags) Operands(names ...string) { f.operands = names }

// Parse parses args, which must all be flags, but for the operands. It returns an ErrInput if they are
// not, and flag.ErrHelp after -h.
func (f *Flags) Parse(args []string, stdout io.Writer) error {
	err := f.FlagSet.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		io.WriteString(stdout, f.usage)
		return err
	}
	if f.bad != nil {
		return f.bad
	}
	if err != nil {
		return BadInput("%v; -h shows what there is", err)
	}
	if n := len(f.operands); n > 0 && f.NArg() != n {
		return BadInput("expected %s, found %d of %d; -h shows an example", strings.Join(f.operands, " and "), f.NArg(), n)
	}
	if len(f.operands) == 0 && f.NArg() > 0 {
		return BadInput("expected flags only, found %q; -h shows what there is", f.Arg(0))
	}
	return nil
}

// Seeded reports whether -seed was given.
func (f *Flags) Seeded() (given bool) {
	f.Visit(func(f *flag.Flag) { given = given || f.Name == "seed" })
	return given
}

// Deterministic makes every key and nonce of this process depend on -seed alone, if it was given. The
// function that it returns ends that. Only a demonstration may do so.
func (f *Flags) Deterministic() (restore func()) {
	if !f.Seeded() {
		return func() {}
	}
	return seed.Use(fmt.Sprintf("doormat %s %d", f.Name(), f.seed))
}

// Terminal returns the width of terminal w in columns, or 0 if w is not a terminal. A test's writer can
// have a method Columns that says it.
func Terminal(w io.Writer) (width int) {
	if out, ok := w.(*output); ok {
		w = out.Writer
	}
	if t, ok := w.(interface{ Columns() int }); ok {
		return t.Columns()
	}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// TextOptions returns the options of a report that is printed to stdout: the width of the terminal,
// or 80 columns without colours.
func TextOptions(stdout io.Writer) report.Options {
	if width := Terminal(stdout); width > 0 {
		return report.Options{Width: width, Color: WantsColor()}
	}
	return report.Options{Width: 80}
}

// WantsColor reports whether a terminal may show colours (https://no-color.org).
func WantsColor() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }
