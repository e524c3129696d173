package evasion

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Sizes in bytes.
const (
	CoinsSize = 32                  // what an honest sender draws for a message
	TagSize   = 8                   // says that coins hide a frame
	FrameSize = CoinsSize - TagSize // of hidden text in one message
)

// ErrNothing reports coins that hide nothing under the key and the number, as those of an honest sender do
// but for one in 2^64.
var ErrNothing = errors.New("evasion: the coins hide nothing")

// A Key is what the hidden sender and the hidden receiver share: 32 uniform bytes, agreed when they met. It
// is called the double key by Persiano, Phan and Yung (2022). In [Key.Substitute] it is the maker's.
type Key [32]byte

// Coins are what a sender of package escrow draws at random for one message, the seed of its envelope. The
// message's key and all randomness of its field follow from them. The recipient gets them, the authority does
// not.
type Coins [CoinsSize]byte

// A Frame is the part of a hidden text that one message carries. Zeros after the text are its padding.
type Frame [FrameSize]byte

// NewKey draws a key.
func NewKey() (k Key) {
	rand.Read(k[:])
	return k
}

// HonestCoins draws coins as an honest sender does.
func HonestCoins() (c Coins) {
	rand.Read(c[:])
	return c
}

// Format implements [fmt.Formatter]: no verb prints the key.
func (Key) Format(f fmt.State, _ rune) { io.WriteString(f, "evasion.Key(hidden)") }

// Format implements [fmt.Formatter]: no verb prints the coins.
func (Coins) Format(f fmt.State, _ rune) { io.WriteString(f, "evasion.Coins(hidden)") }

// block returns HMAC-SHA-256(k, purpose ‖ 0 ‖ n ‖ data), 32 bytes that are uniform to all who lack k.
func (k Key) block(purpose string, n uint64, data []byte) (out [32]byte) {
	h := hmac.New(sha256.New, k[:])
	io.WriteString(h, "doormat 1 evasion "+purpose)
	h.Write(binary.BigEndian.AppendUint64([]byte{0}, n))
	h.Write(data)
	return [32]byte(h.Sum(nil))
}

// Hide returns the coins that hide a frame in message n of a conversation. Each n must be used once in a
// conversation: two equal frames under one n make equal coins, which shows ([Judge]).
//
//	coins = pad(n) XOR (frame ‖ tag(n, frame))
//
// Pad and tag are HMAC-SHA-256 under the key, the tag cut to 8 bytes.
func (k Key) Hide(n uint64, f Frame) (c Coins) {
	tag := k.block("tag", n, f[:])
	pad := k.block("pad", n, nil)
	copy(c[:], f[:])
	copy(c[FrameSize:], tag[:TagSize])
	subtle.XORBytes(c[:], c[:], pad[:])
	return c
}

// Reveal returns the frame that Hide has put into the coins of message n. The error is [ErrNothing] if it has
// put none.
func (k Key) Reveal(n uint64, c Coins) (f Frame, err error) {
	pad := k.block("pad", n, nil)
	subtle.XORBytes(c[:], c[:], pad[:])
	copy(f[:], c[:FrameSize])
	tag := k.block("tag", n, f[:])
	if subtle.ConstantTimeCompare(tag[:TagSize], c[FrameSize:]) != 1 {
		return Frame{}, ErrNothing
	}
	return f, nil
}

// Frames cuts a text into frames. The last is padded with zeros, and an empty text has none. A text must not
// end in a zero byte.
func Frames(text string) (all []Frame) {
	for len(text) > 0 {
		var f Frame
		n := copy(f[:], text)
		all, text = append(all, f), text[n:]
	}
	return all
}

// Text returns the text that frames were cut from.
func Text(frames []Frame) string {
	var b []byte
	for _, f := range frames {
		b = append(b, f[:]...)
	}
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	return string(b)
}

// MaxBits is the most that one ciphertext carries: a search for 16 bits takes 65,536 bodies on average.
const MaxBits = 16

// HideInCiphertext searches coins with which the ciphertext of message n carries the lowest bits of hidden,
// for all who have the key and see the wire: rejection sampling, the generic construction of Persiano, Phan
// and Yung (2022). Body makes the ciphertext from coins, as [Body] does. It returns the number of bodies
// made, 2^bits on average, and an error if bits is not from 1 to 16, or if 64 times 2^bits bodies are not
// enough, which has a probability of e^-64 if body depends on the coins.
func (k Key) HideInCiphertext(n uint64, bits int, hidden uint16, body func(Coins) []byte) (c Coins, tries int, err error) {
	if bits < 1 || bits > MaxBits {
		return c, 0, fmt.Errorf("evasion: expected 1 to %d bits a message, found %d", MaxBits, bits)
	}
	for tries = 1; tries <= 64<<bits; tries++ {
		c = HonestCoins()
		if k.RevealInCiphertext(n, bits, body(c)) == hidden&(1<<bits-1) {
			return c, tries, nil
		}
	}
	return Coins{}, tries - 1, errors.New("evasion: expected bodies that depend on their coins, found none that fits")
}

// RevealInCiphertext returns the bits, 1 to 16 of them, that the ciphertext of message n carries. Every
// ciphertext carries some.
func (k Key) RevealInCiphertext(n uint64, bits int, body []byte) (hidden uint16) {
	out := k.block("ciphertext", n, body)
	return binary.BigEndian.Uint16(out[:]) & (1<<bits - 1)
}
