package clipper

import (
	"slices"

	"doormat/escrow/clipper"
)

// LEAF feedback (Blaze, 1994) needs two cheats, who agree on a session key by means of their own. No
// LEAF goes over the wire, so there is nothing to tap:
//
//	sender's chip                                          recipient's chip
//	GenerateIV: LEAF, IV           both are thrown away    GenerateIV: LEAF', IV'
//	Encrypt(zeros ‖ text)                                  LoadIV(LEAF', IV'), its own
//	      -------------------- ciphertext --------------->  Decrypt: noise ‖ text
//
// It needs two changed programs, and no key of the escrow's; the chips are as they were built. It shows
// that a chip can insist on a LEAF being made, and one being there to decrypt, but not on one being
// sent. No checksum helps, however long, since the LEAF that is fed back is a true one.
//
// The IVs differ, and with a wrong IV CBC loses the first block, so there is one more that may be
// lost. OFB would lose all: there the IV would have to travel.

// EncryptWithoutLEAF implements the sending side of LEAF feedback. It returns a ciphertext in CBC, 8
// bytes longer than the plaintext, which must be whole blocks of 8 bytes.
func EncryptWithoutLEAF(chip *clipper.Chip, k clipper.SessionKey, plaintext []byte) ([]byte, error) {
	session := chip.Load(k)
	if _, err := session.GenerateIV(); err != nil {
		return nil, err
	}
	return session.Encrypt(clipper.CBC, slices.Concat(make([]byte, blockSize), plaintext))
}

// FeedLEAFBack implements the receiving side of LEAF feedback: the chip decrypts only after it has
// taken a LEAF for this session key, and gets one that it has just made itself. It returns the
// plaintext without the block that is lost, or nil if there is no more than that.
func FeedLEAFBack(chip *clipper.Chip, k clipper.SessionKey, ciphertext []byte) ([]byte, error) {
	session := chip.Load(k)
	h, err := session.GenerateIV()
	if err != nil {
		return nil, err
	}
	if err := session.LoadIV(h); err != nil {
		return nil, err
	}
	plaintext, err := session.Decrypt(clipper.CBC, ciphertext)
	if err != nil || len(plaintext) < blockSize {
		return nil, err
	}
	return plaintext[blockSize:], nil
}
