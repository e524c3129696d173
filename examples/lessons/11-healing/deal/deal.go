// Package deal makes the puzzles of lesson 11, and checks answers.
package deal

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/noescrow"
	"doormat/examples/lessons/lesson"
)

const (
	conversations = 20
	thefts        = 10 // in each conversation
)

// A schedule is one theft in one conversation.
type schedule struct {
	From     []bool // by message: Ana wrote it
	StolenAt int    // the phone is copied before this message
}

// New draws twenty conversations of 12 to 20 messages, and ten thefts in each: 200 schedules. What the
// thief can read is measured when an answer is checked: the conversations are sent, with the devices of
// package noescrow, and the attack of package attacks reads them with the copied phone.
func New(draw *mathrand.Rand) lesson.Task {
	var schedules []schedule
	for range conversations {
		from := make([]bool, 12+draw.IntN(9))
		for i := range from {
			from[i] = draw.IntN(2) == 0
		}
		at := draw.Perm(len(from))[:thefts]
		slices.Sort(at)
		for _, i := range at {
			schedules = append(schedules, schedule{from, i})
		}
	}
	return lesson.Task{
		Puzzle: lesson.Pack(schedules),
		Check:  func(answer []byte) *lesson.Miss { return check(answer, schedules) },
	}
}

// measure sends one conversation, copies Ana's phone before each of the messages that the schedules name, and
// returns the index of the last message that each copy opens.
func measure(thefts []schedule) (last []int) {
	stage := attacks.NewStage(attack.New(), "Ana", nil)
	defer stage.Close()
	must(stage.Enrol("Ana"))
	must(stage.Enrol("Ben"))
	var copies []*attacks.Stolen
	for i, ana := range thefts[0].From {
		if n := len(copies); n < len(thefts) && thefts[n].StolenAt == i {
			stolen, err := stage.Steal(attacks.DeviceKeys)
			must(err)
			copies = append(copies, stolen)
		}
		m := attacks.Message{At: time.UnixMilli(int64(i)), From: "Ana", To: "Ben", Text: fmt.Sprint("message ", i)}
		if !ana {
			m.From, m.To = m.To, m.From
		}
		must(stage.Send(m))
	}
	for _, stolen := range copies {
		e, err := stage.Expose(context.Background(), stolen)
		must(err)
		last = append(last, e.LastOpened)
	}
	return last
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func check(answer []byte, schedules []schedule) *lesson.Miss {
	var found []int
	if err := lesson.Unpack(answer, &found); err != nil || len(found) != len(schedules) {
		return &lesson.Miss{
			Got:  fmt.Sprintf("%d numbers", len(found)),
			Want: fmt.Sprintf("%d numbers, one for each theft", len(schedules)),
			Why:  "a number is missing",
			Hint: "play.go calls LastOpen once for each theft: leave it as it is",
		}
	}
	var measured []int
	for i, s := range schedules {
		if i == len(measured) {
			measured = append(measured, measure(schedules[i:i+thefts])...)
		}
		if found[i] != measured[i] {
			why, hint := s.reason(found[i], measured[i])
			return &lesson.Miss{
				Got:  fmt.Sprintf("%d, in %s, stolen before message %d", found[i], s, s.StolenAt),
				Want: fmt.Sprintf("%d, which was measured", measured[i]),
				Why:  why,
				Hint: hint,
			}
		}
	}
	return nil
}

// String returns a letter for each message, and a bar where the phone is copied.
func (s schedule) String() string {
	letters := make([]byte, 0, len(s.From)+1)
	for i, ana := range s.From {
		if i == s.StolenAt {
			letters = append(letters, '|')
		}
		letters = append(letters, map[bool]byte{true: 'A', false: 'b'}[ana])
	}
	return string(letters)
}

// reason says what is wrong with a number that differs from the measured one.
func (s schedule) reason(found, measured int) (why, hint string) {
	shut := max(found+1, s.StolenAt) // the first message that is thought to be shut
	switch {
	case found < -1 || found >= len(s.From):
		return "there is no such message", "messages are counted from 0, and -1 stands for none"
	case found >= 0 && found < s.StolenAt:
		return fmt.Sprintf("message %d was written before the theft, and a phone has no key left for what it has opened", found),
			"if no message after the theft opens, the answer is -1"
	case found > measured:
		return fmt.Sprintf("Ana wrote message %d in a turn that she began after the theft, with a key that the copy does not have",
				max(measured+1, s.StolenAt)),
			"which message of Ana's is the first that she writes after one of Ben's?"
	case s.From[shut]:
		return fmt.Sprintf("message %d opens: Ana goes on with a turn that she began before the theft, and draws no new key", shut),
			"a new key is drawn with the first message of a turn only"
	}
	return fmt.Sprintf("message %d opens: Ben encrypts to the key that is in the copy until he has a newer one of Ana's", shut),
		"Ben's turns do not help: his new key is mixed with Ana's old one, which the thief has"
}
