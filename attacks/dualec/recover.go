package dualec

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks"
	"doormat/escrow/dualec"
	"doormat/internal/padme"
)

// One nonce gives the state, and the state gives everything that the device draws after it: the
// ephemeral key, the k of the signature, the next nonce. So the thief searches once for each device,
// and then runs a generator beside the device's own, from message to message:
//
//	the device draws     the thief
//	nonce 1          --> searches 2^15 points for the state that gives it
//	ephemeral key 1      draws it as well, and opens message 1
//	k 1                  draws it as well, and solves the signature for the signing key
//	nonce 2          --> draws it as well, and compares: nothing to search
//	ephemeral key 2      ...
//
// When a nonce differs, a message is missing from the transcript or the device was seeded again. The
// thief then searches once more. Fresh entropy heals a device, until it shows its next nonce.
//
// The thief only listens, and no device sees a difference. The same search was run against programs
// that speak TLS (Checkoway and others, USENIX Security 2014) and IKE (ePrint 2016/376).

// trapdoorLoot returns d, and what is public: Q, and the date from which Q has been in the devices.
func trapdoorLoot(td *dualec.Trapdoor, since time.Time) (*attacks.Tape, error) {
	return attacks.TapeOf(td.RecoveryKey(), td.Points().Q(), attacks.Date(since))
}

var errTrapdoor = errors.New("attacks: expected a trapdoor, its Q and a date as loot, found something else")

// parseTrapdoor reads what trapdoorLoot returns. P is the standard's, and how many bits the curve drops is
// part of the generator's description. It is an error if dQ is not P.
func parseTrapdoor(c *dualec.Curve, l *attacks.Tape) (td *dualec.Trapdoor, since time.Time, err error) {
	all, err := threeRecords(l, errTrapdoor)
	if err != nil {
		return nil, since, err
	}
	points, err1 := c.NewPoints(c.Standard().P(), all[1])
	since, rest, err2 := attacks.CutDate(all[2])
	if err1 != nil || err2 != nil || len(rest) > 0 {
		return nil, since, errTrapdoor
	}
	if td, err = dualec.ParseTrapdoor(points, all[0]); err != nil {
		return nil, since, errTrapdoor
	}
	return td, since, nil
}

// threeRecords returns copies of the records of a loot. If they are not three, it returns otherwise.
func threeRecords(l *attacks.Tape, otherwise error) (all [][]byte, err error) {
	if l.Len() != 3 {
		return nil, otherwise
	}
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		all = append(all, bytes.Clone(record))
	}
	return all, nil
}

// A shadow is the thief's copy of one sender's generator. It is made from envelopes and d alone, and is
// as good as the generator on the device until that is seeded again.
type shadow struct {
	trapdoor  *dualec.Trapdoor
	tick      func(tried, total int) // is told of a search's progress
	generator *dualec.Generator      // nil until a search has found the state
	failures  int                    // searches in a row that have found none
}

// patience is the number of searches in a row that may fail on a device. Then the device has another
// Q, and each further search would test all 2^15 points in vain.
const patience = 3

// newShadow returns a shadow that has not seen a nonce. Its searches report to the progress of t.
func newShadow(td *dualec.Trapdoor, t *attacks.Transcript) *shadow {
	return &shadow{
		trapdoor: td,
		tick:     func(tried, total int) { t.Progress("searching a state", tried, total) },
	}
}

// drawn holds the private keys of one message.
type drawn struct{ ephemeral, k *ecdh.PrivateKey }

// follow returns the keys that the sender drew for e, and the number of operations: points tested, and
// nonces drawn along.
func (s *shadow) follow(ctx context.Context, e envelope) (keys drawn, operations int64, ok bool) {
	if s.generator != nil {
		operations++
		nonce := make([]byte, nonceSize)
		if _, err := s.generator.Read(nonce); err == nil && bytes.Equal(nonce, e.nonce) {
			keys, ok = drawAlong(s.generator, e)
			return keys, operations, ok
		}
		s.generator = nil
	}
	if s.failures == patience {
		return keys, operations, false
	}
	tested, err := s.search(ctx, e)
	operations += int64(tested)
	if err != nil {
		s.failures++
		return keys, operations, false
	}
	s.failures = 0
	keys, ok = drawAlong(s.generator, e)
	return keys, operations, ok
}

