package noescrow

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A thief has a copy of Bob's state. Bob and Alice have started anew since, and talked. Then the
// relay delivers what it has held back of the old session, or of one that was never used: it is
// read, and nothing else comes of it.
func TestLateMessageKeepsTheSession(t *testing.T) {
	for _, kind := range []string{"ordinary", "the first of a session"} {
		alice, bob := talking(t)
		if kind != "ordinary" {
			start(t, alice, bob)
		}
		held := seal(t, alice, bob, "held back")
		send(t, bob, alice, "the relay goes on")
		thief := clone(t, bob)

		start(t, alice, bob)
		for range 3 {
			e := seal(t, alice, bob, "anew")
			refusesAny(t, thief, e, "a message of the new session")
			opens(t, bob, alice, e, "anew")
			send(t, bob, alice, "anew")
		}
		session := writes(bob, alice).handshake
		opens(t, bob, alice, held, "held back")
		if writes(bob, alice).handshake != session {
			t.Errorf("%s: a late message has brought Bob back to an old session", kind)
		}
		send(t, bob, alice, "what did you mean?")
		e := seal(t, alice, bob, "nothing, that was weeks ago")
		refusesAny(t, thief, e, "what is said after the late message")
		opens(t, bob, alice, e, "nothing, that was weeks ago")
	}
}

// A relay holds messages back, repeats and reorders them as it likes, and a thief copies both
// devices once. From the moment when both have written in a session that was started after the
// theft, they write in such sessions only, and neither copy opens what they write.
func TestRelayDoesNotUndoHealing(t *testing.T) {
	t.Parallel()
	schedules := 50
	if *long {
		schedules = 500
	}
	healed, late := 0, 0
	for seed := range schedules {
		w := newRelayWorld(t, rand.New(rand.NewPCG(uint64(seed), 3)))
		for w.now = range 80 {
			w.step()
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, w.now)
			}
		}
		w.finish()
		if w.healed {
			healed++
			late += w.late
		}
	}
	if t.Logf("%d of %d schedules healed, with %d old messages delivered afterwards", healed, schedules, late); healed < schedules/2 || late < schedules {
		t.Error("the test proves little")
	}
}

type relayWorld struct {
	t       *testing.T
	r       *rand.Rand
	now     int
	devices [2]*Device
	copies  [2]*Device // the thief's, nil before the theft
	letters []relayed
	fresh   map[[32]byte]bool   // sessions that were started after the theft
	writers map[[32]byte][]bool // by session: which of the two has written in it
	healed  bool
	late    int
}

type relayed struct {
	from      int
	envelope  []byte
	text      string
	fresh     bool
	delivered bool
}

func newRelayWorld(t *testing.T, r *rand.Rand) *relayWorld {
	w := &relayWorld{t: t, r: r, fresh: map[[32]byte]bool{}, writers: map[[32]byte][]bool{}}
	w.devices[0], w.devices[1] = NewDevice(), NewDevice()
	w.start(0)
	return w
}

func (w *relayWorld) step() {
	if w.now == 20 {
		w.copies[0], w.copies[1] = clone(w.t, w.devices[0]), clone(w.t, w.devices[1])
	}
	from := w.r.IntN(2)
	switch op := w.r.IntN(20); {
	case op < 11:
		if len(w.devices[from].s.peers) > 0 {
			w.write(from)
		}
	case op < 18:
		w.deliver(w.r.IntN(len(w.letters)+1), w.r.IntN(3) == 0)
	default:
		w.start(from)
	}
}

func (w *relayWorld) start(from int) {
	start(w.t, w.devices[from], w.devices[1-from])
	w.fresh[writes(w.devices[from], w.devices[1-from]).handshake] = w.copies[0] != nil
}

func (w *relayWorld) write(from int) {
	a, b := w.devices[from], w.devices[1-from]
	session := writes(a, b).handshake
	l := relayed{from: from, text: fmt.Sprint("letter ", len(w.letters)), fresh: w.fresh[session]}
	l.envelope = seal(w.t, a, b, l.text)
	w.letters = append(w.letters, l)
	if w.writers[session] == nil {
		w.writers[session] = make([]bool, 2)
	}
	w.writers[session][from] = true
	if w.healed && !l.fresh {
		w.t.Errorf("%d writes in a session from before the theft", from)
	}
	if w.healed {
		refusesAny(w.t, w.copies[1-from], l.envelope, "a message after the healing")
	}
	if l.fresh && w.writers[session][1-from] {
		w.healed = true
	}
}

// deliver delivers a letter, or the next one that has not been, unless any will do.
func (w *relayWorld) deliver(i int, any bool) {
	if !any {
		for i < len(w.letters) && w.letters[i].delivered {
			i++
		}
	}
	if i >= len(w.letters) {
		return
	}
	l := &w.letters[i]
	to := w.devices[1-l.from]
	_, text, err := to.Open(l.envelope, nil)
	if err == nil && (string(text) != l.text || l.delivered) {
		w.t.Errorf("%q opens as %q, the first time: %v", l.text, text, !l.delivered)
	}
	if w.healed && !l.fresh && err == nil {
		w.late++
	}
	l.delivered = true
	if thief := w.copies[1-l.from]; thief != nil {
		thief.Open(l.envelope, nil) // whatever that gives him
	}
}

