// Package weakcipher puts the ciphers of package weakcipher under study, each in the system that it
// was made for. All three are broken; so are these systems.
//
//	          export RC4           TEA1                GEA-1
//	system    SSL 2.0, 1995        TETRA radio, 1996   GPRS, 1998
//	secret    40 bits of 128       32 bits of 80       40 bits of 64
//	one key   what two people      what everyone       what one phone
//	encrypts  write in a day       writes in a month   sends in a day
//	file      export.go            tea1.go             gea1.go
//
// There is nothing to steal from a weak cipher: no authority holds a key, and no one has to be asked.
// A wiretap records, and searches once for each key that the envelopes name. What each theft opens:
//
//	              export RC4             TEA1                 GEA-1
//	wiretap       everything             everything           everything
//	network keys  there are none         the months up to     the days up to
//	                                     the theft            the theft
//	device keys   the session in use     the month in which   what the owner sent
//	              with each peer, and    the owner last       on the day of the
//	              every session that     wrote or read        last message before
//	              a peer ever begins                          the theft
//
// Nobody can notice any of it. Anyone can forge without a key, by altering a message under way:
// nothing authenticates the radios' messages, and of SSL the MAC is left out.
//
// Searches here are of a reduced size, the dial of the constructors. The thief knows the dial, as
// everyone does at full size. Sources: the SSL 2.0 Protocol Specification (Netscape, 1995); Meijer,
// Bokslag and Wetzels, "All cops are broadcasting: TETRA under scrutiny" (USENIX Security 2023), on
// TEA1; Beierle et al., "Cryptanalysis of the GPRS Encryption Algorithms GEA-1 and GEA-2" (Eurocrypt
// 2021, https://eprint.iacr.org/2021/819).
package weakcipher

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"doormat/attacks"
	"doormat/escrow/weakcipher"
)

// The names of the three systems.
const (
	Export40 = "export RC4"
	TEA1     = "TEA1"
	GEA1     = "GEA-1"
)

// NetworkKeys is the theft of a radio network's list of keys.
const NetworkKeys attacks.TheftName = "network keys"

// A cipher is what everyone knows of a system: the format of its envelopes, and how a key is found.
// It holds no key. Phones encrypt with it, and a thief has nothing else of the system.
type cipher interface {
	// format returns the sizes of the parts of an envelope, and of a stolen key.
	format() format

	// label returns the part of an envelope that names its key. All envelopes under one key share it,
	// and no others. It reports false if the head is malformed.
	label(e *envelope) (label string, ok bool)

	// xor encrypts or decrypts data in place, as the ciphertext of e.
	xor(key []byte, e *envelope, data []byte)

	// search finds the key of e from the beginning of its keystream. The error is weakcipher.ErrNoKey if
	// no key fits, or if e is not an envelope that a search can start from; the Work is zero then.
	search(ctx context.Context, e *envelope, keystream []byte, progress func(weakcipher.Work)) (key []byte, w weakcipher.Work, err error)
}

// opening is what every text begins with on its way: the plaintext that is known. Mails and web
// requests began with words like these, and radio frames with the fields of their protocol.
const opening = "MIME-Version: 1.0\r\n"

// An address is a person's number in envelopes, drawn at random.
type address [8]byte

// An envelope is, in bytes:
//
//	struct {
//	    uint8  version = 0xec;
//	    uint8  system;
//	    uint8  from[8], to[8];
//	    opaque head[];          what the receiver has to know, by system
//	    opaque ciphertext[];    of the opening and the text
//	}
type envelope struct {
	from, to         address
	head, ciphertext []byte
	label            string // names the key; it is in the bytes above
}

const (
	version = 0xec
	headAt  = 2 + 2*len(address{})
)

// A format has the sizes, in bytes, that distinguish the systems.
type format struct {
	system     byte // its number
	head       int
	label, key int           // of a stolen key
	means      attacks.Means // of a forgery
}

var errEnvelope = errors.New("attacks: not an envelope of this system")

// parse reads an envelope. Its ciphertext is at least as long as the opening.
func parse(c cipher, b []byte) (*envelope, error) {
	f := c.format()
	if len(b) < headAt+f.head+len(opening) || b[0] != version || b[1] != f.system {
		return nil, errEnvelope
	}
	e := &envelope{from: address(b[2:10]), to: address(b[10:18]), head: b[headAt:][:f.head], ciphertext: b[headAt+f.head:]}
	var ok bool
	if e.label, ok = c.label(e); !ok {
		return nil, errEnvelope
	}
	return e, nil
}

