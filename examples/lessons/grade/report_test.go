package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doormat/examples/internal/cli"
	"doormat/examples/lessons/internal/all"
	"doormat/examples/lessons/lesson"
)

// wordSheet is a sheet whose text is its answer.
func wordSheet(draw *mathrand.Rand) lesson.Sheet {
	word := fmt.Sprint(draw.Uint64())
	return lesson.Sheet{Text: word, Check: func(line string) *lesson.Miss {
		if line == word {
			return nil
		}
		return &lesson.Miss{Got: line, Want: "the word", Why: "it is another", Hint: "read it"}
	}}
}

// What students write is computed by no spreadsheet, breaks no line and reaches no terminal.
func TestFormulas(t *testing.T) {
	var out bytes.Buffer
	text := "=1+1\n\x1b[31m" + strings.Repeat("x", 1000) + "\xff"
	if err := printCSV(&out, []result{{student: "@ben", lesson: leaf(t), verdict: failed, note: line(text)}}); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(records) != 2 {
		t.Fatalf("%q, %v", records, err)
	}
	r := records[1]
	if r[0] != "'@ben" || !strings.HasPrefix(r[4], "'=1+1 [31mxxx") || len(r[4]) > 310 {
		t.Errorf("%q", r)
	}
}

func TestTable(t *testing.T) {
	var results []result
	for _, student := range []string{"anna", "Zoë", "cas"} {
		for i, l := range all.Lessons {
			r := result{student: student, lesson: l, verdict: absent}
			switch {
			case student == "anna" && i > 0 && i < len(all.Lessons)-1, i == 1:
				r.verdict = solved
			case student == "Zoë" && i == 0:
				r.verdict = failed
			}
			results = append(results, r)
		}
	}
	var out bytes.Buffer
	if err := printTable(&out, results); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"student  01  02  03", "\nanna      .   +   +", "\nZoë       -   +   .",
		"  01-read-it-all        all\n", "  02-envelopes          nobody\n", "  03-one-way            Zoë, cas\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
	if none := all.Lessons[len(all.Lessons)-1].Folder; strings.Contains(out.String(), none) {
		t.Errorf("nobody has handed in %s, and the table has it:\n%s", none, out.String())
	}
}

func TestAlike(t *testing.T) {
	right, err := os.ReadFile("../04-leaf/testdata/answers/right.go")
	if err != nil {
		t.Fatal(err)
	}
	stub, err := os.ReadFile("../04-leaf/answer.go")
	if err != nil {
		t.Fatal(err)
	}
	own := "package leaf\n\nfunc Forge(f func([16]byte) bool) (l [16]byte, err error) {\n\tfor !f(l) {\n\t\tl[0]++\n\t}\n\treturn l, nil\n}\n"
	renamed := strings.NewReplacer("l[0]", "candidate[0]", "(l ", "(candidate ", "f(l)", "f( candidate )", "return l", "// mine\n\treturn candidate").Replace(own)
	class, err := readClass(put(t, map[string]string{
		"anna/04-leaf/answer.go": own,
		"ben/04-leaf/answer.go":  renamed,
		"cas/04-leaf/answer.go":  strings.Replace(own, "l[0]++", "l[1]++", 1),
		"dora/04-leaf/answer.go": strings.NewReplacer("accepts func", "ok func", "accepts(", "ok(").Replace(string(right)),
		"emil/04-leaf/answer.go": string(stub),
		"fred/04-leaf/answer.go": string(stub),
	}), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printAlike(&out, root(t), class); err != nil {
		t.Fatal(err)
	}
	if want := "04-leaf: anna, ben\n04-leaf: dora, 04-leaf/testdata/answers/right.go\n"; out.String() != want {
		t.Errorf("expected\n%s\nfound\n%s", want, out.String())
	}
	out.Reset()
	if err := printAlike(&out, root(t), nil); err != nil || out.String() != "no two answers are alike\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// Each lesson says what is assessed.
func TestExplain(t *testing.T) {
	for _, l := range all.Lessons {
		var out bytes.Buffer
		if err := run(t.Context(), []string{"-explain", number(l)}, &out, io.Discard); err != nil || !strings.HasPrefix(out.String(), number(l)+" ") || strings.Count(out.String(), "\n") < 3 {
			t.Errorf("%s: %q, %v", l.Folder, out.String(), err)
		}
	}
}

// What is wrong on the command line is said in one line, with status 2.
func TestBadInput(t *testing.T) {
	empty := t.TempDir()
	for _, args := range []string{
		"", "-dir", "-dir " + empty, "-dir " + filepath.Join(empty, "x"), "-explain 99", "-explain 4", "-dir a -deal b", "-dir a -table -alike",
		"-dir a -limit 0s", "-dir a -j 0", "-x", "more", "-deal " + filepath.Join(empty, "x") + " -key " + filepath.Join(empty, "k"),
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard)
		if !errors.Is(err, cli.ErrInput) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: expected an error of one line, found %v", args, err)
		}
	}
}

// A student's zip has neither answers nor what is the teacher's.
func TestPacked(t *testing.T) {
	for path, want := range map[string]bool{
		"go.mod": true, "go.sum": true, "main.go": true, "README.md": true, "LICENSE-TEXT": true, "lesson/lesson.go": true,
		"internal/frame/frame.go": true, "04-leaf/answer.go": true, "04-leaf/answer_test.go": true, "04-leaf/README.de.md": true,
		"04-leaf/deal/deal.go": true, "04-leaf/testdata/hints.txt": true,
		"04-leaf/testdata/answers/right.go": false, "04-leaf/testdata/answers/wrong-one-try.go": false, "class.key": false,
		"04-leaf/class.key": false, "submissions/anna/04-leaf/answer.go": false, "grade/main.go": false, "internal/all/all.go": false,
		"internal/check/walk_test.go": false, "TEACHER.md": false, "main_test.go": false, "handout/anna/01.txt": false, "class.zip": false,
	} {
		if packed(path) != want {
			t.Errorf("%s: %v", path, !want)
		}
	}
}
