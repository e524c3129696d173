package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"doormat/attacks"
	attack "doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/report"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/noescrow"
)

// An evidence is where the results go besides standard output: the page and the folder, where they are
// asked for. Both are begun before the work.
type evidence struct {
	page    *cli.File
	folder  string
	discard func() // removes what was begun and not written
}

func (o *options) begin() (*evidence, error) {
	remove := func() {}
	if o.out != "" {
		var err error
		if remove, err = cli.CreateFolder(o.out, o.force); err != nil {
			return nil, err
		}
	}
	page, err := cli.CreateFile(o.html, o.force) // after the folder, as it may be in it
	if err != nil {
		remove()
		return nil, err
	}
	return &evidence{page, o.out, func() { page.Discard(); remove() }}, nil
}

// write writes both, the second also if the first fails.
func (e *evidence) write(t *attacks.Table, r *report.Report) error {
	err := e.page.Write(func(w io.Writer) error { return report.HTML(w, r) })
	if e.folder != "" {
		err = cmp.Or(err, writeEvidence(e.folder, t))
	}
	return err
}

// writeEvidence writes a folder for each system: its transcript, what its relay has, the loot,
// and a sealed backup. Beside the folders are the stolen key and a README.
func writeEvidence(dir string, t *attacks.Table) error {
	for _, system := range t.Systems() {
		r := t.Result(system)
		sub := filepath.Join(dir, strings.ReplaceAll(system, " ", "-"))
		if _, err := cli.CreateFolder(filepath.Join(sub, "loot"), true); err != nil {
			return err
		}
		if err := writeTape(filepath.Join(sub, "transcript.tape"), r.Transcript.Tape); err != nil {
			return err
		}
		for theft, loot := range r.Loot {
			name := filepath.Join("loot", strings.NewReplacer(" ", "-", ",", "").Replace(string(theft))+".tape")
			switch theft {
			case attacks.WiretapName:
				continue // its loot is the transcript
			case messenger.Relay:
				name = "published.tape"
			}
			if err := writeTape(filepath.Join(sub, name), loot); err != nil {
				return err
			}
		}
	}
	authority, err := stolenAuthority(t)
	if err != nil {
		return err
	}
	key := authority.RecoveryKey() + "\n"
	return cmp.Or(writeText(filepath.Join(dir, keyFile), key), writeBackups(dir, t, authority), writeReadme(dir, t))
}

func writeTape(name string, tape *attacks.Tape) error {
	return cli.WriteFile(name, func(w io.Writer) error {
		_, err := tape.WriteTo(w)
		return err
	})
}

func writeText(name, text string) error {
	return cli.WriteFile(name, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

const keyFile = "escrow-key.txt"

// stolenAuthority returns the authority that the stolen key makes of anyone.
func stolenAuthority(t *attacks.Table) (*escrow.Authority, error) {
	line, err := t.Result(attack.Name).Loot[attack.Key].First()
	if err != nil {
		return nil, err
	}
	return escrow.ParseAuthority(string(line))
}

// writeBackups writes the victim's messages as a file that a new device of each system has sealed to
// itself.
func writeBackups(dir string, t *attacks.Table, authority *escrow.Authority) error {
	escrowed, err := escrow.NewDevice(authority.Recipient())
	if err != nil {
		return err
	}
	plain := noescrow.NewDevice()
	return cmp.Or(
		cli.WriteFile(filepath.Join(dir, "escrow", "backup.age"), func(w io.Writer) error {
			return escrowed.SealFile(w, history(t), escrowed.Recipient())
		}),
		cli.WriteFile(filepath.Join(dir, "no-escrow", "backup.age"), func(w io.Writer) error {
			return plain.SealFile(w, history(t), plain.Recipient())
		}))
}

// history returns a reader of the victim's messages as text, a line each.
func history(t *attacks.Table) io.Reader {
	r, w := io.Pipe()
	go func() {
		for m, err := range t.Conversation.Messages {
			if err == nil && m.From != t.Victim && !slices.Contains(m.Recipients(), t.Victim) {
				continue
			}
			if err == nil {
				_, err = fmt.Fprintf(w, "%s  %s to %s: %s\n", m.At.Format("2006-01-02 15:04"), m.From, strings.Join(m.Recipients(), ", "), m.Text)
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

  escrow-key.txt             what was stolen: 32 bytes, as a line that age 1.3 or later reads
  escrow/transcript.tape     every envelope of the system with escrow, as a wiretap has them
  escrow/published.tape      what else its relay has: names, prekeys, who wrote to whom
  escrow/loot/               what each other theft took
  escrow/backup.age          %s's messages, sealed as a backup
  no-escrow/                 the same for the system without escrow

Try the attack by hand, in a checkout of doormat. The age command (age 1.3 or
later, which this runs) opens the one backup and not the other:

  go run filippo.io/age/cmd/age -d -i %[4]s %[5]s
  go run filippo.io/age/cmd/age -d -i %[4]s %[6]s

An age command that is installed, age 1.3 or later, does the same. An older one
does not know the kind of the key, and opens neither.

The stolen line also opens the messages of the one system and not of the other:

  go run ./examples/recover %[4]s %[7]s
  go run ./examples/recover %[4]s %[8]s

A .tape file is a sequence of records, each behind its length in four bytes,
big-endian. A transcript's records are a date (milliseconds since 1970, eight
bytes) and an envelope; escrow/envelope.go and noescrow/envelope.go have the
formats. What was published is a name and a publication in turn, then the
relay's log, a line a record.
`

func writeReadme(dir string, t *attacks.Table) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	in := func(elem ...string) string { // as it is typed, in whatever folder
		return cli.Quote(filepath.ToSlash(filepath.Join(append([]string{dir}, elem...)...)))
	}
	text := fmt.Sprintf(evidenceReadme, t.Conversation.Len, len(t.Conversation.People), t.Victim, in(keyFile),
		in("escrow", "backup.age"), in("no-escrow", "backup.age"),
		in("escrow", "transcript.tape"), in("no-escrow", "transcript.tape"))
	return writeText(filepath.Join(dir, "README.txt"), text)
}
