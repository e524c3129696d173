package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"doormat/attacks"
	"doormat/attacks/conversation"
	"doormat/attacks/escrow"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
)

// figures are what the library measures with the town: exposures by theft, with escrow and without.
func figures(t *testing.T) (with, without *attacks.Result) {
	t.Helper()
	town := conversation.Town()
	for _, x := range []struct {
		result **attacks.Result
		system attacks.System
	}{{&with, escrow.New()}, {&without, noescrow.New()}} {
		r, err := attacks.Run(t.Context(), x.system, town.Conversation, town.Busiest, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		*x.result = r
	}
	return with, without
}

// digits returns the numbers in a text, without the separators of thousands.
func digits(text string) (all []string) {
	return strings.FieldsFunc(strings.NewReplacer(",", "", ".", "").Replace(text), func(r rune) bool { return r < '0' || r > '9' })
}

// The breach, by keyboard: the whole town is sent, the escrow key is stolen, and one more message opens as it is
// sealed. The counters are the library's.
func TestBreach(t *testing.T) {
	b := open(t, site.url+"#code=K7-RIVER")
	b.use("[data-station=doorstep] form button")
	b.idle()
	b.axe("doorstep")
	b.station("breach")
	b.use("[data-station=breach] [data-send='0']")
	b.idle()
	if got := digits(b.text("[data-sent]")); got[0] != "416" {
		t.Fatalf("%v are sent", got)
	}
	with, without := figures(t)
	for _, theft := range []attacks.TheftName{escrow.Key, attacks.WiretapName, "device seizure"} {
		b.choose("[data-station=breach] select[name=theft]", string(theft))
		b.reach("[data-station=breach] input[name=n]")
		b.press(kb.ArrowRight)
		b.use("[data-station=breach] [data-form=bet] button:not([type=button])")
		b.wait("!document.querySelector('[data-station=breach] [data-locked]').hidden")
		b.use("[data-station=breach] [data-steal]")
		b.idle()
		for column, r := range map[string]*attacks.Result{"with": with, "without": without} {
			want := attacks.Count{N: 0, Of: 416}
			if e := r.Exposure(theft); e != nil {
				want = e.Readable()
			}
			got := digits(b.text(fmt.Sprintf("[data-column=%s] [data-count]", column)))
			if len(got) != 2 || got[0] != fmt.Sprint(want.N) || got[1] != fmt.Sprint(want.Of) {
				t.Errorf("%s, %s: the page says %v, the library %v", theft, column, got, want)
			}
		}
		if theft != escrow.Key {
			continue
		}
		b.reach("[data-station=breach] input[name=text][maxlength]")
		b.press("a", "t", " ", "s", "i", "x", kb.Enter)
		b.wait("document.querySelectorAll('[data-wire] > li').length === 417")
		b.idle()
		if got := digits(b.text("[data-column=with] [data-count]")); got[0] != "417" {
			t.Errorf("one more message: %v are open", got)
		}
		if got := b.text("[data-wire] > li:last-child [data-put=text]"); got != "at six" {
			t.Errorf("the last message opens as %q", got)
		}
		b.use("[data-again=undo]")
		b.wait("document.querySelectorAll('[data-wire] > li').length === 416")
		b.idle()
	}
	b.axe("breach")
}

// A relay that acts, from the middle of the town's messages on: what opens is what the library measures, in both columns.
func TestActing(t *testing.T) {
	b := open(t, site.url+"#code=K7-RIVER&lang=en&at=breach")
	b.use("[data-half]")
	b.idle()
	town := conversation.Town()
	if got := digits(b.text("[data-sent]")); got[0] != fmt.Sprint(town.Moment) {
		t.Fatalf("%v are sent, expected %d", got, town.Moment)
	}
	b.choose("[data-station=breach] select[name=theft]", string(messenger.ActingRelay))
	if eval[bool](b, "document.querySelector('[data-acting]').hidden") {
		t.Error("the page does not say how a thief acts")
	}
	b.use("[data-station=breach] [data-form=bet] button:not([type=button])")
	b.idle()
	b.use("[data-station=breach] [data-steal]")
	b.idle()
	b.use("[data-station=breach] [data-send='0']")
	b.idle()
	for column, system := range map[string]attacks.System{"with": escrow.NewActing()[0], "without": noescrow.NewActing()[0]} {
		r, err := attacks.Run(t.Context(), system, town.Conversation, town.Busiest, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := r.Exposure(messenger.ActingRelay).Readable()
		r.Close()
		if got := digits(b.text(fmt.Sprintf("[data-column=%s] [data-count]", column))); len(got) != 2 || got[0] != fmt.Sprint(want.N) || want.N == 0 {
			t.Errorf("%s: the page says %v, the library %v", column, got, want)
		}
	}
}

// The other stations, by keyboard: each has a bet before what it reveals, and shows what the library measures.
func TestStations(t *testing.T) {
	b := open(t, site.url+"#code=K7-RIVER&lang=en")
	for _, s := range []struct {
		id   string
		walk func(b *tab, in func(string) string)
	}{
		{"ratchet", ratchet}, {"leaf", leaf}, {"generator", generator}, {"dial", dial}, {"matrix", matrix}, {"scanning", scanning}, {"tracing", tracing}, {"recovery", recovery}, {"groups", groups}, {"debate", debate},
	} {
		t.Run(s.id, func(t *testing.T) {
			b.t = t
			defer func() { b.t = nil }()
			b.station(s.id)
			s.walk(b, func(selector string) string { return fmt.Sprintf("[data-station=%s] %s", s.id, selector) })
			b.axe(s.id)
		})
	}
	b.t = t
}

const lock = "[data-form=bet] button:not([type=button])"

// barred reports whether a button waits for a bet.
func (b *tab) barred(selector string) {
	b.t.Helper()
	if !eval[bool](b, fmt.Sprintf("document.querySelector(%q).getAttribute('aria-disabled') === 'true'", selector)) {
		b.t.Errorf("%s does not wait for a bet", selector)
	}
}

func ratchet(b *tab, in func(string) string) {
	b.use(in("[data-run]"))
	b.idle()
	b.barred(in("[data-steal]"))
	b.reach(in("[data-form=bet] input[type=range]"))
	b.press(kb.Home, kb.ArrowRight, kb.ArrowRight, kb.ArrowRight)
	b.use(in(lock))
	b.idle()
	b.use(in("[data-steal]"))
	b.idle()
	town := conversation.Town()
	var talk []attacks.Message
	for m := range town.Messages {
		if m.From == "Marta Lind" && m.To == "Neil Pask" || m.From == "Neil Pask" && m.To == "Marta Lind" {
			talk = append(talk, m)
		}
	}
	c := attacks.NewConversation(talk)
	c.Moment = 3
	// Both phones' keys are shown, with at least one that they share.
	for _, who := range []string{"Marta", "Neil"} {
		if rows := b.text(in(fmt.Sprintf("[data-keys=%s]", who))); !strings.Contains(rows, "Identity key") || !strings.Contains(rows, "the same on both phones") {
			b.t.Errorf("the keys on %s's phone: %q", who, rows)
		}
	}
	for column, x := range map[string]struct {
		system attacks.System
		theft  attacks.TheftName
	}{"without": {noescrow.New(), attacks.DeviceKeys}, "device": {escrow.New(), attacks.DeviceKeys}, "with": {escrow.New(), escrow.Key}} {
		r, err := attacks.Run(b.t.Context(), x.system, c, "Marta Lind", nil)
		if err != nil {
			b.t.Fatal(err)
		}
		want := r.Exposure(x.theft).Readable()
		r.Close()
		if got := digits(b.text(in(fmt.Sprintf("[data-total=%q]", column)))); len(got) != 2 || got[0] != fmt.Sprint(want.N) || got[1] != fmt.Sprint(want.Of) {
			b.t.Errorf("%s: the page says %v, the library %v", column, got, want)
		}
	}
}

func leaf(b *tab, in func(string) string) {
	b.barred(in("[data-call]"))
	b.use(in("[data-form=call] button:not([type=button])"))
	b.idle()
	b.use(in("[data-call]"))
	b.idle()
	if got := b.text(in("[data-beside=call] [data-put=m]")); got != "who is calling" {
		b.t.Errorf("with the family key alone a tap learns %q", got)
	}
	b.barred(in("[data-forge]"))
	b.barred(in("[data-blame]"))
	b.use(in(lock))
	b.idle()
	b.use(in("[data-forge]"))
	b.idle()
	b.use(in("[data-hundred]"))
	b.wait(fmt.Sprintf("document.querySelector(%q) && !document.querySelector(%q).hidden", in("[data-histogram]"), in("[data-histogram]")))
	b.use(in("[data-stop]"))
	b.wait(fmt.Sprintf("document.querySelector(%q).hidden", in("[data-stop]")))
	b.idle()
	b.barred(in("[data-blame]"))
	b.use(in("[data-form=blame] button:not([type=button])"))
	b.idle()
	b.use(in("[data-blame]"))
	b.wait(fmt.Sprintf("document.querySelectorAll(%q).length === 4", in("[data-blamed] > tbody > tr")))
	b.idle()
	if got := b.text(in("[data-blamed] > tbody > tr:last-child > td:last-child")); got != "Cas" {
		b.t.Errorf("%s is blamed for a LEAF borrowed of Cas", got)
	}
	if got := eval[string](b, fmt.Sprintf("document.querySelector(%q).dataset.label", in("[data-blamed] > tbody > tr > td:last-child"))); got != "Who is blamed" {
		b.t.Errorf("a cell says of itself that it is in the column %q", got)
	}
}

func generator(b *tab, in func(string) string) {
	b.use(in("[data-tiny]"))
	b.idle()
	b.barred(in("[data-draw-byte]"))
	b.use(in(lock))
	b.idle()
	b.use(in("[data-draw-byte]"))
	b.idle()
	said, drawn := digits(b.text(in("[data-happened] > :first-child"))), digits(b.text(in("[data-happened] > :nth-child(2)")))
	if len(said) != 1 || len(drawn) != 1 || said[0] != drawn[0] {
		b.t.Errorf("the owner of d says %v, and %v is drawn", said, drawn)
	}
	b.barred(in("[data-find]"))
	b.use(in("[data-form=find] button:not([type=button])"))
	b.idle()
	b.use(in("[data-find]"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-found]")))
	if one, two := b.text(in("[data-text='generator.predicted']")), b.text(in("[data-text='generator.really']")); one != two || len(one) < 64 {
		b.t.Errorf("predicted %s, drawn %s", one, two)
	}
	// A search ends when it is stopped, before it has found anything.
	b.choose(in("[data-form=find] select"), "16")
	b.barred(in("[data-find]"))
	b.use(in("[data-form=find] button:not([type=button])"))
	b.idle()
	b.use(in("[data-find]"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-stop]")))
	b.use(in("[data-stop]"))
	b.wait(fmt.Sprintf("document.querySelector(%q).hidden", in("[data-stop]")))
	b.idle()
	if eval[bool](b, `JSON.parse(new URLSearchParams(location.hash.slice(1)).get("do")).some((x) => x.do === "find" && x.args.n === 16)`) {
		b.t.Error("the search went on to its end")
	}
	b.barred(in("[data-juniper]"))
	b.use(in("[data-form=juniper] button:not([type=button])"))
	b.idle()
	b.use(in("[data-juniper]"))
	b.wait(fmt.Sprintf("document.querySelectorAll(%q).length === 3", in("[data-juniper-table] > tbody > tr")))
	b.idle()
	if got := digits(b.text(in("[data-beside=juniper]"))); len(got) != 2 || got[0] != "20" || got[1] != "10" {
		b.t.Errorf("beside the bet of 20 stands %v, expected 10", got)
	}
	b.barred(in("[data-statistics]"))
	b.use(in("[data-form=statistics] button:not([type=button])"))
	b.idle()
	b.use(in("[data-statistics]"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-passed]")))
	b.idle()
}

func dial(b *tab, in func(string) string) {
	b.barred(in("[data-deal]"))
	b.use(in(lock))
	b.idle()
	b.use(in("[data-deal]"))
	b.wait(fmt.Sprintf("document.querySelectorAll(%q).length === 6", in("[data-stairs] > tbody > tr")))
	b.idle()
	for i, want := range []string{"0", "0", "0", "100", "100", "100"} { // three of five
		if got := digits(b.text(in(fmt.Sprintf("[data-stairs] > tbody > tr:nth-child(%d) > td", i+1)))); got[0] != want {
			b.t.Errorf("%d agents are robbed: %v, expected %s", i, got, want)
		}
	}
}

func matrix(b *tab, in func(string) string) {
	if eval[bool](b, fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-revealed]"))) {
		b.t.Error("the table is there before the bet")
	}
	b.use(in(lock))
	b.idle()
	b.choose(in("[data-choose]"), "1")
	if got := b.text(in("table.matrix > tbody > tr:nth-child(2)")); !strings.Contains(got, "escrow") || !strings.Contains(got, "416") {
		b.t.Errorf("the second row is %q", got)
	}
}

func scanning(b *tab, in func(string) string) {
	b.barred(in("[data-count-rates]"))
	b.use(in("[data-form=rates] button:not([type=button])"))
	b.idle()
	b.use(in("[data-count-rates]"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-rates]")))
	b.idle()
	if got := b.text(in("[data-rates] .happened > :nth-child(3)")); len(digits(got)) == 0 || digits(got)[0] != "1" { // one in a million of a million
		b.t.Errorf("right reports: %q", got)
	}
	b.barred(in("[data-push]"))
	b.use(in("[data-form=push] button:not([type=button])"))
	b.idle()
	b.use(in("[data-push]"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-pushed]")))
	b.idle()
}

func debate(b *tab, in func(string) string) {
	b.use(in("[data-card] button:not([type=button])"))
	b.wait(fmt.Sprintf("!document.querySelector(%q).hidden", in("[data-turned]")))
	b.idle()
	// The board has a line for each bet of the stations before, under their names.
	board := b.text(in("[data-all]"))
	if n := eval[int](b, fmt.Sprintf("document.querySelectorAll(%q).length", in("[data-all] > tbody > tr"))); n != 24 || strings.Contains(board, ".title") {
		b.t.Errorf("the board has %d lines: %s", n, board)
	}
}

// The key is copied from the card in one tab, and typed into another that has the same class code, by hand: everything
// opens there. With a character wrong it is refused.
func TestCard(t *testing.T) {
	const begun = `&at=breach&do=[{"station":"breach","do":"send","args":{"n":5}}]`
	b := open(t, site.url+"#code=K7-RIVER&lang=en"+begun)
	b.use("[data-station=breach] [data-form=bet] button:not([type=button])")
	b.idle()
	b.use("[data-station=breach] [data-steal]")
	b.idle()
	b.use("[data-card]")
	b.wait("!document.querySelector('[data-keycard]').hidden")
	card := strings.ToLower(b.text("[data-text='breach.group']"))
	if got, want := b.scan("[data-qr=breach]"), "AGE-SECRET-KEY-PQ-1"+strings.ToUpper(strings.ReplaceAll(card, " ", "")); got != want {
		t.Errorf("the QR code is read as %q, expected %q", got, want)
	}
	other := open(t, site.url+"#code=K7-RIVER&lang=en"+begun)
	for _, typed := range []string{card[:len(card)-1] + "b", card} { // b is in no such key
		other.reach("[data-form=use] input")
		other.press(strings.Split(typed, "")...)
		other.press(kb.Enter)
		other.idle()
		open := eval[int](other, "document.querySelectorAll('[data-wire] [data-put=text]').length")
		if want := map[bool]int{true: 5, false: 0}[typed == card]; open != want {
			t.Errorf("%q opens %d messages, expected %d: %s", typed, open, want, other.text("[data-card-says]"))
		}
		eval[int](other, "document.querySelector('[data-form=use] input').value = '', 0")
	}
	other.axe("card")
}
