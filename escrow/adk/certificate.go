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

// Fingerprint is the SHA-1 hash of a primary key's packet, 20 octets. People compare it by
// telephone, and print it on cards. It covers nothing else of a certificate.
type Fingerprint [sha1.Size]byte

// String returns 40 hexadecimal digits, in upper case.
func (f Fingerprint) String() string { return strings.ToUpper(hex.EncodeToString(f[:])) }

// KeyID is the last 8 octets of a key's fingerprint. A subkey's precedes, in clear, each session
// key that is encrypted to it.
type KeyID uint64

// String returns 16 hexadecimal digits, in upper case.
func (id KeyID) String() string { return fmt.Sprintf("%016X", uint64(id)) }

// A Certificate is a person's or company's public key, in five packets: a primary key that signs, a
// user ID, the self-signature that binds it, a subkey to encrypt to, and the signature that binds
// the subkey. A Certificate does not change.
type Certificate struct {
	raw              []byte
	sigStart, sigEnd int // the self-signature's packet in raw
	primary, subkey  *packet.PublicKey
	userID           string
	sig              signature
}

// The packets of a certificate, in their order. In octets, with the Sections of RFC 4880:
//
//	public key      4 ‖ date (4) ‖ 22 ‖ curve ‖ point                    5.5.2
//	user ID         UTF-8                                                5.11
//	signature       by the primary key, of itself and the user ID        5.2.3, see signature.go
//	public subkey   4 ‖ date (4) ‖ 18 ‖ curve ‖ point ‖ KDF              5.5.2, RFC 6637
//	signature       by the primary key, of itself and the subkey         5.2.3
//
// A secret key has the same packets, the keys with tags of their own and with the secret number.

// maxCertificate is the longest certificate, in octets.
const maxCertificate = 1 << 18

var certificateTags = []uint8{tagPublicKey, tagUserID, tagSignature, tagPublicSubkey, tagSignature}

// ParseCertificate reads a certificate of at most 2^18 octets, binary or in armor, and checks both of
// its signatures. It returns an error unless the keys are Ed25519 and Curve25519 keys of version 4. Expiry,
// revocation and the signatures of others are left out: the self-signature alone decides.
func ParseCertificate(data []byte) (*Certificate, error) {
	c, err := parseCertificate(data)
	if err != nil {
		return nil, prefix(fmt.Errorf("certificate: %w", err))
	}
	return c, nil
}

func parseCertificate(data []byte) (*Certificate, error) {
	data, err := dearmor(data, armorCertificate, maxCertificate)
	if err != nil {
		return nil, err
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

// checkTags returns an error unless the packets have these tags, in this order.
func checkTags(all []Packet, want []uint8) error {
	for i, tag := range want {
		if i == len(all) {
			return fmt.Errorf("expected %s, found the end", tagName(tag))
		}
		if all[i].Tag != tag {
			return fmt.Errorf("expected %s, found %s", tagName(tag), tagName(all[i].Tag))
		}
	}
	if len(all) > len(want) {
		return fmt.Errorf("expected the end after %s, found %s", tagName(want[len(want)-1]), tagName(all[len(want)].Tag))
	}
	return nil
}

// parseUserID reads a user ID of 1 to 2,048 octets of UTF-8.
func parseUserID(b []byte) (string, error) {
	if len(b) == 0 || len(b) > maxUserID || !utf8.Valid(b) {
		return "", fmt.Errorf("expected a user ID of 1 to %d octets of UTF-8, found %d octets", maxUserID, len(b))
	}
	return string(b), nil
}

const maxUserID = 2048

// parseKey reads a public key of version 4, of this algorithm and Curve25519.
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

// checkBinding returns an error unless p is the primary key's signature over the subkey.
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

// Bytes returns the octets that [ParseCertificate] reads, without armor.
func (c *Certificate) Bytes() []byte { return bytes.Clone(c.raw) }

// Fingerprint returns the fingerprint of the primary key.
func (c *Certificate) Fingerprint() Fingerprint { return Fingerprint(c.primary.Fingerprint) }

// Subkey returns the ID of the key that messages are encrypted to.
func (c *Certificate) Subkey() KeyID { return KeyID(c.subkey.KeyId) }

// UserID returns the name of the owner, 1 to 2,048 octets of UTF-8, as the owner wrote it.
func (c *Certificate) UserID() string { return c.userID }

// Subpackets returns the two areas of the self-signature. The owner has signed the first. Anyone
// may have written the second. They are not copies.
func (c *Certificate) Subpackets() (hashed, unhashed []Subpacket) {
	return c.sig.hashed, c.sig.unhashed
}

// withUnhashed returns the certificate's octets with one more subpacket in the unhashed area.
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
