package deal

import (
	"bytes"
	"testing"

	"doormat/examples/lessons/lesson"
)

// Answers are not trusted.
func TestHostileAnswers(t *testing.T) {
	task := lesson.Deal(New).Task([32]byte{1})
	for _, answer := range [][]byte{nil, {}, {0xe1}, make([]byte, 2000), bytes.Repeat([]byte{0xe1}, 1<<20)} {
		if miss := task.Check(answer); miss == nil || len(miss.String()) > 1000 {
			t.Errorf("%.40x: %v", answer, miss)
		}
	}
}
