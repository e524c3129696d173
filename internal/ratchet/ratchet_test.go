package ratchet

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"
	"testing"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/padme"
	"doormat/internal/x25519"
	"doormat/internal/x25519/x25519test"
)

func TestConversation(t *testing.T) {
	alice, bob := pair(t)
	if _, err := bob.Seal(nil, nil, nil); !errors.Is(err, ErrSend) {
		t.Errorf("the responder sends first: %v", err)
	}
	for i := range 10 {
		for range i%3 + 1 {
			send(t, alice, bob)
		}
		for range i%2 + 1 {
			send(t, bob, alice)
		}
		alice, bob = clone(t, alice), clone(t, bob)
	}
}

func TestEnvelopeAltered(t *testing.T) {
	alice, bob := talking(t)
	e := seal(t, alice, "text")

	late := clone(t, bob)
	opens(t, late, seal(t, alice, "overtakes"), "overtakes")
	next := clone(t, bob)
	send(t, next, alice)
	eNext := seal(t, alice, "text")

	for name, test := range map[string]struct {
		s *Session
		e []byte
	}{"same chain": {bob, e}, "late": {late, e}, "next chain": {next, eNext}} {
		t.Run(name, func(t *testing.T) {
			opens(t, clone(t, test.s), test.e, "text")
			for bit := range 8 * len(test.e) {
				flipped := bytes.Clone(test.e)
				flipped[bit/8] ^= 1 << (bit % 8)
				refuses(t, test.s, flipped, ErrOpen)
			}
			for n := len(clearPart); n < len(test.e); n++ {
				refuses(t, test.s, test.e[:n], ErrOpen)
			}
			refuses(t, test.s, append(bytes.Clone(test.e), 0), ErrOpen)
			opens(t, test.s, test.e, "text")
			refuses(t, test.s, test.e, ErrReplay)
		})
	}
}

