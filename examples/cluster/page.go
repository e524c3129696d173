//go:build !js

package main

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strings"

	"doormat/examples/classroom/words"
	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

// The page's parts. Every sentence is in en.txt and de.txt, one for each language.
//
//go:embed web
var webFiles embed.FS

// A shown is what the page shows of a search. It has a key when that is found.
type shown struct {
	state
	key, text []byte
	place     uint64
	room      record
}

// A webPage is the page in one language.
type webPage struct {
	Lang, Other string
	Join        bool // browsers can join
	words       *words.Table
	task        task
	template    *template.Template
}

// A view is what changes in a page: the script asks for it once a second.
type view struct {
	Texts    map[string]string // by data-put
	Permille uint64            // of the keys, that are searched
	Found    bool
}

func newPages(t task, join bool) (map[string]*webPage, error) {
	text, err := template.ParseFS(webFiles, "web/page.html.tmpl")
	if err != nil {
		return nil, err
	}
	all := map[string]*webPage{}
	for lang, other := range map[string]string{"en": "de", "de": "en"} {
		data, err := webFiles.ReadFile("web/" + lang + ".txt")
		if err != nil {
			return nil, err
		}
		table, err := words.Parse(lang, data)
		if err != nil {
			return nil, err
		}
		all[lang] = &webPage{lang, other, join, table, t, text}
	}
	return all, nil
}

// language returns the page in the language that a request asks for, or else its browser.
func (w *web) language(r *http.Request) *webPage {
	if p := w.pages[r.URL.Query().Get("lang")]; p != nil {
		return p
	}
	if strings.HasPrefix(r.Header.Get("Accept-Language"), "de") {
		return w.pages["de"]
	}
	return w.pages["en"]
}

// T returns a text, with values in the place of its placeholders: a name, its value, and so on.
func (p *webPage) T(id string, values ...string) (string, error) {
	text, err := p.words.Text(id)
	for i := 0; i+1 < len(values); i += 2 {
		text = strings.ReplaceAll(text, "{"+values[i]+"}", values[i+1])
	}
	return text, err
}

// must is T of a text that a test knows to be there.
func (p *webPage) must(id string, values ...string) string {
	text, err := p.T(id, values...)
	if err != nil {
		panic("cluster: internal error: " + err.Error())
	}
	return text
}

func (p *webPage) write(out io.Writer, s *shown) error {
	return p.template.Execute(out, struct {
		*webPage
		view
	}{p, p.view(s)})
}

// Intro says what is searched for.
func (p *webPage) Intro() string {
	return p.must("intro", "cipher", p.must("name-"+p.task.Cipher), "bits", fmt.Sprint(p.task.Bits), "keys", p.number(p.task.Limit-p.task.First))
}

// cells are the names of the cells that row returns.
var cells = []string{"cipher", "bits", "machines", "rate", "time"}

// Room returns them for the row of this room.
func (p *webPage) Room() []string { return cells }

// Columns returns the heads of the table.
func (p *webPage) Columns() (heads []string) {
	for _, name := range append([]string{"year", "who"}, cells...) {
		heads = append(heads, p.must("history-"+name))
	}
	return heads
}

// History returns the searches of the past, as rows of a table.
func (p *webPage) History() (rows [][]string) {
	for _, r := range history {
		rows = append(rows, append([]string{fmt.Sprint(r.Year), r.Who}, p.row(r)...))
	}
	return rows
}

// row returns a record's cells after the year and the name.
func (p *webPage) row(r record) []string {
	cipher := r.Cipher
	for id, name := range names {
		if name == cipher {
			cipher = p.must("name-" + id)
		}
	}
	return []string{cipher, fmt.Sprint(r.Bits), p.number(uint64(r.Machines)), p.number(uint64(r.Rate)), p.duration(r.Seconds)}
}

// number writes a number with groups of three, as the language does.
func (p *webPage) number(n uint64) string { return p.local(page.Thousands(n)) }

// local replaces the English marks of a number.
func (p *webPage) local(number string) string {
	if p.Lang == "de" {
		return strings.NewReplacer(",", ".", ".", ",").Replace(number)
	}
	return number
}

// duration writes a time in one unit.
func (p *webPage) duration(seconds float64) string {
	number, unit, _ := strings.Cut(span.Span(seconds).String(), " ")
	if !p.words.Has("unit-" + unit) { // milliseconds, at the end of a search
		number, unit = "0", "seconds"
	}
	return p.local(number) + " " + p.must("unit-"+unit)
}

func (p *webPage) view(s *shown) view {
	done := s.ranges - min(s.left, s.ranges)
	v := view{Permille: done * 1000 / max(s.ranges, 1), Found: s.key != nil}
	percent := func(permille uint64) string { return p.local(fmt.Sprintf("%.1f", float64(permille)/10)) }
	v.Texts = map[string]string{
		"share":   p.must("share", "percent", percent(v.Permille)),
		"left":    p.must("no-worker"),
		"rate":    p.must("rate", "number", p.local(fmt.Sprintf("%.1f", s.rate/1e6))),
		"workers": fmt.Sprint(s.workers),
		"liars":   fmt.Sprint(s.caught),
		"news":    p.must("beginning"),
	}
	if s.workers > 0 {
		v.Texts["left"] = p.duration(s.need.Seconds())
	}
	// The news is read aloud, so it changes with each tenth and not every second.
	if tenth := v.Permille / 100; tenth > 0 {
		v.Texts["news"] = p.must("moving", "percent", fmt.Sprint(10*tenth))
	}
	if v.Found {
		v.Texts["left"] = "0"
		v.Texts["news"] = p.must("found")
		v.Texts["key"] = fmt.Sprintf("%x", s.key)
		v.Texts["place"] = p.must("place", "place", p.number(s.place), "keys", p.number(p.task.Limit-p.task.First))
		v.Texts["text"] = string(s.text)
		v.Texts["room-year"] = fmt.Sprint(s.room.Year)
		for i, cell := range p.row(s.room) {
			v.Texts["room-"+cells[i]] = cell
		}
	}
	return v
}
