package adk

import (
	"bytes"
	"crypto"
	"crypto/rand"
	_ "crypto/sha256" // of the signature
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
//	SEIPD       encrypted with the session key, and a hash against tampering:
//	  one-pass    a signature follows
//	  literal     the text
//	  signature   of the text and the date, by the sender's primary key
const (
	// MaxPlaintext is the longest text, in octets.
	MaxPlaintext = 1 << 20
	// MaxMessage is the longest message, in octets.
	MaxMessage = 1 << 21
)

const sessionKeySize = 32 // AES-256

// A Sender is somebody's copy of PGP: his key, how it takes an ADK, and the certificates it knows.
type Sender struct {
	Key     *SecretKey
	Version Version
	Keyring []*Certificate
}

// Encrypt signs a text and encrypts it to certificates, and to the ADKs in them that the version
// honours. An ADK must be in the keyring: a mandatory one that is not is an error, and a
// requested one is left out.
func (s *Sender) Encrypt(plaintext []byte, at time.Time, to ...*Certificate) ([]byte, error) {
	message, err := s.encrypt(plaintext, at, to)
	return message, prefix(err)
}

func (s *Sender) encrypt(plaintext []byte, at time.Time, to []*Certificate) ([]byte, error) {
	if s.Key == nil || s.Key.cert == nil {
		return nil, errNoKey
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("the text has %d octets, expected at most %d", len(plaintext), MaxPlaintext)
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

// recipients are to, and behind them the ADKs.
func (s *Sender) recipients(to []*Certificate) (all []*Certificate, err error) {
	if len(to) == 0 {
		return nil, errors.New("expected at least one recipient, found none")
	}
	for _, c := range to {
		if c == nil {
			return nil, errors.New("expected a certificate, found nil")
		}
		if slices.ContainsFunc(all, c.same) {
			return nil, fmt.Errorf("%v is a recipient twice", c.Fingerprint())
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

func (c *Certificate) same(d *Certificate) bool { return c.Fingerprint() == d.Fingerprint() }

// find looks an ADK up as PGP did: by algorithm and fingerprint.
func (s *Sender) find(a ADK) *Certificate {
	for _, c := range s.Keyring {
		if c != nil && c.ADK(a.Class) == a {
			return c
		}
	}
	return nil
}

// sign returns what is encrypted: the text between a one-pass packet and a signature.
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

// Recipients returns the keys that a message is encrypted to, an ADK's among them. They stand in
// clear: whoever sees the message can list them.
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

func splitMessage(message []byte) (keys []*packet.EncryptedKey, data Packet, err error) {
	if len(message) > MaxMessage {
		return nil, data, fmt.Errorf("it has %d octets, expected at most %d", len(message), MaxMessage)
	}
	all, err := packets(message)
	if err != nil {
		return nil, data, err
	}
	n := len(all) - 1
	if n < 1 || all[n].Tag != tagSEIPD || len(all[n].Body) == 0 || all[n].Body[0] != 1 {
		return nil, data, errors.New("expected encrypted session keys and data of tag 18, version 1, found something else")
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
			return nil, data, fmt.Errorf("the session key is encrypted to %v twice", KeyID(key.KeyId))
		}
		keys = append(keys, key)
	}
	return keys, all[n], nil
}

// isPoint checks the one field of a session key that the library reads in several spellings: the
// ephemeral point, 40 (hex) before X25519's or 04 before the two coordinates of other curves.
func isPoint(body []byte) bool {
	in := cryptobyte.String(body)
	var point []byte
	return in.Skip(1+8+1) && readMPI(&in, &point) && len(point) > 0 && (point[0] == 0x40 || point[0] == 0x04)
}
