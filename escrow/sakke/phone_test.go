package sakke

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/big"
	"testing"
	"time"
)

func TestCall(t *testing.T) {
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	a, b := call(t, alice, bob, february)
	for range 3 {
		say(t, a, b, "Is the line safe?")
		say(t, b, a, "They say so.")
	}
	say(t, a, b, "")
	a2, b2 := call(t, bob, alice, february)
	say(t, a2, b2, "another call")
}

func TestInvitationRefused(t *testing.T) {
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	message, _ := invitation(t, alice, bobNumber, february)
	before := state(t, bob)
	n := some()
	if !testing.Short() {
		n = 5000 // most fail at the signature, which is quick
	}
	mutilate(message, n, func(what string, at int, bad []byte) {
		if from, s, err := bob.Accept(bad, february); err == nil || s != nil || from != "" {
			t.Errorf("%s at %d is accepted", what, at)
		}
	})
	if !bytes.Equal(state(t, bob), before) {
		t.Error("what was refused left a trace")
	}
	if _, _, err := bob.Accept(message, february); err != nil {
		t.Error(err)
	}
}

func TestReplay(t *testing.T) {
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	message, _ := invitation(t, alice, bobNumber, february)
	if _, _, err := bob.Accept(message, february); err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(message) // with −s
	s := other[len(other)-signatureSize+32:][:32]
	new(big.Int).Sub(order, new(big.Int).SetBytes(s)).FillBytes(s)
	bob.Forget(february.AddDate(0, 1, 0))
	kms, _ := sharedKMS()
	install(t, kms, bob, february)
	again, err := load(state(t, bob))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Phone{bob, again} {
		for _, m := range [][]byte{message, other} {
			if _, _, err := p.Accept(m, february); err != ErrReplay {
				t.Errorf("accepted again: %v", err)
			}
		}
	}
}