// search recovers the generator in the state after the nonce of e. It follows Shumow and Ferguson, CRYPTO
// 2007 rump session, and needs d and one envelope, which crosses the wire. For the standard's 16
// dropped bits:
//
//	for each x that ends in bytes 0 to 29 of the nonce    2^16 of them; one in two has a point R = (x, y)
//	    s' = x(dR)                                        if R is sQ, dR is sP, and s' the next state
//	    does x(s'Q) give bytes 30 and 31 of the nonce?    2^15 · 2^-16: a wrong s' in one search of two
//	    does s' draw the ephemeral key of e?              no wrong one is left
//
// The last line is done here, and the others by [dualec.Trapdoor.Recover]. tested is the number of
// points, 2^14 on average where the state is found, and 2^15 where it is not. The error is
// [dualec.ErrNotFound] then.
func (s *shadow) search(ctx context.Context, e envelope) (tested uint64, err error) {
	g, w, err := s.trapdoor.Recover(ctx, e.nonce, dualec.Options{
		Accept: func(g *dualec.Generator) bool {
			_, ok := drawAlong(g, e)
			return ok
		},
		Progress: func(w dualec.Work) { s.tick(int(w.Tried), int(w.Of)) },
	})
	if err == nil {
		s.generator = g
	}
	return w.Points, err
}

// drawAlong draws the two keys that follow a nonce, as seal does on the device. It reports false if the
// ephemeral key is not that of e. For k there is nothing to compare before the signing key is known.
func drawAlong(g *dualec.Generator, e envelope) (keys drawn, ok bool) {
	var err error
	if keys.ephemeral, err = drawKey(g); err != nil || !bytes.Equal(rawPoint(keys.ephemeral), e.ephemeral) {
		return keys, false
	}
	keys.k, err = drawKey(g)
	return keys, err == nil
}

// recoverWithTrapdoor reads all messages of all people, from a date on: older messages are skipped,
// since their senders had another Q. It follows Checkoway and others (USENIX Security 2014), where
// the nonce of a TLS handshake gives the keys of that session.
//
// It needs d and the transcript: no device, no session, no message that was not recorded. The maker of Q
// does this with a warrant, and a thief of d without one. It shows that an escrow key need not be in
// any message: 32 bytes open the messages of all people, those from before the theft as well.
//
// The operations are points tested, and nonces drawn along.
func recoverWithTrapdoor(ctx context.Context, td *dualec.Trapdoor, since time.Time, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return bySender(ctx, t, found, func() reader {
		s := newShadow(td, t)
		return func(r attacks.Record, e envelope) (text []byte, operations int64, ok bool) {
			if r.At.Before(since) {
				return nil, 0, false
			}
			keys, operations, ok := s.follow(ctx, e)
			if !ok {
				return nil, operations, false
			}
			text, err := e.open(keys.ephemeral, e.to[pointSize:])
			return text, operations, err == nil
		}
	})
}

// forgeWithTrapdoor signs as the victim. It recovers the k of one of the victim's signatures, and from
// k the key, which is a long-term one: from then on the thief needs neither d nor the generator. It
// needs d and one envelope of the victim's. It shows that this backdoor cannot be kept to reading:
// who has the randomness has the signatures.
//
// The held envelope is tried first; if its state is not found, those in the transcript are. If none is
// found forgeWithTrapdoor returns the held envelope, as it was.
func forgeWithTrapdoor(td *dualec.Trapdoor, t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	s := newShadow(td, t)
	signing := s.signingKey(f.Held, f.From)
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if signing != nil {
			break
		}
		signing = s.signingKey(r.Bytes, f.From)
	}
	if signing == nil {
		return f.Held, nil
	}
	return seal(rand.Reader, signing, f.From, f.To, f.Text)
}

// signingKey returns the key that has signed an envelope, or nil if the envelope is not that person's
// or its state is not found.
func (s *shadow) signingKey(b, person []byte) *ecdh.PrivateKey {
	e, ok := parseEnvelope(b)
	if !ok || !bytes.Equal(e.from, person) {
		return nil
	}
	keys, _, ok := s.follow(context.Background(), e)
	if !ok {
		return nil
	}
	if signing, ok := recoverSigningKey(keys.k, e); ok {
		return signing
	}
	return nil
}

