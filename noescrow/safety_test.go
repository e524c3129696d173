package noescrow

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"math/big"
	"regexp"
	"testing"
)

func counting(from byte) (id Identity) {
	for i := range id {
		id[i] = from + byte(i)
	}
	return id
}

// The golden value was computed by the independent lines below.
func TestSafetyNumber(t *testing.T) {
	const want = "24123 20982 67528 78205 61773 45947 44775 02146 96546 31819 54580 16418"
	a, b := counting(0x00), counting(0x20)
	if got := SafetyNumber(a, b); got != want {
		t.Errorf("the number is %s", got)
	}
	if got := safetyReference(a, b); got != want {
		t.Errorf("the reference is %s", got)
	}
	if SafetyNumber(b, a) != want {
		t.Error("the two sides have different numbers")
	}
	if !regexp.MustCompile(`^\d{5}( \d{5}){11}$`).MatchString(want) {
		t.Error("not twelve groups of five digits")
	}
}

func safetyReference(a, b Identity) string {
	var halves [2]string
	for i, key := range [2]Identity{a, b} {
		h := append([]byte{0, 1}, key[:]...)
		for range 5200 {
			sum := sha512.Sum512(append(h[:len(h):len(h)], key[:]...))
			h = sum[:]
		}
		for j := range 6 {
			n := new(big.Int).SetBytes(h[5*j : 5*j+5])
			halves[i] += fmt.Sprintf(" %05d", n.Mod(n, big.NewInt(100_000)))
		}
	}
	return (min(halves[0], halves[1]) + max(halves[0], halves[1]))[1:]
}

// Every bit of either key matters.
func TestSafetyNumbersDiffer(t *testing.T) {
	a, b := counting(0x00), counting(0x20)
	seen := map[string]bool{SafetyNumber(a, b): true}
	n := 1
	for bit := 0; bit < 256; bit += stride(17, 97) {
		flipped := a
		flipped[bit/8] ^= 1 << (bit % 8)
		other := b
		other[bit/8] ^= 1 << (bit % 8)
		for _, number := range []string{SafetyNumber(flipped, b), SafetyNumber(a, other)} {
			if SafetyNumber(a, b) == number {
				t.Fatalf("bit %d does not matter", bit)
			}
			seen[number] = true
			n++
		}
	}
	if len(seen) != n {
		t.Errorf("%d keys have %d numbers", n, len(seen))
	}
}

// The two devices of a conversation read the same number, and a third person's is another.
func TestSafetyNumberOfDevices(t *testing.T) {
	a, b := pair(t)
	e := seal(t, a, b, "hello")
	from, _, err := b.Open(e, nil)
	if err != nil {
		t.Fatal(err)
	}
	alice, bob := SafetyNumber(a.Identity(), b.Identity()), SafetyNumber(b.Identity(), from)
	if alice != bob {
		t.Errorf("Alice reads %s, Bob %s", alice, bob)
	}
	if relay := SafetyNumber(a.Identity(), NewDevice().Identity()); relay == alice {
		t.Error("another key has the same number")
	}
}

// The smaller half is first whichever way round they come; for about half of all pairs that
// is the first identity's.
func TestSafetyNumberIsSymmetric(t *testing.T) {
	first := 0
	for i := range 10 {
		a, b := counting(byte(i)), Identity{}
		binary.BigEndian.PutUint32(b[:], uint32(i))
		n := SafetyNumber(a, b)
		if SafetyNumber(b, a) != n {
			t.Fatalf("%v and %v: %s and %s", a, b, n, SafetyNumber(b, a))
		}
		if n[:35] == fmt.Sprint(fingerprint(a))[1:36] {
			first++
		}
	}
	if first == 0 || first == 10 {
		t.Errorf("the first identity's half came first %d times of 10", first)
	}
}
