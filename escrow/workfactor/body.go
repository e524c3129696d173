package workfactor

import (
	"bytes"
	"crypto/cipher"

	"doormat/internal/rc2"
)

// header is what every body begins with, one block. It tells a right key from a wrong one, to the
// receiver and to everybody else.
const header = "Notes R4"

// sealBody encrypts header ‖ text ‖ padding, by RC2 in CBC mode. The padding is 1 to 8 bytes, each
// the number of them (RFC 2315, Section 10.3).
func sealBody(k BulkKey, iv [blockSize]byte, text []byte) []byte {
	n := blockSize - len(text)%blockSize
	body := append([]byte(header), text...)
	body = append(body, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(newRC2(k), iv[:]).CryptBlocks(body, body)
	return body
}

// openBody reports whether k opens the body. Nothing authenticates it: whoever flips a bit in a
// block garbles that one, and flips the same bit in the next.
func openBody(k BulkKey, iv [blockSize]byte, ciphertext []byte) (text []byte, ok bool) {
	body := make([]byte, len(ciphertext))
	cipher.NewCBCDecrypter(newRC2(k), iv[:]).CryptBlocks(body, ciphertext)
	if !bytes.HasPrefix(body, []byte(header)) {
		return nil, false
	}
	text = body[len(header):]
	n := int(text[len(text)-1])
	if n < 1 || n > blockSize || !bytes.HasSuffix(text, bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, false
	}
	return text[:len(text)-n], true
}

func newRC2(k BulkKey) cipher.Block {
	c, err := rc2.NewCipher(k.bytes(), 64)
	if err != nil {
		panic("workfactor: internal error: " + err.Error())
	}
	return c
}
