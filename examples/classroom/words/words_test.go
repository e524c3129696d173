package words

import (
	"slices"
	"strings"
	"testing"
)

// Each language has the same ids, and each text the same placeholders, each as often.
func TestLanguagesAgree(t *testing.T) {
	first, err := Load(Languages[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(first.IDs()) < 300 {
		t.Errorf("%s.txt has %d texts, expected 300 or more", first.Lang, len(first.IDs()))
	}
	for _, lang := range Languages[1:] {
		other, err := Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(first.IDs(), other.IDs()) {
			for _, id := range first.IDs() {
				if !other.Has(id) {
					t.Errorf("%s.txt has no %s", lang, id)
				}
			}
			for _, id := range other.IDs() {
				if !first.Has(id) {
					t.Errorf("%s.txt has %s, which %s.txt has not", lang, id, first.Lang)
				}
			}
		}
		for _, id := range first.IDs() {
			if want, got := first.Placeholders(id), other.Placeholders(id); !slices.Equal(want, got) {
				t.Errorf("%s.txt: %s has the placeholders %v, expected %v", lang, id, got, want)
			}
		}
	}
}

// The sentences on the debate cards are quoted in their own words in each language.
func TestQuotationsStay(t *testing.T) {
	en, err := Load("en")
	if err != nil {
		t.Fatal(err)
	}
	de, err := Load("de")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, id := range en.IDs() {
		if strings.HasPrefix(id, "debate.d") && strings.HasSuffix(id, "-says") {
			n++
			if en.texts[id] != de.texts[id] {
				t.Errorf("%s is %q in German, expected the quotation %q", id, de.texts[id], en.texts[id])
			}
		}
	}
	if n != 12 {
		t.Errorf("found %d quotations, expected 12", n)
	}
}

func TestParse(t *testing.T) {
	table, err := Parse("en", []byte("# note\n\nbreach.count = {n} of {of} <open>\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.HTML("breach.count")
	if want := `<bdi data-put="n">…</bdi> of <bdi data-put="of">…</bdi> &lt;open&gt;`; err != nil || string(got) != want {
		t.Errorf("HTML = %q, %v, expected %q", got, err, want)
	}
	if _, err := table.HTML("breach.none"); err == nil {
		t.Error("there is a text that no line has")
	}
	for name, c := range map[string]struct{ file, want string }{
		"no text":      {"a.b = \n", "line 1"},
		"no equals":    {"# x\na.b\n", "line 2"},
		"an id twice":  {"a.b = x\na.b = y\n", "twice"},
		"a bad id":     {"A b = x\n", "is not an id"},
		"a lone brace": {"a.b = {n\n", "brace"},
		"an odd name":  {"a.b = {N}\n", "brace"},
		"a long line":  {"a.b = " + strings.Repeat("x", 1<<17) + "\n", "too long"},
	} {
		if _, err := Parse("en", []byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: found %v, expected an error with %q", name, err, c.want)
		}
	}
	if _, err := Load("fr"); err == nil {
		t.Error("there is a language that has no file")
	}
}
