package messenger

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"doormat/attacks"
)

// forensics is what a phone gives away that was seized in a state: the highest class whose key is in memory.
type forensics struct {
	name   attacks.TheftName
	takes  string
	class  int
	strict bool // the app keeps all messages in the class complete
}

// popular are ten passphrases that many people have: as many as a phone takes. Of four digits drawn at random
// they are 0.1 %.
var popular = []string{"1234", "1111", "0000", "1212", "7777", "1004", "2000", "4444", "2222", "6969"}

// forensics returns the theft: the store as it is in the flash memory, and the keys that the state has. A phone
// that has no key of a passphrase in memory is tried with the popular ones first.
func (s *targeted) forensics(owner string, f forensics) attacks.Theft {
	return attacks.Theft{
		Name:    f.name,
		Parties: []attacks.Party{attacks.Court, attacks.Device},
		Use:     attacks.Lawful,
		Takes:   f.takes,
		AtEnd:   true,
		Steal:   func() (*attacks.Tape, error) { return s.seizeStore(owner, f, newAtRest(drawPassphrase())) },
		Restore: s.giveBack,
		Read: func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return s.recoverStore(ctx, loot, t, found)
		},
		Forge: func(loot *attacks.Tape, t *attacks.Transcript, forgery attacks.Forgery) ([]byte, error) {
			items, _, err := openStore(loot)
			if err != nil {
				return nil, err
			}
			defer items.Close()
			return s.phones.forge(items, t, forgery)
		},
	}
}

// drawPassphrase returns one of 80 bits, which nobody guesses.
func drawPassphrase() []byte {
	var b [10]byte
	rand.Read(b[:])
	return []byte(hex.EncodeToString(b[:]))
}

// seizeStore takes the phone: its store, written as the app writes it, and the keys in memory.
func (s *targeted) seizeStore(owner string, f forensics, phone *atRest) (*attacks.Tape, error) {
	state, err := s.state(owner)
	if err != nil {
		return nil, err
	}
	loot, err := attacks.TapeOf(phone.head())
	if err != nil {
		return nil, err
	}
	number := 0
	add := func(class int, item []byte) error {
		number++
		return loot.Append(phone.seal(class, number-1, item))
	}
	messages := afterFirstUnlock
	if f.strict {
		messages = complete
	}
	err = errors.Join(add(none, append([]byte{kindName}, owner...)), add(afterFirstUnlock, append([]byte{kindState}, state...)))
	for record, wrong := range s.phones.stored.All() {
		var e export
		if err = errors.Join(err, wrong); err == nil {
			e, err = parseStored(record)
		}
		if err == nil && e.owner == owner {
			err = add(messages, e.record())
		}
		if err != nil {
			break
		}
	}
	keys, class := phone.keys, f.class
	for i := 0; class == none && i < len(popular); i++ {
		if all, wrong := phone.unlock([]byte(popular[i])); wrong == nil {
			keys, class = all, complete
		}
	}
	for c := 0; c <= class; c++ {
		err = errors.Join(err, loot.Append(append([]byte{kindKey, byte(c)}, keys[c][:]...)))
	}
	if err != nil {
		return nil, errors.Join(err, loot.Close())
	}
	s.phone.seized = true
	return loot, nil
}

// recoverStore reads what is stored in the classes whose keys it has, then tries what the device's state opens, and
// last each record as a text and as each kind of key.
func (s *targeted) recoverStore(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	items, operations, err := openStore(loot)
	if err != nil {
		return operations, err
	}
	defer items.Close()
	n, err := readExports(ctx, items, t, s.route, found)
	operations += n
	if err != nil {
		return operations, err
	}
	for record, err := range items.All() {
		if err == nil && len(record) > 0 && record[0] == kindState {
			n, err = recoverWithDevice(ctx, &s.kind.Wire, append([]byte(nil), record[1:]...), t, found)
			operations += n
		}
		if err != nil {
			return operations, err
		}
	}
	if items.Len() > 1 { // more than the account's name
		return operations, nil
	}
	n, err = attacks.TryAll(ctx, loot, t, found, s.keys()...)
	return operations + n, err
}
