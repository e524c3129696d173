package desk

import (
	"fmt"
	"slices"
	"testing"

	"doormat/attacks"
	haunting "doormat/attacks/ghost"
)

// The ghost reads what the library measures that it reads, and is seen by as many. With any app it reads the same.
func TestGhost(t *testing.T) {
	const at = 5
	chat := attacks.NewConversation(Chat())
	chat.Moment = at
	library := map[string]*attacks.Exposure{}
	for app, system := range map[string]attacks.System{"hiding": haunting.New(), "showing": haunting.NewShown()} {
		r, err := attacks.Run(t.Context(), system, chat, Target, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		library[app] = r.Exposure(attacks.WarrantName)
	}
	if n := library["hiding"].Noticed; n.Who != "who takes an app apart" {
		t.Errorf("with apps that hide, the library says that %v notices", n)
	}
	want := map[string]string{
		"hiding":  "0 see it, 5 apart, 1 number, 0 changed",
		"one":     "1 see it, 5 apart, 2 number, 1 changed",
		"showing": library["showing"].Noticed.Who[:1] + " see it, 5 apart, 1 number, 5 changed",
	}
	l := begin(t, "K7-RIVER")
	for _, app := range []string{"hiding", "one", "showing"} {
		if err := l.try("groups", "ghost", Args{Name: app, At: at}); err != "desk: bet first" {
			t.Error(err)
		}
		l.do("groups", "bet", Args{Name: app, N: 2})
		l.do("groups", "ghost", Args{Name: app, At: at})
		of := func(what string) float64 { return l.last.Numbers[app+"."+what] }
		if got := fmt.Sprintf("%v see it, %v apart, %v number, %v changed", of("sees"), of("apart"), of("numbers"), of("changed")); got != want[app] {
			t.Errorf("%s: %s, expected %s", app, got, want[app])
		}
		var opened []bool
		for i, e := range l.of("heard", app) {
			open := i >= at
			if e.Flags[0] != open || (e.Text == Chat()[i].Text) != open {
				t.Errorf("%s: %+v", app, e)
			}
			if hidden := e.N - e.Of; hidden < 0 || hidden > 1 || (hidden == 1) != (open && (app == "hiding" || app == "one" && e.From != other)) {
				t.Errorf("%s: message %d leaves %d times, and the screen shows %d", app, i, e.N, e.Of)
			}
			opened = append(opened, e.Flags[0])
		}
		x := library["hiding"]
		if n := x.Readable(); !slices.Equal(opened, x.Opened) || of("read") != float64(n.N) || of("of") != float64(n.Of) {
			t.Errorf("%s: the ghost reads %v, in the library %v", app, opened, x.Opened)
		}
	}
}

// An order that comes after all messages reads none, and one that comes before them reads all.
func TestGhostAtTheEnds(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("groups", "bet", Args{Name: "hiding"})
	for at, want := range map[int]float64{0: float64(len(Chat())), len(Chat()): 0} {
		l.do("groups", "ghost", Args{Name: "hiding", At: at})
		if n := l.last.Numbers["hiding.read"]; n != want {
			t.Errorf("before message %d: the ghost reads %v, expected %v", at, n, want)
		}
	}
}

// The same code and actions give the same, and undo takes back the last action.
func TestGroupsAgain(t *testing.T) {
	l := begin(t, "K7-RIVER")
	l.do("groups", "bet", Args{Name: "one", N: 1})
	l.do("groups", "ghost", Args{Name: "one", At: 12})
	first := l.last.Numbers
	l.do("groups", "bet", Args{Name: "removed", List: []int{0, 1, 13}})
	l.do("groups", "removed", Args{At: 3})
	l.do("class", "undo", Args{Name: "groups"})
	if n := len(l.of("heard", "one")); n != len(Chat()) || len(l.desk.log) != 3 {
		t.Errorf("after undo: %d messages, %d actions", n, len(l.desk.log))
	}
	for name, n := range first {
		if l.last.Numbers["groups."+name] != n {
			t.Errorf("after undo %s is %v, and was %v", name, l.last.Numbers["groups."+name], n)
		}
	}
	l.do("class", "reset", Args{Name: "groups"})
	if err := l.try("groups", "removed", Args{At: 3}); err != "desk: bet first" {
		t.Error(err)
	}
}

func TestGroupsThatAreWrong(t *testing.T) {
	l := begin(t, "K7-RIVER")
	for _, b := range []Args{
		{Name: "logged"}, {Name: ""}, {Name: "hiding", N: 6}, {Name: "hiding", N: -1}, {Name: "tries", N: MaxTries + 1},
		{Name: "directory", N: len(Chat()) + 1}, {Name: "removed", List: []int{len(Chat())}}, {Name: "removed", List: []int{-1}}, {Name: "removed", N: 1},
	} {
		if err := l.try("groups", "bet", b); err == "" {
			t.Errorf("%+v is a bet", b)
		}
	}
	for _, name := range []string{"tries", "directory", "removed"} {
		if err := l.try("groups", name, Args{}); err != "desk: bet first" {
			t.Errorf("%s: %s", name, err)
		}
		l.do("groups", "bet", Args{Name: name})
		l.do("groups", name, Args{})
	}
	l.do("groups", "bet", Args{Name: "hiding"})
	for _, a := range []struct {
		do string
		Args
	}{
		{"dance", Args{}}, {"ghost", Args{}}, {"ghost", Args{Name: "logged"}}, {"ghost", Args{Name: "hiding", At: -1}},
		{"ghost", Args{Name: "hiding", At: len(Chat()) + 1}}, {"removed", Args{At: -1}}, {"removed", Args{At: len(Chat()) + 1}},
	} {
		if err := l.try("groups", a.do, a.Args); err == "" {
			t.Errorf("%s %+v is done", a.do, a.Args)
		}
	}
}

// The chat is among people of the town, each message goes to all others, and times go on.
func TestChat(t *testing.T) {
	chat := Chat()
	for i, m := range chat {
		for _, p := range append(m.Recipients(), m.From) {
			if !slices.Contains(theTown().people, p) {
				t.Errorf("message %d has %q, who is not of the town", i, p)
			}
		}
		if n := len(m.Recipients()); n != 4 || slices.Contains(m.Recipients(), m.From) {
			t.Errorf("message %d goes to %v", i, m.Recipients())
		}
		if i > 0 && !m.At.After(chat[i-1].At) {
			t.Errorf("message %d is not later than the one before", i)
		}
	}
}
