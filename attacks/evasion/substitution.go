package evasion

import (
	"fmt"
	"io"
)

// SecretBits is the size of a [Secret] in bits.
const SecretBits = 128

// A Secret is what a substituted device leaks: a key of 128 bits.
type Secret [SecretBits / 8]byte

// Format implements [fmt.Formatter]: no verb prints the secret.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, "evasion.Secret(hidden)") }

// Bit returns a bit of the secret, 0 or 1.
func (s Secret) Bit(i int) byte { return s[i/8] >> (i % 8) & 1 }

// maxDraws bounds the coins that a substituted device draws for a message. It sends a wrong bit with a
// probability of 2^-32.
const maxDraws = 32

// place returns which bit of a secret a ciphertext carries for the maker, and the bit.
func (maker Key) place(body []byte) (i int, bit byte) {
	out := maker.block("substitution", 0, body)
	return int(out[0]) % SecretBits, out[1] & 1
}

// Substitute is the drawing of coins in a device whose maker has substituted the algorithm: it draws as an
// honest device does, and draws again while the ciphertext does not tell the truth about one bit of the
// secret. Which bit, depends on the ciphertext, so the device keeps no state. It draws 2 times on average.
// Nothing that leaves the device but this choice differs from what an honest device sends. It is the
// biased-ciphertext attack of Bellare, Paterson and Rogaway, "Security of Symmetric Encryption against Mass
// Surveillance", CRYPTO 2014, on the body of an envelope. Body is as in [Key.HideInCiphertext]; draw
// returns the coins, as [HonestCoins] does.
func (maker Key) Substitute(secret Secret, draw func() Coins, body func(Coins) []byte) (c Coins, draws int) {
	for draws = 1; ; draws++ {
		c = draw()
		if i, bit := maker.place(body(c)); bit == secret.Bit(i) || draws == maxDraws {
			return c, draws
		}
	}
}

// A Leak is what a maker has collected of one device's ciphertexts.
type Leak struct {
	Secret Secret // bits not known yet are 0
	Known  int    // bits, of 128
	known  [SecretBits]bool
}

// Collect reads a ciphertext from the wire. It needs no message in order, and none of the authority's keys.
func (l *Leak) Collect(maker Key, body []byte) {
	i, bit := maker.place(body)
	if !l.known[i] {
		l.known[i] = true
		l.Known++
		l.Secret[i/8] |= bit << (i % 8)
	}
}

// Expected returns the mean number of ciphertexts that show all of n bits when each shows one at random, n
// times the sum of 1/i for i from 1 to n: 695 for 128 bits.
func Expected(n int) (mean float64) {
	for i := 1; i <= n; i++ {
		mean += float64(n) / float64(i)
	}
	return mean
}
