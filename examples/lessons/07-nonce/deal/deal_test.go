package deal

import (
	"bytes"
	"testing"

	"doormat/examples/lessons/lesson"
)

// Answers are not trusted.
func TestHostileAnswers(t *testing.T) {
	task := lesson.Deal(New).Task([32]byte{1})
	for _, answer := range [][]byte{nil, {}, {1}, make([]byte, size), make([]byte, size+1), bytes.Repeat([]byte{0xff}, 1<<20)} {
		if miss := task.Check(answer); miss == nil || len(miss.String()) > 1000 {
			t.Errorf("%.40x: %v", answer, miss)
		}
	}
}
