package evasion

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks/messenger"
	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/noescrow"
)

// The format of escrow/envelope.go and escrow/field.go.
var (
	layout    = messenger.Layout{Version: 0xe1, Field: hpke.Overhead + 32}
	fieldInfo = hpke.NewInfo("doormat 1 escrow field")
)

// A Phone is a device of package escrow whose owner has changed its program: coins come from where the
// owner likes, and arrive with each text. It is built on package noescrow alone, and devices of package
// escrow write to it and read from it. It has the authority's public key, as they have.
type Phone struct {
	device    *noescrow.Device
	authority *hpke.PublicKey
}

// A Letter is a message as it arrives at a Phone.
type Letter struct {
	From   noescrow.Identity
	Text   string
	Coins  Coins
	Honest bool // the field is the one that an honest sender makes of Coins
}

// NewPhone makes a phone with fresh keys, for the authority of the line "age1pq1…". It returns an error for
// any other line.
func NewPhone(authority string) (*Phone, error) {
	r, err := agekey.ParseRecipient(authority)
	if err != nil {
		return nil, prefix(err)
	}
	return &Phone{noescrow.NewDevice(), r.PublicKey()}, nil
}

// Identity returns the phone's public identity key.
func (p *Phone) Identity() noescrow.Identity { return p.device.Identity() }

// Publish returns n one-time prekeys and the rest of a publication, as a device of package escrow does.
func (p *Phone) Publish(n int) ([]byte, error) {
	b, err := p.device.Publish(n)
	return append([]byte{layout.Version, 3}, b...), prefix(err)
}

// Start opens a session with peer from a bundle of an escrow.Shelf.
func (p *Phone) Start(peer noescrow.Identity, bundle []byte) error {
	if len(bundle) < 2 || bundle[0] != layout.Version || bundle[1] != 4 {
		return errors.New("evasion: expected a prekey bundle, found something else")
	}
	return prefix(p.device.Start(peer, bundle[2:]))
}

// Seal returns the envelope that an honest sender makes of these coins. All bytes but the ratchet's follow
// from them.
func (p *Phone) Seal(to noescrow.Identity, text string, c Coins) (envelope []byte, err error) {
	key, randomness := c.expand()
	return p.seal(to, text, c, p.authority.Seal(fieldInfo, randomness, key[:]))
}

// SealNoise puts noise where the field goes.
func (p *Phone) SealNoise(to noescrow.Identity, text string, c Coins) (envelope []byte, err error) {
	noise := make([]byte, layout.Field)
	rand.Read(noise)
	return p.seal(to, text, c, noise)
}

// SealToAuthority makes a true field, of which encapsulated are the 32 bytes that ML-KEM encapsulates: a
// holder of the authority's key has them, with [Authority.Look]. They are not those that follow from the
// coins, so a recipient who checks sees it.
func (p *Phone) SealToAuthority(to noescrow.Identity, text string, c, encapsulated Coins) (envelope []byte, err error) {
	key, randomness := c.expand()
	copy(randomness[:], encapsulated[:])
	return p.seal(to, text, c, p.authority.Seal(fieldInfo, randomness, key[:]))
}

// SealWithoutField returns an envelope of package noescrow: a client without escrow.
func (p *Phone) SealWithoutField(to noescrow.Identity, text string) (envelope []byte, err error) {
	envelope, err = p.device.Seal(to, []byte(text), nil)
	return envelope, prefix(err)
}

func (p *Phone) seal(to noescrow.Identity, text string, c Coins, field []byte) ([]byte, error) {
	head := layout.Join(field, Body(c, p.Identity(), to, text))
	inner, err := p.device.Seal(to, c[:], head)
	return append(head, inner...), prefix(err)
}

// Open opens an envelope, and makes its field again. The error wraps
// [noescrow.ErrOpen] for an envelope that is not for this phone or was altered.
func (p *Phone) Open(envelope []byte) (l Letter, err error) {
	parts, ok := layout.Split(envelope)
	if !ok {
		return l, prefix(noescrow.ErrOpen)
	}
	from, coins, err := p.device.Open(parts.Inner, parts.Head)
	if err != nil || len(coins) != CoinsSize {
		return l, prefix(noescrow.ErrOpen)
	}
	l = Letter{From: from, Coins: Coins(coins)}
	key, randomness := l.Coins.expand()
	text, ok := parts.Open(key[:])
	if !ok {
		return Letter{}, prefix(noescrow.ErrOpen)
	}
	l.Text = string(text)
	l.Honest = slices.Equal(parts.Field, p.authority.Seal(fieldInfo, randomness, key[:]))
	return l, nil
}

// OpenWithoutField opens what SealWithoutField has sealed.
func (p *Phone) OpenWithoutField(envelope []byte) (text string, err error) {
	_, b, err := p.device.Open(envelope, nil)
	return string(b), prefix(err)
}

// expand returns the message key and the randomness of the field, which follow from the coins:
//
//	key ‖ randomness = HKDF-SHA-256(coins, "doormat 1 escrow message", 32 + 64 bytes)
//
// The first 32 bytes of randomness are what ML-KEM encapsulates, the others X25519's private key.
func (c Coins) expand() (key [32]byte, randomness [64]byte) {
	out, err := hkdf.Key(sha256.New, c[:], nil, "doormat 1 escrow message", len(key)+len(randomness))
	if err != nil {
		panic("evasion: internal error: " + err.Error())
	}
	return [32]byte(out), [64]byte(out[32:])
}

// Body returns the encrypted body of a message, which follows from coins, names and text: ChaCha20-Poly1305
// of the padded text.
func Body(c Coins, from, to noescrow.Identity, text string) []byte {
	key, _ := c.expand()
	return messenger.SealBody(key[:], from, to, text)
}

func prefix(err error) error {
	if err == nil {
		return nil
	}
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "noescrow: ") {
		err = inner
	}
	return fmt.Errorf("evasion: %w", err)
}
