package clipper

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"math/rand/v2"
	"testing"

	"doormat/internal/skipjack"
)

// The code and the reference, which is built of crypto/cipher's CBC, make the same LEAFs.
func TestLEAFAgainstReference(t *testing.T) {
	r := rand.NewChaCha8([32]byte{1})
	for range 500 {
		var family FamilyKey
		var k SessionKey
		var iv IV
		var f Fields
		for _, b := range [][]byte{family.k[:], k.k[:], iv[:], f.Wrapped[:]} {
			r.Read(b)
		}
		f.Unit, f.Checksum = UnitID(r.Uint64()), uint16(r.Uint64())
		c := family.cipher()
		got, want := f.seal(c), referenceLEAF(family, f.Wrapped, f.Unit, f.Checksum)
		if got != want {
			t.Fatalf("fields %+v: LEAF %x, want %x", f, got, want)
		}
		if back := family.RecoverFields(got); back != f {
			t.Fatalf("LEAF %x: %+v, want %+v", got, back, f)
		}
		if got, want := checksum(c, k, iv, f.Unit), referenceChecksum(family, k, iv, f.Unit); got != want {
			t.Fatalf("checksum %04x, want %04x", got, want)
		}
	}
}

// The reconstruction stays what it is: recorded transmissions are read for ever.
func TestKeptLEAF(t *testing.T) {
	family, unit := FamilyKey{k: [10]byte([]byte("familykey!"))}, UnitKey{k: [10]byte([]byte("unit key 1"))}
	k, iv := SessionKey{k: [10]byte([]byte("session k."))}, IV([]byte("iv of 64"))
	const id = 0x00c0ffee
	f := Fields{wrap(unit.cipher(), k), id, checksum(family.cipher(), k, iv, id)}
	const wantPlain, wantLEAF = "95b0a1d5a3576213eac200c0ffee2d78", "ee265405b2c6baedfdf8f4197ab21e1a"
	plain := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(f.Wrapped[:], id), f.Checksum)
	if got := hex.EncodeToString(plain); got != wantPlain {
		t.Errorf("fields %s, want %s", got, wantPlain)
	}
	l := f.seal(family.cipher())
	if got := hex.EncodeToString(l[:]); got != wantLEAF {
		t.Errorf("LEAF %s, want %s", got, wantLEAF)
	}
}

// Each bit of the fields depends on each bit of the LEAF, and vice versa: over many keys, a
// flip changes each bit on the other side about half of the time.
func TestDiffusion(t *testing.T) {
	keys := 400
	if testing.Short() {
		keys = 150
	}
	r := rand.NewChaCha8([32]byte{2})
	bytesOf := func(f Fields) LEAF {
		b := binary.BigEndian.AppendUint32(f.Wrapped[:], uint32(f.Unit))
		return LEAF(binary.BigEndian.AppendUint16(b, f.Checksum))
	}
	fieldsOf := func(b LEAF) Fields {
		return Fields{[KeySize]byte(b[:10]), UnitID(binary.BigEndian.Uint32(b[10:])), binary.BigEndian.Uint16(b[14:])}
	}
	for name, f := range map[string]func(c *skipjack.Cipher, x LEAF) LEAF{
		"seal":   func(c *skipjack.Cipher, x LEAF) LEAF { return fieldsOf(x).seal(c) },
		"unseal": func(c *skipjack.Cipher, x LEAF) LEAF { return bytesOf(x.unseal(c)) },
	} {
		var changed [128][128]int // by input bit, by output bit
		for range keys {
			var family FamilyKey
			var x LEAF
			r.Read(family.k[:])
			r.Read(x[:])
			c := family.cipher()
			y := f(c, x)
			for i := range 128 {
				flipped := x
				flipped[i/8] ^= 0x80 >> (i % 8)
				z := f(c, flipped)
				for j := range 128 {
					if (y[j/8]^z[j/8])&(0x80>>(j%8)) != 0 {
						changed[i][j]++
					}
				}
			}
		}
		for i := range changed {
			for j, n := range changed[i] {
				if n < keys/4 || n > keys*3/4 { // ten standard deviations; six with -short
					t.Fatalf("%s: bit %d changes bit %d in %d of %d", name, i, j, n, keys)
				}
			}
		}
	}
}

