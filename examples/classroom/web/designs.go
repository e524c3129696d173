package web

import (
	"fmt"
	"strings"
)

// A System is one design in the matrix, and its thefts.
type System struct {
	Name    string
	Program string // its folder below examples
	Guessed string // what of it is a reconstruction; "" for nothing
	Until   string // when it fell out of use, "today", or ""
	Year    int    // 0 if it was never in use
	Rows    []Row

	Holdings map[string]Holding `json:"-"` // by the column of the cross table; none where nothing opens
}

// A Holding is what opens with the keys of those who stand in one column of the cross table.
type Holding struct {
	Marks int      // how many of them it takes; 0 if nothing opens
	All   bool     // every message, not some
	Names []string // in the column of others
}

// columns are those of the cross table, in order.
var columns = []string{"user", "device", "provider", "authority", "several", "maker", "others"}

// A Cell is one of the cross table.
type Cell struct {
	Column string
	Holding
}

// Cells returns those of a system in order.
func (s System) Cells() (list []Cell) {
	for _, c := range columns {
		list = append(list, Cell{c, s.Holdings[c]})
	}
	return list
}

// Columns returns those of the cross table.
func (section) Columns() []string { return columns }

// Shapes returns a mark for each who is needed.
func (h Holding) Shapes() string { return strings.Repeat("◇", h.Marks) }

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
