package desk

import (
	"strings"
	"sync"

	"doormat/attacks"
	"doormat/attacks/conversation"
)

// Victim is whose phone is stolen, in the town.
const Victim = "Marta Lind"

// A townspeople is the town's conversation, in memory.
type townspeople struct {
	people   []string
	messages []attacks.Message
}

// town is the same in each lesson.
var town = sync.OnceValue(func() townspeople {
	c := conversation.Town()
	t := townspeople{people: c.People}
	for m, err := range c.Messages {
		if err != nil {
			panic("desk: internal error: the town: " + err.Error())
		}
		t.messages = append(t.messages, m)
	}
	return t
})

// secrets are five of the town, each with the beginning of a message that its writer would keep.
var secrets = []struct{ person, begins string }{
	{"Graham Tranter", "Rather not type it out."},
	{"Walt Groome", "Walter Groome here. Had the biopsy"},
	{"Lena Pask", "it happens on the bus too."},
	{"Gerrit Vos", "Hello, Gerrit Vos. I would like to repeat my tablets"},
	{"Marta Lind", "It is not. £6,480"},
}

// A doorstep is station 0: whose secret would you keep?
type doorstep struct{}

func (*doorstep) do(t *turn, do string, a Args) error {
	switch do {
	case "people":
		for _, s := range secrets {
			t.event(Event{Kind: "person", Name: s.person, Index: secretOf(s.person)})
		}
	case "pick":
		i := secretOf(a.Name)
		if i < 0 {
			return errPerson(a.Name)
		}
		t.text("picked", a.Name)
		t.number("index", float64(i))
	default:
		return errUnknown(do)
	}
	return nil
}

func (*doorstep) close() {}

// secretOf returns the index of the message that a person would keep, or -1.
func secretOf(person string) int {
	for _, s := range secrets {
		if s.person != person {
			continue
		}
		for i, m := range town().messages {
			if m.From == person && strings.HasPrefix(m.Text, s.begins) {
				return i
			}
		}
	}
	return -1
}
