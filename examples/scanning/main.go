// Scanning looks at what the people of a small town write before it is encrypted, in three ways that were
// proposed. It counts what is found, what else is, who could tell, and what each dial changes.
//
//	go run ./examples/scanning -html scanning.html
package main

import (
	"context"
	"io"

	"doormat/examples/internal/cli"
	"doormat/examples/internal/page"
)

const usage = `Usage: scanning [-html FILE] [-photos DIR] [-f] [-seed N]

Scanning looks at what sixteen people write, on their devices, before it is
encrypted: with a list of pictures, with a list that nobody can read, and with
a list of phrases. Then the list grows, the dials are turned, keys are stolen,
and people evade it. All pictures are drawn by the program.

  -html FILE   also write a page with the pictures
  -photos DIR  also hash the pictures in a folder of your own: JPEG, PNG, GIF
               and WebP files, at most 200. They are read, and sent nowhere;
               with -html, FILE holds a small grey copy of each
  -f           overwrite FILE
  -seed N  draw randomness from the number N: the same run, to the byte

Example:
  go run ./examples/scanning -html scanning.html
`

func main() { cli.Main("scanning", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	w := newWorld(args)
	f := cli.NewFlags("scanning", usage)
	f.Path(&w.htmlName, "html")
	f.Path(&w.photosName, "photos")
	f.BoolVar(&w.force, "f", false, "")
	defer func() { w.file.Discard() }()
	return page.Run(ctx, f, args, stdout, stderr, func(*page.Page) ([]page.Part, error) {
		if err := w.begin(); err != nil {
			return nil, err
		}
		return []page.Part{w.honest, w.grows, w.tell, w.organisations, w.dials, w.thefts, w.evasion, w.rates, w.observed, w.photos, w.write}, nil
	})
}
