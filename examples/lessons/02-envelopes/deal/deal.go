// Package deal makes the puzzles of lesson 02, and checks answers.
package deal

import (
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"slices"

	"doormat/attacks"
	"doormat/attacks/conversation"
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

// recorded is the number of envelopes in a puzzle.
const recorded = 60

// A pair is who writes, and to whom.
type pair [2]noescrow.Identity

// New sends 60 successive messages of the town through noescrow. The answer lists pairs with their counts.
func New(draw *mathrand.Rand) lesson.Task {
	town := conversation.Town()
	var all []attacks.Message
	for m := range town.Messages {
		all = append(all, m)
	}
	from := draw.IntN(len(all) - recorded)
	devices := map[string]*noescrow.Device{}
	device := func(name string) *noescrow.Device {
		if devices[name] == nil {
			devices[name] = noescrow.NewDevice()
		}
		return devices[name]
	}
	var envelopes [][]byte
	want := map[pair]int{}
	for _, m := range all[from : from+recorded] {
		from, to := device(m.From), device(m.To)
		envelopes = append(envelopes, send(from, to, m.Text))
		want[pair{from.Identity(), to.Identity()}]++
	}
	return lesson.Task{
		Puzzle: lesson.Pack(envelopes),
		Check:  func(answer []byte) *lesson.Miss { return check(answer, want) },
	}
}

// send seals a text, and opens it at the other end.
func send(from, to *noescrow.Device, text string) []byte {
	if !slices.Contains(from.Peers(), to.Identity()) {
		publication, err := to.Publish(1)
		must(err)
		shelf, err := noescrow.NewShelf(publication)
		must(err)
		must(from.Start(to.Identity(), shelf.Bundle()))
	}
	envelope, err := from.Seal(to.Identity(), []byte(text), nil)
	must(err)
	_, _, err = to.Open(envelope, nil)
	must(err)
	return envelope
}

func check(answer []byte, want map[pair]int) *lesson.Miss {
	miss := &lesson.Miss{Want: fmt.Sprintf("%d envelopes of %d pairs, each direction by itself", recorded, len(want))}
	var list []struct {
		From, To noescrow.Identity
		Count    int
	}
	if err := lesson.Unpack(answer, &list); err != nil {
		miss.Got, miss.Why, miss.Hint = "no list of pairs", "the answer cannot be read", "return what WhoWrites is declared to"
		return miss
	}
	got, sum := map[pair]int{}, 0
	for _, p := range list {
		got[pair{p.From, p.To}] = p.Count
		sum += p.Count
	}
	miss.Got = fmt.Sprintf("%d envelopes of %s", sum, pairs(len(got)))
	switch {
	case maps.Equal(got, want):
		return nil
	case len(got) == 0:
		miss.Why = "no envelope was counted"
		miss.Hint = "a relay must deliver an envelope without a key, so both names are on it: noescrow.Addresses"
	case maps.Equal(turned(got), want):
		miss.Why = "sender and recipient are exchanged"
		miss.Hint = "Addresses returns the sender first"
	case maps.Equal(folded(got), folded(want)):
		miss.Why = "the two directions of a pair are counted as one"
		miss.Hint = "from Ana to Ben is another pair than from Ben to Ana: who writes first, and who never answers, is worth knowing"
	case sum == len(want):
		miss.Why = "each pair is counted once, however often it writes"
		miss.Hint = "counts[pair]++ for each envelope"
	default:
		miss.Why = "some counts are not right"
		miss.Hint = "every envelope counts, the first one of a pair too"
	}
	return miss
}

func pairs(n int) string {
	if n == 1 {
		return "1 pair"
	}
	return fmt.Sprintf("%d pairs", n)
}

// folded adds up both directions of each pair.
func folded(counts map[pair]int) map[pair]int {
	sums := map[pair]int{}
	for p, n := range counts {
		if p[0].String() > p[1].String() {
			p[0], p[1] = p[1], p[0]
		}
		sums[p] += n
	}
	return sums
}

// turned exchanges sender and recipient.
func turned(counts map[pair]int) map[pair]int {
	other := map[pair]int{}
	for p, n := range counts {
		other[pair{p[1], p[0]}] = n
	}
	return other
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
