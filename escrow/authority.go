package escrow

import (
	"errors"

	"filippo.io/age"

	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/secret"
)

// named makes what holds a secret print its name and no secret.
type named[T any] = secret.Named[T]

// An Authority holds the escrow key. It is safe for concurrent use. Printing one prints the
// beginning of its public key. The zero Authority has no key, and opens nothing.
type Authority struct {
	named[Authority]
	identity *age.HybridIdentity
	key      *hpke.PrivateKey
}

// NewAuthority makes an authority with a fresh key.
func NewAuthority() *Authority {
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("escrow: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return newAuthority(identity)
}

// ParseAuthority reads the line that [Authority.RecoveryKey] returns, "AGE-SECRET-KEY-PQ-1…". It is
// a line of text, and not bytes as in package workfactor, because the age command takes it too, from
// age 1.3 on.
func ParseAuthority(line string) (*Authority, error) {
	identity, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, errors.New(`escrow: expected a line "AGE-SECRET-KEY-PQ-1…", found something else`)
	}
	return newAuthority(identity), nil
}

func newAuthority(identity *age.HybridIdentity) *Authority {
	name := identity.Recipient().String()[:24] + "…"
	return &Authority{secret.Name[Authority](name), identity, hpke.NewPrivateKey(agekey.Seed(identity))}
}

// Recipient returns the public key, the line "age1pq1…" that devices enrol with, or "" if there is
// none.
func (a *Authority) Recipient() string {
	if a.identity == nil {
		return ""
	}
	return a.identity.Recipient().String()
}

// RecoveryKey returns the private key, the line "AGE-SECRET-KEY-PQ-1…": 32 bytes that open every
// message of every enrolled device, and with the age command (age 1.3 or later) every file. It returns
// "" if there is none.
func (a *Authority) RecoveryKey() string {
	if a.identity == nil {
		return ""
	}
	return a.identity.String()
}

// Recover opens an envelope with the authority's key alone, without the sender's state or the
// recipient's. It also returns the two names on the envelope. The sender has bound them to the
// message, and the authority cannot check that they are true. It returns an error if the envelope
// is not well formed, or if its field or body does not open.
//
// Recover does not know who is asking. The lawful path and the theft are this one function.
func (a *Authority) Recover(envelope []byte) (from, to Identity, plaintext []byte, err error) {
	e, err := ownScheme.Parse(envelope)
	if err != nil {
		return from, to, nil, err
	}
	k, err := a.Unwrap(e.Field)
	if err != nil {
		return from, to, nil, err
	}
	plaintext, err = e.Open(k)
	if err != nil {
		return from, to, nil, errRecover
	}
	return e.From, e.To, plaintext, nil
}

// Unwrap returns the message key, 32 bytes, that a field of 1,168 bytes wraps: see [Envelope]. It
// returns an error if the field was altered, or wrapped to another authority.
func (a *Authority) Unwrap(field []byte) (key [32]byte, err error) {
	if a.key == nil {
		return key, errRecover
	}
	k, err := a.key.Open(fieldInfo, field)
	if err != nil || len(k) != len(key) {
		return key, errRecover
	}
	return [32]byte(k), nil
}
