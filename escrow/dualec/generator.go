package dualec

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"sync"
)

// Revision is a version of the standard, by its year. They differ in one step.
type Revision int

const (
	// Revision2006 is SP 800-90 of June 2006.
	Revision2006 Revision = 2006
	// Revision2007 is SP 800-90 of March 2007, and SP 800-90A of January 2012: the state moves
	// once more at the end of each request. It was meant to protect what was drawn before, should
	// the state be stolen. It also means that a single block gives away the state that the
	// next request starts from (TestUpdateOf2007HelpsTheAttacker).
	Revision2007 Revision = 2007
)

const (
	entropySize = 16 // bytes: the security strength of P-256, 128 bits
	nonceSize   = 8  // half of that (SP 800-90A, Section 8.6.7)

	// reseedInterval is the most blocks between two reseedings, and in one request
	// (SP 800-90A, Table 4).
	reseedInterval = 1 << 32

	// MaxInput is the longest personalization string and additional input, in bytes
	// (SP 800-90A, Table 4).
	MaxInput = 1 << 10

	// readSize is the longest request that Read makes, in bytes.
	readSize = 1 << 16
)

// Config says how a generator is made.
type Config struct {
	Points   *Points
	Revision Revision  // 0 means Revision2007
	Entropy  io.Reader // nil means crypto/rand

	Personalization      []byte // at most MaxInput bytes, or nothing
	PredictionResistance bool   // requests may ask for it
}

// Request is what one call of [Generator.Generate] may ask for.
type Request struct {
	Additional           []byte // additional input, at most MaxInput bytes, or nothing
	PredictionResistance bool   // reseed first
}

// A Generator is an instance of Dual_EC_DRBG. It is safe for concurrent use. Printing one prints
// its points only. Make one with [Instantiate]; the zero Generator generates nothing.
type Generator struct {
	mu sync.Mutex
	s  *hidden
}

// hidden keeps the state one pointer further away than package fmt goes when it prints a copy
// of a Generator, or a struct with one, and knows nothing of Format.
type hidden struct{ *state }

// state is the internal state of SP 800-90A, Section 10.3.1.1.
type state struct {
	points    *Points
	revision  Revision
	resistant bool // prediction_resistance_flag
	s         []byte
	counter   int64     // blocks since the last reseeding
	entropy   io.Reader // is no part of the state in bytes
}

var (
	errInstance  = errors.New("dualec: the generator was not instantiated")
	errResistant = errors.New("dualec: prediction resistance was requested, which the generator was instantiated without")
	errZero      = errors.New("dualec: the state multiplies P to the point at infinity: reseed, or give other additional input")
)

// Instantiate makes a generator, seeded from 16 bytes of entropy and a nonce of 8, which it draws
// from the same source. It implements SP 800-90A, Sections 9.1 and 10.3.1.2.
func Instantiate(c Config) (*Generator, error) {
	if c.Points == nil {
		return nil, errors.New("dualec: expected points to generate with, found none")
	}
	revision, err := checkRevision(c.Revision)
	if err != nil {
		return nil, err
	}
	s := &state{points: c.Points, revision: revision, resistant: c.PredictionResistance, entropy: c.Entropy}
	if s.entropy == nil {
		s.entropy = rand.Reader
	}
	if err := checkInput("the personalization string", c.Personalization); err != nil {
		return nil, err
	}
	material, err := s.draw(entropySize + nonceSize)
	if err != nil {
		return nil, err
	}
	s.s = hashDF(append(material, c.Personalization...), s.points.curve)
	return &Generator{s: &hidden{s}}, nil
}

// Reseed mixes 16 new bytes of entropy into the state. It implements SP 800-90A, Sections 9.2 and
// 10.3.1.3.
func (g *Generator) Reseed(additional []byte) error {
	return g.change(func(s *state) error { return s.reseed(additional) })
}

// Generate fills out. It implements SP 800-90A, Sections 9.3 and 10.3.1.4. After 2^32 blocks it
// reseeds.
func (g *Generator) Generate(out []byte, r Request) error {
	return g.change(func(s *state) error { return s.generate(out, r) })
}

// Read fills p, in requests of at most 64 KiB without additional input.
func (g *Generator) Read(p []byte) (n int, err error) {
	for n < len(p) {
		request := p[n:min(len(p), n+readSize)]
		if err := g.Generate(request, Request{}); err != nil {
			return n, err
		}
		n += len(request)
	}
	return n, nil
}

// change runs f on a copy of the state, which becomes the state if f succeeds.
func (g *Generator) change(f func(*state) error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.s == nil {
		return errInstance
	}
	next := *g.s.state
	if err := f(&next); err != nil {
		return err
	}
	g.s.state = &next
	return nil
}

func (s *state) reseed(additional []byte) error {
	if err := checkInput("additional input", additional); err != nil {
		return err
	}
	entropy, err := s.draw(entropySize)
	if err != nil {
		return err
	}
	material := append(s.points.curve.pad8(s.s), entropy...)
	s.s = hashDF(append(material, additional...), s.points.curve)
	s.counter = 0
	return nil
}

