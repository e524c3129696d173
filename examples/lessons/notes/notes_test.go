package notes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	lessons  = ".."    // examples/lessons
	programs = "../.." // examples
)

// The texts, by their English name; the German one has .de before .md.
var texts = []string{"TEACHER", "WORKSHEET", "GLOSSARY", "READING"}

func TestQuotations(t *testing.T) {
	list := file(t, filepath.Join(lessons, "QUOTATIONS.md"))
	for _, name := range []string{"TEACHER", "WORKSHEET"} {
		report(t, quotationFaults(english(t, name), list))
		report(t, quotationFaults(german(t, name), list))
	}
}

func TestFigures(t *testing.T) {
	bound := bindings(t)
	used := map[string]bool{}
	for _, name := range []string{"TEACHER", "WORKSHEET"} {
		en, de := figures(english(t, name)), figures(germanNumbers(german(t, name)))
		if !slices.Equal(slices.Sorted(slices.Values(en)), slices.Sorted(slices.Values(de))) {
			t.Errorf("%s has the figures %q in English and %q in German", name, en, de)
		}
		report(t, figureFaults(en, bound))
		for _, f := range en {
			used[f] = true
		}
	}
	for f, sources := range bound {
		if !used[f] {
			t.Errorf("testdata/figures.txt: no text uses %q", f)
		}
		for _, s := range sources {
			report(t, s.faults(f, golden(t, s.file)))
		}
	}
}

func TestCommands(t *testing.T) {
	found := commands(english(t, "TEACHER"))
	if len(found) < 20 {
		t.Errorf("TEACHER.md: found %d commands, expected at least 20", len(found))
	}
	if other := commands(german(t, "TEACHER")); !slices.Equal(found, other) {
		t.Errorf("TEACHER.md has the commands %q, TEACHER.de.md %q", found, other)
	}
	for _, command := range found {
		report(t, commandFaults(command))
	}
}

func TestMinutes(t *testing.T) {
	for _, text := range []string{english(t, "TEACHER"), german(t, "TEACHER")} {
		report(t, minuteFaults(text))
	}
}

func TestCards(t *testing.T) {
	for _, text := range []string{english(t, "TEACHER"), german(t, "TEACHER")} {
		report(t, cardFaults(text))
	}
}

func TestBothLanguages(t *testing.T) {
	for _, name := range texts {
		report(t, shapeFaults(name, english(t, name), german(t, name)))
	}
}

