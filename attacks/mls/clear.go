package mls

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
)

// recoverInClear tries what can be tried with nothing stolen: that the content of a message is in clear, or
// under a key and a nonce of zeros. Each counts as an attempt.
func recoverInClear(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		parts, _ := split(r.Bytes)
		for _, p := range parts {
			if p.wire != wirePrivate || p.kind != typeApplication {
				continue
			}
			for _, content := range [][]byte{p.ciphertext, underZeros(p.ciphertext)} {
				text, ok := contentOf(content)
				tried(text, ok)
			}
		}
	})
}

// contentOf reads a PrivateMessageContent (RFC 9420, Section 6.3.1), with the tag of an AEAD behind it or
// without.
func contentOf(content []byte) (text []byte, ok bool) {
	in := cryptobyte.String(content)
	var signature []byte
	ok = readV(&in, &text) && readV(&in, &signature) && utf8.Valid(text)
	return text, ok && len(bytes.Trim(in[:max(len(in)-tagSize, 0)], "\x00")) == 0
}

const tagSize = 16

// underZeros decrypts a ciphertext of AES-128-GCM under zeros, without a look at the tag.
func underZeros(ciphertext []byte) []byte {
	block, err := aes.NewCipher(make([]byte, 16))
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	iv := make([]byte, aes.BlockSize)
	iv[15] = 2 // block 1 is for the tag (NIST SP 800-38D, Section 7.1)
	out := make([]byte, len(ciphertext))
	cipher.NewCTR(block, iv).XORKeyStream(out, ciphertext)
	return out
}
