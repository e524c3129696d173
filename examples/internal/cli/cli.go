// Package cli is what the example programs share: how they end, how they take their flags, how
// they show progress, and how a run can be made to repeat.
package cli

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
	"sync"
	"syscall"

	"golang.org/x/term"
)

// ErrInput is what the user can mend: exit status 2. It prints as nothing.
var ErrInput = errors.New("")

// BadInput makes an ErrInput: one line that says what was expected and what was found.
func BadInput(format string, args ...any) error {
	return fmt.Errorf("%w"+format, append([]any{ErrInput}, args...)...)
}

// Main runs a program, and ends it with status 0, 1, 2 for what the user can mend, or 130 if it
// was interrupted.
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, name+": interrupted")
		os.Exit(130)
	case errors.Is(err, ErrInput):
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

// Flags are a program's flags. All programs have -h, and -seed if they draw randomness.
type Flags struct {
	*flag.FlagSet
	usage string
	seed  uint64
}

// NewFlags makes flags that print usage for -h.
func NewFlags(name, usage string) *Flags {
	f := &Flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError), usage: usage}
	f.SetOutput(io.Discard)
	return f
}

// Seed adds the flag -seed.
func (f *Flags) Seed() { f.Uint64Var(&f.seed, "seed", 0, "") }

// Parse parses args, of which all must be flags. If that fails it returns ErrInput, and
// flag.ErrHelp after -h.
func (f *Flags) Parse(args []string, stdout io.Writer) error {
	if err := f.FlagSet.Parse(args); errors.Is(err, flag.ErrHelp) {
		io.WriteString(stdout, f.usage)
		return err
	} else if err != nil {
		return BadInput("%v; -h shows what there is", err)
	}
	if f.NArg() > 0 {
		return BadInput("expected flags only, found %q; -h shows what there is", f.Arg(0))
	}
	return nil
}

// Seeded reports whether -seed was given.
func (f *Flags) Seeded() (given bool) {
	f.Visit(func(f *flag.Flag) { given = given || f.Name == "seed" })
	return given
}

// Deterministic makes every key and nonce of this process follow from -seed, if it was given, and
// returns the way back. Nothing but a demonstration may do that.
func (f *Flags) Deterministic() (restore func()) {
	if !f.Seeded() {
		return func() {}
	}
	before := rand.Reader
	rand.Reader = &seededReader{r: mathrand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "doormat %s %d", f.Name(), f.seed)))}
	return func() { rand.Reader = before }
}

// A seededReader is safe for concurrent use, as crypto/rand's own is. Who of several gets which bytes
// is not determined; what is drawn after them is.
type seededReader struct {
	mu sync.Mutex
	r  *mathrand.ChaCha8
}

func (s *seededReader) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

// Terminal returns the width of the terminal that w is, or 0 if it is none.
func Terminal(w io.Writer) (width int) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// WantsColor reports whether a terminal is to show colours (https://no-color.org).
func WantsColor() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }
