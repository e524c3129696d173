package weakcipher

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow/weakcipher"
)

// TETRA, the radio of emergency services. It encrypts the air and nothing behind it, so the network
// has every key. TEA1 takes a key of 80 bits, and its first step leaves 32 of them:
//
//	key, 80 bits:  c0 c1 c2 c3 c4 c5 c6 c7 c8 c9
//	                           |
//	                           v    r = r<<8 | S[r>>24 ^ c ^ r&0xff], for each c
//	               register, 32 bits ---------------+
//	                                                v
//	               number of the slot, in clear --> 64 bits of state --> keystream, 54 bytes a slot
//
// Everything after the arrow depends on the register alone. 2^48 keys share each.

// NewTEA1 returns TETRA with TEA1 as a system. Everyone has the same key, and the network hands out a
// new one each month. The register of each is one of about 2^bits. Bits is 11 to 32, the full size.
func NewTEA1(bits int) attacks.System {
	return &tetra{people: people[*phone]{SystemName: TEA1, cipher: tea1{bits}}, bits: bits, issued: keyring{}}
}

// tea1 is what everyone knows. A key is a register here, in four bytes. The head of an envelope is,
// in bytes:
//
//	uint16 month;   number of the key, which networks broadcast
//	uint32 slot;    number of the first slot: a text takes as many as it needs, one after the other
type tea1 struct{ bits int }

func (tea1) format() format {
	return format{system: 2, head: 2 + 4, label: 2, key: 4, means: attacks.Altered}
}

func (tea1) label(e *envelope) (string, bool) { return string(e.head[:2]), true }

func (tea1) slot(e *envelope) int { return int(binary.BigEndian.Uint32(e.head[2:])) }

func (c tea1) xor(key []byte, e *envelope, data []byte) {
	register, err := weakcipher.ParseTEA1Register(key)
	if err != nil {
		return
	}
	slot := c.slot(e)
	for part := range slices.Chunk(data, weakcipher.TEA1SlotSize) {
		register.XOR(weakcipher.TEA1Frame(slot, true), part)
		slot++
	}
}

// search tries all registers on any slot. It follows Meijer, Bokslag and Wetzels (USENIX Security
// 2023), who took TEA1 out of a radio and found the reduction (CVE-2022-24402); they report minutes
// on consumer hardware. Package weakcipher has the measure of this one.
func (c tea1) search(ctx context.Context, e *envelope, keystream []byte, progress func(weakcipher.Work)) ([]byte, weakcipher.Work, error) {
	frame := weakcipher.TEA1Frame(c.slot(e), true)
	register, w, err := weakcipher.RecoverTEA1(ctx, frame, keystream, weakcipher.Options{Bits: c.bits, Progress: progress})
	return register.Bytes(), w, err
}

// tetra is the system: a network and its radios.
type tetra struct {
	people[*phone]
	bits   int
	issued keyring // every key so far
	slots  int     // numbers used
}

// Enrol gives a person a radio.
func (s *tetra) Enrol(person string) error {
	p := newPhone()
	s.enrol(person, &p)
	return nil
}

// month returns the number of a month.
func month(at time.Time) uint16 { return uint16(at.Year()*12 + int(at.Month())) }

// renew gives a radio the key of the month, which the network draws if it has none. The radio erases
// the one before.
func (s *tetra) renew(p *phone, at time.Time) (number string, err error) {
	number = string(binary.BigEndian.AppendUint16(nil, month(at)))
	if s.issued[number] == nil {
		key, err := weakcipher.NewTEA1Key(s.bits)
		if err != nil {
			return "", err
		}
		s.issued[number] = key.Reduce().Bytes()
	}
	p.keys = keyring{number: s.issued[number]}
	return number, nil
}

// Send encrypts under the key of the month, in the next slots.
func (s *tetra) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	number, err := s.renew(from, m.At)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32([]byte(number), uint32(s.slots))
	s.slots += (len(opening) + len(m.Text) + weakcipher.TEA1SlotSize - 1) / weakcipher.TEA1SlotSize
	return seal(s.cipher, from.keys[number], from.address, to.address, head, m.Text), nil
}

// Receive opens an envelope with the key of the month in which it arrives.
func (s *tetra) Receive(to string, at time.Time, b []byte) (from, text string, err error) {
	e, _, own, err := s.arrive(to, b)
	if err != nil {
		return "", "", err
	}
	if _, err := s.renew(own, at); err != nil {
		return "", "", err
	}
	return s.deliver(e, own.keys[e.label])
}

// Thefts lists the wiretap, which is enough, the network's keys and a radio's.
func (s *tetra) Thefts(victim string) []attacks.Theft {
	takes := fmt.Sprintf("nothing; %d bits of each key are searched for, 32 at full size", s.bits)
	return []attacks.Theft{wiretap(s.cipher, attacks.Search{Bits: s.bits, Full: 32}, takes), stolenList(s.cipher, s.issued), s.stolenPhone(victim)}
}