func TestLinks(t *testing.T) {
	for _, name := range []string{"TEACHER.md", "TEACHER.de.md", "WORKSHEET.md", "WORKSHEET.de.md"} {
		for _, m := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(file(t, filepath.Join(lessons, name)), -1) {
			if _, err := os.Stat(filepath.Join(lessons, m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// Each check finds what it is for, in a text with one fault.
func TestFaultsAreFound(t *testing.T) {
	text, list := english(t, "TEACHER"), file(t, filepath.Join(lessons, "QUOTATIONS.md"))
	bound := bindings(t)
	for _, c := range []struct {
		name, old, new, want string
		check                func(text string) []string
	}{
		{"quotation", "«weaken protection", "«weaken the protection", "QUOTATIONS.md", func(s string) []string { return quotationFaults(s, list) }},
		{"quotation without marks", "*So nothing can", "\"So nothing can", "«…»", func(s string) []string { return quotationFaults(s, list) }},
		{"quotation cut short", "by criminals themselves»", "by criminals»", "QUOTATIONS.md", func(s string) []string { return quotationFaults(s, list) }},
		{"figure", "375 of 416 open", "376 of 416 open", `"376 of 416"`, func(s string) []string { return figureFaults(figures(s), bound) }},
		{"number", "one forged LEAF in 65,536", "one forged LEAF in 65,535", `"65,535"`, func(s string) []string { return figureFaults(figures(s), bound) }},
		{"program", "./examples/sakke`", "./examples/sake`", "no program", func(s string) (all []string) {
			for _, c := range commands(s) {
				all = append(all, commandFaults(c)...)
			}
			return all
		}},
		{"flag", "-tiny -seed 7", "-small -seed 7", "-small", func(s string) (all []string) {
			for _, c := range commands(s) {
				all = append(all, commandFaults(c)...)
			}
			return all
		}},
		{"gap", "| 25–32 |", "| 26–32 |", "starts at 26", minuteFaults},
		{"sum", "| 48–50 |", "| 48–52 |", "ends at 52", minuteFaults},
		{"lesson's minutes", "| 0–60 | Lesson 08 |", "| 0–60 | Lesson 09 |", "Lesson 09", minuteFaults},
		{"meeting missing", "### Meeting 6", "#### Meeting 6", "6 meetings", minuteFaults},
		{"card", "| D7 |", "| D8 |", "D8", cardFaults},
		{"answer", "| Hardly anybody compares numbers |", "| |", "D12", cardFaults},
		{"heading", "## Stumbling blocks", "### Stumbling blocks", "heading", func(s string) []string { return shapeFaults("TEACHER", s, german(t, "TEACHER")) }},
		{"row", "| *I have nothing to hide.* | Whose secret did you choose at the doorstep? |\n", "", "table", func(s string) []string { return shapeFaults("TEACHER", s, german(t, "TEACHER")) }},
		{"licence", "Text: CC BY 4.0", "Text: CC BY 3.0", "last line", func(s string) []string { return shapeFaults("TEACHER", s, german(t, "TEACHER")) }},
	} {
		if strings.Count(text, c.old) == 0 {
			t.Errorf("%s: TEACHER.md has no %q", c.name, c.old)
		}
		if got := strings.Join(c.check(strings.Replace(text, c.old, c.new, 1)), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: found %q, expected a fault with %q", c.name, got, c.want)
		}
	}
	s := source{"", "opens 416 of 416"}
	if s.faults("416 of 416", "opens 415 of 416") == nil || s.faults("415 of 416", "opens 416 of 416") == nil {
		t.Error("a figure that its golden file does not have is bound to it")
	}
}

// quotationFaults returns the quotations in a text that are not, whole, in the list with a source and a date.
func quotationFaults(text, list string) (faults []string) {
	var known []string
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(list, -1) {
		known = append(known, row[1])
	}
	text = strings.Join(strings.Fields(text), " ")
	if strings.ContainsAny(text, "\"“”„") {
		faults = append(faults, "expected quotations in «…» alone, found another mark")
	}
	for _, q := range regexp.MustCompile(`«([^»]*)»`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, q[1]) {
			faults = append(faults, fmt.Sprintf("QUOTATIONS.md does not have %q", q[1]))
		}
	}
	return faults
}

// A source is where a figure comes from: a golden file under examples, and words of it.
type source struct{ file, words string }

func (s source) faults(figure, golden string) (faults []string) {
	if !strings.Contains(golden, s.words) {
		faults = append(faults, fmt.Sprintf("%s does not have %q, for the figure %q", s.file, s.words, figure))
	}
	has := number.FindAllString(s.words, -1)
	for _, n := range number.FindAllString(figure, -1) {
		if !slices.Contains(has, n) {
			faults = append(faults, fmt.Sprintf("%q has no %s, for the figure %q", s.words, n, figure))
		}
	}
	return faults
}

var (
	number = regexp.MustCompile(`\d+(?:[.,]\d+)*`)
	figure = regexp.MustCompile(`\d+(?:[.,]\d+)*(?: (?:of|von) \d+)?`)

	// What has digits and is no figure: commands, links, quotations, minutes, numbers of cards, lessons and steps, years.
	noFigure = regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)|«[^»]*»|(?m)^#.*$|(?m)^\\d+\\. |(?m)^\\| \\d+–\\d+ \\||" +
		`\bD\d+\b|\b(?:19|20)\d\d\b|\bGo 1\.26|\bCC BY 4\.0|(?:[Ll]essons?|Lektion(?:en)?) \d\d(?: (?:to|bis) \d\d)?|` +
		`\b(?:minutes|Minuten) \d+ (?:to|bis) \d+|\b\d+(?:-minute| minutes| Minuten)`)
)

func figures(text string) []string {
	text = noFigure.ReplaceAllString(text, " ")
	found := figure.FindAllString(text, -1)
	for i, f := range found {
		found[i] = strings.Replace(f, " von ", " of ", 1)
	}
	return found
}

// germanNumbers writes numbers as English does: 65.536 becomes 65,536. It leaves commands and versions alone.
func germanNumbers(text string) string {
	return regexp.MustCompile(`\d+[.,]\d+`).ReplaceAllStringFunc(text, func(n string) string {
		if n == "1.26" || n == "4.0" {
			return n
		}
		return strings.NewReplacer(".", ",", ",", ".").Replace(n)
	})
}

func figureFaults(found []string, bound map[string][]source) (faults []string) {
	for _, f := range found {
		if bound[f] == nil {
			faults = append(faults, fmt.Sprintf("testdata/figures.txt does not say which run has the figure %q", f))
		}
	}
	return faults
}

func bindings(t *testing.T) map[string][]source {
	t.Helper()
	bound := map[string][]source{}
	for line := range strings.Lines(file(t, "testdata/figures.txt")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(strings.TrimSuffix(line, "\n"), " | ")
		if len(cells) != 3 {
			t.Fatalf("testdata/figures.txt: expected three cells, found %q", line)
		}
		bound[cells[0]] = append(bound[cells[0]], source{cells[1], cells[2]})
	}
	return bound
}

// golden returns a golden file with single blanks, and without the bars of its tables.
func golden(t *testing.T, name string) string {
	t.Helper()
	words := strings.Fields(file(t, filepath.Join(programs, name)))
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) >= 5 && strings.Trim(w, "#.") == "" })
	return strings.Join(words, " ")
}

