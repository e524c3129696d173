package escrow

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/agekey"
	"doormat/internal/hpke"
)

// An Authority holds the escrow key. It is safe for concurrent use. Printing one prints no
// secret. The zero Authority has no key, and opens nothing.
type Authority struct {
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

// ParseAuthority reads the line that [Authority.RecoveryKey] returns.
func ParseAuthority(line string) (*Authority, error) {
	identity, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, errors.New(`escrow: expected a line "AGE-SECRET-KEY-PQ-1…", found something else`)
	}
	return newAuthority(identity), nil
}

func newAuthority(identity *age.HybridIdentity) *Authority {
	return &Authority{identity, hpke.NewPrivateKey(agekey.Seed(identity))}
}

// Recipient returns the public key, the line "age1pq1…" that devices enrol with.
func (a *Authority) Recipient() string {
	if a.identity == nil {
		return ""
	}
	return a.identity.Recipient().String()
}

// RecoveryKey returns the private key, the line "AGE-SECRET-KEY-PQ-1…": 32 bytes that open
// every message of every device enrolled, and with the age command every file.
func (a *Authority) RecoveryKey() string {
	if a.identity == nil {
		return ""
	}
	return a.identity.String()
}

// Recover opens an envelope with the authority's key alone, without the sender's state or the
// recipient's. It also returns who wrote to whom, as far as the envelope says: the names are
// bound to the message by whoever wrote it, and an authority cannot check his identity.
//
// Recover does not know who is asking. The lawful path and the theft are this one function.
func (a *Authority) Recover(envelope []byte) (from, to Identity, plaintext []byte, err error) {
	e, err := ownScheme.Parse(envelope)
	if err != nil {
		return from, to, nil, err
	}
	if a.key == nil {
		return from, to, nil, errRecover
	}
	k, err := a.key.Open(fieldInfo, e.Field)
	if err != nil || len(k) != chacha20poly1305.KeySize {
		return from, to, nil, errRecover
	}
	plaintext, err = e.Open([32]byte(k))
	if err != nil {
		return from, to, nil, errRecover
	}
	return e.From, e.To, plaintext, nil
}

// Format implements [fmt.Formatter]: every verb prints the beginning of the public key and no
// secret.
func (a Authority) Format(f fmt.State, _ rune) {
	if a.identity == nil {
		io.WriteString(f, "escrow.Authority(none)")
		return
	}
	io.WriteString(f, "escrow.Authority("+a.Recipient()[:24]+"…)")
}

// LogValue implements [slog.LogValuer] as Format does.
func (a Authority) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (a Authority) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(a)), nil }
