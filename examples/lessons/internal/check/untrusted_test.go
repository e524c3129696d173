package check

import (
	"bytes"
	"strings"
	"testing"

	"doormat/examples/lessons/internal/all"
	"doormat/examples/lessons/lesson"
)

// An answer is anything. No check accepts bytes that answer nothing, and none panics.
func TestUntrustedAnswers(t *testing.T) {
	lists := []string{"null", "{}", "[]", `""`, `"AA=="`, "-1", "1e99", "true", `{"Picture":"AA==","Days":[{},{},{},{}]}`, `{"Since":-1}`}
	var answers [][]byte
	for n := range 33 {
		answers = append(answers, make([]byte, n), bytes.Repeat([]byte{0xff}, n))
	}
	answers = append(answers, nil, make([]byte, 4096))
	for _, v := range lists {
		answers = append(answers, []byte(v))
		for _, n := range []int{1, 2, 3, 4, 20, 24, 200} {
			answers = append(answers, []byte("["+strings.TrimSuffix(strings.Repeat(v+",", n), ",")+"]"))
		}
	}
	for _, l := range all.Lessons {
		task := l.Deal.Task(lesson.Seed(nil, "anna", l.Folder, 0))
		for _, a := range answers {
			miss := task.Check(a)
			if miss == nil || miss.Why == "" || miss.Hint == "" || strings.Contains(miss.String(), "%!") {
				t.Errorf("%s takes %.40q, or says nothing of it: %v", l.Folder, a, miss)
			} else if strings.Count(miss.String(), "\n") != 3 {
				t.Errorf("%s says in more than four lines of %.40q: %v", l.Folder, a, miss)
			}
		}
	}
}
