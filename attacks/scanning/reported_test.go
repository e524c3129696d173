package scanning

import (
	"slices"
	"testing"
)

// What is on the list is reported, also as another file; what is 34 bits off, or encrypted, is not. A boat that
// was given the hash of what is on the list is reported, by whoever sends it.
func TestReported(t *testing.T) {
	evading, err := Evade(Picture(Known), 34)
	check(t, err)
	framing, err := Collide(Picture(Boat), HashesOf(Known)[0], 0)
	check(t, err)
	encrypted := File(Known)
	for i := range encrypted {
		encrypted[i] ^= byte(17*i + i>>8)
	}
	for _, c := range []struct {
		what     string
		file     []byte
		onDevice bool
		private  bool
	}{
		{"the test card", File(Known), true, true}, {"34 bits off", PNG(evading.Picture), false, false},
		{"encrypted", encrypted, false, false}, {"the boat", File(Boat), false, false},
		{"the boat with the card's hash", PNG(framing.Picture), true, true}, {"no picture", nil, false, false},
	} {
		onDevice, private, err := Reported(c.file, Honest())
		if err != nil || onDevice != c.onDevice || private != c.private {
			t.Errorf("%s: %v, %v, %v", c.what, onDevice, private, err)
		}
	}
	// Another file of the same picture is found by the list in clear, and by private matching only if its hash
	// is equal to the last bit.
	again := PNG(Picture(Known))
	onDevice, private, err := Reported(again, Honest())
	check(t, err)
	h, _ := HashPicture(again)
	if !onDevice || private != slices.Contains(HashesOf(Known), h) {
		t.Errorf("another file: %v, %v", onDevice, private)
	}
}
