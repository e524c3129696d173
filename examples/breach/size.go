package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/conversation"
)

// A long run says before it begins how long it will take. What a conversation costs depends on its
// envelopes and, much more, on the pairs of people in it, as each pair begins a session on both devices, in
// each system. A group of 300 in which each has written once is 89,700 envelopes between 44,850 pairs.

// size is what the cost of a conversation depends on.
type size struct{ envelopes, pairs, people, messages int }

func sizeOf(c *attacks.Conversation) (size, error) {
	index := make(map[string]int32, len(c.People))
	for i, p := range c.People {
		index[p] = int32(i)
	}
	pairs := make(map[[2]int32]bool)
	envelopes := 0
	for m, err := range c.Messages {
		if err != nil {
			return size{}, err
		}
		a := index[m.From]
		for _, to := range m.Recipients() {
			b := index[to]
			pairs[[2]int32{min(a, b), max(a, b)}] = true
			envelopes++
		}
	}
	return size{envelopes, len(pairs), len(c.People), c.Len}, nil
}

// cost is what one of each costs: time in all systems, and bytes in those that run at the same time.
type cost struct {
	envelope, pair         time.Duration
	pairBytes, personBytes float64
}

// estimate returns how long a conversation takes, and how many bytes it needs: the collector lets the heap
// grow to twice what is in use.
func (c cost) estimate(s size) (time.Duration, float64) {
	return time.Duration(s.envelopes)*c.envelope + time.Duration(s.pairs)*c.pair,
		base + 2*(float64(s.envelopes)*envelopeBytes+float64(s.pairs)*c.pairBytes+float64(s.people)*c.personBytes)
}

// envelopeBytes is what stays in memory of an envelope, in all systems: what is true of its message, and
// which thefts have opened it. The rest is in temporary files.
const envelopeBytes = 220

// base is what the program needs for itself, in bytes, tapes included.
const base = 50 << 20

// measure runs two small conversations, for about a second: two people who write many messages, and a circle
// in which each pair writes once. What a pair costs is in the difference.
func measure(ctx context.Context) (cost, error) {
	const messages, circle, pairs = 200, 16, 16 * 15 / 2
	two, twoBytes, err := try(ctx, messages, func(i int) (from, to int) { return i % 2, 1 - i%2 })
	if err != nil {
		return cost{}, err
	}
	all, allBytes, err := try(ctx, pairs, func(i int) (from, to int) {
		for from = 0; i >= circle-1-from; from++ {
			i -= circle - 1 - from
		}
		return from, from + 1 + i
	})
	if err != nil {
		return cost{}, err
	}
	c := cost{envelope: two / messages}
	c.pair = max(all/pairs-c.envelope, 0)
	atOnce := float64(min(runtime.GOMAXPROCS(0), len(systems("0"))))
	c.pairBytes = max((allBytes-circle/2*twoBytes)/(pairs-circle/2), 0) * atOnce
	c.personBytes = max((twoBytes*atOnce-c.pairBytes)/2, 0)
	return c, nil
}

// try returns how long a conversation of n messages takes, and how many bytes a system holds after it. The
// function returns the sender and the recipient of message i.
func try(ctx context.Context, n int, route func(i int) (from, to int)) (time.Duration, float64, error) {
	var messages []attacks.Message
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		from, to := route(i)
		at = at.Add(time.Minute)
		messages = append(messages, attacks.Message{At: at, From: fmt.Sprint(from), To: fmt.Sprint(to), Text: "A message as long as people write them to each other, more or less."})
	}
	before := heap()
	all := systems("0")
	kept := slices.Clone(all) // Matrix lets go of each
	start := time.Now()
	t, err := attacks.Matrix(ctx, attacks.NewConversation(messages), "0", all, nil)
	if err != nil {
		return 0, 0, err
	}
	took := time.Since(start)
	err = t.Close()
	bytes := max(heap()-before, 0) / float64(len(kept))
	runtime.KeepAlive(kept)
	return took, bytes, err
}

func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// A run is worth a warning from this length on, and worth measuring from these sizes on.
const (
	longRun   = 15 * time.Second
	manyMails = 5000
	manyPairs = 1000
)

// warn says how many envelopes a conversation is, about how long a run takes and how much memory, if it is
// long.
func warn(ctx context.Context, w io.Writer, c *conversation.Conversation) error {
	s, err := sizeOf(c.Conversation)
	if err != nil || s.envelopes < manyMails && s.pairs < manyPairs {
		return err
	}
	each, err := measure(ctx)
	if err != nil {
		return err
	}
	if took, memory := each.estimate(s); took >= longRun {
		fmt.Fprintln(w, warning(s, took, memory))
	}
	return nil
}

// warning is one line.
func warning(s size, took time.Duration, memory float64) string {
	line := fmt.Sprintf("%d envelopes between %d pairs of %d people: about %s and %d MB; -limit N takes the first N envelopes only",
		s.envelopes, s.pairs, s.people, roughly(took), int(memory)>>20)
	if s.envelopes >= 10*s.messages { // large groups
		line += fmt.Sprintf(" (these systems send one to each member; MLS, in examples/groups, would send %d)", s.messages)
	}
	return line
}

// roughly returns a time as people say it.
func roughly(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Seconds()/5+0.5)*5)
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()+0.5))
}
