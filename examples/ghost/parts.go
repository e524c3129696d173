package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/conversation"
	attack "doormat/attacks/ghost"
	"doormat/escrow/ghost"
	"doormat/examples/internal/page"
	"doormat/noescrow"
)

// A world is a provider, three people, and an agency. Ana's and Ben's clients hide what they are told to
// hide; Cas has one that was built by somebody else.
type world struct {
	key      *ghost.OrderKey
	provider *ghost.Provider
	clients  map[string]*ghost.Client
	agency   *ghost.Ghost
	at       time.Time
	numbers  map[string]string // safety numbers before the order
}

const chat = "dinner"

func newWorld() (*world, error) {
	w := &world{key: ghost.NewOrderKey(), clients: map[string]*ghost.Client{}, agency: ghost.NewGhost(), numbers: map[string]string{},
		at: time.Date(2018, 11, 29, 9, 0, 0, 0, time.UTC)}
	w.provider = ghost.NewProvider(w.key.PublicKey())
	for _, d := range []struct {
		device, owner string
		build         ghost.Build
	}{
		{"Ana's phone", "Ana", ghost.Hiding}, {"Ana's laptop", "Ana", ghost.Hiding},
		{"Ben's phone", "Ben", ghost.Hiding}, {"Cas's phone", "Cas", ghost.Showing},
	} {
		c := ghost.NewClient(d.build)
		publication, err := c.Publish(10)
		if err != nil {
			return nil, err
		}
		if err := w.provider.Link(d.owner, publication); err != nil {
			return nil, err
		}
		w.clients[d.device] = c
	}
	return w, w.provider.Open(chat, "Ana", "Ben", "Cas")
}

// send has a person's phone write to the chat.
func (w *world) send(owner, text string) ([]byte, error) {
	c := w.clients[owner+"'s phone"]
	roster, err := w.provider.Roster(chat, owner, w.at)
	if err != nil {
		return nil, err
	}
	missing, err := c.Unknown(roster)
	if err != nil {
		return nil, err
	}
	for _, id := range missing {
		bundle, err := w.provider.Bundle(id)
		if err != nil {
			return nil, err
		}
		if err := c.Start(id, bundle); err != nil {
			return nil, err
		}
	}
	return c.Seal(roster, []byte(text), nil)
}

// nameOf returns whose device an identity is.
func (w *world) nameOf(id noescrow.Identity) string {
	for name, c := range w.clients {
		if c.Identity() == id {
			return name
		}
	}
	return "the ghost"
}

// show lists the copies in a message.
func (w *world) show(p *page.Page, message []byte) error {
	copies, err := ghost.Copies(message)
	if err != nil {
		return err
	}
	p.Table(14, -12)
	p.Row("copy for", "bytes")
	for _, c := range copies {
		_, to, err := noescrow.Addresses(c)
		if err != nil {
			return err
		}
		p.Row(w.nameOf(to), page.Thousands(len(c)))
	}
	return nil
}

// fanOut sends a message without a ghost.
func (w *world) fanOut(p *page.Page) error {
	p.Title("One more device")
	p.Say(`Ana, Ben and Cas have a chat. It is encrypted end to end: a message is sealed once for each device, with a
		key that only the two devices have. Which devices these are, the provider says.`)
	message, err := w.send("Ana", "At eight?")
	if err != nil {
		return err
	}
	if err := w.show(p, message); err != nil {
		return err
	}
	for _, owner := range []string{"Ben", "Cas"} {
		if _, err := w.clients[owner+"'s phone"].Open(message, nil); err != nil {
			return err
		}
		if _, err := w.send(owner, "Fine."); err != nil {
			return err
		}
	}
	for name, c := range w.clients {
		w.numbers[name] = c.SafetyNumber(chat)
	}
	_, err = w.agency.Recover(message, nil)
	p.Say("An agency that has this message reads nothing:")
	p.Table()
	p.Row(refusal(err))
	return nil
}

