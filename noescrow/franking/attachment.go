package franking

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
)

// attachmentSize is the length of an Attachment in a message, in bytes.
const attachmentSize = keySize + sha256.Size

// AttachmentOverhead is by how many bytes a sealed attachment is longer than what it seals: the commitment
// to its key, and the tag of AES-GCM.
const AttachmentOverhead = commitmentSize + 16

// commitmentSize is that of a hash without known collisions.
const commitmentSize = 32

// An Attachment is what a message says of a sealed attachment, which travels by itself: the key K that
// opens it, and its SHA-256 hash. Printing one prints neither.
type Attachment struct {
	hidden[Attachment]
	key  [keySize]byte
	hash [sha256.Size]byte
}

// SealAttachment encrypts data under a fresh key. Put the attachment into a message, and store the sealed
// bytes anywhere.
//
//	Ke ‖ com = HKDF-SHA256(K, "doormat 1 franking attachment")    32 bytes each
//	sealed   = com ‖ AES-256-GCM(Ke, nonce of zeros, data)
//
// The nonce is constant because each key is used once. Two keys with one com would be a collision of
// HKDF-SHA256, so what GCM lacks does no harm: there is one key, and under one key a ciphertext opens to
// one text.
func SealAttachment(data []byte) (a Attachment, sealed []byte) {
	rand.Read(a.key[:])
	aead, com := a.cipher()
	sealed = aead.Seal(com, make([]byte, aead.NonceSize()), data, nil)
	a.hash = sha256.Sum256(sealed)
	return a, sealed
}

// cipher returns the cipher of the attachment, and the commitment to its key.
func (a Attachment) cipher() (aead cipher.AEAD, com []byte) {
	keys, err := hkdf.Key(sha256.New, a.key[:], nil, "doormat 1 franking attachment", keySize+commitmentSize)
	if err != nil {
		panic("franking: internal error: " + err.Error())
	}
	block, err := aes.NewCipher(keys[:keySize])
	if err != nil {
		panic("franking: internal error: " + err.Error())
	}
	aead, err = cipher.NewGCM(block)
	if err != nil {
		panic("franking: internal error: " + err.Error())
	}
	return aead, keys[keySize:]
}

var errAttachment = errors.New("franking: the attachment does not open under the key in the message")

// Open decrypts an attachment. It returns an error unless the sealed bytes are those that the message has
// the hash of, and were made under the key in it. The provider opens a reported attachment in the same
// way, and sees the same.
func (a Attachment) Open(sealed []byte) ([]byte, error) {
	if len(sealed) < AttachmentOverhead {
		return nil, fmt.Errorf("franking: expected an attachment of at least %d bytes, found %d", AttachmentOverhead, len(sealed))
	}
	if sha256.Sum256(sealed) != a.hash {
		return nil, errors.New("franking: expected the attachment that the message names, found another")
	}
	aead, com := a.cipher()
	if subtle.ConstantTimeCompare(com, sealed[:commitmentSize]) != 1 {
		return nil, errAttachment
	}
	data, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed[commitmentSize:], nil)
	if err != nil {
		return nil, errAttachment
	}
	return data, nil
}
