package franking

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"doormat/internal/testing/ratio"
)

const chat = 200 // bytes of a text

func bareMAC(b *testing.B, n int) func() {
	key, data, sum := random(keySize), random(n), make([]byte, 0, macSize)
	return func() {
		h := hmac.New(sha256.New, key)
		h.Write(data)
		h.Sum(sum)
	}
}

// One HMAC of the text, and a key drawn.
func BenchmarkSeal(b *testing.B) {
	m := Message{Text: random(chat)}
	ratio.Time(b, "x-of-hmac", func() { _, _, err := Seal(m); check(b, err) }, bareMAC(b, chat))
}

// What the recipient does for each message: one HMAC.
func BenchmarkOpen(b *testing.B) {
	plaintext, c, err := Seal(Message{Text: random(chat)})
	check(b, err)
	ratio.Time(b, "x-of-hmac", func() { _, err := Open(plaintext, c); check(b, err) }, bareMAC(b, chat))
}

// What the provider does for each message: one HMAC of 128 bytes.
func BenchmarkStamp(b *testing.B) {
	p := NewProvider()
	ratio.Time(b, "x-of-hmac", func() { p.Stamp(Commitment{}, context) }, bareMAC(b, 128))
}

// Two HMACs.
func BenchmarkJudge(b *testing.B) {
	p := NewProvider()
	plaintext, c, err := Seal(Message{Text: random(chat)})
	check(b, err)
	report := NewReport(plaintext, c, context, p.Stamp(c, context))
	ratio.Time(b, "x-of-hmac", func() { _, _, err := p.Judge(report); check(b, err) }, bareMAC(b, chat))
}

// A picture of 100 kB: AES-GCM, a hash of all of it, and HKDF.
func BenchmarkOpenAttachment(b *testing.B) {
	a, sealed := SealAttachment(random(100_000))
	aead, _ := a.cipher()
	bare := aead.Seal(nil, make([]byte, 12), random(100_000), nil)
	ratio.Time(b, "x-of-gcm-and-sha256", func() { _, err := a.Open(sealed); check(b, err) }, func() {
		_, err := aead.Open(nil, make([]byte, 12), bare, nil)
		check(b, err)
		sha256.Sum256(bare)
	})
}
