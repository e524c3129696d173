// Package credential is proof of age from a credential of which a part is shown: an issuer signs name, date of birth,
// number of the document, "over 18" and a last day together, once, and the phone proves to each site that it has such
// a signature with "over 18" and a last day in it, and hides the rest. It is built on BBS signatures
// (draft-irtf-cfrg-bbs-signatures, ciphersuite BLS12-381-SHA-256).
//
// Package agetoken does it by blind tokens, each for one visit. Package escrow/idcheck is the twin: sites that look
// at documents, and attestations as in the EU's blueprint, which issuer and site together link. All are
// demonstrations and have not been reviewed. The formats are this package's own.
//
// Who holds what:
//
//	the issuer    a signing key, one for everyone; all that it has signed, with the signatures
//	a phone       one credential, for three to six months
//	a site        the issuer's public key
//
//	the phone                                           the issuer
//	document ------------------------------------------> looks at it, once
//	<-- signature on (name, born, number, over 18, until)
//
//	the phone                                           the site
//	<-------------------------------------------------- nonce
//	over 18, until, proof for site and nonce ----------> of the issuer's signature? for this site? not over?
//
// What a warrant gets. From the issuer: who has a credential. From a site: that its visitors are of age, and when
// each came. From both, with the issuer's key: the same, side by side. Each proof fits each credential with the same
// last day, so that what links them was drawn on the phone and erased there. Two proofs of one phone are not linked
// to each other either. It is not a matter of computing power: see TestEveryProofFitsEverySignature in the signature's
// package. And it is so for any number of visits, from one credential: there are no batches whose number or time tell.
//
// What a thief gets. Of the issuer's key: credentials for anyone of any age, and nothing about any visit. Of a phone:
// its credential, with the name in it, and whatever the browser remembers.
//
// Who notices. No one. A proof is for one site and its nonce, so that the site cannot show it to another one. But a copied credential
// makes as many new proofs as the first, and none can be told from the owner's (TestLentToMany).
//
// By the Commission's definition of a backdoor (attacks.Definition), "phone, copied" is not one: a user's device.
//
// What remains, and is measured in package attacks/credential:
//
//   - A credential can be lent to many, or sold. Its uses are not counted, and it cannot be withdrawn alone, since
//     that would be to link it. What would stop that, a pseudonym for each site or a key in the phone's hardware, is
//     not in the draft; the EU's blueprint has chosen ECDSA for the latter.
//   - What is shown, links. A site that asks for the date of birth too, and an issuer, name most visitors: see
//     [Credential.Show]. Who shows less than a site demands is not admitted.
//   - The last day is shown, and is the same for all of a quarter of a year. An issuer that gives one person another
//     last day, or another key, would know that person's proofs: [Take] refuses the one, and takes the key from outside.
//     Compare [PublicKey.ID].
//   - Who was issued a credential, and when. A crowd of one is a name.
//   - Who has no document, or shows none, has no credential. A gate for everyone remains a gate.
package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"doormat/internal/bbs"
	"doormat/internal/secret"
)

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// Age is from how many years on a person is of age.
const Age = 18

// MaxValue is how many bytes a name and a number may have.
const MaxValue = 255

// An Attribute is one of the values that are signed together.
type Attribute uint8

// The attributes, in the order in which they are signed.
const (
	Name   Attribute = iota
	Born             // a day, as 1990-05-01
	Number           // of the document
	Over18           // "yes" or "no", on the day of issue
	Until            // the last day: that of a quarter of a year, as 2026-06-30
	attributes
)

// String returns the attribute's name in a word or two.
func (a Attribute) String() string {
	if a >= attributes {
		return fmt.Sprintf("attribute %d", uint8(a))
	}
	return [attributes]string{"name", "born", "number", "over 18", "until"}[a]
}

// A Person is what an issuer reads in a document.
type Person struct {
	Name   string
	Born   time.Time // the day that its Date returns
	Number string
}

