// Package padme hides the length of a message: Padmé of "Reducing Metadata Leakage from
// Encrypted Files and Communication with PURBs" (Nikitin, Barman, Lueks, Underwood, Hubaux and
// Ford, 2019), Section 4, with a floor of 128 bytes under it.
//
// Padmé alone leaves short messages as they are, and chat is short messages. Below the floor
// all of them look alike; above it a length of L bits keeps its first ⌊log₂ L⌋+1 of them, so
// the messages up to 1 MiB fall into 265 sizes. The padding is a byte 0x80 and zeros
// (ISO/IEC 7816-4), so it is at least one byte; from the floor on it is at most 12.5 % (128
// bytes become 144), and less the longer the message: 6.25 % from 512 bytes, 3.12 % from 64 KiB.
package padme

import (
	"errors"
	"math/bits"
)

// Floor is the shortest padded length, in bytes.
const Floor = 128

var errPadding = errors.New("padme: invalid padding")

// Length returns the padded length of a message of n bytes.
//
//	L = max(n + 1, Floor)   E = ⌊log₂ L⌋   S = ⌊log₂ E⌋ + 1   z = E − S
//
// and then L is rounded up so that its last z bits are zero.
func Length(n int) int {
	l := max(n+1, Floor)
	e := bits.Len(uint(l)) - 1
	s := bits.Len(uint(e))
	mask := 1<<(e-s) - 1
	return (l + mask) &^ mask
}

// Pad returns a padded copy of message.
func Pad(message []byte) []byte {
	padded := make([]byte, Length(len(message)))
	padded[copy(padded, message)] = 0x80
	return padded
}

// Unpad returns the message inside padded, which it shares memory with. It refuses whatever
// [Pad] does not make.
func Unpad(padded []byte) ([]byte, error) {
	n := len(padded) - 1
	for n >= 0 && padded[n] == 0 {
		n--
	}
	if n < 0 || padded[n] != 0x80 || Length(n) != len(padded) {
		return nil, errPadding
	}
	return padded[:n], nil
}
