package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/all"
	"doormat/attacks/clipper"
	"doormat/attacks/conversation"
	"doormat/attacks/dualec"
	"doormat/attacks/escrow"
	"doormat/attacks/noescrow"
	"doormat/examples/classroom/web"
)

// The cross table has a mark exactly where a theft in matrix.json opened something, under those whom the library has for
// its parties, and "all" where it opened everything.
func TestHoldings(t *testing.T) {
	parties := partiesOf(all.Systems("Marta Lind"), "Marta Lind")
	for _, s := range held().Systems {
		want := map[string]bool{} // columns with a mark, and whether all opened
		for _, row := range s.Rows {
			who, ok := parties[robbery{s.Name, row.Theft}]
			if !ok || len(who) == 0 {
				t.Errorf("%s: the library does not say whose keys %s takes", s.Name, row.Theft)
			}
			if row.Use != "theft" || row.N == 0 {
				continue
			}
			column := "several"
			if len(who) == 1 {
				if column, ok = columnOf[who[0]]; !ok {
					column = "others"
				}
			}
			want[column] = want[column] || row.N == row.Of
		}
		if len(s.Holdings) != len(want) {
			t.Errorf("%s: %d columns have a mark, expected %d", s.Name, len(s.Holdings), len(want))
		}
		for column, every := range want {
			if h := s.Holdings[column]; h.All != every || h.Marks == 0 || (column == "others") != (len(h.Names) > 0) {
				t.Errorf("%s, %s: %+v, all is %t", s.Name, column, h, every)
			}
		}
	}
}

// Rows that are known: measured anew with a part of the town, without thieves who act, and on the page, where a
// relay that acts reads some too.
func TestHoldingsAreMeasured(t *testing.T) {
	town := conversation.Town()
	var some []attacks.Message
	for m := range town.Messages {
		if some = append(some, m); len(some) == 40 {
			break
		}
	}
	held := held()
	page, err := web.Page(web.Options{Matrix: held.Systems})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		system attacks.System
		want   string // by column
		cells  string // on the page, in the order of the columns
	}{
		{clipper.New(), "device several=2/all", "–|◇ some|–|–|◇◇ all|–|–"},
		{dualec.New(8), "device maker/all", "–|◇ some|–|–|–|◇ all|–"},
		{escrow.New(), "authority/all device maker/all", "–|◇ some|◇ some|◇ all|–|◇ all|–"},
		{noescrow.New(), "device maker/all", "–|◇ some|◇ some|–|–|◇ all|–"},
	} {
		r, err := attacks.Run(t.Context(), x.system, attacks.NewConversation(some), some[0].From, nil)
		if err != nil {
			t.Fatal(err)
		}
		one := web.System{Name: x.system.Name()}
		parties := map[robbery][]attacks.Party{}
		for i := range r.Exposures {
			e := &r.Exposures[i]
			one.Rows = append(one.Rows, rowOf(e))
			parties[robbery{one.Name, string(e.Theft)}] = slices.DeleteFunc(slices.Clone(e.Parties), func(p attacks.Party) bool { return p == attacks.Court })
		}
		r.Close()
		systems := []web.System{one}
		hold(systems, parties)
		if got := briefly(systems[0]); got != x.want {
			t.Errorf("%s: measured %s, expected %s", one.Name, got, x.want)
		}
		_, cross, _ := bytes.Cut(page, []byte(`<table class="cross"`))
		_, row, ok := strings.Cut(string(cross), `<tr><th scope="row" lang="en">`+one.Name+"</th>")
		row, _, _ = strings.Cut(row, "</tr>")
		if got := cellsOf(row); !ok || got != x.cells {
			t.Errorf("%s: the page has %s, expected %s", one.Name, got, x.cells)
		}
	}
}

// briefly writes the holdings of a system in one line.
func briefly(s web.System) string {
	var list []string
	for column, h := range s.Holdings {
		text := column
		if h.Marks > 1 {
			text += fmt.Sprint("=", h.Marks)
		}
		if h.All {
			text += "/all"
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// cellsOf returns the text of the cells of a row.
func cellsOf(row string) string {
	var cells []string
	for _, cell := range strings.Split(row, "<td")[1:] {
		_, cell, _ = strings.Cut(cell, ">")
		var text strings.Builder
		for i, part := range strings.Split(cell, "<") {
			if i > 0 {
				_, part, _ = strings.Cut(part, ">")
			}
			text.WriteString(part)
		}
		cells = append(cells, strings.Join(strings.Fields(text.String()), " "))
	}
	return strings.Join(cells, "|")
}
