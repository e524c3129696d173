package deal

import (
	"encoding/binary"
	"os"
	"strings"
	"testing"

	"doormat/noescrow"
)

// Both texts have the right half of the key that they name, and its group of five bytes.
func TestExample(t *testing.T) {
	var k noescrow.Identity
	for i := range k {
		k[i] = byte(i)
	}
	half := noescrow.SafetyNumber(k, k)[:35]
	if m := (mistake{5200, []byte{0, 1}, true, binary.BigEndian, "", ""}); m.half(k[:]) != digits(half) {
		t.Errorf("the recipe without a mistake has %s, and package noescrow %s", m.half(k[:]), half)
	}
	for _, name := range []string{"../README.md", "../README.de.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "\n    "+half+"\n") {
			t.Errorf("%s: expected the half %s", name, half)
		}
	}
}
