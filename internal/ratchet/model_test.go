package ratchet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// model is one side of a session without the cryptography: chains and messages have numbers
// instead of keys, and whoever knows the number can open.
type model struct {
	turn     bool
	chain    int // sending chain, from 1 on; 0 for none
	n, pn    uint32
	received []modelChain
	last     int // the newest receiving chain
}

type modelChain struct {
	number  int
	n       uint32
	missing map[uint32]bool
	closed  bool
}

type modelMessage struct {
	chain int
	n, pn uint32
}

func (m *model) seal() modelMessage {
	if m.turn {
		m.turn, m.chain, m.n, m.pn = false, m.chain+1, 0, m.n
	}
	m.n++
	return modelMessage{m.chain, m.n - 1, m.pn}
}

func (m *model) open(e modelMessage) error {
	i := slices.IndexFunc(m.received, func(c modelChain) bool { return c.number == e.chain })
	if i < 0 {
		if e.chain != m.last+1 {
			return ErrOpen
		}
		if i = len(m.received) - 1; i >= 0 {
			m.received[i].skipTo(e.pn)
			m.received[i].closed = true
		}
		m.received = append(m.received, modelChain{number: e.chain, missing: map[uint32]bool{}})
		m.last, m.turn = e.chain, true
		i = len(m.received) - 1
	}
	c := &m.received[i]
	if e.n < c.n && !c.missing[e.n] {
		return ErrReplay
	}
	c.skipTo(e.n + 1)
	delete(c.missing, e.n)
	m.received = slices.DeleteFunc(m.received, func(c modelChain) bool { return c.closed && len(c.missing) == 0 })
	m.received = m.received[max(0, len(m.received)-MaxChains):]
	return nil
}

func (c *modelChain) skipTo(n uint32) {
	for ; c.n < n; c.n++ {
		c.missing[c.n] = true
	}
}

type flight struct {
	modelMessage
	text     string
	envelope []byte
}

// Whatever the network does, a message opens exactly when the model says, and with the model's
// error if not.
func TestModel(t *testing.T) {
	t.Parallel()
	schedules := 1000
	if testing.Short() {
		schedules = 200
	}
	for seed := range schedules {
		playSchedule(t, rand.New(rand.NewPCG(uint64(seed), 0)))
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

func playSchedule(t *testing.T, r *rand.Rand) {
	alice, bob := pair(t)
	sessions := [2]*Session{alice, bob}
	models := [2]model{{chain: 1}, {}}
	var flights, delivered [2][]flight // by receiver
	burst := 1 + r.IntN(4)
	for i := range 40 {
		to := r.IntN(2)
		from := 1 - to
		switch op := r.IntN(10); {
		case op < 4:
			for range 1 + r.IntN(burst) {
				text := fmt.Sprint(i)
				envelope, err := sessions[from].Seal([]byte(clearPart), []byte(text), nil)
				if cannot := models[from].chain == 0 && !models[from].turn; cannot != (err != nil) {
					t.Errorf("Seal: %v", err)
				} else if err == nil {
					flights[to] = append(flights[to], flight{models[from].seal(), text, envelope})
				}
			}
		case op < 8 && len(flights[to]) > 0:
			at := r.IntN(len(flights[to]))
			if r.IntN(3) > 0 {
				at = 0
			}
			f := flights[to][at]
			flights[to] = slices.Delete(flights[to], at, at+1)
			if r.IntN(10) == 0 {
				continue // lost
			}
			delivered[to] = append(delivered[to], f)
			deliver(t, sessions[to], &models[to], f)
		case op == 8 && len(delivered[to]) > 0: // again
			deliver(t, sessions[to], &models[to], delivered[to][r.IntN(len(delivered[to]))])
			sessions[to] = clone(t, sessions[to])
		case op == 9 && len(flights[to]) > 0: // altered
			altered := slices.Clone(flights[to][0].envelope)
			altered[r.IntN(len(altered))] ^= 1 << r.IntN(8)
			refuses(t, sessions[to], altered, ErrOpen)
		}
	}
	for range 2 {
		send(t, sessions[0], sessions[1])
		send(t, sessions[1], sessions[0])
	}
}

func deliver(t *testing.T, s *Session, m *model, f flight) {
	want := m.open(f.modelMessage)
	if want == nil {
		opens(t, s, f.envelope, f.text)
	} else {
		refuses(t, s, f.envelope, want)
	}
}
