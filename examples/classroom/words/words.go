// Package words holds every sentence of the classroom page, once in each language.
//
// A language is one file of lines "id = text". In a text, {name} is a placeholder, which the page fills with a
// number or a name. Lines that begin with # are notes to translators.
package words

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
)

//go:embed *.txt
var files embed.FS

// Languages are those that the page has, the first one for people whose language is not among them.
var Languages = []string{"en", "de"}

// A Table holds the texts of one language by id.
type Table struct {
	Lang  string
	texts map[string]string
}

// Load returns the table of a language. It is an error if there is none, or if a line of its file is wrong.
func Load(lang string) (*Table, error) {
	if !slices.Contains(Languages, lang) {
		return nil, fmt.Errorf("words: no language %q, expected one of %s", lang, strings.Join(Languages, ", "))
	}
	b, err := files.ReadFile(lang + ".txt")
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	return Parse(lang, b)
}

var (
	idForm      = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
)

// Parse reads a file of words. An id that comes twice, an empty text, and a brace that belongs to no placeholder are
// errors, which name the line.
func Parse(lang string, b []byte) (*Table, error) {
	t := &Table{lang, map[string]string{}}
	s := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		id, text, found := strings.Cut(line, " = ")
		switch {
		case !found:
			return nil, fmt.Errorf("words: %s.txt, line %d: expected \"id = text\"", lang, n)
		case !idForm.MatchString(id):
			return nil, fmt.Errorf("words: %s.txt, line %d: %q is not an id", lang, n, id)
		case t.texts[id] != "":
			return nil, fmt.Errorf("words: %s.txt, line %d: %s comes twice", lang, n, id)
		case strings.TrimSpace(text) == "":
			return nil, fmt.Errorf("words: %s.txt, line %d: %s has no text", lang, n, id)
		case strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}"):
			return nil, fmt.Errorf("words: %s.txt, line %d: a brace belongs to no placeholder", lang, n)
		}
		t.texts[id] = text
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("words: %s.txt: %w", lang, err)
	}
	return t, nil
}

// IDs returns all ids, sorted.
func (t *Table) IDs() []string {
	var ids []string
	for id := range t.texts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Has reports whether there is a text with this id.
func (t *Table) Has(id string) bool { return t.texts[id] != "" }

// Text returns a text as it stands, for attributes and for scripts. It is an error if there is none.
func (t *Table) Text(id string) (string, error) {
	if !t.Has(id) {
		return "", fmt.Errorf("words: %s.txt has no text %q", t.Lang, id)
	}
	return t.texts[id], nil
}

// Placeholders returns the placeholders of a text, with their braces, sorted, each as often as it stands there.
func (t *Table) Placeholders(id string) []string {
	p := placeholder.FindAllString(t.texts[id], -1)
	slices.Sort(p)
	return p
}

// HTML returns a text for the page: each placeholder {name} becomes an element "…" with data-put="name", which the
// page's script fills. It is an error if there is no such text.
func (t *Table) HTML(id string) (template.HTML, error) {
	text, err := t.Text(id)
	if err != nil {
		return "", err
	}
	text = placeholder.ReplaceAllStringFunc(template.HTMLEscapeString(text), func(p string) string {
		return `<bdi data-put="` + strings.Trim(p, "{}") + `">…</bdi>`
	})
	return template.HTML(text), nil
}
