package rc2

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var _ cipher.Block = (*Cipher)(nil)

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// vectors are those of RFC 2268, Section 5.
var vectors = []struct {
	key               string
	effectiveBits     int
	plain, ciphertext string
}{
	{"0000000000000000", 63, "0000000000000000", "ebb773f993278eff"},
	{"ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"},
	{"3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"},
	{"88", 64, "0000000000000000", "61a8a244adacccf0"},
	{"88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"},
	{"88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"},
	{"88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"},
	{"88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e", 129, "0000000000000000", "5b78d3a43dfff1f1"},
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		c, err := NewCipher(unhex(t, v.key), v.effectiveBits)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, BlockSize)
		if c.Encrypt(got, unhex(t, v.plain)); hex.EncodeToString(got) != v.ciphertext {
			t.Errorf("key %s, %d bits: encrypts to %x, want %s", v.key, v.effectiveBits, got, v.ciphertext)
		}
		if c.Decrypt(got, unhex(t, v.ciphertext)); hex.EncodeToString(got) != v.plain {
			t.Errorf("key %s, %d bits: decrypts to %x, want %s", v.key, v.effectiveBits, got, v.plain)
		}
	}
}

func TestTableIsAPermutation(t *testing.T) {
	var seen [256]bool
	for i, v := range pi {
		if seen[v] {
			t.Errorf("%#x stands twice in the table, again at %d", v, i)
		}
		seen[v] = true
	}
}

// Encrypt64 is NewCipher and Encrypt.
func TestLanes(t *testing.T) {
	for _, v := range vectors[1:3] { // those with a key of 8 bytes and 64 effective bits
		key, plain := binary.BigEndian.Uint64(unhex(t, v.key)), binary.BigEndian.Uint64(unhex(t, v.plain))
		for lane := range uint64(Lanes) {
			if got := fmt.Sprintf("%016x", Encrypt64(key-lane, plain)[lane]); got != v.ciphertext {
				t.Errorf("key %s in lane %d: %s, want %s", v.key, lane, got, v.ciphertext)
			}
		}
	}
	rng := rand.New(rand.NewPCG(2, 2268))
	for range 2000 {
		first, block := rng.Uint64(), rng.Uint64()
		for lane, got := range Encrypt64(first, block) {
			if want := encrypt(first+uint64(lane), block); got != want {
				t.Fatalf("key %x, block %x: %x, want %x", first+uint64(lane), block, got, want)
			}
		}
	}
}

func encrypt(key, block uint64) uint64 {
	var in [8]byte
	c, err := NewCipher(binary.BigEndian.AppendUint64(nil, key), 64)
	if err != nil {
		panic(err)
	}
	binary.BigEndian.PutUint64(in[:], block)
	c.Encrypt(in[:], in[:])
	return binary.BigEndian.Uint64(in[:])
}

func TestRoundTrip(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{2})
	for size := 1; size <= MaxKeySize; size++ {
		for _, effective := range []int{1, 7, 8, 40, 63, 64, 8 * size, 1024} {
			key, plain, got := make([]byte, size), make([]byte, BlockSize), make([]byte, BlockSize)
			rng.Read(key)
			rng.Read(plain)
			c, err := NewCipher(key, effective)
			if err != nil {
				t.Fatal(err)
			}
			c.Encrypt(got, plain)
			if bytes.Equal(got, plain) {
				t.Errorf("key %x, %d bits: the block stays as it was", key, effective)
			}
			if c.Decrypt(got, got); !bytes.Equal(got, plain) {
				t.Errorf("key %x, %d bits: %x became %x", key, effective, plain, got)
			}
		}
	}
}

// A key of 8 effective bits is one of 256, however long it is.
func TestEffectiveBits(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{3})
	seen := map[Cipher]bool{}
	for range 10_000 {
		key := make([]byte, 16)
		rng.Read(key)
		c, err := NewCipher(key, 8)
		if err != nil {
			t.Fatal(err)
		}
		seen[*c] = true
	}
	if len(seen) != 256 {
		t.Errorf("there are %d keys of 8 bits", len(seen))
	}
}

func TestMisuse(t *testing.T) {
	for _, c := range []struct {
		size, effective int
		want            string
	}{
		{0, 64, "bytes, found 0"}, {129, 64, "bytes, found 129"}, {8, 0, "bits, found 0"}, {8, -1, "bits, found -1"}, {8, 1025, "bits, found 1025"},
	} {
		if _, err := NewCipher(make([]byte, c.size), c.effective); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d bytes, %d bits: %v", c.size, c.effective, err)
		}
	}
}

func TestKeyIsNotPrinted(t *testing.T) {
	c, err := NewCipher([]byte("a secret"), 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d"} {
		if got := fmt.Sprintf(verb, c) + fmt.Sprintf(verb, *c); got != "rc2.Cipher(hidden)rc2.Cipher(hidden)" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

// FuzzRC2 holds the two implementations against each other, and decryption against encryption.
func FuzzRC2(f *testing.F) {
	f.Add([]byte{0x88}, 64, uint64(0))
	f.Add(make([]byte, 8), 63, uint64(1))
	f.Add(make([]byte, 128), 1024, uint64(1<<64-1))
	f.Fuzz(func(t *testing.T, key []byte, effective int, block uint64) {
		c, err := NewCipher(key, effective)
		if err != nil {
			return
		}
		plain := binary.BigEndian.AppendUint64(nil, block)
		got := make([]byte, BlockSize)
		c.Encrypt(got, plain)
		if len(key) == 8 && effective == 64 {
			if lanes := Encrypt64(binary.BigEndian.Uint64(key), block); lanes[0] != binary.BigEndian.Uint64(got) {
				t.Fatalf("%x, want %x", lanes[0], got)
			}
		}
		if c.Decrypt(got, got); !bytes.Equal(got, plain) {
			t.Fatalf("%x became %x", plain, got)
		}
	})
}
