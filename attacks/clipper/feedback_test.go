package clipper

import (
	"bytes"
	"testing"

	"doormat/escrow/clipper"
)

// Two rogues and no LEAF: an honest chip would not decrypt that, and the tap has nothing to open.
func TestLEAFFeedback(t *testing.T) {
	c := newCall(t)
	k, _ := randomKey()
	ciphertext, err := EncryptWithoutLEAF(c.chips[ana], k, sentence)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := FeedLEAFBack(c.chips[ben], k, ciphertext); err != nil || !bytes.Equal(got, sentence) {
		t.Errorf("Ben reads %q, %v", got, err)
	}
	if _, err := c.chips[ben].Load(k).Decrypt(clipper.CBC, ciphertext); err == nil {
		t.Error("the chip decrypts without a LEAF")
	}
	if h, err := clipper.ParseHeader(ciphertext[:clipper.HeaderSize]); err != nil {
		t.Error(err)
	} else if _, _, err := c.tap(h); err == nil {
		t.Error("the tap takes ciphertext for a header, and opens it")
	}
	// The first block is lost, and is why there is one that nobody needs.
	s := c.chips[ben].Load(k)
	h, _ := s.GenerateIV()
	if err := s.LoadIV(h); err != nil {
		t.Fatal(err)
	}
	all, err := s.Decrypt(clipper.CBC, ciphertext)
	if err != nil || bytes.Equal(all[:8], make([]byte, 8)) || !bytes.Equal(all[8:], sentence) {
		t.Errorf("%q, %v", all, err)
	}
	for _, short := range []int{0, 8} {
		if got, err := FeedLEAFBack(c.chips[ben], k, ciphertext[:short]); err != nil || len(got) != 0 {
			t.Errorf("%d bytes: %q, %v", short, got, err)
		}
	}
	if _, err := FeedLEAFBack(c.chips[ben], k, ciphertext[:9]); err == nil {
		t.Error("nine bytes are decrypted")
	}
}
