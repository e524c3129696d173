package weakcipher

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/nacl/box"

	"doormat/attacks"
	"doormat/escrow/weakcipher"
)

// SSL 2.0 with its cipher for export. The two sides make the keys of a session, one for each
// direction, from what they said in clear and a secret of 40 bits:
//
//	challenge, connection_id, clear_key[11]      in clear, in every envelope here
//	secret_key[5]                                sealed to the server
//	       |
//	       v
//	MD5(clear_key ‖ secret_key ‖ "0" or "1" ‖ challenge ‖ connection_id) ----> RC4, a stream for a direction
//
// What is in clear makes each session a search of its own: no table helps with the next one.

// NewExport40 returns export RC4 as a system. The secret of a session is a number below 2^bits. Bits
// is 8 to 40, the full size. The first of two to write on a day begins a session, as the client, and
// draws its secret; the other is the server. SSL sealed the secret with the server's RSA key. Here it
// is a sealed box (X25519 and XSalsa20-Poly1305), since that was not the weak part.
func NewExport40(bits int) attacks.System {
	return &ssl{people[*program]{SystemName: Export40, cipher: export40{bits}}, bits}
}

// export40 is what everyone knows. The head of an envelope is, in bytes:
//
//	uint8  to_server;           1 if the client wrote it, 0 if the server
//	uint24 offset;              in the stream of that direction
//	opaque challenge[16], connection_id[16], clear_key[11];
//	opaque sealed_secret[53];
type export40 struct{ bits int }

const (
	helloLen = 16 + 16 + 11
	helloAt  = 4

	// streamLen is how many bytes one direction of a session carries at most.
	streamLen = 1<<24 - 1
)

func (export40) format() format {
	return format{system: 1, head: helloAt + helloLen + 5 + box.AnonymousOverhead, label: helloLen, key: 5, means: attacks.NoMAC}
}

func (export40) label(e *envelope) (string, bool) {
	return string(e.head[helloAt:][:helloLen]), e.head[0] <= 1
}

// stream returns what a head says in clear.
func (export40) stream(e *envelope) (h weakcipher.Hello, toServer bool, offset int) {
	hello := e.head[helloAt:]
	copy(h.Challenge[:], hello)
	copy(h.ConnectionID[:], hello[16:])
	copy(h.ClearKey[:], hello[32:])
	return h, e.head[0] == 1, int(binary.BigEndian.Uint32(e.head) & streamLen)
}

func (c export40) xor(key []byte, e *envelope, data []byte) {
	h, toServer, offset := c.stream(e)
	if secret, err := weakcipher.ParseExportSecret(key); err == nil {
		h.XOR(secret, toServer, offset, data)
	}
}

// search tries all secrets on the first message of a direction, as Doligez and others did for the
// challenge of July 1995. That took 8 days on 120 machines; the second challenge fell to 200 people
// in 31.8 hours (Clayton, "Brute force attacks on cryptographic keys"). It follows the key production
// of SSL_CK_RC4_128_EXPORT40_WITH_MD5 in the SSL 2.0 Protocol Specification, CLIENT-MASTER-KEY.
func (c export40) search(ctx context.Context, e *envelope, keystream []byte, progress func(weakcipher.Work)) ([]byte, weakcipher.Work, error) {
	h, toServer, offset := c.stream(e)
	if offset != 0 {
		return nil, weakcipher.Work{}, weakcipher.ErrNoKey
	}
	secret, w, err := weakcipher.RecoverExport(ctx, h, toServer, keystream, weakcipher.Options{Bits: c.bits, Progress: progress})
	return secret.Bytes(), w, err
}

// ssl is the system: a session for two people and a day.
type ssl struct {
	people[*program]
	bits int
}

// A program is what one person runs: a client, and a server with a key pair.
type program struct {
	phone
	public, private *[32]byte
	sessions        map[address]*session // by peer
}

// A session is one side's view of it.
type session struct {
	day     int64
	client  bool
	parts   []byte // of each head, from the challenge on
	secret  []byte
	written int // bytes, in this side's direction
}

// Enrol gives a person a program. Randomness is read in the order address, key pair.
func (s *ssl) Enrol(person string) error {
	p := &program{phone: newPhone(), sessions: map[address]*session{}}
	var err error
	if p.public, p.private, err = box.GenerateKey(rand.Reader); err != nil {
		return err
	}
	s.enrol(person, p)
	return nil
}

// Bundle returns the address and the 32 bytes of the server's public key.
func (s *ssl) Bundle(person string) ([]byte, error) {
	p, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	return append(p.address[:], p.public[:]...), nil
}

