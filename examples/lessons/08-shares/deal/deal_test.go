package deal

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"doormat/examples/lessons/lesson"
)

// solve does what a sheet asks for, from its text alone.
func solve(t *testing.T, text string) string {
	t.Helper()
	var sets [2][]share
	first, second, ok := strings.Cut(text, "First:")
	if !ok {
		t.Fatalf("the sheet has no first question:\n%s", text)
	}
	for i, part := range []string{first, second} {
		for _, m := range regexp.MustCompile(`(?m)^    +(\d+)  (\d+)$`).FindAllStringSubmatch(part, -1) {
			s := share{Value: new(big.Int)}
			fmt.Sscan(m[1], &s.Agent)
			s.Value.SetString(m[2], 10)
			sets[i] = append(sets[i], s)
		}
	}
	m := regexp.MustCompile(`agent (\d+) have.*\n\n    (\d+)\n`).FindStringSubmatch(second)
	if m == nil {
		t.Fatalf("the sheet has no second question:\n%s", text)
	}
	var agent int
	fmt.Sscan(m[1], &agent)
	secret, _ := new(big.Int).SetString(m[2], 10)
	return fmt.Sprint(interpolate(sets[0], 0, order), interpolate(append(sets[1], share{0, secret}), agent, order))
}

func TestSheet(t *testing.T) {
	for round := range 5 {
		sheet := lesson.DealSheet(NewSheet).Sheet(lesson.Seed(nil, "anna", "08-shares", round))
		line := solve(t, sheet.Text)
		if miss := sheet.Check(line); miss != nil {
			t.Fatalf("%s\n%s", line, miss)
		}
		for _, wrong := range []string{"", "x y", "1 2", line + " 1", line + "1", "1" + line, strings.Repeat("9", 5000), strings.Fields(line)[0]} {
			if sheet.Check(wrong) == nil {
				t.Errorf("%q passes, and the answer is %s", wrong, line)
			}
		}
	}
}

// Answers are not trusted.
func TestHostileAnswers(t *testing.T) {
	task := lesson.Deal(New).Task([32]byte{1})
	for _, answer := range []string{
		"", "null", "{}", `{"Combined":[null,null],"Shares":[{},{},{}]}`, `{"Combined":[-1,1],"Shares":[{},{},{}]}`,
		`{"Combined":[` + strings.Repeat("9", 5e4) + `,1],"Shares":[{},{},{}]}`, strings.Repeat("9", 1e6),
	} {
		if miss := task.Check([]byte(answer)); miss == nil || len(miss.String()) > 1000 {
			t.Errorf("%.40s: %v", answer, miss)
		}
	}
}
