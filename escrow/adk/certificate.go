package adk

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Fingerprint is the SHA-1 hash of a primary key's packet: what people compare by telephone, and
// print on cards. Nothing else of a certificate is in it.
type Fingerprint [sha1.Size]byte

// String returns 40 hexadecimal digits.
func (f Fingerprint) String() string { return strings.ToUpper(hex.EncodeToString(f[:])) }

// KeyID is the last 8 octets of a key's fingerprint: a subkey's stands in clear before the session
// key that is encrypted to it.
type KeyID uint64

// String returns 16 hexadecimal digits.
func (id KeyID) String() string { return fmt.Sprintf("%016X", uint64(id)) }

// A Certificate is what people call somebody's public key. It is five packets: a primary key that
// signs, a user ID, the self-signature that binds it, a subkey that encrypts, and the signature
// that binds that one. Nothing changes a Certificate.
type Certificate struct {
	raw              []byte
	sigStart, sigEnd int // the self-signature's packet in raw
	primary, subkey  *packet.PublicKey
	userID           string
	sig              signature
}

// maxCertificate is the longest certificate, in octets.
const maxCertificate = 1 << 18

var certificateTags = []uint8{tagPublicKey, tagUserID, tagSignature, tagPublicSubkey, tagSignature}

// ParseCertificate reads a certificate and checks both of its signatures. It takes Ed25519 and
// Curve25519 keys of version 4. Expiry, revocation and the signatures of others are left out: what
// it accepts is a matter of the self-signature alone.
func ParseCertificate(data []byte) (*Certificate, error) {
	c, err := parseCertificate(data)
	if err != nil {
		return nil, prefix(fmt.Errorf("certificate: %w", err))
	}
	return c, nil
}

func parseCertificate(data []byte) (*Certificate, error) {
	if len(data) > maxCertificate {
		return nil, fmt.Errorf("it has %d octets, expected at most %d", len(data), maxCertificate)
	}
	c := &Certificate{raw: bytes.Clone(data)}
	all, err := packets(c.raw)
	if err != nil {
		return nil, err
	}
	if err := checkTags(all, certificateTags); err != nil {
		return nil, err
	}
	for i, p := range all[:3] {
		if i < 2 {
			c.sigStart += len(p.Header) + len(p.Body)
		}
		c.sigEnd += len(p.Header) + len(p.Body)
	}
	if c.userID, err = parseUserID(all[1].Body); err != nil {
		return nil, err
	}
	if c.sig, err = parseSignature(all[2].Body); err != nil {
		return nil, err
	}
	if c.primary, err = parseKey(all[0], eddsaAlgorithm); err != nil {
		return nil, err
	}
	if err := c.sig.verify(c.primary, c.userID); err != nil {
		return nil, err
	}
	if c.subkey, err = parseKey(all[3], ecdhAlgorithm); err != nil {
		return nil, err
	}
	return c, c.checkBinding(all[4])
}

func checkTags(all []Packet, want []uint8) error {
	found := make([]uint8, len(all))
	for i, p := range all {
		found[i] = p.Tag
	}
	if !bytes.Equal(found, want) {
		return fmt.Errorf("expected packets of tags %d, found %d", want, found)
	}
	return nil
}

func parseUserID(b []byte) (string, error) {
	if len(b) == 0 || len(b) > maxUserID || !utf8.Valid(b) {
		return "", fmt.Errorf("expected a user ID of 1 to %d octets of UTF-8, found %d octets", maxUserID, len(b))
	}
	return string(b), nil
}

const maxUserID = 2048

func parseKey(p Packet, algorithm packet.PublicKeyAlgorithm) (*packet.PublicKey, error) {
	key, err := asLibrary[*packet.PublicKey](p)
	if err != nil {
		return nil, err
	}
	curve, err := key.Curve()
	if err != nil || key.Version != 4 || key.PubKeyAlgo != algorithm || curve != packet.Curve25519 {
		return nil, fmt.Errorf("expected a key of version 4, algorithm %d, Curve25519, found version %d, algorithm %d %s", algorithm, key.Version, key.PubKeyAlgo, curve)
	}
	return key, nil
}

func (c *Certificate) checkBinding(p Packet) error {
	if _, err := parseSignature(p.Body); err != nil {
		return err
	}
	sig, err := asLibrary[*packet.Signature](p)
	if err != nil {
		return err
	}
	if sig.Version != 4 || sig.SigType != packet.SigTypeSubkeyBinding ||
		c.primary.VerifyKeyHashTag(c.subkey, sig) != nil || c.primary.VerifyKeySignature(c.subkey, sig) != nil {
		return errors.New("the subkey's signature is not the primary key's")
	}
	return nil
}

// MarshalBinary returns the octets that ParseCertificate has read.
func (c *Certificate) MarshalBinary() ([]byte, error) { return bytes.Clone(c.raw), nil }

// Fingerprint returns the fingerprint.
func (c *Certificate) Fingerprint() Fingerprint { return Fingerprint(c.primary.Fingerprint) }

// Subkey returns the ID of the key that messages are encrypted to.
func (c *Certificate) Subkey() KeyID { return KeyID(c.subkey.KeyId) }

// UserID returns the owner's name, as he wrote it.
func (c *Certificate) UserID() string { return c.userID }

// Subpackets returns the two areas of the self-signature. The owner has signed the first. Anybody
// may have written the second. They are not copies.
func (c *Certificate) Subpackets() (hashed, unhashed []Subpacket) {
	return c.sig.hashed, c.sig.unhashed
}

// withUnhashed is the certificate's octets with one more subpacket in the unhashed area.
func (c *Certificate) withUnhashed(p Subpacket) ([]byte, error) {
	sig := c.sig
	sig.unhashed = append(sig.unhashed[:len(sig.unhashed):len(sig.unhashed)], p)
	body, err := sig.marshal()
	if err != nil {
		return nil, err
	}
	b := append(bytes.Clone(c.raw[:c.sigStart]), frame(tagSignature, body)...)
	return append(b, c.raw[c.sigEnd:]...), nil
}

func uint32Octets(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