// An Issuer signs credentials. It is safe for concurrent use. Printing one prints the beginning of its key's
// identifier.
type Issuer struct {
	named[Issuer]
	key    *bbs.PrivateKey
	public *PublicKey
}

// NewIssuer draws a key.
func NewIssuer() *Issuer {
	var seed [32]byte
	rand.Read(seed[:])
	key, err := bbs.KeyGen(seed[:], nil)
	if err != nil {
		panic("credential: internal error: " + err.Error()) // once in 2^255
	}
	return newIssuer(key)
}

func newIssuer(key *bbs.PrivateKey) *Issuer {
	public := &PublicKey{key.Public()}
	return &Issuer{secret.Name[Issuer](public.ID().String()), key, public}
}

// RecoveryKey returns the private key, 32 bytes. Its holder makes credentials for anyone, and cannot tell whose a
// proof is.
func (i *Issuer) RecoveryKey() []byte { return i.key.Bytes() }

// ParseIssuer reads what [Issuer.RecoveryKey] returns.
func ParseIssuer(b []byte) (*Issuer, error) {
	key, err := bbs.ParsePrivateKey(b)
	if err != nil {
		return nil, errors.New("credential: expected an issuer's key of 32 bytes, found something else")
	}
	return newIssuer(key), nil
}

// PublicKey returns the key to verify credentials and proofs with.
func (i *Issuer) PublicKey() *PublicKey { return i.public }

// A KeyID is the SHA-256 of a public key.
type KeyID [sha256.Size]byte

// String returns the first eight bytes in hexadecimal.
func (id KeyID) String() string { return fmt.Sprintf("%x…", id[:8]) }

// A PublicKey verifies. Everyone must have the same one of an issuer. A nil or zero one has no bytes, and verifies
// nothing.
type PublicKey struct{ key *bbs.PublicKey }

func (k *PublicKey) bbs() *bbs.PublicKey {
	if k == nil {
		return nil
	}
	return k.key
}

// PublicKeySize is how many bytes a public key has.
const PublicKeySize = bbs.PublicKeySize

// Bytes returns the key: a compressed point of G2 of BLS12-381, 96 bytes.
func (k *PublicKey) Bytes() []byte { return k.bbs().Bytes() }

// ParsePublicKey reads what [PublicKey.Bytes] returns.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	key, err := bbs.ParsePublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("credential: expected a public key of %d bytes, found something else", PublicKeySize)
	}
	return &PublicKey{key}, nil
}

// ID returns the key's identifier. A phone compares it with that of others before it shows anything.
func (k *PublicKey) ID() KeyID { return sha256.Sum256(k.bbs().Bytes()) }

// Issue signs a credential for a person at a time. It returns the bytes that [Take] reads, and an error for a name or
// number that is empty or above 255 bytes, and for a date of birth that is the zero time or to come. A minor's has
// "over 18: no". The eighteenth birthday begins at midnight in UTC, and is 1 March for who was born on 29 February.
func (i *Issuer) Issue(p Person, at time.Time) ([]byte, error) {
	year, month, day := p.Born.Date()
	born := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	over18 := "no"
	if !born.AddDate(Age, 0, 0).After(at) {
		over18 = "yes"
	}
	c := &Credential{values: values{p.Name, born.Format(time.DateOnly), p.Number, over18, lastDay(at).Format(time.DateOnly)}}
	if !c.values.wellFormed() || born.IsZero() || born.After(at) {
		return nil, fmt.Errorf("credential: expected a name and a number of 1 to %d bytes and a date of birth, found others", MaxValue)
	}
	signature, err := i.key.Sign([]byte(header), c.values.messages())
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	c.signature = [bbs.SignatureSize]byte(signature)
	return c.Bytes(), nil
}

// lastDay returns the last day of the quarter of a year that follows. All that is issued in a quarter has the same:
// a day of its own would be a name.
func lastDay(at time.Time) time.Time {
	at = at.UTC()
	quarter := (at.Month() - 1) / 3
	return time.Date(at.Year(), 3*(quarter+2)+1, 0, 0, 0, 0, 0, time.UTC)
}
