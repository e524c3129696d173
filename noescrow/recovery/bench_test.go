package recovery

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"testing"

	"golang.org/x/crypto/argon2"

	"doormat/internal/testing/ratio"
)

// inMuls times f beside one multiplication of an element by a scalar, which is what everything here but
// Argon2id is made of.
func inMuls(b *testing.B, f func()) {
	x, e := number(12345), g.HashToElement([]byte("element"), nil)
	product := g.NewElement()
	ratio.Time(b, "x-of-mul", f, func() { product.Mul(e, x) })
}

// A server's answer: E_i and the proof. circl proves a batch of one, and hashes and multiplies for that.
func BenchmarkAnswer(b *testing.B) {
	x, e := number(12345), g.HashToElement([]byte("element"), nil)
	inMuls(b, func() { answer(x, e) })
}

// A client's check of an answer, of a batch of one as well.
func BenchmarkIsAnswer(b *testing.B) {
	x, e := number(12345), g.HashToElement([]byte("element"), nil)
	public := g.NewElement().MulGen(x)
	answer, proof := answer(x, e)
	inMuls(b, func() {
		if !isAnswer(public, e, answer, proof) {
			b.Fatal("refused")
		}
	})
}

// All of a recovery from 2 of 3 servers, without Argon2id to speak of.
func BenchmarkRecover(b *testing.B) {
	w := newWorld(2, 3, 10)
	check(b, w.Store(pin, treasure))
	inMuls(b, func() { _, err := w.Recover(pin); check(b, err) })
}

// A guess of a thief with k servers' shares, at full cost, beside Argon2id alone.
func BenchmarkGuessAtFullCost(b *testing.B) {
	v := &Vault{Account: account, Cost: FullCost}
	x := number(12345)
	ratio.Time(b, "x-of-argon2id", func() {
		access, _ := v.stretch(pin, [versionSize]byte{})
		_, err := evaluate(x, access)
		check(b, err)
	}, func() { argon2.IDKey(pin, account, FullCost.Passes, FullCost.Memory, 1, 64) })
}

// Four rounds of PBKDF2 with 2,500 iterations each, and little else.
func BenchmarkCombineKey(b *testing.B) {
	shares, err := NewKey().Split(3, 5)
	check(b, err)
	ratio.Time(b, "x-of-pbkdf2", func() { _, err := CombineKey(shares[:3]...); check(b, err) }, func() {
		_, err := pbkdf2.Key(sha256.New, "", nil, 4*2500, 16)
		check(b, err)
	})
}
