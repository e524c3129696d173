package main

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"doormat/escrow"
	"doormat/escrow/threshold"
)

// A world is agents who share a key, who signs warrants, a log, its readers, and three people.
type world struct {
	agents  *threshold.Agents
	shares  []threshold.Share
	court   []*threshold.Agent
	issuer  *threshold.Issuer
	log     *threshold.Log
	public  *threshold.Reader
	devices map[string]*escrow.Device
	letters []*letter // the conversation, once it was sent
	warrant []byte    // for Ben, for a week
}

// letter is one message and its envelope, as a relay keeps them.
type letter struct {
	at             time.Time
	from, to, text string
	envelope       []byte
}

var conversation = []letter{
	{at(2, 8, 14), "Ana", "Ben", "Is the boiler on?", nil},
	{at(2, 8, 15), "Ben", "Ana", "Since six. Bring the keys.", nil},
	{at(3, 19, 2), "Ana", "Cas", "Ben has the boiler on again.", nil},
	{at(4, 7, 40), "Cas", "Ana", "Tell the landlord.", nil},
	{at(9, 21, 5), "Ben", "Cas", "Who told the landlord?", nil},
	{at(9, 21, 6), "Cas", "Ben", "Not me.", nil},
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

// begin enters uses of other cases into the log, so that it has a past.
func (w *world) begin() error {
	other, err := w.issuer.Sign(threshold.Warrant{Target: escrow.Identity{1}, From: at(-30, 0, 0), Until: at(0, 0, 0)})
	if err != nil {
		return err
	}
	for i := range 5 {
		body := sha256.Sum256(fmt.Append(nil, "a body of February ", i))
		field := make([]byte, w.agents.Key().Scheme().FieldSize)
		use, err := threshold.NewUse(other, threshold.Message{Body: body, At: at(-1, 0, 0), Field: field})
		if err != nil {
			return err
		}
		w.log.Append(use)
	}
	return nil
}

// send sends the conversation.
func (w *world) send() error {
	w.devices = map[string]*escrow.Device{}
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		d, err := escrow.NewDeviceFor(w.agents.Key())
		if err != nil {
			return err
		}
		w.devices[name] = d
	}
	met := map[string]bool{}
	for _, l := range conversation {
		from, to := w.devices[l.from], w.devices[l.to]
		if pair := min(l.from, l.to) + max(l.from, l.to); !met[pair] {
			met[pair] = true
			if err := start(from, to); err != nil {
				return err
			}
		}
		var err error
		if l.envelope, err = from.Seal(to.Identity(), []byte(l.text), threshold.Date(l.at)); err != nil {
			return err
		}
		if _, _, err := to.OpenChecked(l.envelope, threshold.Date(l.at)); err != nil {
			return err
		}
		w.letters = append(w.letters, &l)
	}
	return nil
}

func start(from, to *escrow.Device) error {
	publication, err := to.Publish(1)
	if err != nil {
		return err
	}
	shelf, err := escrow.NewShelf(publication)
	if err != nil {
		return err
	}
	return from.Start(to.Identity(), shelf.Bundle())
}

// enter enters a use into a log, and shows its head to the agents and, unless the log is a fork, to
// the public.
func (w *world) enter(warrant []byte, l *letter, log *threshold.Log) (r threshold.Request, err error) {
	message, err := threshold.Describe(l.envelope, l.at)
	if err != nil {
		return r, err
	}
	use, err := threshold.NewUse(warrant, message)
	if err != nil {
		return r, err
	}
	index := log.Append(use)
	for _, a := range w.court {
		if err := log.Show(a); err != nil {
			return r, err
		}
	}
	if log == w.log {
		if err := log.Show(w.public); err != nil {
			return r, err
		}
	}
	proof, err := log.ProveEntry(index)
	return threshold.Request{Warrant: warrant, Message: message, Index: index, Proof: proof}, err
}

// ask has t agents answer, and opens the message that was asked for.
func (w *world) ask(r threshold.Request, l *letter) (text string, err error) {
	var partials [][]byte
	for _, a := range w.court[:w.agents.T()] {
		p, err := a.Partial(r)
		if err != nil {
			return "", err
		}
		partials = append(partials, p)
	}
	_, _, plaintext, err := w.agents.Recover(r.Warrant, l.envelope, l.at, partials...)
	return string(plaintext), err
}

// refusal returns an agent's reason, with the names of people in place of the first digits of their keys.
func (w *world) refusal(err error) string {
	if err == nil {
		return "nothing: it is not refused"
	}
	text := strings.TrimPrefix(err.Error(), "threshold: ")
	for name, d := range w.devices {
		text = strings.ReplaceAll(text, fmt.Sprintf("%.8s", d.Identity()), name)
	}
	return text
}
