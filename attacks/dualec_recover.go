package attacks

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

	"golang.org/x/crypto/chacha20"

	"doormat/escrow/dualec"
	"doormat/internal/padme"
)

// One nonce gives the state, and the state gives all that the device draws after it: the ephemeral
// key, the k of the signature, the next nonce. So the thief searches once for each device, and then
// runs a generator beside the device's own, from message to message, for as long as the nonces
// agree. If they cease to, he searches again: a state recovered is not lost by missing a message.

// A shadow is the thief's copy of each sender's generator.
type shadow struct {
	trapdoor   *dualec.Trapdoor
	generators map[string]*dualec.Generator
	failures   map[string]int // searches in a row
	operations *atomic.Int64  // candidates tested, and messages drawn along
}

// patience is how many searches in a row may fail on a device: it has another Q, then, and each
// search is the full 2^15.
const patience = 3

func newShadow(td *dualec.Trapdoor, operations *atomic.Int64) *shadow {
	return &shadow{td, map[string]*dualec.Generator{}, map[string]int{}, operations}
}

// drawn are the private keys of one message.
type drawn struct{ ephemeral, k *ecdh.PrivateKey }

// follow draws what the sender of e has drawn for it.
func (s *shadow) follow(ctx context.Context, e dualECEnvelope) (d drawn, ok bool) {
	from := string(e.from)
	if g := s.generators[from]; g != nil {
		s.operations.Add(1)
		nonce := make([]byte, dualECNonce)
		if _, err := g.Read(nonce); err == nil && bytes.Equal(nonce, e.nonce) {
			return drawAlong(g, e)
		}
		delete(s.generators, from)
	}
	if s.failures[from] == patience {
		return d, false
	}
	// The nonce fits one wrong state in two as well. The ephemeral key fits none.
	g, tested, err := s.trapdoor.Recover(ctx, e.nonce, dualec.Revision2007, func(g *dualec.Generator) bool {
		_, ok := drawAlong(g, e)
		return ok
	})
	s.operations.Add(int64(tested))
	if err != nil {
		s.failures[from]++
		return d, false
	}
	s.failures[from] = 0
	s.generators[from] = g
	return drawAlong(g, e)
}

// drawAlong draws the keys that come after the nonce, and compares.
func drawAlong(g *dualec.Generator, e dualECEnvelope) (d drawn, ok bool) {
	var err error
	if d.ephemeral, err = drawKey(g); err != nil || !bytes.Equal(rawPoint(d.ephemeral), e.ephemeral) {
		return d, false
	}
	d.k, err = drawKey(g)
	return d, err == nil
}

// recoverWithTrapdoor is what the maker of Q does with a warrant, and a thief without one. What is
// older than since he leaves alone.
func recoverWithTrapdoor(ctx context.Context, td *dualec.Trapdoor, since time.Time, t *Transcript, found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallelBySender(ctx, t, func() func(Envelope, dualECEnvelope) {
		s := newShadow(td, &operations)
		return func(envelope Envelope, e dualECEnvelope) {
			if envelope.At.Before(since) {
				return
			}
			d, ok := s.follow(ctx, e)
			if !ok {
				return
			}
			if text, err := e.open(d.ephemeral, e.to[dualECPoint:]); err == nil {
				found(envelope.Index, text)
			}
		}
	})
	return operations.Load(), err
}

// inParallelBySender has a worker on each core, and gives it all envelopes of a sender, in order.
func inParallelBySender(ctx context.Context, t *Transcript, worker func() func(Envelope, dualECEnvelope)) error {
	var wg sync.WaitGroup
	queues := make([]chan Envelope, runtime.GOMAXPROCS(0))
	for i := range queues {
		queues[i] = make(chan Envelope, 64)
		work := worker()
		wg.Go(func() {
			for envelope := range queues[i] {
				if e, ok := parseDualEC(envelope.Bytes); ok && ctx.Err() == nil {
					work(envelope, e)
				}
			}
		})
	}
	err := dealBySender(ctx, t, queues)
	for _, q := range queues {
		close(q)
	}
	wg.Wait()
	return errors.Join(err, ctx.Err())
}

func dealBySender(ctx context.Context, t *Transcript, queues []chan Envelope) error {
	queue := map[string]chan Envelope{} // by sender
	for envelope, err := range t.All() {
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		e, ok := parseDualEC(envelope.Bytes)
		if !ok {
			continue
		}
		q := queue[string(e.from)]
		if q == nil {
			q = queues[len(queue)%len(queues)]
			queue[string(e.from)] = q
		}
		envelope.Bytes = bytes.Clone(envelope.Bytes)
		q <- envelope
	}
	return nil
}

// stolenDualEC is a device in bytes: the generator's state, and two private keys.
type stolenDualEC struct {
	state            []byte
	signing, private *ecdh.PrivateKey
	identity         []byte
}

var errDualECLoot = errors.New("attacks: the loot is not a device's keys, or not a trapdoor and its Q")

func parseDualECDevice(l *Tape) (*stolenDualEC, error) {
	all, err := dualECRecords(l, 3)
	if err != nil {
		return nil, err
	}
	signing, err1 := ecdh.P256().NewPrivateKey(all[1])
	private, err2 := ecdh.P256().NewPrivateKey(all[2])
	if err := errors.Join(new(dualec.Generator).UnmarshalBinary(all[0]), err1, err2); err != nil {
		return nil, errDualECLoot
	}
	return &stolenDualEC{all[0], signing, private, append(rawPoint(signing), rawPoint(private)...)}, nil
}

