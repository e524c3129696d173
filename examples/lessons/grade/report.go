package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/internal/all"
)

// cell returns s as a spreadsheet shows it: one that begins like a formula would be computed.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

func printCSV(w io.Writer, results []result) error {
	c := csv.NewWriter(w)
	c.Write([]string{"student", "lesson", "verdict", "seconds", "note"})
	for _, r := range results {
		c.Write([]string{cell(line(r.student)), r.lesson.Folder, string(r.verdict), strconv.FormatFloat(r.seconds, 'f', 1, 64), cell(r.note)})
	}
	c.Flush()
	return c.Error()
}

// signs are what a table has for a verdict.
var signs = map[verdict]string{
	solved: "+", failed: "-", tooSlow: "t", refused: "r", doesNotCompile: "c", notBegun: "0", absent: ".",
}

// printTable prints students by lessons, and then, for each lesson that somebody has handed in, who has not solved it.
func printTable(w io.Writer, results []result) error {
	var b strings.Builder
	width := len("student")
	for _, r := range results {
		width = max(width, len([]rune(line(r.student))))
	}
	pad := func(s string) { fmt.Fprintf(&b, "%-*s", width, s) }
	pad("student")
	for _, l := range all.Lessons {
		b.WriteString("  " + number(l))
	}
	missing, begun := map[string][]string{}, map[string]bool{}
	students := 0
	for i, r := range results {
		name := line(r.student)
		if i%len(all.Lessons) == 0 {
			b.WriteByte('\n')
			pad(name)
			students++
		}
		b.WriteString("   " + signs[r.verdict])
		begun[r.lesson.Folder] = begun[r.lesson.Folder] || r.verdict != absent
		if r.verdict != solved {
			missing[r.lesson.Folder] = append(missing[r.lesson.Folder], name)
		}
	}
	b.WriteString("\n\n+ solved  - failed  t too slow  r refused  c does not compile  0 not begun  . absent\n\nnot solved, of what somebody has handed in:\n")
	for _, l := range all.Lessons {
		if !begun[l.Folder] {
			continue
		}
		who := strings.Join(missing[l.Folder], ", ")
		switch len(missing[l.Folder]) {
		case 0:
			who = "nobody"
		case students:
			who = "all"
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", 20, l.Folder, who)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeGradescope writes a file results.json for each student, in the format of Gradescope's autograders
// (https://gradescope-autograders.readthedocs.io/en/latest/specs/). A lesson counts one point.
func writeGradescope(dir string, results []result) error {
	type test struct {
		Name     string  `json:"name"`
		Score    float64 `json:"score"`
		MaxScore float64 `json:"max_score"`
		Status   string  `json:"status"`
		Output   string  `json:"output"`
	}
	type report struct {
		ExecutionTime float64 `json:"execution_time"`
		Tests         []test  `json:"tests"`
	}
	for n := len(all.Lessons); len(results) > 0; results = results[n:] {
		var rep report
		for _, r := range results[:n] {
			t := test{Name: r.lesson.Folder, MaxScore: 1, Status: "failed", Output: string(r.verdict)}
			if r.verdict == solved {
				t.Score, t.Status = 1, "passed"
			}
			if r.miss != nil {
				for text := range strings.SplitSeq(r.miss.String(), "\n") {
					t.Output += "\n" + printable(text)
				}
			} else if r.note != "" {
				t.Output += ": " + r.note
			}
			rep.Tests = append(rep.Tests, t)
			rep.ExecutionTime += r.seconds
		}
		folder := filepath.Join(dir, results[0].student)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return cli.BadInput("%s: expected a folder that can be made: %v", folder, err)
		}
		err := cli.WriteFile(filepath.Join(folder, "results.json"), func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(rep)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// printAssessed prints the section of a lesson's README that says what counts.
func printAssessed(w io.Writer, root, name string) error {
	l, err := find(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(root, l.Folder, "README.md"))
	if err != nil {
		return err
	}
	title, _, _ := strings.Cut(string(text), "\n")
	section := regexp.MustCompile(`(?s)\n## What is assessed\n\n(.*?)\n\n## `).FindSubmatch(text)
	if section == nil {
		return fmt.Errorf("%s/README.md does not say what is assessed", l.Folder)
	}
	_, err = fmt.Fprintf(w, "%s\n\n%s\n", strings.TrimPrefix(title, "# "), section[1])
	return err
}
