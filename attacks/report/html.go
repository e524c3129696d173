package report

import (
	"embed"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks"
)

//go:embed page.html.tmpl page.css
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "page.html.tmpl", "page.css"))

// page is the data of the template. All of it is text or numbers, so that
// html/template escapes everything that comes from the report.
type page struct {
	Title, Lead, Finding, Facts, Note, Made string
	Terms                                   []Term
	Systems                                 []string
	Columns                                 int // of the table of bars
	Sections                                []sectionView
	Details                                 []detailRow
	Heals, Work                             bool // whether any line has them
	Overview                                []overviewRow
	BySystem                                []systemView
	Backdoor                                string // what the column says
	Groups                                  []group
	Legend                                  []legendItem
	Cards                                   []card
	Reach                                   *reachPlot // nil for none
}

// sectionView is the rows of one use.
type sectionView struct {
	Head string
	Bars []barRow
	Zero string // the thefts that open nothing in any system
}

type barRow struct {
	Theft string
	Takes []string
	Cells []barView
}

// barView is the bar of one theft in one system.
type barView struct {
	System         string // for narrow screens
	Missing        string // instead of the other fields
	Count, Percent string
	Tried          string // how little, if the thief has not tried all
	Fill           int    // of 100
	Class          string // how much opens, to whom
	Takes          string // if the systems differ in it
}

type detailRow struct {
	Theft string
	Lines []detailLine
}

type detailLine struct {
	System, Before, After, People, Forgery, Noticed, Healed, Work string
}

// overviewRow is the worst theft of a system that goes unnoticed.
type overviewRow struct {
	System, Theft, Takes, Search, Backdoor string
	Bar                                    barView
}

// systemView is the thefts of one system.
type systemView struct {
	Name     string
	Sections []systemSection
}

type systemSection struct {
	Head string
	Rows []theftView
}

type theftView struct {
	Theft, Takes                       string
	Bar                                barView
	People, Forgery, Noticed, Backdoor string
}

// card is a sample.
type card struct {
	From, To, Others, At, Text string
	Sealed                     []sealedView
}

type sealedView struct {
	System, Size, Read, Hex string
}

func newPage(r *Report) *page {
	p := &page{
		Title: name(r.Title, 200), Lead: clean(r.Lead), Finding: clean(r.Finding), Facts: facts(r),
		Note: clean(r.Note), Made: clean(r.Made),
	}
	for _, t := range r.Terms {
		p.Terms = append(p.Terms, Term{name(t.Word, 60), name(t.Means, 400)})
	}
	if r.BySystem {
		p.Backdoor = backdoor
		for _, system := range r.systems {
			if row, ok := r.worst(system); ok {
				c := row.first()
				p.Overview = append(p.Overview, overviewRow{
					name(system, 60), name(row.theft, 100), name(c.Takes, 400), c.Search.String(), backdoorView(c), newBarView(c),
				})
			}
			p.BySystem = append(p.BySystem, newSystemView(r, system))
		}
	} else {
		for _, s := range r.systems {
			p.Systems = append(p.Systems, name(s, 60))
		}
		p.Columns = 1 + len(p.Systems)
		p.rows(r)
	}
	if len(r.Pictures) > 0 {
		var d drawing
		p.Groups, d = groups(r)
		p.Legend = d.legend()
	}
	p.Reach = newReachPlot(r)
	for _, s := range r.Samples {
		p.Cards = append(p.Cards, newCard(&s))
	}
	return p
}

// rows adds the tables of thefts and systems.
func (p *page) rows(r *Report) {
	for _, s := range sections(r.rows) {
		v := sectionView{Head: s.head()}
		open := s.rows[:len(s.rows)-s.zero]
		for _, row := range open {
			v.Bars = append(v.Bars, newBarRow(&row, p.Systems))
		}
		if s.zero > 0 {
			v.Zero = nothing(s.rows[len(open):], len(r.systems))
		}
		p.Sections = append(p.Sections, v)
		for _, row := range s.rows {
			d := detailRow{Theft: name(row.theft, 100)}
			for _, l := range row.lines() {
				v := newDetailLine(r, &row, l)
				p.Heals = p.Heals || l.cell.healed != ""
				p.Work = p.Work || v.Work != ""
				d.Lines = append(d.Lines, v)
			}
			p.Details = append(p.Details, d)
		}
	}
}