// The same of the two overlapping blocks.
func TestWrap(t *testing.T) {
	r := rand.NewChaCha8([32]byte{3})
	const keys = 400
	var changed [KeySize][KeySize]int // by byte
	for range keys {
		var u UnitKey
		var k SessionKey
		r.Read(u.k[:])
		r.Read(k.k[:])
		c := u.cipher()
		w := wrap(c, k)
		if back := unwrap(c, w); back != k {
			t.Fatalf("%x is unwrapped as %x", k.k, back.k)
		}
		for i := range k.k {
			flipped := k
			flipped.k[i] ^= 1
			for j, x := range wrap(c, flipped) {
				changed[i][j] += bits.OnesCount8(x ^ w[j])
			}
		}
	}
	for i := range changed {
		for j, n := range changed[i] {
			if n < keys*3 || n > keys*5 { // four bits of eight, on average
				t.Errorf("byte %d changes %d bits of byte %d in %d", i, n, j, keys)
			}
		}
	}
}

func TestParseHeader(t *testing.T) {
	h := Header{LEAF([]byte("sixteen bytes...")), IV([]byte("eight..."))}
	b := h.Bytes()
	if got, err := ParseHeader(b); err != nil || got != h || len(b) != HeaderSize {
		t.Errorf("%x is read as %v, %v", b, got, err)
	}
	for n := range len(b) {
		if got, err := ParseHeader(b[:n]); err == nil || got != (Header{}) {
			t.Errorf("%d bytes are a header", n)
		}
	}
	if _, err := ParseHeader(append(b, 0)); err == nil || err.Error() != "clipper: expected a header of 24 bytes, found 25" {
		t.Errorf("a trailing byte: %v", err)
	}
}

// The modes are those of crypto/cipher; its OFB would be the CBC of zeros, and ours is.
func TestModes(t *testing.T) {
	r := rand.NewChaCha8([32]byte{4})
	for n := range 12 {
		var k SessionKey
		var iv IV
		text := make([]byte, 8*n)
		for _, b := range [][]byte{k.k[:], iv[:], text} {
			r.Read(b)
		}
		c := k.cipher()
		want := map[Mode][]byte{ECB: nil, CBC: make([]byte, 8*n), OFB: make([]byte, 8*n)}
		for i := range n {
			want[ECB] = append(want[ECB], make([]byte, 8)...)
			c.Encrypt(want[ECB][8*i:], text[8*i:])
		}
		cipher.NewCBCEncrypter(c, iv[:]).CryptBlocks(want[CBC], text)
		cipher.NewCBCEncrypter(c, iv[:]).CryptBlocks(want[OFB], want[OFB])
		for i := range text {
			want[OFB][i] ^= text[i]
		}
		for m, want := range want {
			got, err := (&stream{c, iv}).encrypt(m, text)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v of %d blocks: %x, %v; want %x", m, n, got, err, want)
			}
			if back, err := k.Decrypt(m, iv, want); err != nil || !bytes.Equal(back, text) {
				t.Errorf("%v of %d blocks back: %x, %v; want %x", m, n, back, err, text)
			}
			// In two calls as in one.
			s, half := &stream{c, iv}, n/2*8
			one, _ := s.encrypt(m, text[:half])
			two, _ := s.encrypt(m, text[half:])
			if got := append(one, two...); !bytes.Equal(got, want) {
				t.Errorf("%v in two calls: %x, want %x", m, got, want)
			}
			s = &stream{c, iv}
			one, _ = s.decrypt(m, want[:half])
			two, _ = s.decrypt(m, want[half:])
			if got := append(one, two...); !bytes.Equal(got, text) {
				t.Errorf("%v back in two calls: %x, want %x", m, got, text)
			}
		}
	}
}