func commands(text string) (found []string) {
	for _, m := range regexp.MustCompile("`(go [^`]*)`").FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// commandFaults says what is wrong with a command: the program has to exist, and its usage to name each flag.
func commandFaults(command string) []string {
	if command == "go mod download" {
		return nil
	}
	words := strings.Fields(command)
	name, ok := strings.CutPrefix(words[min(2, len(words)-1)], "./examples/")
	if !ok || words[1] != "run" {
		return []string{fmt.Sprintf("%s: expected go run ./examples/NAME", command)}
	}
	main, err := os.ReadFile(filepath.Join(programs, name, "main.go"))
	if err != nil {
		return []string{fmt.Sprintf("%s: there is no program of that name: %v", command, err)}
	}
	var faults []string
	for _, word := range words[3:] {
		if strings.HasPrefix(word, "-") && !regexp.MustCompile(`(?m)^  `+word+`\s`).Match(main) {
			faults = append(faults, fmt.Sprintf("%s: the usage of %s has no %s", command, name, word))
		}
	}
	return faults
}

// minuteFaults says where the rows of a plan do not follow on each other, do not end with the minutes of its title, or
// give a lesson other minutes than its README.
func minuteFaults(text string) (faults []string) {
	total, at, meetings, plans := 0, 0, 0, 0
	title := regexp.MustCompile(`(\d+) (?:minutes|Minuten)`)
	row := regexp.MustCompile(`^\| (\d+)–(\d+) \| ([^|]*) \| ([^|]*) \|$`)
	whole := regexp.MustCompile(`^(?:Lesson|Lektion) (\d\d)$`)
	end := func() {
		if at != 0 && at != total {
			faults = append(faults, fmt.Sprintf("a plan ends at %d, and its title says %d minutes", at, total))
		}
		at = 0
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "## "):
			end()
			total = 0
			if m := title.FindStringSubmatch(line); m != nil {
				total, _ = strconv.Atoi(m[1])
				plans++
			}
		case strings.HasPrefix(line, "### "):
			end()
			meetings++
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		from, _ := strconv.Atoi(m[1])
		to, _ := strconv.Atoi(m[2])
		if from != at || to <= from {
			faults = append(faults, fmt.Sprintf("%q: a row starts at %d, expected %d", m[3], from, at))
		}
		at = to
		if l := whole.FindStringSubmatch(m[3]); l != nil && !strings.Contains(m[4], "at home") && !strings.Contains(m[4], "zu Hause") && lessonMinutes(l[1]) != to-from {
			faults = append(faults, fmt.Sprintf("%s: %d minutes in the plan, %d in its README", m[3], to-from, lessonMinutes(l[1])))
		}
	}
	end()
	if plans != 3 || meetings != 6 {
		faults = append(faults, fmt.Sprintf("expected 3 plans and 6 meetings, found %d and %d", plans, meetings))
	}
	return faults
}

