package workfactor

import (
	"bytes"
	"crypto/cipher"

	"doormat/internal/rc2"
)

// header is the first block of every body. It tells a right key from a wrong one, to the receiver
// and to anyone who searches.
const header = "Notes R4"

// sealBody encrypts header ‖ text ‖ padding with RC2 in CBC mode. The padding is 1 to 8 bytes, each
// of which is their number (RFC 2315, Section 10.3).
func sealBody(k BulkKey, iv [blockSize]byte, text []byte) []byte {
	n := blockSize - len(text)%blockSize
	body := append([]byte(header), text...)
	body = append(body, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(newRC2(k), iv[:]).CryptBlocks(body, body)
	return body
}

// openBody returns the text, and reports whether k opens the body. Nothing authenticates the body:
// a bit flipped in a block garbles that block, and flips the same bit of the text in the next.
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
	c, err := rc2.NewCipher(k.Bytes(), 64)
	if err != nil {
		panic("workfactor: internal error: " + err.Error())
	}
	return c
}
