package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "a folder for pictures of each station, in three sizes and in all colours")
var lang = flag.String("lang", "en", "the language of the pictures")

// lesson is a log that brings each station to its end.
const lesson = `[
	{"station":"doorstep","do":"pick","args":{"name":"Graham Tranter"}},
	{"station":"breach","do":"send","args":{}},
	{"station":"breach","do":"bet","args":{"name":"escrow key","n":300}},
	{"station":"breach","do":"steal","args":{"name":"escrow key"}},
	{"station":"ratchet","do":"run","args":{}},
	{"station":"ratchet","do":"bet","args":{"name":"theft","list":[3,4,5,6,7]}},
	{"station":"ratchet","do":"theft","args":{"at":3}},
	{"station":"leaf","do":"bet","args":{"name":"call","n":2}},
	{"station":"leaf","do":"call","args":{}},
	{"station":"leaf","do":"bet","args":{"name":"forge","n":1000}},
	{"station":"leaf","do":"forge","args":{}},
	{"station":"leaf","do":"hundred","args":{"n":30}},
	{"station":"leaf","do":"bet","args":{"name":"blame","n":4}},
	{"station":"leaf","do":"blame","args":{}},
	{"station":"generator","do":"tiny","args":{}},
	{"station":"generator","do":"bet","args":{"name":"draw","n":7}},
	{"station":"generator","do":"draw","args":{}},
	{"station":"generator","do":"bet","args":{"name":"find 8","n":100}},
	{"station":"generator","do":"find","args":{"n":8}},
	{"station":"generator","do":"bet","args":{"name":"juniper","n":20}},
	{"station":"generator","do":"juniper","args":{}},
	{"station":"generator","do":"bet","args":{"name":"statistics","n":0}},
	{"station":"generator","do":"statistics","args":{}},
	{"station":"dial","do":"bet","args":{"name":"deal 5 3","n":50}},
	{"station":"dial","do":"deal","args":{"n":5,"k":3}},
	{"station":"matrix","do":"bet","args":{"name":"table","n":5}},
	{"station":"scanning","do":"bet","args":{"name":"rates","n":10}},
	{"station":"scanning","do":"rates","args":{"rate":1000,"people":1000000,"checks":1}},
	{"station":"scanning","do":"bet","args":{"name":"push","n":1}},
	{"station":"scanning","do":"push","args":{}},
	{"station":"tracing","do":"bet","args":{"name":"chain forward","n":0}},
	{"station":"tracing","do":"chain","args":{"name":"forward"}},
	{"station":"tracing","do":"bet","args":{"name":"chain frame","n":2}},
	{"station":"tracing","do":"chain","args":{"name":"frame"}},
	{"station":"tracing","do":"bet","args":{"name":"town","n":3}},
	{"station":"tracing","do":"town","args":{}},
	{"station":"tracing","do":"bet","args":{"name":"guess","n":0}},
	{"station":"tracing","do":"guess","args":{}},
	{"station":"tracing","do":"bet","args":{"name":"report","n":1}},
	{"station":"tracing","do":"report","args":{}},
	{"station":"recovery","do":"bet","args":{"name":"guess","n":2}},
	{"station":"recovery","do":"guess","args":{}},
	{"station":"recovery","do":"bet","args":{"name":"theft PIN and vault: t servers","n":5}},
	{"station":"recovery","do":"theft","args":{"name":"PIN and vault: t servers"}},
	{"station":"recovery","do":"bet","args":{"name":"theft provider's backup: backup master key","n":5}},
	{"station":"recovery","do":"theft","args":{"name":"provider's backup: backup master key"}},
	{"station":"groups","do":"bet","args":{"name":"hiding","n":2}},
	{"station":"groups","do":"ghost","args":{"name":"hiding","at":5}},
	{"station":"groups","do":"bet","args":{"name":"showing","n":4}},
	{"station":"groups","do":"ghost","args":{"name":"showing","at":5}},
	{"station":"groups","do":"bet","args":{"name":"one","n":1}},
	{"station":"groups","do":"ghost","args":{"name":"one","at":5}},
	{"station":"groups","do":"bet","args":{"name":"tries","n":3}},
	{"station":"groups","do":"tries","args":{}},
	{"station":"groups","do":"bet","args":{"name":"directory","n":7}},
	{"station":"groups","do":"directory","args":{}},
	{"station":"groups","do":"bet","args":{"name":"removed","list":[0,1,2,3,4,5,6]}},
	{"station":"groups","do":"removed","args":{"at":5}},
	{"station":"debate","do":"bet","args":{"name":"d1","n":0}}
]`

// compactLesson returns the lesson without blanks, for an address.
func compactLesson(t *testing.T) string {
	t.Helper()
	var compact []any
	if err := json.Unmarshal([]byte(lesson), &compact); err != nil {
		t.Fatal(err)
	}
	log, err := json.Marshal(compact)
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

// stations returns the ids of all stations, in order.
func (b *tab) stations() []string {
	b.t.Helper()
	return eval[[]string](b, `[...document.querySelectorAll("nav [data-go]")].map((link) => link.dataset.go)`)
}

// schemes are the colours in which pictures are taken. Forced colours are those that a reader has set, for contrast.
var schemes = map[string][]*emulation.MediaFeature{
	"light":  {{Name: "prefers-color-scheme", Value: "light"}},
	"dark":   {{Name: "prefers-color-scheme", Value: "dark"}},
	"forced": {{Name: "prefers-color-scheme", Value: "dark"}, {Name: "forced-colors", Value: "active"}},
}

// TestShots takes pictures of each station, for people to look at.
func TestShots(t *testing.T) {
	if *shots == "" {
		t.Skip("takes pictures: -shots FOLDER")
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	b := open(t, site.url+"#code=K7-RIVER&lang="+*lang+"&do="+url.QueryEscape(compactLesson(t)))
	for _, size := range [][2]int64{{360, 740}, {1024, 768}, {1920, 1080}} {
		b.do(chromedp.EmulateViewport(size[0], size[1]))
		for scheme, features := range schemes {
			b.emulate(emulation.SetEmulatedMediaParams{Features: features})
			for _, id := range b.stations() {
				eval[int](b, fmt.Sprintf("document.querySelector('nav a[data-go=%s]').click(), scrollTo(0, 0), 0", id))
				if wide := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); wide > 0 {
					t.Errorf("%s, at %d pixels: %d more are beside the page", id, size[0], wide)
				}
				picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(*shots, fmt.Sprintf("%s-%d-%s.png", id, size[0], scheme)), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
