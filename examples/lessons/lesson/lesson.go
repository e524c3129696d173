// Package lesson is what all lessons share: a puzzle and its check, and the two ways in which a
// student's function meets them. [Test] is feedback, in the process of go test. [Serve] is the
// player's side of marking, where the puzzle's secret is in another process, the grader's.
package lesson

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
)

// ErrTODO is what the stub of a lesson returns.
var ErrTODO = errors.New("not written yet")

// Rounds is the number of puzzles that an answer must solve.
const Rounds = 3

// A Task is one puzzle, with what its player does not have: the oracle and the check hold its secret.
type Task struct {
	Puzzle []byte                    // what the player gets, at most 1 MiB
	Ask    func(query []byte) []byte // the oracle; nil if the lesson has none
	Check  func(answer []byte) *Miss // nil if the answer is right. The answer is anything: it is not trusted
}

// A Miss says why an answer is wrong. Got, Want and Why are one line each.
type Miss struct {
	Got, Want, Why string
	Hint           string // what to think about next
}

// A Play is a student's function behind its bytes. The oracle is nil if the lesson has none.
type Play func(puzzle []byte, ask func(query []byte) []byte) (answer []byte, err error)

// A Deal makes a task. All randomness is from draw and crypto/rand, which [Deal.Task] seeds.
type Deal func(draw *mathrand.Rand) Task

// A Sheet is a puzzle for any language: a text, to be answered with one line.
type Sheet struct {
	Text  string
	Check func(line string) *Miss // gets the line without blanks around it
}

// A DealSheet makes a sheet, as [Deal] makes a task.
type DealSheet func(draw *mathrand.Rand) Sheet

// Seed returns the seed of one puzzle. Its key is the teacher's, or nil for practice, where anybody
// can compute it.
func Seed(key []byte, student, lesson string, round int) (seed [32]byte) {
	if key == nil {
		key = []byte("doormat lessons: practice")
	}
	mac := hmac.New(sha256.New, key)
	for _, s := range []string{student, lesson} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
		mac.Write([]byte(s))
	}
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(round)))
	mac.Sum(seed[:0])
	return seed
}

// chance guards crypto/rand's Reader: a deal replaces it, and whoever else may draw waits.
var chance sync.RWMutex

// Task makes the task of a seed. Its Ask and Check may be called while other tasks are made.
func (d Deal) Task(seed [32]byte) Task {
	t := seeded(seed, d)
	ask, check := t.Ask, t.Check
	if ask != nil {
		t.Ask = func(query []byte) []byte { return shared(ask, query) }
	}
	t.Check = func(answer []byte) *Miss { return shared(check, answer) }
	return t
}

// Sheet makes the sheet of a seed.
func (d DealSheet) Sheet(seed [32]byte) Sheet {
	s := seeded(seed, d)
	check := s.Check
	s.Check = func(line string) *Miss { return shared(check, line) }
	return s
}

// seeded runs deal with randomness that depends on seed alone.
func seeded[T any](seed [32]byte, deal func(*mathrand.Rand) T) T {
	chance.Lock()
	defer chance.Unlock()
	source, before := mathrand.NewChaCha8(seed), rand.Reader
	rand.Reader = source
	defer func() { rand.Reader = before }()
	return deal(mathrand.New(source))
}

func shared[A, R any](f func(A) R, a A) R {
	chance.RLock()
	defer chance.RUnlock()
	return f(a)
}

// Pack encodes a puzzle, a query or an answer of several parts, as JSON. It panics if v has a type that
// JSON does not know.
func Pack(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("lesson: " + err.Error())
	}
	return b
}

// Unpack decodes what [Pack] has encoded into what v points to.
func Unpack(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("lesson: expected what Pack has encoded: %w", err)
	}
	return nil
}
