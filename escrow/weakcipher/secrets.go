package weakcipher

import (
	"encoding/binary"
	"fmt"

	"doormat/internal/secret"
)

// hidden makes a secret print its type's name and no more.
type hidden[T any] = secret.Hidden[T]

type (
	// ExportSecret is the secret part of an export RC4 key: 40 bits of its 128.
	ExportSecret struct {
		hidden[ExportSecret]
		b [5]byte
	}
	// DES40Key is the secret part of an export DES key: 40 bits of its 56.
	DES40Key struct {
		hidden[DES40Key]
		b [5]byte
	}
	// TEA1Key is the key that a radio is given: 80 bits.
	TEA1Key struct {
		hidden[TEA1Key]
		b [10]byte
	}
	// TEA1Register is what TEA1 makes of its key, and all that it uses of it: 32 bits.
	TEA1Register struct {
		hidden[TEA1Register]
		b [4]byte
	}
	// GEA1Key is the key that a SIM and its network agree on: 64 bits.
	GEA1Key struct {
		hidden[GEA1Key]
		b [8]byte
	}
)

// Bytes returns the secret, 5 bytes, in clear.
func (k ExportSecret) Bytes() []byte { return k.b[:] }

// Bytes returns the secret, 5 bytes, in clear.
func (k DES40Key) Bytes() []byte { return k.b[:] }

// Bytes returns the key, 10 bytes, in clear.
func (k TEA1Key) Bytes() []byte { return k.b[:] }

// Bytes returns the register, 4 bytes, big-endian, in clear.
func (r TEA1Register) Bytes() []byte { return r.b[:] }

// Bytes returns the key, 8 bytes, in clear.
func (k GEA1Key) Bytes() []byte { return k.b[:] }

// ParseExportSecret reads a secret of 5 bytes. Any other length is an error.
func ParseExportSecret(b []byte) (k ExportSecret, err error) {
	err = fill(k.b[:], b, "an export secret")
	return k, err
}

// ParseDES40Key reads a secret of 5 bytes. Any other length is an error.
func ParseDES40Key(b []byte) (k DES40Key, err error) {
	err = fill(k.b[:], b, "a DES key")
	return k, err
}

// ParseTEA1Key reads a key of 10 bytes. Any other length is an error.
func ParseTEA1Key(b []byte) (k TEA1Key, err error) {
	err = fill(k.b[:], b, "a TEA1 key")
	return k, err
}

// ParseTEA1Register reads a register of 4 bytes, big-endian. Any other length is an error.
func ParseTEA1Register(b []byte) (r TEA1Register, err error) {
	err = fill(r.b[:], b, "a TEA1 register")
	return r, err
}

// ParseGEA1Key reads a key of 8 bytes. Any other length is an error.
func ParseGEA1Key(b []byte) (k GEA1Key, err error) {
	err = fill(k.b[:], b, "a GEA-1 key")
	return k, err
}

func fill(dst, b []byte, what string) error {
	if len(b) != len(dst) {
		return fmt.Errorf("weakcipher: expected %s of %d bytes, found %d", what, len(dst), len(b))
	}
	copy(dst, b)
	return nil
}

func newTEA1Register(r uint32) (out TEA1Register) {
	binary.BigEndian.PutUint32(out.b[:], r)
	return out
}

func (r TEA1Register) number() uint32 { return binary.BigEndian.Uint32(r.b[:]) }
