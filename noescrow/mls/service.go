package mls

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// A CredentialType is a number of RFC 9420, Section 17.5.
type CredentialType uint16

const (
	Basic CredentialType = credentialBasic // a name, for which no one vouches
	X509  CredentialType = credentialX509  // a chain of certificates
)

// A Credential says whose a signature key is (RFC 9420, Section 5.3). What it is worth depends on the
// [Verifier].
type Credential struct {
	Type CredentialType
	// Identity is the name: of an X509 credential, the common name in its first certificate, before
	// any check.
	Identity string
	// Chain has the certificates of X509 in DER, that of the member first. The root may be left out.
	Chain [][]byte
}

func (c *credential) export() Credential {
	out := Credential{Type: CredentialType(c.kind), Identity: string(c.identity)}
	for _, der := range c.chain {
		out.Chain = append(out.Chain, bytes.Clone(der))
	}
	return out
}

func (c *Credential) parse() (credential, error) {
	in := credential{kind: uint16(c.Type), identity: []byte(c.Identity), chain: c.Chain}
	if in.kind != credentialBasic && in.kind != credentialX509 {
		return credential{}, fmt.Errorf("expected a credential of type 1 or 2, found %d", c.Type)
	}
	var out credential
	if s := cryptobyte.String(in.add(nil)); !out.read(&s) {
		return credential{}, errors.New("the credential is malformed")
	}
	return out, nil
}

// client is what is equal in two credentials of one client. A credential may replace another only if
// it is (Section 5.3.1).
func (c *credential) client() string { return string(c.identity) }
func (c *credential) name() string   { return string(c.identity) }

// commonName reads the name in a certificate, or returns nil.
func commonName(certificate []byte) []byte {
	c, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil
	}
	return []byte(c.Subject.CommonName)
}

// A Verifier decides whether a signature key is that of the identity in a credential. RFC 9420 calls
// what it asks the authentication service. It is asked about every member that is added, about every
// member when a group is joined, and about every new credential. All members must come to the same
// result: one that refuses what others accept can follow the group no further. It may be called by several
// goroutines at once. It must call no method of the [Identity] that it is set on, which is locked meanwhile.
type Verifier func(c Credential, signatureKey []byte, now time.Time) error

// AcceptBasic accepts every basic credential with a name, and no other. Who is behind a name must be
// found out otherwise, as by comparing EpochAuthenticator.
func AcceptBasic(c Credential, _ []byte, _ time.Time) error {
	if c.Type != Basic || c.Identity == "" {
		return errors.New("expected a basic credential with a name")
	}
	return nil
}

// An Authority is an authentication service that signs certificates. Its key is the one that makes a
// third party anyone, in every group whose members trust it.
type Authority struct {
	hidden[Authority]
	*authorityKey
}

// authorityKey is behind a pointer, which package fmt does not follow below the first level.
type authorityKey struct {
	key  ed25519.PrivateKey
	root *x509.Certificate
}

// NewAuthority draws the key of an authority, whose root certificate is valid between two times.
func NewAuthority(name string, from, until time.Time) *Authority {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(err)
	a := &Authority{authorityKey: &authorityKey{key: key}}
	a.root = a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, key.Public().(ed25519.PublicKey))
	return a
}

func (a *Authority) sign(template *x509.Certificate, key ed25519.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, a.issuer(template), key, a.key)
	must(err)
	c, err := x509.ParseCertificate(der)
	must(err)
	return c
}

func (a *Authority) issuer(template *x509.Certificate) *x509.Certificate {
	if template.IsCA {
		return template
	}
	return a.root
}

// Root returns the root certificate, for [AcceptCertificates].
func (a *Authority) Root() []byte { return bytes.Clone(a.root.Raw) }

// Certify returns a credential that says that a signature key is name's. Whether it is so is for the
// caller to find out.
func (a *Authority) Certify(name string, signatureKey []byte, from, until time.Time) (Credential, error) {
	if len(signatureKey) != ed25519.PublicKeySize || name == "" {
		return Credential{}, prefix(errors.New("expected a name and a signature key of 32 bytes"))
	}
	c := a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
	}, signatureKey)
	return Credential{X509, name, [][]byte{c.Raw}}, nil
}

// RecoveryKey returns the private key in PKCS #8. Its holder can certify any key for any name.
func (a *Authority) RecoveryKey() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	must(err)
	return der
}

// ParseAuthority returns the authority of a root certificate from its RecoveryKey.
func ParseAuthority(root, recoveryKey []byte) (*Authority, error) {
	c, err := x509.ParseCertificate(root)
	if err != nil {
		return nil, prefix(errors.New("the root certificate is malformed"))
	}
	k, err := x509.ParsePKCS8PrivateKey(recoveryKey)
	key, ok := k.(ed25519.PrivateKey)
	if public, same := c.PublicKey.(ed25519.PublicKey); err != nil || !ok || !same || !public.Equal(key.Public()) {
		return nil, prefix(errors.New("expected the Ed25519 key of the root certificate in PKCS #8"))
	}
	return &Authority{authorityKey: &authorityKey{key, c}}, nil
}

// AcceptCertificates accepts X509 credentials whose chain ends at one of the roots, is valid now, and
// whose first certificate is of the signature key.
func AcceptCertificates(roots ...[]byte) (Verifier, error) {
	pool := x509.NewCertPool()
	for _, der := range roots {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, prefix(errors.New("a root certificate is malformed"))
		}
		pool.AddCert(c)
	}
	return func(c Credential, signatureKey []byte, now time.Time) error {
		if c.Type != X509 || len(c.Chain) == 0 || c.Identity == "" {
			return errors.New("expected a credential with a certificate and a name")
		}
		first, err := x509.ParseCertificate(c.Chain[0])
		if err != nil {
			return errors.New("the certificate is malformed")
		}
		if key, ok := first.PublicKey.(ed25519.PublicKey); !ok || !bytes.Equal(key, signatureKey) {
			return errors.New("the certificate is of another key")
		}
		between := x509.NewCertPool()
		for _, der := range c.Chain[1:] {
			b, err := x509.ParseCertificate(der)
			if err != nil {
				return errors.New("a certificate is malformed")
			}
			between.AddCert(b)
		}
		_, err = first.Verify(x509.VerifyOptions{Roots: pool, Intermediates: between, CurrentTime: now,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		return err
	}, nil
}
