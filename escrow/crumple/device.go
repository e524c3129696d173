package crumple

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/secret"
	"doormat/internal/x25519"
)

// What holds a secret embeds one of these, and prints its name and no secret.
type named[T any] = secret.Named[T]

// Device holds one person's two private keys. The zero Device has none, and seals nothing; make one with
// [NewDevice].
type Device struct {
	named[Device]
	private  x25519.PrivateKey
	weak     uint32
	identity Identity
	bits     int
}

var errNoKeys = errors.New("crumple: the device has no keys: make it with NewDevice or UnmarshalBinary")

// NewDevice makes two key pairs. Bits is the dial: the number of bits that a reader has to search for each
// message that the device seals, 1 to MaxBits.
func NewDevice(bits int) (*Device, error) {
	if err := checkBits(bits); err != nil {
		return nil, prefix(err)
	}
	private, _ := x25519.Generate()
	var b [8]byte
	rand.Read(b[:])
	return newDevice(private, 1+uint32(binary.BigEndian.Uint64(b[:])%(order-1)), bits), nil
}

func newDevice(private x25519.PrivateKey, weak uint32, bits int) *Device {
	public := private.Public()
	var id Identity
	binary.BigEndian.PutUint32(id[copy(id[:], public[:]):], power(generator, weak))
	return &Device{secret.Name[Device](fmt.Sprintf("%.8s", id)), private, weak, id, bits}
}

// Identity returns the device's public keys.
func (d *Device) Identity() Identity { return d.identity }

func weakOf(id Identity) (uint32, error) { return parseElement(id[x25519.Size:]) }

// pair is what two devices share.
type pair struct {
	strong []byte // 32 bytes
	weak   uint32
}

func (d *Device) with(peer Identity) (p pair, err error) {
	public, err := x25519.Parse(peer[:x25519.Size])
	if err != nil {
		return p, err
	}
	x, err := weakOf(peer)
	if err != nil {
		return p, err
	}
	shared, err := d.private.DH(public)
	return pair{shared[:], power(x, d.weak)}, err
}

// crumpled returns r, bits bits of a hash of the strong secret and the nonce. It replaces a key of full length.
func (p pair) crumpled(e *Envelope) (uint64, error) {
	b, err := hkdf.Key(sha256.New, p.strong, e.Nonce[:], "doormat 1 crumple r", 8)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(b) >> (64 - e.Bits), nil
}

// tag returns the MAC, under a key of full length.
func (p pair) tag(tagged []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, p.strong, nil, "doormat 1 crumple tag", tagSize)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, key)
	h.Write(tagged)
	return h.Sum(nil), nil
}

// puzzleLabel begins what is hashed.
const puzzleLabel = "doormat 1 crumple puzzle"

// hashed returns what is hashed for a puzzle and its key:
//
//	label ‖ s ‖ nonce ‖ r          s of 4 bytes, r of 8, big-endian
func hashed(shared uint32, nonce [nonceSize]byte, r uint64) []byte {
	b := binary.BigEndian.AppendUint32([]byte(puzzleLabel), shared)
	return binary.BigEndian.AppendUint64(append(b, nonce[:]...), r)
}

// puzzle returns the puzzle, and the body's key, which the puzzle does not show.
func puzzle(shared uint32, nonce [nonceSize]byte, r uint64) (puzzle, key [puzzleSize]byte) {
	h := sha512.Sum512(hashed(shared, nonce, r))
	return [puzzleSize]byte(h[:puzzleSize]), [puzzleSize]byte(h[puzzleSize:])
}

// body returns a body's cipher. Each key is used once, so its nonce is zeros.
func body(key [puzzleSize]byte) (aead cipher.AEAD, nonce []byte, err error) {
	aead, err = chacha20poly1305.New(key[:])
	return aead, make([]byte, chacha20poly1305.NonceSize), err
}

