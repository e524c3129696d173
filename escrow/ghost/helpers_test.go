package ghost

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"doormat/noescrow"
)

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A town is Ana with a phone and a laptop, Ben with the same, and Cas with a phone.
type town struct {
	testing.TB
	*Provider
	key     *OrderKey
	clients map[string]*Client // "Ana", "Ana's laptop"
}

func newTown(t testing.TB, build Build) *town {
	t.Helper()
	key := NewOrderKey()
	w := &town{t, NewProvider(key.PublicKey()), key, map[string]*Client{}}
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		for _, device := range []string{name, name + "'s laptop"} {
			if device == "Cas's laptop" {
				continue
			}
			c := NewClient(build)
			p, err := c.Publish(5)
			check(t, err)
			check(t, w.Link(name, p))
			w.clients[device] = c
		}
	}
	check(t, w.Provider.Open("two", "Ana", "Ben"))
	check(t, w.Provider.Open("all", "Ana", "Ben", "Cas"))
	return w
}

// send has a person's phone write to a chat.
func (w *town) send(name, chat, text string, at time.Time) (message []byte) {
	w.Helper()
	c := w.clients[name]
	r, err := w.Roster(chat, name, at)
	check(w, err)
	ids, err := c.Unknown(r)
	check(w, err)
	for _, id := range ids {
		b, err := w.Bundle(id)
		check(w, err)
		check(w, c.Start(id, b))
	}
	message, err = c.Seal(r, []byte(text), []byte("date"))
	check(w, err)
	return message
}

// arrives has each device that should get a message open it.
func (w *town) arrives(message []byte, chat, text string, from string, devices ...string) {
	w.Helper()
	for name, c := range w.clients {
		r, err := c.Open(message, []byte("date"))
		if !slices.Contains(devices, name) {
			if err == nil {
				w.Errorf("%s reads %q", name, r.Text)
			}
			continue
		}
		if err != nil || string(r.Text) != text || r.Chat != chat || r.From != w.clients[from].Identity() {
			w.Errorf("%s: %q in %q, %v", name, r.Text, r.Chat, err)
		}
	}
}

// order puts a ghost into all chats of an account, or into one chat.
func (w *town) order(g *Ghost, name, chat string, from, until time.Time) {
	w.Helper()
	p, err := g.Publish(5)
	check(w, err)
	o, err := w.key.Sign(Order{Name: name, Chat: chat, From: from, Until: until, Publication: p})
	check(w, err)
	check(w, w.Obey(o))
}

func (w *town) state(name string) []byte {
	w.Helper()
	b, err := w.clients[name].MarshalBinary()
	check(w, err)
	return b
}

// copyOf returns a ghost with the same keys.
func copyOf(t testing.TB, g *Ghost) *Ghost {
	t.Helper()
	b, err := g.RecoveryKey()
	check(t, err)
	stolen, err := ParseGhost(b)
	check(t, err)
	return stolen
}

// ids returns the identities of some devices.
func (w *town) ids(devices ...string) (ids []noescrow.Identity) {
	for _, d := range devices {
		ids = append(ids, w.clients[d].Identity())
	}
	return ids
}

// spoilt yields data with bits changed, cut short, and with bytes behind it.
func spoilt(data []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		step := 1 + 8*len(data)/400
		for bit := 0; bit < 8*len(data); bit += step {
			bad := bytes.Clone(data)
			bad[bit/8] ^= 1 << (bit % 8)
			if !yield(fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), bad) {
				return
			}
		}
		for n := 0; n < len(data); n += 1 + len(data)/150 {
			if !yield(fmt.Sprintf("%d bytes of it", n), bytes.Clone(data[:n])) {
				return
			}
		}
		if !yield("a byte behind it", append(bytes.Clone(data), 0)) {
			return
		}
	}
}
