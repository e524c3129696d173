package seed

import (
	"bytes"
	"crypto/rand"
	"testing"
)

func TestUse(t *testing.T) {
	before := rand.Reader
	draw := func(label string) []byte {
		defer Use(label)()
		b := make([]byte, 32)
		rand.Read(b)
		return b
	}
	one := draw("K7-RIVER")
	if !bytes.Equal(one, draw("K7-RIVER")) {
		t.Error("one label draws two things")
	}
	if bytes.Equal(one, draw("K7-RIVEN")) {
		t.Error("two labels draw one thing")
	}
	if rand.Reader != before {
		t.Error("randomness still depends on the label")
	}
}
