package threshold

import (
	"bytes"
	"flag"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"doormat/escrow"
)

var long = flag.Bool("long", false, "change every bit of every format")

// monday is the date of all messages but where another is given.
var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

const text = "the bridge, at six"

// world holds all parties: Alice and Bob, their agents, the issuer, the log.
type world struct {
	*Agents
	shares     []Share
	issuer     *Issuer
	log        *Log
	agents     []*Agent
	alice, bob *escrow.Device
}

func newWorld(t testing.TB, k, n int) *world {
	t.Helper()
	agents, shares, err := Deal(k, n)
	check(t, err)
	w := &world{Agents: agents, shares: shares, issuer: NewIssuer(), log: NewLog()}
	for _, s := range shares {
		a, err := NewAgent(agents, s, w.issuer.PublicKey(), w.log.Key())
		check(t, err)
		w.agents = append(w.agents, a)
	}
	w.alice, w.bob = enrol(t, agents.Key()), enrol(t, agents.Key())
	start(t, w.alice, w.bob)
	return w
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func enrol(t testing.TB, key escrow.PublicKey) *escrow.Device {
	t.Helper()
	d, err := escrow.NewDeviceFor(key)
	check(t, err)
	return d
}

func start(t testing.TB, from, to *escrow.Device) {
	t.Helper()
	publication, err := to.Publish(1)
	check(t, err)
	shelf, err := escrow.NewShelf(publication)
	check(t, err)
	check(t, from.Start(to.Identity(), shelf.Bundle()))
}

func seal(t testing.TB, from, to *escrow.Device, text string, at time.Time) []byte {
	t.Helper()
	e, err := from.Seal(to.Identity(), []byte(text), Date(at))
	check(t, err)
	return e
}

// warrant is for one person's messages of a week around Monday.
func (w *world) warrant(t testing.TB, target escrow.Identity) []byte {
	t.Helper()
	return w.sign(t, Warrant{Target: target, From: monday.AddDate(0, 0, -3), Until: monday.AddDate(0, 0, 4), Serial: 7})
}

func (w *world) sign(t testing.TB, warrant Warrant) []byte {
	t.Helper()
	signed, err := w.issuer.Sign(warrant)
	check(t, err)
	return signed
}

// request enters a use in the log, and shows all agents the new head.
func (w *world) request(t testing.TB, warrant, envelope []byte, at time.Time) Request {
	t.Helper()
	m := message(t, envelope, at)
	use, err := NewUse(warrant, m)
	check(t, err)
	index := w.log.Append(use)
	for _, a := range w.agents {
		_, size := a.Head()
		follow(t, a, w.log, size)
	}
	proof, err := w.log.ProveEntry(index)
	check(t, err)
	return Request{Warrant: warrant, Message: m, Index: index, Proof: proof}
}

func message(t testing.TB, envelope []byte, at time.Time) Message {
	t.Helper()
	m, err := Describe(envelope, at)
	check(t, err)
	return m
}

// fieldOf reads the field of an envelope and does not check that it is bound to anything.
func fieldOf(t testing.TB, envelope []byte) (*escrow.Envelope, *field) {
	t.Helper()
	e, err := parseEnvelope(envelope)
	check(t, err)
	f, ok := parseField(e.Field)
	if !ok {
		t.Fatal("the field is not well formed")
	}
	return e, f
}

func follow(t testing.TB, r interface {
	Follow(head, proof []byte) error
}, l *Log, size int64) {
	t.Helper()
	proof, err := l.ProveExtension(size)
	check(t, err)
	check(t, r.Follow(l.Head(), proof))
}

// answers are those of all agents.
func (w *world) answers(t testing.TB, r Request) (partials [][]byte) {
	t.Helper()
	for _, a := range w.agents {
		p, err := a.Partial(r)
		check(t, err)
		partials = append(partials, p)
	}
	return partials
}

// subsets yields every choice of k of all, in order.
func subsets[T any](all []T, k int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		var choose func(rest, chosen []T) bool
		choose = func(rest, chosen []T) bool {
			if len(chosen) == k {
				return yield(chosen)
			}
			for i := range rest {
				if !choose(rest[i+1:], append(slices.Clone(chosen), rest[i])) {
					return false
				}
			}
			return true
		}
		choose(all, nil)
	}
}

// spoilt yields data with one bit changed, cut short, and with bytes behind it.
func spoilt(data []byte) iter.Seq2[string, []byte] {
	step := 31
	if *long {
		step = 1
	} else if testing.Short() {
		step = 61
	}
	return func(yield func(string, []byte) bool) {
		for bit := 0; bit < 8*len(data); bit += step {
			bad := bytes.Clone(data)
			bad[bit/8] ^= 1 << (bit % 8)
			if !yield(fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), bad) {
				return
			}
		}
		for n := 0; n < len(data); n += (step + 7) / 8 {
			if !yield(fmt.Sprintf("%d bytes of it", n), bytes.Clone(data[:n])) {
				return
			}
		}
		for _, n := range []int{1, 32, 32 + len(data)} {
			if !yield(fmt.Sprintf("%d bytes behind it", n), slices.Concat(data, make([]byte, n))) {
				return
			}
		}
	}
}
