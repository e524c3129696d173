package clipper

import (
	"encoding/binary"
	"fmt"

	"doormat/internal/skipjack"
)

// ChecksumBits is the length of the checksum in a LEAF: one string of 128 bits in 65,536 fits.
const ChecksumBits = 16

// UnitID is a chip's serial number.
type UnitID uint32

// String returns eight hexadecimal digits.
func (u UnitID) String() string { return fmt.Sprintf("%08x", uint32(u)) }

// A LEAF is a law enforcement access field: [Fields], under the family key.
type LEAF [16]byte

// IV is the initialisation vector of a transmission. The sending chip draws it.
type IV [skipjack.BlockSize]byte

// A Header goes before the ciphertext, in clear.
type Header struct {
	LEAF LEAF
	IV   IV
}

// HeaderSize is the length of a header, in bytes.
const HeaderSize = 16 + skipjack.BlockSize

// Bytes returns LEAF ‖ IV, 24 bytes.
func (h Header) Bytes() []byte { return append(h.LEAF[:], h.IV[:]...) }

// ParseHeader reads what [Header.Bytes] returns.
func ParseHeader(b []byte) (Header, error) {
	if len(b) != HeaderSize {
		return Header{}, fmt.Errorf("clipper: expected a header of %d bytes, found %d", HeaderSize, len(b))
	}
	return Header{LEAF(b), IV(b[16:])}, nil
}

// Fields are what stands in a LEAF, once the family key is taken off:
//
//	byte  0         10      14 15
//	      [ E_KU(KS) |  unit | checksum ]
type Fields struct {
	Wrapped  [KeySize]byte // the session key, under the unit key
	Unit     UnitID
	Checksum uint16
}

// seal is CBC forwards, then CBC backwards, both with an initialisation vector of zeros, so that
// every bit of the LEAF hangs on every bit of the fields, and the other way round:
//
//	A1 = E(P1)        A2 = E(P2 ⊕ A1)
//	C2 = E(A2)        C1 = E(A1 ⊕ C2)
func (f Fields) seal(family *skipjack.Cipher) (l LEAF) {
	copy(l[:10], f.Wrapped[:])
	binary.BigEndian.PutUint32(l[10:], uint32(f.Unit))
	binary.BigEndian.PutUint16(l[14:], f.Checksum)
	first, second := l[:8], l[8:]
	family.Encrypt(first, first)
	xor(second, first)
	family.Encrypt(second, second)
	family.Encrypt(second, second)
	xor(first, second)
	family.Encrypt(first, first)
	return l
}

// unseal opens any 16 bytes: what comes out means nothing before the checksum is compared.
func (l LEAF) unseal(family *skipjack.Cipher) Fields {
	first, second := l[:8], l[8:]
	sealed := l
	family.DecryptBlocks(l[:], l[:])
	xor(first, sealed[8:])
	chain := l
	family.DecryptBlocks(l[:], l[:])
	xor(second, chain[:8])
	return Fields{
		Wrapped:  [KeySize]byte(l[:10]),
		Unit:     UnitID(binary.BigEndian.Uint32(l[10:])),
		Checksum: binary.BigEndian.Uint16(l[14:]),
	}
}

// checksum is what ties a LEAF to its transmission: the first 16 bits of a CBC-MAC under the
// family key, of KS ‖ IV ‖ unit ‖ 0000. It does not cover the wrapped key. If it did, a chip would see
// that the wrapped key has been changed, and still not whether KS was ever in it.
func checksum(family *skipjack.Cipher, k SessionKey, iv IV, u UnitID) uint16 {
	return begin(family, k, iv).finish(u)
}

// A begun checksum has the session key and the IV in it, and waits for the unit.
type begun struct {
	family *skipjack.Cipher
	iv     IV
	mac    [skipjack.BlockSize]byte // after two blocks
}

func begin(family *skipjack.Cipher, k SessionKey, iv IV) begun {
	var m [16]byte
	copy(m[:], k[:])
	copy(m[KeySize:], iv[:6])
	b := begun{family: family, iv: iv}
	family.Encrypt(b.mac[:], m[:])
	xor(b.mac[:], m[8:])
	family.Encrypt(b.mac[:], b.mac[:])
	return b
}

func (b begun) finish(u UnitID) uint16 {
	m := [skipjack.BlockSize]byte{b.iv[6], b.iv[7], byte(u >> 24), byte(u >> 16), byte(u >> 8), byte(u)}
	xor(m[:], b.mac[:])
	b.family.Encrypt(m[:], m[:])
	return binary.BigEndian.Uint16(m[:])
}

// fits reports whether it is the checksum of these fields.
func (b begun) fits(f Fields) bool { return f.Checksum == b.finish(f.Unit) }

// wrap encrypts the 80 bits of a key with a cipher for 64: the first eight bytes, then the last
// eight, and all once more, so that each byte hangs on each.
func wrap(unit *skipjack.Cipher, k SessionKey) [KeySize]byte {
	for range 2 {
		unit.Encrypt(k[:8], k[:8])
		unit.Encrypt(k[2:], k[2:])
	}
	return k
}

func unwrap(unit *skipjack.Cipher, k [KeySize]byte) SessionKey {
	for range 2 {
		unit.Decrypt(k[2:], k[2:])
		unit.Decrypt(k[:8], k[:8])
	}
	return k
}

// xor is dst ⊕= src, over one block.
func xor(dst, src []byte) {
	x := binary.NativeEndian.Uint64(dst) ^ binary.NativeEndian.Uint64(src)
	binary.NativeEndian.PutUint64(dst, x)
}
