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
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/secret"
	"doormat/internal/x25519"
)

// Device holds one person's private key, and the public key of the authority that is in the
// program. The zero Device has neither, and seals nothing; make one with [NewDevice].
type Device struct {
	named[Device]
	private   x25519.PrivateKey
	identity  Identity
	authority *PublicKey
	bits      int
}

var errNoAuthority = errors.New("workfactor: the device has no authority: make it with NewDevice or UnmarshalBinary")

// NewDevice makes a key pair. Bits is the dial: the number of bits of each key that the authority
// is left to search, 1 to FullBits. 0 means FullBits.
func NewDevice(authority *PublicKey, bits int) (*Device, error) {
	if authority == nil {
		return nil, errors.New("workfactor: expected an authority's public key, found none")
	}
	if bits == 0 {
		bits = FullBits
	}
	if err := checkBits(bits); err != nil {
		return nil, prefix(err)
	}
	private, public := x25519.Generate()
	return newDevice(private, Identity(public), authority, bits), nil
}

func newDevice(private x25519.PrivateKey, identity Identity, authority *PublicKey, bits int) *Device {
	return &Device{secret.Name[Device](fmt.Sprintf("%.8s", identity)), private, identity, authority, bits}
}

// Identity returns the device's public key.
func (d *Device) Identity() Identity { return d.identity }

// Seal makes an envelope for a device of the same authority and the same dial. The plaintext must
// have at most MaxPlaintext bytes.
func (d *Device) Seal(to Identity, plaintext []byte) ([]byte, error) {
	if d.authority == nil {
		return nil, errNoAuthority
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("workfactor: expected a message of at most %d bytes, found %d", MaxPlaintext, len(plaintext))
	}
	k := newBulkKey(d.bits)
	e := &Envelope{Bits: d.bits, From: d.identity, To: to, Field: d.authority.field(k, d.bits)}
	var err error
	if e.Wrapped, err = wrap(k, e.To); err != nil {
		return nil, prefix(err)
	}
	rand.Read(e.IV[:])
	e.Ciphertext = sealBody(k, e.IV, plaintext)
	return e.Bytes()
}

// Open opens an envelope, makes its field again and compares. If the fields differ it returns
// ErrField and no text, as Notes did. Nothing authenticates the sender's name.
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

// OpenUnchecked opens an envelope without checking its field. With a receiver that does this, every
// sender can evade the authority.
func (d *Device) OpenUnchecked(envelope []byte) (from Identity, plaintext []byte, err error) {
	e, _, text, err := d.open(envelope)
	if err != nil {
		return Identity{}, nil, prefix(err)
	}
	return e.From, text, nil
}

// BulkKey opens an envelope and returns the key of its body.
func (d *Device) BulkKey(envelope []byte) (BulkKey, error) {
	_, k, _, err := d.open(envelope)
	return k, prefix(err)
}

// open opens an envelope without checking its field.
func (d *Device) open(envelope []byte) (*Envelope, BulkKey, []byte, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, BulkKey{}, nil, err
	}
	if e.Bits != d.bits {
		return nil, BulkKey{}, nil, fmt.Errorf("expected a key of %d bits beside the escrowed ones, found %d", d.bits, e.Bits)
	}
	if e.To != d.identity {
		return nil, BulkKey{}, nil, ErrOpen
	}
	k, err := d.unwrap(e)
	if err != nil {
		return nil, BulkKey{}, nil, err
	}
	text, ok := openBody(k, e.IV, e.Ciphertext)
	if !ok {
		return nil, BulkKey{}, nil, ErrOpen
	}
	return e, k, text, nil
}

// wrap encrypts K to a device's public key. It replaces the RSA that Notes used, and is not part of
// the scheme under study:
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
	return aead.Seal(public[:], make([]byte, chacha20poly1305.NonceSize), k.Bytes(), nil), nil
}

// unwrap decrypts K.
func (d *Device) unwrap(e *Envelope) (BulkKey, error) {
	ephemeral, err := x25519.Parse(e.Wrapped[:x25519.Size])
	if err != nil {
		return BulkKey{}, ErrOpen
	}
	aead, err := wrapping(d.private, ephemeral, ephemeral, e.To)
	if err != nil {
		return BulkKey{}, ErrOpen
	}
	b, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), e.Wrapped[x25519.Size:], nil)
	if err != nil {
		return BulkKey{}, ErrOpen
	}
	k := BulkKey{n: binary.BigEndian.Uint64(b)}
	if k.n>>(EscrowedBits+e.Bits) != 0 {
		return BulkKey{}, fmt.Errorf("expected a message key of at most %d bits, found a longer one", EscrowedBits+e.Bits)
	}
	return k, nil
}

// wrapping returns the cipher keyed by a Diffie-Hellman agreement. Each key is used once, so the
// nonce may be zero.
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
	if d.authority == nil {
		return nil, errNoAuthority
	}
	return slices.Concat([]byte{version, byte(d.bits)}, d.private[:], d.authority.Bytes()), nil
}

// UnmarshalBinary makes d the device that MarshalBinary wrote. After an error d is as it was.
func (d *Device) UnmarshalBinary(state []byte) error {
	if len(state) != stateSize {
		return fmt.Errorf("workfactor: expected a device's state of %d bytes, found %d", stateSize, len(state))
	}
	if state[0] != version {
		return fmt.Errorf("workfactor: expected version %d of a device's state, found %d", version, state[0])
	}
	if err := checkBits(int(state[1])); err != nil {
		return prefix(err)
	}
	authority, err := ParsePublicKey(state[2+x25519.Size:])
	if err != nil {
		return err
	}
	private := x25519.PrivateKey(state[2:][:x25519.Size])
	*d = *newDevice(private, Identity(private.Public()), authority, int(state[1]))
	return nil
}
