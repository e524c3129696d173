package main

import (
	_ "embed"
	"encoding/json"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/examples/classroom/web"
)

// matrix.json is what every system did with the town's messages: see TestMatrix, which writes it with -measure. It is
// not computed at each start, as that takes most of a minute.
//
//go:embed matrix.json
var matrixJSON []byte

// A measured is the content of matrix.json.
type measured struct {
	Made    string // when, and by what
	Systems []web.System
}

func matrix() (m measured) {
	if err := json.Unmarshal(matrixJSON, &m); err != nil {
		panic("classroom: internal error: matrix.json: " + err.Error())
	}
	return m
}

// systemsOf turns results into what the page shows of them.
func systemsOf(results func(name string) []*attacks.Result, cheat string) (systems []web.System) {
	seen := map[string]bool{}
	for _, scheme := range all.Schemes {
		for _, s := range scheme.Systems(cheat) {
			if seen[s.Name()] {
				continue // of that name there are several, for thieves who act
			}
			seen[s.Name()] = true
			x := web.System{Name: s.Name(), Program: scheme.Program, Guessed: scheme.Guessed, Until: scheme.Until, Year: scheme.Year}
			worst := -1
			for _, r := range results(s.Name()) {
				for i := range r.Exposures {
					row := rowOf(&r.Exposures[i])
					silent := row.Use == attacks.Taken.String() && row.Noticed == ""
					if silent && (worst < 0 || row.N > x.Rows[worst].N) {
						worst = len(x.Rows)
					}
					x.Rows = append(x.Rows, row)
				}
			}
			if worst >= 0 {
				x.Rows[worst].Worst = true
			}
			systems = append(systems, x)
		}
	}
	return systems
}

func rowOf(e *attacks.Exposure) web.Row {
	row := web.Row{Theft: string(e.Theft), Takes: e.Takes, Use: e.Use.String(), Search: e.Search.String(),
		N: e.Readable().N, Of: e.Readable().Of, People: e.People.N, PeopleOf: e.People.Of, Definition: e.Finding().String()}
	if e.Noticed != (attacks.Notice{}) {
		row.Noticed = e.Noticed.String()
	}
	if e.Forged == attacks.Accepted {
		row.Forged = e.Means.String()
	}
	return row
}
