package e2e

import (
	"fmt"

	"doormat/attacks"
	"doormat/attacks/ghost"
	"doormat/attacks/mls"
	"doormat/examples/classroom/desk"
)

// groups walks through the station of groups: the ghost with two kinds of apps, what the page has of MLS and of
// directories, and a member who is removed.
func groups(b *tab, in func(string) string) {
	const at = 5 // where the sliders begin
	chat := attacks.NewConversation(desk.Chat())
	chat.Moment = at
	exposure := func(system attacks.System, theft attacks.TheftName) *attacks.Exposure {
		r, err := attacks.Run(b.t.Context(), system, chat, desk.Target, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		defer r.Close()
		return r.Exposure(theft)
	}
	lock := in("[data-form=ghost] button:not([type=button])")
	read := exposure(ghost.New(), attacks.WarrantName).Readable()
	for _, x := range []struct{ app, sees string }{{"hiding", "0"}, {"showing", "5"}} {
		b.choose(in("select[name=app]"), x.app)
		b.barred(in("[data-ghost]"))
		b.use(lock)
		b.idle()
		b.use(in("[data-ghost]"))
		b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-app="+x.app+"]")))
		b.idle()
		row := in("[data-app=" + x.app + "] ")
		if got := digits(b.text(row + "[data-put=sees]")); len(got) != 2 || got[0] != x.sees || got[1] != "5" {
			b.t.Errorf("%s: %v see the ghost, expected %s of 5", x.app, got, x.sees)
		}
		if got := digits(b.text(row + "[data-put=read]")); len(got) != 2 || got[0] != fmt.Sprint(read.N) || got[1] != fmt.Sprint(read.Of) {
			b.t.Errorf("%s: the page says that the ghost reads %v, the library %v", x.app, got, read)
		}
		open := eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", in("[data-heard] q:not([hidden])")))
		if rows := eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", in("[data-heard] tr"))); open != read.N || rows != read.Of+1 {
			b.t.Errorf("%s: %d rows, of which %d are open, expected %v", x.app, rows, open, read)
		}
	}
	for _, x := range []struct{ name, shown string }{{"tries", "[data-tried]"}, {"directory", "[data-lied]"}} {
		button := in("[data-" + x.name + "]")
		b.barred(button)
		if !eval[bool](b, fmt.Sprintf("document.querySelector(%q).hidden", in(x.shown))) {
			b.t.Errorf("%s is there before the bet", x.shown)
		}
		b.use(in("[data-form=" + x.name + "] button:not([type=button])"))
		b.idle()
		b.use(button)
		b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in(x.shown)))
		b.idle()
	}
	b.barred(in("[data-remove]"))
	b.reach(in("[data-left] input[type=checkbox]"))
	b.press(" ")
	b.use(in("[data-form=removed] button:not([type=button])"))
	b.idle()
	b.use(in("[data-remove]"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-totals]")))
	b.idle()
	want := [][2]int{{1, 14}}
	for _, e := range []*attacks.Exposure{exposure(mls.NewRemoved(), mls.Removed), exposure(mls.New(), attacks.DeviceKeys)} {
		want = append(want, [2]int{e.Readable().N, e.Readable().Of})
	}
	for i, w := range want {
		if got := digits(b.text(in(fmt.Sprintf("[data-totals] td:nth-child(%d)", i+2)))); len(got) != 2 || got[0] != fmt.Sprint(w[0]) || got[1] != fmt.Sprint(w[1]) {
			b.t.Errorf("column %d has %v, expected %v", i+1, got, w)
		}
	}
}
