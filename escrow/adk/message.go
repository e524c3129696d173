package adk

import (
	"bytes"
	"crypto"
	"crypto/rand"
	_ "crypto/sha256" // of the signature
	_ "crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"golang.org/x/crypto/cryptobyte"
)

// A message, in packets:
//
//	PKESK       the session key, to the recipient's subkey
//	PKESK       the same session key, to the ADK's subkey
//	SEIPD       encrypted with the session key, with a hash against tampering:
//	  one-pass    a signature follows
//	  literal     the text
//	  signature   of the text and the date, by the sender's primary key
//
// Messages of GnuPG and sq are read as well: in armor, and with the packets inside compressed.
const (
	// MaxPlaintext is the longest text, in octets.
	MaxPlaintext = 1 << 20
	// MaxMessage is the longest message, in octets. In armor it is longer.
	MaxMessage = 1 << 21
)

const sessionKeySize = 32 // AES-256

// A Sender is one person's copy of PGP.
type Sender struct {
	Key     *SecretKey     // signs the messages
	Version Version        // how the program treats an ADK
	Keyring []*Certificate // where it looks an ADK up
}

// Encrypt signs a text of at most [MaxPlaintext] octets, with its date in seconds, and encrypts it
// to one or more certificates and to the ADKs in them that the version honours. It returns an error
// if a mandatory ADK is not in the keyring, and leaves out a requested one. It returns an error for
// a certificate that is given twice, and for a date before 1970 or after 2106.
func (s *Sender) Encrypt(plaintext []byte, at time.Time, to ...*Certificate) ([]byte, error) {
	message, err := s.encrypt(plaintext, at, to)
	return message, prefix(err)
}

