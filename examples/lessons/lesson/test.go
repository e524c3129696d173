package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Student is the environment variable that names whose puzzles go test deals. Without it they are those
// of a student without a name.
const Student = "DOORMAT_STUDENT"

// Test deals the puzzles of the lesson in whose folder it runs, and reports the first that play does not
// solve.
func Test(t *testing.T, deal Deal, play Play) {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	test(t, filepath.Base(folder), deal, play)
}

func test(t *testing.T, name string, deal Deal, play Play) {
	t.Helper()
	for round := range Rounds {
		task := deal.Task(Seed(nil, os.Getenv(Student), name, round))
		miss, err := Try(task, play)
		if errors.Is(err, ErrTODO) {
			t.Fatalf("%s: not written yet: edit answer.go; README.md says what it is to do", name)
		}
		if miss != nil {
			t.Fatalf("\n%s, puzzle %d of %d:\n%s", name, round+1, Rounds, miss)
		}
	}
}

// Try lets play solve one task. It returns [ErrTODO] if the function is not written yet, else nil or what
// is wrong with its answer.
func Try(t Task, play Play) (*Miss, error) {
	asked := 0
	var ask func([]byte) []byte
	if t.Ask != nil {
		ask = func(query []byte) []byte { asked++; return t.Ask(query) }
	}
	answer, err := play(t.Puzzle, ask)
	if errors.Is(err, ErrTODO) {
		return nil, ErrTODO
	}
	if err != nil {
		return Failed(err.Error()), nil
	}
	return t.Judge(answer, asked), nil
}

// Judge checks an answer that was found with so many questions.
func (t Task) Judge(answer []byte, asked int) *Miss {
	m := t.Check(answer)
	if m != nil && t.Ask != nil {
		m.Got = fmt.Sprintf("%s, after %d questions", m.Got, asked)
		if asked == 1 {
			m.Got = strings.TrimSuffix(m.Got, "s")
		}
	}
	return m
}

// Failed is the miss of a function that returns an error.
func Failed(text string) *Miss {
	return &Miss{
		Got:  "the error " + text,
		Want: "an answer",
		Why:  "the function returned an error",
		Hint: "every puzzle can be solved: an error that is not yours says where it went wrong",
	}
}

// String returns four lines.
func (m *Miss) String() string {
	return fmt.Sprintf("  got   %s\n  want  %s\n  why   %s\n  hint  %s", m.Got, m.Want, m.Why, m.Hint)
}
