package workfactor

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"doormat/internal/secret"
)

// What holds a secret embeds one of these, and prints its name and no secret.
type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// BulkKey is the key of one message's body, a number of 24 + Bits bits. The upper 24 of these are
// escrowed.
type BulkKey struct {
	hidden[BulkKey]
	n uint64
}

func newBulkKey(bits int) BulkKey {
	var b [8]byte
	rand.Read(b[:])
	return BulkKey{n: binary.BigEndian.Uint64(b[:]) >> (64 - EscrowedBits - bits)}
}

// Bytes returns the key in 8 bytes, big-endian, in clear.
func (k BulkKey) Bytes() []byte { return binary.BigEndian.AppendUint64(nil, k.n) }

// ModulusBits is the length of the authority's key.
const ModulusBits = 760

// FieldSize is the length of a field and of a modulus, in bytes.
const FieldSize = ModulusBits / 8

// padSize is the length of the pad: a field without the mark 00 02 and the escrowed bits.
const padSize = FieldSize - 2 - EscrowedBits/8

var exponent = big.NewInt(3)

// PublicKey is an authority's RSA key of 760 bits, with the exponent 3.
type PublicKey struct{ n *big.Int }

// ParsePublicKey reads a modulus, 95 bytes, big-endian.
func ParsePublicKey(modulus []byte) (*PublicKey, error) {
	if len(modulus) != FieldSize {
		return nil, fmt.Errorf("workfactor: expected an authority's public key of %d bytes, found %d", FieldSize, len(modulus))
	}
	n := new(big.Int).SetBytes(modulus)
	if n.BitLen() != ModulusBits || n.Bit(0) == 0 {
		return nil, fmt.Errorf("workfactor: expected an odd number of %d bits for an authority's public key, found another", ModulusBits)
	}
	return &PublicKey{n}, nil
}

// Bytes returns the modulus, 95 bytes, big-endian.
func (p *PublicKey) Bytes() []byte { return p.n.FillBytes(make([]byte, FieldSize)) }

// field returns
//
//	(00 02 ‖ pad ‖ K >> bits)^3 mod n,  pad = HKDF-SHA-256(K)
//
// It depends on nothing but K, so that a receiver, who has K, can make it again.
func (p *PublicKey) field(k BulkKey, bits int) []byte {
	m := new(big.Int).SetBytes(fieldBlock(k, bits))
	return m.Exp(m, exponent, p.n).FillBytes(make([]byte, FieldSize))
}

// fieldBlock returns the block that the field encrypts.
func fieldBlock(k BulkKey, bits int) []byte {
	block := append([]byte{0, 2}, pad(k)...)
	escrowed := uint32(k.n >> bits)
	return append(block, byte(escrowed>>16), byte(escrowed>>8), byte(escrowed))
}

// pad returns 90 bytes that depend on every bit of K. If they depended on the escrowed bits only,
// anyone could find these by trying 2^24 values.
func pad(k BulkKey) []byte {
	out, err := hkdf.Key(sha256.New, k.Bytes(), nil, "doormat 1 workfactor padding", padSize)
	if err != nil {
		panic("workfactor: internal error: " + err.Error())
	}
	return out
}

var errMark = errors.New("expected 00 02 at the beginning of the opened field, found other bytes: it was not made for this authority")

// OpenField decrypts a field. The block is 00 02, the pad, and 24 bits of K. OpenField checks the
// mark 00 02 only, since without the rest of K it cannot check the pad.
func (a *Authority) OpenField(field []byte) (block []byte, err error) {
	block, err = a.openField(field)
	return block, prefix(err)
}

func (a *Authority) openField(field []byte) ([]byte, error) {
	if len(field) != FieldSize {
		return nil, fmt.Errorf("expected a field of %d bytes, found %d", FieldSize, len(field))
	}
	c := new(big.Int).SetBytes(field)
	if c.Cmp(a.public.n) >= 0 {
		return nil, errMark
	}
	block := c.Exp(c, a.d, a.public.n).FillBytes(make([]byte, FieldSize))
	if block[0] != 0 || block[1] != 2 {
		return nil, errMark
	}
	return block, nil
}

// escrowed returns the 24 bits of K in a field.
func (a *Authority) escrowed(field []byte) (uint64, error) {
	block, err := a.openField(field)
	if err != nil {
		return 0, err
	}
	low := block[2+padSize:]
	return uint64(low[0])<<16 | uint64(low[1])<<8 | uint64(low[2]), nil
}
