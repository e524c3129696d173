package page

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
)

// A Part prints one part of a program. It returns an error if it could not do what it shows. It need
// not look for errors of printing, which the page keeps.
type Part func(p *Page) error

// Run runs a program: it adds the flag -seed to f, parses args, and prints the parts that begin
// returns on one page, until one fails. It returns a [cli.ErrInput] for bad flags, [flag.ErrHelp] after
// -h, the first error of a part or of printing, and the error of ctx if it is cancelled between parts.
func Run(ctx context.Context, f *cli.Flags, args []string, stdout, stderr io.Writer, begin func(p *Page) ([]Part, error)) error {
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	defer f.Deterministic()()
	p := &Page{Seeded: f.Seeded(), ctx: ctx, w: stdout, width: widthOf(stdout), bar: cli.NewProgress(stderr)}
	defer p.bar.Clear()
	parts, err := begin(p)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := part(p); err != nil {
			return err
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}
