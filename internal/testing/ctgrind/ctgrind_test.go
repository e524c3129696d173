package ctgrind

import (
	"crypto/subtle"
	"slices"
	"testing"
)

//go:noinline
func branches(secret []byte) int {
	if secret[3] > 100 {
		return 1
	}
	return 2
}

var table [256]int

//go:noinline
func looksUp(secret []byte) int { return table[secret[5]] }

//go:noinline
func compares(secret []byte) int {
	return subtle.ConstantTimeCompare(secret, make([]byte, len(secret)))
}

// What leaks is found, and nothing else.
func TestLeaks(t *testing.T) {
	found := Leaks(t, "TestOnValgrind")
	want := []string{"branches", "looksUp"}
	for i := range want {
		want[i] = "internal/testing/ctgrind." + want[i] + ": doormat/internal/testing/ctgrind." + want[i]
	}
	if !slices.Equal(found, want) {
		t.Errorf("found %q, expected %q", found, want)
	}
}

func TestOnValgrind(t *testing.T) {
	if !Running() {
		t.Skip("TestLeaks runs this on valgrind")
	}
	s := make([]byte, 32)
	Secret(s)
	sum := compares(s) + branches(s) + looksUp(s)
	Public(s)
	sum += branches(s) + looksUp(s)
	table[0] = sum
}
