// Package web makes the classroom's page: HTML from a template and the words of package words, a style sheet, and a
// script that puts what the library answers into its places.
//
// The page holds all languages. The first is shown, and can be read before anything has loaded; the others stand in
// template elements until they are chosen. No sentence stands in the template or in a script.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image/jpeg"
	"math/bits"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"doormat/attacks/conversation"
	"doormat/attacks/scanning"
	"doormat/examples/classroom/words"
)

//go:embed index.html.tmpl style.css *.mjs worker.js
var files embed.FS

// Options are what a page is made of beside the words. The zero Options make a page in English which loads its files
// from beside it, without a matrix.
type Options struct {
	Lang   string   // of the language that is shown first; "" is English
	Matrix []System // what all schemes did with the town's messages
	Made   string   // the date on which the matrix was computed, and on what machine
	Inline *Inline  // nil: the page loads style.css, page.mjs, worker.js and desk.wasm from beside it
}

// An Inline makes the page one file.
type Inline struct {
	Wasm     []byte // the library, for GOOS=js
	WasmExec []byte // wasm_exec.js of the same Go
}

// A System is one design in the matrix, and its thefts.
type System struct {
	Name    string
	Program string // its folder below examples
	Guessed string // what of it is a reconstruction; "" for nothing
	Until   string // when it fell out of use, "today", or ""
	Year    int    // 0 if it was never in use
	Rows    []Row
}

// A Row is one theft, and what it opened.
type Row struct {
	Theft   string
	Takes   string
	Use     string // "theft", "lawful use" or "evasion"
	Search  string // what is searched for afterwards; "" for nothing
	Forged  string // by what means the thief can write in another's name; "" for none
	Noticed string // who could have noticed; "" for nobody
	N, Of   int    // messages that opened, of all

	// Definition is what the European Commission's definition of a backdoor says of it; "" if it was not applied, and
	// then the page has no column for it.
	Definition string

	People, PeopleOf int

	Worst bool // of those that nobody notices, the one that opens the most
}

// Files returns the files that the page loads, by name: the style sheet, the script, and the worker. The worker needs
// wasm_exec.js before it, in the same file.
func Files() (map[string][]byte, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	worker, err := files.ReadFile("worker.js")
	if err != nil {
		return nil, err
	}
	script, err := bundle()
	return map[string][]byte{"style.css": style, "page.mjs": script, "worker.js": worker}, err
}

