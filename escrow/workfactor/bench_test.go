package workfactor

import (
	"crypto/cipher"
	"encoding/binary"
	"testing"
	"time"

	"doormat/internal/rc2"
)

// BenchmarkSearch tries keys of one message: with the engine on one core and on all, and as a
// student's loop would, with a cipher made for each key. The best of several rounds counts, since
// other programs can only slow one down.
func BenchmarkSearch(b *testing.B) {
	alice, bob, _ := pair(b, FullBits)
	envelope := seal(b, alice, bob, "six")
	r := wholeKey(parse(b, envelope))
	var one, all, plain float64
	cores := 0
	for b.Loop() {
		one = max(one, rate(b, r, 1))
		s := r.search()
		s.End = 1 << 21
		result, err := s.Run(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		all, cores = max(all, result.Rate()), result.Cores
		plain = max(plain, studentsLoop(b, parse(b, envelope)))
	}
	b.ReportMetric(all/float64(cores), "keys/s/core")
	b.ReportMetric(all/one, "x-of-one-core")
	b.ReportMetric(one/plain, "x-of-student-per-core")
	b.ReportMetric(all/plain, "x-of-student")
	b.ReportMetric(0, "ns/op")
}

func rate(b *testing.B, r residual, cores int) float64 {
	s := r.search()
	s.End, s.Cores = 1<<20, cores
	result, err := s.Run(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return result.Rate()
}

func studentsLoop(b *testing.B, e *Envelope) float64 {
	const n = 1 << 17
	began := time.Now()
	for key := range uint64(n) {
		c, err := rc2.NewCipher(binary.BigEndian.AppendUint64(nil, key), 64)
		if err != nil {
			b.Fatal(err)
		}
		block := make([]byte, blockSize)
		cipher.NewCBCDecrypter(c, e.IV[:]).CryptBlocks(block, e.Ciphertext[:blockSize])
		if string(block) == header {
			b.Fatal("found") // 2^-47
		}
	}
	return n / time.Since(began).Seconds()
}

// BenchmarkField has what the field costs a sender and a receiver: 2 RSA operations with the
// exponent 3 and a hash, beside the X25519 of the message.
func BenchmarkField(b *testing.B) {
	alice, bob, authority := pair(b, FullBits)
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			authority.public.field(BulkKey{n: 12345}, FullBits)
		}
	})
	field := authority.public.field(BulkKey{n: 12345}, FullBits)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := authority.escrowed(field); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			seal(b, alice, bob, "six")
		}
	})
	envelope := seal(b, alice, bob, "six")
	b.Run("message", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := bob.Open(envelope); err != nil {
				b.Fatal(err)
			}
		}
	})
}
