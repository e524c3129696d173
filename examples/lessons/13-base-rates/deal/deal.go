// Package deal makes the puzzles of lesson 13, and checks answers.
package deal

import (
	"fmt"
	"math/big"
	mathrand "math/rand/v2"

	"doormat/escrow/scanning/baserate"
	"doormat/examples/lessons/lesson"
)

// A scanner and a day are as play.go has them.
type (
	scanner struct{ Messages, OneIn, Finds, FalseOneIn int64 }
	day     struct{ Right, Innocent, RightOf1000 int64 }
)

// New draws four scanners, and a picture that is on the list of one. The oracle gets a picture and replies
// with its PDQ hash, or with nothing.
func New(draw *mathrand.Rand) lesson.Task {
	tens := func(from, upto int) int64 {
		n := int64(1)
		for range from + draw.IntN(upto-from+1) {
			n *= 10
		}
		return n
	}
	scanners := []scanner{
		{tens(9, 11), tens(4, 5), int64(50 + draw.IntN(50)), 1000}, // here the wanted count among the others
		{tens(9, 11), tens(6, 7), int64(50 + draw.IntN(50)), 1000}, // "99.9 %"
		{tens(9, 11), tens(5, 7), int64(50 + draw.IntN(50)), int64(2 + draw.IntN(100))},
		{tens(10, 11), tens(5, 7), int64(50 + draw.IntN(50)), tens(7, 9)},
	}
	picture := paint(draw)
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"Scanners": scanners, "Picture": picture}),
		Ask: func(query []byte) []byte {
			hash, ok := hashOf(query)
			if !ok {
				return nil
			}
			return hash[:]
		},
		Check: func(answer []byte) *lesson.Miss { return check(answer, scanners, picture) },
	}
}

func check(answer []byte, scanners []scanner, picture []byte) *lesson.Miss {
	var a struct {
		Days    []day
		Picture []byte
	}
	if err := lesson.Unpack(answer, &a); err != nil || len(a.Days) != len(scanners) {
		return &lesson.Miss{
			Got:  fmt.Sprintf("%d days", len(a.Days)),
			Want: fmt.Sprintf("%d days, one for each scanner", len(scanners)),
			Why:  "a day is missing",
			Hint: "play.go calls Reports once for each scanner: leave it as it is",
		}
	}
	for i, s := range scanners {
		want := s.day()
		if a.Days[i] == want {
			continue
		}
		why, hint := s.reason(a.Days[i], want)
		return &lesson.Miss{
			Got:  fmt.Sprintf("%+v of %+v", a.Days[i], s),
			Want: fmt.Sprintf("%+v", want),
			Why:  why,
			Hint: hint,
		}
	}
	return checkPicture(a.Picture, picture)
}

// day returns what package baserate computes, rounded down.
func (s scanner) day() day {
	d, err := baserate.Scanner{
		Items:      big.NewInt(s.Messages),
		Prevalence: big.NewRat(1, s.OneIn),
		Recall:     big.NewRat(s.Finds, 100),
		FalseRate:  big.NewRat(1, s.FalseOneIn),
	}.Day()
	if err != nil {
		panic(err)
	}
	right, innocent := floor(d.Right), floor(d.Innocent)
	return day{right, innocent, right * 1000 / (right + innocent)}
}

func floor(r *big.Rat) int64 { return new(big.Int).Quo(r.Num(), r.Denom()).Int64() }

// reason compares a wrong day with those of the usual mistakes.
func (s scanner) reason(got, want day) (why, hint string) {
	wanted := s.Messages / s.OneIn
	switch {
	case got.Right == wanted && got.Right != want.Right:
		return "the scanner does not find all that it is to find",
			fmt.Sprintf("it reports %d in 100 of these messages", s.Finds)
	case got.Right != want.Right:
		return "another number of reports is right",
			"how many messages of the day is it to find, and how many of these does it report?"
	case got.Innocent == s.Messages/s.FalseOneIn && got.Innocent != want.Innocent:
		return "a report of what the scanner is to find is not innocent, and is counted twice here",
			"the rate is of the other messages: all but those that it is to find"
	case got.Innocent != want.Innocent:
		return "the rate of false reports is of innocent messages, and nearly all messages are innocent",
			"how many messages of the day are not what the scanner is to find? One in FalseOneIn of these is reported"
	case got.RightOf1000 == 1000-1000/s.FalseOneIn:
		return "that is how many of 1,000 innocent messages are not reported, and says nothing of the reports",
			"of all reports, right and innocent, which share is right?"
	}
	return "another share of the reports is right", "right times 1,000, divided by all reports, rounded down"
}
