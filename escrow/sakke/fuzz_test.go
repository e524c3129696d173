package sakke

import (
	"bytes"
	"testing"
)

func FuzzIdentifier(f *testing.F) {
	f.Add([]byte("2011-02\x00tel:+447700900123\x00"))
	f.Add([]byte("2011-02\x00tel:+\x00"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		id, err := ParseIdentifier(b)
		if err != nil {
			return
		}
		if again := id.Month() + "\x00" + id.Telephone() + "\x00"; again != string(b) {
			t.Errorf("%q is read as %q", b, again)
		}
	})
}

func FuzzParseInvitation(f *testing.F) {
	alice := phone(f, aliceNumber, february)
	message, _ := invitation(f, alice, bobNumber, february)
	f.Add(message)
	f.Add(message[:len(message)-1])
	f.Add(append(message, "a packet"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, rest, err := ParseInvitation(b)
		if err != nil {
			return
		}
		signed, err := m.marshal()
		if err != nil || !bytes.Equal(signed, m.signed) || !bytes.Equal(append(append(signed, m.signature...), rest...), b) {
			t.Errorf("%x is read, and written as %x, %v", b, signed, err)
		}
	})
}

// Nothing but what was signed is accepted, and what is refused leaves no trace.
func FuzzAccept(f *testing.F) {
	alice, bob := phone(f, aliceNumber, february), phone(f, bobNumber, february)
	message, _ := invitation(f, alice, bobNumber, february)
	f.Add(message)
	f.Add(message[:100])
	before := state(f, bob)
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Equal(b, message) {
			return
		}
		if _, s, err := bob.Accept(b, february); err == nil || s != nil {
			t.Errorf("%x is accepted", b)
		}
		if !bytes.Equal(state(t, bob), before) {
			t.Error("what was refused left a trace")
		}
	})
}

func FuzzDecapsulate(f *testing.F) {
	kms, c := sharedKMS()
	id := identifier(f, bobNumber, february)
	rsk, err := kms.Master.Extract(id)
	if err != nil {
		f.Fatal(err)
	}
	encapsulated, _ := c.Encapsulate(id)
	f.Add(encapsulated)
	f.Add(append([]byte{4}, make([]byte, encapsulatedSize-1)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		ssv, err := c.Decapsulate(rsk, b)
		if err != nil {
			ssv = NewSSV([16]byte{})
		}
		if (err == nil) != bytes.Equal(b, encapsulated) && !bytes.Equal(c.encapsulate(id, ssv), b) {
			t.Errorf("%x opens", b)
		}
	})
}

func FuzzVerify(f *testing.F) {
	kms, c := sharedKMS()
	id, message := identifier(f, aliceNumber, february), []byte("message")
	sig := kms.Authentication.Extract(id).Sign(message)
	f.Add(message, sig)
	f.Add([]byte{}, sig)
	f.Add(message, make([]byte, signatureSize))
	f.Fuzz(func(t *testing.T, m, s []byte) {
		sameS := len(s) == len(sig) && bytes.Equal(s[:32], sig[:32]) && bytes.Equal(s[64:], sig[64:])
		if err := c.Verify(id, m, s); err == nil && !(bytes.Equal(m, message) && sameS) {
			t.Errorf("%x on %x is valid", s, m)
		}
	})
}

func FuzzParseCommunity(f *testing.F) {
	_, c := sharedKMS()
	f.Add(c.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := ParseCommunity(b); err == nil && !bytes.Equal(c.Bytes(), b) {
			t.Errorf("%x is read, and written as %x", b, c.Bytes())
		}
	})
}

func FuzzPhone(f *testing.F) {
	alice, bob := phone(f, aliceNumber, february), phone(f, bobNumber, february)
	call(f, alice, bob, february)
	f.Add(state(f, bob))
	f.Add(state(f, phone(f, bobNumber)))
	bob.accepted.floor = 1
	f.Add(state(f, bob))
	keys := bob.months["2011-02"].marshal()
	f.Add(keys)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := load(b); err == nil && !bytes.Equal(state(t, p), b) {
			t.Errorf("%x is read, and written as %x", b, state(t, p))
		}
		fresh := phone(t, bobNumber)
		if err := fresh.Install(b); err == nil && !bytes.Equal(fresh.months[fresh.firstMonth()].marshal(), b) {
			t.Errorf("%x is installed as something else", b)
		}
	})
}

func (p *Phone) firstMonth() (name string) {
	for name = range p.months {
	}
	return name
}

// The packets of a call in any order, each whole or mutilated: every one that is in order opens
// once, and none other.
func FuzzSession(f *testing.F) {
	alice, bob := phone(f, aliceNumber, february), phone(f, bobNumber, february)
	message, _ := invitation(f, alice, bobNumber, february)
	m, _, err := ParseInvitation(message)
	if err != nil {
		f.Fatal(err)
	}
	keys := bob.months["2011-02"].receiver
	ssv, err := bob.community.Decapsulate(keys, m.Encapsulated)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{0, 1, 2, 3})
	f.Add([]byte{3, 0, 0x83, 7})
	f.Fuzz(func(t *testing.T, order []byte) {
		a, b := m.CallerSession(ssv), m.CalleeSession(ssv)
		var packets [][]byte
		for n := range 8 {
			packet, err := a.Seal([]byte{byte(n)})
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, packet)
		}
		next := 0
		for _, o := range order {
			n, bad := int(o&7), o >= 0x80
			packet := bytes.Clone(packets[n])
			if bad {
				packet[int(o>>3&15)%len(packet)] ^= 1
			}
			got, err := b.Open(packet)
			if want := !bad && n >= next; (err == nil) != want || want && string(got) != string(rune(n)) {
				t.Fatalf("packet %d, mutilated %v, when %d is next: %q, %v", n, bad, next, got, err)
			}
			if err == nil {
				next = n + 1
			}
		}
	})
}
