package weakcipher

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"testing"
	"time"
)

// BenchmarkSearch reports export RC4's keys per second on one core, and as a multiple of the loop that
// one would write first, with the standard library's cipher anew for each key. The other ciphers are
// measured in internal/des, internal/tea1 and internal/gea1.
func BenchmarkSearch(b *testing.B) {
	const batch, few = 1 << 12, 1 << 8
	m, want := material{}, [8]byte{1}
	plain := func(key uint64) bool {
		secret := number40(key)
		copy(m[secretAt:], secret[:])
		rc4Key := md5.Sum(m[:])
		c, err := rc4.NewCipher(rc4Key[:])
		if err != nil {
			b.Fatal(err)
		}
		out := make([]byte, 8)
		c.XORKeyStream(out, out)
		return bytes.Equal(out, want[:])
	}
	trial := newExportTrial(m, want)
	var fast, slow time.Duration
	for key := uint64(0); b.Loop(); key += batch {
		began := time.Now()
		trial.try(key, batch, nil)
		fast += time.Since(began)
		began = time.Now()
		for i := range uint64(few) {
			plain(key + i)
		}
		slow += time.Since(began)
	}
	rate := batch * float64(b.N) / fast.Seconds()
	b.ReportMetric(rate, "keys/s/core")
	b.ReportMetric(rate/(few*float64(b.N)/slow.Seconds()), "x-of-plain-loop")
	b.ReportMetric(0, "ns/op")
}
