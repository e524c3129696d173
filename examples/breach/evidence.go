package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/internal/report"
	"doormat/noescrow"
)

var errExists = errors.New("it exists already; -f overwrites it")

// mayWrite finds out before the work whether the results may be written after it.
func (o *options) mayWrite() error {
	if o.html != "" {
		if _, err := os.Stat(filepath.Dir(o.html)); err != nil {
			return cli.BadInput("%v", err)
		}
	}
	if o.force {
		return nil
	}
	if o.html != "" {
		if _, err := os.Stat(o.html); err == nil {
			return cli.BadInput("%s: %w", o.html, errExists)
		}
	}
	if o.out != "" {
		entries, err := os.ReadDir(o.out)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return cli.BadInput("%v", err)
		}
		if len(entries) > 0 {
			return cli.BadInput("%s: %w", o.out, errExists)
		}
	}
	return nil
}

func (o *options) write(in *input, t *attacks.Table, r *report.Report) error {
	if o.html != "" {
		err := writeFile(o.html, func(w io.Writer) error { return report.HTML(w, r) })
		if err != nil {
			return cli.BadInput("%v", err)
		}
	}
	if o.out != "" {
		if err := writeEvidence(o.out, in, t); err != nil {
			return cli.BadInput("%v", err)
		}
	}
	return nil
}

// writeFile writes a file whole or not at all.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".breach-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // when it has its name, there is nothing to remove
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// writeEvidence writes both transcripts, what was published, the loot, and a backup that each
// system has sealed.
func writeEvidence(dir string, in *input, t *attacks.Table) error {
	for _, r := range t.Results[:2] {
		sub := filepath.Join(dir, strings.ReplaceAll(r.System, " ", "-"))
		if err := os.MkdirAll(filepath.Join(sub, "loot"), 0o755); err != nil {
			return err
		}
		if err := writeTape(filepath.Join(sub, "transcript.tape"), r.Transcript.Tape); err != nil {
			return err
		}
		for theft, loot := range r.Loot {
			name := filepath.Join("loot", strings.NewReplacer(" ", "-", ",", "").Replace(theft)+".tape")
			switch theft {
			case "wiretap":
				continue // its loot is the transcript
			case "provider":
				name = "published.tape"
			}
			if err := writeTape(filepath.Join(sub, name), loot); err != nil {
				return err
			}
		}
	}
	return errors.Join(writeKey(dir, t), writeBackups(dir, in, t), writeReadme(dir, in, t))
}

func writeTape(name string, tape *attacks.Tape) error {
	return writeFile(name, func(w io.Writer) error {
		_, err := tape.WriteTo(w)
		return err
	})
}

const keyFile = "escrow-key.txt"

func stolenKey(t *attacks.Table) (string, error) {
	line, err := t.Results[0].Loot["escrow key"].First()
	return string(line), err
}

func writeKey(dir string, t *attacks.Table) error {
	line, err := stolenKey(t)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, keyFile), []byte(line+"\n"), 0o600)
}

// writeBackups seals the victim's messages as a file for a new phone of his, in both systems.
func writeBackups(dir string, in *input, t *attacks.Table) error {
	line, err := stolenKey(t)
	if err != nil {
		return err
	}
	authority, err := escrow.ParseAuthority(line)
	if err != nil {
		return err
	}
	escrowed, err := escrow.NewDevice(authority.Recipient())
	if err != nil {
		return err
	}
	plain := noescrow.NewDevice()
	return errors.Join(
		writeFile(filepath.Join(dir, "escrow", "backup.age"), func(w io.Writer) error {
			return escrowed.SealFile(w, history(in), escrowed.Recipient())
		}),
		writeFile(filepath.Join(dir, "no-escrow", "backup.age"), func(w io.Writer) error {
			return plain.SealFile(w, history(in), plain.Recipient())
		}))
}

// history streams the victim's messages as text.
func history(in *input) io.Reader {
	r, w := io.Pipe()
	go func() {
		for m, err := range in.conversation.Messages {
			if err == nil && m.From != in.victim && m.To != in.victim {
				continue
			}
			if err == nil {
				_, err = fmt.Fprintf(w, "%s  %s to %s: %s\n", m.At.Format("2006-01-02 15:04"), m.From, m.To, m.Text)
			}
			if err != nil {
				w.CloseWithError(err)
				return
			}
		}
		w.Close()
	}()
	return r
}

const evidenceReadme = `The evidence of one run of breach: %d messages, %d people.

  escrow-key.txt             what was stolen: 32 bytes, as a line that age reads
  escrow/transcript.tape     every envelope of the system with escrow, as a wiretap has them
  escrow/published.tape      what else its provider has: names, prekeys, who wrote to whom
  escrow/loot/               what each other theft took
  escrow/backup.age          %s's messages, sealed as a backup
  no-escrow/                 the same for the system without escrow

Try the attack by hand. The age program (https://age-encryption.org, 1.3 or later)
opens the one backup and not the other:

  age -d -i escrow-key.txt escrow/backup.age
  age -d -i escrow-key.txt no-escrow/backup.age

And in a checkout of doormat, the stolen line opens the messages of the one
system and not of the other:

  go run ./examples/recover %[4]s/escrow-key.txt %[4]s/escrow/transcript.tape
  go run ./examples/recover %[4]s/escrow-key.txt %[4]s/no-escrow/transcript.tape

A .tape file is a sequence of records, each behind its length in four bytes,
big-endian. A transcript's records are a date (milliseconds since 1970, eight
bytes) and an envelope; escrow/envelope.go and noescrow/envelope.go have the
formats. What was published is a name and a publication in turn, then the
relay's log, a line a record.
`

func writeReadme(dir string, in *input, t *attacks.Table) error {
	text := fmt.Sprintf(evidenceReadme, in.conversation.Len, len(in.conversation.People), in.victim, filepath.ToSlash(dir))
	return os.WriteFile(filepath.Join(dir, "README.txt"), []byte(text), 0o644)
}
