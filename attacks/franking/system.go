// Package franking puts package franking under study: no escrow, and a report by which a recipient proves
// to the provider, who runs the relay, what was sent. It is the messenger of package noescrow with a
// commitment beside each envelope, and has the thefts of every messenger and one more:
//
//	theft          the thief has                it opens                     noticed by
//	relay          the relay's database; of     nothing: no commitment       nobody
//	               franking nothing is stored   can be guessed
//	franking key   K, which makes stamps        nothing; the provider takes  nobody
//	                                            forged reports for true
//
// A warrant gets one person's phone, as in package attacks/noescrow, and from the provider the reports that
// recipients have made. What the design gets right:
// abuse can be proved without a key that reads. What remains: the provider must know who sends, and the
// holder of K can have the provider believe anything of anyone.
//
// The forgery of the theft of K is a report. Its verdict is the provider's, as those of other forgeries
// are a recipient's.
//
// salamander.go has the attack on franking as it was deployed for attachments in 2016 (Dodis, Grubbs,
// Ristenpart and Woodage, CRYPTO 2018): one ciphertext of AES-GCM that opens to two pictures. The
// recipient sees both, and the provider one.
package franking

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow"
	"doormat/noescrow/franking"
)

// Name is the name of the system.
const Name = "franking"

// Key is the theft of the provider's franking key.
const Key attacks.TheftName = "franking key"

// New returns package franking as a system.
func New() attacks.System {
	return &system{
		messenger.New(messenger.Kind{
			Name:      Name,
			NewDevice: func(string) (messenger.Device, error) { return newDevice() },
			NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
			Wire:      wire,
		}),
		franking.NewProvider(),
	}
}

type system struct {
	*messenger.Messenger
	provider *franking.Provider
}

// An envelope is, in bytes:
//
//	struct {
//	    uint8  version = 0xf1;
//	    uint8  kind = 3;
//	    opaque commitment[32];
//	    opaque inner[];         /* a noescrow envelope, which authenticates what is before it */
//	} Envelope;
const (
	version  = 0xf1
	kind     = 3
	headSize = 2 + len(franking.Commitment{})
)

var wire = messenger.Carried{Head: headSize, Bound: true, Fresh: newDevice, Text: func(head, opened []byte) ([]byte, bool) {
	m, err := franking.Open(opened, franking.Commitment(head[2:]))
	return m.Text, err == nil
}}.Wire()

// A device is noescrow's, with a commitment beside each envelope.
type device struct{ *noescrow.Device }

func newDevice() (messenger.Device, error) { return device{noescrow.NewDevice()}, nil }

func (d device) Seal(to noescrow.Identity, text, associated []byte) ([]byte, error) {
	plaintext, c, err := franking.Seal(franking.Message{Text: text})
	if err != nil {
		return nil, err
	}
	head := append([]byte{version, kind}, c[:]...)
	inner, err := d.Device.Seal(to, plaintext, slices.Concat(head, associated))
	return append(head, inner...), err
}

var errEnvelope = errors.New("attacks: expected an envelope with a commitment, found something else")

func (d device) Open(envelope, associated []byte) (from noescrow.Identity, text []byte, err error) {
	if len(envelope) < headSize || envelope[0] != version || envelope[1] != kind {
		return from, nil, errEnvelope
	}
	head := envelope[:headSize]
	from, plaintext, err := d.Device.Open(envelope[headSize:], slices.Concat(head, associated))
	if err != nil {
		return from, nil, err
	}
	m, err := franking.Open(plaintext, franking.Commitment(head[2:]))
	return from, m.Text, err
}

// Receive opens an envelope, or has the provider judge a report.
func (s *system) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	if !isReport(envelope) {
		return s.Messenger.Receive(to, at, envelope)
	}
	m, x, err := s.provider.Judge(envelope)
	if err != nil {
		return "", "", err
	}
	if s.NameOf(x.To[:]) != to {
		return "", "", errors.New("attacks: the report is another person's")
	}
	return s.NameOf(x.From[:]), string(m.Text), nil
}

func isReport(b []byte) bool { return bytes.HasPrefix(b, []byte{version, 2}) }

// Thefts lists the warrant and the thefts of a messenger and, after those of the network, that of the
// provider's key.
func (s *system) Thefts(victim string) []attacks.Theft {
	network := s.Network()
	key := attacks.Theft{
		Name:    Key,
		Takes:   "the provider's franking key, 32 bytes",
		Parties: []attacks.Party{attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(s.provider.RecoveryKey()) },
		Read: func(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			n, err := network[0].Read(ctx, loot, t, found)
			if err != nil {
				return n, err
			}
			m, err := recoverByGuessing(ctx, loot, t, found)
			return n + m, err
		},
		Forge: forgeReport,
	}
	return slices.Concat([]attacks.Theft{s.Warrant(victim)}, network, []attacks.Theft{key}, s.Phone(victim), []attacks.Theft{s.Quantum()})
}

// guesses are texts that many people send. A thief of hashes would find them first.
var guesses = []string{"", "yes", "no", "ok", "Yes.", "No.", "Good morning", "Good night", "On my way.", "I never wrote this."}

// recoverByGuessing tries to confirm guesses of the texts by their commitments, as package
// attacks/traceback does with a table of hashes. It tries the last 32 bytes of each record of the loot as
// the key, and zeros. A commitment's key is drawn for one message and travels inside of it, so what is
// stolen from the provider is never it.
func recoverByGuessing(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	keys := [][]byte{make([]byte, 32)}
	for record, err := range loot.All() {
		if err != nil {
			return 0, err
		}
		if len(record) >= 32 {
			keys = append(keys, bytes.Clone(record[len(record)-32:]))
		}
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		if len(r.Bytes) < headSize {
			return
		}
		for _, key := range keys {
			for _, text := range guesses {
				h := hmac.New(sha256.New, key)
				h.Write([]byte{version, 0, 0}) // no attachments
				h.Write([]byte(text))
				tried([]byte(text), hmac.Equal(h.Sum(nil), r.Bytes[2:headSize]))
			}
		}
	})
}

// forgeReport makes a report of a message that was never sent. It needs the provider's key and two names,
// and no envelope: the recipient whose report it would be takes no part either.
func forgeReport(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	key, err := loot.First()
	if err != nil {
		return nil, err
	}
	stolen, err := franking.ParseProvider(key)
	if err != nil {
		return nil, err
	}
	plaintext, c, err := franking.Seal(franking.Message{Text: []byte(f.Text)})
	if err != nil {
		return nil, err
	}
	x := franking.Context{From: noescrow.Identity(f.From), To: noescrow.Identity(f.To), At: f.At}
	return franking.NewReport(plaintext, c, x, stolen.Stamp(c, x)), nil
}
