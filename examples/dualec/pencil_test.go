package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"doormat/examples/internal/cli/clitest"
)

// Without -answer the page is the same, but for the answers.
func TestHomework(t *testing.T) {
	with := clitest.Output(t, run, "-tiny", "-answer", "-seed", "1")
	if *long {
		clitest.Program(t, run, "tiny1.txt", "-tiny", "-answer", "-seed", "1")
	} else {
		clitest.Golden(t, "tiny1.txt", with)
	}
	without := clitest.Output(t, run, "-tiny", "-seed", "1")
	answers, ok := strings.CutPrefix(with, without)
	if !ok || !strings.HasPrefix(answers, "\n4. Answers\n") {
		t.Errorf("expected the page without answers to be the beginning of the page with answers:\n%s", without)
	}
	if another := clitest.Output(t, run, "-tiny", "-seed", "2"); another == without {
		t.Error("two seeds give one page")
	}
	clitest.BadInput(t, run, "-answer", "expected -tiny with -answer")
}

// A page has all that its tasks take, and the answers are what comes out.
func TestHomeworkIsSolvable(t *testing.T) {
	for range 20 {
		page, answers, ok := strings.Cut(clitest.Output(t, run, "-tiny", "-answer"), "4. Answers")
		if !ok {
			t.Fatal("the page has no answers")
		}
		d, next := solve(t, page)
		if !strings.Contains(answers, fmt.Sprintf("d is %d.", d)) || !strings.Contains(answers, fmt.Sprintf("Task 5: %x.", next)) {
			t.Errorf("found d = %d and %x on\n%s%s", d, next, page, answers)
		}
	}
}

// solve does the tasks of a page with the tables that it has.
func solve(t *testing.T, page string) (d int, next []byte) {
	t.Helper()
	const n = 4133
	number := func(s string) int {
		v, err := strconv.ParseUint(s, 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		return int(v)
	}
	P := regexp.MustCompile(`(?m)^  P +\((...), (...)\)$`).FindStringSubmatch(page)
	said := regexp.MustCompile(`the\s+bytes\s+([0-9a-f]{6}),`).FindStringSubmatch(page)
	if P == nil || said == nil {
		t.Fatalf("no P, or no bytes, in\n%s", page)
	}
	table := map[int]int{}
	for _, m := range regexp.MustCompile(`(\d+) Q = (...),(...)`).FindAllStringSubmatch(page, -1) {
		k, _ := strconv.Atoi(m[1])
		table[k] = number(m[2])
		if m[2] == P[1] && m[3] == P[2] {
			d = k
		}
	}
	_, more, _ := strings.Cut(page, "The x-coordinates of more")
	more, _, _ = strings.Cut(more, "3. Tasks")
	var candidates []int
	for _, m := range regexp.MustCompile(`(\d+) ([0-9a-f]{3})\b`).FindAllStringSubmatch(more, -1) {
		k, _ := strconv.Atoi(m[1])
		table[k] = number(m[2])
		if strings.HasSuffix(m[2], said[1][:2]) {
			candidates = append(candidates, k)
		}
	}
	times := func(k int) int {
		k %= n
		x, ok := table[min(k, n-k)]
		if !ok {
			t.Fatalf("%d Q is not on the page\n%s", k, page)
		}
		return x
	}
	public, _ := strconv.ParseUint(said[1][2:], 16, 16)
	for _, k := range candidates {
		state := times(d * k)
		if times(state)&0xff != int(public>>8) {
			continue
		}
		state = times(d * state)
		if times(state)&0xff != int(public&0xff) {
			continue
		}
		for range inPrivate {
			state = times(d * state)
			next = append(next, byte(times(state)))
		}
	}
	return d, next
}
