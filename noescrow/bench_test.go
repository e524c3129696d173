package noescrow

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/avx"
	"doormat/internal/padme"
	"doormat/internal/pqxdh"
	"doormat/internal/testing/ratio"
	"doormat/internal/x25519"
)

// Each benchmark has a limit beside it: the bare cryptography that its specification asks
// for, with no state, no parsing and no copying. The full run reports how many times as long
// it takes, in x-limit.

// againstLimit runs full beside limit, and reports what full allocates.
func againstLimit(b *testing.B, limit func(), full func()) {
	ratio.Time(b, "x-limit", full, limit)
	b.ReportMetric(testing.AllocsPerRun(100, full), "allocs/op")
}

// bare is the cryptography of one message: on either side two HMACs, a header and a body.
type bare struct {
	key                        [32]byte
	nonce                      [24]byte
	header, text, associated   []byte
	sealedHeader, sealed, room []byte
}

func newBare(text, associated int) *bare {
	return &bare{header: make([]byte, 40), text: make([]byte, padme.Length(text)), associated: make([]byte, associated)}
}

func (c *bare) seal() {
	c.chain()
	rand.Read(c.nonce[:])
	x, _ := chacha20poly1305.NewX(c.key[:])
	c.sealedHeader = x.Seal(c.sealedHeader[:0], c.nonce[:], c.header, nil)
	a, _ := chacha20poly1305.New(c.key[:])
	c.sealed = a.Seal(c.sealed[:0], c.nonce[:12], c.text, c.associated)
}

func (c *bare) open() {
	c.chain()
	x, _ := chacha20poly1305.NewX(c.key[:])
	c.room, _ = x.Open(c.room[:0], c.nonce[:], c.sealedHeader, nil)
	a, _ := chacha20poly1305.New(c.key[:])
	room, err := a.Open(c.room[:0], c.nonce[:12], c.sealed, c.associated)
	if err != nil {
		panic(err)
	}
	c.room = room
}

func (c *bare) chain() {
	var out [32]byte
	h := hmac.New(sha256.New, c.key[:])
	h.Write([]byte{1})
	h.Sum(out[:0])
	h.Reset()
	h.Write([]byte{2})
	h.Sum(out[:0])
}

// root is KDF_RK.
func root(secret x25519.SharedSecret) { hkdf.Key(sha256.New, secret[:], secret[:], "label", 96) }

const textSize = 256

// One message of 256 bytes on a chain, sealed and opened.
func BenchmarkOneWay(b *testing.B) {
	x, y := talking(b)
	text := make([]byte, textSize)
	c := newBare(textSize, 98+clearOrdinary+80)
	againstLimit(b, func() { c.seal(); c.open() }, func() { carry(b, x, y, text) })
}

func carry(b *testing.B, x, y *Device, text []byte) {
	e, err := x.Seal(y.Identity(), text, nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := y.Open(e, nil); err != nil {
		b.Fatal(err)
	}
}

// One message that turns the ratchet: a key pair and a shared secret for the sender, the same
// secret and the check of the public key for the receiver.
func BenchmarkPingPong(b *testing.B) {
	x, y := talking(b)
	text := make([]byte, textSize)
	c := newBare(textSize, 98+clearOrdinary+80)
	_, peer := x25519.Generate()
	limit := func() {
		k, p := x25519.Generate()
		s, _ := k.DH(peer)
		root(s)
		c.seal()
		x25519.Parse(p[:])
		s, _ = k.DH(peer)
		root(s)
		c.open()
	}
	againstLimit(b, limit, func() { carry(b, x, y, text); x, y = y, x })
}

// Start, the first message, and the opening of both, without one-time prekeys.
func BenchmarkHandshake(b *testing.B) {
	x, y := NewDevice(), NewDevice()
	text := make([]byte, textSize)
	bundle := shelf(b, y, 0).Bundle()
	c := newBare(textSize, 98+clearInitial+80)

	identity, public := x25519.Generate()
	_, peer := x25519.Generate()
	seed, kem := pqxdh.NewKEM()
	overCurve, overKEM := pqxdh.SignCurve(identity, peer), pqxdh.SignKEM(identity, kem)
	limit := func() {
		for range 2 { // IK and SPK of the bundle
			x25519.Parse(peer[:])
		}
		pqxdh.VerifyCurve(public, peer, overCurve)
		pqxdh.VerifyKEM(public, &kem, overKEM)
		var k mlkem768.PublicKey
		var ct [mlkem768.CiphertextSize]byte
		var ss, m [32]byte
		k.Unpack(kem[:])
		rand.Read(m[:])
		k.EncapsulateTo(ct[:], ss[:], m[:])
		avx.Clear() // a limit with slow registers is none
		ephemeral, _ := x25519.Generate()
		for range 3 {
			ephemeral.DH(peer)
		}
		hkdf.Key(sha256.New, ss[:], ss[:], "label", 32)
		r, _ := x25519.Generate() // the initiator's first ratchet step
		s, _ := r.DH(peer)
		root(s)
		root(s)
		c.seal()

		_, private := mlkem768.NewKeyFromSeed(seed[:])
		private.DecapsulateTo(ss[:], ct[:])
		avx.Clear()
		for range 3 { // IK, EK and the ratchet key
			x25519.Parse(peer[:])
		}
		for range 3 {
			ephemeral.DH(peer)
		}
		hkdf.Key(sha256.New, ss[:], ss[:], "label", 32)
		s, _ = r.DH(peer)
		root(s)
		root(s)
		c.open()
	}
	againstLimit(b, limit, func() {
		if err := x.Start(y.Identity(), bundle); err != nil {
			b.Fatal(err)
		}
		carry(b, x, y, text)
		clear(y.s.prekeys.current.seen)
	})
}
