package check

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = root + "/../.." // doormat's folder

// The glossary has the same terms in both languages, and each is used somewhere.
func TestGlossary(t *testing.T) {
	column := func(name, pattern string) (terms []string) {
		text := file(t, filepath.Join(root, name))
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			terms = append(terms, m[1])
		}
		tables := strings.Count(text, "\n|---|")
		if rows := strings.Count(text, "\n|") - 2*tables; rows != len(terms) {
			t.Errorf("%s has %d rows, of which %d are of the form %q", name, rows, len(terms), pattern)
		}
		return terms
	}
	english := column("GLOSSARY.md", `(?m)^\| \*([^|*]*)\* \| [^|]* \|$`)
	german := column("GLOSSARY.de.md", `(?m)^\| [^|]* \| \*([^|*]*)\* \| [^|]* \|$`)
	if len(english) < 50 || !slices.Equal(english, german) {
		t.Errorf("GLOSSARY.md has the terms %q, and GLOSSARY.de.md %q", english, german)
	}
	used := words(t)
	for _, term := range english {
		if !strings.Contains(used, strings.ToLower(term)) {
			t.Errorf("no program, page or lesson uses the term %q", term)
		}
	}
	sorted := slices.Sorted(slices.Values(english))
	if len(slices.Compact(sorted)) != len(english) {
		t.Error("a term stands in GLOSSARY.md twice")
	}
}

// words returns what programs, pages and lessons say, and the comments of packages, in lower case.
func words(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(module), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "." {
			return fs.SkipDir
		}
		read := slices.Contains([]string{".go", ".md", ".txt"}, filepath.Ext(path)) && !strings.HasSuffix(path, "_test.go")
		if read && !d.IsDir() && !strings.HasPrefix(d.Name(), "GLOSSARY") {
			all.WriteString(strings.ToLower(file(t, filepath.Join(module, path))))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Each paper of the reading list is named in the package that the list names, and both languages have the same.
func TestReading(t *testing.T) {
	entries := regexp.MustCompile("(?m)^- (?:★ )?(.*) \\(`([a-z/]+)`\\)$")
	english := entries.FindAllStringSubmatch(file(t, filepath.Join(root, "READING.md")), -1)
	german := entries.FindAllStringSubmatch(file(t, filepath.Join(root, "READING.de.md")), -1)
	if len(english) < 30 || !slices.EqualFunc(english, german, slices.Equal[[]string]) {
		t.Errorf("READING.md has %d entries, READING.de.md %d, or they differ", len(english), len(german))
	}
	number := regexp.MustCompile(`(RFC|FIPS) \d+`)
	for _, name := range []string{"READING.md", "READING.de.md"} {
		if text := file(t, filepath.Join(root, name)); strings.Count(text, "\n- ") != len(english) {
			t.Errorf("%s: an entry is not of the form %q", name, "- Author, \"Title\", year (`package`)")
		}
	}
	for _, e := range english {
		said := comments(t, e[2])
		key := number.FindString(e[1])
		if key == "" {
			key = strings.TrimRight(strings.Fields(strings.TrimPrefix(e[1], "The "))[0], ",'s")
		}
		if !strings.Contains(said, key) {
			t.Errorf("package %s does not name %q of %s", e[2], key, e[1])
		}
	}
}

// comments returns the source of a package, without the marks of comments and with single blanks.
func comments(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(module, folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no package %s: %v", folder, err)
	}
	var all strings.Builder
	for _, name := range files {
		all.WriteString(file(t, name))
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(all.String(), "\n//", "\n")), " ")
}

func file(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
