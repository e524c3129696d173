// Package agetoken is proof of age that is not proof of who: an issuer that has seen a document once signs
// tokens that it cannot see, and a site takes each token once. It implements Privacy Pass with publicly
// verifiable tokens (RFC 9578, Section 6, token type 0x0002), which are blind RSA signatures (RFC 9474,
// RSABSSA-SHA384-PSS-Deterministic).
//
// Package escrow/idcheck is the twin: sites that look at documents, and attestations as in the EU's
// blueprint, which issuer and site together link. Both are demonstrations and have not been reviewed.
//
// Who holds what:
//
//	the issuer    a signing key, one for everyone; a log of who has asked for how many tokens, and when
//	a phone       tokens that have not been spent: who holds one can spend it
//	a site        the issuer's public key, and a list of the nonces that have been spent
//
//	the phone                                           the issuer
//	document ------------------------------------------> looks at it, once, and notes name and date
//	input = type ‖ nonce ‖ H(challenge) ‖ H(public key)
//	blinded = PSS(input) rᵉ mod n, a batch of them ----> blindedᵈ mod n
//	<--------------------------------------------------
//	token = input ‖ signature, unblinded by r
//
//	the phone                                           the site
//	<-------------------------------------------------- challenge
//	token ---------------------------------------------> the issuer's? for this challenge? not spent?
//
// What a warrant gets. From the issuer: who has asked for tokens, and when. From a site: that its visitors
// are of age, and when each came. From both: the same, side by side. For each request and each token there is
// one r that makes them fit, so all pairs fit alike (TestEveryTokenFitsEveryRequest): what links them was
// drawn on the phone and erased there. It is not a matter of computing power.
//
// What a thief gets. Of the issuer's key: tokens without end, for anyone of any age, and nothing about any
// visit. Of the issuer's and all sites' logs: nothing beyond time and number. Of a phone: the tokens that are left,
// and whatever the browser remembers.
//
// Who notices. A copied token is spent once: the second to come is refused, so its owner may notice
// (TestSpentOnce). A stolen issuer key shows where more tokens are spent than were signed.
//
// By the Commission's definition of a backdoor (attacks.Definition), "phone, copied" is not one: a
// user's device.
//
// What remains, and is measured in package attacks/agetoken:
//
//   - The issuer learns who wants to be of age somewhere, once a batch, and how many tokens. A phone that fills up
//     says so how many it has spent: if all sites had no more visits since, these were its owner's.
//   - Time. A token that is fetched a second before it is spent names its owner. Batches that are fetched
//     ahead make a crowd of all who have fetched before; a crowd of one is a name.
//   - An issuer that gives each person another key names them all. Everyone must have the same key, which is
//     why [Wallet] takes it from outside and never from the issuer's answer: compare [PublicKey.ID].
//   - A token is a bearer's. An adult can hand one out, and a borrowed phone is of age.
//   - Who has no document, or shows none, has no token. A gate for everyone remains a gate.
//
// Tokens that are fetched ahead can name no site, since the issuer's answer is for one challenge and the phone
// does not know yet where it will go. So all sites share one [Spent]. Who keeps it learns nonces, which
// nothing else knows. A site that wants tokens for itself alone puts its name into [Challenge.Origins], and
// its visitors fetch when they come.
package agetoken

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math"

	"github.com/cloudflare/circl/blindsign/blindrsa"

	"doormat/internal/secret"
)

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// Names and layout follow RFC 9578, Section 6, and RFC 9577, Section 2. Begin with wire.go.

const (
	bits    = 2048     // of the modulus
	keySize = bits / 8 // Nk of RFC 9578: bytes of a blinded message, and of a signature
	variant = blindrsa.SHA384PSSDeterministic
)

// MaxBatch is how many tokens one batch may have.
const MaxBatch = 100

// An Issuer signs tokens. It is safe for concurrent use. Printing one prints the beginning of its key's
// identifier. Signing takes some 6 ms a token: circl computes without the primes.
type Issuer struct {
	named[Issuer]
	key    *rsa.PrivateKey
	public *PublicKey
}

// NewIssuer draws a key of 2048 bits, which takes a third of a second or more.
func NewIssuer() (*Issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("agetoken: %w", err)
	}
	return newIssuer(key)
}

func newIssuer(key *rsa.PrivateKey) (*Issuer, error) {
	public, err := newPublicKey(&key.PublicKey)
	if err != nil {
		return nil, err
	}
	return &Issuer{secret.Name[Issuer](public.ID().String()), key, public}, nil
}

// RecoveryKey returns the private key in PEM, PKCS #8. Its holder makes tokens for anyone, and cannot tell
// whose a token is.
func (i *Issuer) RecoveryKey() string {
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		panic("agetoken: internal error: " + err.Error()) // of an RSA key
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// ParseIssuer reads what [Issuer.RecoveryKey] returns: an RSA key of 2048 bits.
func ParseIssuer(text string) (*Issuer, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("agetoken: expected a private key in PEM, found something else")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("agetoken: expected an RSA key in PKCS #8, found something else")
	}
	return newIssuer(key)
}

