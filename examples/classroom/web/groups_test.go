package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/escrow"
	"doormat/attacks/ghost"
	"doormat/attacks/mls"
	"doormat/attacks/transparency"
	"doormat/examples/classroom/desk"
	"doormat/examples/classroom/words"
)

var measure = flag.Bool("measure", false, "write groups.json anew")

// TestGroups measures again what groups.json has. Nothing in it depends on what is drawn.
func TestGroups(t *testing.T) {
	var m measured
	tries, err := ghost.Tries()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tries {
		why, _, _ := strings.Cut(x.Err, " (possibly") // of the standard library's, which is long
		m.Tries = append(m.Tries, try{slug(x.Name), x.By, why, strings.Join(x.Sees, ", "), strings.Join(x.Stopped, ", "), x.Read})
	}
	if len(m.Tries) != desk.MaxTries {
		t.Errorf("%d tries, and a bet is on at most %d", len(m.Tries), desk.MaxTries)
	}
	chat := attacks.NewConversation(desk.Chat())
	for _, system := range transparency.NewActing() {
		r, err := attacks.Run(t.Context(), system, chat, desk.Target, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Exposures {
			n := e.Readable()
			m.Directory = append(m.Directory, acted{slug(r.System + " " + string(e.Theft)), slug(e.Noticed.Who), n.N, n.Of})
		}
		r.Close()
	}
	copied, key := opened(t, mls.New(), attacks.DeviceKeys, 0, chat.Len), opened(t, escrow.New(), escrow.Key, 0, chat.Len)
	for at := range chat.Len + 1 {
		out := opened(t, mls.NewRemoved(), mls.Removed, at, at) // who is removed is not removed again
		m.Removed = append(m.Removed, removed{out[0], copied[at], key[at]})
	}
	b, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, '\n')
	if *measure {
		if err := os.WriteFile("groups.json", b, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(b, groupsJSON) {
		t.Error("groups.json is not what is measured: -measure writes it anew")
	}
}

// slug returns a name of the library as a part of an id.
func slug(name string) string {
	return strings.Trim(notLetters.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

// opened sends the chat through a system, and returns what a theft opens of it that happens before a message, for each
// message from first to last.
func opened(t *testing.T, system attacks.System, theft attacks.TheftName, first, last int) (list []string) {
	t.Helper()
	stage := attacks.NewStage(system, desk.Target, nil)
	defer stage.Close()
	chat := desk.Chat()
	for _, p := range attacks.NewConversation(chat).People {
		if err := stage.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	var stolen []*attacks.Stolen
	for i := range len(chat) + 1 {
		if i >= first && i <= last {
			s, err := stage.Steal(theft)
			if err != nil {
				t.Fatal(err)
			}
			stolen = append(stolen, s)
		}
		if i < len(chat) {
			if err := stage.Send(chat[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, s := range stolen {
		e, err := stage.Expose(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		var flags strings.Builder
		for _, open := range e.Opened {
			flags.WriteByte(".o"[map[bool]int{true: 1}[open]])
		}
		list = append(list, flags.String())
	}
	return list
}

// What the station says of these is so: a removed member opens nothing that comes later, a copy of keys heals, and the
// escrow key opens everything. Each name has a text.
func TestGroupsSay(t *testing.T) {
	m, err := parseGroups()
	if err != nil {
		t.Fatal(err)
	}
	healed := false
	for at, r := range m.Removed {
		if n := len(r.Member); r.Member != strings.Repeat("o", at)+strings.Repeat(".", n-at) || r.Escrow != strings.Repeat("o", n) {
			t.Errorf("before message %d: %+v", at, r)
		}
		if strings.Contains(r.Copy[:at], "o") {
			t.Errorf("a copy of keys opens what was before: %d, %s", at, r.Copy)
		}
		healed = healed || strings.Contains(r.Copy, "o.")
	}
	if !healed {
		t.Error("no copy of keys heals")
	}
	if m.Silent() != 0 || m.TwoHistories() != 0 || !slices.ContainsFunc(m.Directory, func(a acted) bool { return a.N > 0 }) ||
		!slices.ContainsFunc(m.Tries, func(x try) bool { return x.Read > 0 }) {
		t.Errorf("a zero without a control: %+v", m)
	}
	for _, lang := range words.Languages {
		table, err := words.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range m.Tries {
			if !table.Has("groups.try-" + x.Name) {
				t.Errorf("%s.txt has no groups.try-%s", lang, x.Name)
			}
		}
		for _, x := range m.Directory {
			for _, id := range []string{"groups.act-" + x.Name, "groups.noticed-" + x.Noticed} {
				if !table.Has(id) {
					t.Errorf("%s.txt has no %s", lang, id)
				}
			}
		}
	}
}