func (s *state) generate(out []byte, r Request) error {
	blocks, err := s.points.curve.blocks(int64(len(out)))
	if err != nil {
		return err
	}
	if err := checkInput("additional input", r.Additional); err != nil {
		return err
	}
	if r.PredictionResistance && !s.resistant {
		return errResistant
	}
	additional := r.Additional
	if r.PredictionResistance || s.counter+blocks > reseedInterval {
		if err := s.reseed(additional); err != nil {
			return err
		}
		additional = nil // it has gone into the seed (Section 9.3.1, step 7.4)
	}
	return s.blocks(out, additional)
}

// blocks is SP 800-90A, Section 10.3.1.4, from step 2 on:
//
//	t = s ⊕ Hash_df(additional)   the first time; t = s afterwards
//	s = φ(x(tP))
//	r = φ(x(sQ))                  the last outlen bits are output
//
// and after the last block, since 2007, s = φ(x(sP)).
func (s *state) blocks(out, additional []byte) error {
	t := s.s
	if len(additional) > 0 {
		t = make([]byte, len(s.s))
		subtle.XORBytes(t, s.s, hashDF(additional, s.points.curve))
	}
	for {
		if err := s.step(t); err != nil {
			return err
		}
		out = out[copy(out, s.output()):]
		s.counter++
		t = s.s
		if len(out) == 0 {
			return s.end()
		}
	}
}

// end is what happens after the last block of a request.
func (s *state) end() error {
	if s.revision == Revision2006 {
		return nil
	}
	return s.step(s.s)
}

// step makes φ(x(tP)) the state.
func (s *state) step(t []byte) error {
	x, ok := s.points.curve.x(t, s.points.p)
	if !ok {
		return errZero
	}
	s.s = x
	return nil
}

// output is a block: φ(x(sQ)) without the bits that are dropped. A state that is an x-coordinate
// is not 0 modulo the order, on either curve, but for one in 2^128 on P-256.
func (s *state) output() []byte {
	x, _ := s.points.curve.x(s.s, s.points.q)
	return s.points.curve.block(x)
}

func (s *state) draw(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.entropy, b); err != nil {
		return nil, fmt.Errorf("dualec: expected %d bytes of entropy: %w", n, err)
	}
	return b, nil
}

// blocks returns how many blocks a request of n bytes takes.
func (c *Curve) blocks(n int64) (int64, error) {
	outlen := int64(c.BlockSize())
	if n > outlen*reseedInterval {
		return 0, fmt.Errorf("dualec: %d bytes were requested at once, expected at most %d", n, outlen*reseedInterval)
	}
	return (n + outlen - 1) / outlen, nil
}

// checkRevision returns the revision, of which 0 is the later.
func checkRevision(r Revision) (Revision, error) {
	switch r {
	case 0:
		return Revision2007, nil
	case Revision2006, Revision2007:
		return r, nil
	}
	return 0, fmt.Errorf("dualec: expected the revision of 2006 or 2007, found %d", r)
}

func checkInput(what string, b []byte) error {
	if len(b) > MaxInput {
		return fmt.Errorf("dualec: %s has %d bytes, expected at most %d", what, len(b), MaxInput)
	}
	return nil
}

// hashDF returns as many bits of a hash as a coordinate has, as a number. It implements Hash_df
// according to SP 800-90A, Section 10.4.1, with SHA-256, of which one block is enough for both
// curves:
//
//	SHA-256(1 ‖ seedlen ‖ input), the first seedlen bits
func hashDF(input []byte, c *Curve) []byte {
	h := sha256.New()
	h.Write([]byte{1})                                            // counter, 8 bits
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(c.bits()))) // no_of_bits_to_return, 32 bits
	h.Write(input)
	first := new(big.Int).SetBytes(h.Sum(nil)[:c.size()])
	return first.Rsh(first, c.spare()).FillBytes(make([]byte, c.size()))
}

// pad8 is s as a string of bits, followed by zeros up to a whole byte.
func (c *Curve) pad8(s []byte) []byte {
	n := new(big.Int).SetBytes(s)
	return n.Lsh(n, c.spare()).FillBytes(make([]byte, c.size()))
}

// spare is how many bits a coordinate's bytes have more than the coordinate.
func (c *Curve) spare() uint { return uint(8*c.size() - c.bits()) }

// Format implements [fmt.Formatter]: every verb prints the points and no secret.
func (g *Generator) Format(f fmt.State, _ rune) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.s == nil {
		io.WriteString(f, "dualec.Generator(none)")
		return
	}
	fmt.Fprintf(f, "dualec.Generator(%v)", g.s.points)
}

// LogValue implements [slog.LogValuer] as Format does.
func (g *Generator) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(g)) }

// MarshalText implements [encoding.TextMarshaler] as Format does. Without it, encoders of text
// would turn to MarshalBinary.
func (g *Generator) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(g)), nil }
