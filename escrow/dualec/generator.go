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
	// once more at the end of each request. That was meant to protect earlier output if the state
	// is stolen. It also makes a single block determine the state that the next request starts
	// from (TestUpdateOf2007HelpsTheAttacker).
	Revision2007 Revision = 2007
)

const (
	entropySize = 16 // bytes: the security strength of P-256, 128 bits
	nonceSize   = 8  // half of that (SP 800-90A, Section 8.6.7)

	// reseedInterval is the largest number of blocks between two reseedings, and in one request
	// (SP 800-90A, Table 4).
	reseedInterval = 1 << 32

	// MaxInput is the largest length of a personalization string and of additional input, in bytes
	// (SP 800-90A, Table 4).
	MaxInput = 1 << 10

	// readSize is the largest request that Read makes, in bytes.
	readSize = 1 << 16
)

// Config has the parameters of a generator.
type Config struct {
	Points   *Points
	Revision Revision  // 0 means Revision2007
	Entropy  io.Reader // nil means crypto/rand

	Personalization      []byte // at most MaxInput bytes
	PredictionResistance bool   // requests may ask for it
}

// Request has the options of a call of [Generator.Generate].
type Request struct {
	Additional           []byte // additional input, at most MaxInput bytes
	PredictionResistance bool   // reseed first
}

// A Generator is an instance of Dual_EC_DRBG. It is safe for concurrent use. Printing one prints
// its points only. [Instantiate] makes one; the methods of the zero Generator return an error.
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
	entropy   io.Reader // not part of the state in bytes
}

var (
	errInstance  = errors.New("dualec: the generator was not instantiated")
	errResistant = errors.New("dualec: expected a generator instantiated with prediction resistance, found one without")
	errZero      = errors.New("dualec: the state multiplies P to the point at infinity: reseed, or give other additional input")
)

// Instantiate makes a generator, seeded with 16 bytes of entropy and a nonce of 8, both from the
// source of entropy. It implements SP 800-90A, Sections 9.1 and 10.3.1.2.
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
	if err := checkInput("personalization string", c.Personalization); err != nil {
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

// Generate fills out, with at most 2^32 blocks. It implements SP 800-90A, Sections 9.3 and
// 10.3.1.4, and reseeds after 2^32 blocks. After an error the state is unchanged.
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

// change runs f on a copy of the state. The copy becomes the state if f succeeds.
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

// blocks implements SP 800-90A, Section 10.3.1.4, from step 2 on:
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

// end moves the state after the last block of a request, if the revision does that.
func (s *state) end() error {
	if s.revision == Revision2006 {
		return nil
	}
	return s.step(s.s)
}

// step sets the state to φ(x(tP)). It fails if tP is the point at infinity.
func (s *state) step(t []byte) error {
	x, ok := s.points.curve.x(t, s.points.p)
	if !ok {
		return errZero
	}
	s.s = x
	return nil
}

// output returns a block: φ(x(sQ)) without the dropped bits. A state that is an x-coordinate is not
// 0 modulo the order, on either curve, except for one in 2^128 on P-256.
func (s *state) output() []byte {
	x, _ := s.points.curve.x(s.s, s.points.q)
	return s.points.curve.block(x)
}

// draw returns n bytes of entropy.
func (s *state) draw(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.entropy, b); err != nil {
		return nil, fmt.Errorf("dualec: expected %d bytes of entropy: %w", n, err)
	}
	return b, nil
}

// blocks returns the number of blocks in a request of n bytes.
func (c *Curve) blocks(n int64) (int64, error) {
	outlen := int64(c.BlockSize())
	if n > outlen*reseedInterval {
		return 0, fmt.Errorf("dualec: expected a request of at most %d bytes, found %d", outlen*reseedInterval, n)
	}
	return (n + outlen - 1) / outlen, nil
}

// checkRevision returns the revision, or the later one for 0.
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
		return fmt.Errorf("dualec: expected at most %d bytes of %s, found %d", MaxInput, what, len(b))
	}
	return nil
}

// hashDF returns a number with as many bits as a coordinate. It implements Hash_df according to SP
// 800-90A, Section 10.4.1, with SHA-256, one block of which is enough for both curves:
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

// pad8 returns s as a string of bits, followed by zeros up to a whole byte.
func (c *Curve) pad8(s []byte) []byte {
	n := new(big.Int).SetBytes(s)
	return n.Lsh(n, c.spare()).FillBytes(make([]byte, c.size()))
}

// spare returns the number of bits that a coordinate's bytes have beyond the coordinate's.
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
