package e2e

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"doormat/attacks/conversation"
	"doormat/attacks/traceback"
)

// tracing walks the station: what it shows of the town is what the library measures.
func tracing(b *tab, in func(string) string) {
	ask := func(name string) {
		b.barred(in("[data-ask=" + name + "]"))
		b.use(in("[data-form=" + name + "] button:not([type=button])"))
		b.idle()
		b.use(in("[data-ask=" + name + "]"))
		b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-happened="+name+"]")))
		b.idle()
	}
	b.reach(in("input[name=how]"))
	b.press(kb.ArrowDown) // types it again
	b.choose(in("select[name=n]"), "2")
	ask("chain")
	for i, want := range []string{"Neil Pask", "Graham Tranter", "Neil Pask", "Neil Pask"} { // tag, table, path, tree
		if got := b.text(in(fmt.Sprintf("[data-named] tr:nth-child(%d) > td", i+2))); got != want {
			b.t.Errorf("design %d names %q, expected %q", i, got, want)
		}
	}
	if got := b.text(in("[data-happened=chain]")); !strings.Contains(got, "Neil Pask") || digits(got)[0] != "1" {
		b.t.Errorf("the chain says %q", got)
	}
	ask("town")
	town := conversation.Town()
	r := traceback.TownRumours(town.People)
	s := traceback.NewTree()
	defer s.Close()
	rows, err := traceback.Measure(b.t.Context(), s, r, "Lena Pask", traceback.Secret)
	if err != nil {
		b.t.Fatal(err)
	}
	for i, use := range []string{string(traceback.Lawful), string(traceback.Store), string(traceback.Phone)} {
		for _, want := range rows {
			if string(want.Theft) != use {
				continue
			}
			got := digits(b.text(in(fmt.Sprintf("[data-traced] > tbody:last-of-type > tr:nth-child(%d) > td:nth-child(3)", i+2))))
			if len(got) != 2 || got[0] != fmt.Sprint(want.Named.N) || got[1] != fmt.Sprint(want.Named.Of) {
				b.t.Errorf("%s: the page says %v, the library %v", use, got, want.Named)
			}
		}
	}
	if got := digits(b.text(in("[data-happened=town] > :first-child"))); len(got) != 3 || got[1] != fmt.Sprint(len(town.People)) {
		b.t.Errorf("in the town %v are named", got)
	}
	ask("guess")
	if got := digits(b.text(in("[data-happened=guess] > :first-child"))); len(got) != 4 || got[2] != fmt.Sprint(len(r.Steps)) || got[1] == "0" {
		b.t.Errorf("guessed are %v", got)
	}
	ask("report")
	if got := digits(b.text(in("[data-happened=report] > :first-child"))); len(got) != 3 || got[1] != "2" || got[2] != "5" {
		b.t.Errorf("believed are %v", got)
	}
	if n := eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", in("[data-reports] > tbody > tr"))); n != 5 {
		b.t.Errorf("%d reports", n)
	}
	b.use(in("[data-again=undo]"))
	b.wait(fmt.Sprintf("document.querySelector(%q).hidden && !document.querySelector(%q).hidden", in("[data-happened=report]"), in("[data-happened=guess]")))
	b.idle()
	b.use(in("[data-ask=report]"))
	b.idle()
}
