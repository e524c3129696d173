package ghost

import (
	"testing"
	"time"

	"doormat/internal/testing/ratio"
	"doormat/noescrow"
)

var chat = make([]byte, 200) // a text

// bareSeal returns a function that seals the text for one device, once.
func bareSeal(b *testing.B) func() {
	from, to := noescrow.NewDevice(), noescrow.NewDevice()
	p, err := to.Publish(1)
	check(b, err)
	shelf, err := noescrow.NewShelf(p)
	check(b, err)
	check(b, from.Start(to.Identity(), shelf.Bundle()))
	return func() { _, err := from.Seal(to.Identity(), chat, nil); check(b, err) }
}

// A message in a chat of five devices, which is four copies, and of five with a ghost, which is five, in
// multiples of one Seal of noescrow.
func BenchmarkFanOut(b *testing.B) {
	for name, ghosts := range map[string]int{"no-ghost": 0, "ghost": 1} {
		b.Run(name, func(b *testing.B) {
			w := newTown(b, Hiding)
			for range ghosts {
				w.order(NewGhost(), "Ben", "", monday, monday.Add(time.Hour))
			}
			w.send("Ana", "all", "hello", monday)
			r, err := w.Roster("all", "Ana", monday)
			check(b, err)
			ratio.Time(b, "x-of-noescrow-seal", func() { _, err := w.clients["Ana"].Seal(r, chat, nil); check(b, err) }, bareSeal(b))
		})
	}
}

// A ghost's reading of a message with four copies, beside the Open of a device.
func BenchmarkRecover(b *testing.B) {
	w := newTown(b, Hiding)
	g := NewGhost()
	w.order(g, "Ben", "", monday, monday.Add(time.Hour))
	var message []byte
	ratio.TimeAfter(b, "x-of-open", func() { message = w.send("Ana", "two", "hello", monday) },
		func() { _, err := g.Recover(message, []byte("date")); check(b, err) },
		func() { message = w.send("Ana", "two", "hello", monday) },
		func() { _, err := w.clients["Ben"].Open(message, []byte("date")); check(b, err) })
}

// ANOM's app, which also seals a file for its maker: X-Wing.
func BenchmarkApp(b *testing.B) {
	ana, ben := apps(b, NewBot().Recipient())
	ratio.Time(b, "x-of-noescrow-seal", func() { _, err := ana.Seal(ben.Identity(), chat, nil); check(b, err) }, bareSeal(b))
}
