package weakcipher

import (
	"bytes"
	"context"
	"crypto/des"
	"encoding/binary"
	"fmt"

	"doormat/internal/keysearch"
)

// NewDES40Key draws a key of which only the last bits bits are not zero: 40 at full size.
func NewDES40Key(bits int) (DES40Key, error) {
	key, err := draw(bits, 8, exportBits)
	return DES40Key(number40(key)), err
}

// EncryptBlocks encrypts whole blocks in place, one by one (ECB: a mode adds nothing to a search).
// The key of DES is 16 bits of zero and the 40 that are secret. It is a choice: IBM's CDMF and the
// export suites of SSL 3.0 came to 40 bits by hashing, which costs a search a little more.
func (k DES40Key) EncryptBlocks(data []byte) error {
	if len(data)%des.BlockSize != 0 {
		return fmt.Errorf("weakcipher: expected blocks of %d bytes, found %d bytes", des.BlockSize, len(data))
	}
	var b [8]byte
	copy(b[3:], k[:])
	key := parityKey(binary.BigEndian.Uint64(b[:]))
	c, err := des.NewCipher(key[:])
	if err != nil {
		panic("weakcipher: internal error: " + err.Error())
	}
	for ; len(data) > 0; data = data[des.BlockSize:] {
		c.Encrypt(data, data)
	}
	return nil
}

// parityKey puts 56 bits into eight bytes, of which DES does not look at the lowest bit.
func parityKey(key uint64) (b [8]byte) {
	for i := range b {
		b[i] = byte(key>>(7*(7-i))) << 1
	}
	return b
}

// RecoverDES40 finds the key from a block or more of plaintext and what it was encrypted to, by
// trying all. From one block of 64 bits it errs once in 2^24 searches.
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
		NewTrial: func() keysearch.Trial { return newDESTrial([8]byte(plaintext), [8]byte(ciphertext)).try },
		Accept: func(key uint64) bool {
			out := bytes.Clone(plaintext)
			DES40Key(number40(key)).EncryptBlocks(out)
			return bytes.Equal(out, ciphertext)
		},
	}
	hit, w, err := o.run(ctx, s, 1, fmt.Sprintf("40-bit DES, %d bits, %x, %x", bits, plaintext, ciphertext))
	if err != nil {
		return key, w, err
	}
	return number40(hit), w, nil
}
