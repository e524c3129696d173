package clear

import (
	"bytes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/secret"
)

const secretSize = 32

// Phone is a locked phone: a chip with two secrets, and a flash with the block and the storage, which is
// encrypted. The zero Phone has none of these; make one with [NewPhone].
type Phone struct {
	named[Phone]
	serial  Serial
	stopped bool
	wrong   byte             // passcodes, one after another
	chip    [secretSize]byte // with the passcode, the key of the storage
	seed    [secretSize]byte // of the signing key
	block   [BlockSize]byte
	storage []byte // nonce ‖ ciphertext; nil if nothing was stored, or it was erased
}

// NewPhone returns a phone of a maker, with a passcode of 4 to MaxPasscode digits and nothing stored.
func NewPhone(maker PublicKey, passcode string) (*Phone, error) {
	if err := checkPasscode(passcode); err != nil {
		return nil, prefix(err)
	}
	p := new(Phone)
	rand.Read(p.serial[:])
	rand.Read(p.chip[:])
	rand.Read(p.seed[:])
	p.named = secret.Name[Phone](p.serial.String())
	var err error
	if p.block, err = newBlock(maker, p.serial, passcode, p.signing().Public().(ed25519.PublicKey)); err != nil {
		return nil, prefix(err)
	}
	return p, prefix(p.seal(passcode, nil))
}

func (p *Phone) signing() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(p.seed[:]) }

// Serial returns the phone's serial.
func (p *Phone) Serial() Serial { return p.serial }

// Stopped reports whether the phone has stopped, as its owner sees.
func (p *Phone) Stopped() bool { return p.stopped }

// Save replaces what is stored, at most MaxStorage bytes. A phone that has stopped returns ErrStopped.
func (p *Phone) Save(passcode string, storage []byte) error {
	if p.stopped {
		return prefix(ErrStopped)
	}
	if len(storage) > MaxStorage {
		return fmt.Errorf("clear: expected a storage of at most %d bytes, found %d", MaxStorage, len(storage))
	}
	if _, err := p.unlock(passcode); err != nil {
		return prefix(err)
	}
	return prefix(p.seal(passcode, storage))
}

// Unlock returns what is stored. A wrong passcode is ErrPasscode, and MaxGuesses of them, one after another, erase
// the storage: ErrErased. It works on a phone that has stopped.
func (p *Phone) Unlock(passcode string) (storage []byte, err error) {
	storage, err = p.unlock(passcode)
	return storage, prefix(err)
}

func (p *Phone) unlock(passcode string) ([]byte, error) {
	if p.storage == nil {
		return nil, ErrErased
	}
	aead, err := p.cipher(passcode)
	if err != nil {
		return nil, err
	}
	n := aead.NonceSize()
	storage, err := aead.Open(nil, p.storage[:n], p.storage[n:], p.serial[:])
	if err == nil {
		p.wrong = 0
		return storage, nil
	}
	if p.wrong++; p.wrong >= MaxGuesses {
		p.storage = nil
		return nil, ErrErased
	}
	return nil, ErrPasscode
}

// seal encrypts the storage:
//
//	nonce ‖ XChaCha20-Poly1305(HKDF(chip, passcode), nonce, storage, serial)
func (p *Phone) seal(passcode string, storage []byte) error {
	aead, err := p.cipher(passcode)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce)
	p.storage = aead.Seal(nonce, nonce, storage, p.serial[:])
	return nil
}

func (p *Phone) cipher(passcode string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, p.chip[:], []byte(passcode), "doormat 1 clear storage", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(key)
}

// Show stops the phone for good, and returns the screen that it shows from then on. No passcode is needed:
// the phone is in someone else's hands. If challenge is nil the screen has no proof, as proposed; otherwise
// it has ChallengeSize bytes, which the chip signs.
func (p *Phone) Show(challenge []byte) ([]byte, error) {
	if challenge != nil && len(challenge) != ChallengeSize {
		return nil, fmt.Errorf("clear: expected a challenge of %d bytes, found %d", ChallengeSize, len(challenge))
	}
	p.stopped = true
	s := &Screen{Serial: p.serial, Block: p.block}
	if challenge != nil {
		s.Proof = ed25519.Sign(p.signing(), statement(challenge, s))
	}
	return s.Bytes(), nil
}

// Flash returns what a reader of the flash finds without asking the phone: the screen that it would show,
// without a proof, and the encrypted storage. The phone is as before. The chip's secrets are not on the flash.
func (p *Phone) Flash() (screen, storage []byte) {
	return (&Screen{Serial: p.serial, Block: p.block}).Bytes(), bytes.Clone(p.storage)
}

// headSize is the length of a phone's state without its storage.
const headSize = 1 + len(Serial{}) + 1 + 1 + secretSize + secretSize + BlockSize

// leastStorage is the length of a storage of no bytes.
const leastStorage = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

// MarshalBinary returns the whole phone, its chip's secrets in clear:
//
//	uint8  version = 1;
//	opaque serial[8];
//	uint8  stopped;             0 or 1
//	uint8  wrong;               passcodes, one after another
//	opaque chip[32], seed[32];
//	opaque block[96];
//	opaque storage[];           to the end; nonce and ciphertext, or nothing if it is erased
func (p *Phone) MarshalBinary() ([]byte, error) {
	if p.serial == (Serial{}) {
		return nil, errors.New("clear: the phone has no keys: make it with NewPhone or UnmarshalBinary")
	}
	var stopped byte
	if p.stopped {
		stopped = 1
	}
	return slices.Concat([]byte{version}, p.serial[:], []byte{stopped, p.wrong}, p.chip[:], p.seed[:], p.block[:], p.storage), nil
}

// UnmarshalBinary makes p the phone that MarshalBinary wrote. After an error p is as it was.
func (p *Phone) UnmarshalBinary(state []byte) error {
	if len(state) < headSize || len(state) > headSize+leastStorage+MaxStorage {
		return fmt.Errorf("clear: expected a phone's state of %d to %d bytes, found %d", headSize, headSize+leastStorage+MaxStorage, len(state))
	}
	if state[0] != version {
		return fmt.Errorf("clear: expected version %d of a phone's state, found %d", version, state[0])
	}
	q := new(Phone)
	rest := state[1+copy(q.serial[:], state[1:]):]
	stopped, wrong := rest[0], rest[1]
	if q.serial == (Serial{}) || stopped > 1 {
		return errors.New("clear: expected a serial and a mark 0 or 1 in a phone's state, found others")
	}
	rest = rest[2:]
	rest = rest[copy(q.chip[:], rest):]
	rest = rest[copy(q.seed[:], rest):]
	rest = rest[copy(q.block[:], rest):]
	if erased := len(rest) == 0; erased != (wrong >= MaxGuesses) || wrong > MaxGuesses || !erased && len(rest) < leastStorage {
		return fmt.Errorf("clear: expected a storage exactly with fewer than %d wrong passcodes, found %d bytes and %d", MaxGuesses, len(rest), wrong)
	}
	q.stopped, q.wrong = stopped == 1, wrong
	if len(rest) > 0 {
		q.storage = bytes.Clone(rest)
	}
	q.named = secret.Name[Phone](q.serial.String())
	*p = *q
	return nil
}