// PublicKey returns the key to verify tokens with.
func (i *Issuer) PublicKey() *PublicKey { return i.public }

// A KeyID is the token_key_id of RFC 9578, Section 6.5: the SHA-256 of the public key's encoding.
type KeyID [sha256.Size]byte

// String returns the first eight bytes in hexadecimal.
func (id KeyID) String() string { return fmt.Sprintf("%x…", id[:8]) }

// A PublicKey verifies tokens. Everyone must have the same one of an issuer.
type PublicKey struct {
	key   *rsa.PublicKey
	bytes []byte
}

// The encoding has the algorithm id-RSASSA-PSS and its parameters (RFC 9578, Section 6.5): SHA-384, MGF1 with
// SHA-384, and a salt of 48 bytes. crypto/x509 would write rsaEncryption, which gives another identifier.
type publicKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

type pssParameters struct {
	Hash pkix.AlgorithmIdentifier `asn1:"explicit,tag:0"`
	MGF  pkix.AlgorithmIdentifier `asn1:"explicit,tag:1"`
	Salt int                      `asn1:"explicit,tag:2"`
}

var (
	oidPSS    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidSHA384 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}
)

var errPublicKey = errors.New("agetoken: expected the encoding of an RSA key of 2048 bits for PSS with SHA-384, found something else")

func newPublicKey(key *rsa.PublicKey) (*PublicKey, error) {
	if key.N.BitLen() != bits || key.N.Bit(0) == 0 || key.E < 3 || key.E > math.MaxInt32 || key.E&1 == 0 {
		return nil, errPublicKey
	}
	hash := pkix.AlgorithmIdentifier{Algorithm: oidSHA384}
	var mgf, parameters []byte
	var err [3]error
	mgf, err[0] = asn1.Marshal(hash)
	parameters, err[1] = asn1.Marshal(pssParameters{hash, pkix.AlgorithmIdentifier{Algorithm: oidMGF1, Parameters: asn1.RawValue{FullBytes: mgf}}, 48})
	pkcs1 := x509.MarshalPKCS1PublicKey(key)
	var b []byte
	b, err[2] = asn1.Marshal(publicKeyInfo{
		pkix.AlgorithmIdentifier{Algorithm: oidPSS, Parameters: asn1.RawValue{FullBytes: parameters}},
		asn1.BitString{Bytes: pkcs1, BitLength: 8 * len(pkcs1)},
	})
	if errors.Join(err[:]...) != nil {
		return nil, errPublicKey
	}
	return &PublicKey{key, b}, nil
}

// Bytes returns the encoding of which [PublicKey.ID] is the hash: a SubjectPublicKeyInfo in DER, 342 bytes
// where the exponent is 65537.
func (k *PublicKey) Bytes() []byte { return bytes.Clone(k.bytes) }

// ParsePublicKey reads what [PublicKey.Bytes] returns, and nothing else.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	var info publicKeyInfo
	if rest, err := asn1.Unmarshal(b, &info); err != nil || len(rest) > 0 {
		return nil, errPublicKey
	}
	key, err := x509.ParsePKCS1PublicKey(info.Key.Bytes)
	if err != nil {
		return nil, errPublicKey
	}
	k, err := newPublicKey(key)
	if err != nil || !bytes.Equal(k.bytes, b) {
		return nil, errPublicKey
	}
	return k, nil
}

// ID returns the key's identifier. A phone compares it with that of others before it asks for tokens: an
// issuer with one key for each person would know them all by it.
func (k *PublicKey) ID() KeyID { return sha256.Sum256(k.bytes) }

// Sign answers a request for one token: it raises what it is given to the private exponent, whatever that is.
// It returns 256 bytes, or an error for a request that is not one, or is for another key.
func (i *Issuer) Sign(request []byte) (response []byte, err error) {
	blinded, ok := parseRequest(request, i.public.ID())
	if !ok {
		return nil, errRequest
	}
	response, err = blindrsa.NewSigner(i.key).BlindSign(blinded)
	if err != nil {
		return nil, errRequest
	}
	return response, nil
}

// SignBatch answers the requests of a batch: see [Wallet.Request]. It signs all or none.
func (i *Issuer) SignBatch(batch []byte) (responses []byte, err error) {
	requests, err := parseBatch(kindRequests, batch, requestSize)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for _, request := range requests {
		response, err := i.Sign(request)
		if err != nil {
			return nil, err
		}
		all = append(all, response)
	}
	return joinBatch(kindResponses, all), nil
}

// BatchSize returns how many tokens a batch of requests is for, which is what an issuer knows of it.
func BatchSize(batch []byte) (int, error) {
	requests, err := parseBatch(kindRequests, batch, requestSize)
	return len(requests), err
}
