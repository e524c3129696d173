package clipper

import (
	"encoding/binary"
	"fmt"

	"doormat/internal/skipjack"
)

// ChecksumBits is the length of the checksum in a LEAF. One string of 128 bits in 65,536 has the
// right one.
const ChecksumBits = 16

// UnitID is a chip's serial number, 32 bits.
type UnitID uint32

// String returns eight hexadecimal digits.
func (u UnitID) String() string { return fmt.Sprintf("%08x", uint32(u)) }

// A LEAF is a law enforcement access field: [Fields], 16 bytes under the family key.
type LEAF [16]byte

// IV is the initialisation vector of a transmission, 8 bytes, drawn by the sending chip.
type IV [skipjack.BlockSize]byte

// A Header precedes the ciphertext of a transmission, in clear.
type Header struct {
	LEAF LEAF
	IV   IV
}

// HeaderSize is the length of a header, in bytes.
const HeaderSize = 16 + skipjack.BlockSize

// Bytes returns LEAF ‖ IV, 24 bytes.
func (h Header) Bytes() []byte { return append(h.LEAF[:], h.IV[:]...) }

// ParseHeader reads the 24 bytes that [Header.Bytes] returns. Any 24 bytes are a header.
func ParseHeader(b []byte) (Header, error) {
	if len(b) != HeaderSize {
		return Header{}, fmt.Errorf("clipper: expected a header of %d bytes, found %d", HeaderSize, len(b))
	}
	return Header{LEAF(b), IV(b[16:])}, nil
}

// Fields are the contents of a LEAF, decrypted under the family key:
//
//	byte  0         10      14 15
//	      [ E_KU(KS) |  unit | checksum ]
type Fields struct {
	Wrapped  [KeySize]byte // the session key, under the unit key
	Unit     UnitID
	Checksum uint16
}

// seal encrypts the two blocks of the fields in CBC forwards, then in CBC backwards, both times
// with an initialisation vector of zeros. Every bit of the LEAF depends on every bit of the fields,
// and vice versa:
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

// unseal decrypts a LEAF. It opens any 16 bytes, and the fields mean nothing until the checksum has
// been compared.
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

// checksum binds a LEAF to its transmission: it returns the first 16 bits of a CBC-MAC under the
// family key, of KS ‖ IV ‖ unit ‖ 0000. It does not cover the wrapped key. If it did, a chip could
// see that the wrapped key was changed, but still not whether it ever was KS.
func checksum(family *skipjack.Cipher, k SessionKey, iv IV, u UnitID) uint16 {
	return begin(family, k, iv).finish(u)
}

// A begun checksum has absorbed the session key and the IV, the first two blocks of the MAC, and
// lacks the unit. A session keeps it, since a forger tries some 65,536 LEAFs for one key and IV:
// each then takes one block of SKIPJACK for its checksum in place of three.
type begun struct {
	family *skipjack.Cipher
	iv     IV
	mac    [skipjack.BlockSize]byte // after two blocks
}

// begin absorbs the session key and the IV.
func begin(family *skipjack.Cipher, k SessionKey, iv IV) begun {
	var m [16]byte
	copy(m[:], k.k[:])
	copy(m[KeySize:], iv[:6])
	b := begun{family: family, iv: iv}
	family.Encrypt(b.mac[:], m[:])
	xor(b.mac[:], m[8:])
	family.Encrypt(b.mac[:], b.mac[:])
	return b
}

// finish absorbs the unit, the last block, and returns the checksum.
func (b begun) finish(u UnitID) uint16 {
	m := [skipjack.BlockSize]byte{b.iv[6], b.iv[7], byte(u >> 24), byte(u >> 16), byte(u >> 8), byte(u)}
	xor(m[:], b.mac[:])
	b.family.Encrypt(m[:], m[:])
	return binary.BigEndian.Uint16(m[:])
}

// fits reports whether the fields have the checksum of their unit.
func (b begun) fits(f Fields) bool { return f.Checksum == b.finish(f.Unit) }

// wrap encrypts the 80 bits of a key with a cipher for 64: the first eight bytes, then the last
// eight. Two such passes make each output byte depend on every input byte.
func wrap(unit *skipjack.Cipher, k SessionKey) [KeySize]byte {
	w := k.k
	for range 2 {
		unit.Encrypt(w[:8], w[:8])
		unit.Encrypt(w[2:], w[2:])
	}
	return w
}

func unwrap(unit *skipjack.Cipher, w [KeySize]byte) SessionKey {
	for range 2 {
		unit.Decrypt(w[2:], w[2:])
		unit.Decrypt(w[:8], w[:8])
	}
	return SessionKey{k: w}
}

// xor sets dst ⊕= src, over one block.
func xor(dst, src []byte) {
	x := binary.NativeEndian.Uint64(dst) ^ binary.NativeEndian.Uint64(src)
	binary.NativeEndian.PutUint64(dst, x)
}