// order puts the ghost into Ben's account.
func (w *world) order(p *page.Page) error {
	publication, err := w.agency.Publish(10)
	if err != nil {
		return err
	}
	o := ghost.Order{Name: "Ben", From: w.at, Until: w.at.AddDate(0, 1, 0), Publication: publication}
	order, err := w.key.Sign(o)
	if err != nil {
		return err
	}
	if err := w.provider.Obey(order); err != nil {
		return err
	}
	p.Part("An order")
	p.Say(`A court names Ben, for a month. The agency signs an order, and the provider lists a device of the agency's as
		one of Ben's, with a mark: do not show. Ana writes again:`)
	message, err := w.send("Ana", "At nine, then.")
	if err != nil {
		return err
	}
	if err := w.show(p, message); err != nil {
		return err
	}
	read, err := w.agency.Recover(message, nil)
	if err != nil {
		return err
	}
	p.Say("The ghost reads %q. It reads all of Ben's chats from the date of the order on, and nothing from before. It needs no phone.", read.Text)
	forged, err := ghost.NewOrderKey().Sign(o)
	if err != nil {
		return err
	}
	p.Say("An order with another signature:")
	p.Table()
	p.Row(refusal(w.provider.Obey(forged)))
	return nil
}

// screens says what people see.
func (w *world) screens(p *page.Page) error {
	for _, owner := range []string{"Ben", "Cas"} {
		if _, err := w.send(owner, "See you there."); err != nil {
			return err
		}
	}
	p.Part("What people see")
	p.Table(14, 18, 30)
	p.Row("", "devices shown", "safety number")
	for _, name := range []string{"Ana's phone", "Ben's phone", "Cas's phone"} {
		c := w.clients[name]
		changed := "the number has not changed"
		if c.SafetyNumber(chat) != w.numbers[name] {
			changed = "the number has changed"
		}
		p.Row(name, fmt.Sprint(len(c.Members(chat))), changed)
	}
	state, err := w.clients["Ana's phone"].MarshalBinary()
	if err != nil {
		return err
	}
	id := w.agency.Identity()
	p.Say(`Cas has a client that somebody else has built, and that shows each device it encrypts to. It sees the ghost, as a device
		of Ben's, and a safety number that is not Ana's any more. The provider's own client does as it is told. What it
		cannot hide is what it holds: the ghost's identity is in the state of Ana's phone: %v. Who takes the program apart
		finds it.`, bytes.Contains(state, id[:]))
	return nil
}

// copied compares a copy of the ghost with one of a phone.
func (w *world) copied(p *page.Page) error {
	state, err := w.agency.RecoveryKey()
	if err != nil {
		return err
	}
	thief, err := ghost.ParseGhost(state)
	if err != nil {
		return err
	}
	phone := new(ghost.Client)
	if state, err = w.clients["Ben's phone"].MarshalBinary(); err != nil {
		return err
	}
	if err := phone.UnmarshalBinary(state); err != nil {
		return err
	}
	ghosts, phones := 0, 0
	for range 10 {
		message, err := w.send("Ana", "And so on.")
		if err != nil {
			return err
		}
		if _, err := thief.Recover(message, nil); err == nil {
			ghosts++
		}
		if _, err := w.clients["Ben's phone"].Open(message, nil); err != nil {
			return err
		}
		answer, err := w.send("Ben", "And on.")
		if err != nil {
			return err
		}
		if _, err := w.clients["Ana's phone"].Open(answer, nil); err != nil {
			return err
		}
		if _, err := phone.Open(message, nil); err == nil {
			phones++
		}
	}
	p.Part("A copy of the ghost")
	p.Say(`Somebody copies the ghost's device, once. Ana and Ben go on, ten messages each. A phone that is copied heals: each
		answer draws keys that the copy does not have. A ghost never answers, so nothing heals it:`)
	p.Table(24, 20)
	p.Row("copy of the ghost", fmt.Sprintf("opens %d of 10", ghosts))
	p.Row("copy of Ben's phone", fmt.Sprintf("opens %d of 10", phones))
	return nil
}

