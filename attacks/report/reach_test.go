package report

import (
	"regexp"
	"strings"
	"testing"

	"doormat/attacks"
)

// The bars are as long as the shares, the numbers stand beside them, and what the table does not know is left out.
func TestReach(t *testing.T) {
	r := sample(t)
	if strings.Contains(asHTML(t, r), `id="reach"`) {
		t.Error("a plot that nobody asked for")
	}
	theft, system := r.table.Thefts()[0], r.systems[0]
	e := r.table.Cell(theft, system)
	before := e.Collateral
	defer func() { e.Collateral = before }()
	e.Collateral = attacks.Collateral{
		Messages: attacks.Count{N: 1, Of: 4}, People: attacks.Count{N: 3, Of: 3}, Strangers: attacks.Count{N: 0, Of: 3},
	}
	r.Reaches = []Reach{{system, theft}, {"nowhere", theft}}
	page := asHTML(t, r)
	balance(t, "with reaches", page)
	_, plot, ok := strings.Cut(page, `id="reach"`)
	plot, _, _ = strings.Cut(plot, "</section>")
	if !ok || strings.Contains(plot, "nowhere") {
		t.Fatal(plot)
	}
	if !strings.Contains(page, ".whole figure { display: block;") {
		t.Error("what is below the plot stands on it: a figure is a row of a grid, and there is no grid here")
	}
	var widths []string
	for _, m := range regexp.MustCompile(`class="open" x="[^"]*" y="[^"]*" width="([^"]*)"`).FindAllStringSubmatch(plot, -1) {
		widths = append(widths, m[1])
	}
	if got := strings.Join(widths, " "); got != "150 0 37.5" {
		t.Errorf("bars of %s, expected all of 150, none, and a quarter", got)
	}
	for _, want := range []string{"3/3<", "0/3<", "1/4<", "3 of 3<", "0 of 3<", "1 of 4<"} {
		if !strings.Contains(plot, want) {
			t.Errorf("%s is missing", want)
		}
	}
}
