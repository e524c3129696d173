package structure

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each bullet of what the README says is proved names a test, and every test that it names exists.
func TestReadmeNamesTests(t *testing.T) {
	const root = "../../.."
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range function.FindAllSubmatch(b, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`\bTest[A-Z]\w+`)
	for _, named := range name.FindAllString(string(readme), -1) {
		if !tests[named] {
			t.Errorf("there is no test %s", named)
		}
	}
	_, claims, _ := strings.Cut(string(readme), "\n## What it proves")
	claims, _, _ = strings.Cut(claims, "\n## ")
	bullets := strings.Split(claims, "\n- ")[1:]
	if len(bullets) < 5 {
		t.Errorf("found %d claims, expected more", len(bullets))
	}
	for _, b := range bullets {
		if !name.MatchString(b) {
			t.Errorf("no test is named by %q", b)
		}
	}
}
