package attacks

import "golang.org/x/crypto/chacha20"

// Sealed is a message under ChaCha20-Poly1305 (RFC 8439), with a nonce of 12 bytes and without its
// tag. A wiretap has no key, and can try two things: that the ciphertext is the text, and that the
// key is zeros.
type Sealed struct{ Nonce, Ciphertext []byte }

// UnderZeroKey decrypts the message under a key of zeros. It returns nil if the nonce does not have
// 12 bytes.
func (s Sealed) UnderZeroKey() []byte {
	if len(s.Nonce) != chacha20.NonceSize {
		return nil
	}
	c, err := chacha20.NewUnauthenticatedCipher(make([]byte, chacha20.KeySize), s.Nonce)
	if err != nil {
		return nil
	}
	c.SetCounter(1) // block 0 makes the tag's key (RFC 8439, Section 2.8)
	out := make([]byte, len(s.Ciphertext))
	c.XORKeyStream(out, s.Ciphertext)
	return out
}
