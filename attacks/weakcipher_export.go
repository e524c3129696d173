package attacks

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"golang.org/x/crypto/nacl/box"

	"doormat/escrow/weakcipher"
)

// NewExport40 returns export RC4 as a system, in which bits of the 40 secret bits of a session are
// not known, and the others zero; 40 is the full size. The first of two to write on a day begins a
// session, as the client, and draws its key; the other is the server. SSL sealed the secret part with
// the server's RSA key; here it is a sealed box, for this is not what is weak.
func NewExport40(bits int) System {
	k := exportKind()
	return &weakSystem{weakKind: k, bits: bits, link: &exportLink{k, bits}}
}

// The head of an export envelope, in bytes:
//
//	uint8  to_server;           1 if the client wrote it, 0 if the server
//	uint24 offset;              in the stream of that direction
//	opaque challenge[16], connection_id[16], clear_key[11];
//	opaque sealed_secret[53];   to the server
const (
	exportHello   = 16 + 16 + 11
	exportSealed  = 5 + box.AnonymousOverhead
	exportHeadLen = 4 + exportHello + exportSealed

	// exportMost is how much one direction of a session carries, in bytes.
	exportMost = 1<<24 - 1
)

func exportHead(toServer bool, offset int, session []byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(offset))
	if toServer {
		head[0] = 1
	}
	return append(head, session...)
}

// readExport reads a head, but for the sealed secret.
func readExport(e *weakEnvelope) (h weakcipher.Hello, toServer bool, offset int) {
	hello := e.head[4:][:exportHello]
	copy(h.Challenge[:], hello)
	copy(h.ConnectionID[:], hello[16:])
	copy(h.ClearKey[:], hello[32:])
	return h, e.head[0] == 1, int(binary.BigEndian.Uint32(e.head) & exportMost)
}

func exportKind() *weakKind {
	k := &weakKind{systemName: "export RC4", fullSize: "40 in 1995", number: 1, headLen: exportHeadLen, labelLen: exportHello, keyLen: 5}
	k.valid = func(head []byte) bool { return head[0] <= 1 }
	k.label = func(e *weakEnvelope) []byte { return e.head[4:][:exportHello] }
	k.searchable = func(e *weakEnvelope) bool {
		_, _, offset := readExport(e)
		return offset == 0
	}
	k.search = func(ctx context.Context, e *weakEnvelope, keystream []byte, o weakcipher.Options) ([]byte, weakcipher.Work, error) {
		h, toServer, _ := readExport(e)
		secret, w, err := weakcipher.RecoverExport(ctx, h, toServer, keystream, o)
		return secret[:], w, err
	}
	k.xor = func(key []byte, e *weakEnvelope, data []byte) {
		h, toServer, offset := readExport(e)
		h.XOR(weakcipher.ExportSecret(key), toServer, offset, data)
	}
	k.readLoot = func(l *Tape) (func(e *weakEnvelope) []byte, error) { return readExportLoot(k, l) }
	return k
}

// exportPhone is what a person has beside the secrets of the sessions in use.
type exportPhone struct {
	public, private [32]byte
	sessions        map[weakName]*exportSession // with whom
}

// exportSession is one side's view of a session.
type exportSession struct {
	day     int64
	client  bool
	session []byte // the head from the hello on
	secret  []byte
	written int
}

// exportLink has a session for two people and a day.
type exportLink struct {
	kind *weakKind
	bits int
}

func (l *exportLink) enrol(p *weakPhone) error {
	p.exports.sessions = map[weakName]*exportSession{}
	public, private, err := box.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	p.exports.public, p.exports.private = *public, *private
	return nil
}

func day(at time.Time) int64 { return at.Unix() / 86400 }

func (l *exportLink) send(from, to *weakPhone, at time.Time, size int) (head, key []byte, err error) {
	s := from.exports.sessions[to.name]
	if s == nil || s.day != day(at) || s.written+size > exportMost {
		secret, err := weakcipher.NewExportSecret(l.bits)
		if err != nil {
			return nil, nil, err
		}
		h := weakcipher.NewHello()
		session := bytes.Join([][]byte{h.Challenge[:], h.ConnectionID[:], h.ClearKey[:]}, nil)
		session, err = box.SealAnonymous(session, secret[:], &to.exports.public, rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		s = &exportSession{day: day(at), client: true, session: session, secret: secret[:]}
		from.begin(to.name, s)
	}
	head = exportHead(s.client, s.written, s.session)
	s.written += size
	return head, s.secret, nil
}

// begin takes up a session with somebody, and forgets the one before it.
func (p *weakPhone) begin(with weakName, s *exportSession) {
	if old := p.exports.sessions[with]; old != nil {
		delete(p.keys, string(old.session[:exportHello]))
	}
	p.exports.sessions[with] = s
	p.keys[string(s.session[:exportHello])] = s.secret
}

// receive takes the secret from the session, or from the head if there is a new one.
func (l *exportLink) receive(from, to *weakPhone, at time.Time, e *weakEnvelope) (key []byte) {
	if key := to.keys[string(l.kind.label(e))]; key != nil {
		return key
	}
	secret := openExport(&to.exports.public, &to.exports.private, e)
	if secret == nil {
		return nil
	}
	if _, ok := l.kind.open(secret, e); !ok {
		return nil
	}
	to.begin(from.name, &exportSession{day: day(at), session: bytes.Clone(e.head[4:]), secret: secret})
	return secret
}

// openExport opens the sealed secret of a session with the server's key.
func openExport(public, private *[32]byte, e *weakEnvelope) []byte {
	secret, ok := box.OpenAnonymous(nil, e.head[4+exportHello:], public, private)
	if !ok || len(secret) != len(weakcipher.ExportSecret{}) {
		return nil
	}
	return secret
}

// state is the key that sessions are sealed to, private ‖ public.
func (l *exportLink) state(p *weakPhone) [][]byte {
	return [][]byte{append(p.exports.private[:], p.exports.public[:]...)}
}

func (l *exportLink) thefts() []Theft { return nil }

// readExportLoot reads the secrets of sessions, and the key that sessions are sealed to. That one
// opens every session to its owner, of all times: export had no forward secrecy either.
func readExportLoot(k *weakKind, l *Tape) (func(e *weakEnvelope) []byte, error) {
	ring := new(Tape)
	var public, private *[32]byte
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		if len(record) == 64 {
			private, public = (*[32]byte)(bytes.Clone(record[:32])), (*[32]byte)(bytes.Clone(record[32:]))
			continue
		}
		if err := ring.Append(record); err != nil {
			return nil, err
		}
	}
	if private == nil {
		return nil, errors.New("attacks: the loot has no private key")
	}
	keyOf, err := k.readRing(ring)
	if err != nil {
		return nil, err
	}
	return func(e *weakEnvelope) []byte {
		if key := keyOf(e); key != nil {
			return key
		}
		return openExport(public, private, e)
	}, nil
}
