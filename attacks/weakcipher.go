package attacks

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"doormat/escrow/weakcipher"
)

// There is nothing to steal from a weak cipher. A wiretap records, and searches: for each key that
// the envelopes name, once. What one search opens is as much as one key encrypts:
//
//	export RC4  what two people write in a day     weakcipher_export.go
//	TEA1        what everybody writes in a month   weakcipher_radio.go
//	GEA-1       what a phone sends in a day        weakcipher_radio.go
//
// All of them are searched at a reduced size, which is the dial of their constructors. The thief
// knows the dial; at full size it is public anyway.

// weakOpening is what every text begins with on its way: the plaintext that is known. Mails and web
// requests began with words like these, and radio frames with the fields of their protocol.
const weakOpening = "MIME-Version: 1.0\r\n"

// A weakName is a person's number in envelopes.
type weakName [8]byte

// A weakEnvelope is, in bytes:
//
//	struct {
//	    uint8  version = 0xec;
//	    uint8  kind;
//	    uint8  from[8], to[8];
//	    opaque head[];          what the receiver has to know, by kind
//	    opaque ciphertext[];    of the opening and the text
//	}
type weakEnvelope struct {
	from, to         weakName
	head, ciphertext []byte
}

const (
	weakVersion  = 0xec
	weakClearLen = 2 + 2*len(weakName{})
)

// weakKind is what everybody knows of a system.
type weakKind struct {
	systemName
	fullSize         string // of a search
	number           byte
	headLen          int
	labelLen, keyLen int

	// valid reports whether a head is well formed; nil if every one is.
	valid func(head []byte) bool
	// label names the key of an envelope, in bytes that all envelopes under it share.
	label func(e *weakEnvelope) []byte
	// searchable reports whether e is one of those whose opening a search can start from.
	searchable func(e *weakEnvelope) bool
	// search finds the key of e from the beginning of its keystream.
	search func(ctx context.Context, e *weakEnvelope, keystream []byte, o weakcipher.Options) (key []byte, w weakcipher.Work, err error)
	// readLoot reads stolen keys, and returns the one of an envelope, or nil.
	readLoot func(l *Tape) (keyOf func(e *weakEnvelope) []byte, err error)
	// xor encrypts or decrypts data as e's ciphertext.
	xor func(key []byte, e *weakEnvelope, data []byte)
}

var errWeak = errors.New("attacks: the envelope is none of this system")

func (k *weakKind) parse(envelope []byte) (*weakEnvelope, error) {
	if len(envelope) < weakClearLen+k.headLen+len(weakOpening) || envelope[0] != weakVersion || envelope[1] != k.number {
		return nil, errWeak
	}
	e := &weakEnvelope{from: weakName(envelope[2:10]), to: weakName(envelope[10:18])}
	e.head, e.ciphertext = envelope[weakClearLen:][:k.headLen], envelope[weakClearLen+k.headLen:]
	if k.valid != nil && !k.valid(e.head) {
		return nil, errWeak
	}
	return e, nil
}

func (k *weakKind) marshal(e *weakEnvelope) []byte {
	return slices.Concat([]byte{weakVersion, k.number}, e.from[:], e.to[:], e.head, e.ciphertext)
}

// open decrypts an envelope. That its text begins as all do is the only thing to tell by whether the
// key was right.
func (k *weakKind) open(key []byte, e *weakEnvelope) (text []byte, ok bool) {
	data := bytes.Clone(e.ciphertext)
	k.xor(key, e, data)
	return bytes.CutPrefix(data, []byte(weakOpening))
}

// readRing reads weakRing.records.
func (k *weakKind) readRing(l *Tape) (func(e *weakEnvelope) []byte, error) {
	ring := weakRing{}
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) != k.labelLen+k.keyLen {
			return nil, fmt.Errorf("attacks: a stolen key has %d bytes with its label, expected %d", len(record), k.labelLen+k.keyLen)
		}
		ring[string(record[:k.labelLen])] = bytes.Clone(record[k.labelLen:])
	}
	return k.of(ring), nil
}

// weakRing is keys by label.
type weakRing map[string][]byte

func (k *weakKind) of(ring weakRing) func(e *weakEnvelope) []byte {
	return func(e *weakEnvelope) []byte { return ring[string(k.label(e))] }
}

// records are a weakRing as loot: a record for each key, label ‖ key.
func (r weakRing) records() (records [][]byte) {
	for _, label := range slices.Sorted(maps.Keys(r)) {
		records = append(records, append([]byte(label), r[label]...))
	}
	return records
}

// recoverWeak reads with nothing but the transcript: first it finds the key of each label, and
// then it opens. Its operations are the keys up to the right one, of each search.
func recoverWeak(ctx context.Context, k *weakKind, bits int, t *Transcript, found func(i int, text []byte)) (operations int64, err error) {
	ring := weakRing{}
	for record, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return operations, err
		}
		e, err := k.parse(record.Bytes)
		if err != nil || !k.searchable(e) || ring[string(k.label(e))] != nil {
			continue
		}
		keystream := []byte(weakOpening)
		for i := range keystream {
			keystream[i] ^= e.ciphertext[i]
		}
		key, w, err := k.search(ctx, e, keystream, weakcipher.Options{Bits: bits})
		if errors.Is(err, weakcipher.ErrNoKey) {
			operations += int64(w.Of)
			continue
		}
		if err != nil {
			return operations, err
		}
		operations += int64(w.Place)
		ring[string(k.label(e))] = key
	}
	_, err = recoverWeakWith(ctx, k, k.of(ring), t, found)
	return operations, err
}