// bytes returns what parse reads.
func (e *envelope) bytes(c cipher) []byte {
	return slices.Concat([]byte{version, c.format().system}, e.from[:], e.to[:], e.head, e.ciphertext)
}

// seal returns the bytes of an envelope with a text in it.
func seal(c cipher, key []byte, from, to address, head []byte, text string) []byte {
	e := &envelope{from: from, to: to, head: head, ciphertext: []byte(opening + text)}
	c.xor(key, e, e.ciphertext)
	return e.bytes(c)
}

// open decrypts an envelope. The known opening is the only check that the key is right.
func open(c cipher, key []byte, e *envelope) (text []byte, ok bool) {
	data := bytes.Clone(e.ciphertext)
	c.xor(key, e, data)
	return bytes.CutPrefix(data, []byte(opening))
}

// A keyring holds keys by label.
type keyring map[string][]byte

// records returns a keyring as loot: a record for each key, label ‖ key.
func (r keyring) records() (records [][]byte) {
	for _, label := range slices.Sorted(maps.Keys(r)) {
		records = append(records, append([]byte(label), r[label]...))
	}
	return records
}

// add reads one of keyring.records.
func (r keyring) add(c cipher, record []byte) error {
	f := c.format()
	if len(record) != f.label+f.key {
		return fmt.Errorf("attacks: a stolen key has %d bytes with its label, expected %d", len(record), f.label+f.key)
	}
	r[string(record[:f.label])] = bytes.Clone(record[f.label:])
	return nil
}

// recoverBySearch reads with nothing but the transcript. The first envelope under each key gives the
// search its keystream, which is ciphertext XOR opening, and the key that is found opens all others.
// It needs a wiretap, the known opening and a computer. The three files say which paper each search
// follows, and what a key took at full size. Its operations are the keys up to the right one, of each
// search.
func recoverBySearch(ctx context.Context, c cipher, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	progress := func(w weakcipher.Work) {
		t.Progress("keys tried", int(min(w.Tried, math.MaxInt)), int(min(w.Of, math.MaxInt)))
	}
	ring := keyring{}
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		e, err := parse(c, r.Bytes)
		if err != nil || ring[e.label] != nil {
			continue
		}
		keystream := []byte(opening)
		for i := range keystream {
			keystream[i] ^= e.ciphertext[i]
		}
		key, w, err := c.search(ctx, e, keystream, progress)
		if errors.Is(err, weakcipher.ErrNoKey) {
			operations += int64(w.Of)
			continue
		}
		if err != nil {
			return operations, err
		}
		operations += int64(w.Place)
		ring[e.label] = key
	}
	_, err = recoverWithKeys(ctx, c, func(e *envelope) []byte { return ring[e.label] }, t, found)
	return operations, err
}

// recoverWithKeyring reads with stolen keys, and needs a transcript beside them. It shows that theft
// gains nothing here that a search does not.
func recoverWithKeyring(ctx context.Context, c cipher, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	ring := keyring{}
	for record, err := range loot.All() {
		if err != nil {
			return 0, err
		}
		if err := ring.add(c, record); err != nil {
			return 0, err
		}
	}
	return recoverWithKeys(ctx, c, func(e *envelope) []byte { return ring[e.label] }, t, found)
}

// recoverWithKeys opens each envelope with the key that keyOf returns for it. Those for which it
// returns nil are not attempts.
func recoverWithKeys(ctx context.Context, c cipher, keyOf func(e *envelope) []byte, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		e, err := parse(c, r.Bytes)
		if err != nil {
			return
		}
		if key := keyOf(e); key != nil {
			tried(open(c, key, e))
		}
	})
}

// forgeByAltering flips a bit in the last byte of a message under way, which needs no key: the text
// of a stream cipher changes with the ciphertext, and no one can tell. The radios were so. SSL had a
// MAC, which package weakcipher leaves out; with it a forger needs the key, which a search has found.
func forgeByAltering(f attacks.Forgery) ([]byte, error) {
	if len(f.Held) == 0 {
		return nil, attacks.ErrNothingRecorded
	}
	altered := bytes.Clone(f.Held)
	altered[len(altered)-1] ^= 1
	return altered, nil
}

