package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"doormat/attacks"
)

func days(n int) (bins []time.Time) {
	for i := range n {
		bins = append(bins, time.Date(2026, 3, 2+i, 0, 0, 0, 0, time.UTC))
	}
	return bins
}

// Where there is room, there is a square for each message, solid for those that opened.
func TestSquares(t *testing.T) {
	for _, c := range []attacks.Count{{N: 0, Of: 1}, {N: 1, Of: 1}, {N: 0, Of: 7}, {N: 3, Of: 7}, {N: 7, Of: 7}, {N: 30, Of: 33}} {
		p := []plot{{bins: days(7), people: []strip{{"Ana", []attacks.Count{c}}}}}
		d := newDrawing(p)
		if d.each != 1 {
			t.Fatalf("%v: a square for %d messages", c, d.each)
		}
		v, any := d.of(7).person(&p[0].people[0], 7, 50)
		open, shut := strings.Count(v.Open, "z"), strings.Count(v.Shut, "z")
		if open != c.N || shut != c.Of-c.N || any != (c.N > 0) {
			t.Errorf("%v: %d solid, %d not, %v", c, open, shut, any)
		}
	}
}

// Where a square stands for many, some is still neither all nor none.
func TestSquaresOfMany(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5000, 9998, 9999, 10000} {
		c := attacks.Count{N: n, Of: 10000}
		p := []plot{{bins: days(7), people: []strip{{"Ana", []attacks.Count{c, {N: 1, Of: 2}, {N: 2, Of: 2}}}}}}
		d := newDrawing(p)
		var shut, open strings.Builder
		d.of(7).squares(&shut, &open, 0, 0, c)
		some, none := strings.Count(open.String(), "z"), strings.Count(shut.String(), "z")
		if (some == 0) != (n == 0) || (none == 0) != (n == 10000) || (some+none-1)*d.each >= 10000 {
			t.Errorf("%v: %d solid, %d not, each for %d", c, some, none, d.each)
		}
		open.Reset()
		shut.Reset()
		d.of(7).squares(&shut, &open, 0, 0, attacks.Count{N: 1, Of: 2})
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
			p := []plot{{bins: days(bins), people: []strip{{bins: make([]attacks.Count, bins)}}}}
			p[0].people[0].bins[bins-1] = attacks.Count{Of: most}
			d := newDrawing(p).of(bins)
			v, _ := d.person(&p[0].people[0], bins, 100)
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
			p := plot{bins: days(n), moment: moment, people: []strip{{name: "Ana"}, {"short", []attacks.Count{{N: 1, Of: 1}}[:min(n, 1)]}}}
			for i := range n {
				p.people[0].bins = append(p.people[0].bins, attacks.Count{N: i, Of: 2 * i})
			}
			q := coarse(p, moment)
			if len(q.bins) > mostBins+1 || len(q.bins) > n {
				t.Fatalf("%d bins became %d", n, len(q.bins))
			}
			before, sum := attacks.Count{}, attacks.Count{}
			for i, c := range q.people[0].bins {
				if i < q.moment {
					before.N += c.N
				}
				sum.N, sum.Of = sum.N+c.N, sum.Of+c.Of
			}
			m := max(moment, 0)
			if sum != (attacks.Count{N: n * (n - 1) / 2, Of: n * (n - 1)}) || before.N != m*(m-1)/2 {
				t.Fatalf("%d bins, theft in %d: %v in all, %d before, in %d bins with the theft in %d", n, moment, sum, before.N, len(q.bins), q.moment)
			}
			if 0 <= moment && moment < n && !q.bins[q.moment].Equal(p.bins[moment]) {
				t.Fatalf("%d bins: the theft in %d is now at %v", n, moment, q.bins[q.moment])
			}
			if moment == n && q.moment != len(q.bins) || moment < 0 && q.moment >= 0 {
				t.Fatalf("%d bins: the theft after all of them or none is in %d of %d", n, q.moment, len(q.bins))
			}
		}
	}
}

