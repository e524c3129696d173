package web

import (
	"bytes"
	"fmt"
	"html"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"doormat/examples/classroom/words"
)

func TestPageIsTheSameTwice(t *testing.T) {
	o := Options{Inline: &Inline{Wasm: []byte("wasm"), WasmExec: []byte("exec")}}
	one, err := Page(o)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Page(o)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two pages from the same options differ")
	}
}

// Each language can be the first, and the others stand in templates.
func TestLanguages(t *testing.T) {
	for _, lang := range words.Languages {
		page, err := Page(Options{Lang: lang})
		if err != nil {
			t.Fatal(err)
		}
		table, err := words.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		title, err := table.Text("site.title")
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(page), "<body>")
		if !strings.Contains(head, `<html lang="`+lang+`">`) || !strings.Contains(head, title) {
			t.Errorf("the page that begins in %s has the head %s", lang, head)
		}
		if n := strings.Count(string(page), "<template data-page="); n != len(words.Languages)-1 {
			t.Errorf("found %d other languages, expected %d", n, len(words.Languages)-1)
		}
	}
	if _, err := Page(Options{Lang: "fr"}); err == nil {
		t.Error("there is a page in a language that has no words")
	}
}

// In one file, the policy names the script and the style by their hashes, and nothing is loaded from elsewhere.
func TestInline(t *testing.T) {
	page, err := Page(Options{Inline: &Inline{Wasm: []byte("wasm"), WasmExec: []byte("exec")}})
	if err != nil {
		t.Fatal(err)
	}
	between := func(from, to string) string {
		_, after, found := bytes.Cut(page, []byte(from))
		text, _, ends := bytes.Cut(after, []byte(to))
		if !found || !ends {
			t.Fatalf("nothing stands between %q and %q", from, to)
		}
		return string(text)
	}
	policy := strings.ReplaceAll(between(`http-equiv="Content-Security-Policy" content="`, `"`), "&#43;", "+")
	policy = strings.ReplaceAll(policy, "&#39;", "'")
	for _, element := range []string{between(`<script type="module">`, "</script>"), between("<style>", "</style>")} {
		if !strings.Contains(policy, hash(element)) {
			t.Errorf("the policy does not have the hash of %.60q", element)
		}
	}
	if found := regexp.MustCompile(`(src|href)="(https?:|//)[^"]*"`).Find(page); found != nil {
		t.Errorf("the page loads %s", found)
	}
}

// What encode writes can be read back, whatever the bytes end in, and has nothing that HTML changes: see "script data state"
// and "preprocessing the input stream" in its standard.
func TestEncode(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		b := make([]byte, n)
		for i := range b {
			b[i] = []byte{0, 0x80, 0x3c, 0x0d, 0xff, byte(r.Uint32())}[r.IntN(6)]
		}
		text := string(encode(b))
		if got := decode(text); !bytes.Equal(got, b) {
			t.Fatalf("%x is read back as %x", b, got)
		}
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r<") || strings.ContainsFunc(text, func(c rune) bool { return c >= 0x80 && c < 0x100 || c >= 0x280 }) {
			t.Fatalf("%x has become %q", b, text)
		}
		if most := len(b)*8/7 + 4; len(text) > most {
			t.Fatalf("%d bytes have become %d, expected at most %d", len(b), len(text), most)
		}
	}
}

// decode is bytes of desk.mjs.
func decode(text string) (b []byte) {
	bits, n := uint32(0), 0
	put := func(seven uint32) {
		if bits, n = bits<<7|seven, n+7; n >= 8 {
			n -= 8
			b = append(b, byte(bits>>n))
		}
	}
	for _, c := range text {
		if c >= 0x100 {
			put([]uint32{0x00, 0x0d, 0x3c}[(c-0x100)>>7])
		}
		put(uint32(c) & 127)
	}
	return b[:max(0, bytes.LastIndexByte(b, 0x80))]
}

var (
	action     = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tag        = regexp.MustCompile(`(?s)<[^>]*>`)
	visible    = regexp.MustCompile(`(aria-label|title|alt|placeholder|label)="([^"]*)"`)
	handler    = regexp.MustCompile(`\s(on[a-z]+|style)=`)
	letters    = regexp.MustCompile(`\p{L}{2,}`)
	jsString   = regexp.MustCompile("\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)*'|`[^`]*`")
	jsComment  = regexp.MustCompile(`(?m)^\s*//.*$|\s// .*$`)
	jsSentence = regexp.MustCompile(`\p{L}{2,} \p{L}+|[^\x00-\x7f]|^.[A-Z][a-z]+.$`)
	jsShows    = regexp.MustCompile("(textContent|innerText|title|alt|placeholder) = (\"[^\"]|'[^']|`)|(append|prepend|replaceChildren|setAttribute\\(\"aria-label\",) ?\\(?[\"'`]")
)

// known are words of the template that are the same in all languages: names, a program's output, and a format.
var known = []string{"doormat: ", "doormat", "AGE-SECRET-KEY-PQ-1", "go run ./examples/breach -out DIR", "go run ./examples/classroom -listen :8093", "go run ./examples/matrix", "go run ./examples/"}

