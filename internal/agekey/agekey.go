// Package agekey converts between raw X-Wing keys and age's hybrid identities and recipients, the
// lines "AGE-SECRET-KEY-PQ-1…" and "age1pq1…", which age 1.3 and later read
// (https://c2sp.org/age, "The mlkem768x25519 recipient type").
//
// Most programs want filippo.io/age alone. Here one key pair opens files and also unwraps the keys
// of single messages, which are wrapped by HPKE directly. This needs the raw key.
package agekey

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/plugin"

	"doormat/internal/hpke"
)

const (
	identityPrefix = "AGE-SECRET-KEY-PQ-1"
	checksumSize   = 6 // characters at the end of a Bech32 string
	bech32Alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
)

// Seed returns the 32 bytes that the line "AGE-SECRET-KEY-PQ-1…" of an identity encodes. It decodes
// with a table, so its time depends on the key.
func Seed(identity *age.HybridIdentity) (seed [hpke.SeedSize]byte) {
	line := identity.String() // valid by construction: no checks, only the regrouping of bits
	data := line[len(identityPrefix) : len(line)-checksumSize]
	bits, n, i := 0, 0, 0
	for _, c := range data {
		bits = bits<<5 | strings.IndexRune(bech32Alphabet, c)
		n += 5
		if n >= 8 {
			n -= 8
			seed[i] = byte(bits >> n)
			bits &= 1<<n - 1
			i++
		}
	}
	return seed
}

// A Recipient seals files to an age hybrid identity, as [age.HybridRecipient] does, but draws its
// randomness from crypto/rand's Reader, so that seeded runs are reproducible. It is safe for
// concurrent use.
type Recipient struct {
	key *hpke.PublicKey
}

var fileInfo = hpke.NewInfo("age-encryption.org/mlkem768x25519")

// RecipientOf returns the recipient of identity.
func RecipientOf(identity *age.HybridIdentity) *Recipient {
	return &Recipient{hpke.NewPrivateKey(Seed(identity)).Public()}
}

// NewRecipient returns the recipient with the public key b, hpke.PublicKeySize bytes.
func NewRecipient(b []byte) (*Recipient, error) {
	key, err := hpke.ParsePublicKey(b)
	if err != nil {
		return nil, err
	}
	return &Recipient{key}, nil
}

// ParseRecipient reads the line "age1pq1…". Errors do not quote s, which may be a secret that was
// given by mistake.
func ParseRecipient(s string) (*Recipient, error) {
	name, data, err := plugin.ParseRecipient(s)
	if err != nil || name != "pq" {
		return nil, errors.New(`expected a recipient "age1pq1…", found ` + describe(s))
	}
	key, err := hpke.ParsePublicKey(data)
	if err != nil {
		return nil, errors.New(`expected a recipient "age1pq1…", found one that holds no valid public key`)
	}
	return &Recipient{key}, nil
}

// describe says what s looks like, without quoting any of it but a prefix that many share.
func describe(s string) string {
	switch {
	case s == "":
		return "nothing"
	case strings.HasPrefix(s, "AGE-"):
		return "a secret key"
	case strings.HasPrefix(s, "age1pq1"):
		return "one with a wrong length or checksum"
	case strings.HasPrefix(s, "age1"):
		return "a recipient of another type"
	}
	return fmt.Sprintf("%d bytes of something else", len(s))
}

// String returns the line "age1pq1…" of 1,959 characters.
func (r *Recipient) String() string { return plugin.EncodeRecipient("pq", r.key.Bytes()) }

// PublicKey returns the recipient's public key.
func (r *Recipient) PublicKey() *hpke.PublicKey { return r.key }

// Wrap implements [age.Recipient]: HPKE's enc becomes the stanza's argument, in base64, and the
// encrypted file key its body.
func (r *Recipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	sealed := r.key.Seal(fileInfo, hpke.NewRandomness(), fileKey)
	enc := sealed[:len(sealed)-len(fileKey)-16]
	return []*age.Stanza{{
		Type: "mlkem768x25519",
		Args: []string{base64.RawStdEncoding.EncodeToString(enc)},
		Body: sealed[len(enc):],
	}}, nil
}

// WrapWithLabels implements [age.RecipientWithLabels]. The label keeps age from encrypting a file to
// post-quantum and other recipients at once.
func (r *Recipient) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	stanzas, err := r.Wrap(fileKey)
	return stanzas, []string{"postquantum"}, err
}