// What goes before the envelope, the handshake's AD and the caller's are all bound.
func TestAssociatedData(t *testing.T) {
	alice, bob := talking(t)
	e, err := alice.Seal([]byte("clear"), []byte("text"), []byte("ad"))
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func(s *Session) ([]byte, error){
		"no ad":      func(s *Session) ([]byte, error) { return s.Open(e, 5, nil) },
		"another ad": func(s *Session) ([]byte, error) { return s.Open(e, 5, []byte("da")) },
		"a longer ad": func(s *Session) ([]byte, error) {
			return s.Open(e, 5, []byte("ad "))
		},
		"another clear part": func(s *Session) ([]byte, error) {
			return s.Open(append([]byte("Clear"), e[5:]...), 5, []byte("ad"))
		},
		"a shorter clear part": func(s *Session) ([]byte, error) { return s.Open(e[1:], 4, []byte("ad")) },
		"another session's AD": func(s *Session) ([]byte, error) {
			s.ad = []byte("AD")
			return s.Open(e, 5, []byte("ad"))
		},
	} {
		if got, err := try(clone(t, bob)); !errors.Is(err, ErrOpen) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := bob.Open(e, 5, []byte("ad")); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
}

// sealNext seals the first message of Alice's next chain by hand, under any ratchet key.
func sealNext(t *testing.T, alice *Session, change func(*x25519.PublicKey)) []byte {
	t.Helper()
	s := clone(t, alice)
	if err := s.step(); err != nil {
		t.Fatal(err)
	}
	change(&s.dhsPublic)
	return seal(t, s, "text")
}

func TestHeaderWithBadKeys(t *testing.T) {
	alice, bob := talking(t)
	send(t, bob, alice)
	opens(t, clone(t, bob), sealNext(t, alice, func(*x25519.PublicKey) {}), "text")

	for name := range x25519test.BadKeys(alice.dhsPublic) {
		t.Run(name, func(t *testing.T) {
			refuses(t, bob, sealNext(t, alice, func(k *x25519.PublicKey) { *k = x25519test.BadKeys(*k)[name] }), ErrOpen)
		})
	}
}

// A body that is authentic and not padded as Pad does is refused, and the state stays.
func TestBadPadding(t *testing.T) {
	alice, bob := talking(t)
	for name, padded := range map[string][]byte{
		"nothing":        {},
		"zeros":          make([]byte, padme.Floor),
		"no zeros":       {0x80},
		"a longer floor": append(padme.Pad([]byte("text")), 0),
	} {
		t.Run(name, func(t *testing.T) {
			s := clone(t, alice)
			mk, h := s.cks.next(), header{s.dhsPublic, s.pn, s.ns}
			e := s.hks.seal([]byte(clearPart), h)
			refuses(t, bob, sealRaw(t, mk, e, padded, s.associate(e, nil)), ErrOpen)
		})
	}
	send(t, alice, bob)
}

// Nobody steps the ratchet twice without an answer between. Whoever does it has the root key
// and reckons with the private key zero, which stands where there is none.
func TestNoStepWithoutAnswer(t *testing.T) {
	alice, bob := talking(t)
	public := x25519.PrivateKey{}.Public()
	thief := &Session{ad: alice.ad, rk: bob.rk, nhks: bob.nhkr, dhr: public, turn: true}
	refuses(t, bob, seal(t, thief, "forged"), ErrOpen)
}

func TestSendLimit(t *testing.T) {
	alice, _ := pair(t)
	alice.ns = math.MaxUint32 - 1
	seal(t, alice, "the last")
	if _, err := alice.Seal(nil, nil, nil); !errors.Is(err, ErrSend) {
		t.Errorf("after 2³² − 1 messages: %v", err)
	}
}

// No message is sealed as another was: not even a device that went back to an old state
// uses a keystream again, and its peer sees what has happened.
func TestRollback(t *testing.T) {
	alice, bob := talking(t)
	old := clone(t, alice)
	one, two := "the first text", "another text!!"
	e1, e2 := seal(t, alice, one), seal(t, old, two)
	if alice.cks != old.cks || alice.ns != old.ns {
		t.Fatal("the message keys are not the same: the test proves nothing")
	}
	at := len(clearPart) + headerSize
	if bytes.Equal(xor(e1[at:], e2[at:])[:len(one)], xor([]byte(one), []byte(two))) {
		t.Error("one keystream is used for two texts")
	}
	if bytes.Equal(e1[len(clearPart):][:24], e2[len(clearPart):][:24]) {
		t.Error("one nonce is used for two headers")
	}
	opens(t, bob, e1, one)
	refuses(t, bob, e2, ErrReplay)
}

// A session whose peer's key is of small order comes from no handshake. Using it is an error.
func TestSealWithBadKey(t *testing.T) {
	_, bob := talking(t)
	bob.dhr = x25519.PublicKey{}
	before := save(bob)
	if e, err := bob.Seal(nil, nil, nil); err == nil || e != nil {
		t.Errorf("sealed %d bytes", len(e))
	}
	if !bytes.Equal(save(bob), before) {
		t.Error("the state moved")
	}
	if _, err := NewInitiator([32]byte{1}, nil, x25519.PublicKey{}); err == nil {
		t.Error("a session begins with a key of small order")
	}
}

// An envelope too short for a header and a tag is not looked at, and one that has just these is.
func TestShortEnvelopes(t *testing.T) {
	alice, bob := talking(t)
	e := seal(t, alice, "text")
	opens(t, bob, e, "text")
	for n := range e {
		want := ErrReplay
		if n < len(clearPart)+Overhead {
			want = ErrOpen
		}
		refuses(t, bob, e[:n:n], want)
	}
}

// A chain that is closed has no more messages than the next one's header says. Under its header key
// only a peer that went back to an old state seals more.
func TestBeyondAClosedChain(t *testing.T) {
	alice, bob := talking(t)
	lost := seal(t, alice, "lost")
	send(t, alice, bob)
	old := clone(t, alice)
	send(t, bob, alice)
	send(t, alice, bob)
	for range 3 {
		refuses(t, bob, seal(t, old, "after the end"), ErrReplay)
	}
	opens(t, bob, lost, "lost")
}

// How many messages of a sender that went back are refused, and how: as many as it had sent on its
// chain since, or all, if the chain is another one under the same header key.
func TestRollbackIsNoticed(t *testing.T) {
	for _, sent := range []int{1, 3, 20} {
		alice, bob := talking(t)
		onChain := clone(t, alice)
		for range sent {
			send(t, alice, bob)
		}
		for i := range 20 {
			if e := seal(t, onChain, "again"); i < sent {
				refuses(t, bob, e, ErrReplay)
			} else {
				opens(t, bob, e, "again")
			}
		}

		alice, bob = talking(t)
		send(t, bob, alice)
		beforeTurn := clone(t, alice)
		for range sent {
			send(t, alice, bob)
		}
		lost := seal(t, alice, "lost")
		for range 20 {
			refuses(t, bob, seal(t, beforeTurn, "again"), ErrReplay)
		}
		opens(t, bob, lost, "lost")

		send(t, bob, alice)
		send(t, alice, bob)
		refuses(t, bob, seal(t, beforeTurn, "again"), ErrOpen) // its header key is gone
	}
}

func xor(a, b []byte) []byte {
	out := make([]byte, min(len(a), len(b)))
	subtle.XORBytes(out, a, b)
	return out
}

func TestMirror(t *testing.T) {
	alice, bob := talking(t)
	if m := bob.Mirror(); m == nil {
		t.Fatal("a session that has sent has no mirror")
	}
	before := seal(t, alice, "before")
	m := alice.Mirror()
	after := seal(t, alice, "after")
	refuses(t, m, before, ErrReplay)
	opens(t, m, after, "after")
	refuses(t, m, after, ErrReplay)
	opens(t, bob, before, "before")
	send(t, bob, alice)
	refuses(t, m, seal(t, alice, "on the next chain"), ErrOpen)
	if _, bob := pair(t); bob.Mirror() != nil {
		t.Error("a session that cannot send has a mirror")
	}
}

func TestRatchetKey(t *testing.T) {
	alice, bob := talking(t)
	if k, public, ok := alice.RatchetKey(); !ok || k.Public() != public {
		t.Errorf("the key pair does not fit, %v", ok)
	}
	if k, _, ok := bob.RatchetKey(); ok || k != (x25519.PrivateKey{}) {
		t.Errorf("the receiver has a key before his turn, %v", ok)
	}
	seal(t, bob, "turn")
	if k, public, ok := bob.RatchetKey(); !ok || k.Public() != public {
		t.Errorf("the key pair does not fit, %v", ok)
	}
}

func TestUnmarshalAltered(t *testing.T) {
	alice, bob := talking(t)
	send(t, bob, alice)
	for i := range 3 {
		late := seal(t, alice, "late")
		send(t, alice, bob)
		_ = late
		if i < 2 {
			send(t, bob, alice)
		}
	}
	state := save(bob)
	if !bytes.Equal(save(load(t, state)), state) {
		t.Fatal("the state changes when it is saved and loaded")
	}
	for n := range state {
		in := cryptobyte.String(state[:n])
		if _, err := Unmarshal(&in); err == nil {
			t.Fatalf("%d of %d bytes load", n, len(state))
		}
	}
	for bit := range 8 * len(state) {
		flipped := bytes.Clone(state)
		flipped[bit/8] ^= 1 << (bit % 8)
		in := cryptobyte.String(flipped)
		if s, err := Unmarshal(&in); err == nil && !bytes.Equal(append(save(s), in...), flipped) {
			t.Fatalf("bit %d: the state is read as another", bit)
		}
	}
}

func TestUnmarshalOutOfBounds(t *testing.T) {
	keys := func(n int) (ks []skippedKey) {
		for i := range n {
			ks = append(ks, skippedKey{n: uint32(i)})
		}
		return ks
	}
	closed := func(n int) chain { return chain{closed: true, n: uint32(n), skipped: keys(n)} }
	open := func(n int) chain { return chain{n: uint32(n), skipped: keys(n)} }
	for name, test := range map[string]struct {
		chains []chain
		valid  bool
	}{
		"no chain":             {nil, true},
		"MaxChains":            {[]chain{closed(1), closed(1), closed(1), closed(1), open(0)}, true},
		"one more":             {[]chain{closed(1), closed(1), closed(1), closed(1), closed(1), open(0)}, false},
		"MaxSkipped":           {[]chain{closed(1000), open(MaxSkipped - 1000)}, true},
		"one key more":         {[]chain{closed(1000), open(MaxSkipped - 999)}, false},
		"one key more in one":  {[]chain{open(MaxSkipped + 1)}, false},
		"the last is closed":   {[]chain{closed(1)}, false},
		"one before is open":   {[]chain{open(1), open(1)}, false},
		"a key of the future":  {[]chain{{n: 1, skipped: []skippedKey{{n: 1}}}}, false},
		"a key twice":          {[]chain{{n: 5, skipped: []skippedKey{{n: 1}, {n: 1}}}}, false},
		"keys out of order":    {[]chain{{n: 5, skipped: []skippedKey{{n: 2}, {n: 1}}}}, false},
		"the highest number":   {[]chain{{n: math.MaxUint32, skipped: []skippedKey{{n: math.MaxUint32 - 1}}}}, true},
		"a chain not entered":  {[]chain{open(0)}, true},
		"a closed chain empty": {[]chain{closed(0), open(0)}, true},
	} {
		in := cryptobyte.String(save(&Session{chains: test.chains}))
		if _, err := Unmarshal(&in); (err == nil) != test.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// All that a message adds to its padded text is a header of 80 bytes and a tag of 16.
func TestSizes(t *testing.T) {
	alice, bob := pair(t)
	for n := range 300 {
		e := seal(t, alice, fmt.Sprintf("%*s", n, ""))
		if want := len(clearPart) + padme.Length(n) + Overhead; len(e) != want {
			t.Fatalf("%d bytes make an envelope of %d, expected %d", n, len(e), want)
		}
		opens(t, bob, e, fmt.Sprintf("%*s", n, ""))
	}
	if Overhead != 96 {
		t.Errorf("the overhead is %d", Overhead)
	}
}

func TestSessionIsNotPrinted(t *testing.T) {
	s := NewResponder([32]byte{1}, nil, x25519.PrivateKey{2})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, s); got != "ratchet.Session(hidden)" {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