func parseDualECLoot(c *dualec.Curve, l *Tape) (td *dualec.Trapdoor, since time.Time, err error) {
	all, err := dualECRecords(l, 3)
	if err != nil {
		return nil, since, err
	}
	points, err := c.NewPoints(c.Standard().P(), all[1])
	if err != nil || len(all[2]) != 8 {
		return nil, since, errDualECLoot
	}
	td, err = dualec.ParseTrapdoor(points, all[0])
	if err != nil {
		return nil, since, errDualECLoot
	}
	return td, readDate(all[2]), nil
}

func dualECRecords(l *Tape, n int) (all [][]byte, err error) {
	if l.Len() != n {
		return nil, errDualECLoot
	}
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		all = append(all, bytes.Clone(record))
	}
	return all, nil
}

// follow draws what the device has drawn for e, if e is the next that it sent.
func (d *stolenDualEC) follow(e dualECEnvelope) (keys drawn, ok bool) {
	g, nonce := new(dualec.Generator), make([]byte, dualECNonce)
	if g.UnmarshalBinary(d.state) != nil {
		return keys, false
	}
	if _, err := g.Read(nonce); err != nil || !bytes.Equal(nonce, e.nonce) {
		return keys, false
	}
	if keys, ok = drawAlong(g, e); !ok {
		return keys, false
	}
	state, err := g.MarshalBinary()
	if err != nil {
		return keys, false
	}
	d.state = state
	return keys, true
}

// recoverWithDualECDevice opens what came to the victim, all of it, since nothing in this exchange
// is forgotten, and what the victim wrote after the theft.
func recoverWithDualECDevice(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	d, err := parseDualECDevice(l)
	if err != nil {
		return 0, err
	}
	var operations atomic.Int64
	err = inParallelBySender(ctx, t, func() func(Envelope, dualECEnvelope) {
		return func(envelope Envelope, e dualECEnvelope) {
			private, public := d.private, e.ephemeral
			if bytes.Equal(e.from, d.identity) {
				keys, ok := d.follow(e) // on one core, as they are all his
				if !ok {
					return
				}
				private, public = keys.ephemeral, e.to[dualECPoint:]
			} else if !bytes.Equal(e.to, d.identity) {
				return
			}
			operations.Add(1)
			if text, err := e.open(private, public); err == nil {
				found(envelope.Index, text)
			}
		}
	})
	return operations.Load(), err
}

// smallTrapdoors is how many d are tried by somebody who has none.
const smallTrapdoors = 1000

// recoverWithoutTrapdoor is what can be tried with nothing stolen: is d so small that it is found, is
// the text there in clear, or under a key of zeros?
func recoverWithoutTrapdoor(ctx context.Context, p *dualec.Points, t *Transcript, found func(i int, text []byte)) (int64, error) {
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
	var operations atomic.Int64
	operations.Add(smallTrapdoors)
	err := inParallel(ctx, t, func(envelope Envelope) {
		e, ok := parseDualEC(envelope.Bytes)
		if !ok {
			return
		}
		operations.Add(2)
		message := sealed{make([]byte, chacha20.NonceSize), e.ciphertext[:len(e.ciphertext)-tagSize]}
		for _, padded := range [][]byte{message.ciphertext, message.underZeroKey()} {
			if text, err := padme.Unpad(padded); err == nil && utf8.Valid(text) {
				found(envelope.Index, text)
			}
		}
	})
	return operations.Load(), err
}

// replayDualEC is the last envelope between the two once more.
func replayDualEC(t *Transcript, f Forgery) ([]byte, error) {
	var last []byte
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if p, ok := parseDualEC(e.Bytes); ok && bytes.Equal(p.from, f.From) && bytes.Equal(p.to, f.To) {
			last = append(last[:0], e.Bytes...)
		}
	}
	if last == nil {
		return nil, errNothingRecorded
	}
	return last, nil
}

// forgeWithTrapdoor recovers the k of one of the victim's signatures, and from it the key that signs.
// The envelope under way is as good as any; if it does not open, those before it are tried.
func forgeWithTrapdoor(td *dualec.Trapdoor, t *Transcript, f Forgery) ([]byte, error) {
	var operations atomic.Int64
	s := newShadow(td, &operations)
	signing := func(envelope []byte) *ecdh.PrivateKey {
		e, ok := parseDualEC(envelope)
		if !ok || !bytes.Equal(e.from, f.From) {
			return nil
		}
		if d, ok := s.follow(context.Background(), e); ok {
			private, _ := recoverECDSA(d.k, e)
			return private
		}
		return nil
	}
	private := signing(f.Held)
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if private != nil {
			break
		}
		private = signing(e.Bytes)
	}
	if private == nil {
		return f.Held, nil
	}
	return sealDualEC(rand.Reader, private, f.From, f.To, f.Text)
}

func forgeWithDualECDevice(l *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	d, err := parseDualECDevice(l)
	if err != nil {
		return nil, err
	}
	return sealDualEC(rand.Reader, d.signing, f.From, f.To, f.Text)
}
