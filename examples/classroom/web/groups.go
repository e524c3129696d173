package web

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"doormat/examples/classroom/desk"
)

// groups.json is what happens in groups of noescrow/mls, and what directories do that lie: see TestGroups, which writes
// it with -measure. It is not measured in the page, as the code for it would make the library larger by a quarter in a
// browser.
//
//go:embed groups.json
var groupsJSON []byte

// A Measured is the content of groups.json.
type measured struct {
	Tries     []try
	Directory []acted
	Removed   []removed // by the index of the message before which it happens; the last is after all
}

// A try is what a provider tries against a group of MLS that has three members.
type try struct {
	Name    string // of its text in words, behind "groups.try-"
	By, Err string // whose program refuses, and its error; "" if none does
	Sees    string // members whose list of members has the third party in it
	Stopped string // members who are cut off
	Read    int    // messages that the third party reads, of one from each member
}

// An acted is what a directory does that lies, and what it reads by it.
type acted struct {
	Name, Noticed string // of their texts in words, behind "groups.act-" and "groups.noticed-"
	N, Of         int
}

// A removed is what opens of the chat, a character for each message, o or a full stop: to a member who is removed at
// that moment, to who copies the target's keys then, and to who has an escrow key.
type removed struct{ Member, Copy, Escrow string }

// Groups returns what was measured of groups.
func (*page) Groups() (*measured, error) { return parseGroups() }

func parseGroups() (*measured, error) {
	m := new(measured)
	return m, json.Unmarshal(groupsJSON, m)
}

// Removals returns what opens to whom, for the page's script.
func (d document) Removals() (any, error) {
	m, err := parseGroups()
	if err != nil {
		return nil, err
	}
	list := [][]string{}
	for _, r := range m.Removed {
		list = append(list, []string{r.Member, r.Copy, r.Escrow})
	}
	return list, nil
}

// Silent returns in how many of the tries the third party reads, and no one's list of members shows it.
func (m *measured) Silent() (n int) {
	for _, t := range m.Tries {
		if t.Read > 0 && t.Sees == "" {
			n++
		}
	}
	return n
}

// TwoHistories returns how many messages a directory reads that shows two histories, where no witness helps it.
func (m *measured) TwoHistories() int {
	for _, a := range m.Directory {
		if a.Name == "key-transparency-directory-two-histories" {
			return a.N
		}
	}
	return -1
}

// A said is one message of the group.
type said struct {
	Index, Number int
	From, At      string
}

// Chat returns the messages of the group.
func (*page) Chat() (list []said) {
	for i, m := range desk.Chat() {
		from, _, _ := strings.Cut(m.From, " ")
		list = append(list, said{i, i + 1, from, m.At.Format(time.RFC3339)})
	}
	return list
}

// Members returns how many there are in the group.
func (*page) Members() int { return 1 + len(desk.Chat()[0].Recipients()) }

// Apps are the experiments with the provider's group, by the names of the desk.
func (section) Apps() []string { return []string{"hiding", "one", "showing"} }
