package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"doormat/examples/lessons/internal/all"
	"doormat/examples/lessons/lesson"
)

var (
	long   = flag.Bool("long", false, "mark the class in all lessons, and unpack a zip")
	update = flag.Bool("update", false, "with -long: write testdata/class.csv anew")
)

// put writes files below a folder, which it returns.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// of returns what a student has handed in for lesson 04.
func of(class []submission, student, number string) submission {
	for _, s := range class {
		if s.student == student && strings.HasPrefix(s.lesson.Folder, number) {
			return s
		}
	}
	return submission{}
}

func TestReadClass(t *testing.T) {
	dir := put(t, map[string]string{
		"secret":                             "0123",
		"class/anna/04-leaf/answer.go":       "package leaf\n",
		"class/anna/04_leaf/answer.go":       "package leaf\n",
		"class/ben/04-leaf/answer.go":        strings.Repeat("x", sourceLimit+1),
		"class/ben/answers/01.txt":           "word\n",
		"class/cas/04-leaf/answer.go/README": "a folder",
		"class/cas/01-read-it-all/answer.go": "package readitall\n",
		"class/cas/answers/01.txt":           "word\n",
		"class/dora/README":                  "nothing",
		"class/.git/config":                  "",
		"class/notes.txt":                    "",
	})
	class := filepath.Join(dir, "class")
	var said bytes.Buffer
	subs, err := readClass(class, &said)
	if err != nil {
		t.Fatal(err)
	}
	if len(subs) != 4*len(all.Lessons) {
		t.Errorf("found %d submissions of %d lessons, expected four students", len(subs), len(all.Lessons))
	}
	if s := of(subs, "anna", "04"); string(s.source) != "package leaf\n" || s.refusal != "" {
		t.Errorf("anna: %q, %q", s.source, s.refusal)
	}
	if s := of(subs, "ben", "04"); s.source != nil || !strings.Contains(s.refusal, "bytes") {
		t.Errorf("ben, too long: %d bytes, %q", len(s.source), s.refusal)
	}
	if s := of(subs, "ben", "01"); string(s.line) != "word\n" {
		t.Errorf("ben's line: %q", s.line)
	}
	if s := of(subs, "cas", "04"); s.source != nil || s.refusal == "" {
		t.Errorf("cas, a folder: %q, %q", s.source, s.refusal)
	}
	if s := of(subs, "cas", "01"); s.source == nil || s.line != nil {
		t.Errorf("cas, a source and a line: %q, %q", s.source, s.line)
	}
	if s := of(subs, "dora", "04"); s.source != nil || s.line != nil || s.refusal != "" {
		t.Errorf("dora, nothing: %+v", s)
	}
	if got := said.String(); !strings.Contains(got, "04_leaf: no lesson") || !strings.Contains(got, "README: no lesson") || strings.Count(got, "\n") != 2 {
		t.Errorf("said %q", got)
	}
	for _, none := range []string{filepath.Join(dir, "nothing"), filepath.Join(dir, "secret"), filepath.Join(class, "dora")} {
		if _, err := readClass(none, io.Discard); err == nil {
			t.Errorf("%s: expected an error", none)
		}
	}
}

// A link may lead to the teacher's files, which the report would quote.
func TestLinksAreNotFollowed(t *testing.T) {
	dir := put(t, map[string]string{
		"outside/answer.go":         "package secret\n",
		"class/anna/notes":          "package secret\n",
		"class/ben/05/x":            "",
		"class/cas/04-leaf/keep.go": "",
	})
	class := filepath.Join(dir, "class")
	for _, link := range [][2]string{
		{"../../outside", "anna/04-leaf"},
		{"05", "ben/04-leaf"},
		{"../../../outside/answer.go", "cas/04-leaf/answer.go"},
	} {
		if err := os.Symlink(filepath.FromSlash(link[0]), filepath.Join(class, filepath.FromSlash(link[1]))); err != nil {
			t.Skip(err) // not everybody may on Windows
		}
	}
	subs, err := readClass(class, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for _, student := range []string{"anna", "ben", "cas"} {
		if s := of(subs, student, "04"); s.source != nil || s.refusal == "" {
			t.Errorf("%s: expected a refusal, found %q", student, s.source)
		}
	}
}

func TestClassKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "class.key")
	var said bytes.Buffer
	key, err := classKey(file, &said)
	if err != nil || len(key) != 32 || !strings.Contains(said.String(), "is new") {
		t.Fatalf("a new key: %x, %v, %q", key, err, said.String())
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file has mode %o", info.Mode().Perm())
	}
	said.Reset()
	if again, err := classKey(file, &said); err != nil || !bytes.Equal(key, again) || said.Len() > 0 {
		t.Errorf("the same key: %x, %v, %q", again, err, said.String())
	}
	if runtime.GOOS != "windows" {
		os.Chmod(file, 0o644)
		if _, err := classKey(file, &said); err != nil || !strings.Contains(said.String(), "chmod 600") {
			t.Errorf("a key that others can read: %v, %q", err, said.String())
		}
	}
	for _, bad := range []string{"", "0123", strings.Repeat("g", 64), strings.Repeat("0", 66)} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := classKey(file, io.Discard); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