func (s *Sender) encrypt(plaintext []byte, at time.Time, to []*Certificate) ([]byte, error) {
	if s.Key == nil || s.Key.cert == nil {
		return nil, errNoKey
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("expected a text of at most %d octets, found %d", MaxPlaintext, len(plaintext))
	}
	if err := checkDate(at); err != nil {
		return nil, err
	}
	recipients, err := s.recipients(to)
	if err != nil {
		return nil, err
	}
	content, err := s.Key.sign(plaintext, at)
	if err != nil {
		return nil, err
	}
	key := make([]byte, sessionKeySize)
	rand.Read(key)
	var b bytes.Buffer
	for _, c := range recipients {
		if err := packet.SerializeEncryptedKeyAEAD(&b, c.subkey, packet.CipherAES256, false, key, nil); err != nil {
			return nil, err
		}
	}
	w, err := packet.SerializeSymmetricallyEncrypted(&b, packet.CipherAES256, false, packet.CipherSuite{}, key, nil)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(content)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// recipients returns the certificates of to, and after them those of their ADKs, each once.
func (s *Sender) recipients(to []*Certificate) (all []*Certificate, err error) {
	if len(to) == 0 {
		return nil, errors.New("expected at least one recipient, found none")
	}
	for _, c := range to {
		if c == nil {
			return nil, errors.New("expected a certificate, found nil")
		}
		if slices.ContainsFunc(all, c.same) {
			return nil, fmt.Errorf("expected different recipients, found %v twice", c.Fingerprint())
		}
		all = append(all, c)
	}
	for _, c := range to {
		adks, err := s.Version.adks(c)
		if err != nil {
			return nil, err
		}
		for _, a := range adks {
			c := s.find(a)
			if c == nil && a.Class&Mandatory != 0 {
				return nil, fmt.Errorf("the mandatory ADK %v is not in the keyring", a.Fingerprint)
			}
			if c != nil && !slices.ContainsFunc(all, c.same) {
				all = append(all, c)
			}
		}
	}
	if len(all) >= maxPackets {
		return nil, fmt.Errorf("expected fewer than %d recipients, found %d", maxPackets, len(all))
	}
	return all, nil
}

// same reports whether both certificates have one primary key.
func (c *Certificate) same(d *Certificate) bool { return c.Fingerprint() == d.Fingerprint() }

// find looks an ADK up in the keyring as PGP did, by algorithm and fingerprint. It returns nil if
// there is none.
func (s *Sender) find(a ADK) *Certificate {
	for _, c := range s.Keyring {
		if c != nil && c.ADK(a.Class) == a {
			return c
		}
	}
	return nil
}

// sign returns the packets to encrypt: the text, between a one-pass packet and a signature.
func (k *SecretKey) sign(plaintext []byte, at time.Time) ([]byte, error) {
	onePass := packet.OnePassSignature{
		Version: 3, SigType: packet.SigTypeBinary, Hash: crypto.SHA256,
		PubKeyAlgo: k.primary.PubKeyAlgo, KeyId: k.primary.KeyId, IsLast: true,
	}
	sig := packet.Signature{
		Version: 4, SigType: packet.SigTypeBinary, Hash: crypto.SHA256,
		PubKeyAlgo: k.primary.PubKeyAlgo, CreationTime: at, IssuerKeyId: &k.primary.KeyId,
	}
	h := crypto.SHA256.New()
	h.Write(plaintext)
	if err := sig.Sign(h, k.primary, configAt(at)); err != nil {
		return nil, err
	}
	literal := binary.BigEndian.AppendUint32([]byte{'b', 0}, 0) // binary, no file name, no date
	var b bytes.Buffer
	err := onePass.Serialize(&b)
	b.Write(frame(tagLiteral, append(literal, plaintext...)))
	err = errors.Join(err, sig.Serialize(&b))
	return b.Bytes(), err
}

// Recipients returns the IDs of the keys that a message is encrypted to, including an ADK's. They
// are in clear, so every observer of the message can list them.
func Recipients(message []byte) ([]KeyID, error) {
	keys, _, err := splitMessage(message)
	if err != nil {
		return nil, prefix(fmt.Errorf("message: %w", err))
	}
	ids := make([]KeyID, len(keys))
	for i, key := range keys {
		ids[i] = KeyID(key.KeyId)
	}
	return ids, nil
}

// The outer packets of a message (RFC 4880, Sections 5.1 and 5.13, RFC 6637):
//
//	PKESK   3 ‖ key ID (8) ‖ 18 ‖ ephemeral point ‖ length (1) ‖ wrapped session key
//	SEIPD   1 ‖ CFB of (16 random octets ‖ the last 2 of them ‖ packets ‖ d3 14 ‖ SHA-1 of all)

// splitMessage returns the encrypted session keys of a message, each to a different key, and its
// data.
func splitMessage(message []byte) (keys []*packet.EncryptedKey, data Packet, err error) {
	message, err = dearmor(message, armorMessage, MaxMessage)
	if err != nil {
		return nil, data, err
	}
	all, err := packets(message)
	if err != nil {
		return nil, data, err
	}
	n := len(all) - 1
	for i, p := range all {
		want := uint8(tagPKESK)
		if i > 0 && i == n {
			want = tagSEIPD
		}
		if p.Tag != want {
			return nil, data, fmt.Errorf("expected %s, found %s", tagName(want), tagName(p.Tag))
		}
	}
	if n < 1 {
		return nil, data, errors.New("expected a session key and encrypted data, found less")
	}
	if b := all[n].Body; len(b) == 0 || b[0] != 1 {
		return nil, data, fmt.Errorf("expected encrypted data of version 1, found %s", versionName(b))
	}
	for _, p := range all[:n] {
		key, err := asLibrary[*packet.EncryptedKey](p)
		if err != nil {
			return nil, data, err
		}
		if key.Version != 3 || key.Algo == ecdhAlgorithm && !isPoint(p.Body) {
			return nil, data, errors.New("expected an encrypted session key of version 3, with a point as it is written")
		}
		if slices.ContainsFunc(keys, func(k *packet.EncryptedKey) bool { return k.KeyId == key.KeyId }) {
			return nil, data, fmt.Errorf("expected session keys to different keys, found two to %v", KeyID(key.KeyId))
		}
		keys = append(keys, key)
	}
	return keys, all[n], nil
}

// versionName names the version of encrypted data for an error.
func versionName(body []byte) string {
	switch {
	case len(body) == 0:
		return "no data"
	case body[0] == 2:
		return "version 2, which has AEAD (RFC 9580)"
	}
	return fmt.Sprint("version ", body[0])
}

// isPoint reports whether a session key has its ephemeral point in canonical form: 40 (hex) before
// X25519's coordinate, or 04 before the two coordinates of other curves. The library accepts others.
func isPoint(body []byte) bool {
	in := cryptobyte.String(body)
	var point []byte
	return in.Skip(1+8+1) && readMPI(&in, &point) && len(point) > 0 && (point[0] == 0x40 || point[0] == 0x04)
}