// anom is the app.
func (w *world) anom(p *page.Page) error {
	maker, police := ghost.NewBot(), ghost.NewBot()
	ana, ben := ghost.NewApp(maker.Recipient()), ghost.NewApp(maker.Recipient())
	publication, err := ben.Publish(1)
	if err != nil {
		return err
	}
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		return err
	}
	if err := ana.Start(ben.Identity(), shelf.Bundle()); err != nil {
		return err
	}
	sent, err := ana.Seal(ben.Identity(), []byte("The same place."), nil)
	if err != nil {
		return err
	}
	file, err := ghost.ForMaker(sent)
	if err != nil {
		return err
	}
	passed, err := maker.Pass(file, police.Recipient())
	if err != nil {
		return err
	}
	c, err := police.Recover(passed)
	if err != nil {
		return err
	}
	p.Part("ANOM: the maker has a copy")
	p.Say(`From 2018 to 2021 the FBI and the Australian police ran a maker of encrypted phones. Its app needs no directory: a key of the
		maker is in the program, and a copy of each text goes out beside the message.`)
	p.Table(26, -8)
	p.Row("", "bytes")
	p.Row("to Ben", page.Thousands(len(sent)-5-len(file)))
	p.Row("to the maker's server", page.Thousands(len(file)))
	p.Row("passed on to the FBI's", page.Thousands(len(passed)))
	p.Say(`The FBI reads %q. The key never changes: it opens what was sent before it was taken as well, of everybody. On 8 June
		2021 there were 800 arrests; of more than 12,000 phones 11,800 had been read.`, c.Text)
	return nil
}

// thefts measures all of it.
func (w *world) thefts(p *page.Page) error {
	town := conversation.Town()
	var some []attacks.Message
	i := 0
	for m, err := range town.Messages {
		if err != nil {
			return err
		}
		if i%4 == 0 {
			some = append(some, m)
		}
		i++
	}
	talk := attacks.NewConversation(some)
	p.Part("What each theft opens")
	p.Say(`A town writes %d messages. In the middle comes an order for %s, and a copy of its ghost; then the key for orders is
		stolen, with which an administrator of the provider, or an intruder, adds a ghost to everyone. That has happened, in the interception
		systems of telephone networks: Athens, 2004, over 100 phones, the prime minister's among them; Salt Typhoon, 2024, eight or nine carriers of
		the USA.`, len(some), town.Busiest)
	p.Table(13, 12, -9, -9, 24)
	p.Row("system", "stolen", "before", "after", "noticed by")
	for _, s := range []attacks.System{attack.New(), attack.NewShown(), attack.NewANOM()} {
		r, err := attacks.Run(p.Context(), s, talk, town.Busiest, p.Progress)
		if err != nil {
			return err
		}
		name := s.Name()
		for _, theft := range []attacks.TheftName{attacks.WarrantName, attack.GhostKey, attack.OrderKey, attack.BotKey, attacks.DeviceKeys} {
			if e := r.Exposure(theft); e != nil {
				p.Row(name, string(theft), fmt.Sprintf("%d of %d", e.Before.N, e.Before.Of), fmt.Sprintf("%d of %d", e.After.N, e.After.Of), e.Noticed)
				name = ""
			}
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	return nil
}

// group is the same provider against MLS.
func (w *world) group(p *page.Page) error {
	tries, err := attack.Tries()
	if err != nil {
		return err
	}
	p.Part("The same provider, and a group of MLS")
	p.Say(`In MLS (RFC 9420) who is a member is part of what the keys are made of. The provider of a group of Ana, Ben and Cas
		tries all that it can:`)
	for _, t := range tries {
		p.Table(9, 60)
		p.Row("tries to", t.Name)
		if t.By != "" {
			p.Row("refused", fmt.Sprintf("by %s: %s", t.By, refusal(fmt.Errorf("%s", t.Err))))
		}
		p.Row("reads", fmt.Sprintf("%d of 3", t.Read))
		if len(t.Sees) > 0 {
			p.Row("seen by", strings.Join(t.Sees, ", "))
		}
		if len(t.Stopped) > 0 {
			p.Row("shows as", "messages that do not arrive: "+strings.Join(t.Stopped, ", "))
		}
		p.Row("since", t.Why)
	}
	p.Say(`What works is on every member's list, by its key; by its name it may pass for a member. A client that does not draw the list hides it from its own user and from no one else, and
		the list is made from the tree, which names the third party on each device: if all members have the provider's client, and
		all of these hide it, no screen shows it, and every state does. What is left beside is a lie about whose a key
		is: certificates move that to an authority, and a directory that all can check shows it.`)
	return nil
}

// refusal returns the text of an error of these packages.
func refusal(err error) string {
	if err == nil {
		return "nothing: it is not refused"
	}
	text := err.Error()
	for _, prefix := range []string{"ghost: ", "mls: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	text, _, _ = strings.Cut(text, " (possibly")
	return text
}
