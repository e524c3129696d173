package report

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

func TestHTMLSample(t *testing.T) {
	got := asHTML(t, sample(t))
	golden(t, "sample.html", got)
	if got != asHTML(t, sample(t)) {
		t.Error("twice the same report, and not the same page")
	}
}

var (
	tag       = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"]|"[^"]*")*)>`)
	attribute = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

// balance checks that every element is closed where it must be, and that names that refer to
// each other do.
func balance(t *testing.T, name, page string) {
	t.Helper()
	void := map[string]bool{"meta": true, "br": true}
	var stack, refs []string
	ids := map[string]bool{}
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		closing, element, attributes := m[1] == "/", m[2], m[3]
		switch n := len(stack); {
		case closing && (n == 0 || stack[n-1] != element):
			t.Fatalf("%s: </%s> in %q", name, element, stack)
		case closing:
			stack = stack[:n-1]
		case !void[element] && !strings.HasSuffix(attributes, "/"):
			stack = append(stack, element)
		}
		for _, a := range attribute.FindAllStringSubmatch(attributes, -1) {
			switch a[1] {
			case "id":
				if ids[a[2]] {
					t.Errorf("%s: two are called %q", name, a[2])
				}
				ids[a[2]] = true
			case "aria-labelledby":
				refs = append(refs, strings.Fields(a[2])...)
			}
		}
	}
	if len(stack) > 0 {
		t.Errorf("%s: open at the end: %q", name, stack)
	}
	for _, r := range refs {
		if !ids[r] {
			t.Errorf("%s: nothing is called %q", name, r)
		}
	}
	if n := strings.Count(page, "<") - len(tag.FindAllString(page, -1)); n != 1 {
		t.Errorf("%s: %d stray <, expected that of the doctype only", name, n)
	}
}

func TestHTMLWellFormed(t *testing.T) {
	for name, r := range everyReport(t) {
		page := asHTML(t, r)
		balance(t, name, page)
		if regexp.MustCompile(`(?i)https?:|src=|href=|@import|url\(|<script|<link|<iframe| on[a-z]+=`).MatchString(page) {
			t.Errorf("%s: the page wants something from outside, or runs something", name)
		}
		if strings.Contains(page, "ZgotmplZ") {
			t.Errorf("%s: a value came where html/template allows none", name)
		}
		for _, want := range []string{"<!DOCTYPE html>\n", `<html lang="en">`, "<title>", "How to read this", "What this page does not show"} {
			if strings.Count(page, want) == 0 {
				t.Errorf("%s: no %s", name, want)
			}
		}
	}
}

// What people write does not become part of the page.
func TestHTMLHostile(t *testing.T) {
	page := asHTML(t, evilReport(t))
	for _, bad := range []string{"<script", "</svg></title>", "<!--", "\x1b", "\u202e", "\x00", "\xff"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q came through", bad)
		}
	}
	if n := strings.Count(page, "&lt;script&gt;alert(1)"); n < 16 {
		t.Errorf("the text appears %d times only; was it looked for where it is?", n)
	}
}

func TestHTMLMissing(t *testing.T) {
	page := asHTML(t, newReport(t, missing()))
	if n := strings.Count(page, "does not exist"); n != 1 {
		t.Errorf("%d thefts do not exist, expected 1", n)
	}
	if n := strings.Count(page, ">no messages<"); n != 1 {
		t.Errorf("%d thefts of no messages, expected 1", n)
	}
	for _, bad := range []string{"<table", "<figure", "<article", "finding\">", "made\">"} {
		if strings.Contains(asHTML(t, empty(t)), bad) {
			t.Errorf("an empty report has %s", bad)
		}
	}
}

// Not all is not drawn as all, in bars, and in words.
func TestHTMLPercent(t *testing.T) {
	var thefts []attacks.Exposure
	for _, n := range []int{0, 1, 9999, 10000} {
		thefts = append(thefts, attacks.Exposure{Theft: attacks.TheftName(fmt.Sprint(n)), Before: attacks.Count{N: n, Of: 10000}})
	}
	r := newReport(t, newTable(nil, "", &attacks.Result{System: "a", Exposures: thefts}))
	r.BySystem = true
	page := asHTML(t, r)
	page = page[strings.Index(page, `<table class="schemes">`):]
	for _, want := range []string{
		`class="open" width="0" height="10"/></svg> <b>0` + "\u00a0" + `%</b> <span class="count">0 of 10,000<`,
		`class="open" width="1" height="10"/></svg> <b>&lt;1` + "\u00a0" + `%</b> <span class="count">1 of 10,000<`,
		`class="open" width="99" height="10"/></svg> <b>&gt;99` + "\u00a0" + `%</b> <span class="count">9,999 of 10,000<`,
		`class="open" width="100" height="10"/></svg> <b>100` + "\u00a0" + `%</b> <span class="count">10,000 of 10,000<`,
	} {
		if strings.Count(page, want) != 1 {
			t.Errorf("no %s", want)
		}
	}
}

// Ink on paper is easy to tell apart, in every set of colours.
func TestHTMLContrast(t *testing.T) {
	css, err := os.ReadFile("page.css")
	if err != nil {
		t.Fatal(err)
	}
	sets := regexp.MustCompile(`:root \{([^}]*#[^}]*)\}`).FindAllStringSubmatch(string(css), -1)
	if len(sets) != 5 {
		t.Fatalf("%d sets of colours", len(sets))
	}
	for _, set := range sets {
		c := map[string]float64{}
		for _, m := range regexp.MustCompile(`--([a-z]+): #([0-9a-f]+);`).FindAllStringSubmatch(set[1], -1) {
			c[m[1]] = luminance(t, m[2])
		}
		for _, pair := range []struct {
			ink, paper string
			least      float64
		}{
			{"ink", "paper", 7}, {"ink", "tint", 7}, {"soft", "paper", 4.5}, {"soft", "tint", 4.5},
			{"open", "paper", 4.5}, {"open", "tint", 4.5}, {"edge", "paper", 3},
		} {
			a, b := c[pair.ink], c[pair.paper]
			if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < pair.least {
				t.Errorf("%s on %s: %.1f, expected %.1f in%s", pair.ink, pair.paper, got, pair.least, set[1])
			}
		}
	}
}

// luminance is that of WCAG 2.2, of a colour of three or six hexadecimal digits.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) == 3 {
		hex = fmt.Sprintf("%[1]c%[1]c%[2]c%[2]c%[3]c%[3]c", hex[0], hex[1], hex[2])
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// Tries and times are shown only where they are asked for, of each system that shares a line.
func TestHTMLWork(t *testing.T) {
	table := sampleTable()
	table.Results[1].Exposures[0].Time = 3 * time.Second
	r := newReport(t, table)
	if page := asHTML(t, r); strings.Contains(page, "tries") || strings.Contains(page, "60\u00a0in") {
		t.Error("tries that nobody has asked for")
	}
	r.Times = true
	if page := asHTML(t, r); !strings.Contains(page, ">120\u00a0in\u00a00\u00a0µs and 60\u00a0in\u00a03\u00a0s</td>") {
		t.Error("no tries, or no time")
	}
}

// The list has what the text has: a line for each theft that a system knows.
func TestHTMLBySystem(t *testing.T) {
	page := asHTML(t, listed(t))
	for want, n := range map[string]int{
		"<bdi>escrow</bdi></th></tr>": 1, "<bdi>no escrow</bdi></th></tr>": 1, `<tr><th scope="row">`: 10,
		"recipients who check; Ben is blamed": 1, "<dt>backdoor</dt>": 1, "<bdi>yes, for the authority</bdi>": 3, `<p class="note">Who writes to whom`: 1, "What opens</h2>": 0,
	} {
		if got := strings.Count(page, want); got != n {
			t.Errorf("%s: %d times, expected %d", want, got, n)
		}
	}
}

// A picture of a theft that is misspelt is an error, and nothing is written.
func TestMisspeltPicture(t *testing.T) {
	for name, p := range map[string]Picture{
		"escrow kee": {Theft: "escrow kee"}, "device keyz": {Theft: "escrow key", Instead: "device keyz"}, "": {},
	} {
		r := sample(t)
		r.Pictures = append(r.Pictures, p)
		var b bytes.Buffer
		err := HTML(&b, r)
		if want := fmt.Sprintf("report: a picture is of the theft %q, expected one of [\"wiretap\" ", name); err == nil || !strings.HasPrefix(err.Error(), want) || b.Len() != 0 {
			t.Errorf("%d bytes, %v, expected %s…", b.Len(), err, want)
		}
	}
}
