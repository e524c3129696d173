package des

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The vector of FIPS 46 that every introduction to DES works through.
func TestVector(t *testing.T) {
	plaintext := [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	ciphertext := [8]byte{0x85, 0xe8, 0x13, 0x54, 0x0f, 0x0a, 0xb4, 0x05}
	const key uint64 = 0x12695bc9b7b7f8 // 133457799bbcdff1 without its parity bits
	if got := Plain(plaintext, ciphertext, key-1, 3, nil); !slices.Equal(got, []uint64{key}) {
		t.Errorf("plain: found %x, want %x", got, key)
	}
	if got := NewSearch(plaintext, ciphertext).Trial(key, 1, nil); !slices.Equal(got, []uint64{key}) {
		t.Errorf("found %x, want %x", got, key)
	}
}

// The sliced search finds what the plain one finds, for keys of all 56 bits and any run of keys.
func TestSearchAgainstPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(1977, 1))
	for range 50 {
		var plaintext, ciphertext [BlockSize]byte
		binary.BigEndian.PutUint64(plaintext[:], r.Uint64())
		key := r.Uint64() >> 8
		New(key).Encrypt(ciphertext[:], plaintext[:])
		var far, farther [BlockSize]byte // under keys that no run comes to
		New(key^1<<40).Encrypt(far[:], plaintext[:])
		New(key^3<<40).Encrypt(farther[:], plaintext[:])
		s, several := NewSearch(plaintext, ciphertext), NewSearch(plaintext, far, ciphertext, farther)
		for _, s := range []*Search{s, several} {
			s.Trial(r.Uint64()>>8&^63, 64, nil) // from any key to any other
		}
		first := key - min(key, r.Uint64N(100))
		for _, n := range []int{int(key - first), int(key-first) + 1, int(key-first) + 70} {
			got, want := s.Trial(first, n, nil), Plain(plaintext, ciphertext, first, n, nil)
			if !slices.Equal(got, want) || len(want) == 1 != (n > int(key-first)) {
				t.Fatalf("key %014x in %d from %x: found %x, want %x", key, n, first, got, want)
			}
			if got := several.Trial(first, n, nil); !slices.Equal(got, want) {
				t.Fatalf("key %014x in %d from %x, of three: found %x, want %x", key, n, first, got, want)
			}
		}
	}
}

// BenchmarkSearch reports keys per second on one core, and as a multiple of the plain search.
func BenchmarkSearch(b *testing.B) {
	const batch, few = 1 << 12, 1 << 8
	plaintext, ciphertext := [BlockSize]byte{1}, [BlockSize]byte{2}
	var eight [8][BlockSize]byte
	for i := range eight {
		eight[i][0] = byte(2 + i)
	}
	s, s8 := NewSearch(plaintext, ciphertext), NewSearch(plaintext, eight[:]...)
	var fast, fast8, slow time.Duration
	for key := uint64(0); b.Loop(); key += batch {
		began := time.Now()
		s.Trial(key, batch, nil)
		fast += time.Since(began)
		began = time.Now()
		s8.Trial(key, batch, nil)
		fast8 += time.Since(began)
		began = time.Now()
		Plain(plaintext, ciphertext, key, few, nil)
		slow += time.Since(began)
	}
	rate := batch * float64(b.N) / fast.Seconds()
	b.ReportMetric(rate, "keys/s/core")
	b.ReportMetric(rate/(few*float64(b.N)/slow.Seconds()), "x-of-plain-loop")
	b.ReportMetric(fast.Seconds()/fast8.Seconds(), "of-it-with-8-ciphertexts")
	b.ReportMetric(0, "ns/op")
}