// A reader reads the envelopes of one sender, which must come in order. It returns the text of this
// one, whether it opens, and the number of operations.
type reader func(r attacks.Record, e envelope) (text []byte, operations int64, ok bool)

// letter is an envelope of the transcript, and its parts.
type letter struct {
	record attacks.Record
	envelope
}

// bySender reads the transcript on every core, with a reader for each sender. The envelopes of one
// sender go to one core, in order, because a generator is followed from message to message;
// [attacks.Transcript.Each] keeps no order. It returns the sum of the operations.
func bySender(ctx context.Context, t *attacks.Transcript, found attacks.Found, newReader func() reader) (int64, error) {
	var operations atomic.Int64
	var wg sync.WaitGroup
	queues := make([]chan letter, runtime.GOMAXPROCS(0))
	for i := range queues {
		queues[i] = make(chan letter, 64)
		wg.Go(func() {
			readers := map[string]reader{}
			for l := range queues[i] {
				if ctx.Err() != nil {
					continue
				}
				from := string(l.from)
				if readers[from] == nil {
					readers[from] = newReader()
				}
				text, n, ok := readers[from](l.record, l.envelope)
				operations.Add(n)
				if ok {
					found(l.record.Index, text)
				}
			}
		})
	}
	err := dealBySender(ctx, t, queues)
	for _, q := range queues {
		close(q)
	}
	wg.Wait()
	return operations.Load(), errors.Join(err, ctx.Err())
}

// dealBySender gives each sender one of the queues, in turn, and puts copies of that sender's envelopes
// there. It skips what is not an envelope.
func dealBySender(ctx context.Context, t *attacks.Transcript, queues []chan letter) error {
	queue := map[string]chan letter{} // by sender
	for r, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		r.Bytes = bytes.Clone(r.Bytes)
		e, ok := parseEnvelope(r.Bytes)
		if !ok {
			continue
		}
		q := queue[string(e.from)]
		if q == nil {
			q = queues[len(queue)%len(queues)]
			queue[string(e.from)] = q
		}
		q <- letter{r, e}
	}
	return nil
}

// smallTrapdoors is the number of values of d that an attacker without a trapdoor tries.
const smallTrapdoors = 1000

// recoverWithoutTrapdoor tries what can be tried with nothing stolen. It needs the transcript, and P and Q,
// which every device has. It reads messages if d is at most smallTrapdoors, if a text is in clear, or
// if it is under a key of zeros:
//
//	is Q, 2Q, 3Q, … = P?                          then k is d, and the search above opens everything
//	is the ciphertext a padded text?              nothing was encrypted
//	is it one under ChaCha20 with zeros as key?   no key was agreed on
//
// None of them succeeds against these devices, and that is the zero in the table; the tests have systems
// against which each does. It does not show that d cannot be found, only that it is not so easy. The
// operations are values of d, and two attempts for each envelope.
func recoverWithoutTrapdoor(ctx context.Context, p *dualec.Points, t *attacks.Transcript, found attacks.Found) (int64, error) {
	for k, kQ := range p.Multiples() {
		if bytes.Equal(kQ, p.P()) {
			d := binary.BigEndian.AppendUint64(make([]byte, 24), uint64(k))
			td, err := dualec.ParseTrapdoor(p, d)
			if err != nil {
				return int64(k), err
			}
			n, err := recoverWithTrapdoor(ctx, td, time.Time{}, t, found)
			return n + int64(k), err
		}
		if k == smallTrapdoors {
			break
		}
	}
	n, err := t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		e, ok := parseEnvelope(r.Bytes)
		if !ok {
			return
		}
		message := attacks.Sealed{
			Nonce:      make([]byte, chacha20poly1305.NonceSize),
			Ciphertext: e.ciphertext[:len(e.ciphertext)-chacha20poly1305.Overhead],
		}
		for _, padded := range [][]byte{message.Ciphertext, message.UnderZeroKey()} {
			text, err := padme.Unpad(padded)
			tried(text, err == nil && utf8.Valid(text))
		}
	})
	return smallTrapdoors + n, err
}
