// Package padme hides the length of a message: Padmé of "Reducing Metadata Leakage from
// Encrypted Files and Communication with PURBs" (Nikitin, Barman, Lueks, Underwood, Hubaux and
// Ford, 2019), Section 4, with a minimum of 128 bytes.
//
// Padmé alone leaves short messages as they are, and most chat messages are short. With the
// minimum, all messages below 128 bytes have the same padded length. A longer length keeps its
// first ⌊log₂ L⌋+1 bits, where L is the number of its bits, so messages up to 1 MiB have 265
// different padded lengths. The padding is a byte 0x80 and zeros (ISO/IEC 7816-4), at least one
// byte. From 128 bytes on it is at most 12.5 % (128 bytes become 144), and less for longer
// messages: 6.25 % from 512 bytes, 3.12 % from 64 KiB.
package padme

import (
	"errors"
	"math/bits"
	"slices"
)

// Floor is the smallest padded length, in bytes.
const Floor = 128

var errPadding = errors.New("padme: invalid padding")

// Length returns the padded length of a message of n bytes.
//
//	L = max(n + 1, Floor)   E = ⌊log₂ L⌋   S = ⌊log₂ E⌋ + 1   z = E − S
//
// Then L is rounded up until its last z bits are zero.
func Length(n int) int {
	l := max(n+1, Floor)
	e := bits.Len(uint(l)) - 1
	s := bits.Len(uint(e))
	mask := 1<<(e-s) - 1
	return (l + mask) &^ mask
}

// Pad returns a padded copy of message.
func Pad(message []byte) []byte { return Append(nil, message) }

// Append appends a padded copy of message to b.
func Append(b, message []byte) []byte {
	zeros := Length(len(message)) - len(message) - 1
	b = append(slices.Grow(b, len(message)+1+zeros), message...)
	b = append(b, 0x80)
	clear(b[len(b) : len(b)+zeros])
	return b[:len(b)+zeros]
}

// Unpad returns the message inside padded, sharing its memory. It returns an error unless padded is
// an output of [Pad]. Its time depends on the length of the message.
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
