package adk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"doormat/internal/secret"
)

// named makes a struct that holds a secret print its name and no secret.
type named[T any] = secret.Named[T]

// A SecretKey is the secret key of a person or of a company: it signs messages and opens them.
// Printing one prints its fingerprint. The zero SecretKey has no key: Certificate and RecoveryKey
// return nil, Recover and Decrypt an error.
type SecretKey struct {
	named[SecretKey]
	primary, subkey *packet.PrivateKey
	cert            *Certificate
}

// GenerateKey makes a key, and a certificate for it whose hashed area names these ADKs, so that the
// owner has signed them. The user ID must have 1 to 2,048 octets of UTF-8, the date must be from
// 1970 to 2106, and the ADKs must differ.
func GenerateKey(userID string, created time.Time, adks ...ADK) (*SecretKey, error) {
	var named []Subpacket
	for i, a := range adks {
		if slices.ContainsFunc(adks[:i], func(b ADK) bool { return a.Fingerprint == b.Fingerprint }) {
			return nil, prefix(fmt.Errorf("expected different ADKs, found %v twice", a.Fingerprint))
		}
		named = append(named, a.subpacket())
	}
	k, err := generate(userID, created, named, nil)
	return k, prefix(err)
}

// generate makes a key whose self-signature has these subpackets after the usual ones, in either
// area.
func generate(userID string, created time.Time, hashed, unhashed []Subpacket) (*SecretKey, error) {
	if _, err := parseUserID([]byte(userID)); err != nil {
		return nil, err
	}
	if err := checkDate(created); err != nil {
		return nil, err
	}
	keys, err := openpgp.NewEntity("", "", "", configAt(created))
	if err != nil {
		return nil, err
	}
	k := &SecretKey{primary: keys.PrivateKey, subkey: keys.Subkeys[0].PrivateKey}
	fingerprint := append([]byte{4}, k.primary.Fingerprint...)
	hashed = append([]Subpacket{
		{Type: subCreated, Body: uint32Octets(uint32(created.Unix()))},
		{Type: subKeyFlags, Body: []byte{packet.KeyFlagCertify | packet.KeyFlagSign}},
		{Type: subPreferredCiphers, Body: []byte{byte(packet.CipherAES256), byte(packet.CipherAES128)}},
		{Type: subPreferredHashes, Body: []byte{hashSHA512, hashSHA256}},
		{Type: subPreferredCompression, Body: []byte{0}}, // uncompressed: none given would mean ZIP
		{Type: subFeatures, Body: []byte{1}},             // reads integrity-protected data
		{Type: subIssuerFingerprint, Body: fingerprint},
	}, hashed...)
	unhashed = append([]Subpacket{{Type: subIssuer, Body: fingerprint[1+12:]}}, unhashed...)
	sig, err := signUserID(k.primary, userID, hashed, unhashed)
	if err != nil {
		return nil, err
	}
	raw, err := assemble(&k.primary.PublicKey, userID, sig, &k.subkey.PublicKey, keys.Subkeys[0].Sig)
	if err != nil {
		return nil, err
	}
	return k, k.certify(raw)
}

// certify gives k its certificate, from its octets.
func (k *SecretKey) certify(raw []byte) (err error) {
	if k.cert, err = parseCertificate(raw); err != nil {
		return err
	}
	k.named = secret.Name[SecretKey](k.cert.Fingerprint().String())
	return nil
}

// checkDate returns an error for a date that does not fit into 32 bits of seconds since 1970.
func checkDate(at time.Time) error {
	if s := at.Unix(); s < 0 || s > math.MaxUint32 {
		return fmt.Errorf("expected a date from 1970 to 2106, found %v", at)
	}
	return nil
}

// configAt makes the library date its packets, and sign as Ed25519 does, without a salt of the
// library's. It draws from crypto/rand.
func configAt(at time.Time) *packet.Config {
	salt := false
	return &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, Curve: packet.Curve25519, DefaultCipher: packet.CipherAES256,
		Time:                                  func() time.Time { return at },
		NonDeterministicSignaturesViaNotation: &salt,
	}
}

type serializer interface{ Serialize(io.Writer) error }

// assemble returns the five packets of a certificate, or of a secret key.
func assemble(primary serializer, userID string, sig signature, subkey, binding serializer) ([]byte, error) {
	body, err := sig.marshal()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = primary.Serialize(&b)
	b.Write(frame(tagUserID, []byte(userID)))
	b.Write(frame(tagSignature, body))
	err = errors.Join(err, subkey.Serialize(&b), binding.Serialize(&b))
	return b.Bytes(), err
}

// Certificate returns the public part of the key, or nil if there is none.
func (k *SecretKey) Certificate() *Certificate { return k.cert }

// RecoveryKey returns the octets of both secret keys and of the certificate, as OpenPGP programs
// export them, not encrypted. A company's key and a person's have the same form. It returns nil if
// there is none.
func (k *SecretKey) RecoveryKey() []byte {
	if k.cert == nil {
		return nil
	}
	all, err := packets(k.cert.raw)
	var b bytes.Buffer
	errs := []error{err, k.primary.Serialize(&b)}
	b.Write(frame(tagUserID, all[1].Body))
	b.Write(frame(tagSignature, all[2].Body))
	errs = append(errs, k.subkey.Serialize(&b))
	b.Write(frame(tagSignature, all[4].Body))
	if err := errors.Join(errs...); err != nil {
		panic("adk: internal error: " + err.Error()) // all of it has been parsed
	}
	return b.Bytes()
}

var secretTags = []uint8{tagSecretKey, tagUserID, tagSignature, tagSecretSubkey, tagSignature}

// ParseSecretKey reads what [SecretKey.RecoveryKey] returns, and the same in armor. It returns an error for a key that is
// encrypted with a passphrase, and for a certificate that [ParseCertificate] does not accept.
func ParseSecretKey(data []byte) (*SecretKey, error) {
	k, err := parseSecretKey(data)
	if err != nil {
		return nil, prefix(fmt.Errorf("secret key: %w", err))
	}
	return k, nil
}

func parseSecretKey(data []byte) (*SecretKey, error) {
	data, err := dearmor(data, armorSecretKey, maxCertificate)
	if err != nil {
		return nil, err
	}
	all, err := packets(data)
	if err != nil {
		return nil, err
	}
	if err := checkTags(all, secretTags); err != nil {
		return nil, err
	}
	k := new(SecretKey)
	var public bytes.Buffer
	for i, p := range all {
		if p.Tag != tagSecretKey && p.Tag != tagSecretSubkey {
			public.Write(frame(p.Tag, p.Body))
			continue
		}
		key, err := asLibrary[*packet.PrivateKey](p)
		if err != nil {
			return nil, err
		}
		if key.Encrypted || key.PrivateKey == nil {
			return nil, errors.New("expected a key that is not encrypted, found one that is, or none")
		}
		if err := key.PublicKey.Serialize(&public); err != nil {
			return nil, err
		}
		if i == 0 {
			k.primary = key
		} else {
			k.subkey = key
		}
	}
	return k, k.certify(public.Bytes())
}
