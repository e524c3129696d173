package workfactor

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
)

// BulkKey is the key of one message's body, a number of at most 64 bits. The upper 24 of its
// 24 + Bits bits are the escrowed ones.
type BulkKey uint64

// Format implements [fmt.Formatter]: no verb prints the key.
func (BulkKey) Format(f fmt.State, _ rune) { io.WriteString(f, "workfactor.BulkKey(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (k BulkKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k BulkKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }

func newBulkKey(bits int) BulkKey {
	var b [8]byte
	rand.Read(b[:])
	return BulkKey(binary.BigEndian.Uint64(b[:]) >> (64 - EscrowedBits - bits))
}

func (k BulkKey) bytes() []byte { return binary.BigEndian.AppendUint64(nil, uint64(k)) }

// ModulusBits is the length of the authority's key.
const ModulusBits = 760

// FieldSize is the length of a field, in bytes.
const FieldSize = ModulusBits / 8

// padSize is what the mark 00 02 and the escrowed bits leave.
const padSize = FieldSize - 2 - EscrowedBits/8

var exponent = big.NewInt(3)

// PublicKey is an authority's RSA key of 760 bits, with the exponent 3.
type PublicKey struct{ n *big.Int }

// ParsePublicKey reads a modulus, 95 bytes, big-endian.
func ParsePublicKey(modulus []byte) (*PublicKey, error) {
	if len(modulus) != FieldSize {
		return nil, fmt.Errorf("workfactor: an authority's public key has %d bytes, this one %d", FieldSize, len(modulus))
	}
	n := new(big.Int).SetBytes(modulus)
	if n.BitLen() != ModulusBits || n.Bit(0) == 0 {
		return nil, fmt.Errorf("workfactor: an authority's public key is an odd number of %d bits", ModulusBits)
	}
	return &PublicKey{n}, nil
}

// Bytes returns the modulus, 95 bytes, big-endian.
func (p *PublicKey) Bytes() []byte { return p.n.FillBytes(make([]byte, FieldSize)) }

// field is
//
//	(00 02 ‖ pad ‖ K >> bits)^3 mod n,  pad = HKDF-SHA-256(K)
//
// the whole of it a function of K, so that whoever has K can make it again.
func (p *PublicKey) field(k BulkKey, bits int) []byte {
	m := new(big.Int).SetBytes(fieldBlock(k, bits))
	return m.Exp(m, exponent, p.n).FillBytes(make([]byte, FieldSize))
}

// fieldBlock is what the field encrypts.
func fieldBlock(k BulkKey, bits int) []byte {
	block := append([]byte{0, 2}, pad(k)...)
	escrowed := uint32(k >> bits)
	return append(block, byte(escrowed>>16), byte(escrowed>>8), byte(escrowed))
}

// pad depends on every bit of K. If it depended on the escrowed ones only, all the world could try
// their 2^24 values.
func pad(k BulkKey) []byte {
	out, err := hkdf.Key(sha256.New, k.bytes(), nil, "doormat 1 workfactor padding", padSize)
	if err != nil {
		panic("workfactor: internal error: " + err.Error())
	}
	return out
}

var (
	errFieldSize = errors.New("the field was cut")
	errMark      = errors.New("the field does not open with this authority's key: expected 00 02 at its beginning")
)

// OpenField decrypts a field: 00 02, the pad, 24 bits of K. It does not see whether the pad is K's,
// since it has not the rest of K.
func (a *Authority) OpenField(field []byte) (block []byte, err error) {
	block, err = a.openField(field)
	return block, prefix(err)
}

func (a *Authority) openField(field []byte) ([]byte, error) {
	if len(field) != FieldSize {
		return nil, fmt.Errorf("%w: expected %d bytes, found %d", errFieldSize, FieldSize, len(field))
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
