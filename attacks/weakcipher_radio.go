package attacks

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"doormat/escrow/weakcipher"
)

// Radio networks encrypt the air and nothing behind it. The network has every key, so that there is a
// theft here that an end-to-end system does not know: the network's list of them.

// NewTEA1 returns TETRA's TEA1 as a system. Everybody has one and the same key, and the network
// hands out a new one each month. Of the 32 bits it comes to, bits are not known; 32 is the full size.
func NewTEA1(bits int) System {
	return &weakSystem{weakKind: tea1Kind(), bits: bits, link: &tea1Link{bits: bits, issued: weakRing{}}}
}

// The head of a TEA1 envelope: uint16 key number, which networks broadcast; uint32 number of the
// first slot. A text takes as many slots as it needs, one after the other.
const tea1HeadLen = 2 + 4

func tea1Kind() *weakKind {
	k := &weakKind{systemName: "TEA1", fullSize: "32 at full size", number: 2, headLen: tea1HeadLen, labelLen: 2, keyLen: 4}
	slot := func(e *weakEnvelope) int { return int(binary.BigEndian.Uint32(e.head[2:])) }
	k.label = func(e *weakEnvelope) []byte { return e.head[:2] }
	k.searchable = func(*weakEnvelope) bool { return true }
	k.search = func(ctx context.Context, e *weakEnvelope, keystream []byte, o weakcipher.Options) ([]byte, weakcipher.Work, error) {
		r, w, err := weakcipher.RecoverTEA1(ctx, weakcipher.TEA1Frame(slot(e), true), keystream, o)
		return binary.BigEndian.AppendUint32(nil, uint32(r)), w, err
	}
	k.xor = func(key []byte, e *weakEnvelope, data []byte) {
		register := weakcipher.TEA1Register(binary.BigEndian.Uint32(key))
		n := slot(e)
		for part := range slices.Chunk(data, weakcipher.TEA1SlotSize) {
			register.XOR(weakcipher.TEA1Frame(n, true), part)
			n++
		}
	}
	k.readLoot = k.readRing
	return k
}

// tea1Link is the network.
type tea1Link struct {
	bits   int
	issued weakRing // by number; what TEA1 makes of the keys
	slots  int
}

// month is the number of a month.
func month(at time.Time) uint16 { return uint16(at.Year()*12 + int(at.Month())) }

func (l *tea1Link) enrol(*weakPhone) error { return nil }

// key is that of a month. A phone takes it from the network, and forgets the one before it.
func (l *tea1Link) key(p *weakPhone, at time.Time) (number string, key []byte, err error) {
	number = string(binary.BigEndian.AppendUint16(nil, month(at)))
	if l.issued[number] == nil {
		key, err := weakcipher.NewTEA1Key(l.bits)
		if err != nil {
			return "", nil, err
		}
		l.issued[number] = binary.BigEndian.AppendUint32(nil, uint32(key.Reduce()))
	}
	p.keys = weakRing{number: l.issued[number]}
	return number, l.issued[number], nil
}

func (l *tea1Link) send(from, to *weakPhone, at time.Time, size int) (head, key []byte, err error) {
	number, key, err := l.key(from, at)
	if err != nil {
		return nil, nil, err
	}
	head = binary.BigEndian.AppendUint32([]byte(number), uint32(l.slots))
	l.slots += (size + weakcipher.TEA1SlotSize - 1) / weakcipher.TEA1SlotSize
	return head, key, nil
}

func (l *tea1Link) receive(_, to *weakPhone, at time.Time, e *weakEnvelope) []byte {
	if _, _, err := l.key(to, at); err != nil {
		return nil
	}
	return to.keys[string(e.head[:2])]
}

func (l *tea1Link) state(*weakPhone) [][]byte { return nil }

func (l *tea1Link) thefts() []Theft { return []Theft{stealNetwork(tea1Kind(), l.issued)} }

// stealNetwork takes the network's list of keys, those of today and before.
func stealNetwork(k *weakKind, issued weakRing) Theft {
	return Theft{
		Name:  "provider",
		Takes: "the network's list of keys",
		Steal: func() (*Tape, error) { return loot(issued.records()...) },
		Open: func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			keyOf, err := k.readLoot(l)
			if err != nil {
				return 0, err
			}
			return recoverWeakWith(ctx, k, keyOf, t, found)
		},
		Forge: forgeByAltering,
	}
}

// NewGEA1 returns GPRS with GEA-1 as a system. Each phone agrees on a key with the network each day
// that it writes. Envelopes are what the wiretap hears in the writer's cell: his frames up to the
// network, which decrypts them and sends them down under the other phone's key. Of the 64 bits that a
// first frame starts from, bits are not known; 64 is the full size, and takes 2^40 steps.
func NewGEA1(bits int) System {
	return &weakSystem{weakKind: gea1Kind(), bits: bits, link: &gea1Link{bits: bits, issued: weakRing{}}}
}

// The head of a GEA-1 envelope: uint16 day; uint32 number of the frame under that day's key.
const gea1HeadLen = 2 + 4

func gea1Kind() *weakKind {
	k := &weakKind{systemName: "GEA-1", fullSize: "64 in 2^40 steps at full size", number: 3, headLen: gea1HeadLen, labelLen: len(weakName{}) + 2, keyLen: 8}
	frame := func(e *weakEnvelope) uint32 { return binary.BigEndian.Uint32(e.head[2:]) }
	k.label = func(e *weakEnvelope) []byte { return append(e.from[:], e.head[:2]...) }
	k.searchable = func(e *weakEnvelope) bool { return frame(e) == 0 }
	k.search = func(ctx context.Context, e *weakEnvelope, keystream []byte, o weakcipher.Options) ([]byte, weakcipher.Work, error) {
		key, w, err := weakcipher.RecoverGEA1(ctx, frame(e), false, keystream, o)
		return key[:], w, err
	}
	k.xor = func(key []byte, e *weakEnvelope, data []byte) {
		weakcipher.GEA1Key(key).XOR(frame(e), false, data)
	}
	k.readLoot = k.readRing
	return k
}

// gea1Link is the network.
type gea1Link struct {
	bits   int
	issued weakRing // by phone and day
}

func (l *gea1Link) enrol(*weakPhone) error { return nil }

func (l *gea1Link) send(from, _ *weakPhone, at time.Time, _ int) (head, key []byte, err error) {
	head = binary.BigEndian.AppendUint16(nil, uint16(day(at)))
	label := string(append(from.name[:], head...))
	if from.keys[label] == nil {
		key, err := weakcipher.NewGEA1Key(l.bits, 0, false)
		if err != nil {
			return nil, nil, err
		}
		l.issued[label] = key[:]
		from.keys, from.frames = weakRing{label: key[:]}, 0
	}
	head = binary.BigEndian.AppendUint32(head, from.frames)
	from.frames++
	return head, from.keys[label], nil
}

// receive is done by the network, which has the writer's key.
func (l *gea1Link) receive(from, _ *weakPhone, _ time.Time, e *weakEnvelope) []byte {
	return l.issued[string(append(from.name[:], e.head[:2]...))]
}

func (l *gea1Link) state(*weakPhone) [][]byte { return nil }

func (l *gea1Link) thefts() []Theft { return []Theft{stealNetwork(gea1Kind(), l.issued)} }