// lessonMinutes returns what a lesson's README says, or 0.
func lessonMinutes(lesson string) int {
	found, _ := filepath.Glob(filepath.Join(lessons, lesson+"-*", "README.md"))
	if len(found) != 1 {
		return 0
	}
	readme, _ := os.ReadFile(found[0])
	m := regexp.MustCompile(`(?m)^(\d+) minutes`).FindSubmatch(readme)
	if m == nil {
		return 0
	}
	minutes, _ := strconv.Atoi(string(m[1]))
	return minutes
}

// cardFaults checks the debate sheet: cards D1 to D12, each with a quotation, a run, what it shows and an answer.
func cardFaults(text string) (faults []string) {
	run := regexp.MustCompile("`go run |[Ss]tation |[Ll]esson \\d\\d|Lektion \\d\\d")
	cards := regexp.MustCompile(`(?m)^\| D\d+ \|.*$`).FindAllString(text, -1)
	if len(cards) != 12 {
		faults = append(faults, fmt.Sprintf("expected 12 cards, found %d", len(cards)))
	}
	for i, card := range cards {
		cells := strings.Split(strings.Trim(card, "|"), "|")
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		if len(cells) != 5 || slices.Contains(cells, "") || cells[0] != fmt.Sprintf("D%d", i+1) ||
			!strings.HasPrefix(cells[1], "«") || !strings.HasSuffix(cells[1], ")") || !run.MatchString(cells[2]) {
			faults = append(faults, fmt.Sprintf("card %d: expected D%d, a quotation with its source, a run, what it shows, and an answer, found %q", i+1, i+1, cells))
		}
	}
	return faults
}

// shapeFaults compares the headings and tables of both languages, and looks at the licence.
func shapeFaults(name, en, de string) (faults []string) {
	levels := func(text string) (all []string) {
		for _, m := range regexp.MustCompile(`(?m)^(#+) \S`).FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
		return all
	}
	if a, b := levels(en), levels(de); len(a) == 0 || !slices.Equal(a, b) {
		faults = append(faults, fmt.Sprintf("%s: the levels of headings are %q in English and %q in German", name, a, b))
	}
	// The German glossary has one column more, for the English word.
	if a, b := tables(en, name != "GLOSSARY"), tables(de, name != "GLOSSARY"); !slices.Equal(a, b) {
		faults = append(faults, fmt.Sprintf("%s: the tables are %q in English and %q in German", name, a, b))
	}
	for text, last := range map[string]string{
		en: "\n\nText: CC BY 4.0, see LICENSE-TEXT in examples/lessons.\n",
		de: "\n\nText: CC BY 4.0, siehe LICENSE-TEXT in examples/lessons.\n",
	} {
		if !strings.HasSuffix(text, last) {
			faults = append(faults, fmt.Sprintf("%s: expected the last line %q", name, strings.TrimSpace(last)))
		}
	}
	return faults
}

// tables returns the cells of each table's rows, or 1 for each row.
func tables(text string, columns bool) (all []string) {
	var rows strings.Builder
	for line := range strings.Lines(text + "\n") {
		switch {
		case strings.HasPrefix(line, "|") && columns:
			fmt.Fprintf(&rows, "%d ", strings.Count(line, "|")-1)
		case strings.HasPrefix(line, "|"):
			rows.WriteString("1 ")
		case rows.Len() > 0:
			all = append(all, rows.String())
			rows.Reset()
		}
	}
	return all
}

func english(t *testing.T, name string) string {
	t.Helper()
	return file(t, filepath.Join(lessons, name+".md"))
}

func german(t *testing.T, name string) string {
	t.Helper()
	return file(t, filepath.Join(lessons, name+".de.md"))
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func report(t *testing.T, faults []string) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}