// recoverWeakWith opens each envelope with its key, where there is one.
func recoverWeakWith(ctx context.Context, k *weakKind, keyOf func(e *weakEnvelope) []byte, t *Transcript, found func(i int, text []byte)) (operations int64, err error) {
	var n atomic.Int64
	err = inParallel(ctx, t, func(record Envelope) {
		e, err := k.parse(record.Bytes)
		if err != nil {
			return
		}
		key := keyOf(e)
		if key == nil {
			return
		}
		n.Add(1)
		if text, ok := k.open(key, e); ok {
			found(record.Index, text)
		}
	})
	return n.Load(), err
}

// forgeByAltering changes the last letter of a message under way, without any key: the text of
// a stream cipher changes with the ciphertext, and nothing tells. The radios were so. SSL had a MAC,
// which package weakcipher leaves out; with it a forger needs the key, which a search has found.
func forgeByAltering(_ *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	if len(f.Held) == 0 {
		return nil, errNothingRecorded
	}
	altered := bytes.Clone(f.Held)
	altered[len(altered)-1] ^= 1
	return altered, nil
}

// weakSystem carries messages under a weak cipher: people, and what keys they have.
type weakSystem struct {
	roll[*weakPhone]
	*weakKind
	bits int
	link weakLink
}

// weakPhone is what one person holds.
type weakPhone struct {
	name    weakName
	keys    weakRing // those in use
	frames  uint32   // sent under the key in use, of GEA-1
	exports exportPhone
}

// weakLink is what differs between the systems in the choice of keys.
type weakLink interface {
	// enrol gives a person what he needs beside his name.
	enrol(p *weakPhone) error
	// send chooses the key for a message of a size, and says in the head what the receiver must
	// know.
	send(from, to *weakPhone, at time.Time, size int) (head, key []byte, err error)
	// receive returns the key of an envelope where it arrives, or nil.
	receive(from, to *weakPhone, at time.Time, e *weakEnvelope) (key []byte)
	// state is what can be stolen with a device beside its keys, a record each.
	state(p *weakPhone) [][]byte
	// thefts are those of this system alone.
	thefts() []Theft
}

func (s *weakSystem) Enrol(person string) error {
	p := &weakPhone{keys: weakRing{}}
	rand.Read(p.name[:])
	if err := s.link.enrol(p); err != nil {
		return err
	}
	s.add(person, p.name[:], p)
	return nil
}

func (s *weakSystem) Identity(person string) ([]byte, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	return p.name[:], nil
}

func (s *weakSystem) Send(m Message) ([]byte, error) {
	from, err1 := s.person(m.From)
	to, err2 := s.person(m.To)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	data := []byte(weakOpening + m.Text)
	head, key, err := s.link.send(from, to, m.At, len(data))
	if err != nil {
		return nil, err
	}
	e := &weakEnvelope{from.name, to.name, head, data}
	s.xor(key, e, data)
	return s.marshal(e), nil
}

func (s *weakSystem) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	p, err := s.person(to)
	if err != nil {
		return "", "", err
	}
	e, err := s.parse(envelope)
	if err != nil {
		return "", "", err
	}
	from, known := s.names[string(e.from[:])]
	if !known || e.to != p.name {
		return "", "", errWeak
	}
	key := s.link.receive(s.people[from], p, at, e)
	if key == nil {
		return "", "", errWeak
	}
	opened, ok := s.open(key, e)
	if !ok {
		return "", "", errWeak
	}
	return from, string(opened), nil
}

// Bundle is a person's number, and what else is published of him.
func (s *weakSystem) Bundle(person string) ([]byte, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	return append(p.name[:], p.exports.public[:]...), nil
}

func (s *weakSystem) Inspect(person string) ([]byte, error) {
	p, err := s.person(person)
	if err != nil {
		return nil, err
	}
	return bytes.Join(append(p.keys.records(), s.link.state(p)...), nil), nil
}

// Thefts are a wiretap, which is enough, and what would have been stolen from a better cipher.
func (s *weakSystem) Thefts(victim string) []Theft {
	thefts := []Theft{{
		Name:  "wiretap",
		Takes: fmt.Sprintf("nothing; %d bits of each key are searched for, %s", s.bits, s.fullSize),
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open: func(ctx context.Context, _ *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			return recoverWeak(ctx, s.weakKind, s.bits, t, found)
		},
		Forge: forgeByAltering,
	}}
	return append(append(thefts, s.link.thefts()...), Theft{
		Name:  "device keys",
		Takes: "the keys in one person's device, copied by malware",
		Steal: func() (*Tape, error) {
			p, err := s.person(victim)
			if err != nil {
				return nil, err
			}
			return loot(append(p.keys.records(), s.link.state(p)...)...)
		},
		Open:  s.recoverWithLoot,
		Forge: forgeByAltering,
	})
}

// recoverWithLoot opens with stolen keys.
func (s *weakSystem) recoverWithLoot(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
	keyOf, err := s.readLoot(l)
	if err != nil {
		return 0, err
	}
	return recoverWeakWith(ctx, s.weakKind, keyOf, t, found)
}
