package desk

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow/ghost"
)

// A group is the station of groups. The provider's group runs here. What it is compared with, groups of noescrow/mls and
// a directory of noescrow/transparency, would make the library larger by a quarter in a browser, so the page has that
// from when it was built.
type group struct{}

func (group) close() {}

func (group) do(t *turn, do string, a Args) error {
	switch do {
	case "ghost":
		return haunt(t, a.Name, a.At)
	case "tries", "directory":
		_, err := t.bet(do)
		return err // what is revealed is in the page
	case "removed":
		if _, err := t.bet(do); err != nil {
			return err
		}
		if n := len(Chat()); a.At < 0 || a.At > n {
			return fmt.Errorf("expected a moment from 0 to %d, found %d", n, a.At)
		}
		t.number("removed", float64(a.At))
		return nil
	}
	return errUnknown(do)
}

// other is the member who has an app of another maker, where one has.
const other = "Nadia Brook"

// builds says which app shows what it encrypts to, of each member, by the name of the experiment.
var builds = map[string]func(member string) ghost.Build{
	"hiding": func(string) ghost.Build { return ghost.Hiding },
	"one": func(member string) ghost.Build {
		if member == other {
			return ghost.Showing
		}
		return ghost.Hiding
	},
	"showing": func(string) ghost.Build { return ghost.Showing },
}

// chatName is the group's name at the provider, and prekeys is how many a device publishes: one for each that starts a
// session with it.
const (
	chatName = "pumps"
	prekeys  = 5
)

// haunt sends the conversation through the provider's group. Before the message at, an order puts a ghost into the
// account of one member.
func haunt(t *turn, app string, at int) error {
	build, ok := builds[app]
	if !ok {
		return fmt.Errorf("there is no app %.40q", app)
	}
	if _, err := t.bet(app); err != nil {
		return err
	}
	messages := Chat()
	if at < 0 || at > len(messages) {
		return fmt.Errorf("expected a moment from 0 to %d, found %d", len(messages), at)
	}
	var h *haunted
	err := t.drawing(app, func() (err error) {
		if h, err = newHaunted(build, attacks.NewConversation(messages).People); err != nil {
			return err
		}
		for i, m := range messages {
			if i == at {
				if err := h.obey(m.At); err != nil {
					return err
				}
			}
			e, err := h.send(m)
			if err != nil {
				return err
			}
			e.Kind, e.Column, e.Index = "heard", app, i
			t.event(e)
		}
		if last := messages[len(messages)-1].At; at == len(messages) {
			return h.obey(last)
		}
		return nil
	})
	if err != nil {
		return err
	}
	counts, err := h.count(messages[len(messages)-1].At)
	if err != nil {
		return err
	}
	counts["at"], counts["of"] = at, len(messages)
	for name, n := range counts {
		t.number(app+"."+name, float64(n))
	}
	return nil
}

// A haunted group is one of escrow/ghost: a provider, its members' clients, and a ghost.
type haunted struct {
	key      *ghost.OrderKey
	provider *ghost.Provider
	people   []string
	clients  map[string]*ghost.Client
	ghost    *ghost.Ghost
	numbers  map[string]string // that the members could compare before the order
	read     int
}

func newHaunted(build func(string) ghost.Build, people []string) (*haunted, error) {
	h := &haunted{key: ghost.NewOrderKey(), people: people, clients: map[string]*ghost.Client{}, ghost: ghost.NewGhost()}
	h.provider = ghost.NewProvider(h.key.PublicKey())
	for _, name := range people {
		h.clients[name] = ghost.NewClient(build(name))
		publication, err := h.clients[name].Publish(prekeys)
		if err != nil {
			return nil, err
		}
		if err := h.provider.Link(name, publication); err != nil {
			return nil, err
		}
	}
	return h, h.provider.Open(chatName, people...)
}

// obey has the provider put the ghost into the target's account. All that it needs is a signature.
func (h *haunted) obey(at time.Time) error {
	numbers, err := h.compared(at)
	if err != nil {
		return err
	}
	if h.numbers = numbers; len(distinct(numbers)) != 1 {
		return errors.New("the members do not have one safety number before the order")
	}
	publication, err := h.ghost.Publish(prekeys)
	if err != nil {
		return err
	}
	order, err := h.key.Sign(ghost.Order{Name: Target, From: at, Until: at.AddDate(1, 0, 0), Publication: publication})
	if err != nil {
		return err
	}
	return h.provider.Obey(order)
}

