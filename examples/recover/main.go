// Recover opens a recorded transcript with an authority's key alone: what the authority does, and
// whoever has stolen its key.
//
//	go run ./examples/breach -out evidence
//	go run ./examples/recover evidence/escrow-key.txt evidence/escrow/transcript.tape
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/evidence"
	"doormat/examples/internal/page"
	"doormat/noescrow"
)

const usage = `Usage: recover KEYFILE TRANSCRIPT

Recover opens a transcript with an authority's key. Both come from
  go run ./examples/breach -out evidence
People have their names if published.tape is beside the transcript. Without it
they have the first digits of their keys.

Example:
  go run ./examples/recover evidence/escrow-key.txt \
      evidence/escrow/transcript.tape
`

func main() { cli.Main("recover", run) }

func run(ctx context.Context, args []string, stdout, _ io.Writer) error {
	f := cli.NewFlags("recover", usage)
	f.Operands("KEYFILE", "TRANSCRIPT")
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	authority, err := evidence.ReadKey(f.Arg(0))
	if err != nil {
		return err
	}
	transcript, err := evidence.ReadTranscript(f.Arg(1))
	if err != nil {
		return err
	}
	defer transcript.Tape.Close()
	people, err := readNames(filepath.Join(filepath.Dir(f.Arg(1)), "published.tape"))
	if err != nil {
		return err
	}
	return recoverAll(ctx, stdout, authority, transcript, people)
}

// readNames returns the names in what a relay has published, by key. It returns none if there is no
// such file.
func readNames(name string) (map[noescrow.Identity]string, error) {
	tape, err := evidence.ReadTape(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer tape.Close()
	people := map[noescrow.Identity]string{}
	last := ""
	for record, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		if id, ok := publisher(record); ok {
			people[id] = last // its name is the record before
		}
		last = string(record)
	}
	return people, nil
}

// publisher returns the key that a publication of prekeys is of, and has signed.
func publisher(publication []byte) (id noescrow.Identity, ok bool) {
	var bundle []byte
	if s, err := noescrow.NewShelf(publication); err == nil {
		bundle = s.Bundle()
	} else if s, err := escrow.NewShelf(publication); err == nil {
		bundle = s.Bundle()[2:] // version and kind before noescrow's bundle (escrow/envelope.go)
	}
	if len(bundle) < 2+len(id) {
		return id, false
	}
	copy(id[:], bundle[2:]) // behind version and kind (noescrow/shelf.go)
	return id, true
}

// recoverAll writes a line for each message that opens, one with the sum, and why the others did not.
func recoverAll(ctx context.Context, w io.Writer, authority *escrow.Authority, t *attacks.Transcript, people map[noescrow.Identity]string) error {
	name := func(id noescrow.Identity) string {
		if n := people[id]; n != "" {
			return n
		}
		return fmt.Sprintf("%.8s", id)
	}
	opened, without, n := 0, 0, 0
	for e, err := range t.All() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		n++
		from, to, text, err := authority.Recover(e.Bytes)
		if err != nil {
			if evidence.Plain(e.Bytes) {
				without++
			}
			continue
		}
		opened++
		if _, err := fmt.Fprintf(w, "%s  %s to %s: %s\n", e.At.Format("2006-01-02 15:04"), name(from), name(to), text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s of %s messages opened\n", page.Thousands(opened), page.Thousands(n))
	for _, why := range []struct {
		n    int
		text string
	}{
		{without, "they have no field that an authority could open"},
		{n - opened - without, "their fields are for another authority's key, or hold noise"},
	} {
		if why.n > 0 && err == nil {
			_, err = fmt.Fprintf(w, "%s stay shut: %s\n", page.Thousands(why.n), why.text)
		}
	}
	return err
}
