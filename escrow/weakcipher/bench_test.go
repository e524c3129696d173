package weakcipher

import (
	"bytes"
	"crypto/des"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"testing"
	"time"
)

// BenchmarkSearch reports keys per second on one core, and as a multiple of the loop that one would
// write first, with the standard library's cipher anew for each key. Those of TEA1 and GEA-1 are in
// their packages.
func BenchmarkSearch(b *testing.B) {
	b.Run("export RC4", func(b *testing.B) {
		m, want := material{}, [8]byte{1}
		measure(b, newExportTrial(m, want).try, func(key uint64) bool {
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
		})
	})
	b.Run("40-bit DES", func(b *testing.B) {
		plaintext, want := [8]byte{1}, [8]byte{2}
		measure(b, newDESTrial(plaintext, want).try, func(key uint64) bool {
			parity := parityKey(key)
			c, err := des.NewCipher(parity[:])
			if err != nil {
				b.Fatal(err)
			}
			out := make([]byte, 8)
			c.Encrypt(out, plaintext[:])
			return binary.BigEndian.Uint64(out) == binary.BigEndian.Uint64(want[:])
		})
	})
}

func measure(b *testing.B, try func(first uint64, n int, hits []uint64) []uint64, plain func(key uint64) bool) {
	const batch, few = 1 << 12, 1 << 8
	var fast, slow time.Duration
	for key := uint64(0); b.Loop(); key += batch {
		began := time.Now()
		try(key, batch, nil)
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
