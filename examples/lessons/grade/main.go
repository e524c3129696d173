// Grade marks a class: it runs what students have handed in where it can do no harm, against puzzles
// that the students have not seen, and checks the values that come back.
//
//	go run ./grade -dir submissions
//
// The mark is a value, checked in another process than the student's. What an answer prints, how it
// exits and what it does before its function is called decides nothing:
//
//	answer.go -> imports looked at -> go build, GOOS=wasip1 -> wasm, under wazero: no files, no network
//	                                                            |  ^
//	                                       queries, the answer  |  |  the puzzle, replies
//	                                                            v  |
//	class.key -> HMAC of name, lesson, round -> puzzle, secret -> referee -> check -> verdict
//
// A note to the reviewer: source.go refuses, build.go builds, sandbox.go runs, and referee.go decides.
package main

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/internal/all"
	"doormat/examples/lessons/lesson"
)

const usage = `Usage: grade -dir FOLDER [-table | -alike] [-gradescope FOLDER] [-key FILE]
             [-limit TIME] [-j N]
       grade -deal FILE [-out FOLDER] [-key FILE]
       grade -explain LESSON
       grade -pack FILE

Grade marks what a class has handed in, as FOLDER/anna/04-leaf/answer.go. Run it
in examples/lessons. It prints a line for each student and lesson:

  student,lesson,verdict,seconds,note

The verdict is solved, failed, not begun, absent, refused, does not compile, or
too slow. Answers run in a sandbox, one process of this machine, and nothing
leaves it.

  -dir FOLDER         the class: a folder for each student
  -table              print a table instead, and who has not solved what
  -alike              print who has handed in the same, but for names and
                      comments; mark nothing
  -gradescope FOLDER  also write FOLDER/anna/results.json for each student
  -key FILE           the teacher's key, class.key without, from which puzzles
                      are drawn. It is made if there is none. Keep it: students
                      who have it can compute their puzzles
  -limit TIME         how long an answer may run, with all its puzzles; 1m0s
                      without. Building it does not count
  -j N                how many to mark at once; the number of cores without
  -deal FILE          write puzzles for other languages than Go, for each name in
                      FILE, which has one in a line. Answers are handed in as a
                      line in anna/answers/01.txt
  -out FOLDER         where to; handout without
  -explain LESSON     print what is assessed in a lesson
  -pack FILE          write a zip of the lessons for students, without answers
                      and without this program, that needs Go and no network

Examples:
  go run ./grade -dir submissions
  go run ./grade -dir submissions -table
  go run ./grade -explain 04
`

func main() { cli.Main("grade", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("grade", usage)
	var dir, gradescope, deal, pack, explain string
	out, keyFile := "handout", "class.key"
	f.Path(&dir, "dir")
	f.Path(&gradescope, "gradescope")
	f.Path(&keyFile, "key")
	f.Path(&deal, "deal")
	f.Path(&out, "out")
	f.Path(&pack, "pack")
	f.Path(&explain, "explain")
	table, alike := f.Bool("table", false, ""), f.Bool("alike", false, "")
	limit := f.Duration("limit", time.Minute, "")
	workers := f.Number("j", runtime.GOMAXPROCS(0), 1, 1024)
	if err := f.Parse(args, stdout); err != nil {
		return err
	}
	modes := 0
	for _, mode := range []string{dir, deal, pack, explain} {
		if mode != "" {
			modes++
		}
	}
	switch {
	case modes != 1:
		return cli.BadInput("expected one of -dir, -deal, -explain and -pack; -h shows what there is")
	case *table && *alike:
		return cli.BadInput("expected -table or -alike, not both")
	case *limit <= 0:
		return cli.BadInput("expected -limit above 0, found %v", *limit)
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	switch {
	case explain != "":
		return printAssessed(stdout, root, explain)
	case pack != "":
		return writePack(ctx, root, pack)
	case deal != "":
		key, err := classKey(keyFile, stderr)
		if err != nil {
			return err
		}
		return dealSheets(key, deal, out)
	}
	class, err := readClass(dir, stderr)
	if err != nil {
		return err
	}
	if *alike {
		return printAlike(stdout, root, class)
	}
	key, err := classKey(keyFile, stderr)
	if err != nil {
		return err
	}
	progress := cli.NewProgress(stderr)
	m := &marker{root: root, key: key, limit: *limit, rounds: lesson.Rounds, workers: *workers, tick: progress.Set}
	results, err := m.mark(ctx, class)
	progress.Clear()
	if err != nil {
		return err
	}
	if gradescope != "" {
		if err := writeGradescope(gradescope, results); err != nil {
			return err
		}
	}
	if *table {
		return printTable(stdout, results)
	}
	return printCSV(stdout, results)
}

// find returns the lesson with a number or a folder's name.
func find(name string) (all.Lesson, error) {
	for _, l := range all.Lessons {
		if name == l.Folder || name == number(l) {
			return l, nil
		}
	}
	return all.Lesson{}, cli.BadInput("expected a lesson like 04 or 04-leaf, found %q", name)
}

// number returns the two digits of a lesson.
func number(l all.Lesson) string { return l.Folder[:2] }

// line returns s as one line of at most 300 bytes, without more than one blank in a row.
func line(s string) string {
	if s = strings.Join(strings.Fields(printable(s)), " "); len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + " …"
	}
	return s
}

// printable returns s with blanks for what a terminal would obey: students may have written it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// relative returns a path below the module with slashes, for people.
func relative(root, path string) string {
	if rel, err := filepath.Rel(root, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}