func TestDates(t *testing.T) {
	alice := phone(t, aliceNumber, february, february.AddDate(0, 1, 0))
	bob := phone(t, bobNumber, february)
	for _, c := range []struct {
		name      string
		made, now time.Time
		want      error
	}{
		{"it waited", february, february.AddDate(0, 0, 20), nil},
		{"the callee's clock is slow", february, february.Add(-MaxSkew), nil},
		{"it is from the future", february, february.Add(-MaxSkew - time.Millisecond), errors.New("any")},
		{"of a month without keys", february.AddDate(0, 1, 0), february.AddDate(0, 1, 0), ErrNoKeys},
	} {
		message, _ := invitation(t, alice, bobNumber, c.made)
		_, _, err := bob.Accept(message, c.now)
		if (err == nil) != (c.want == nil) || c.want == ErrNoKeys && err != ErrNoKeys {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, _, err := bob.Invite(aliceNumber, february.AddDate(0, 1, 0)); err != ErrNoKeys {
		t.Errorf("an invitation without keys: %v", err)
	}
	message, _ := invitation(t, alice, bobNumber, february)
	bob.Forget(february)
	if _, _, err := bob.Accept(message, february); err != nil {
		t.Errorf("the keys of this month are gone: %v", err)
	}
	message, _ = invitation(t, alice, bobNumber, february)
	bob.Forget(february.AddDate(0, 1, 0))
	if _, _, err := bob.Accept(message, february); err != ErrNoKeys {
		t.Errorf("the keys of last month are there: %v", err)
	}
}

// An invitation signed with last month's key, or in another's name, is refused.
func TestWrongSigner(t *testing.T) {
	kms, c := sharedKMS()
	bob := phone(t, bobNumber, february)
	to := identifier(t, bobNumber, february)
	for what, signer := range map[string]SigningKey{
		"January's": kms.Authentication.Extract(identifier(t, aliceNumber, february.AddDate(0, -1, 0))),
		"another KMS's": func() SigningKey {
			other, _ := NewKMS("kms.example")
			return other.Authentication.Extract(identifier(t, aliceNumber, february))
		}(),
	} {
		message, _, err := Invite(c, signer, to, february)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := bob.Accept(message, february); err != ErrSignature {
			t.Errorf("signed with %s key: %v", what, err)
		}
	}
	carol := phone(t, "tel:+447700900789", february)
	message, _ := invitation(t, carol, aliceNumber, february)
	if _, _, err := bob.Accept(message, february); err == nil {
		t.Error("an invitation to another is accepted")
	}
}

func TestInstallRefuses(t *testing.T) {
	kms, _ := sharedKMS()
	bob := phone(t, bobNumber)
	before := state(t, bob)
	keys, err := kms.Issue(bobNumber, february)
	if err != nil {
		t.Fatal(err)
	}
	mutilate(keys, some(), func(what string, at int, bad []byte) {
		if bob.Install(bad) == nil {
			t.Errorf("%s at %d is installed", what, at)
		}
	})
	alices, _ := kms.Issue(aliceNumber, february)
	other, _ := NewKMS("kms.example")
	others, _ := other.Issue(bobNumber, february)
	for _, bad := range [][]byte{alices, others} {
		if bob.Install(bad) == nil {
			t.Error("keys of another are installed")
		}
	}
	if !bytes.Equal(state(t, bob), before) {
		t.Error("what was refused left a trace")
	}
	if err := bob.Install(keys); err != nil {
		t.Error(err)
	}
	for _, number := range []string{"", "447700900123", "tel:+", "tel:+44 77"} {
		if _, err := kms.Issue(number, february); err == nil {
			t.Errorf("keys were issued to %q", number)
		}
		if _, err := NewPhone(bob.community, number); err == nil {
			t.Errorf("%q is a phone", number)
		}
	}
}

// load is a phone of what another has saved.
func load(data []byte) (*Phone, error) {
	p := new(Phone)
	err := p.UnmarshalBinary(data)
	return p, err
}

func TestPhoneState(t *testing.T) {
	alice := phone(t, aliceNumber, february)
	bob := phone(t, bobNumber, february, february.AddDate(0, 1, 0))
	call(t, alice, bob, february)
	call(t, alice, bob, february)
	b := state(t, bob)
	again, err := load(b)
	if err != nil || !bytes.Equal(state(t, again), b) {
		t.Fatal(err)
	}
	call(t, alice, again, february)
	before := state(t, again)
	if err := again.UnmarshalBinary(b[:len(b)-1]); err == nil || !bytes.Equal(state(t, again), before) {
		t.Errorf("after a state that is cut short, the phone has another: %v", err)
	}
	seen := 8 * (len(b) - 2*40 - 12) // any date may be the last forgotten, any octets seen, in order
	mutilate(b, some()/2, func(what string, at int, bad []byte) {
		if what == "bit flipped" && at >= seen {
			return
		}
		p, err := load(bad)
		if err == nil && what == "bit flipped" && string(p.community.name) != "kms.example" {
			return // another name is a name
		}
		if err == nil {
			t.Errorf("%s at %d is taken", what, at)
		}
	})
	// A record in the wrong order, or twice the same.
	swapped := append(bytes.Clone(b[:len(b)-80]), append(bytes.Clone(b[len(b)-40:]), b[len(b)-80:len(b)-40]...)...)
	twice := append(bytes.Clone(b), b[len(b)-40:]...)
	for _, bad := range [][]byte{swapped, twice} {
		if _, err := load(bad); err == nil {
			t.Error("a record that is not in order is taken")
		}
	}
	// Without its last records the phone would accept those invitations again.
	for _, cut := range []int{40, 80} {
		if _, err := load(b[:len(b)-cut]); err == nil {
			t.Errorf("a state without its last %d octets is taken", cut)
		}
	}
}

func TestSessionRefuses(t *testing.T) {
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	a, b := call(t, alice, bob, february)
	first, _ := a.Seal([]byte("one"))
	second, _ := a.Seal([]byte("two"))
	mutilate(second, 1<<20, func(what string, at int, bad []byte) {
		if _, err := b.Open(bad); err != ErrPacket {
			t.Errorf("%s at %d: %v", what, at, err)
		}
	})
	if _, err := a.Open(second); err != ErrPacket {
		t.Errorf("one's own packet: %v", err)
	}
	_, elsewhere := call(t, alice, bob, february)
	if _, err := elsewhere.Open(second); err != ErrPacket {
		t.Errorf("in another call: %v", err)
	}
	if got, err := b.Open(second); err != nil || string(got) != "two" {
		t.Fatalf("after a loss: %q, %v", got, err)
	}
	for _, late := range [][]byte{first, second} {
		if _, err := b.Open(late); err != ErrPacket {
			t.Errorf("late or again: %v", err)
		}
	}
	if _, err := a.Seal(make([]byte, MaxPlaintext+1)); err == nil {
		t.Error("too long a message is sealed")
	}
	a.send.next = 1 << 32
	if _, err := a.Seal(nil); err == nil {
		t.Error("a number is used twice")
	}
	if _, err := b.Open(make([]byte, packetOverhead+MaxPlaintext+1)); err != ErrPacket {
		t.Errorf("too long a packet: %v", err)
	}
}

// The four keys of a call differ, and follow from all that goes into them.
func TestTrafficKeys(t *testing.T) {
	m := Invitation{bundle: 1, random: [16]byte{2}}
	seen := map[string]bool{}
	other := m
	other.bundle++
	third := m
	third.random[15]++
	for _, i := range []Invitation{m, other, third} {
		for _, ssv := range []SSV{NewSSV([16]byte{}), NewSSV([16]byte{1})} {
			for _, constant := range []uint32{constantTEK, constantSalt} {
				for _, session := range []uint8{1, 2} {
					seen[string(i.trafficKey(ssv, constant, session, 16))] = true
				}
			}
		}
	}
	if len(seen) != 3*2*2*2 {
		t.Errorf("%d keys of %d", len(seen), 3*2*2*2)
	}
	// RFC 3830, Section 4.1.2, written out for two blocks.
	key, label := []byte("sixteen octets.."), []byte("label")
	a1 := hmacSHA256(key, label)
	a2 := hmacSHA256(key, a1)
	want := append(hmacSHA256(key, a1, label), hmacSHA256(key, a2, label)...)
	if got := prf(key, label, 50); !bytes.Equal(got, want[:50]) {
		t.Errorf("the PRF is %x, want %x", got, want[:50])
	}
}

// The bytes of an I_MESSAGE, as the documents have them.
func TestInvitationBytes(t *testing.T) {
	m := Invitation{
		From: "tel:+1", To: "tel:+2", At: time.Date(2011, 2, 9, 21, 30, 0, 500e6, time.UTC),
		Encapsulated: bytes.Repeat([]byte{0xee}, encapsulatedSize), bundle: 0x01020304, random: [16]byte{0xaa, 15: 0xbb}, kmsI: "k", kmsR: "l",
	}
	got, err := m.marshal()
	if err != nil {
		t.Fatal(err)
	}
	want := "011a0501" + "01020304" + "0200" + // HDR: SAKKE msg, next T, PRF-HMAC-SHA-256, CSB ID, two CS, SRTP-ID
		"000000000000000000" + "000000000000000000" + // policy, SSRC, ROC, twice
		"0b00" + "d0fd85d880000000" + // T: next RAND, NTP-UTC
		"0e10" + "aa0000000000000000000000000000bb" + // RAND: next IDR
		"0e01010006" + hex.EncodeToString([]byte("tel:+1")) + // IDRi, a URI
		"0e02010006" + hex.EncodeToString([]byte("tel:+2")) + // IDRr
		"0e06010001" + "6b" + "1a07010001" + "6c" + // IDRkmsi, IDRkmsr: next SAKKE
		"04" + "0101" + "0111" + hex.EncodeToString(m.Encapsulated) + // SAKKE: next SIGN, parameter set 1, tel URI with monthly keys, 273
		"2081" // SIGN: ECCSI, 129
	if hex.EncodeToString(got) != want {
		t.Errorf("the message is\n%x, want\n%s", got, want)
	}
	at := time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC) // the era ends
	for _, c := range []struct {
		at time.Time
		ok bool
	}{{at, false}, {at.Add(-time.Millisecond), true}, {epochNTP, true}, {epochNTP.Add(-time.Millisecond), false}} {
		stamp, err := ntp(c.at)
		if (err == nil) != c.ok || c.ok && !fromNTP(stamp).Equal(c.at) {
			t.Errorf("%v: %x, %v", c.at, stamp, err)
		}
	}
	for ms := range 1000 {
		at := february.Add(time.Duration(ms) * time.Millisecond)
		if stamp, err := ntp(at); err != nil || !fromNTP(stamp).Equal(at) {
			t.Errorf("%v is %v after a conversion", at, fromNTP(stamp))
		}
	}
}

// A caller who signs nonsense is refused, and leaves no trace either.
func TestSeenAfterOpening(t *testing.T) {
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	before := state(t, bob)
	other, _ := NewKMS("kms.example")
	encapsulated, _ := other.Community().Encapsulate(identifier(t, bobNumber, february))
	m := Invitation{From: aliceNumber, To: bobNumber, At: february, Encapsulated: encapsulated, kmsI: "kms.example", kmsR: "kms.example"}
	signed, err := m.marshal()
	if err != nil {
		t.Fatal(err)
	}
	message := append(signed, alice.months["2011-02"].signing.Sign(signed)...)
	if _, _, err := bob.Accept(message, february); err != ErrDecapsulate {
		t.Errorf("nonsense is accepted: %v", err)
	}
	if !bytes.Equal(state(t, bob), before) {
		t.Error("what was refused left a trace")
	}
}
