package deal

import (
	"strings"
	"testing"

	"doormat/examples/lessons/lesson"
)

// Answers are not trusted.
func TestHostileAnswers(t *testing.T) {
	task := lesson.Deal(New).Task([32]byte{1})
	twenty := func(s string) string { return "[" + strings.Repeat(s+",", generators-1) + s + "]" }
	for _, answer := range []string{
		"", "null", "{}", "[]", twenty("null"), twenty(`""`), twenty(`"AA=="`), twenty(`"AAAA"`), twenty(`"AAAAAAAA"`),
		"[" + strings.Repeat("null,", 1e5) + "null]",
	} {
		if miss := task.Check([]byte(answer)); miss == nil || len(miss.String()) > 1000 {
			t.Errorf("%.40s: %v", answer, miss)
		}
	}
}
