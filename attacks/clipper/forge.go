package clipper

import (
	"bytes"
	"crypto/cipher"

	"doormat/attacks"
	"doormat/escrow/clipper"
	"doormat/internal/skipjack"
	"doormat/internal/x25519"
)

// This file forges. FIPS 185 encrypts, and authenticates nothing: what arrives comes out of a chip as
// something, as long as the LEAF is good for the session key. These attacks are on an envelope that is
// under way, and need someone who can stop it and send another in its place.

// forgeByAltering flips one bit of the ciphertext, with nothing stolen. In CBC that turns one block of
// the text into noise, and flips the same bit in the next. It takes the block before the last, so that
// the bit is the first letter's of the last block. If the text is shorter than a block, or is whole
// blocks, that hits the padding, and the recipient refuses. The LEAF, which a chip checks, stays.
func forgeByAltering(_ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	e, ok := parse(f.Held)
	if !ok {
		return nil, errEnvelope
	}
	e.ciphertext = bytes.Clone(e.ciphertext)
	e.ciphertext[max(0, len(e.ciphertext)-2*blockSize)] ^= 1
	return e.bytes()
}

// forgeWithHalves puts any text under the session key of the envelope. It needs the family key and two
// halves of the victim's unit key, as a tap has them with a warrant. LEAF and IV stay, and the victim's
// own chip has made them. It shows that who can read with an escrow of session keys can write, and that
// what was read is no evidence of what the victim wrote.
func forgeWithHalves(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	tap, err := readTap(loot)
	if err != nil {
		return nil, err
	}
	e, ok := parse(f.Held)
	if !ok {
		return nil, errEnvelope
	}
	_, key, err := tap.recoverKey(e.header)
	if err != nil {
		return nil, err
	}
	e.ciphertext = encrypt(key, e.header.IV, f.Text)
	return e.bytes()
}

// forgeWithCard writes any text as the victim. It needs the victim's private key and no chip at all,
// since the header is that of an envelope to the victim, whose session key it unwraps. The recipient
// takes that for a new message from the victim, and a tap takes it for one of the first writer's, as
// the LEAF says (TestCardForgeryNamesAnother): it is the attack of Frankel and Yung once more, as in
// [NewBorrower]. If the transcript has no such envelope it alters a bit, as anyone can.
func forgeWithCard(loot *attacks.Tape, t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	private, err := readCard(loot)
	if err != nil {
		return nil, err
	}
	to, err := x25519.Parse(f.To)
	if err != nil {
		return nil, err
	}
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		e, ok := parse(r.Bytes)
		if !ok || e.to != private.Public() {
			continue
		}
		borrowed, err := open(private, e)
		if err != nil {
			continue
		}
		borrowed.ciphertext = encrypt(borrowed.key, borrowed.header.IV, f.Text)
		return seal(private, to, borrowed)
	}
	return forgeByAltering(t, f)
}

// encrypt encrypts a text in CBC without a chip: SKIPJACK is public since 1998.
func encrypt(k clipper.SessionKey, iv clipper.IV, text string) []byte {
	b := pad([]byte(text))
	cipher.NewCBCEncrypter(skipjack.New([clipper.KeySize]byte(k.Bytes())), iv[:]).CryptBlocks(b, b)
	return b
}
