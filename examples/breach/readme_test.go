package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doormat/noescrow"

	"doormat/examples/internal/cli/clitest"
)

// The body of this function is in the README.
func Example_readme() {
	alice, bob := noescrow.NewDevice(), noescrow.NewDevice()
	published, _ := bob.Publish(10)             // Bob gives prekeys to a relay,
	shelf, _ := noescrow.NewShelf(published)    // which hands them out,
	alice.Start(bob.Identity(), shelf.Bundle()) // to Alice for one
	envelope, _ := alice.Seal(bob.Identity(), []byte("see you at nine"), nil)
	_, text, _ := bob.Open(envelope, nil)
	fmt.Printf("Bob reads %q.\n", text)
	// Output: Bob reads "see you at nine".
}

// An age command before 1.3 does not know the keys, and opens nothing: so its version stands wherever it is
// named.
func TestAgeVersion(t *testing.T) {
	named, n := regexp.MustCompile(`(?s)\bage (command|program)\b.{0,60}`), 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") || !slices.Contains([]string{".go", ".md", ".txt", ".tmpl"}, filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range named.FindAllString(string(text), -1) {
			if n++; !strings.Contains(strings.ReplaceAll(found, "\n// ", " "), "age 1.3") {
				t.Errorf("%s: no version of %q", path, found)
			}
		}
		return err
	})
	if err != nil || n < 5 {
		t.Errorf("the age command is named %d times, %v", n, err)
	}
}

// The README's blocks are what a run prints, its middle left out, and code that compiles.
func TestReadme(t *testing.T) {
	town, err := os.ReadFile("testdata/town.txt") // which TestTownGolden compares
	if err != nil {
		t.Fatal(err)
	}
	clitest.Readme(t, "```", "```", shorten(string(town)))
	clitest.Readme(t, "```go", "```", exampleBody(t))
}

// shorten keeps what is compared, what came of it, and the table: the paragraph with bars.
func shorten(text string) string {
	paragraphs := strings.Split(strings.TrimSpace(text), "\n\n")
	kept := slices.Clone(paragraphs[1:3])
	i := slices.IndexFunc(paragraphs, func(p string) bool { return strings.Contains(p, "##") })
	return strings.Join(append(kept, "[…]", paragraphs[i]), "\n\n") + "\n"
}

func exampleBody(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "func Example_readme() {\n")
	body, _, ok := strings.Cut(rest, "\t// Output:")
	if !ok {
		t.Fatal("Example_readme is not where it was")
	}
	lines := strings.SplitAfter(body, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(l, "\t")
	}
	return strings.Join(lines, "")
}
