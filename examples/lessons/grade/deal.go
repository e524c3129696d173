package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/internal/all"
)

// dealSheets writes the puzzles for other languages, one file for each name in students and each lesson that
// has such: out/anna/01.txt.
func dealSheets(key []byte, students, out string) error {
	text, err := os.ReadFile(students)
	if err != nil {
		return cli.BadInput("%s: expected a file with a name in each line: %v", students, err)
	}
	var names []string
	seen := map[string]bool{}
	for text := range strings.Lines(string(text)) {
		name := strings.TrimSpace(text)
		switch {
		case name == "":
			continue
		case strings.HasPrefix(name, ".") || !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) || line(name) != name:
			return cli.BadInput("%s: expected names that can be a folder's, found %q", students, name)
		case seen[name]:
			return cli.BadInput("%s: expected each name once, found %q twice", students, name)
		}
		seen[name] = true
		names = append(names, name)
	}
	if len(names) == 0 {
		return cli.BadInput("%s: expected a name in each line, found none", students)
	}
	for _, name := range names {
		folder := filepath.Join(out, name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return cli.BadInput("%s: expected a folder that can be made: %v", folder, err)
		}
		for _, l := range all.Lessons {
			if l.Sheet == nil {
				continue
			}
			err := cli.WriteFile(filepath.Join(folder, number(l)+".txt"), func(w io.Writer) error {
				_, err := io.WriteString(w, sheet(key, name, l).Text)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
