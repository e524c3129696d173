// Package deal makes the puzzles of lesson 15, and checks answers.
package deal

import (
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"doormat/escrow/ghost"
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

const (
	length = 28 // messages
	early  = 8  // before the order at the least
)

// chats has the members of each chat, as places in the list of people: no two people are in the same chats.
var chats = [][]int{{0, 1, 2}, {0, 1, 3}, {1, 2, 4}, {2, 3, 4}}

// A message and a member are as play.go has them.
type (
	message struct {
		Chat   string
		Screen []member
		Bytes  []byte
	}
	member struct {
		Name   string
		Device noescrow.Identity
	}
)

// found is what Find returns.
type found struct {
	Device noescrow.Identity
	Since  int
	Target string
}

// A town is people with their devices, the provider of their messenger, and what was written.
type town struct {
	provider *ghost.Provider
	names    []string // of people, in the order that chats means
	chats    []string
	phones   map[string]*ghost.Client // the devices that write, by account
	messages []message
	start    time.Time
}

// New has five people write 28 messages in four chats. Two of them have a laptop, which only receives, and a
// third links a tablet on the way. In the middle the provider adds a ghost to the chats of one of the five.
func New(draw *mathrand.Rand) lesson.Task {
	key := ghost.NewOrderKey()
	t := &town{
		provider: ghost.NewProvider(key.PublicKey()),
		names:    shuffled(draw, []string{"Ana", "Ben", "Cem", "Dee", "Eli"}),
		chats:    shuffled(draw, []string{"dinner", "football", "choir", "rent"}),
		phones:   map[string]*ghost.Client{},
		start:    time.Date(2018, 11, 29, 9, draw.IntN(60), 0, 0, time.UTC),
	}
	for _, name := range t.names {
		t.phones[name] = t.link(name)
	}
	owners := draw.Perm(len(t.names))
	for _, i := range owners[:2] {
		t.link(t.names[i])
	}
	for i, members := range chats {
		must(t.provider.Open(t.chats[i], t.names[members[0]], t.names[members[1]], t.names[members[2]]))
	}
	target := t.names[draw.IntN(len(t.names))]
	agency := ghost.NewGhost()
	from := early + draw.IntN(4)
	publication, err := agency.Publish(0)
	must(err)
	order, err := key.Sign(ghost.Order{Name: target, From: t.at(from), Until: t.at(2 * length), Publication: publication})
	must(err)
	must(t.provider.Obey(order))

	tablet := from + 4 + draw.IntN(4)
	var next []int // chats, in turns of all four
	for i := range length {
		if i == tablet {
			t.link(t.names[owners[2]])
		}
		if len(next) == 0 {
			next = draw.Perm(len(chats))
		}
		t.send(next[0], t.names[chats[next[0]][draw.IntN(3)]], fmt.Sprintf("message %d", i))
		next = next[1:]
	}
	truth := found{agency.Identity(), from, target}
	for !slices.Contains(t.namesIn(t.messages[truth.Since].Chat), target) {
		truth.Since++
	}
	return lesson.Task{
		Puzzle: lesson.Pack(t.messages),
		Check:  func(answer []byte) *lesson.Miss { return t.check(answer, truth) },
	}
}

func shuffled(draw *mathrand.Rand, names []string) []string {
	draw.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

func (t *town) at(i int) time.Time { return t.start.Add(time.Duration(i) * time.Minute) }

// link adds a device to an account. Its program does as the provider says.
func (t *town) link(name string) *ghost.Client {
	c := ghost.NewClient(ghost.Hiding)
	publication, err := c.Publish(0)
	must(err)
	must(t.provider.Link(name, publication))
	return c
}

// send writes one message, as the next one.
func (t *town) send(chat int, name, text string) {
	phone, at := t.phones[name], t.at(len(t.messages))
	roster, err := t.provider.Roster(t.chats[chat], name, at)
	must(err)
	unknown, err := phone.Unknown(roster)
	must(err)
	for _, id := range unknown {
		bundle, err := t.provider.Bundle(id)
		must(err)
		must(phone.Start(id, bundle))
	}
	sealed, err := phone.Seal(roster, []byte(text), nil)
	must(err)
	m := message{Chat: t.chats[chat], Bytes: sealed}
	for _, shown := range phone.Members(m.Chat) {
		m.Screen = append(m.Screen, member{shown.Name, shown.Identity})
	}
	t.messages = append(t.messages, m)
}

// namesIn returns who is in a chat.
func (t *town) namesIn(chat string) (names []string) {
	for _, i := range chats[slices.Index(t.chats, chat)] {
		names = append(names, t.names[i])
	}
	return names
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (t *town) check(answer []byte, truth found) *lesson.Miss {
	var a found
	if err := lesson.Unpack(answer, &a); err != nil {
		return &lesson.Miss{
			Got:  "no ghost",
			Want: "a device, a number and a name",
			Why:  "the answer is none that play.go makes",
			Hint: "leave play.go as it is",
		}
	}
	if a == truth {
		return nil
	}
	why, hint := t.reason(a, truth)
	return &lesson.Miss{
		Got:  fmt.Sprintf("device %.8v… since message %d, for %.40q", a.Device, a.Since, a.Target),
		Want: fmt.Sprintf("device %.8v… since message %d, for %q", truth.Device, truth.Since, truth.Target),
		Why:  why,
		Hint: hint,
	}
}

// reason says what is wrong with an answer: the device first, then when, then for whom.
func (t *town) reason(a, truth found) (why, hint string) {
	if a.Device != truth.Device {
		for i, m := range t.messages {
			for _, shown := range m.Screen {
				if shown.Device == a.Device {
					return fmt.Sprintf("message %d: its sender's phone shows this device, as one of %s's", i, shown.Name),
						"a device that only receives, or is new, may be a laptop: compare the copies with the screen"
				}
			}
		}
		return "no copy in the transcript is for this device", "noescrow.Addresses returns the sender of a copy, and its recipient"
	}
	switch {
	case a.Since != truth.Since:
		return fmt.Sprintf("the first message with a copy for the ghost is another: %d", truth.Since),
			"messages are counted from 0"
	case !slices.Contains(t.names, a.Target):
		return "the order names another person, one of those on the screens", "Target is a name"
	}
	for i, m := range t.messages[truth.Since:] {
		reads := slices.Contains(t.namesIn(m.Chat), truth.Target)
		if in := slices.Contains(t.namesIn(m.Chat), a.Target); in != reads {
			but := "is not in the chat of message %d, and the ghost has a copy of it"
			if in {
				but = "is in the chat of message %d, and the ghost has no copy of it"
			}
			return fmt.Sprintf("the order names another person: %s "+but, a.Target, truth.Since+i),
				"the provider adds the ghost to all chats of one account, and to no other chat"
		}
	}
	return "the order names another person", "look at all messages from the first one with the ghost on"
}