// Policy is the Content-Security-Policy for a page that loads its files from beside it.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Page returns the page's HTML.
func Page(o Options) ([]byte, error) {
	if o.Lang == "" {
		o.Lang = words.Languages[0]
	}
	d := document{Options: o}
	for _, lang := range append([]string{o.Lang}, slices.DeleteFunc(slices.Clone(words.Languages), func(l string) bool { return l == o.Lang })...) {
		table, err := words.Load(lang)
		if err != nil {
			return nil, err
		}
		d.Pages = append(d.Pages, &page{Options: o, Lang: lang, words: table})
	}
	for _, p := range d.Pages {
		p.Pages = d.Pages
	}
	if o.Inline != nil {
		if err := d.inline(o.Inline); err != nil {
			return nil, err
		}
	}
	t, err := template.New("index.html.tmpl").ParseFS(files, "index.html.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// A document is what the template makes the whole page of.
type document struct {
	Options
	Pages []*page

	// Of a page in one file:
	Policy string
	Style  template.CSS
	Script template.JS
	Worker template.HTML // in base64
	Wasm   template.HTML // compressed by gzip, in base64
}

func (d *document) inline(in *Inline) error {
	f, err := Files()
	if err != nil {
		return err
	}
	d.Style, d.Script = template.CSS(f["style.css"]), template.JS(f["page.mjs"])
	d.Worker = encode(slices.Concat(in.WasmExec, []byte("\n"), f["worker.js"]))
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = z.Write(in.Wasm)
	if err = errors.Join(err, z.Close()); err != nil {
		return err
	}
	d.Wasm = encode(b.Bytes())
	d.Policy = fmt.Sprintf("default-src 'none'; script-src %s 'wasm-unsafe-eval'; worker-src blob:; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		hash("\n"+string(d.Script)+"\n"), hash("\n"+string(d.Style)+"\n"))
	return nil
}

// encode returns bytes in base64, in which no character means anything in HTML.
func encode(b []byte) template.HTML { return template.HTML(base64.StdEncoding.EncodeToString(b)) }

// hash returns the source expression of a policy for the text of an element.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// modules are the scripts, each after those that it imports.
var modules = []string{"put.mjs", "desk.mjs", "bet.mjs", "doorstep.mjs", "breach.mjs", "ratchet.mjs", "leaf.mjs",
	"generator.mjs", "dial.mjs", "matrix.mjs", "scanning.mjs", "debate.mjs", "page.mjs"}

var (
	importLine = regexp.MustCompile(`(?m)^import \{[^}]*\} from "\./[a-z]+\.mjs";\n`)
	exportWord = regexp.MustCompile(`(?m)^export (async function|function|class|const) `)
)

// bundle joins the modules to one script: a file that is opened by double click can import nothing.
func bundle() ([]byte, error) {
	var b bytes.Buffer
	for _, name := range modules {
		s, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s = exportWord.ReplaceAll(importLine.ReplaceAll(s, nil), []byte("$1 "))
		if bytes.Contains(s, []byte("\nimport ")) || bytes.Contains(s, []byte("\nexport ")) {
			return nil, fmt.Errorf("web: %s imports or exports in a way that bundle does not know", name)
		}
		b.Write(s)
	}
	return b.Bytes(), nil
}

// Designs returns the matrix for the page's script, which fills one table at a time from it: of each system its name,
// its program, what of it is a reconstruction, and its rows, as lists.
func (d document) Designs() any {
	list := [][]any{}
	for _, s := range d.Matrix {
		rows := [][]any{}
		for _, r := range s.Rows {
			rows = append(rows, []any{r.Theft, r.Takes, r.N, r.Of, r.People, r.PeopleOf, r.Noticed, r.Forged, r.Definition})
		}
		list = append(list, []any{s.Name, s.Program, s.Guessed, rows})
	}
	return list
}

// A page is what the template makes one language of.
type page struct {
	Options
	Lang  string
	Pages []*page
	words *words.Table
}

// First reports whether the page is shown first. Only that has the pictures.
func (p *page) First() bool { return p == p.Pages[0] }

// W returns a text for the page.
func (p *page) W(id string) (template.HTML, error) { return p.words.HTML(id) }

// T returns a text for an attribute.
func (p *page) T(id string) (string, error) { return p.words.Text(id) }

// A word is a text that a script puts somewhere by its id.
type word struct {
	ID   string
	Text template.HTML
}

// Words returns the texts whose ids begin with one of the prefixes.
func (p *page) Words(prefixes ...string) (list []word, err error) {
	for _, id := range p.words.IDs() {
		if !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(id, prefix) }) {
			continue
		}
		text, err := p.words.HTML(id)
		if err != nil {
			return nil, err
		}
		list = append(list, word{id, text})
	}
	return list, nil
}

// A section is what the template makes one station of.
type section struct {
	*page
	station
	Number int
	Next   string // the id of the station that follows; "" for the last
}

// A station is one experiment of the page. Holders are those whose keys the station lists: of each, words has
// "ID.keys-HOLDER" and "ID.keys-HOLDER-has".
type station struct {
	ID      string
	Holders []string
}

var stations = []station{
	{"doorstep", nil},
	{"breach", []string{"two", "relay", "authority"}},
	{"ratchet", []string{"phone", "thief"}},
	{"leaf", []string{"agents", "tap", "chip"}},
	{"generator", []string{"maker", "device", "user"}},
	{"dial", []string{"agent", "any", "public"}},
	{"matrix", nil},
	{"scanning", []string{"phone", "authority"}},
	{"debate", nil},
}

// Sections returns the stations in order.
func (p *page) Sections() (list []section) {
	for i, s := range stations {
		next := ""
		if i+1 < len(stations) {
			next = stations[i+1].ID
		}
		list = append(list, section{p, s, i, next})
	}
	return list
}

// At returns the section of a station.
func (p *page) At(id string) (section, error) {
	for _, s := range p.Sections() {
		if s.ID == id {
			return s, nil
		}
	}
	return section{}, fmt.Errorf("web: there is no station %q", id)
}

// S returns a text of the station for the page.
func (s section) S(key string) (template.HTML, error) { return s.W(s.ID + "." + key) }

// NextTitle returns what leads to the station that follows.
func (s section) NextTitle() (string, error) {
	title, err := s.T(s.Next + ".title")
	if err != nil {
		return "", err
	}
	next, err := s.T("shell.next")
	return strings.ReplaceAll(next, "{station}", title), err
}

// ST returns a text of the station for an attribute.
func (s section) ST(key string) (string, error) { return s.T(s.ID + "." + key) }

// thefts are those of station 1, in the order in which a class meets them: by the names of the library.
var thefts = []string{
	"escrow key", "relay", "wiretap", "quantum", "device seizure", "device seizure, disappearing", "device keys", "rogue sender",
}

var notLetters = regexp.MustCompile(`[^a-z0-9]+`)

// A theft is one that can be chosen.
type theft struct {
	Name string // in the library
	ID   string // of its text in words
}

// Thefts returns those of station 1.
func (section) Thefts() (list []theft) {
	for _, name := range thefts {
		list = append(list, theft{name, "theft." + notLetters.ReplaceAllString(name, "-")})
	}
	return list
}

// A person has a secret that a student may keep.
type person struct {
	ID, Name string
	First    bool
}

// People returns those of station 0, in the order of the library.
func (section) People() (list []person) {
	for i, name := range []string{"Graham Tranter", "Walt Groome", "Lena Pask", "Gerrit Vos", "Marta Lind"} {
		first, _, _ := strings.Cut(name, " ")
		list = append(list, person{strings.ToLower(first), name, i == 0})
	}
	return list
}

// Town returns the names of all who live in the town.
func (section) Town() []string { return conversation.Town().People }

// A column is one side of station 1.
type column struct {
	section
	Column string // "with" or "without"
	Title  template.HTML
}

// Column returns a side of station 1.
func (s section) Column(name string) (column, error) {
	title, err := s.S(map[string]string{"with": "left", "without": "right"}[name])
	return column{s, name, title}, err
}

// A card is one sentence to debate.
type card struct {
	ID      string
	Number  int
	Station string // at which a run bears on it
}

// Cards returns the sentences of station 7.
func (section) Cards() (list []card) {
	for i, station := range []string{"breach", "breach", "leaf", "breach", "generator", "matrix", "breach", "matrix", "breach", "matrix", "breach", "matrix"} {
		list = append(list, card{fmt.Sprint("d", i+1), i + 1, station})
	}
	return list
}

// Years returns when a design was in use, or "–" if it never was.
func (s System) Years() string {
	switch {
	case s.Year == 0:
		return "–"
	case s.Until == "":
		return fmt.Sprint(s.Year)
	case s.Until == "today":
		return fmt.Sprint(s.Year, "–")
	}
	return fmt.Sprint(s.Year, "–", s.Until)
}

// WorstRow returns the worst theft that nobody notices, or nil.
func (s System) WorstRow() *Row {
	for i := range s.Rows {
		if s.Rows[i].Worst {
			return &s.Rows[i]
		}
	}
	return nil
}

// Mark returns the shape for what opened.
func (r Row) Mark() string {
	if r.N > 0 {
		return "◇"
	}
	return "■"
}

// Class returns "every" if all messages opened.
func (r Row) Class() string {
	if r.N == r.Of {
		return "every"
	}
	return ""
}

// Percent returns the share that opened, for the length of a bar.
func (r Row) Percent() float64 {
	if r.Of == 0 {
		return 0
	}
	return 100 * float64(r.N) / float64(r.Of)
}

// Silent returns how many designs have a theft that opens everything, and that nobody notices.
func (p *page) Silent() (n int) {
	for _, s := range p.Matrix {
		if r := s.WorstRow(); r != nil && r.N == r.Of {
			n++
		}
	}
	return n
}

// Put returns a text for the page whose one placeholder is a number that is known when the page is built.
func (p *page) Put(id string, n int) (string, error) {
	text, err := p.T(id)
	return strings.ReplaceAll(text, "{n}", fmt.Sprint(n)), err
}

// A push is a picture that was altered until a detector takes it for another.
type push struct {
	Card, Before, After   template.URL
	BitsBefore, BitsAfter int // of 256, in which its hash differs from the card's
}

// Push makes the pictures of the station of scanning. They are the same in each page.
func (p *page) Push() (*push, error) { return pictures() }

var pictures = sync.OnceValues(func() (*push, error) {
	card, boat := scanning.File(scanning.Known), scanning.File(scanning.Boat)
	aim, _ := scanning.HashPicture(card)
	altered, err := scanning.Collide(scanning.Picture(scanning.Boat), aim, matches)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, altered.Picture, &jpeg.Options{Quality: 90}); err != nil { // a quarter of a PNG's size
		return nil, err
	}
	file := b.Bytes()
	x := &push{Card: dataURL(card), Before: dataURL(boat), After: dataURL(file)}
	for n, picture := range map[*int][]byte{&x.BitsBefore: boat, &x.BitsAfter: file} {
		hash, ok := scanning.HashPicture(picture)
		if !ok {
			return nil, errors.New("web: a picture has no hash")
		}
		for i := range hash {
			*n += bits.OnesCount8(hash[i] ^ aim[i])
		}
	}
	return x, nil
})

// matches is the number of bits that may differ in a match.
const matches = 31

func dataURL(picture []byte) template.URL {
	return template.URL("data:" + http.DetectContentType(picture) + ";base64," + base64.StdEncoding.EncodeToString(picture))
}