// compared has each member look at the group, and returns the safety numbers that their clients show.
func (h *haunted) compared(at time.Time) (map[string]string, error) {
	numbers := map[string]string{}
	for _, name := range h.people {
		roster, err := h.provider.Roster(chatName, name, at)
		if err != nil {
			return nil, err
		}
		if err := h.clients[name].Learn(roster); err != nil {
			return nil, err
		}
		numbers[name] = h.clients[name].SafetyNumber(chatName)
	}
	return numbers, nil
}

func distinct(numbers map[string]string) map[string]bool {
	set := map[string]bool{}
	for _, n := range numbers {
		set[n] = true
	}
	return set
}

// send has a member write to the group, and all others and the ghost open it.
func (h *haunted) send(m attacks.Message) (Event, error) {
	from := h.clients[m.From]
	roster, err := h.provider.Roster(chatName, m.From, m.At)
	if err != nil {
		return Event{}, err
	}
	missing, err := from.Unknown(roster)
	if err != nil {
		return Event{}, err
	}
	for _, id := range missing {
		bundle, err := h.provider.Bundle(id)
		if err != nil {
			return Event{}, err
		}
		if err := from.Start(id, bundle); err != nil {
			return Event{}, err
		}
	}
	message, err := from.Seal(roster, []byte(m.Text), attacks.Date(m.At))
	if err != nil {
		return Event{}, err
	}
	copies, err := ghost.Copies(message)
	if err != nil {
		return Event{}, err
	}
	for _, to := range m.Recipients() {
		got, err := h.clients[to].Open(message, attacks.Date(m.At))
		if err != nil || string(got.Text) != m.Text || got.From != from.Identity() {
			return Event{}, fmt.Errorf("a message does not arrive at %s: %w", to, err)
		}
	}
	e := Event{At: m.At.Format(time.RFC3339), From: m.From, N: len(copies), Of: len(from.Members(chatName)) - 1, Flags: []bool{false}}
	heard, err := h.ghost.Recover(message, attacks.Date(m.At))
	switch {
	case err == nil && string(heard.Text) == m.Text:
		h.read++
		e.Flags[0], e.Text = true, string(heard.Text)
	case !errors.Is(err, ghost.ErrNoCopy):
		return e, fmt.Errorf("the ghost reads something else: %w", err)
	}
	return e, nil
}

// count returns what is so at the end. Everyone has looked at the group once more.
func (h *haunted) count(at time.Time) (map[string]int, error) {
	numbers, err := h.compared(at)
	if err != nil {
		return nil, err
	}
	id := h.ghost.Identity()
	counts := map[string]int{"people": len(h.people), "read": h.read, "numbers": len(distinct(numbers)), "sees": 0, "changed": 0, "apart": 0}
	for _, name := range h.people {
		if h.clients[name].Shows(id) {
			counts["sees"]++
		}
		if numbers[name] != h.numbers[name] {
			counts["changed"]++
		}
		state, err := h.clients[name].State()
		if err != nil {
			return nil, err
		}
		if bytes.Contains(state, id[:]) {
			counts["apart"]++
		}
	}
	return counts, nil
}

// MaxTries is how many things a provider tries against a group of MLS, in the page.
const MaxTries = 12

// mayBet refuses bets that no member or message could make true.
func (group) mayBet(a Args) error {
	chat := Chat()
	most := map[string]int{"tries": MaxTries, "directory": len(chat), "removed": 0}
	for app := range builds {
		most[app] = len(attacks.NewConversation(chat).People)
	}
	n, ok := most[a.Name]
	switch {
	case !ok:
		return errNoBet(a.Name)
	case slices.ContainsFunc(a.List, func(i int) bool { return i < 0 || i >= len(chat) }):
		return fmt.Errorf("expected messages from 0 to %d", len(chat)-1)
	}
	return within(a.N, n)
}
