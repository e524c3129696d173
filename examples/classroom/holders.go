package main

import (
	"slices"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/attacks/conversation"
	"doormat/examples/classroom/web"
)

// columnOf says in which column of the cross table a party stands that can read alone. Whoever is not here stands under
// others, by name: a listener, an intruder, a site, a company.
var columnOf = map[attacks.Party]string{
	attacks.Owner:     "user",
	attacks.Member:    "user",
	attacks.Device:    "device",
	attacks.Provider:  "provider",
	"key server":      "provider", // which hands out the keys of a SAKKE service
	attacks.Authority: "authority",
	attacks.Agent:     "several", // one of them alone, where that is enough
	attacks.Maker:     "maker",
}

// A robbery names a theft in a system.
type robbery struct{ system, theft string }

// partiesOf returns who must act or be robbed for each theft that the library declares. Courts are left out: a thief
// asks none.
func partiesOf(systems []attacks.System, victim string) map[robbery][]attacks.Party {
	parties := map[robbery][]attacks.Party{}
	for _, s := range systems {
		for _, t := range s.Thefts(victim) {
			parties[robbery{s.Name(), string(t.Name)}] = slices.DeleteFunc(slices.Clone(t.Parties), func(p attacks.Party) bool { return p == attacks.Court })
		}
	}
	return parties
}

// hold fills the cross table: for each system, whose keys opened something, and whether they opened everything. Thefts that
// need several parties stand in one column, with as many marks as the fewest of them that opened the most.
func hold(systems []web.System, parties map[robbery][]attacks.Party) {
	for i := range systems {
		s := &systems[i]
		s.Holdings = map[string]web.Holding{}
		for _, row := range s.Rows {
			who := parties[robbery{s.Name, row.Theft}]
			if row.Use != attacks.Taken.String() || row.N == 0 || len(who) == 0 {
				continue
			}
			column, name := "several", ""
			if len(who) == 1 {
				if column = columnOf[who[0]]; column == "" {
					column, name = "others", string(who[0])
				}
			}
			h := s.Holdings[column]
			if every := row.N == row.Of; h.Marks == 0 || every && !h.All || every == h.All && len(who) < h.Marks {
				h.Marks, h.All = len(who), every
			}
			if name != "" && !slices.Contains(h.Names, name) {
				h.Names = append(h.Names, name)
			}
			s.Holdings[column] = h
		}
	}
}

// held returns the matrix with its cross table.
func held() measured {
	m := matrix()
	victim := conversation.Town().Busiest
	hold(m.Systems, partiesOf(all.Systems(victim), victim))
	return m
}
