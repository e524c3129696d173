package evasion

import (
	"bytes"
	"crypto/mlkem"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/cryptotest"

	"doormat/internal/padme"
	"doormat/noescrow"
)

func TestHide(t *testing.T) {
	k, f := NewKey(), Frames(plan)[0]
	c := k.Hide(7, f)
	if got, err := k.Reveal(7, c); err != nil || got != f {
		t.Fatalf("found %q, %v", got, err)
	}
	for i := range 8 * CoinsSize {
		bad := c
		bad[i/8] ^= 1 << (i % 8)
		if _, err := k.Reveal(7, bad); !errors.Is(err, ErrNothing) {
			t.Errorf("bit %d altered: %v", i, err)
		}
	}
	for name, err := range map[string]error{
		"another number": second(k.Reveal(8, c)),
		"another key":    second(NewKey().Reveal(7, c)),
		"honest coins":   second(k.Reveal(7, HonestCoins())),
	} {
		if !errors.Is(err, ErrNothing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if k.Hide(8, f) == c {
		t.Error("two numbers make the same coins")
	}
}

func second[T any](_ T, err error) error { return err }

func TestFrames(t *testing.T) {
	for n := range 3*FrameSize + 1 {
		text := plan[:min(n, len(plan))]
		frames := Frames(text)
		if got := Text(frames); got != text || len(frames) != (len(text)+FrameSize-1)/FrameSize {
			t.Errorf("%d bytes: %d frames, %q", n, len(frames), got)
		}
	}
}

func TestHideInCiphertext(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 2)
	k := NewKey()
	var names [2]noescrow.Identity
	body := func(c Coins) []byte { return Body(c, names[0], names[1], "hello") }
	const bits, messages = 6, 100
	total := 0
	for n := range uint64(messages) {
		hidden := uint16(n) * 77
		c, tries, err := k.HideInCiphertext(n, bits, hidden, body)
		if err != nil {
			t.Fatal(err)
		}
		total += tries
		if got := k.RevealInCiphertext(n, bits, body(c)); got != hidden%64 {
			t.Errorf("message %d: found %d, expected %d", n, got, hidden%64)
		}
	}
	// A geometric distribution: mean and standard deviation 64. Four standard deviations of the mean of 100.
	if mean := float64(total) / messages; math.Abs(mean-64) > 4*64/math.Sqrt(messages) {
		t.Errorf("%.1f bodies a message, expected 64", mean)
	}
	for _, bits := range []int{-1, 0, MaxBits + 1} {
		if _, _, err := k.HideInCiphertext(0, bits, 0, body); err == nil {
			t.Errorf("%d bits: no error", bits)
		}
	}
	fixed := func(Coins) []byte { return nil }
	wrong := k.RevealInCiphertext(0, 1, nil) ^ 1
	if _, tries, err := k.HideInCiphertext(0, 1, wrong, fixed); err == nil || tries != 128 {
		t.Errorf("bodies that do not depend on coins: %d tries, %v", tries, err)
	}
}

// ML-KEM gives its recipient back the randomness of its sender, and the standard library decapsulates the
// result.
func TestEncapsulated(t *testing.T) {
	dk, err := mlkem.GenerateKey768()
	if err != nil {
		t.Fatal(err)
	}
	k, f := NewKey(), Frames(plan)[0]
	ct, shared, err := Encapsulate(dk.EncapsulationKey().Bytes(), k.Hide(0, f))
	if err != nil {
		t.Fatal(err)
	}
	if ss, err := dk.Decapsulate(ct); err != nil || !bytes.Equal(ss, shared[:]) {
		t.Errorf("crypto/mlkem decapsulates something else: %v", err)
	}
	c, err := Encapsulated(dk.Bytes(), ct)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.Reveal(0, c); err != nil || got != f {
		t.Errorf("found %q, %v", got, err)
	}
	_, ct = dk.EncapsulationKey().Encapsulate()
	if c, err = Encapsulated(dk.Bytes(), ct); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reveal(0, c); !errors.Is(err, ErrNothing) {
		t.Errorf("an honest ciphertext: %v", err)
	}
	for name, err := range map[string]error{
		"a short ciphertext": second(Encapsulated(dk.Bytes(), ct[1:])),
		"a short seed":       second(Encapsulated(dk.Bytes()[1:], ct)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, _, err := Encapsulate(nil, c); err == nil {
		t.Error("no public key: no error")
	}
	if _, _, err := Encapsulate(bytes.Repeat([]byte{0xff}, 1184), c); err == nil {
		t.Error("a public key with coefficients that are not reduced: no error")
	}
}

// The bias of an order's mask is what its comment says.
func TestBiasOfOrders(t *testing.T) {
	for n, want := range map[int]float64{20: 1 / 0.132, 15: 14.1e6, 12: 38.5e9} {
		if one := math.Ldexp(1, 64) / float64(Orders(n)); math.Abs(one/want-1) > 0.01 {
			t.Errorf("%d messages: 1 in %.3g, expected 1 in %.3g", n, one, want)
		}
	}
}

func TestOrder(t *testing.T) {
	k := NewKey()
	seen := map[string]bool{}
	for hidden := range Orders(4) {
		sent, err := k.HideInOrder(9, hidden, []string{"b", "a", "d", "c"})
		if err != nil {
			t.Fatal(err)
		}
		seen[fmt.Sprint(sent)] = true
		if got, err := k.RevealInOrder(9, sent); err != nil || got != hidden {
			t.Errorf("found %d, %v, expected %d", got, err, hidden)
		}
	}
	if len(seen) != 24 {
		t.Errorf("%d orders, expected 24", len(seen))
	}
	most := someTexts(MaxOrder)
	for _, hidden := range []uint64{0, 1, Orders(MaxOrder) - 1} {
		sent, err := k.HideInOrder(0, hidden, most)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.RevealInOrder(0, sent); err != nil || got != hidden {
			t.Errorf("found %d, %v, expected %d", got, err, hidden)
		}
	}
	// The same number is another order each time, so a habit does not show.
	orders := map[string]bool{}
	for batch := range uint64(20) {
		sent, err := k.HideInOrder(batch, 0, most)
		if err != nil {
			t.Fatal(err)
		}
		orders[fmt.Sprint(sent)] = true
	}
	if len(orders) != 20 {
		t.Errorf("%d orders of 20 batches", len(orders))
	}
	for name, err := range map[string]error{
		"no messages":          second(k.HideInOrder(0, 0, nil)),
		"21 messages":          second(k.HideInOrder(0, 0, someTexts(21))),
		"the same twice":       second(k.RevealInOrder(0, []string{"a", "a"})),
		"a number too large":   second(k.HideInOrder(0, 6, []string{"a", "b", "c"})),
		"nothing to read from": second(k.RevealInOrder(0, nil)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if Orders(-1) != 0 || Orders(0) != 1 || Orders(20) != 2432902008176640000 || Orders(21) != 0 {
		t.Error("Orders is not the factorial")
	}
}

func FuzzRevealInOrder(f *testing.F) {
	f.Add([]byte("bca"), uint64(3))
	f.Add([]byte{}, uint64(0))
	f.Add([]byte("aa"), uint64(1))
	f.Add([]byte("abcdefghijklmnopqrst"), uint64(2))
	f.Fuzz(func(t *testing.T, letters []byte, batch uint64) {
		var sent []string
		for _, b := range letters {
			sent = append(sent, string(b))
		}
		hidden, err := Key{1}.RevealInOrder(batch, sent)
		if err != nil {
			return
		}
		again, err := Key{1}.HideInOrder(batch, hidden, sent)
		if err != nil || !slices.Equal(again, sent) {
			t.Errorf("%q says %d, which is said by %q, %v", sent, hidden, again, err)
		}
	})
}

// Padding carries nothing: other bytes in its place are refused, or are a text that the authority reads.
func TestPaddingIsNotFree(t *testing.T) {
	padded := padme.Pad([]byte("hello"))
	for i := 5; i < len(padded); i++ {
		for b := range 256 {
			bad := bytes.Clone(padded)
			bad[i] = byte(b)
			text, err := padme.Unpad(bad)
			if err == nil && (string(text) == "hello") != bytes.Equal(bad, padded) {
				t.Errorf("byte %d is %#02x: the text is the same", i, b)
			}
		}
	}
}
