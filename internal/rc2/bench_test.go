package rc2

import (
	"testing"
	"time"
)

// BenchmarkSearch reports keys per second on one core, and how much that is of what a loop does
// that makes a cipher for each key.
func BenchmarkSearch(b *testing.B) {
	const n = 1 << 16
	var sum uint64
	var lanes, plain time.Duration
	for b.Loop() {
		began := time.Now()
		for key := uint64(0); key < n; key += Lanes {
			for _, c := range Encrypt64(key, 0) {
				sum += c
			}
		}
		lanes += time.Since(began)
		began = time.Now()
		for key := range uint64(n) {
			sum -= encrypt(key, 0)
		}
		plain += time.Since(began)
	}
	if sum != 0 {
		b.Fatal("the two differ")
	}
	b.ReportMetric(float64(b.N)*n/lanes.Seconds(), "keys/s")
	b.ReportMetric(float64(plain)/float64(lanes), "x-of-plain-loop")
	b.ReportMetric(0, "ns/op")
}
