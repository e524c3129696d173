package messenger

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks"
)

// What a phone stores is sealed under keys of three classes, as iOS has them (and Android two):
//
//	class             its key is in memory             what has it here
//	none              always                           the account's name
//	afterFirstUnlock  from the first unlock after a    the state of the device, since messages arrive while the
//	                  start until the phone is off     phone is locked; and all messages, as it is the default
//	complete          while the phone is open: it      with a strict app, all messages
//	                  goes some ten seconds after
//
// The keys of the last two are wrapped under one that needs the passphrase and the chip of this phone:
//
//	passcode key = HKDF-SHA-256(Argon2id(passphrase, salt), salt: the chip's 32 bytes, "doormat 1 phone")
//
// so that guesses are made on the phone, where the chip counts them and refuses after ten. Who opens the chip
// searches the passphrases, at the cost of Argon2id each (RFC 9106).
//
// A phone that nobody unlocks for 72 hours starts itself anew since iOS 18.1 (2024), and Android has had the
// like since 2025, with 3 days: what was after the first unlock is then before it.
//
// The store is, in records:
//
//	'S' ‖ version = 1 ‖ salt[16] ‖ opaque wrapped[2][48]     of afterFirstUnlock and complete; the nonce is the class
//	'C' ‖ class ‖ ciphertext                                 for each item; the nonce is its number in the store
//
// and the keys in memory are added to the loot as 'K' ‖ class ‖ key[32].

// The classes.
const (
	none = iota
	afterFirstUnlock
	complete
	classes
)

// The kinds of records of a seized phone.
const (
	kindStore = 'S'
	kindItem  = 'C'
	kindKey   = 'K'
	kindName  = 'N' // the first byte of an item that is the account's name
)

const (
	storeVersion = 1
	saltSize     = 16
	wrappedSize  = chacha20poly1305.KeySize + chacha20poly1305.Overhead
	mostTries    = 10
)

// The cost of Argon2id here, so that a run takes a moment. The second recommended option of RFC 9106 is 3 passes over
// 64 MiB.
const (
	passes = 1
	memory = 256 // KiB
)

// A phone's store and its chip, the secure element, which has a key that does not leave it, and counts the tries.
type atRest struct {
	uid   [32]byte // of the chip
	tries int
	salt  [saltSize]byte
	keys  [classes]classKey
	wraps [classes][]byte // of the two classes that are wrapped
}

type classKey [chacha20poly1305.KeySize]byte

var (
	errPassphrase = errors.New("attacks: the passphrase is not the phone's")
	errTries      = errors.New("attacks: the phone has refused ten passphrases, and takes no more")
	errStore      = errors.New("attacks: expected the store of a phone, found something else")
)

// newAtRest draws the keys of a store under a passphrase.
func newAtRest(passphrase []byte) *atRest {
	s := new(atRest)
	rand.Read(s.uid[:])
	rand.Read(s.salt[:])
	aead := s.passcodeKey(passphrase)
	for class := range s.keys {
		rand.Read(s.keys[class][:])
		if class != none {
			s.wraps[class] = aead.Seal(nil, classNonce(class), s.keys[class][:], nil)
		}
	}
	return s
}

// classNonce is the nonce of a class's key under the passcode key, which wraps each once.
func classNonce(class int) []byte {
	return append(make([]byte, chacha20poly1305.NonceSize-1), byte(class))
}

// passcodeKey needs the passphrase and the chip.
func (s *atRest) passcodeKey(passphrase []byte) cipher.AEAD {
	stretched := argon2.IDKey(passphrase, s.salt[:], passes, memory, 1, 32)
	key, err := hkdf.Key(sha256.New, stretched, s.uid[:], "doormat 1 phone", chacha20poly1305.KeySize)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return newAEAD(key)
}

func newAEAD(key []byte) cipher.AEAD {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return aead
}

// unlock tries a passphrase on the phone, and returns the keys of all classes. After ten that are wrong it returns
// errTries for every other.
func (s *atRest) unlock(passphrase []byte) (keys [classes]classKey, err error) {
	if s.tries >= mostTries {
		return keys, errTries
	}
	aead := s.passcodeKey(passphrase)
	keys[none] = s.keys[none]
	for class := afterFirstUnlock; class < classes; class++ {
		key, err := aead.Open(nil, classNonce(class), s.wraps[class], nil)
		if err != nil {
			s.tries++
			return [classes]classKey{}, errPassphrase
		}
		keys[class] = classKey(key)
	}
	s.tries = 0
	return keys, nil
}

// head returns the first record of the store.
func (s *atRest) head() []byte {
	return slices.Concat([]byte{kindStore, storeVersion}, s.salt[:], s.wraps[afterFirstUnlock], s.wraps[complete])
}

// seal returns the record of an item, given its number in the store.
func (s *atRest) seal(class, number int, item []byte) []byte {
	head := []byte{kindItem, byte(class)}
	return append(head, newAEAD(s.keys[class][:]).Seal(nil, itemNonce(number), item, head)...)
}

func itemNonce(number int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, chacha20poly1305.NonceSize-8), uint64(number))
}

// openStore returns the items of a seized phone that open with the keys in the loot, in order, and how often it tried.
// It returns an error for a loot that is no store, and for an item that does not open under the key of its class.
func openStore(loot *attacks.Tape) (items *attacks.Tape, tries int64, err error) {
	first, err := loot.First()
	if err != nil {
		return nil, 0, err
	}
	if len(first) != 2+saltSize+(classes-1)*wrappedSize || first[0] != kindStore || first[1] != storeVersion {
		return nil, 0, errStore
	}
	keys := map[byte][]byte{}
	for record, err := range loot.All() {
		if err != nil {
			return nil, 0, err
		}
		if len(record) > 0 && record[0] == kindKey {
			if len(record) != 2+chacha20poly1305.KeySize || record[1] >= classes || keys[record[1]] != nil {
				return nil, 0, errStore
			}
			keys[record[1]] = slices.Clone(record[2:])
		}
	}
	items = new(attacks.Tape)
	number := 0
	for record, err := range loot.All() {
		if err == nil && (len(record) < 2 || record[0] != kindItem && record[0] != kindStore && record[0] != kindKey || record[0] == kindItem && record[1] >= classes) {
			err = errStore
		}
		if err == nil && record[0] == kindItem {
			if key := keys[record[1]]; key != nil {
				tries++
				var item []byte
				if item, err = newAEAD(key).Open(nil, itemNonce(number), record[2:], record[:2]); err == nil {
					err = items.Append(item)
				} else {
					err = errStore
				}
			}
			number++
		}
		if err != nil {
			return nil, tries, errors.Join(err, items.Close())
		}
	}
	return items, tries, nil
}