// newBarRow returns a row. What is taken stands once, or in each cell if the
// systems differ in it.
func newBarRow(row *row, systems []string) barRow {
	b := barRow{Theft: name(row.theft, 100)}
	same := len(row.takes(systems)) == 1
	if same {
		b.Takes = []string{name(row.takes(systems)[0], 400)}
	}
	for i, c := range row.cells {
		v := newBarView(c)
		v.System = systems[i]
		if c != nil && !same {
			v.Takes = name(c.Takes, 400)
		}
		b.Cells = append(b.Cells, v)
	}
	return b
}

func newSystemView(r *Report, system string) systemView {
	v := systemView{Name: name(system, 60)}
	for _, s := range sections(r.ofSystem(system)) {
		head, _, _ := strings.Cut(s.head(), ":")
		w := systemSection{Head: head}
		for _, row := range s.rows {
			c := row.first()
			w.Rows = append(w.Rows, theftView{
				Theft: name(row.theft, 100), Takes: name(c.Takes, 400), Bar: newBarView(c),
				People: countView(c.People), Forgery: forgeryView(c), Noticed: c.noticed(100), Backdoor: backdoorView(c),
			})
		}
		v.Sections = append(v.Sections, w)
	}
	return v
}

func newBarView(c *cell) barView {
	if c == nil {
		return barView{Missing: "does not exist"}
	}
	n := c.counted()
	if n.Of <= 0 {
		return barView{Missing: "no messages"}
	}
	return barView{Count: Fraction(n), Percent: fixed(Percent(n)), Tried: c.tried(), Fill: steps(n, 100), Class: c.class()}
}

// class returns the class of a bar: that of its use, or of a theft how much it
// opens.
func (c *cell) class() string {
	n := c.Readable()
	switch {
	case c.Use == attacks.Lawful:
		return "lawful"
	case c.Use == attacks.Evasion:
		return "evasion"
	case n.N == 0:
		return "zero"
	case n.N == n.Of:
		return "every"
	}
	return "some"
}

// countView returns a count, or a dash if it is of nothing.
func countView(c attacks.Count) string {
	if c.Of <= 0 {
		return "–"
	}
	return Fraction(c)
}

func forgeryView(c *cell) string { return strings.ReplaceAll(c.forgery(), "-", "–") }

func backdoorView(c *cell) string {
	if s := c.backdoor(100); s != "-" {
		return s
	}
	return "–"
}

func newDetailLine(r *Report, row *row, l line) detailLine {
	c := l.cell
	d := detailLine{
		System: name(l.names(r.systems), 60),
		Before: countView(c.Before), After: countView(c.After), People: countView(c.People),
		Forgery: forgeryView(c), Noticed: c.noticed(100), Healed: c.healed,
	}
	var work []string
	for _, i := range l.systems {
		c := row.cells[i]
		if !r.Times {
			break
		}
		w := fixed(commas(c.Operations) + " in " + duration(c.Time))
		if !slices.Contains(work, w) {
			work = append(work, w)
		}
	}
	d.Work = strings.Join(work, " and ")
	if c.tried() != "" {
		d.Work = strings.TrimPrefix(d.Work+"; "+c.tried(), "; ")
	}
	return d
}

// fixed returns s with spaces that do not break: a number and its unit stay on
// one line.
func fixed(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }

// cardText is the number of characters of a message that a card shows.
const cardText = 600

// cardBytes is the number of bytes of a ciphertext that a card shows.
const cardBytes = 64

func newCard(s *Sample) card {
	c := card{From: name(s.From, 60), To: name(s.To, 60), Others: others(s), At: moment(s.At)}
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
			v.Size = fixed(plural(int64(x.Size), "byte", "bytes"))
		}
		c.Sealed = append(c.Sealed, v)
	}
	return c
}
