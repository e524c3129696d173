package e2e

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The page as one file, without any server: the same counters, and nobody is asked for anything. It is small enough for
// mail and learning platforms.
func TestFile(t *testing.T) {
	info, err := os.Stat(site.file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() >= 4_000_000 {
		t.Errorf("the file has %d bytes, expected fewer than 4,000,000", info.Size())
	}
	b := open(t, "file://"+site.file+"#code=K7-RIVER&at=breach")
	t.Logf("ready after %.0f ms", eval[float64](b, "performance.now()"))
	b.use("[data-station=breach] [data-send='1']")
	b.wait("document.querySelectorAll('[data-wire] > li').length === 1")
	b.idle()
	b.use("[data-station=breach] [data-form=bet] button:not([type=button])")
	b.idle()
	b.choose("[data-station=breach] select[name=theft]", "escrow key")
	b.use("[data-station=breach] [data-form=bet] button:not([type=button])")
	b.idle()
	b.use("[data-station=breach] [data-steal]")
	b.idle()
	if got := digits(b.text("[data-column=with] [data-count]")); len(got) != 2 || got[0] != "1" {
		t.Errorf("%v are open", got)
	}
	site.proxy.mu.Lock()
	defer site.proxy.mu.Unlock()
	for path := range site.proxy.passed {
		if strings.Contains(path, "page.html") {
			t.Errorf("the file asks for %s", path)
		}
	}
}

// A link does a lesson again: here one of 1,000 messages, of which 584 are written by hand. Undo restores the bytes.
func TestThousandMessages(t *testing.T) {
	var log strings.Builder
	log.WriteString(`[{"station":"breach","do":"send","args":{}}`)
	for range 584 {
		log.WriteString(`,{"station":"breach","do":"write","args":{"from":"Lena Pask","to":"Jonas Vos","text":"again"}}`)
	}
	log.WriteString("]")
	b := open(t, site.url+"#code=K7-RIVER&at=breach&do="+url.QueryEscape(log.String()))
	b.wait("document.querySelectorAll('[data-wire] > li').length === 1000")
	b.idle()
	const last = "document.querySelector('[data-wire] > li:last-child').textContent"
	before := eval[string](b, last)
	b.use("[data-station=breach] [data-form=bet] button:not([type=button])")
	b.idle()
	// Meanwhile the page counts what it does again, in its live region.
	eval[int](b, `window.counts = [], new MutationObserver(() => { const e = document.querySelector("[role=status] > [data-when=replaying]");
		if (!e.hidden) window.counts.push(e.textContent) }).observe(document.querySelector("[data-status]"), { subtree: true, childList: true, attributes: true }), 0`)
	b.use("[data-station=breach] [data-again=undo]")
	b.idle()
	b.wait("document.querySelectorAll('[data-wire] > li').length === 1000")
	if last := digits(eval[string](b, "window.counts.at(-1) ?? ''")); len(last) != 2 || last[0] != "585" || last[1] != "585" {
		t.Errorf("undo counts to %v, expected 585 of 585", last)
	}
	if after := eval[string](b, last); after != before {
		t.Errorf("after undo message 1,000 is %q, and was %q", after, before)
	}
}

// How long it takes until the library is there, on this machine and at a quarter of its speed. The machine may be busy, so
// this only says so; the page must be there at all.
func TestStart(t *testing.T) {
	for _, x := range []struct {
		form, url string
		slower    float64
	}{{"served", site.url, 1}, {"served", site.url, 4}, {"a file", "file://" + site.file, 1}, {"a file", "file://" + site.file, 4}} {
		b := open(t, "about:blank#"+x.form)
		if _, err := chromedp.Call(b.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: x.slower}); err != nil {
			t.Fatal(err)
		}
		b.visit(x.url)
		t.Logf("%s, %.0f times slower: ready after %.0f ms", x.form, x.slower, eval[float64](b, "performance.now()"))
	}
}

// With German words, the page is as clean, at the end of each station.
func TestGerman(t *testing.T) {
	b := open(t, site.url+"#code=K7-RIVER&lang=de&do="+url.QueryEscape(compactLesson(t)))
	if lang := eval[string](b, "document.documentElement.lang"); lang != "de" {
		t.Errorf("the page is in %q", lang)
	}
	for _, id := range b.stations() {
		eval[int](b, fmt.Sprintf("document.querySelector('nav a[data-go=%s]').click(), 0", id))
		b.axe("German, "+id, "light")
	}
}
