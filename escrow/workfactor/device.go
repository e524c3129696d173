package workfactor

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/x25519"
)

// Device is one person's: a private key, and the key of the authority that the program came with.
type Device struct {
	private   x25519.PrivateKey
	identity  Identity
	authority *PublicKey
	bits      int
}

// NewDevice makes a key pair. Bits is the dial: how many bits of each key the authority is left to
// search, 1 to FullBits.
func NewDevice(authority *PublicKey, bits int) (*Device, error) {
	if authority == nil {
		return nil, errors.New("workfactor: no authority's public key")
	}
	if err := checkBits(bits); err != nil {
		return nil, prefix(err)
	}
	private, public := x25519.Generate()
	return &Device{private, Identity(public), authority, bits}, nil
}

// Identity returns the device's public key.
func (d *Device) Identity() Identity { return d.identity }

// Seal makes an envelope for a device of the same authority and the same Bits.
func (d *Device) Seal(to Identity, plaintext []byte) ([]byte, error) {
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("workfactor: a message has at most %d bytes, this one %d", MaxPlaintext, len(plaintext))
	}
	k := newBulkKey(d.bits)
	e := &Envelope{Bits: d.bits, From: d.identity, To: to, Field: d.authority.field(k, d.bits)}
	var err error
	if e.Wrapped, err = wrap(k, e.To); err != nil {
		return nil, prefix(err)
	}
	rand.Read(e.IV[:])
	e.Ciphertext = sealBody(k, e.IV, plaintext)
	return e.Marshal()
}

// Open opens an envelope, makes its field again and compares. If that differs it returns ErrField
// and no text, as Notes did. Nothing authenticates the sender's name.
func (d *Device) Open(envelope []byte) (from Identity, plaintext []byte, err error) {
	e, k, text, err := d.open(envelope)
	if err != nil {
		return Identity{}, nil, prefix(err)
	}
	if !bytes.Equal(e.Field, d.authority.field(k, d.bits)) {
		return Identity{}, nil, prefix(ErrField)
	}
	return e.From, text, nil
}

// OpenUnchecked opens an envelope and does not look at its field: the receiver with whom every
// sender can evade the authority.
func (d *Device) OpenUnchecked(envelope []byte) (from Identity, plaintext []byte, err error) {
	e, _, text, err := d.open(envelope)
	if err != nil {
		return Identity{}, nil, prefix(err)
	}
	return e.From, text, nil
}

func (d *Device) open(envelope []byte) (*Envelope, BulkKey, []byte, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, 0, nil, err
	}
	if e.Bits != d.bits {
		return nil, 0, nil, fmt.Errorf("the envelope's key has %d bits beside the escrowed ones, expected %d", e.Bits, d.bits)
	}
	if e.To != d.identity {
		return nil, 0, nil, ErrOpen
	}
	k, err := d.unwrap(e)
	if err != nil {
		return nil, 0, nil, err
	}
	text, ok := openBody(k, e.IV, e.Ciphertext)
	if !ok {
		return nil, 0, nil, ErrOpen
	}
	return e, k, text, nil
}

// wrap encrypts K to a device's public key. It stands for the RSA that Notes used, and is no part
// of the scheme under study:
//
//	ephemeral ‖ ChaCha20-Poly1305(HKDF(DH(ephemeral, to), ephemeral ‖ to), nonce 0, K)
func wrap(k BulkKey, to Identity) ([]byte, error) {
	peer, err := x25519.Parse(to[:])
	if err != nil {
		return nil, err
	}
	private, public := x25519.Generate()
	aead, err := wrapping(private, peer, public, to)
	if err != nil {
		return nil, err
	}
	return aead.Seal(public[:], make([]byte, chacha20poly1305.NonceSize), k.bytes(), nil), nil
}

func (d *Device) unwrap(e *Envelope) (BulkKey, error) {
	ephemeral, err := x25519.Parse(e.Wrapped[:x25519.Size])
	if err != nil {
		return 0, ErrOpen
	}
	aead, err := wrapping(d.private, ephemeral, ephemeral, e.To)
	if err != nil {
		return 0, ErrOpen
	}
	b, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), e.Wrapped[x25519.Size:], nil)
	if err != nil {
		return 0, ErrOpen
	}
	k := BulkKey(binary.BigEndian.Uint64(b))
	if k>>(EscrowedBits+e.Bits) != 0 {
		return 0, fmt.Errorf("the message's key has more than %d bits", EscrowedBits+e.Bits)
	}
	return k, nil
}

// wrapping is the key that a Diffie-Hellman result makes. It is used once, so the nonce is zero.
func wrapping(private x25519.PrivateKey, peer, ephemeral x25519.PublicKey, to Identity) (cipher.AEAD, error) {
	shared, err := private.DH(peer)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, shared[:], slices.Concat(ephemeral[:], to[:]), "doormat 1 workfactor wrapping", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.New(key)
}

// stateSize is the length of a device's state: version, bits, private key, the authority's modulus.
const stateSize = 2 + x25519.Size + FieldSize

// MarshalBinary returns the device's state, its private key in clear.
func (d *Device) MarshalBinary() ([]byte, error) {
	return slices.Concat([]byte{version, byte(d.bits)}, d.private[:], d.authority.Bytes()), nil
}

// ParseDevice reads what MarshalBinary wrote.
func ParseDevice(state []byte) (*Device, error) {
	if len(state) != stateSize {
		return nil, fmt.Errorf("workfactor: a device's state has %d bytes, this one %d", stateSize, len(state))
	}
	if state[0] != version {
		return nil, fmt.Errorf("workfactor: a device's state begins with version %d, this one with %d", version, state[0])
	}
	if err := checkBits(int(state[1])); err != nil {
		return nil, prefix(err)
	}
	authority, err := ParsePublicKey(state[2+x25519.Size:])
	if err != nil {
		return nil, err
	}
	private := x25519.PrivateKey(state[2:][:x25519.Size])
	return &Device{private, Identity(private.Public()), authority, int(state[1])}, nil
}

// Format implements [fmt.Formatter]: every verb prints the identity and no secret.
func (d Device) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "workfactor.Device(%.8s)", d.identity) }

// LogValue implements [slog.LogValuer] as Format does.
func (d Device) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (d Device) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(d)), nil }