// golden is a class of three: what each has handed in for the n-th lesson. Anna's answers are right. Ben's, of every
// other lesson, are wrong, and Cas has little.
func golden(t *testing.T, lessons []all.Lesson) (class []submission) {
	t.Helper()
	read := func(path string) []byte {
		b, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, student := range []string{"anna", "ben", "cas"} {
		for _, l := range lessons {
			s := submission{student: student, lesson: l}
			n := slices.IndexFunc(all.Lessons, func(m all.Lesson) bool { return m.Folder == l.Folder })
			answers := filepath.Join(l.Folder, "testdata", "answers")
			switch {
			case student == "anna":
				s.source = read(filepath.Join(answers, "right.go"))
			case student == "ben" && n%2 == 1:
				wrong, err := filepath.Glob(filepath.Join("..", answers, "wrong-*.go"))
				if err != nil || len(wrong) < 2 {
					t.Fatalf("%s: %q, %v", answers, wrong, err)
				}
				s.source = read(strings.TrimPrefix(filepath.ToSlash(wrong[n%len(wrong)]), "../"))
			case student == "ben":
			case l.Sheet != nil:
				s.line = []byte("a guess\n")
			case n%4 == 1:
				s.source = read(filepath.Join(l.Folder, "answer.go"))
			case n%4 == 2:
				s.source = append(read(filepath.Join(answers, "right.go")), "\n//go:noinline\n"...)
			case n%4 == 3:
				s.source = append(read(filepath.Join(answers, "right.go")), "\nvar _ int = \"\"\n"...)
			}
			class = append(class, s)
		}
	}
	return class
}

// The class gets the marks in testdata/class.csv.
func TestClass(t *testing.T) {
	lessons := all.Lessons
	if !*long {
		lessons = lessons[:2]
	}
	var out bytes.Buffer
	if err := printCSV(&out, markAll(t, 5*time.Minute, golden(t, lessons))); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	w := csv.NewWriter(&got)
	for _, r := range records {
		if r[3] != "seconds" {
			r[3] = ""
		}
		w.Write(r)
	}
	w.Flush()
	const file = "testdata/class.csv"
	if *update && *long {
		if err := os.WriteFile(file, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	if !*long {
		var part strings.Builder
		for line := range strings.Lines(want) {
			if f := strings.Split(line, ",")[1]; f == "lesson" || slices.ContainsFunc(lessons, func(l all.Lesson) bool { return l.Folder == f }) {
				part.WriteString(line)
			}
		}
		want = part.String()
	}
	if got.String() != want {
		t.Errorf("expected\n%s\nfound\n%s", want, got.String())
	}
}

// An answer is marked by what it does, also where a teacher has solved the lesson in the checkout, with the same file.
// Its copies are found, and such a checkout cannot be packed for students.
func TestSolvedInTheCheckout(t *testing.T) {
	l := leaf(t)
	right, err := os.ReadFile(filepath.Join("..", l.Folder, "testdata", "answers", "right.go"))
	if err != nil {
		t.Fatal(err)
	}
	dir := put(t, map[string]string{
		"go.mod":                                "module " + modulePath + "\n",
		l.Folder + "/answer.go":                 string(right),
		l.Folder + "/testdata/answers/right.go": string(right),
	})
	m := &marker{root: dir, key: testKey, limit: time.Minute, rounds: 1, workers: 1}
	r, err := m.one(t.Context(), submission{student: "anna", lesson: l, source: right})
	if err == nil && r.verdict == notBegun {
		t.Errorf("found %s, expected that the answer is built", r.verdict)
	}
	copies := []submission{{student: "anna", lesson: l, source: right}, {student: "ben", lesson: l, source: right}}
	if groups, order, err := alike(dir, l, copies); err != nil || len(order) != 1 || len(groups[order[0]]) != 3 {
		t.Errorf("found %v alike, %v, expected anna, ben and right.go", groups, err)
	}
	if err := copyPacked(t.TempDir(), dir); err == nil || !strings.Contains(err.Error(), l.Folder) {
		t.Errorf("a solved lesson is packed: %v", err)
	}
	for _, l := range all.Lessons {
		stub, err := os.ReadFile(filepath.Join("..", l.Folder, "answer.go"))
		if err != nil || !isStub(stub) {
			t.Errorf("%s: answer.go has no lesson.ErrTODO: %v", l.Folder, err)
		}
	}
}

// Sheets depend on the key and the name, and a right line is solved.
func TestDeal(t *testing.T) {
	names := filepath.Join(put(t, map[string]string{"students.txt": "anna\n\nZoë Müller\r\n"}), "students.txt")
	deal := func(key []byte) map[string]string {
		out := filepath.Join(t.TempDir(), "handout")
		if err := dealSheets(key, names, out); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, name := range []string{"anna", "Zoë Müller"} {
			for _, l := range all.Lessons {
				text, err := os.ReadFile(filepath.Join(out, name, number(l)+".txt"))
				if (err == nil) != (l.Sheet != nil) {
					t.Errorf("%s of %s: %v", l.Folder, name, err)
				}
				if err == nil {
					files[name+l.Folder] = string(text)
				}
			}
		}
		return files
	}
	first, again, other := deal(testKey), deal(testKey), deal([]byte("another key"))
	if len(first) == 0 {
		t.Fatal("no lesson has a sheet")
	}
	seen := map[string]string{}
	for name, text := range first {
		if again[name] != text {
			t.Errorf("%s: another file from the same key", name)
		}
		if other[name] == text {
			t.Errorf("%s: the same file from another key", name)
		}
		if seen[text] != "" {
			t.Errorf("%s and %s have the same file", name, seen[text])
		}
		seen[text] = name
	}
	for _, bad := range []string{"", "a/b\n", "..\n", "anna\nanna\n", ".x\n", "a\x1bb\n", "a\\b\n"} {
		file := filepath.Join(put(t, map[string]string{"students.txt": bad}), "students.txt")
		if err := dealSheets(testKey, file, t.TempDir()); err == nil {
			t.Errorf("%q is taken for names", bad)
		}
	}
}

// A line that is handed in for a sheet is checked against that student's.
func TestLines(t *testing.T) {
	l := leaf(t)
	l.Sheet = wordSheet
	word := sheet(testKey, "anna", l).Text
	m := &marker{key: testKey}
	for _, c := range []struct {
		student, line string
		verdict       verdict
	}{
		{"anna", word, solved},
		{"anna", "  " + word + "\r\n", solved},
		{"anna", word + "x", failed},
		{"ben", word, failed},
		{"anna", word + "\n" + word, failed},
		{"anna", "\n", notBegun},
	} {
		r, err := m.one(t.Context(), submission{student: c.student, lesson: l, line: []byte(c.line)})
		if err != nil || r.verdict != c.verdict {
			t.Errorf("%s, %q: expected %s, found %s, %s, %v", c.student, c.line, c.verdict, r.verdict, r.note, err)
		}
	}
}

func TestGradescope(t *testing.T) {
	dir := t.TempDir()
	var results []result
	for i, l := range all.Lessons {
		r := result{student: "anna", lesson: l, verdict: solved, seconds: 1}
		if i == 1 {
			r.verdict, r.miss = failed, &lesson.Miss{Got: "x\x1b[31m\ny", Want: "w", Why: "because", Hint: "h"}
		}
		results = append(results, r)
	}
	if err := writeGradescope(dir, results); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "anna", "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Time  float64 `json:"execution_time"`
		Tests []struct {
			Name           string
			Score          float64
			Max            float64 `json:"max_score"`
			Status, Output string
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if n := len(all.Lessons); len(got.Tests) != n || got.Time != float64(n) {
		t.Fatalf("%s", text)
	}
	if x := got.Tests[0]; x.Score != 1 || x.Max != 1 || x.Status != "passed" || x.Name != all.Lessons[0].Folder {
		t.Errorf("%+v", x)
	}
	if x := got.Tests[1]; x.Score != 0 || x.Status != "failed" || !strings.Contains(x.Output, "\n  why   because\n") || strings.Contains(x.Output, "\x1b") {
		t.Errorf("%+v", x)
	}
}
