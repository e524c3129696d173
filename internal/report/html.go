package report

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed page.html.tmpl page.css
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "page.html.tmpl", "page.css"))

// HTML writes a report as one page, which needs no network, no scripts and no fonts. The same
// report gives the same bytes.
func HTML(w io.Writer, r *Report) error {
	var b bytes.Buffer
	if err := pageTemplate.ExecuteTemplate(&b, "page.html.tmpl", newPage(r)); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// page is what the template reads. All of it is text or numbers, so that html/template escapes
// everything that comes from the report.
type page struct {
	Title, Facts, Note, Closing string
	Systems                     []string
	Bars                        []barRow
	SchemesSays                 string
	Schemes                     []schemeView
	Details                     []detailRow
	Heals, Work                 bool // whether any line has them
	Groups                      []group
	Legend                      []legendItem
	Cards                       []card
}

type barRow struct {
	Theft, Takes string
	Cells        []barView
}

// barView is one theft in one system.
type barView struct {
	Missing        string // instead of all else
	Count, Percent string
	Fill           int // of 100
	Zero           bool
}

type detailRow struct {
	Theft string
	Lines []detailLine
}

type detailLine struct {
	System, Before, After, People, Forgery, Noticed, Healed, Work string
}

// schemeView is a system with thefts of its own.
type schemeView struct {
	Name string
	Rows []schemeRow
}

type schemeRow struct {
	Theft, Takes string
	Bar          barView
	detailLine
}

// card is a sample.
type card struct {
	From, To, At, Text string
	Sealed             []sealedView
}

type sealedView struct {
	System, Size, Read, Hex string
}

func newPage(r *Report) *page {
	p := &page{
		Title: name(r.Title, 200), Facts: strings.TrimSpace(facts(r) + " " + victim(r)), Note: clean(r.Note), Closing: clean(r.Closing),
	}
	for _, s := range r.Systems {
		p.Systems = append(p.Systems, name(s, 60))
	}
	if len(p.Systems) > 0 {
		p.rows(r)
	}
	p.SchemesSays = clean(r.SchemesSays)
	for _, s := range r.Schemes {
		p.Schemes = append(p.Schemes, newSchemeView(&s))
	}
	if len(r.Pictures) > 0 {
		var pictures []Picture
		for _, q := range r.Pictures {
			pictures = append(pictures, coarse(q))
		}
		d := newDrawing(pictures)
		p.Groups, p.Legend = groups(r, pictures, d), d.legend()
	}
	for _, s := range r.Samples {
		p.Cards = append(p.Cards, newCard(&s))
	}
	return p
}

func (p *page) rows(r *Report) {
	for _, row := range r.Rows {
		b := barRow{Theft: name(row.Theft, 100), Takes: name(row.Takes, 400)}
		for i := range r.Systems {
			b.Cells = append(b.Cells, newBarView(row.cell(i)))
		}
		p.Bars = append(p.Bars, b)
		d := detailRow{Theft: b.Theft}
		for _, l := range row.lines(len(r.Systems)) {
			v := newDetailLine(&row, l, r.Systems)
			p.Heals = p.Heals || l.cell.Healed != ""
			p.Work = p.Work || v.Work != ""
			d.Lines = append(d.Lines, v)
		}
		if len(d.Lines) > 0 {
			p.Details = append(p.Details, d)
		}
	}
}

func newSchemeView(s *Scheme) schemeView {
	v := schemeView{Name: name(s.Name, 60)}
	for _, row := range s.Rows {
		w := schemeRow{Theft: name(row.Theft, 100), Takes: name(row.Takes, 400), Bar: newBarView(row.cell(0))}
		for _, l := range row.lines(1) {
			w.detailLine = newDetailLine(&row, l, []string{s.Name})
		}
		v.Rows = append(v.Rows, w)
	}
	return v
}

func newBarView(c *Cell) barView {
	if c == nil {
		return barView{Missing: "does not exist"}
	}
	n := c.Readable()
	if n.Of <= 0 {
		return barView{Missing: "no messages"}
	}
	return barView{Count: n.String(), Percent: fixed(n.Percent()), Fill: n.steps(100), Zero: n.N == 0}
}

func newDetailLine(row *Row, l line, systems []string) detailLine {
	of := func(c Count) string {
		if c.Of <= 0 {
			return "–"
		}
		return c.String()
	}
	c := l.cell
	d := detailLine{
		System: name(l.names(systems), 60), Before: of(c.Before), After: of(c.After), People: of(c.People),
		Forgery: strings.ReplaceAll(c.forgery(), "-", "–"),
		Noticed: orDash(name(c.Noticed, 100)), Healed: name(c.Healed, 60),
	}
	var work []string
	for _, i := range l.systems {
		c := row.cell(i)
		if c.Operations == 0 && c.Time == 0 {
			continue
		}
		w := commas(c.Operations)
		if c.Time != 0 {
			w = fixed(w + " in " + duration(c.Time))
		}
		if !slices.Contains(work, w) {
			work = append(work, w)
		}
	}
	d.Work = strings.Join(work, " and ")
	return d
}

// fixed keeps a number and its unit on one line.
func fixed(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// cardText is how much of a message a card shows, in runes.
const cardText = 600

// cardBytes is how much of a ciphertext a card shows.
const cardBytes = 64

func newCard(s *Sample) card {
	c := card{From: name(s.From, 60), To: name(s.To, 60), At: moment(s.At)}
	if !s.shown() {
		c.Text = truncate(clean(s.Text), cardText)
	}
	for _, x := range s.Sealed {
		v := sealedView{
			System: name(x.System, 60),
			Read:   truncate(clean(x.Read), cardText),
			Hex:    hexLines(&x, 3*16-1, cardBytes/16),
		}
		if x.Read != "" {
			v.Hex = fixed(hexLines(&x, 3*6-1, 1))
		}
		if x.Size > 0 {
			v.Size = fixed(plural(x.Size, "byte", "bytes"))
		}
		c.Sealed = append(c.Sealed, v)
	}
	return c
}
