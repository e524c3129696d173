package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"doormat/attacks"
	"doormat/attacks/conversation"
	"doormat/attacks/escrow"
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
