// Lessons prints the board of a student: which lessons are solved, and what to read next. Run it in
// examples/lessons.
//
//	go run .
//	go run . -hint 04
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/lesson"
)

const usage = `Usage: lessons [-hint LESSON]

Lessons tests what you have written in each lesson's answer.go, and prints how
far you are and what to read next. Set the environment variable DOORMAT_STUDENT
to your name: the puzzles are then your own.

  -hint LESSON  print the first hint of a lesson, like 04; 04.2 is the second

Examples:
  go run .
  go run . -hint 04
`

func main() { cli.Main("lessons", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("lessons", usage)
	var hint string
	f.Path(&hint, "hint")
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	folders, err := filepath.Glob("[0-9][0-9]-*")
	if err != nil || len(folders) == 0 {
		return cli.BadInput("expected to run in examples/lessons: go -C examples/lessons run .")
	}
	if hint != "" {
		return printHint(stdout, folders, hint)
	}
	return printBoard(ctx, stdout, folders)
}

// printHint prints one step of a lesson's ladder.
func printHint(w io.Writer, folders []string, name string) error {
	number, step, found := strings.Cut(name, ".")
	i := slices.IndexFunc(folders, func(f string) bool { return f == number || f[:2] == number })
	n, err := strconv.Atoi(step)
	if !found {
		n, err = 1, nil
	}
	if i < 0 || err != nil {
		return cli.BadInput("expected -hint with a lesson like 04 or 04.2, found %s", name)
	}
	ladder, _, err := hints(folders[i])
	if err != nil {
		return err
	}
	if n < 1 || n > len(ladder) {
		return cli.BadInput("expected one of the %d hints of lesson %s, found %d", len(ladder), number, n)
	}
	more := ""
	if n < len(ladder) {
		more = fmt.Sprintf("\n(the next one: go run . -hint %s.%d)\n", number, n+1)
	}
	_, err = fmt.Fprintf(w, "%s\n%s", ladder[n-1], more)
	return err
}

// compiler matches the hints for messages of the compiler, as "cannot use: what to do".
var compiler = regexp.MustCompile(`^(undefined: [\w.]+|cannot use|too many|not enough|imported and not used|declared and not used): (.*)`)

// hints reads a lesson's hints: the ladder, and what helps with the compiler.
func hints(folder string) (ladder []string, messages map[string][]string, err error) {
	text, err := os.ReadFile(filepath.Join(folder, "testdata", "hints.txt"))
	messages = map[string][]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if m := compiler.FindStringSubmatch(line); m != nil {
			messages[m[1]] = append(messages[m[1]], m[2])
		} else if line != "" && line[0] != '#' {
			ladder = append(ladder, line)
		}
	}
	return ladder, messages, err
}

// A state is how far a lesson is.
type state struct {
	text  string
	more  string // what is wrong, some lines
	begun bool
	ok    bool
}

func printBoard(ctx context.Context, w io.Writer, folders []string) error {
	states, err := test(ctx, folders)
	if err != nil {
		return err
	}
	student := os.Getenv(lesson.Student)
	if student == "" {
		student = "nobody: set DOORMAT_STUDENT to your name"
	}
	fmt.Fprintf(w, "The puzzles are those of %s.\n\n", student)
	next, more := "", ""
	for _, folder := range folders {
		s, minutes := states[folder], minutes(folder)
		fmt.Fprintf(w, "  %-22s  %-18s  %3s min\n", folder, s.text, minutes)
		if !s.ok && (next == "" || s.begun && more == "") {
			next, more = folder, s.more
		}
	}
	if next == "" {
		_, err = fmt.Fprintln(w, "\nAll is solved.")
		return err
	}
	if more != "" {
		more = "\n" + more
	}
	_, err = fmt.Fprintf(w, "%s\nNext: read %s/README.md, edit %s/answer.go.\n", more, next, next)
	return err
}

// minutes returns how long a lesson takes, as its README says.
func minutes(folder string) string {
	text, _ := os.ReadFile(filepath.Join(folder, "README.md"))
	if m := regexp.MustCompile(`(?m)^(\d+) minutes`).FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return "?"
}

// test runs the tests of all lessons, each by itself: one that does not compile hides no other.
func test(ctx context.Context, folders []string) (map[string]state, error) {
	args := []string{"test", "-json", "-timeout=2m", "-run=^TestAnswer$"}
	for _, f := range folders {
		args = append(args, "./"+f)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("go test: %w", err)
	}
	said, passed := map[string]string{}, map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct{ Action, Package, ImportPath, Output string }
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		// A package that does not compile is named as "path [path.test]".
		path, _, _ := strings.Cut(e.Package+e.ImportPath, " ")
		folder := path[strings.LastIndexByte(path, '/')+1:]
		said[folder] += e.Output
		if e.Action == "pass" {
			passed[folder] = true
		}
	}
	states := map[string]state{}
	for _, f := range folders {
		states[f] = stateOf(f, said[f], passed[f])
	}
	return states, lines.Err()
}

var (
	puzzle   = regexp.MustCompile(`, (puzzle \d of \d):\n((?: +(?:got|want|why|hint) .*\n){4})`)
	mistake  = regexp.MustCompile(`(?m)^.*\banswer\.go:\d+:\d+: .*$`)
	panicked = regexp.MustCompile(`(?m)^panic: .*$`)
)

// stateOf reads what go test says of a lesson.
func stateOf(folder, said string, passed bool) state {
	miss := puzzle.FindStringSubmatch(said)
	switch {
	case passed:
		return state{text: "solved", begun: true, ok: true}
	case strings.Contains(said, folder+": not written yet"):
		return state{text: "not begun"}
	case miss != nil:
		return state{text: miss[1], more: dedent(miss[2]), begun: true}
	case strings.Contains(said, "[build failed]") || mistake.MatchString(said):
		return state{text: "does not compile", more: complaint(folder, said), begun: true}
	case panicked.MatchString(said):
		return state{text: "panics", more: "  " + panicked.FindString(said) + "\n  go test ./" + folder + " says where\n", begun: true}
	}
	return state{text: "fails", more: "  go test ./" + folder + " says why\n", begun: true}
}

// dedent gives lines two blanks of indentation.
func dedent(lines string) (out string) {
	for line := range strings.Lines(lines) {
		out += "  " + strings.TrimLeft(line, " ")
	}
	return out
}

// complaint returns the compiler's first message, and the lesson's hints for it.
func complaint(folder, said string) string {
	first := mistake.FindString(said)
	if first == "" {
		return "  go test ./" + folder + " says why\n"
	}
	text := "  " + strings.TrimSpace(first) + "\n"
	_, messages, _ := hints(folder)
	for message, list := range messages {
		if strings.Contains(first, ": "+message) {
			for _, hint := range list {
				text += "  hint  " + hint + "\n"
			}
		}
	}
	return text
}
