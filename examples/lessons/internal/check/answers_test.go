package check

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"doormat/examples/lessons/internal/all"
)

var long = flag.Bool("long", false, "run the right answers also under the race detector and in js/wasm, the READMEs' commands, and the mutants")

// An answer is one file that could be handed in.
type answer struct {
	folder, name string // "04-leaf", "right"; "stub" is the folder's own
	file, source string
}

// answers lists the stub and the answers in testdata of all lessons.
func answers(t *testing.T) (list []answer) {
	t.Helper()
	for _, l := range all.Lessons {
		folder := filepath.Join(root, l.Folder)
		files, err := filepath.Glob(filepath.Join(folder, "testdata/answers/*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range append(files, filepath.Join(folder, "answer.go")) {
			name := strings.TrimSuffix(filepath.Base(file), ".go")
			if name == "answer" {
				name = "stub"
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, answer{l.Folder, name, file, string(source)})
		}
	}
	return list
}

// An overlay is what go's flag -overlay reads: files that are not there, or not so.
type overlay struct{ Replace map[string]string }

// write writes the overlay to a file and returns its name.
func (o overlay) write(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return temporary(t, "overlay.json", b)
}

func temporary(t *testing.T, name string, b []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func abs(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// played is the folder of a package that exists in the overlay only. Its tests play every answer, each as a
// package of its own, so that one link serves all.
const played = root + "/internal/played"

// build compiles the tests that play the answers, and returns the file. Env may name another system.
func build(t *testing.T, list []answer, flags []string, env ...string) string {
	t.Helper()
	o := overlay{map[string]string{}}
	var imports, tests, rights strings.Builder
	for i, a := range list {
		sub := fmt.Sprintf("a%d", i)
		others, err := filepath.Glob(filepath.Join(root, a.folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range others {
			if base := filepath.Base(file); base != "answer.go" && !strings.HasSuffix(base, "_test.go") {
				o.Replace[abs(t, filepath.Join(played, sub, base))] = abs(t, file)
			}
		}
		o.Replace[abs(t, filepath.Join(played, sub, "answer.go"))] = abs(t, a.file)
		fmt.Fprintf(&imports, "\t%s %q\n", sub, "doormat/examples/lessons/internal/played/"+sub)
		fmt.Fprintf(&tests, "func Test%d(t *testing.T) { lesson.Test(t, deal(%q), %s.Play) }\n", i, a.folder, sub)
		fmt.Fprintf(&tests, "func TestOnce%d(t *testing.T) { once(t, %q, %s.Play) }\n", i, a.folder, sub)
		if a.name == "right" {
			fmt.Fprintf(&rights, "\t%q: %s.Play,\n", a.folder, sub)
		}
	}
	code := fmt.Sprintf(playedCode, imports.String(), rights.String(), tests.String())
	o.Replace[abs(t, filepath.Join(played, "played_test.go"))] = temporary(t, "played_test.go", []byte(code))
	binary := filepath.Join(t.TempDir(), "played.test")
	args := append([]string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", binary, "-overlay", o.write(t)}, flags...)
	cmd := exec.Command("go", append(args, "./internal/played")...)
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

const playedCode = `package played

import (
	"bytes"
	"crypto/sha256"
	"testing"

%s
	"doormat/examples/lessons/internal/all"
	"doormat/examples/lessons/lesson"
)

func deal(folder string) lesson.Deal {
	for _, l := range all.Lessons {
		if l.Folder == folder {
			return l.Deal
		}
	}
	panic(folder)
}

// once plays one puzzle, where three would take long.
func once(t *testing.T, folder string, play lesson.Play) {
	miss, err := lesson.Try(deal(folder).Task(lesson.Seed(nil, "", folder, 0)), play)
	if miss != nil || err != nil {
		t.Errorf("%%v, %%v", miss, err)
	}
}

var rights = map[string]lesson.Play{
%s}

// print is a hash of what a player sees of a puzzle: its bytes, and what the oracle replies.
func print(t *testing.T, folder, student string) []byte {
	task := deal(folder).Task(lesson.Seed(nil, student, folder, 0))
	h := sha256.New()
	h.Write(task.Puzzle)
	var ask func([]byte) []byte
	if task.Ask != nil {
		ask = func(query []byte) []byte {
			reply := task.Ask(query)
			h.Write(lesson.Pack([][]byte{query, reply}))
			return reply
		}
	}
	if _, err := rights[folder](task.Puzzle, ask); err != nil {
		t.Error(err)
	}
	return h.Sum(nil)
}

func TestSeeds(t *testing.T) {
	for _, l := range all.Lessons {
		anna := print(t, l.Folder, "anna")
		if bytes.Equal(anna, print(t, l.Folder, "ben")) {
			t.Errorf("%%s: two students get one puzzle", l.Folder)
		}
		if !bytes.Equal(anna, print(t, l.Folder, "anna")) {
			t.Errorf("%%s: one student gets two puzzles", l.Folder)
		}
		if l.Sheet == nil {
			continue
		}
		text := func(student string) string { return l.Sheet.Sheet(lesson.Seed(nil, student, l.Folder, 0)).Text }
		if text("anna") == text("ben") {
			t.Errorf("%%s: two students get one sheet", l.Folder)
		}
		if text("anna") != text("anna") {
			t.Errorf("%%s: one student gets two sheets", l.Folder)
		}
	}
}

%s`

// run runs one test of a binary, in the folder of its lesson.
func run(t *testing.T, binary, folder, test string, through ...string) (string, error) {
	t.Helper()
	args := append(through, binary, "-test.run", "^"+test+"$", "-test.timeout", "10m", "-test.v")
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = filepath.Join(root, folder)
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "=== RUN") {
		t.Errorf("%s was not run:\n%s", test, out)
	}
	return string(out), err
}

// whyLine is a miss's, as go test indents it.
var whyLine = regexp.MustCompile(`(?m)^ *why   (.*)$`)

// A stub says that it is not written, a right answer passes, and a wrong one fails for the reason in its first
// line.
func TestAnswers(t *testing.T) {
	list := answers(t)
	binary := build(t, list, nil)
	for i, a := range list {
		t.Run(a.folder+"/"+a.name, func(t *testing.T) {
			out, err := run(t, binary, a.folder, fmt.Sprintf("Test%d", i))
			switch a.name {
			case "right":
				if err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			case "stub":
				if err == nil || !strings.Contains(out, a.folder+": not written yet: edit answer.go") {
					t.Errorf("a stub fails because it is not written yet, found %v\n%s", err, out)
				}
			default:
				said := whyLine.FindStringSubmatch(out)
				if err == nil || said == nil || !strings.Contains(said[1], why(a.source)) {
					t.Errorf("expected the why %q, found %v\n%s", why(a.source), err, out)
				}
			}
		})
	}
}

// Two students' puzzles differ, and one student's repeat.
func TestSeeds(t *testing.T) {
	if out, err := run(t, build(t, rights(t), nil), ".", "TestSeeds"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func rights(t *testing.T) (list []answer) {
	for _, a := range answers(t) {
		if a.name == "right" {
			list = append(list, a)
		}
	}
	return list
}

func TestRightAnswersElsewhere(t *testing.T) {
	if !*long {
		t.Skip("needs -long")
	}
	list := rights(t)
	each := func(t *testing.T, binary string, through ...string) {
		for i, a := range list {
			if out, err := run(t, binary, a.folder, fmt.Sprintf("TestOnce%d", i), through...); err != nil {
				t.Errorf("%s: %v\n%s", a.folder, err, out)
			}
		}
	}
	t.Run("race", func(t *testing.T) { each(t, build(t, list, []string{"-race"})) })
	t.Run("js", func(t *testing.T) {
		goroot, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			t.Fatal(err)
		}
		node := filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/go_js_wasm_exec")
		each(t, build(t, list, nil, "GOOS=js", "GOARCH=wasm"), node)
	})
}

// example matches a command that .ci/run runs for each program.
var example = regexp.MustCompile(`^go -C \.\./\.\. run \./(examples/\w+) -seed 1$`)

// The commands of the READMEs run. go test fails in a lesson that is not solved, and is compiled only.
func TestReadmeCommands(t *testing.T) {
	if !*long {
		t.Skip("needs -long")
	}
	readmes, err := fs.Glob(os.DirFS(root), "[0-9][0-9]-*/README.md")
	if err != nil {
		t.Fatal(err)
	}
	temp, ran := t.TempDir(), map[string]bool{}
	class := map[string]string{}
	for _, name := range []string{"submissions", "students.txt", "handout", "class.zip"} {
		class[name] = filepath.Join(temp, name)
	}
	if err := errors.Join(os.MkdirAll(filepath.Join(temp, "submissions/anna"), 0o777), os.WriteFile(class["students.txt"], []byte("anna\n"), 0o666)); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(readmes, "README.md") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range commands(string(text)) {
			words := strings.Fields(command)
			if words[1] == "test" {
				words = []string{"go", "vet", words[2]}
			}
			if m := example.FindStringSubmatch(command); m != nil {
				if _, err := os.Stat(filepath.Join(root, "../..", m[1], "main.go")); err != nil {
					t.Errorf("%s: %s: there is no such program", name, command)
				}
				continue
			}
			for i, word := range words {
				if class[word] != "" {
					words[i] = class[word]
				}
			}
			if len(words) > 2 && words[2] == "./grade" {
				words = append(words, "-key", filepath.Join(temp, "class.key"))
			}
			if ran[strings.Join(words, " ")] {
				continue
			}
			ran[strings.Join(words, " ")] = true
			cmd := exec.Command(words[0], words[1:]...)
			cmd.Dir = root
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %v\n%s", name, command, err, out)
			}
		}
	}
	if len(ran) == 0 {
		t.Error("no README has a command")
	}
}
