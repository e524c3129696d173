package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

func days(n int) (bins []time.Time) {
	for i := range n {
		bins = append(bins, time.Date(2026, 3, 2+i, 0, 0, 0, 0, time.UTC))
	}
	return bins
}

// Where there is room, there is a square for each message, solid for those that opened.
func TestSquares(t *testing.T) {
	for _, c := range []Count{{0, 1}, {1, 1}, {0, 7}, {3, 7}, {7, 7}, {30, 33}} {
		p := []Picture{{Bins: days(7), People: []Strip{{Name: "Ana", Bins: []Count{c}}}}}
		d := newDrawing(p)
		if d.each != 1 {
			t.Fatalf("%v: a square for %d messages", c, d.each)
		}
		v, any := d.of(7).person(&p[0].People[0], 7, 50)
		open, shut := strings.Count(v.Open, "z"), strings.Count(v.Shut, "z")
		if open != c.N || shut != c.Of-c.N || any != (c.N > 0) {
			t.Errorf("%v: %d solid, %d not, %v", c, open, shut, any)
		}
	}
}

// Where a square stands for many, some is still neither all nor none.
func TestSquaresOfMany(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5000, 9998, 9999, 10000} {
		c := Count{n, 10000}
		p := []Picture{{Bins: days(7), People: []Strip{{Name: "Ana", Bins: []Count{c, {1, 2}, {2, 2}}}}}}
		d := newDrawing(p)
		var shut, open strings.Builder
		d.of(7).squares(&shut, &open, 0, 0, c)
		some, none := strings.Count(open.String(), "z"), strings.Count(shut.String(), "z")
		if (some == 0) != (n == 0) || (none == 0) != (n == 10000) || (some+none-1)*d.each >= 10000 {
			t.Errorf("%v: %d solid, %d not, each for %d", c, some, none, d.each)
		}
		open.Reset()
		shut.Reset()
		d.of(7).squares(&shut, &open, 0, 0, Count{1, 2})
		if open.Len() == 0 || shut.Len() == 0 {
			t.Error("one of two looks like all or none")
		}
		if says := d.legend()[0].Says; says != fmt.Sprintf("up to %s messages that the thief reads", commas(int64(d.each))) {
			t.Errorf("the legend says %q", says)
		}
	}
}

var squareAt = regexp.MustCompile(`M([0-9.]+) ([0-9.-]+)h([0-9.]+)`)

// Squares stay in their row and bin.
func TestSquaresInPlace(t *testing.T) {
	for bins := 1; bins <= mostBins; bins++ {
		for _, most := range []int{1, 2, 10, 33, 100, 5000} {
			p := []Picture{{Bins: days(bins), People: []Strip{{Bins: make([]Count, bins)}}}}
			p[0].People[0].Bins[bins-1] = Count{0, most}
			d := newDrawing(p).of(bins)
			v, _ := d.person(&p[0].People[0], bins, 100)
			for _, m := range squareAt.FindAllStringSubmatch(v.Shut, -1) {
				var x, y, side float64
				fmt.Sscan(m[1], &x)
				fmt.Sscan(m[2], &y)
				fmt.Sscan(m[3], &side)
				left := nameWidth + d.bin*float64(bins-1)
				if x < left-0.1 || x+side > left+d.bin+0.1 || y < 100-d.row || y+side > 100 {
					t.Fatalf("%d bins, %d messages: a square of %v at %v, %v", bins, most, side, x, y)
				}
			}
		}
	}
}

// Joined bins count what they did before, and one begins with the theft.
func TestCoarse(t *testing.T) {
	for n := range 70 {
		for moment := -1; moment <= n; moment++ {
			p := Picture{Bins: days(n), Moment: moment, People: []Strip{{Name: "Ana"}, {Name: "short", Bins: []Count{{1, 1}}[:min(n, 1)]}}}
			for i := range n {
				p.People[0].Bins = append(p.People[0].Bins, Count{i, 2 * i})
			}
			q := coarse(p)
			if len(q.Bins) > mostBins+1 || len(q.Bins) > n {
				t.Fatalf("%d bins became %d", n, len(q.Bins))
			}
			before, sum := Count{}, Count{}
			for i, c := range q.People[0].Bins {
				if i < q.Moment {
					before.N += c.N
				}
				sum.N, sum.Of = sum.N+c.N, sum.Of+c.Of
			}
			m := max(moment, 0)
			if sum != (Count{n * (n - 1) / 2, n * (n - 1)}) || before.N != m*(m-1)/2 {
				t.Fatalf("%d bins, theft in %d: %v in all, %d before, in %d bins with the theft in %d", n, moment, sum, before.N, len(q.Bins), q.Moment)
			}
			if 0 <= moment && moment < n && !q.Bins[q.Moment].Equal(p.Bins[moment]) {
				t.Fatalf("%d bins: the theft in %d is now at %v", n, moment, q.Bins[q.Moment])
			}
			if moment == n && q.Moment != len(q.Bins) || moment < 0 && q.Moment >= 0 {
				t.Fatalf("%d bins: the theft after all of them or none is in %d of %d", n, q.Moment, len(q.Bins))
			}
		}
	}
}

