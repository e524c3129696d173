package desk

import (
	"strings"
	"sync"

	"doormat/attacks"
	"doormat/attacks/conversation/town"
)

// Victim is whose phone is stolen, in the town.
const Victim = "Marta Lind"

// A townspeople is the town's conversation, in memory.
type townspeople struct {
	people   []string
	messages []attacks.Message
}

// theTown is the same in each lesson. Package conversation, which has it too, reads mail besides, and is four times as
// large in a browser.
var theTown = sync.OnceValue(func() townspeople {
	messages, _ := town.Messages()
	return townspeople{attacks.NewConversation(messages).People, messages}
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
		for i, m := range theTown().messages {
			if m.From == person && strings.HasPrefix(m.Text, s.begins) {
				return i
			}
		}
	}
	return -1
}
