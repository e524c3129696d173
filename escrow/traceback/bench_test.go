package traceback

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha3"
	"testing"

	"golang.org/x/crypto/curve25519"

	"doormat/internal/testing/ratio"
)

var chat = make([]byte, 200) // a text

// bareSHA3 is one SHA3-256 of a text.
func bareSHA3() { sha3.Sum256(chat) }

// HMAC of the text is four permutations, and the bare hash of 200 bytes two. AES and a random key are the
// rest.
func BenchmarkSealPath(b *testing.B) {
	ratio.Time(b, "x-of-sha3", func() { _, _, err := SealPath(chat, Pointer{}); check(b, err) }, bareSHA3)
}

func BenchmarkOpenPath(b *testing.B) {
	plaintext, sent, err := SealPath(chat, Pointer{})
	check(b, err)
	ratio.Time(b, "x-of-sha3", func() { _, _, err := OpenPath(plaintext, sent[:32]); check(b, err) }, bareSHA3)
}

func BenchmarkSealTree(b *testing.B) {
	thread := NewThread()
	ratio.Time(b, "x-of-sha3", func() { _, _, err := thread.Seal(chat); check(b, err) }, bareSHA3)
}

func BenchmarkOpenTree(b *testing.B) {
	plaintext, sent, err := NewThread().Seal(chat)
	check(b, err)
	delivered, err := new(TreePlatform).Pass(sent, person(0), person(1))
	check(b, err)
	ratio.Time(b, "x-of-sha3", func() { _, _, err := OpenTree(plaintext, delivered); check(b, err) }, bareSHA3)
}

// A chain of 1,000 forwards, each of which is an HMAC and a block of AES.
func BenchmarkTracePath(b *testing.B) {
	p := new(PathPlatform)
	chain := make([]int, 1001)
	for i := range chain {
		chain[i] = i
	}
	came := path(b, p, string(chat), chain...)
	ratio.Time(b, "x-of-1000-sha3", func() {
		if got, err := p.Trace(person(1000), chat, came); err != nil || len(got) != 1001 {
			b.Fatal(len(got), err)
		}
	}, func() {
		for range 1000 {
			bareSHA3()
		}
	})
}

// Kamakoti's tag: two multiplications on Curve25519.
func BenchmarkMakeTag(b *testing.B) {
	k := NewTraceKey()
	point := k.PublicKey()
	ratio.Time(b, "x-of-x25519", func() { k.PublicKey().Tag(person(1)) }, func() {
		curve25519.X25519(k.private[:], point[:])
	})
}

// What a thief of a table does for each guess, beside the bare hash.
func BenchmarkGuess(b *testing.B) {
	table := new(Table)
	for range 10_000 {
		var d Digest
		rand.Read(d[:])
		table.Pass(d, person(1), monday)
	}
	guess := []byte("+91 98765 43210")
	ratio.Time(b, "x-of-sha256", func() { table.Originator(Hash(nil, guess)) }, func() { sha256.Sum256(guess) })
}
