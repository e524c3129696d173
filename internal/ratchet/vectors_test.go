package ratchet

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/testing/vectors"
	"doormat/internal/x25519"
)

const vectorFile = "testdata/ratchet.json"

// vectorsOf is testdata/ratchet.json: sessions, each with an envelope that it opens or refuses.
type vectorsOf struct {
	Comment   string        `json:"comment"`
	SK        vectors.Bytes `json:"sk"`
	AD        vectors.Bytes `json:"ad"`
	Responder vectors.Bytes `json:"responder"` // the private key that NewResponder is given
	Cases     []vectorCase  `json:"cases"`
}

type vectorCase struct {
	Name       string        `json:"name"`
	State      vectors.Bytes `json:"state"`
	Clear      int           `json:"clear"`
	Associated vectors.Bytes `json:"associated"`
	Envelope   vectors.Bytes `json:"envelope"`
	Plaintext  string        `json:"plaintext,omitempty"`
	After      vectors.Bytes `json:"after,omitempty"` // the state then
	Error      string        `json:"error,omitempty"`
}

func readVectors(t testing.TB) (v vectorsOf) {
	t.Helper()
	vectors.Read(t, vectorFile, &v)
	return v
}

func TestVectors(t *testing.T) {
	if *vectors.Update {
		writeVectors(t)
	}
	v := readVectors(t)
	if got := save(NewResponder([32]byte(v.SK), v.AD, x25519.PrivateKey(v.Responder))); !bytes.Equal(got, v.Cases[0].State) {
		t.Errorf("the first state is %x", got)
	}
	for _, c := range v.Cases {
		s := load(t, c.State)
		got, err := s.Open(c.Envelope, c.Clear, c.Associated)
		switch {
		case c.Error != "":
			if err == nil || err.Error() != c.Error || !bytes.Equal(save(s), c.State) {
				t.Errorf("%s: %q, %v", c.Name, got, err)
			}
		case err != nil || string(got) != c.Plaintext:
			t.Errorf("%s: %q, %v", c.Name, got, err)
		case !bytes.Equal(save(s), c.After):
			t.Errorf("%s: the state then is %x", c.Name, save(s))
		}
	}
}

// The first message by hand, with nothing of this package.
func TestFirstVectorByHand(t *testing.T) {
	v := readVectors(t)
	envelope := v.Cases[0].Envelope[v.Cases[0].Clear:]
	expand := func(secret, salt []byte, label string) (a, b, c []byte) {
		out, err := hkdf.Key(sha256.New, secret, salt, label, 96)
		if err != nil {
			t.Fatal(err)
		}
		return out[:32], out[32:64], out[64:]
	}
	rk, hka, _ := expand(v.SK, nil, "doormat 1 Double Ratchet initial keys")

	aead, _ := chacha20poly1305.NewX(hka)
	header, err := aead.Open(nil, envelope[:24], envelope[24:80], nil)
	if err != nil || !bytes.Equal(header[32:], make([]byte, 8)) {
		t.Fatalf("the header is %x, %v", header, err)
	}
	bob, _ := ecdh.X25519().NewPrivateKey(v.Responder)
	alice, _ := ecdh.X25519().NewPublicKey(header[:32])
	dh, err := bob.ECDH(alice)
	if err != nil {
		t.Fatal(err)
	}
	_, ck, _ := expand(dh, rk, "doormat 1 Double Ratchet root step")
	mac := hmac.New(sha256.New, ck)
	mac.Write([]byte{1})

	ad := append(bytes.Clone(v.AD), v.Cases[0].Envelope[:v.Cases[0].Clear+80]...)
	aead, _ = chacha20poly1305.New(mac.Sum(nil))
	padded, err := aead.Open(nil, envelope[:12], envelope[80:], append(ad, v.Cases[0].Associated...))
	if want := v.Cases[0].Plaintext + "\x80"; err != nil || string(bytes.TrimRight(padded, "\x00")) != want || len(padded) != 128 {
		t.Fatalf("%q, %v", padded, err)
	}
}

// writeVectors records a short conversation. Its key pairs and nonces are random.
func writeVectors(t *testing.T) {
	v := vectorsOf{
		Comment:   "Double Ratchet with header encryption, as in doormat/internal/ratchet. A state is laid out in state.go.",
		SK:        vectors.Counting(0, 32),
		AD:        vectors.Counting(0x40, 98),
		Responder: vectors.Counting(0x20, 32),
	}
	bob := NewResponder([32]byte(v.SK), v.AD, x25519.PrivateKey(v.Responder))
	alice, err := NewInitiator([32]byte(v.SK), v.AD, x25519.PrivateKey(v.Responder).Public())
	if err != nil {
		t.Fatal(err)
	}
	sealFor := func(s *Session, clear, text, associated string) []byte {
		e, err := s.Seal([]byte(clear), []byte(text), []byte(associated))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	record := func(name string, s *Session, clear string, e []byte, associated string) {
		c := vectorCase{Name: name, State: save(s), Clear: len(clear), Associated: []byte(associated), Envelope: e}
		text, err := s.Open(e, len(clear), []byte(associated))
		if c.Plaintext = string(text); err != nil {
			c.Error = err.Error()
		} else {
			c.After = save(s)
		}
		v.Cases = append(v.Cases, c)
	}
	first := sealFor(alice, "clear", "Hello, Bob.", "date")
	record("the first message", bob, "clear", first, "date")
	record("a replay", bob, "clear", first, "date")
	second, third := sealFor(alice, "", "second", ""), sealFor(alice, "", "third", "")
	record("a message that overtakes another", bob, "", third, "")
	record("the one overtaken", bob, "", second, "")
	lost := sealFor(alice, "", "the last on its chain", "")
	record("the responder's first, an empty text", alice, "", sealFor(bob, "", "", ""), "")
	record("the next chain", bob, "clear", sealFor(alice, "clear", string(bytes.Repeat([]byte("long "), 40)), ""), "")
	record("late, on a closed chain", bob, "", lost, "")
	altered := sealFor(alice, "", "altered", "")
	altered[len(altered)-1] ^= 1
	record("an altered tag", bob, "", altered, "")
	jump := clone(t, alice)
	lose(t, jump, MaxWalk+1)
	record("too many are missing", bob, "", sealFor(jump, "", "far", ""), "")

	vectors.Write(t, vectorFile, v)
}
