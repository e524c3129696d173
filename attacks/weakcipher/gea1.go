package weakcipher

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"doormat/attacks"
	"doormat/escrow/weakcipher"
)

// GPRS, the first mobile internet. Like TETRA it encrypts the air alone: the network decrypts what a
// phone sends, and sends it on to the other phone under that one's key. GEA-1 takes a key of 64 bits
// and has 96 bits of state, but two of its three registers start together in 2^40 states only:
//
//	frame, direction, key --> S, 64 bits
//	                          |
//	                          +--------------> A, 31 bits -- f --+
//	                          +- turned by 16: B, 32 bits -- f --+--> sum: keystream
//	                          +- turned by 32: C, 33 bits -- f --+
//
//	the search:   for each of 2^40 starts of A and C, in tables of the starts of B:
//	              a B whose output is the keystream XOR that of A XOR that of C
//
// So the search takes 2^40 steps in place of 2^64.

// NewGEA1 returns GPRS with GEA-1 as a system. Each phone agrees on a key with the network on each
// day on which it sends. The envelopes are what a wiretap hears in the sender's cell: frames on their
// way up to the network. The first frame under each key starts from one of 2^bits values of S. Bits
// is 8 to 64, the full size, which takes 2^40 steps.
func NewGEA1(bits int) attacks.System {
	return &gprs{people[*mobile]{SystemName: GEA1, cipher: gea1{bits}}, bits, keyring{}}
}

// gea1 is what everyone knows. The head of an envelope is, in bytes:
//
//	uint16 day;
//	uint32 frame;   number of the frame under that day's key of the sender
type gea1 struct{ bits int }

func (gea1) format() format {
	return format{system: 3, head: 2 + 4, label: len(address{}) + 2, key: 8, means: attacks.Altered}
}

func (gea1) label(e *envelope) (string, bool) { return dayLabel(e.from, e.head[:2]), true }

func (gea1) frame(e *envelope) uint32 { return binary.BigEndian.Uint32(e.head[2:]) }

func (c gea1) xor(key []byte, e *envelope, data []byte) {
	if k, err := weakcipher.ParseGEA1Key(key); err == nil {
		k.XOR(c.frame(e), false, data)
	}
}

// search finds the key from the first frame under it, by the divide and conquer of Beierle, Derbez,
// Leander, Leurent, Raddum, Rotella, Rupprecht and Stennes (Eurocrypt 2021). The authors need 65 bits
// of known keystream, 2^40 evaluations and 44.5 GiB; [weakcipher.RecoverGEA1] has smaller tables. At
// a reduced size only the frame with the number 0 starts in the space that is searched.
func (c gea1) search(ctx context.Context, e *envelope, keystream []byte, progress func(weakcipher.Work)) ([]byte, weakcipher.Work, error) {
	if c.frame(e) != 0 {
		return nil, weakcipher.Work{}, weakcipher.ErrNoKey
	}
	key, w, err := weakcipher.RecoverGEA1(ctx, 0, false, keystream, weakcipher.Options{Bits: c.bits, Progress: progress})
	return key.Bytes(), w, err
}

// gprs is the system: a network and its phones.
type gprs struct {
	people[*mobile]
	bits   int
	issued keyring // every key so far, by phone and day
}

// A mobile is a phone that counts its frames.
type mobile struct {
	phone
	frames uint32 // sent under the key in use
}

// rest returns the number of frames.
func (m *mobile) rest() []byte { return binary.BigEndian.AppendUint32(nil, m.frames) }

// Enrol gives a person a phone.
func (s *gprs) Enrol(person string) error {
	s.enrol(person, &mobile{phone: newPhone()})
	return nil
}

// dayLabel names a phone's key of a day.
func dayLabel(phone address, day []byte) string { return string(append(phone[:], day...)) }

// Send encrypts the next frame of the sender's phone. With the first one of a day the phone and the
// network agree on a key, and the phone erases the one before.
func (s *gprs) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint16(nil, uint16(day(m.At)))
	label := dayLabel(from.address, head)
	if from.keys[label] == nil {
		key, err := weakcipher.NewGEA1Key(0, false, s.bits)
		if err != nil {
			return nil, err
		}
		s.issued[label] = key.Bytes()
		from.keys, from.frames = keyring{label: key.Bytes()}, 0
	}
	head = binary.BigEndian.AppendUint32(head, from.frames)
	from.frames++
	return seal(s.cipher, from.keys[label], from.address, to.address, head, m.Text), nil
}

// Receive opens an envelope in the network, which has the sender's key.
func (s *gprs) Receive(to string, _ time.Time, b []byte) (from, text string, err error) {
	e, _, _, err := s.arrive(to, b)
	if err != nil {
		return "", "", err
	}
	return s.deliver(e, s.issued[e.label])
}

// Thefts lists the wiretap, which is enough, the network's keys and a phone's.
func (s *gprs) Thefts(victim string) []attacks.Theft {
	takes := fmt.Sprintf("nothing; %d bits of each key are searched for, 64 in 2^40 steps at full size", s.bits)
	return []attacks.Theft{wiretap(s.cipher, attacks.Search{Bits: s.bits, Full: 64}, takes), stolenList(s.cipher, s.issued), s.stolenPhone(victim)}
}
