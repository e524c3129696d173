package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// address returns the page's address with a log.
func address(log string) string {
	return site.url + "#code=K7-RIVER&lang=en&do=" + url.QueryEscape(log)
}

// actions returns how many actions of the lesson are in the page's address, once it says them.
func (b *tab) actions(want int) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`JSON.parse(new URLSearchParams(location.hash.slice(1)).get("do") ?? "[]").length === %d`, want))
}

// Whatever a link says, the page has a class code and can be used; what could be done of it is done, and what could not is
// said.
func TestLinks(t *testing.T) {
	const pick, none = `{"station":"doorstep","do":"pick","args":{"name":"Walt Groome"}}`, `{"station":"tracing","do":"guess","args":{}}`
	for name, c := range map[string]struct {
		log  string
		done int    // actions
		says string // of what was not done; "" if all was
	}{
		"of an older version":   {"[" + pick + "," + none + "," + pick + "]", 1, "action 2 of the log, tracing guess: bet first"},
		"without arguments":     {`[{"station":"tracing","do":"bet"},` + pick + "]", 0, "there is nothing to bet on"},
		"to no station":         {`[` + pick + `,{"station":"moon","do":"bet","args":{}}]`, 1, `there is no station "moon"`},
		"with a wrong type":     {`[{"station":"breach","do":"send","args":{"n":"all"}}]`, 0, "the request is not as expected"},
		"with too many actions": {"[" + strings.Repeat(pick+",", 4_499) + pick + "]", 0, "expected at most"},
		"that is no list":       {`{"station":"breach"}`, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, address(c.log))
			b.actions(c.done)
			if got := b.text("[data-text='class.code']"); got != "K7-RIVER" {
				t.Errorf("the class code is %q", got)
			}
			says := ""
			if !eval[bool](b, `document.querySelector(".class [data-problem]").hidden`) {
				says = b.text(".class [data-problem]")
			}
			if !strings.Contains(says, c.says) || (says == "") != (c.says == "") {
				t.Errorf("the page says %q, expected %q", says, c.says)
			}
			b.station("doorstep")
			b.use("[data-form=pick] button")
			b.actions(c.done + 1)
		})
	}
	t.Run("without a code", func(t *testing.T) {
		b := open(t, site.url+"#code=%3F&lang=en&at=constructor")
		if got := b.text("[data-text='class.code']"); len(got) < 5 {
			t.Errorf("the class code is %q", got)
		}
		if !eval[bool](b, `!document.querySelector("[data-station=doorstep]").hidden`) {
			t.Error("no station is shown")
		}
	})
}

// Two stations have numbers of one name. A link shows each its own.
func TestLinkKeepsStationsApart(t *testing.T) {
	const bet = `{"station":%q,"do":"bet","args":{"name":"guess","n":1}},{"station":%[1]q,"do":"guess","args":{}}`
	first, again := "", ""
	for _, s := range []*string{&first, &again} {
		log := "[" + fmt.Sprintf(bet, "tracing") + "]"
		if s == &again {
			log = "[" + fmt.Sprintf(bet, "tracing") + "," + fmt.Sprintf(bet, "recovery") + "]"
		}
		b := open(t, address(log)+"&at=tracing")
		*s = b.text("[data-station=tracing] [data-happened=guess]")
	}
	if first != again || first == "" {
		t.Errorf("after another station's theft the page says %q, and alone %q", again, first)
	}
}