// wiretap returns the theft of nothing, after a search. Takes is a phrase.
func wiretap(c cipher, search attacks.Search, takes string) attacks.Theft {
	theft := attacks.Wiretap(func(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return recoverBySearch(ctx, c, t, found)
	}, c.format().means, func(_ *attacks.Transcript, f attacks.Forgery) ([]byte, error) { return forgeByAltering(f) })
	theft.Takes, theft.Search = takes, search
	return theft
}

// stolenKeys returns the theft of keys that are records of a keyring.
func stolenKeys(c cipher, name attacks.TheftName, takes string, of attacks.Party, steal func() ([][]byte, error)) attacks.Theft {
	return attacks.Theft{
		Name:    name,
		Takes:   takes,
		Parties: []attacks.Party{of},
		Steal: func() (*attacks.Tape, error) {
			records, err := steal()
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(records...)
		},
		Read: func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			return recoverWithKeyring(ctx, c, loot, t, found)
		},
		Forge: func(_ *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
			return forgeByAltering(f)
		},
		Means: c.format().means,
	}
}

// stolenList returns the theft of the keys that a radio network has handed out so far. An end-to-end
// system has no such list.
func stolenList(c cipher, issued keyring) attacks.Theft {
	return stolenKeys(c, NetworkKeys, "the network's list of keys, and nothing is searched", attacks.Provider, func() ([][]byte, error) { return issued.records(), nil })
}

// A phone is what one person holds.
type phone struct {
	address address
	keys    keyring // those in use
}

// newPhone returns a phone with an address of its own and without keys.
func newPhone() phone {
	p := phone{keys: keyring{}}
	rand.Read(p.address[:])
	return p
}

func (p *phone) id() address { return p.address }

// records returns the keys on a phone, which is what a thief copies.
func (p *phone) records() [][]byte { return p.keys.records() }

// rest returns what else is on a phone. There is nothing of the kind on a radio.
func (p *phone) rest() []byte { return nil }

// people is the part of a system that is the same in all three. Each person has a phone, a P. The
// systems embed it, and add how their phones come by keys.
type people[P interface {
	id() address
	records() [][]byte
	rest() []byte
}] struct {
	attacks.SystemName
	attacks.Roll[P]
	cipher cipher
}

// enrol takes a person in.
func (s *people[P]) enrol(person string, p P) {
	id := p.id()
	s.Add(person, id[:], p)
}

// Identity returns the 8 bytes of a person's address.
func (s *people[P]) Identity(person string) ([]byte, error) {
	p, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	id := p.id()
	return id[:], nil
}

// Bundle returns the address, as others need nothing else.
func (s *people[P]) Bundle(person string) ([]byte, error) { return s.Identity(person) }

// Inspect returns all that is on a person's phone: the address, the keys, and what else it holds. The
// ciphers have no constant that an authority knows more of than everyone.
func (s *people[P]) Inspect(person string) ([]byte, error) {
	p, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	id := p.id()
	return slices.Concat(id[:], bytes.Join(p.records(), nil), p.rest()), nil
}

// arrive reads an envelope that arrives on a person's phone, and returns the phones of sender and
// recipient. Both must be those that the envelope names.
func (s *people[P]) arrive(to string, b []byte) (e *envelope, from, own P, err error) {
	if own, err = s.Person(to); err != nil {
		return nil, from, own, err
	}
	if e, err = parse(s.cipher, b); err != nil {
		return nil, from, own, err
	}
	if e.to != own.id() {
		return nil, from, own, errEnvelope
	}
	from, err = s.Person(s.NameOf(e.from[:]))
	return e, from, own, err
}

// deliver decrypts an envelope that has arrived. Key may be nil, which opens none.
func (s *people[P]) deliver(e *envelope, key []byte) (from, text string, err error) {
	if key == nil {
		return "", "", errEnvelope
	}
	opened, ok := open(s.cipher, key, e)
	if !ok {
		return "", "", errEnvelope
	}
	return s.NameOf(e.from[:]), string(opened), nil
}

// stolenPhone returns the theft of the keys on one person's phone.
func (s *people[P]) stolenPhone(victim string) attacks.Theft {
	return stolenKeys(s.cipher, attacks.DeviceKeys, "the keys in one person's device, copied by malware", attacks.Device, func() ([][]byte, error) {
		p, err := s.Person(victim)
		if err != nil {
			return nil, err
		}
		return p.records(), nil
	})
}
