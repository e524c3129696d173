package clipper

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	mathrand "math/rand/v2"
	"testing"
	"time"

	"doormat/internal/skipjack"
)

var (
	day     = time.Date(1994, 2, 9, 12, 0, 0, 0, time.UTC)
	first   = time.Date(1994, 2, 1, 0, 0, 0, 0, time.UTC)
	last    = time.Date(1994, 3, 2, 0, 0, 0, 0, time.UTC)
	message = []byte("The bridge, at six o'clock, alone.      ")
)

// world is a family, its two agents, and chips by number from 1.
type world struct {
	family      *Family
	nist, other *Agent
	chips       map[UnitID]*Chip
}

func newWorld(t testing.TB, chips int) *world {
	t.Helper()
	w := &world{family: NewFamily(), nist: agent(t, "NIST"), other: agent(t, "Treasury"), chips: map[UnitID]*Chip{}}
	for i := range UnitID(chips) {
		c, err := w.family.Program(i+1, w.nist, w.other)
		if err != nil {
			t.Fatal(err)
		}
		w.chips[i+1] = c
	}
	return w
}

func agent(t testing.TB, name string) *Agent {
	t.Helper()
	a, err := NewAgent(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func warrant(u UnitID) Warrant { return Warrant{u, first, last} }

// halves are what the agents release for a unit.
func (w *world) halves(t testing.TB, u UnitID) (a, b Half) {
	t.Helper()
	a, err := w.nist.Release(u, warrant(u), day)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = w.other.Release(u, warrant(u), day); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func generate(t testing.TB, s *Session) Header {
	t.Helper()
	h, err := s.GenerateIV()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// transmit has unit u send the message.
func (w *world) transmit(t testing.TB, u UnitID, k SessionKey, m Mode) (Header, []byte) {
	t.Helper()
	s := w.chips[u].Load(k)
	h := generate(t, s)
	c, err := s.Encrypt(m, message)
	if err != nil {
		t.Fatal(err)
	}
	return h, c
}

// What follows is the reconstruction once more, made of the CBC of crypto/cipher alone.

func referenceCBC(c cipher.Block, data []byte) []byte {
	out := make([]byte, len(data))
	cipher.NewCBCEncrypter(c, make([]byte, c.BlockSize())).CryptBlocks(out, data)
	return out
}

// turned has the blocks of 16 bytes in the other order.
func turned(b []byte) []byte { return append(append([]byte(nil), b[8:]...), b[:8]...) }

func referenceLEAF(family FamilyKey, wrapped [KeySize]byte, u UnitID, sum uint16) LEAF {
	p := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(wrapped[:], uint32(u)), sum)
	c := skipjack.New(family.k)
	return LEAF(turned(referenceCBC(c, turned(referenceCBC(c, p)))))
}

func referenceChecksum(family FamilyKey, k SessionKey, iv IV, u UnitID) uint16 {
	m := append(append([]byte(nil), k.k[:]...), iv[:]...)
	m = append(binary.BigEndian.AppendUint32(m, uint32(u)), 0, 0)
	mac := referenceCBC(skipjack.New(family.k), m)
	return binary.BigEndian.Uint16(mac[16:])
}

// seeded makes all randomness follow from a number until the test is over.
func seeded(t testing.TB, seed byte) {
	before := rand.Reader
	rand.Reader = mathrand.NewChaCha8([32]byte{seed})
	t.Cleanup(func() { rand.Reader = before })
}