// No sentence stands in the template: all come from words. No handler and no style stands in it either, since the
// policy refuses them.
func TestTemplateHasNoWords(t *testing.T) {
	names, err := fs.Glob(files, "*.tmpl")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := handler.Find(b); m != nil {
			t.Errorf("%s has %s", name, m)
		}
		if err := templateWords(string(b)); err != "" {
			t.Errorf("%s has %s", name, err)
		}
	}
	for name, bad := range map[string]string{
		"a sentence":  `<p>Somebody steals</p>`,
		"a label":     `<p aria-label="Stations"></p>`,
		"a bare word": `<button>Steal</button>`,
	} {
		if templateWords(bad) == "" {
			t.Errorf("%s is not found", name)
		}
	}
}

// templateWords returns what a template says in its own words, or "".
func templateWords(s string) string {
	s = action.ReplaceAllString(s, "")
	for _, m := range visible.FindAllStringSubmatch(s, -1) {
		if letters.MatchString(m[2]) {
			return m[0]
		}
	}
	s = html.UnescapeString(tag.ReplaceAllString(s, "\n"))
	for _, k := range known {
		s = strings.ReplaceAll(s, k, "")
	}
	return letters.FindString(s)
}

// No sentence stands in a script, and nothing is written as HTML.
func TestScriptsHaveNoWords(t *testing.T) {
	names, err := fs.Glob(files, "*js")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if found := scriptWords(string(b)); found != "" {
			t.Errorf("%s has %s", name, found)
		}
	}
	for name, bad := range map[string]string{
		"a sentence":   `x.dataset.y = "Somebody steals";`,
		"one word":     `x.textContent = "steal";`,
		"a shape":      `y = "◇";`,
		"HTML":         `x.innerHTML = y;`,
		"another page": `fetch("https://example.org");`,
		"code":         `eval(x)`,
	} {
		if scriptWords(bad) == "" {
			t.Errorf("%s is not found", name)
		}
	}
}

// scriptWords returns what a script says in its own words, or how it writes HTML or runs text, or "".
func scriptWords(s string) string {
	s = jsComment.ReplaceAllString(s, "")
	for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", ".style", "http:", "https:"} {
		if strings.Contains(s, bad) {
			return bad
		}
	}
	if m := jsShows.FindString(s); m != "" {
		return m
	}
	for _, m := range jsString.FindAllString(s, -1) {
		name := strings.Trim(m, `"`)
		if slices.Contains(thefts, name) || name == "use strict" || name == "Marta" || name == "with, device" {
			continue // names of the library
		}
		if jsSentence.MatchString(m) {
			return m
		}
	}
	return ""
}

// Each text is used: by the template, or by a script that puts it by its id.
func TestWordsAreUsed(t *testing.T) {
	table, err := words.Load(words.Languages[0])
	if err != nil {
		t.Fatal(err)
	}
	page, err := Page(Options{Network: []string{"http://192.168.1.10:8093/"}, Matrix: []System{{Name: "a design", Guessed: "all of it", Rows: []Row{{Theft: "a theft"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range table.IDs() {
		text, err := table.HTML(id)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := table.Text(id)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, []byte(text)) && !strings.Contains(string(page), plain) && len(table.Placeholders(id)) == 0 {
			t.Errorf("no part of the page has %s", id)
		}
	}
}

// Each id that a script names is a text.
func TestScriptsNameTexts(t *testing.T) {
	table, err := words.Load(words.Languages[0])
	if err != nil {
		t.Fatal(err)
	}
	page, err := Page(Options{})
	if err != nil {
		t.Fatal(err)
	}
	script, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`"((?:shell|lang|breach|theft|card|ratchet|leaf|generator|dial|matrix|scanning|network|groups|debate|bet)\.[a-z-]+)"`).FindAllSubmatch(script, -1) {
		id := string(m[1])
		if id == "card.open" || id == "card.of" { // numbers of a response
			continue
		}
		n++
		if strings.HasSuffix(id, "-") {
			continue
		}
		if !table.Has(id) {
			t.Errorf("a script names %s, and there is no such text", id)
		}
		if !bytes.Contains(page, []byte(`data-word="`+id+`"`)) {
			t.Errorf("a script names %s, and the page does not have it for scripts", id)
		}
	}
	if n < 20 {
		t.Errorf("found %d ids, expected 20 or more", n)
	}
}

// One more message is between two of the town of whom none is the victim, and half of the messages are left for a thief who
// acts.
func TestOneMoreMessage(t *testing.T) {
	var s section
	town := s.Town()
	if !slices.Contains(town, s.From()) || !slices.Contains(town, s.To()) || !slices.Contains(town, s.Victim()) {
		t.Errorf("%s, %s and %s do not all live in the town", s.From(), s.To(), s.Victim())
	}
	if s.From() == s.To() || s.From() == s.Victim() || s.To() == s.Victim() {
		t.Errorf("%s writes to %s, and %s is the victim", s.From(), s.To(), s.Victim())
	}
	page, err := Page(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<option selected>` + s.From(), `<option selected>` + s.To(), fmt.Sprintf(`data-half="%d"`, s.Half())} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page does not have %s", want)
		}
	}
}

// The picture that is pushed over the threshold was not a match before, and is one then.
func TestPush(t *testing.T) {
	x, err := pictures()
	if err != nil {
		t.Fatal(err)
	}
	if x.BitsBefore <= matches || x.BitsAfter > matches {
		t.Errorf("%d bits differ before and %d after, expected more than %d, then at most %d", x.BitsBefore, x.BitsAfter, matches, matches)
	}
}
