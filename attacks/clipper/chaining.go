package clipper

import (
	"crypto/subtle"
	"errors"
	"slices"

	"doormat/escrow/clipper"
)

var errBlocks = errors.New("attacks: expected whole blocks, and CBC or OFB")

// EncryptUnder implements the chaining of CBC and OFB itself (FIPS 81), because the chip encrypts in
// these modes only under an IV that it has drawn, and in ECB takes no notice of an IV: this is how a
// cheat encrypts under a header that the chip has not made, such as one with a forged or a borrowed
// LEAF. The recipient's chip decrypts the result in mode m, as if a chip had made it.
//
// Before it encrypts at all the chip wants to have made a header for k. That one is thrown away: it
// would have gone over the wire in an honest program. So the power it needs is a changed program, and
// it shows that the chip can make its user create a LEAF, and not send it. The plaintext must be whole
// blocks of 8 bytes; any other mode than CBC and OFB is an error.
//
//	CBC    C(i) = E(P(i) ⊕ C(i-1))      C(0) = iv
//	OFB    C(i) = P(i) ⊕ O(i)           O(i) = E(O(i-1)), O(0) = iv
func EncryptUnder(chip *clipper.Chip, k clipper.SessionKey, m clipper.Mode, iv clipper.IV, plaintext []byte) ([]byte, error) {
	session := chip.Load(k)
	if _, err := session.GenerateIV(); err != nil {
		return nil, err
	}
	if len(plaintext)%blockSize != 0 || m != clipper.CBC && m != clipper.OFB {
		return nil, errBlocks
	}
	out := slices.Clone(plaintext)
	chain := iv[:]
	for block := range slices.Chunk(out, blockSize) {
		if m == clipper.CBC {
			subtle.XORBytes(block, block, chain)
			c, err := session.Encrypt(clipper.ECB, block)
			if err != nil {
				return nil, err
			}
			copy(block, c)
			chain = block
			continue
		}
		next, err := session.Encrypt(clipper.ECB, chain)
		if err != nil {
			return nil, err
		}
		subtle.XORBytes(block, block, next)
		chain = next
	}
	return out, nil
}
