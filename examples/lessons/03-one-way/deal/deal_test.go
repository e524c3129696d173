package deal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"doormat/examples/lessons/lesson"
)

// solve does what a sheet asks for, from its text alone.
func solve(t *testing.T, text string) string {
	t.Helper()
	hexadecimal := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	from := regexp.MustCompile(`before number (\d+):\n\n    ([0-9a-f]{64})\n`).FindStringSubmatch(text)
	if from == nil {
		t.Fatalf("the sheet has no chain:\n%s", text)
	}
	var n int
	fmt.Sscan(from[1], &n)
	keys := [][]byte{}
	for chain := hexadecimal(from[2]); n < messages; n++ {
		keys = append(keys, mac(chain, "\x01"))
		chain = mac(chain, "\x02")
	}
	var found []string
	for _, m := range regexp.MustCompile(`(?m)^    +(\d+)  ([0-9a-f]+)\n +([0-9a-f]{64})$`).FindAllStringSubmatch(text, -1) {
		for _, k := range keys {
			if bytes.Equal(mac(mac(k, "authenticate"), string(hexadecimal(m[2]))), hexadecimal(m[3])) {
				found = append(found, m[1])
			}
		}
	}
	return strings.Join(found, " ")
}

func TestSheet(t *testing.T) {
	for round := range 20 {
		sheet := lesson.DealSheet(NewSheet).Sheet(lesson.Seed(nil, "anna", "03-one-way", round))
		line := solve(t, sheet.Text)
		if miss := sheet.Check(line); miss != nil {
			t.Fatalf("%s\n%s", line, miss)
		}
		for _, wrong := range []string{"", "x", "-1", "0 0", line + " 99", strings.Repeat("1 ", 1000), line[:len(line)-1]} {
			if sheet.Check(wrong) == nil {
				t.Errorf("%q passes, and the answer is %s", wrong, line)
			}
		}
	}
}

// Answers are not trusted.
func TestHostileAnswers(t *testing.T) {
	task := lesson.Deal(New).Task([32]byte{1})
	for _, answer := range []string{"", "null", "{}", "[]", `{"Next":"AA==","Message":null}`, `{"Opens":[1e9]}`, `{"Opens":[` + strings.Repeat("1,", 1e5) + `1]}`} {
		miss := task.Check([]byte(answer))
		if miss == nil || len(miss.String()) > 1000 {
			t.Errorf("%.40s: %v", answer, miss)
		}
	}
}
