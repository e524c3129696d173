package skipjack

import (
	"crypto/cipher"
	"crypto/des"
	"testing"

	"doormat/internal/testing/ratio"
)

// bulk is the number of bytes that a round encrypts.
const bulk = 1 << 14

// compare times two on the same bytes, and reports how many times as fast as theirs ours is, and
// how long a block takes.
func compare(b *testing.B, unit string, ours, theirs func(data []byte)) {
	data := make([]byte, bulk)
	all := ratio.Speed(b, unit, func() { ours(data) }, func() { theirs(data) })
	b.ReportMetric(float64(all.Nanoseconds())/(bulk/BlockSize), "ns/block")
	b.ReportMetric(0, "ns/op")
}

// chained encrypts each block into the next one's place, so that none can begin before the one
// before it is done, as in CBC and OFB.
func chained(c cipher.Block) func(data []byte) {
	return func(data []byte) {
		for i := BlockSize; i < len(data); i += BlockSize {
			c.Encrypt(data[i:], data[i-BlockSize:])
		}
	}
}

// One block after the other, beside DES, the other cipher of its time with blocks of 64 bits.
// Each of the 128 look-ups of a block waits for the one before it, 5 to 6 cycles: that is the whole time, and
// no other order of the steps makes it less.
func BenchmarkEncrypt(b *testing.B) {
	d, err := des.NewCipher(make([]byte, des.BlockSize))
	if err != nil {
		b.Fatal(err)
	}
	compare(b, "x-of-des", chained(New([KeySize]byte{})), chained(d))
}

// Blocks that do not depend on each other, beside the same blocks one by one.
func BenchmarkEncryptBlocks(b *testing.B) {
	c := New([KeySize]byte{})
	compare(b, "x-of-single", func(data []byte) { c.EncryptBlocks(data, data) }, func(data []byte) {
		for i := 0; i < len(data); i += BlockSize {
			c.Encrypt(data[i:], data[i:])
		}
	})
}

func BenchmarkDecryptBlocks(b *testing.B) {
	c := New([KeySize]byte{})
	compare(b, "x-of-single", func(data []byte) { c.DecryptBlocks(data, data) }, func(data []byte) {
		for i := 0; i < len(data); i += BlockSize {
			c.Decrypt(data[i:], data[i:])
		}
	})
}

// A key (for a "block" read: a key), beside a block.
func BenchmarkNew(b *testing.B) {
	const n = bulk / BlockSize
	c := New([KeySize]byte{})
	compare(b, "keys-for-a-block", func([]byte) {
		for i := range n {
			New([KeySize]byte{byte(i), byte(i >> 8)})
		}
	}, chained(c))
}
