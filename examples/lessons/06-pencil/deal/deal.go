// Package deal makes the puzzles of lesson 06, and checks answers.
package deal

import (
	"fmt"
	mathrand "math/rand/v2"
	"slices"

	"doormat/escrow/dualec"
	"doormat/examples/lessons/lesson"
)

const (
	generators = 20
	said       = 2 // bytes of each generator that the puzzle has
	next       = 3 // and that the answer has
)

// A world is two points with a trapdoor, on the tiny curve of package dualec.
type world struct {
	points *dualec.Points
	d      int
	x      []int       // of kQ, by k; 0 for the zero of the addition
	byX    map[int]int // a number k with that x-coordinate
}

// newWorld draws d, and the points.
func newWorld() *world {
	trapdoor := dualec.NewTrapdoor(dualec.Tiny())
	key := trapdoor.RecoveryKey()
	w := &world{points: trapdoor.Points(), d: int(key[0])<<8 | int(key[1]), x: []int{0}, byX: map[int]int{}}
	for k, kQ := range w.points.Multiples() {
		w.x = append(w.x, coordinate(kQ, 1))
		if _, ok := w.byX[w.x[k]]; !ok {
			w.byX[w.x[k]] = k
		}
	}
	return w
}

func coordinate(point []byte, at int) int { return int(point[at])<<8 | int(point[at+1]) }

// timesQ returns the x-coordinate of kQ, timesP that of kP.
func (w *world) timesQ(k int) int { return w.x[k%len(w.x)] }
func (w *world) timesP(k int) int { return w.timesQ(k % len(w.x) * w.d) }

// states returns what the state may be after the byte b, of each point that may have made it.
func (w *world) states(b byte) (all []int) {
	for digit := range 16 {
		if k, ok := w.byX[digit<<8|int(b)]; ok {
			all = append(all, w.timesP(k))
		}
	}
	return all
}

// say returns n bytes that a generator says whose state has moved to s.
func (w *world) say(s, n int) (out []byte) {
	for range n {
		out = append(out, byte(w.timesQ(s)))
		s = w.timesP(s)
	}
	return out
}

// continuations returns what may follow after the bytes so far.
func (w *world) continuations(so []byte) (all [][]byte) {
	for _, s := range w.states(so[0]) {
		out := w.say(s, said-1+next)
		if slices.Equal(out[:said-1], so[1:]) && !slices.ContainsFunc(all, func(o []byte) bool { return slices.Equal(o, out[said-1:]) }) {
			all = append(all, out[said-1:])
		}
	}
	return all
}

// draw returns what a generator of package dualec says. It draws anew until its first bytes have one
// continuation only.
func (w *world) draw() []byte {
	for {
		// Within one request the two revisions of the standard say the same.
		g, err := dualec.Instantiate(dualec.Config{Points: w.points})
		if err != nil {
			panic(err)
		}
		out := make([]byte, said+next)
		if g.Generate(out, dualec.Request{}) == nil && len(w.continuations(out[:said])) == 1 { // the state 0 is an error
			return out
		}
	}
}

// New draws d, points, and twenty generators.
func New(*mathrand.Rand) lesson.Task {
	w := newWorld()
	var all, first [][]byte
	for range generators {
		out := w.draw()
		all, first = append(all, out), append(first, out[:said])
	}
	type point struct{ X, Y int }
	P, Q := w.points.P(), w.points.Q()
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{
			"P": point{coordinate(P, 1), coordinate(P, 3)}, "Q": point{coordinate(Q, 1), coordinate(Q, 3)},
			"D": w.d, "Said": first,
		}),
		Check: func(answer []byte) *lesson.Miss {
			var found [][]byte
			if err := lesson.Unpack(answer, &found); err != nil || len(found) != generators {
				return &lesson.Miss{
					Got:  fmt.Sprintf("%d predictions", len(found)),
					Want: fmt.Sprintf("%d predictions, one for each generator", generators),
					Why:  "a prediction is missing",
					Hint: "play.go calls Predict for each generator: leave it as it is",
				}
			}
			for i, bytes := range found {
				if miss := w.check(bytes, all[i]); miss != nil {
					return miss
				}
			}
			return nil
		},
	}
}

// check checks the prediction for one generator.
func (w *world) check(found, out []byte) *lesson.Miss {
	so, private := out[:said], out[said:]
	if slices.Equal(found, private) {
		return nil
	}
	miss := &lesson.Miss{
		Got:  fmt.Sprintf("%x after %x", found[:min(len(found), next+1)], so),
		Want: fmt.Sprintf("%x after %x", private, so),
	}
	if len(found) != next {
		miss.Why = fmt.Sprintf("there are %d bytes", len(found))
		miss.Hint = "play.go calls Predict three times for each generator: leave it as it is"
		return miss
	}
	// What comes out of the points that the second byte rules out.
	var ruledOut []byte
	for _, s := range w.states(so[0]) {
		if w.say(s, 1)[0] != so[1] {
			ruledOut = append(ruledOut, w.say(s, 2)[1])
		}
	}
	switch {
	case found[0] == private[0]:
		right := 1
		for found[right] == private[right] {
			right++
		}
		miss.Why = fmt.Sprintf("the byte after %x is right, and the one after %x is not", so, out[:said+right])
		miss.Hint = "out can have more than two bytes: move the state for each of them"
	case found[0] == so[1]:
		miss.Why = fmt.Sprintf("%02x has been said already: before the next byte the state moves once more", so[1])
		miss.Hint = "the new state is the x-coordinate of sP, and the byte comes from sQ with the new s"
	case slices.Contains(ruledOut, found[0]):
		miss.Why = fmt.Sprintf("this follows from a point that the second byte rules out: with it the generator would not have said %02x", so[1])
		miss.Hint = "compute for each candidate what the generator says second, and keep the one that fits"
	default:
		miss.Why = "no point whose coordinate ends in the first byte leads there"
		miss.Hint = "if R is sQ, then d times R is sP, and its x-coordinate is the next state"
	}
	return miss
}
