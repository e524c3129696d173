package oneway

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
)

// Open decrypts a recorded message with its key. It reports false if the message has another key.
//
//	sealed    = ciphertext ‖ HMAC-SHA-256(HMAC-SHA-256(key, "authenticate"), ciphertext)
//	plaintext = ciphertext, decrypted by AES-256-CTR with the key HMAC-SHA-256(key, "encrypt") and the IV 0
//
// A fixed IV is right where a key encrypts one message only.
func Open(key [32]byte, sealed []byte) (plaintext []byte, ok bool) {
	if len(sealed) < sha256.Size {
		return nil, false
	}
	ciphertext, tag := sealed[:len(sealed)-sha256.Size], sealed[len(sealed)-sha256.Size:]
	if !hmac.Equal(tag, mac(mac(key[:], "authenticate"), string(ciphertext))) {
		return nil, false
	}
	block, err := aes.NewCipher(mac(key[:], "encrypt"))
	if err != nil {
		return nil, false
	}
	plaintext = make([]byte, len(ciphertext))
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(plaintext, ciphertext)
	return plaintext, true
}

// mac returns HMAC-SHA-256(key, text).
func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
