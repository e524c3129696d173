// Matrix sends one conversation through every system that doormat has, commits each theft that a
// system knows, and prints what opens.
//
//	go run ./examples/matrix
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"doormat/attacks"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/town"
	"doormat/internal/report"
)

const usage = `Usage: matrix [-html FILE] [-seed N]

Matrix sends a conversation through every system: without escrow, with a
modern escrow key, and through the schemes of record. For each it commits the
thefts that the system knows, and prints what opens. Searches are of small
spaces here: the program of each scheme says what the full size costs.

  -html FILE  also write the matrix as a page, to a file that does not exist
  -seed N     draw randomness from the number N: the same run, to the byte

Examples:
  go run ./examples/matrix
  go run ./examples/matrix -html matrix.html
`

func main() { cli.Main("matrix", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var page string
	f := cli.NewFlags("matrix", usage)
	f.StringVar(&page, "html", "", "")
	f.Seed()
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	defer f.Deterministic()()
	if err := mayWrite(page); err != nil {
		return err
	}
	bar := cli.NewProgress(stderr)
	defer bar.Clear()
	r, err := measure(ctx, !f.Seeded(), bar)
	if err != nil {
		return err
	}
	if page != "" {
		if err := writePage(page, r); err != nil {
			return cli.BadInput("%v", err)
		}
	}
	bar.Clear()
	o := report.Options{Width: 80}
	if width := cli.Terminal(stdout); width > 0 {
		o.Width, o.Color = width, cli.WantsColor()
	}
	return report.Text(stdout, r, o)
}

// mayWrite finds out before the work whether the page may be written after it.
func mayWrite(page string) error {
	if page == "" {
		return nil
	}
	if _, err := os.Stat(page); !errors.Is(err, fs.ErrNotExist) {
		return cli.BadInput("expected the name of a new file, found %s, which is there", page)
	}
	if _, err := os.Stat(filepath.Dir(page)); err != nil {
		return cli.BadInput("%v", err)
	}
	return nil
}

func writePage(name string, r *report.Report) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(report.HTML(f, r), f.Close())
}

// measure runs the experiment.
func measure(ctx context.Context, times bool, bar *cli.Progress) (*report.Report, error) {
	all, _, err := town.Read()
	if err != nil {
		return nil, err
	}
	var messages []attacks.Message
	for i, m := range all {
		if i%2 == 0 { // half of them, as MIKEY-SAKKE takes some ten milliseconds for each
			messages = append(messages, m)
		}
	}
	c, victim := attacks.NewConversation(messages), town.Busiest(messages)
	systems := append([]attacks.System{
		attacks.NewNoEscrow(), attacks.NewEscrow(), attacks.NewRogue(victim),
	}, attacks.Schemes(victim)...)
	t, err := attacks.Matrix(ctx, c, victim, systems, bar.Set)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	r := &report.Report{
		Title: town.Title + ", every other message", Messages: c.Len, People: len(c.People), Victim: victim,
		From: messages[0].At, To: messages[len(messages)-1].At,
		SchemesSays: "Each system knows thefts of its own. Forgery: the thief writes in the victim's name, and is believed.",
		Closing:     closing(t),
	}
	for _, system := range t.Systems() {
		s := report.Scheme{Name: system}
		for e := range exposures(t, system) {
			s.Rows = append(s.Rows, report.Row{Theft: e.Theft, Takes: e.Takes, Cells: []*report.Cell{cell(e, times)}})
		}
		r.Schemes = append(r.Schemes, s)
	}
	return r, nil
}

// exposures ranges over those of a system, of which there can be several columns.
func exposures(t *attacks.Table, system string) iter.Seq[*attacks.Exposure] {
	return func(yield func(*attacks.Exposure) bool) {
		for _, r := range t.Results {
			for i := range r.Exposures {
				if r.System == system && !yield(&r.Exposures[i]) {
					return
				}
			}
		}
	}
}

func cell(e *attacks.Exposure, times bool) *report.Cell {
	c := &report.Cell{
		Before: report.Count(e.Before), After: report.Count(e.After), People: report.Count(e.People),
		Forged: e.Forged, Noticed: e.Noticed, Operations: e.Operations,
	}
	if times {
		c.Time = e.Time
	}
	return c
}

// closing is the run in a few lines.
func closing(t *attacks.Table) string {
	third, silent, most := 0, 0, report.Count{}
	for _, system := range t.Systems() {
		worst := worst(t, system)
		if system == "no escrow" {
			most = worst
			continue
		}
		third++
		if worst.N == worst.Of {
			silent++
		}
	}
	return fmt.Sprintf("Of %d systems with a third key or a weakness, %d open every message to a thief whom nobody notices. "+
		"Without, the most that opens to one is %v.", third, silent, most)
}

// worst is the most that a theft opens in a system without anybody noticing.
func worst(t *attacks.Table, system string) (c report.Count) {
	for e := range exposures(t, system) {
		if e.Noticed == "nobody" && e.Readable().N >= c.N {
			c = report.Count(e.Readable())
		}
	}
	return c
}
