package report

import (
	"slices"
	"strings"

	"doormat/attacks"
)

// A row is one theft, with a cell for each system: nil where the theft does not
// exist.
type row struct {
	theft string
	cells []*cell
}

// A cell is what a theft exposes in one system.
type cell struct {
	*attacks.Exposure
	healed string // when nothing opened any more; "" if nothing opened after the theft
}

// newRow returns the row of a theft in the table.
func newRow(t *attacks.Table, theft attacks.TheftName, h *history) row {
	r := row{theft: label(theft, t.Victim)}
	for _, system := range t.Systems() {
		e := t.Cell(theft, system)
		if e == nil {
			r.cells = append(r.cells, nil)
			continue
		}
		r.cells = append(r.cells, &cell{e, h.healed(e, t.Victim)})
	}
	return r
}

// label returns the name of a theft. A warrant says whose it is.
func label(theft attacks.TheftName, victim string) string {
	if theft == attacks.WarrantName && victim != "" {
		return "warrant for " + victim
	}
	return string(theft)
}

// ofSystem returns the rows of one system, each with one cell. A system can have
// several results in the table.
func (r *Report) ofSystem(system string) (rows []row) {
	for _, result := range r.table.Results {
		if result.System != system {
			continue
		}
		for i := range result.Exposures {
			e := &result.Exposures[i]
			rows = append(rows, row{label(e.Theft, r.table.Victim), []*cell{{Exposure: e}}})
		}
	}
	return rows
}

// use returns that of the first system that knows the theft.
func (r *row) use() attacks.Use { return r.first().Use }

// first returns the first cell that there is.
func (r *row) first() *cell {
	i := slices.IndexFunc(r.cells, func(c *cell) bool { return c != nil })
	return r.cells[i]
}

// counted returns what the bar of a cell shows: of a warrant for one person, that
// person's messages that open; of an evasion, the messages that stay shut; and
// otherwise the messages that open, of all.
func (c *cell) counted() attacks.Count {
	n := c.Readable()
	switch {
	case c.Theft == attacks.WarrantName:
		return c.Victims
	case c.Use == attacks.Evasion:
		n.N = n.Of - n.N
	}
	return n
}

// zero reports whether the theft exists in every system and opens nothing in any, after all was tried.
func (r *row) zero() bool {
	return !slices.ContainsFunc(r.cells, func(c *cell) bool {
		return c == nil || c.counted().Of == 0 || c.counted().N > 0 || c.Use != attacks.Taken || c.Only != ""
	})
}

// differs reports whether the bars of the systems are not all equal.
func (r *row) differs() bool {
	return slices.ContainsFunc(r.cells, func(c *cell) bool {
		return c == nil || c.counted() != r.first().counted()
	})
}

// A section is the rows of one use: those in which the systems differ, then the
// others, and last those in which nothing opens.
type section struct {
	use  attacks.Use
	rows []row
	zero int // how many of rows, the last ones, open nothing
}

// head returns what a section counts.
func (s *section) head() string {
	switch s.use {
	case attacks.Lawful:
		return "lawful use: what opens of the messages of a warrant's target"
	case attacks.Evasion:
		return "evasion: what stays shut to the lawful use"
	}
	return "thefts: what opens, of all messages"
}

// sections sorts rows. Each of them has a cell.
func sections(rows []row) (all []section) {
	for _, use := range []attacks.Use{attacks.Lawful, attacks.Taken, attacks.Evasion} {
		s := section{use: use}
		for _, r := range rows {
			if r.use() == use {
				s.rows = append(s.rows, r)
			}
		}
		slices.SortStableFunc(s.rows, func(a, b row) int { return a.place() - b.place() })
		for i := range s.rows {
			if s.rows[i].zero() {
				s.zero++
			}
		}
		if len(s.rows) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// place returns where a row stands in its section: 0 first.
func (r *row) place() int {
	switch {
	case r.zero():
		return 2
	case r.differs():
		return 0
	}
	return 1
}

// names returns the names of rows, with commas.
func names(rows []row) string {
	var all []string
	for _, r := range rows {
		all = append(all, name(r.theft, 48))
	}
	return strings.Join(all, ", ")
}

// forgery answers how the thief could write in the victim's name, or "no".
func (c *cell) forgery() string {
	switch c.Forged {
	case attacks.Accepted:
		return c.Means.String()
	case attacks.Refused:
		return "no"
	}
	return "-"
}

// tried says how little the thief has tried, or returns "" if it was all that the attack could try. The
// answer belongs to the count of what opened, wherever that is shown.
func (c *cell) tried() string {
	if c.Only == "" {
		return ""
	}
	return name(c.Only, 60) + " tried"
}

// noticed returns who could notice the theft, in at most n characters.
func (c *cell) noticed(n int) string { return name(c.Noticed.String(), n) }

// backdoor returns what the definition says of the theft, in at most n characters.
func (c *cell) backdoor(n int) string { return name(c.Finding().String(), n) }

// backdoor explains that.
const backdoor = "whether the European Commission's definition of September 2020 holds, \"" + attacks.Definition + "\": " +
	"yes, and for whom; or no, and a clause that does not hold. What opens at one who takes part in a conversation, on a " +
	"device or as a member, is not sent by others. The sentence leaves two things open, and what depends on them is named: whether a court that must order it counts as a second party, and whether a chance to know counts as " +
	"knowledge, where someone would have to compare numbers, read a log or take a program apart. It asks neither for " +
	"intent nor for how much opens."

// A line is a theft in the systems in which it exposes the same.
type line struct {
	systems []int // indexes, at least one
	cell    *cell // of the first system
}

// lines groups the systems in which the theft exposes the same. Operations and
// times are not compared.
func (r *row) lines() (lines []line) {
	same := func(a, b *cell) bool {
		return a.Takes == b.Takes && a.Before == b.Before && a.After == b.After && a.People == b.People &&
			a.Only == b.Only && a.Forged == b.Forged && a.Means == b.Means && a.Noticed == b.Noticed && a.healed == b.healed
	}
	for i, c := range r.cells {
		if c == nil {
			continue
		}
		j := slices.IndexFunc(lines, func(l line) bool { return same(l.cell, c) })
		if j < 0 {
			lines = append(lines, line{cell: c})
			j = len(lines) - 1
		}
		lines[j].systems = append(lines[j].systems, i)
	}
	return lines
}

// names returns the names of the systems of a line, given those of the row.
func (l line) names(systems []string) string {
	if len(l.systems) == len(systems) && len(systems) > 1 {
		if len(systems) == 2 {
			return "both"
		}
		return "all"
	}
	var names []string
	for _, i := range l.systems {
		names = append(names, clean(systems[i]))
	}
	return strings.Join(names, ", ")
}

// takes returns what the thief takes, in each system where that differs.
func (r *row) takes(systems []string) []string {
	var all []string
	for _, c := range r.cells {
		if c != nil && !slices.Contains(all, c.Takes) {
			all = append(all, c.Takes)
		}
	}
	if len(all) == 1 {
		return all
	}
	all = nil
	for i, c := range r.cells {
		if c != nil {
			all = append(all, clean(systems[i])+": "+c.Takes)
		}
	}
	return all
}

// worst returns the theft that opens the most of a system while nobody notices,
// and whether there is one.
func (r *Report) worst(system string) (worst row, ok bool) {
	for _, row := range r.ofSystem(system) {
		c := row.first()
		if c.Use != attacks.Taken || c.Noticed != (attacks.Notice{}) {
			continue
		}
		if !ok || c.Readable().N > worst.first().Readable().N {
			worst, ok = row, true
		}
	}
	return worst, ok
}
