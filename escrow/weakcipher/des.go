package weakcipher

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"doormat/internal/des"
	"doormat/internal/keysearch"
)

// NewDES40Key draws a key of 40 bits. The argument says how many of them are random, 8 to 40, the last
// ones; the others are zero. 0 means all 40.
func NewDES40Key(bits int) (DES40Key, error) {
	key, err := draw(bits, 8, exportBits)
	return DES40Key{b: number40(key)}, err
}

// EncryptBlocks encrypts whole blocks in place, each by itself (ECB: a mode adds nothing to a
// search). The key of DES is 16 zero bits and the 40 secret ones. That is a choice: IBM's CDMF and
// the export suites of SSL 3.0 derived 40 bits by hashing, which costs a search a little more.
func (k DES40Key) EncryptBlocks(data []byte) error {
	if len(data)%des.BlockSize != 0 {
		return fmt.Errorf("weakcipher: expected blocks of %d bytes, found %d bytes", des.BlockSize, len(data))
	}
	var b [8]byte
	copy(b[3:], k.b[:])
	c := des.New(binary.BigEndian.Uint64(b[:]))
	for ; len(data) > 0; data = data[des.BlockSize:] {
		c.Encrypt(data, data)
	}
	return nil
}

// RecoverDES40 finds the key by trying all, given a block or more of plaintext and its ciphertext.
// With one block of 64 bits, one search in 2^24 returns a wrong key.
func RecoverDES40(ctx context.Context, plaintext, ciphertext []byte, o Options) (key DES40Key, w Work, err error) {
	bits, err := size(o.Bits, 8, exportBits)
	if err != nil {
		return key, w, err
	}
	if err := atLeast(des.BlockSize, plaintext); err != nil {
		return key, w, err
	}
	if len(plaintext) != len(ciphertext) || len(plaintext)%des.BlockSize != 0 {
		return key, w, fmt.Errorf("weakcipher: expected whole blocks of %d bytes on both sides, found %d and %d bytes", des.BlockSize, len(plaintext), len(ciphertext))
	}
	s := keysearch.Search{
		End:      1 << bits,
		NewTrial: func() keysearch.Trial { return des.NewSearch([8]byte(plaintext), [8]byte(ciphertext)).Trial },
		Accept:   func(key uint64) bool { return encrypts(number40(key), plaintext, ciphertext) },
	}
	hit, w, err := o.run(ctx, s, fmt.Sprintf("40-bit DES, %d bits, %x, %x", bits, plaintext, ciphertext))
	if err != nil {
		return key, w, err
	}
	return DES40Key{b: number40(hit)}, w, nil
}

// encrypts reports whether a key encrypts whole blocks to others.
func encrypts(key [5]byte, plaintext, ciphertext []byte) bool {
	out := bytes.Clone(plaintext)
	return DES40Key{b: key}.EncryptBlocks(out) == nil && bytes.Equal(out, ciphertext)
}

// LocateDES40 finds the places of several keys in one pass over all, given a block or more of plaintext
// and its ciphertext under each key. A place is as in Work, and 0 where no key fits.
func LocateDES40(ctx context.Context, plaintext []byte, ciphertexts [][]byte, o Options) (places []uint64, w Work, err error) {
	bits, err := size(o.Bits, 8, exportBits)
	if err != nil {
		return nil, w, err
	}
	if err := atLeast(des.BlockSize, plaintext); err != nil {
		return nil, w, err
	}
	if err := allAtLeast(des.BlockSize, ciphertexts); err != nil {
		return nil, w, err
	}
	var firsts [][des.BlockSize]byte
	for _, c := range ciphertexts {
		if len(plaintext) != len(c) || len(c)%des.BlockSize != 0 {
			return nil, w, fmt.Errorf("weakcipher: expected whole blocks of %d bytes on both sides, found %d and %d bytes", des.BlockSize, len(plaintext), len(c))
		}
		firsts = append(firsts, [des.BlockSize]byte(c))
	}
	s := keysearch.Search{
		End:      1 << bits,
		NewTrial: func() keysearch.Trial { return des.NewSearch([8]byte(plaintext), firsts...).Trial },
	}
	return o.locate(ctx, s, len(ciphertexts), fmt.Sprintf("40-bit DES, %d bits, %x, %x", bits, plaintext, ciphertexts), func(key uint64, i int) bool {
		return encrypts(number40(key), plaintext, ciphertexts[i])
	})
}
