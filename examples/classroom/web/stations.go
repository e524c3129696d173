package web

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"doormat/attacks/conversation"
	"doormat/examples/classroom/words"
)

// A page is what the template makes one language of.
type page struct {
	Options
	Lang  string
	Pages []*page
	words *words.Table
}

// First reports whether the page is shown first. Only that has the pictures.
func (p *page) First() bool { return p == p.Pages[0] }

// W returns a text for the page.
func (p *page) W(id string) (template.HTML, error) { return p.words.HTML(id) }

// T returns a text for an attribute.
func (p *page) T(id string) (string, error) { return p.words.Text(id) }

// A word is a text that a script puts somewhere by its id.
type word struct {
	ID   string
	Text template.HTML
}

// Words returns the texts whose ids begin with one of the prefixes.
func (p *page) Words(prefixes ...string) (list []word, err error) {
	for _, id := range p.words.IDs() {
		if !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(id, prefix) }) {
			continue
		}
		text, err := p.words.HTML(id)
		if err != nil {
			return nil, err
		}
		list = append(list, word{id, text})
	}
	return list, nil
}

// Put returns a text for the page whose one placeholder is a number that is known when the page is built.
func (p *page) Put(id string, n int) (string, error) {
	text, err := p.T(id)
	return strings.ReplaceAll(text, "{n}", fmt.Sprint(n)), err
}

// A section is what the template makes one station of.
type section struct {
	*page
	station
	Number int
	Next   string // the id of the station that follows; "" for the last
}

// A station is one experiment of the page. Holders are those whose keys the station lists: of each, words has
// "ID.keys-HOLDER" and "ID.keys-HOLDER-has".
type station struct {
	ID      string
	Holders []string
}

var stations = []station{
	{"doorstep", nil},
	{"breach", []string{"two", "relay", "authority"}},
	{"ratchet", []string{"phone", "thief"}},
	{"leaf", []string{"agents", "tap", "chip"}},
	{"generator", []string{"maker", "device", "user"}},
	{"dial", []string{"agent", "any", "public"}},
	{"matrix", nil},
	{"scanning", []string{"phone", "authority"}},
	{"tracing", []string{"provider", "phone", "writer"}},
	{"recovery", []string{"provider", "server", "friend", "owner"}},
	{"groups", []string{"member", "provider", "agency"}},
	{"network", []string{"devices", "relay", "teacher", "lot"}},
	{"debate", nil},
}

// Sections returns the stations in order.
func (p *page) Sections() (list []section) {
	for i, s := range stations {
		next := ""
		if i+1 < len(stations) {
			next = stations[i+1].ID
		}
		list = append(list, section{p, s, i, next})
	}
	return list
}

// At returns the section of a station.
func (p *page) At(id string) (section, error) {
	for _, s := range p.Sections() {
		if s.ID == id {
			return s, nil
		}
	}
	return section{}, fmt.Errorf("web: there is no station %q", id)
}

// S returns a text of the station for the page.
func (s section) S(key string) (template.HTML, error) { return s.W(s.ID + "." + key) }

// NextTitle returns what leads to the station that follows.
func (s section) NextTitle() (string, error) {
	title, err := s.T(s.Next + ".title")
	if err != nil {
		return "", err
	}
	next, err := s.T("shell.next")
	return strings.ReplaceAll(next, "{station}", title), err
}

// ST returns a text of the station for an attribute.
func (s section) ST(key string) (string, error) { return s.T(s.ID + "." + key) }

// thefts are those of station 1, in the order in which a class meets them: by the names of the library.
var thefts = []string{
	"escrow key", "relay", "wiretap", "quantum", "device seizure", "device seizure, disappearing", "device keys", "rogue sender",
	"relay, acting", "device keys, acting",
}

var notLetters = regexp.MustCompile(`[^a-z0-9]+`)

// wordID returns the id of the text for a name of the library.
func wordID(prefix, name string) string {
	return prefix + notLetters.ReplaceAllString(strings.ToLower(name), "-")
}

// A theft is one that can be chosen.
type theft struct {
	Name string // in the library
	ID   string // of its text in words
	Acts bool   // on the wire, from the theft on
}

// Thefts returns those of station 1.
func (section) Thefts() (list []theft) {
	for _, name := range thefts {
		list = append(list, theft{name, wordID("theft.", name), strings.HasSuffix(name, ", acting")})
	}
	return list
}

// A person has a secret that a student may keep.
type person struct {
	ID, Name string
	First    bool
}

// People returns those of station 0, in the order of the library.
func (section) People() (list []person) {
	for i, name := range []string{"Graham Tranter", "Walt Groome", "Lena Pask", "Gerrit Vos", "Marta Lind"} {
		first, _, _ := strings.Cut(name, " ")
		list = append(list, person{strings.ToLower(first), name, i == 0})
	}
	return list
}

// Town returns the names of all who live in the town.
func (section) Town() []string { return conversation.Town().People }

// Victim is whose phone is stolen.
func (section) Victim() string { return conversation.Town().Busiest }

// Half is how many messages are sent before a thief who acts comes.
func (section) Half() int { return conversation.Town().Moment }

// From and To are who writes one more message, unless others are chosen: not the victim, whose own figures it would change.
func (section) From() string { return "Lena Pask" }
func (section) To() string   { return "Jonas Vos" }

// A column is one side of station 1.
type column struct {
	section
	Column string // "with" or "without"
	Title  template.HTML
}

// Column returns a side of station 1.
func (s section) Column(name string) (column, error) {
	title, err := s.S(map[string]string{"with": "left", "without": "right"}[name])
	return column{s, name, title}, err
}

// A result is what stands beside a bet.
type result struct {
	section
	Name string // of the bet
}

// Of returns the place for what a bet is compared with.
func (s section) Of(bet string) result { return result{s, bet} }

// A card is one sentence to debate.
type card struct {
	ID      string
	Number  int
	Station string // at which a run bears on it
}

// Cards returns the sentences of the station of debate.
func (section) Cards() (list []card) {
	for i, station := range []string{"breach", "breach", "leaf", "breach", "generator", "matrix", "breach", "matrix", "breach", "tracing", "breach", "matrix"} {
		list = append(list, card{fmt.Sprint("d", i+1), i + 1, station})
	}
	return list
}
