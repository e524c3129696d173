// Recover is what an authority does with its key, and whoever has stolen it: it opens a recorded
// transcript with that key alone.
//
//	go run ./examples/breach -out evidence
//	go run ./examples/recover evidence/escrow-key.txt evidence/escrow/transcript.tape
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"doormat/attacks"
	"doormat/escrow"
)

const usage = `Usage: recover KEYFILE TRANSCRIPT

Recover opens a transcript with an authority's key. Both come from
  go run ./examples/breach -out evidence

Example:
  go run ./examples/recover evidence/escrow-key.txt evidence/escrow/transcript.tape
`

func main() {
	args := os.Args[1:]
	if len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		fmt.Print(usage)
		return
	}
	if err := run(args, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "recover:", err)
		os.Exit(2)
	}
}

func run(args []string, stdout io.Writer) error {
	if len(args) != 2 {
		return fmt.Errorf("expected a key file and a transcript, found %d arguments; -h shows an example", len(args))
	}
	line, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	authority, err := escrow.ParseAuthority(strings.TrimSpace(string(line)))
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	f, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer f.Close()
	tape, err := attacks.ReadTape(f)
	if err != nil {
		return fmt.Errorf("%s: expected a transcript: %w", args[1], err)
	}
	defer tape.Close()
	return recoverAll(stdout, authority, &attacks.Transcript{Tape: tape})
}

func recoverAll(w io.Writer, authority *escrow.Authority, t *attacks.Transcript) error {
	opened, n := 0, 0
	for e, err := range t.All() {
		if err != nil {
			return errors.New("the file is not a transcript")
		}
		n++
		from, to, text, err := authority.Recover(e.Bytes)
		if err != nil {
			continue
		}
		opened++
		if _, err := fmt.Fprintf(w, "%s  %.8s to %.8s: %s\n", e.At.Format("2006-01-02 15:04"), from, to, text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%d of %d messages opened\n", opened, n)
	return err
}
