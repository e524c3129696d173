package adk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// A SecretKey is a person's, or a company's: it signs and it opens. Printing one prints its
// fingerprint and no secret.
type SecretKey struct {
	primary, subkey *packet.PrivateKey
	cert            *Certificate
}

// GenerateKey makes a key, and a certificate whose owner has signed the ADKs that it names.
func GenerateKey(userID string, created time.Time, adks ...ADK) (*SecretKey, error) {
	var named []Subpacket
	for i, a := range adks {
		if slices.ContainsFunc(adks[:i], func(b ADK) bool { return a.Fingerprint == b.Fingerprint }) {
			return nil, prefix(fmt.Errorf("the ADK %v is named twice", a.Fingerprint))
		}
		named = append(named, a.subpacket())
	}
	k, err := generate(userID, created, named, nil)
	return k, prefix(err)
}

// generate puts any subpackets behind the usual ones, in either area.
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
		{Type: subFeatures, Body: []byte{1}}, // reads integrity-protected data
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
	k.cert, err = parseCertificate(raw)
	return k, err
}

func checkDate(at time.Time) error {
	if s := at.Unix(); s < 0 || s > math.MaxUint32 {
		return fmt.Errorf("expected a date from 1970 to 2106, found %v", at)
	}
	return nil
}

// configAt has the library draw from crypto/rand, and date what it makes. The signatures are as
// Ed25519 has them, without the library's salt.
func configAt(at time.Time) *packet.Config {
	salt := false
	return &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, Curve: packet.Curve25519, DefaultCipher: packet.CipherAES256,
		Time:                                  func() time.Time { return at },
		NonDeterministicSignaturesViaNotation: &salt,
	}
}

type serializer interface{ Serialize(io.Writer) error }

// assemble writes the five packets of a certificate, or of a secret key.
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

// Certificate returns the public part.
func (k *SecretKey) Certificate() *Certificate { return k.cert }

// MarshalBinary returns the key as OpenPGP programs export it, not encrypted.
func (k *SecretKey) MarshalBinary() ([]byte, error) {
	if k.cert == nil {
		return nil, prefix(errNoKey)
	}
	all, err := packets(k.cert.raw)
	if err != nil {
		return nil, prefix(err)
	}
	var b bytes.Buffer
	errs := []error{k.primary.Serialize(&b)}
	b.Write(frame(tagUserID, all[1].Body))
	b.Write(frame(tagSignature, all[2].Body))
	errs = append(errs, k.subkey.Serialize(&b))
	b.Write(frame(tagSignature, all[4].Body))
	return b.Bytes(), prefix(errors.Join(errs...))
}

var secretTags = []uint8{tagSecretKey, tagUserID, tagSignature, tagSecretSubkey, tagSignature}

// ParseSecretKey reads what MarshalBinary writes: a key that is not encrypted.
func ParseSecretKey(data []byte) (*SecretKey, error) {
	k, err := parseSecretKey(data)
	if err != nil {
		return nil, prefix(fmt.Errorf("secret key: %w", err))
	}
	return k, nil
}

func parseSecretKey(data []byte) (*SecretKey, error) {
	if len(data) > maxCertificate {
		return nil, fmt.Errorf("it has %d octets, expected at most %d", len(data), maxCertificate)
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
	k.cert, err = parseCertificate(public.Bytes())
	return k, err
}

// Format implements [fmt.Formatter]: every verb prints the fingerprint and no secret.
func (k SecretKey) Format(f fmt.State, _ rune) {
	if k.cert == nil {
		io.WriteString(f, "adk.SecretKey(none)")
		return
	}
	fmt.Fprintf(f, "adk.SecretKey(%v)", k.cert.Fingerprint())
}

// LogValue implements [slog.LogValuer] as Format does.
func (k SecretKey) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (k SecretKey) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(k)), nil }
