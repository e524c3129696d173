// Forgets the zeros in front of a group. Why: a safety number has 60 digits, and this has

package samenumber

import (
	"crypto/sha512"
	"fmt"
)

func Number(a, b [32]byte) (string, error) {
	x, y := half(a), half(b)
	return min(x, y) + max(x, y), nil
}

// half returns the 30 digits of one key.
func half(key [32]byte) (digits string) {
	h := append([]byte{0, 1}, key[:]...)
	for range 5200 {
		sum := sha512.Sum512(append(h, key[:]...))
		h = sum[:]
	}
	for i := 0; i < 30; i += 5 {
		n := 0
		for _, b := range h[i : i+5] {
			n = (n<<8 | int(b)) % 100_000
		}
		digits += fmt.Sprintf("%d", n)
	}
	return digits
}
