package sakke

import (
	"bytes"
	"sync"
	"testing"
	"time"
)

const (
	aliceNumber = "tel:+447700900123"
	bobNumber   = "tel:+447700900456"
)

var february = time.Date(2011, 2, 9, 21, 30, 0, 0, time.UTC)

// sharedKMS is one for all tests, as its tables take milliseconds to make.
var sharedKMS = sync.OnceValues(func() (*KMS, *Community) {
	kms, err := NewKMS("kms.example")
	if err != nil {
		panic(err)
	}
	return kms, kms.Community()
})

func identifier(t testing.TB, telephone string, at time.Time) Identifier {
	t.Helper()
	id, err := NewIdentifier(telephone, at)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// phone has the keys of some months.
func phone(t testing.TB, telephone string, months ...time.Time) *Phone {
	t.Helper()
	kms, c := sharedKMS()
	p, err := NewPhone(c, telephone)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range months {
		install(t, kms, p, at)
	}
	return p
}

func install(t testing.TB, kms *KMS, p *Phone, at time.Time) {
	t.Helper()
	keys, err := kms.Issue(p.Telephone(), at)
	if err == nil {
		err = p.Install(keys)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func invitation(t testing.TB, from *Phone, to string, at time.Time) ([]byte, *Session) {
	t.Helper()
	message, s, err := from.Invite(to, at)
	if err != nil {
		t.Fatal(err)
	}
	return message, s
}

// call sets up a call, and returns both ends.
func call(t testing.TB, from, to *Phone, at time.Time) (caller, callee *Session) {
	t.Helper()
	message, caller := invitation(t, from, to.Telephone(), at)
	shown, callee, err := to.Accept(message, at)
	if err != nil || shown != from.Telephone() {
		t.Fatalf("from %s: %v", shown, err)
	}
	return caller, callee
}

func say(t testing.TB, from, to *Session, text string) []byte {
	t.Helper()
	packet, err := from.Seal([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := to.Open(packet)
	if err != nil || string(got) != text {
		t.Fatalf("%q arrives as %q, %v", text, got, err)
	}
	return packet
}

func state(t testing.TB, p *Phone) []byte {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mutilate yields every truncation of b, b with a byte behind, and b with bits flipped: all of
// them, or with a step so many that there are about n.
func mutilate(b []byte, n int, try func(what string, at int, bad []byte)) {
	bits := 8 * len(b)
	step := max(1, bits/n)
	for i := 0; i < bits; i += step {
		bad := bytes.Clone(b)
		bad[i/8] ^= 1 << (i % 8)
		try("bit flipped", i, bad)
	}
	for i := 0; i < len(b); i += max(1, len(b)/n) {
		try("truncated", i, b[:i])
	}
	try("trailing byte", 0, append(bytes.Clone(b), 0))
}
