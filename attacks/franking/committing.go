package franking

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"image"
	"slices"

	"doormat/noescrow/franking"
)

// NewCommittedSalamander makes the same attack on package franking's attachments, with all that a sender
// can choose: the keys, the sealed bytes, and a message that names them twice. It returns the plaintext
// of that message, its commitment, and the sealed attachment. GCM's part of it opens under both keys.
// The commitment before it is that of the first, since there is room for one.
func NewCommittedSalamander(asJPEG, asBMP image.Image) (plaintext []byte, c franking.Commitment, sealed []byte, err error) {
	files, err := newFiles(asJPEG, asBMP)
	if err != nil {
		return nil, c, nil, err
	}
	var one, two [32]byte
	rand.Read(one[:])
	rand.Read(two[:])
	first, commitment := attachmentKeys(one)
	second, _ := attachmentKeys(two)
	for !files.fit(first, second) {
		binary.LittleEndian.PutUint32(two[:], binary.LittleEndian.Uint32(two[:])+1)
		second, _ = attachmentKeys(two)
	}
	sealed = append(commitment, files.seal(first, second)...)
	hash := sha256.Sum256(sealed)
	kf := make([]byte, 32)
	rand.Read(kf)
	content := slices.Concat([]byte{0, 128}, one[:], hash[:], two[:], hash[:], []byte("look"))
	h := hmac.New(sha256.New, kf)
	h.Write([]byte{version})
	h.Write(content)
	h.Sum(c[:0])
	return slices.Concat([]byte{version}, kf, content), c, sealed, nil
}

// attachmentKeys expands the key of an attachment: noescrow/franking/attachment.go.
func attachmentKeys(key [32]byte) (block cipher.Block, commitment []byte) {
	keys, err := hkdf.Key(sha256.New, key[:], nil, "doormat 1 franking attachment", 64)
	if err == nil {
		block, err = aes.NewCipher(keys[:32])
	}
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return block, keys[32:]
}