// Send encrypts with the session that the sender has with the recipient, or with a new one if that is
// of another day, or full.
func (s *ssl) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	size := len(opening) + len(m.Text)
	session := from.sessions[to.address]
	if session == nil || session.day != day(m.At) || session.written+size > streamLen {
		if session, err = s.newSession(to.public, m.At); err != nil {
			return nil, err
		}
		from.take(to.address, session)
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(session.written))
	if session.client {
		head[0] = 1
	}
	session.written += size
	return seal(s.cipher, session.secret, from.address, to.address, append(head, session.parts...), m.Text), nil
}

// newSession draws a session with the server that has this public key. Randomness is read in the
// order secret, challenge, connection id, clear key, sealed box.
func (s *ssl) newSession(server *[32]byte, at time.Time) (*session, error) {
	secret, err := weakcipher.NewExportSecret(s.bits)
	if err != nil {
		return nil, err
	}
	h := weakcipher.NewHello()
	parts := bytes.Join([][]byte{h.Challenge[:], h.ConnectionID[:], h.ClearKey[:]}, nil)
	if parts, err = box.SealAnonymous(parts, secret.Bytes(), server, rand.Reader); err != nil {
		return nil, err
	}
	return &session{day: day(at), client: true, parts: parts, secret: secret.Bytes()}, nil
}

// day returns the number of a day, in UTC.
func day(at time.Time) int64 { return at.Unix() / 86400 }

// take replaces the session with a peer. The key of the one before is erased.
func (p *program) take(peer address, s *session) {
	if old := p.sessions[peer]; old != nil {
		delete(p.keys, string(old.parts[:helloLen]))
	}
	p.sessions[peer] = s
	p.keys[string(s.parts[:helloLen])] = s.secret
}

// Receive takes the secret from the session, or from the envelope if the session is new. A new
// session counts once a message under it has opened.
func (s *ssl) Receive(to string, at time.Time, b []byte) (from, text string, err error) {
	e, sender, own, err := s.arrive(to, b)
	if err != nil {
		return "", "", err
	}
	if key := own.keys[e.label]; key != nil {
		return s.deliver(e, key)
	}
	secret := openSecret(own.public, own.private, e)
	if from, text, err = s.deliver(e, secret); err == nil {
		own.take(sender.address, &session{day: day(at), parts: bytes.Clone(e.head[helloAt:]), secret: secret})
	}
	return from, text, err
}

// openSecret returns the secret that is sealed in an envelope to the server with this key pair, or
// nil.
func openSecret(public, private *[32]byte, e *envelope) []byte {
	secret, ok := box.OpenAnonymous(nil, e.head[helloAt+helloLen:], public, private)
	if _, err := weakcipher.ParseExportSecret(secret); !ok || err != nil {
		return nil
	}
	return secret
}

// records returns the secrets of the sessions in use and the server's key pair, private ‖ public.
func (p *program) records() [][]byte {
	return append(p.phone.records(), append(p.private[:], p.public[:]...))
}

// rest returns the sessions, whose secrets are in records.
func (p *program) rest() (all []byte) {
	for _, peer := range slices.SortedFunc(maps.Keys(p.sessions), func(a, b address) int { return bytes.Compare(a[:], b[:]) }) {
		s := p.sessions[peer]
		all = append(all, peer[:]...)
		all = binary.BigEndian.AppendUint64(all, uint64(s.day))
		all = binary.BigEndian.AppendUint64(all, uint64(s.written))
		all = append(all, s.parts...)
	}
	return all
}

// Thefts lists the wiretap, which is enough, and what a thief would take from a better cipher.
func (s *ssl) Thefts(victim string) []attacks.Theft {
	device := s.stolenPhone(victim)
	device.Read = func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return recoverWithProgram(ctx, s.cipher, loot, t, found)
	}
	return []attacks.Theft{wiretap(s.cipher, attacks.Search{Bits: s.bits, Full: 40}, fmt.Sprintf("nothing; %d bits of each key are searched for, 40 in 1995", s.bits)), device}
}

// recoverWithProgram reads with what one program held: the secrets of its sessions, and the key pair,
// which opens the secret of each session that a peer began with its owner, of all times. It needs a
// transcript beside them. It shows that the key exchange for export had no forward secrecy.
func recoverWithProgram(ctx context.Context, c cipher, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	ring := keyring{}
	var public, private *[32]byte
	for record, err := range loot.All() {
		if err != nil {
			return 0, err
		}
		if len(record) == 64 {
			private, public = (*[32]byte)(bytes.Clone(record[:32])), (*[32]byte)(bytes.Clone(record[32:]))
		} else if err := ring.add(c, record); err != nil {
			return 0, err
		}
	}
	if private == nil {
		return 0, errors.New("attacks: expected a key pair of 64 bytes in the loot")
	}
	return recoverWithKeys(ctx, c, func(e *envelope) []byte {
		if key := ring[e.label]; key != nil {
			return key
		}
		return openSecret(public, private, e)
	}, t, found)
}
