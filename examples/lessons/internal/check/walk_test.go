package check

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doormat/examples/lessons/internal/all"
)

const root = "../.."

// Each folder of a lesson has a row, and each row has a folder.
func TestRows(t *testing.T) {
	var rows []string
	for _, l := range all.Lessons {
		rows = append(rows, l.Folder)
	}
	folders, err := fs.Glob(os.DirFS(root), "[0-9][0-9]-*")
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) == 0 || !slices.Equal(folders, rows) {
		t.Errorf("the folders are %q, and the rows of internal/all %q", folders, rows)
	}
}

// The headings of a README, in order, after its title.
var headings = map[string][]string{
	"README.md":    {"Question", "Your bet", "Reading", "Task", "If you are stuck", "What is assessed", "What next"},
	"README.de.md": {"Frage", "Ihr Tipp", "Lesen", "Aufgabe", "Wenn Sie nicht weiterkommen", "Was bewertet wird", "Wie es weitergeht"},
}

const (
	licence       = "Text: CC BY 4.0, see LICENSE-TEXT in examples/lessons."
	lizenz        = "Text: CC BY 4.0, siehe LICENSE-TEXT in examples/lessons."
	hintsLicence  = "# " + licence
	minutesInText = `(?m)^(\d+) (minutes|Minuten)(, (after|nach) [0-9, ]+)?\.$`
)

// Each lesson has all its parts.
func TestParts(t *testing.T) {
	for _, l := range all.Lessons {
		t.Run(l.Folder, func(t *testing.T) {
			for _, fault := range faults(os.DirFS(filepath.Join(root, l.Folder)), l.Folder) {
				t.Error(fault)
			}
		})
	}
}

// faults says what a lesson lacks.
func faults(dir fs.FS, folder string) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	read := func(name string) string {
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			say("%s is missing", name)
		}
		return string(b)
	}
	read("deal/deal.go")
	if s := read("play.go"); s != "" && !strings.Contains(s, "// Package ") {
		say("play.go has no comment for the package")
	}
	if s := read("answer_test.go"); s != "" && strings.Count(s, "\nfunc ") != 1 {
		say("answer_test.go: expected one function, of one line")
	}
	if s := read("answer.go"); s != "" && !strings.Contains(s, "lesson.ErrTODO") {
		say("answer.go: a stub returns lesson.ErrTODO")
	}
	if read("testdata/answers/right.go"); true {
		wrong, _ := fs.Glob(dir, "testdata/answers/wrong-*.go")
		if len(wrong) < 2 {
			say("expected two answers testdata/answers/wrong-*.go, found %d", len(wrong))
		}
		for _, name := range wrong {
			if s := read(name); why(s) == "" {
				say("%s: expected a first line of the form %q", name, "// A sentence. Why: part of the why")
			}
		}
	}
	hints := strings.Split(strings.TrimSuffix(read("testdata/hints.txt"), "\n"), "\n")
	if ladder(hints) < 3 {
		say("testdata/hints.txt: expected three hints at least, a line each, before those for messages of the compiler")
	}
	if hints[len(hints)-1] != hintsLicence {
		say("testdata/hints.txt: expected the last line %q", hintsLicence)
	}
	all = append(all, readmeFaults(dir, folder, read("README.md"), read("README.de.md"))...)
	return all
}

// The text for all lessons is in two languages too.
func TestReadme(t *testing.T) {
	texts := map[string]string{}
	for _, name := range []string{"README.md", "README.de.md"} {
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(b)
	}
	english, german := texts["README.md"], texts["README.de.md"]
	if !strings.HasSuffix(english, "\n\n"+licence+"\n") || !strings.HasSuffix(german, "\n\n"+lizenz+"\n") {
		t.Errorf("the last lines are not the licence's")
	}
	if e, g := commands(english), commands(german); !slices.Equal(e, g) || len(e) == 0 {
		t.Errorf("README.md has the commands %q, README.de.md %q", e, g)
	}
	if e, g := strings.Count(english, "\n## "), strings.Count(german, "\n## "); e != g {
		t.Errorf("README.md has %d headings, README.de.md %d", e, g)
	}
}

// why returns the why that a wrong answer must get, from its first line.
func why(source string) string {
	first, _, _ := strings.Cut(source, "\n")
	sentence, why, _ := strings.Cut(first, ". Why: ")
	if !strings.HasPrefix(sentence, "// ") {
		return ""
	}
	return why
}

// compiler matches a hint for a message of the compiler.
var compiler = regexp.MustCompile(`^(undefined|cannot use|too many|not enough|imported and not used|declared and not used)`)

// ladder counts the hints before those for messages of the compiler.
func ladder(lines []string) (n int) {
	for _, line := range lines {
		if line != "" && !strings.HasPrefix(line, "#") && !compiler.MatchString(line) {
			n++
		}
	}
	return n
}

// readmeFaults says what is wrong with a lesson's text in two languages.
func readmeFaults(dir fs.FS, folder, english, german string) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	texts := map[string]string{"README.md": english, "README.de.md": german}
	heading := regexp.MustCompile(`(?m)^## (.*)$`)
	link := regexp.MustCompile(`\]\(([^)]*)\)`)
	for _, name := range []string{"README.md", "README.de.md"} {
		text := texts[name]
		if !strings.HasPrefix(text, "# "+folder[:2]+" ") {
			say("%s: expected a title that begins with %q", name, "# "+folder[:2]+" ")
		}
		var found []string
		for _, m := range heading.FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
		if !slices.Equal(found, headings[name]) {
			say("%s: expected the headings %q, found %q", name, headings[name], found)
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, folder, m[1])); err != nil {
				say("%s: the link %s leads nowhere", name, m[1])
			}
		}
		end := licence
		if name == "README.de.md" {
			end = lizenz
		}
		if !strings.HasSuffix(text, "\n\n"+end+"\n") {
			say("%s: expected the last line %q", name, end)
		}
	}
	minutes := regexp.MustCompile(minutesInText)
	if e, g := minutes.FindStringSubmatch(english), minutes.FindStringSubmatch(german); e == nil || g == nil || e[1] != g[1] {
		say("expected a line %q in README.md, and %q in README.de.md, with one number", "30 minutes, after 01.", "30 Minuten, nach 01.")
	}
	if e, g := commands(english), commands(german); !slices.Equal(e, g) {
		say("README.md has the commands %q, README.de.md %q", e, g)
	} else if !slices.Contains(e, "go test ./"+folder) {
		say("README.md: expected the command go test ./%s, found %q", folder, e)
	}
	return all
}

// commands returns the commands of a text: lines of code, and code in a line, that begin with go.
func commands(text string) (all []string) {
	for _, m := range regexp.MustCompile("(?m)^    (go .*)$|`(go [^`]*)`").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1]+m[2])
	}
	return all
}
