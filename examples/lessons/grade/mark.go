package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"doormat/examples/lessons/internal/all"
	"doormat/examples/lessons/lesson"
)

// A verdict is a mark.
type verdict string

// The verdicts.
const (
	solved         verdict = "solved"
	failed         verdict = "failed"
	notBegun       verdict = "not begun"
	absent         verdict = "absent"
	refused        verdict = "refused"
	doesNotCompile verdict = "does not compile"
	tooSlow        verdict = "too slow"
)

// A result is a student's verdict in one lesson.
type result struct {
	student string
	lesson  all.Lesson
	verdict verdict
	seconds float64
	note    string
	miss    *lesson.Miss // for the student; nil unless an answer was wrong
}

// A marker marks submissions.
type marker struct {
	root    string // of the lessons' module
	key     []byte // the teacher's
	limit   time.Duration
	rounds  int // puzzles for each answer
	workers int
	tick    func(what string, done, total int)
}

// mark marks a class, several submissions at once. The error is not a student's: ctx is done, or go build
// does not work on this machine.
func (m *marker) mark(ctx context.Context, class []submission) ([]result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]result, len(class))
	next, done := make(chan int), 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range m.workers {
		wg.Go(func() {
			for i := range next {
				r, err := m.one(ctx, class[i])
				if err != nil {
					cancel(err)
				}
				results[i] = r
				mu.Lock()
				done++
				if m.tick != nil {
					m.tick(fmt.Sprintf("%d of %d answers", done, len(class)), done, len(class))
				}
				mu.Unlock()
			}
		})
	}
	for i := range class {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	return results, context.Cause(ctx)
}

// one marks one submission.
func (m *marker) one(ctx context.Context, s submission) (result, error) {
	start := time.Now()
	o, err := m.judge(ctx, s)
	r := result{student: s.student, lesson: s.lesson, verdict: o.verdict, note: line(o.note), miss: o.miss}
	if o.miss != nil {
		r.note = line(o.miss.Why + "; got " + o.miss.Got)
	}
	r.seconds = time.Since(start).Seconds()
	return r, err
}

func (m *marker) judge(ctx context.Context, s submission) (outcome, error) {
	switch {
	case s.refusal != "":
		return outcome{verdict: refused, note: s.refusal}, nil
	case s.source != nil:
		return m.judgeSource(ctx, s)
	case s.line != nil:
		return m.judgeLine(s), nil
	}
	return outcome{verdict: absent}, nil
}

// judgeLine checks the answer to a sheet.
func (m *marker) judgeLine(s submission) outcome {
	text := strings.TrimSpace(string(s.line))
	if strings.ContainsAny(text, "\n\r") {
		return outcome{verdict: failed, note: "expected one line"}
	}
	if text == "" {
		return outcome{verdict: notBegun}
	}
	if miss := sheet(m.key, s.student, s.lesson).Check(text); miss != nil {
		return outcome{verdict: failed, miss: miss}
	}
	return outcome{verdict: solved}
}

// isStub reports whether a function of an answer.go still returns [lesson.ErrTODO]. The one beside a lesson does, unless
// somebody has solved the lesson in this checkout.
func isStub(source []byte) bool { return bytes.Contains(source, []byte("lesson.ErrTODO")) }

// judgeSource builds an answer and lets it solve all its puzzles.
func (m *marker) judgeSource(ctx context.Context, s submission) (outcome, error) {
	stub, err := os.ReadFile(filepath.Join(m.root, s.lesson.Folder, "answer.go"))
	if err != nil {
		return outcome{}, err
	}
	if isStub(stub) && bytes.Equal(bytes.ReplaceAll(s.source, []byte("\r\n"), []byte("\n")), stub) {
		return outcome{verdict: notBegun}, nil
	}
	if refusal := examine(s.source, s.lesson); refusal != "" {
		return outcome{verdict: refused, note: refusal}, nil
	}
	wasm, err := build(ctx, m.root, s.lesson, s.source)
	if complaint := errCompile(""); errors.As(err, &complaint) {
		return outcome{verdict: doesNotCompile, note: string(complaint)}, nil
	} else if err != nil {
		return outcome{}, err
	}
	box, err := newSandbox(ctx, wasm, s.lesson.Heavy)
	if err != nil {
		return outcome{}, err
	}
	defer box.close()
	limited, cancel := context.WithTimeout(ctx, m.limit)
	defer cancel()
	var o outcome
	for round := range m.rounds {
		task := s.lesson.Deal.Task(lesson.Seed(m.key, s.student, s.lesson.Folder, round))
		if o = box.play(limited, task); o.verdict != solved {
			break
		}
	}
	if o.verdict == tooSlow {
		o.note = fmt.Sprintf("not done after %v", m.limit)
	}
	return o, ctx.Err()
}

// sheet makes a student's puzzle for other languages. Its round is none of the others.
func sheet(key []byte, student string, l all.Lesson) lesson.Sheet {
	return l.Sheet.Sheet(lesson.Seed(key, student, l.Folder, lesson.Rounds))
}
