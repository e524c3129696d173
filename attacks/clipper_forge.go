package attacks

import (
	"bytes"
	"crypto/cipher"

	"doormat/escrow/clipper"
	"doormat/internal/skipjack"
	"doormat/internal/x25519"
)

// FIPS 185 has no integrity. Whoever can stop an envelope can change it, and with nothing stolen he
// can still choose where.

// forgeClipperByAltering flips a bit, which makes one block of the text noise and flips the bit in the next.
func forgeClipperByAltering(_ *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	e, ok := parseClipper(f.Held)
	if !ok {
		return nil, errClipper
	}
	e.ciphertext = bytes.Clone(e.ciphertext)
	e.ciphertext[max(0, len(e.ciphertext)-16)] ^= 1
	return e.bytes()
}

func forgeClipperWithAgents(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	return forgeClipperWithTap(l, readAgents, f)
}

func forgeClipperWithWarrant(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	return forgeClipperWithTap(l, readWarrant, f)
}

// forgeClipperWithTap puts another text under the session key of an envelope that is under way.
func forgeClipperWithTap(l *Tape, read func(*clipperTap, [][]byte) error, f Forgery) ([]byte, error) {
	tap, err := readTap(l, read)
	if err != nil {
		return nil, err
	}
	e, ok := parseClipper(f.Held)
	if !ok {
		return nil, errClipper
	}
	key, err := tap.key(e.header)
	if err != nil {
		return nil, err
	}
	e.ciphertext = encryptClipper(key, e.header.IV, f.Text)
	return e.bytes()
}

// encryptClipper needs no chip: SKIPJACK is public since 1998.
func encryptClipper(k clipper.SessionKey, iv clipper.IV, text string) []byte {
	b := padBlocks([]byte(text))
	cipher.NewCBCEncrypter(skipjack.New(k), iv[:]).CryptBlocks(b, b)
	return b
}

// forgeClipperWithCard writes as the victim with a header that somebody else made: that of an envelope to
// him, whose session key he knows. The LEAF then names whoever wrote that one.
func forgeClipperWithCard(l *Tape, t *Transcript, f Forgery) ([]byte, error) {
	private, err := readCard(l)
	if err != nil {
		return nil, err
	}
	to, err := x25519.Parse(f.To)
	if err != nil {
		return nil, err
	}
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		p, ok := parseClipper(e.Bytes)
		if !ok || p.to != private.Public() {
			continue
		}
		borrowed, err := openClipper(private, p)
		if err != nil {
			continue
		}
		borrowed.ciphertext = encryptClipper(borrowed.key, borrowed.header.IV, f.Text)
		return sealClipper(private, to, borrowed)
	}
	return forgeClipperByAltering(l, t, f) // nobody ever wrote to him
}