// Seal makes an envelope. The plaintext must have at most MaxPlaintext bytes.
func (d *Device) Seal(to Identity, plaintext []byte) ([]byte, error) {
	if d.bits == 0 {
		return nil, errNoKeys
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("crumple: expected a message of at most %d bytes, found %d", MaxPlaintext, len(plaintext))
	}
	p, err := d.with(to)
	if err != nil {
		return nil, prefix(err)
	}
	e := &Envelope{Bits: d.bits, From: d.identity, To: to}
	rand.Read(e.Nonce[:])
	r, err := p.crumpled(e)
	if err != nil {
		return nil, prefix(err)
	}
	var key [puzzleSize]byte
	e.Puzzle, key = puzzle(p.weak, e.Nonce, r)
	aead, nonce, err := body(key)
	if err != nil {
		return nil, prefix(err)
	}
	e.Ciphertext = aead.Seal(nil, nonce, plaintext, e.head())
	tagged, err := e.tagged()
	if err != nil {
		return nil, prefix(err)
	}
	tag, err := p.tag(tagged)
	copy(e.Tag[:], tag)
	return append(tagged, tag...), prefix(err)
}

// Open opens an envelope to this device, and checks tag and puzzle. An envelope that was delivered before
// opens again.
func (d *Device) Open(envelope []byte) (from Identity, plaintext []byte, err error) {
	e, plaintext, err := d.open(envelope)
	if err == nil && e.To != d.identity {
		err = ErrOpen
	}
	if err != nil {
		return Identity{}, nil, prefix(err)
	}
	return e.From, plaintext, nil
}

// Reopen does what Open does, also for an envelope from this device. It is what a thief of the device can do.
func (d *Device) Reopen(envelope []byte) (plaintext []byte, err error) {
	_, plaintext, err = d.open(envelope)
	return plaintext, prefix(err)
}

func (d *Device) open(envelope []byte) (*Envelope, []byte, error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return nil, nil, err
	}
	peer := e.From
	if e.From == d.identity {
		peer = e.To
	} else if e.To != d.identity {
		return nil, nil, ErrOpen
	}
	p, err := d.with(peer)
	if err != nil {
		return nil, nil, ErrOpen
	}
	tag, err := p.tag(envelope[:len(envelope)-tagSize])
	if err != nil || !hmac.Equal(tag, e.Tag[:]) {
		return nil, nil, ErrOpen
	}
	r, err := p.crumpled(e)
	if err != nil {
		return nil, nil, err
	}
	expected, key := puzzle(p.weak, e.Nonce, r)
	if expected != e.Puzzle {
		return nil, nil, ErrOpen
	}
	plaintext, err := openBody(e, key)
	return e, plaintext, err
}

func openBody(e *Envelope, key [puzzleSize]byte) ([]byte, error) {
	aead, nonce, err := body(key)
	if err != nil {
		return nil, err
	}
	plaintext, err := aead.Open(nil, nonce, e.Ciphertext, e.head())
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

// stateSize is the length of a device's state: version, bits, two private keys.
const stateSize = 2 + x25519.Size + elementSize

// MarshalBinary returns the device's state, 38 bytes, its private keys in clear.
func (d *Device) MarshalBinary() ([]byte, error) {
	if d.bits == 0 {
		return nil, errNoKeys
	}
	return binary.BigEndian.AppendUint32(slices.Concat([]byte{version, byte(d.bits)}, d.private[:]), d.weak), nil
}

// UnmarshalBinary makes d the device that MarshalBinary wrote. After an error d is as it was.
func (d *Device) UnmarshalBinary(state []byte) error {
	if len(state) != stateSize {
		return fmt.Errorf("crumple: expected a device's state of %d bytes, found %d", stateSize, len(state))
	}
	if state[0] != version {
		return fmt.Errorf("crumple: expected version %d of a device's state, found %d", version, state[0])
	}
	if err := checkBits(int(state[1])); err != nil {
		return prefix(err)
	}
	weak := binary.BigEndian.Uint32(state[stateSize-elementSize:])
	if weak < 1 || weak >= order {
		return fmt.Errorf("crumple: expected a weak private key of 1 to %d, found %d", order-1, weak)
	}
	*d = *newDevice(x25519.PrivateKey(state[2:][:x25519.Size]), weak, int(state[1]))
	return nil
}