func TestMoment(t *testing.T) {
	week := days(49)
	weeks := []time.Time{week[0], week[7], week[14], week[21]}
	at := week[7].Add(84 * time.Hour)
	for _, tt := range []struct {
		p    plot
		want *tick
	}{
		{plot{bins: weeks, moment: 0}, &tick{"120", "the theft, in the week from 2\u00a0Mar", "start"}},
		{plot{bins: weeks, moment: 1, at: at}, &tick{"247.5", "the theft, 12\u00a0Mar", "start"}},
		{plot{bins: weeks, moment: 4}, &tick{"460", "the theft, at the end", "end"}},
		{plot{bins: weeks, moment: 5}, nil},
		{plot{bins: weeks, moment: -1}, nil},
		{plot{}, nil},
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

// Of a crowd those with the most messages are drawn.
func TestCrowd(t *testing.T) {
	var messages []attacks.Message
	for i := range 100 {
		for range 1 + i/50 {
			messages = append(messages, attacks.Message{At: start, From: fmt.Sprintf("person %d", i), To: "all"})
		}
	}
	r := newReport(t, newTable(messages, "", &attacks.Result{System: "s", Exposures: []attacks.Exposure{{Theft: "t", Opened: make([]bool, len(messages)), LastOpened: -1}}}))
	r.Pictures = []Picture{{Theft: "t"}}
	page := asHTML(t, r)
	if n := strings.Count(page, "<g><title>"); n != mostPeople {
		t.Errorf("%d people, expected %d", n, mostPeople)
	}
	for want, is := range map[string]bool{">all: 0 of 150": true, "person 50: 0 of 2": true, "person 88:": true, "person 89:": false, "person 49:": false} {
		if strings.Contains(page, want) != is {
			t.Errorf("%q: %v, expected %v", want, !is, is)
		}
	}
}

// A plot counts each message twice, for its sender and its recipient.
func TestPlot(t *testing.T) {
	for _, c := range []struct {
		name        string
		messages    []attacks.Message
		moment      int
		bins, atBin int
		first       time.Time
	}{
		{"a day", talk(5, time.Minute, "Ana", "Ben", "Cas"), 2, 1, 0, start.Truncate(24 * time.Hour)},
		{"62 days", talk(62, 24*time.Hour, "Ana", "Ben", "Cas"), 31, 62, 31, start.Truncate(24 * time.Hour)},
		{"at the end", talk(62, 24*time.Hour, "Ana", "Ben", "Cas"), 62, 62, 62, start.Truncate(24 * time.Hour)},
		{"years", talk(100, 200*time.Hour, "Ana", "Ben", "Cas"), 50, 52, 26, start},
	} {
		e := expose("t", "", len(c.messages), c.moment, func(i int) bool { return i%2 == 0 })
		h, err := newHistory(attacks.NewConversation(c.messages))
		if err != nil {
			t.Fatal(err)
		}
		p := h.newPlot("s", &e)
		sum, most := attacks.Count{}, 0
		for i, s := range p.people {
			n := 0
			for _, b := range s.bins {
				sum.N, sum.Of, n = sum.N+b.N, sum.Of+b.Of, n+b.Of
			}
			if i > 0 && n > most {
				t.Errorf("%s: %s has more messages than those before", c.name, s.name)
			}
			most = n
		}
		if want := (attacks.Count{N: 2 * e.Readable().N, Of: 2 * len(c.messages)}); sum != want {
			t.Errorf("%s: %v, expected %v", c.name, sum, want)
		}
		if len(p.bins) != c.bins || p.moment != c.atBin || !p.bins[0].Equal(c.first) {
			t.Errorf("%s: %d bins from %v, the theft in %d; expected %d from %v, in %d", c.name, len(p.bins), p.bins[0], p.moment, c.bins, c.first, c.atBin)
		}
		if none := h.newPlot("s", nil); none.moment != -1 || len(none.bins) != c.bins {
			t.Errorf("%s: nothing stolen, in %d of %d", c.name, none.moment, len(none.bins))
		}
	}
}

// A picture has a panel for each system, and says where something else stands for the theft.
func TestGroups(t *testing.T) {
	r := sample(t)
	r.Pictures = append(r.Pictures, Picture{Theft: "no such", Instead: "neither"})
	all, _ := groups(r)
	var got []string
	for _, g := range all {
		got = append(got, "# "+g.Theft)
		for _, p := range g.Panels {
			got = append(got, p.ID+" "+p.System+": "+strings.ReplaceAll(p.Says, "\u00a0", " "))
		}
	}
	want := `# escrow key
picture-1 escrow: 60 of 60 messages open, 100 %.
picture-2 no escrow: escrow key does not exist here. Instead, device keys: 4 of 60 messages open, 7 %.
# device seizure
picture-3 escrow: 24 of 60 messages open, 40 %.
picture-4 no escrow: 24 of 60 messages open, 40 %.
# rogue sender
picture-5 escrow: 48 of 60 messages open, 80 %.
picture-6 no escrow: rogue sender does not exist here. Nothing opens.
# no such
picture-7 escrow: no such does not exist here. Nothing opens.
picture-8 no escrow: no such does not exist here. Nothing opens.`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("%s\nexpected\n%s", s, want)
	}
}