func TestMoment(t *testing.T) {
	week := days(49)
	weeks := []time.Time{week[0], week[7], week[14], week[21]}
	at := week[7].Add(84 * time.Hour)
	for _, tt := range []struct {
		p    Picture
		want *tick
	}{
		{Picture{Theft: "t", Bins: weeks, Moment: 0}, &tick{"112", "the theft, in the week from 2\u00a0Mar", "start"}},
		{Picture{Theft: "t", Bins: weeks, Moment: 1, At: at}, &tick{"242.5", "the theft, 12\u00a0Mar", "start"}},
		{Picture{Theft: "t", Bins: weeks, Moment: 4}, &tick{"460", "the theft, at the end", "end"}},
		{Picture{Bins: weeks, Moment: 1, At: at}, &tick{"242.5", "the same moment, 12\u00a0Mar", "start"}},
		{Picture{Bins: weeks, Moment: 5}, nil},
		{Picture{Bins: weeks, Moment: -1}, nil},
		{Picture{}, nil},
	} {
		got := drawing{}.of(4).moment(&tt.p)
		if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
			t.Errorf("%v, expected %v", got, tt.want)
		}
	}
}

func TestTicks(t *testing.T) {
	hours := []time.Time{days(1)[0], days(1)[0].Add(time.Hour), days(1)[0].Add(2 * time.Hour)}
	years := []time.Time{days(1)[0], days(1)[0].AddDate(1, 0, 0)}
	for _, tt := range []struct {
		bins []time.Time
		want string
	}{
		{nil, ""},
		{days(1), "2 Mar"},
		{days(4), "2 Mar, 3 Mar, 4 Mar, 5 Mar"},
		{days(14), "2 Mar, 4 Mar, 6 Mar, 8 Mar, 10 Mar, 12 Mar, 14 Mar"},
		{hours, "2 Mar 00:00, 2 Mar 01:00, 2 Mar 02:00"},
		{years, "2 Mar 2026, 2 Mar 2027"},
	} {
		var got []string
		for _, x := range ticks(tt.bins, plotWidth/float64(max(len(tt.bins), 1))) {
			got = append(got, strings.ReplaceAll(x.Label, "\u00a0", " "))
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%d bins: %q, expected %q", len(tt.bins), s, tt.want)
		}
	}
}

// Of a crowd the first forty are drawn.
func TestCrowd(t *testing.T) {
	p := Picture{System: "s", Bins: days(2)}
	for i := range 100 {
		p.People = append(p.People, Strip{Name: fmt.Sprintf("person %d", i), Bins: []Count{{1, 1}}})
	}
	page := html(t, &Report{Pictures: []Picture{p}})
	if n := strings.Count(page, "<g><title>"); n != mostPeople {
		t.Errorf("%d people, expected %d", n, mostPeople)
	}
	if !strings.Contains(page, "person 39:") || strings.Contains(page, "person 40:") {
		t.Error("not the first")
	}
}

// Pictures stand side by side until a system comes again.
func TestGroups(t *testing.T) {
	r := &Report{
		Systems: []string{"with", "without"},
		Rows: []Row{
			{Theft: "key", Cells: []*Cell{{Before: Count{4, 4}}}},
			{Theft: "tap", Cells: []*Cell{nil, {Before: Count{0, 4}}}},
			{Theft: "phone", Cells: []*Cell{{Before: Count{1, 4}}, {Before: Count{1, 4}}}},
		},
		Pictures: []Picture{
			{System: "with", Theft: "key"}, {System: "without", Theft: "tap"},
			{System: "with", Theft: "phone"}, {System: "without", Theft: "phone"},
		},
	}
	var got []string
	for _, g := range groups(r, r.Pictures, newDrawing(r.Pictures)) {
		got = append(got, "# "+g.Theft)
		for _, p := range g.Panels {
			got = append(got, p.System+": "+strings.ReplaceAll(p.Says, "\u00a0", " "))
		}
	}
	want := `# key
with: 4 of 4 messages open, 100 %.
without: key does not exist here. Instead, tap: 0 of 4 messages open, 0 %.
# phone
with: 1 of 4 messages open, 25 %.
without: 1 of 4 messages open, 25 %.`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("%s\nexpected\n%s", s, want)
	}
}