// finish requires that the two have met once each has had a message of the other's.
func (w *relayWorld) finish() {
	for range 2 {
		for from := range 2 {
			if len(w.devices[from].s.peers) > 0 {
				w.write(from)
				w.deliver(len(w.letters)-1, true)
			}
		}
	}
	if a, b := writes(w.devices[0], w.devices[1]), writes(w.devices[1], w.devices[0]); a.handshake != b.handshake {
		w.t.Error("the two do not meet")
	}
}

// Whoever has started more often is followed; in a tie both take the same.
func TestBothStartSeveralTimes(t *testing.T) {
	for _, starts := range [][2]int{{1, 1}, {2, 1}, {1, 3}, {2, 2}} {
		a, b := NewDevice(), NewDevice()
		var fromA, fromB [][]byte
		for range starts[0] {
			start(t, a, b)
			fromA = append(fromA, seal(t, a, b, "from a"))
		}
		for range starts[1] {
			start(t, b, a)
			fromB = append(fromB, seal(t, b, a, "from b"))
		}
		mine, theirs := writes(a, b), writes(b, a)
		slices.Reverse(fromA)
		for _, e := range fromA {
			opens(t, b, a, e, "from a")
		}
		for _, e := range fromB {
			opens(t, a, b, e, "from b")
		}
		want := mine.handshake
		if starts[0] < starts[1] || starts[0] == starts[1] && bytes.Compare(theirs.handshake[:], want[:]) > 0 {
			want = theirs.handshake
		}
		for _, x := range []*session{writes(a, b), writes(b, a)} {
			if x.handshake != want || int(x.number) != max(starts[0], starts[1]) {
				t.Errorf("%v Starts: session %d, which is the right one: %v", starts, x.number, x.handshake == want)
			}
		}
		send(t, a, b, "one")
		send(t, b, a, "two")
	}
}

func TestSessionNumbers(t *testing.T) {
	a, b := pair(t)
	writes(a, b).number = 0
	e := seal(t, a, b, "number 0")
	refuses(t, b, e, ErrOpen)
	if _, _, err := Addresses(e); !errors.Is(err, ErrOpen) {
		t.Errorf("Addresses takes the number 0: %v", err)
	}

	writes(a, b).number = math.MaxUint32 - 1
	start(t, a, b)
	send(t, a, b, "the last number there is")
	for _, d := range []*Device{a, b, clone(t, b)} {
		other := map[bool]*Device{true: b, false: a}[d == a]
		bundle := shelf(t, other, 1).Bundle()
		before := save(t, d)
		if err := d.Start(other.Identity(), bundle); !errors.Is(err, errNumbers) {
			t.Errorf("Start: %v", err)
		}
		if !bytes.Equal(save(t, d), before) {
			t.Error("the state moved")
		}
	}
	send(t, b, a, "it goes on")
	for _, d := range []*Device{a, b} {
		d.Forget(map[bool]*Device{true: b, false: a}[d == a].Identity())
		d.Forget(d.Identity())
		if d.s.forgotten != maxForgotten {
			t.Errorf("of the highest number %d is remembered", d.s.forgotten)
		}
	}
	start(t, a, b)
	if n := writes(a, b).number; n != maxForgotten+1 {
		t.Errorf("the next session has the number %d", n)
	}
	send(t, a, b, "from the beginning")
	send(t, b, a, "yes")
	clone(t, a)
}

// A state with its sessions in another order would be another device's.
func TestSessionsOutOfOrder(t *testing.T) {
	for name, test := range map[string]struct {
		change func(p *peer)
		valid  bool
	}{
		"nothing":         {func(*peer) {}, true},
		"exchanged":       {func(p *peer) { slices.Reverse(p.sessions) }, false},
		"one twice":       {func(p *peer) { p.sessions[1] = p.sessions[0] }, false},
		"number 0":        {func(p *peer) { p.sessions[1].number = 0 }, false},
		"a higher number": {func(p *peer) { p.sessions[0].number = 1<<32 - 1 }, true},
		"one number, the EK ascending": {func(p *peer) {
			p.sessions[1].number = p.sessions[0].number
			p.sessions[0].handshake, p.sessions[1].handshake = [32]byte{1}, [32]byte{2}
		}, false},
		"one number, the EK descending": {func(p *peer) {
			p.sessions[1].number = p.sessions[0].number
			p.sessions[0].handshake, p.sessions[1].handshake = [32]byte{2}, [32]byte{1}
		}, true},
	} {
		a, b := pair(t)
		start(t, a, b)
		test.change(a.s.peers[b.Identity()])
		if err := new(Device).UnmarshalBinary(save(t, a)); (err == nil) != test.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
