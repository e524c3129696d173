package sakke

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"math/big"
	"strings"
	"testing"
	"time"

	"doormat/internal/supersingular"
	"doormat/internal/supersingular/supersingulartest"
)

var long = flag.Bool("long", false, "flip every bit of every format, which takes minutes")

// some is how many mutilations of a format are tried, where each takes milliseconds.
func some() int {
	switch {
	case *long:
		return 1 << 20
	case testing.Short():
		return 10
	}
	return 30
}

// oracle is RFC 6508 in math/big.
type oracle struct{ z *big.Int }

var generatorBig = supersingulartest.Parse(supersingular.Generator().Bytes())

func (o oracle) hash(s []byte, n *big.Int) *big.Int {
	a := sha256.Sum256(s)
	h, v := make([]byte, 32), new(big.Int)
	for range (n.BitLen() + 254) / 256 { // Ceiling(lg(n)/256): lg(2¹²⁸) is 128, and BitLen 129
		sum := sha256.Sum256(h)
		h = sum[:]
		vi := sha256.Sum256(append(bytes.Clone(h), a[:]...))
		v.Lsh(v, 256).Add(v, new(big.Int).SetBytes(vi[:]))
	}
	return v.Mod(v, n)
}

func (o oracle) commitment(id Identifier, ssv []byte) (r *big.Int, point supersingulartest.Point) {
	b := new(big.Int).SetBytes([]byte(id))
	r = o.hash(append(bytes.Clone(ssv), id...), supersingulartest.Q)
	z := supersingulartest.Times(o.z, generatorBig)
	sum := supersingulartest.Add(supersingulartest.Times(b, generatorBig), z)
	return r, supersingulartest.Times(r, sum)
}

func (o oracle) mask(value *big.Int, h []byte) []byte {
	m := o.hash(value.FillBytes(make([]byte, 128)), new(big.Int).Lsh(big.NewInt(1), 128))
	return m.Xor(m, new(big.Int).SetBytes(h)).FillBytes(make([]byte, 16))
}

var gBig = func() *big.Int { b := supersingular.G().Bytes(); return new(big.Int).SetBytes(b[:]) }()

func (o oracle) encapsulate(id Identifier, ssv []byte) []byte {
	r, point := o.commitment(id, ssv)
	return append(point.Bytes(), o.mask(supersingulartest.Power(gBig, r), ssv)...)
}

func (o oracle) extract(id Identifier) supersingulartest.Point {
	k := new(big.Int).Add(new(big.Int).SetBytes([]byte(id)), o.z)
	return supersingulartest.Times(k.ModInverse(k, supersingulartest.Q), generatorBig)
}

func (o oracle) decapsulate(id Identifier, rsk supersingulartest.Point, encapsulated []byte) ([]byte, bool) {
	r := supersingulartest.Parse(encapsulated[:257])
	ssv := o.mask(supersingulartest.Pair(r, rsk), encapsulated[257:])
	_, again := o.commitment(id, ssv)
	return ssv, again.Equal(r)
}

func TestOracle(t *testing.T) {
	kms, c := sharedKMS()
	o := oracle{new(big.Int).SetBytes(kms.Master.RecoveryKey())}
	id := identifier(t, bobNumber, february)
	rsk, err := kms.Master.Extract(id)
	if err != nil {
		t.Fatal(err)
	}
	bigRSK := o.extract(id)
	if !bytes.Equal(bigRSK.Bytes(), rsk.Bytes()) {
		t.Error("the receiver's keys differ")
	}
	encapsulated, ssv := c.Encapsulate(id)
	if !bytes.Equal(o.encapsulate(id, ssv.b[:]), encapsulated) {
		t.Error("what is encapsulated differs")
	}
	if got, ok := o.decapsulate(id, bigRSK, encapsulated); !ok || !bytes.Equal(got, ssv.b[:]) {
		t.Error("the oracle does not open what is encapsulated")
	}
	if got, err := c.Decapsulate(rsk, o.encapsulate(id, ssv.b[:])); err != nil || *got.b != *ssv.b {
		t.Error("what the oracle encapsulates does not open")
	}
}

// HashToIntegerRange(s, 2¹²⁸) is one hash, and for q four.
func TestHashToIntegerRange(t *testing.T) {
	for n := range 100 {
		s := bytes.Repeat([]byte{byte(n)}, n)
		if got, want := bytesOf(hashToScalar(s)), (oracle{}).hash(s, supersingulartest.Q).FillBytes(make([]byte, 128)); !bytes.Equal(got, want) {
			t.Errorf("%x to q: %x, want %x", s, got, want)
		}
	}
	zeros := hashToMask(make([]byte, 128))
	if want := (oracle{}).mask(new(big.Int), make([]byte, 16)); !bytes.Equal(zeros[:], want) {
		t.Errorf("zeros to 2¹²⁸: %x, want %x", zeros, want)
	}
}

func TestDecapsulateRefuses(t *testing.T) {
	kms, c := sharedKMS()
	id := identifier(t, bobNumber, february)
	rsk, _ := kms.Master.Extract(id)
	encapsulated, ssv := c.Encapsulate(id)
	if got, err := c.Decapsulate(rsk, encapsulated); err != nil || *got.b != *ssv.b {
		t.Fatal(err)
	}
	mutilate(encapsulated, some(), func(what string, at int, bad []byte) {
		if got, err := c.Decapsulate(rsk, bad); err != ErrDecapsulate || got != (SSV{}) {
			t.Errorf("%s at %d: %v", what, at, err)
		}
	})
	for i := range 8 * ssvSize { // H, of which nothing else says what it ought to be
		bad := bytes.Clone(encapsulated)
		bad[257+i/8] ^= 1 << (i % 8)
		if i%(1+128/some()) == 0 {
			if _, err := c.Decapsulate(rsk, bad); err != ErrDecapsulate {
				t.Errorf("bit %d of H flipped: %v", i, err)
			}
		}
	}
	other, _ := NewKMS("kms.example")
	otherRSK, _ := other.Master.Extract(id)
	march, _ := kms.Master.Extract(identifier(t, bobNumber, february.AddDate(0, 1, 0)))
	alice, _ := kms.Master.Extract(identifier(t, aliceNumber, february))
	for what, key := range map[string]ReceiverKey{"another KMS's": otherRSK, "March's": march, "Alice's": alice, "no": {}} {
		if _, err := c.Decapsulate(key, encapsulated); err != ErrDecapsulate {
			t.Errorf("%s key: %v", what, err)
		}
	}
	if _, err := other.Community().Decapsulate(rsk, encapsulated); err != ErrDecapsulate {
		t.Errorf("another community: %v", err)
	}
}

// R plus a point of order 2 has the same pairing with any key, so that the shared value comes out
// right. It is refused nevertheless, because R is made again.
func TestPointOutsideTheSubgroup(t *testing.T) {
	kms, c := sharedKMS()
	id := identifier(t, bobNumber, february)
	rsk, _ := kms.Master.Extract(id)
	encapsulated, _ := c.Encapsulate(id)
	origin, err := supersingular.ParsePoint(append([]byte{4}, make([]byte, 256)...))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := supersingular.ParsePoint(encapsulated[:257])
	moved, ok := r.Add(origin)
	if !ok || !rsk.lines().Pair(moved).Equal(rsk.lines().Pair(r)) {
		t.Error("the pairing tells the points apart")
	}
	if _, err := c.Decapsulate(rsk, append(moved.Bytes(), encapsulated[257:]...)); err != ErrDecapsulate {
		t.Errorf("a point outside of the subgroup: %v", err)
	}
	moved, _ = rsk.k.Add(origin)
	if _, err := c.ParseReceiverKey(id, moved.Bytes()); err == nil {
		t.Error("a receiver's key outside of the subgroup is taken")
	}
	b := c.Bytes()
	moved, _ = c.z.Add(origin)
	copy(b[2+len(c.name):], moved.Bytes())
	if _, err := ParseCommunity(b); err == nil {
		t.Error("a community's key outside of the subgroup is taken")
	}
}

func TestMasterSecret(t *testing.T) {
	q := supersingulartest.Q
	for _, c := range []struct {
		z  *big.Int
		ok bool
	}{{big.NewInt(0), false}, {big.NewInt(1), false}, {big.NewInt(2), true}, {new(big.Int).Sub(q, big.NewInt(1)), true}, {q, false}, {new(big.Int).Add(q, big.NewInt(2)), false}} {
		b := c.z.FillBytes(make([]byte, 128))
		s, err := ParseMasterSecret(b)
		if (err == nil) != c.ok || c.ok && !bytes.Equal(s.RecoveryKey(), b) {
			t.Errorf("z = %x: %v", b, err)
		}
		for _, bad := range [][]byte{nil, b[1:], append([]byte{0}, b...)} {
			if _, err := ParseMasterSecret(bad); err == nil {
				t.Errorf("%d bytes are taken", len(bad))
			}
		}
	}
	// b + z = 0 has no inverse.
	id := identifier(t, bobNumber, february)
	minus := new(big.Int).Sub(q, new(big.Int).SetBytes([]byte(id)))
	s, err := ParseMasterSecret(minus.FillBytes(make([]byte, 128)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Extract(id); err == nil {
		t.Error("a key was extracted of the identifier −z")
	}
	if a, b := newMasterSecret(), newMasterSecret(); bytes.Equal(a.RecoveryKey(), b.RecoveryKey()) {
		t.Error("two secrets are equal")
	}
}

func TestParseReceiverKey(t *testing.T) {
	kms, c := sharedKMS()
	id := identifier(t, bobNumber, february)
	rsk, _ := kms.Master.Extract(id)
	parsed, err := c.ParseReceiverKey(id, rsk.Bytes())
	if err != nil || parsed.Identifier() != id || !bytes.Equal(parsed.Bytes(), rsk.Bytes()) {
		t.Fatal(err)
	}
	if _, err := c.ParseReceiverKey(identifier(t, aliceNumber, february), rsk.Bytes()); err == nil {
		t.Error("Bob's key is Alice's")
	}
	if _, err := c.ParseReceiverKey(identifier(t, bobNumber, february.AddDate(0, 1, 0)), rsk.Bytes()); err == nil {
		t.Error("February's key is March's")
	}
	other, _ := NewKMS("other.example")
	wrongKey, _ := other.Master.Extract(id)
	if _, err := c.ParseReceiverKey(id, wrongKey.Bytes()); err == nil {
		t.Error("another KMS's key is taken")
	}
	mutilate(rsk.Bytes(), some(), func(what string, at int, bad []byte) {
		if _, err := c.ParseReceiverKey(id, bad); err == nil {
			t.Errorf("%s at %d is taken", what, at)
		}
	})
}

func TestIdentifier(t *testing.T) {
	id := identifier(t, "tel:+447700900123", time.Date(2011, 2, 28, 23, 59, 59, 0, time.UTC))
	if id != rfcIdentifier(t) || id.Month() != "2011-02" || id.Telephone() != "tel:+447700900123" || id.String() != "2011-02 tel:+447700900123" {
		t.Errorf("%q", string(id))
	}
	// The month is the one in UTC.
	west := time.FixedZone("", -3600)
	if got := identifier(t, aliceNumber, time.Date(2011, 1, 31, 23, 30, 0, 0, west)).Month(); got != "2011-02" {
		t.Errorf("half past midnight in UTC is of %s", got)
	}
	for _, bad := range []string{"", "\x00", "2011-02\x00tel:+447700900123", "2011-02tel:+447700900123\x00",
		"2011-02\x00tel:+447700900123\x00\x00", "2011-02\x00tel:+447700900123\x00x", "2011-2\x00tel:+447700900123\x00",
		"2011-13\x00tel:+447700900123\x00", "2011-00\x00tel:+447700900123\x00", "02011-02\x00tel:+447700900123\x00",
		"2011-02\x00tel:447700900123\x00", "2011-02\x00tel:+44-7700-900123\x00", "2011-02\x00tel:+\x00", "2011-02\x00TEL:+44\x00",
		"2011-02\x00tel:+1234567890123456\x00", "2011-02\x00tel:+44;ext=1\x00", "2011-02\x00sip:alice@example.com\x00",
		"2011-02 \x00tel:+447700900123\x00", "２011-02\x00tel:+44\x00", "2011-02\x00tel:+４４\x00"} {
		if id, err := ParseIdentifier([]byte(bad)); err == nil {
			t.Errorf("%q is taken as %v", bad, id)
		}
	}
	if _, err := NewIdentifier("tel:+44\x00tel:+45", february); err == nil {
		t.Error("two numbers are taken")
	}
	if _, err := NewIdentifier(aliceNumber, time.Date(12011, 2, 1, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("a year of five digits is taken")
	}
}

func TestParseCommunity(t *testing.T) {
	_, c := sharedKMS()
	b := c.Bytes()
	again, err := ParseCommunity(b)
	if err != nil || again.Name() != "kms.example" || !bytes.Equal(again.Bytes(), b) {
		t.Fatal(err)
	}
	name := 8 * 2 // the bits of the name may be another name's
	mutilate(b, some(), func(what string, at int, bad []byte) {
		if what == "bit flipped" && at >= name && at < name+8*len(c.name) {
			return
		}
		if _, err := ParseCommunity(bad); err == nil {
			t.Errorf("%s at %d is taken", what, at)
		}
	})
	for _, name := range []string{"", "a b", "a\x00", "é", strings.Repeat("x", 256)} {
		if _, err := NewKMS(name); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
}

// A thief of z opens the calls of every month, each with the function that the KMS issues keys
// with. A phone's keys of one month open those of that month.
func TestMasterSecretOpensEveryMonth(t *testing.T) {
	kms, c := sharedKMS()
	stolen, err := ParseMasterSecret(kms.Master.RecoveryKey())
	if err != nil {
		t.Fatal(err)
	}
	bob := identifier(t, bobNumber, february)
	phoneKey, _ := kms.Master.Extract(bob)
	for _, years := range []int{-3, 0, 5} {
		for _, months := range []int{-1, 0, 1} {
			id := identifier(t, bobNumber, february.AddDate(years, months, 0))
			encapsulated, ssv := c.Encapsulate(id)
			rsk, err := stolen.Extract(id)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Decapsulate(rsk, encapsulated); err != nil || *got.b != *ssv.b {
				t.Errorf("z does not open %v: %v", id, err)
			}
			if _, err := c.Decapsulate(phoneKey, encapsulated); (err == nil) != (id == bob) {
				t.Errorf("a key of %v on %v: %v", bob, id, err)
			}
		}
	}
}

// KSAK alone puts a man between two phones, each of which shows the other's number.
func TestInterception(t *testing.T) {
	kms, c := sharedKMS()
	stolen, err := ParseAuthenticationSecret(kms.Authentication.RecoveryKey())
	if err != nil {
		t.Fatal(err)
	}
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	ring := func(as string, p *Phone) (theirs, mine *Session) {
		signer := stolen.Extract(identifier(t, as, february))
		message, mine, err := Invite(c, signer, identifier(t, p.Telephone(), february), february)
		if err != nil {
			t.Fatal(err)
		}
		shown, theirs, err := p.Accept(message, february)
		if err != nil || shown != as {
			t.Fatalf("the phone shows %q, %v", shown, err)
		}
		return theirs, mine
	}
	alices, toAlice := ring(bobNumber, alice)
	bobs, toBob := ring(aliceNumber, bob)
	say(t, alices, toAlice, "At eight.")
	say(t, toBob, bobs, "At nine.")
	// And it opens nothing: as z, it is another KMS's.
	z, err := ParseMasterSecret(pad(stolen.RecoveryKey(), 128))
	if err != nil {
		t.Fatal(err)
	}
	id := identifier(t, bobNumber, february)
	encapsulated, _ := c.Encapsulate(id)
	rsk, _ := z.Extract(id)
	if _, err := c.Decapsulate(rsk, encapsulated); !errors.Is(err, ErrDecapsulate) {
		t.Error("KSAK opens calls")
	}
}

// Zero values hold no keys, and do nothing.
func TestZeroValues(t *testing.T) {
	_, c := sharedKMS()
	id := identifier(t, bobNumber, february)
	if _, err := (MasterSecret{}).Extract(id); err == nil {
		t.Error("a key was extracted from nothing")
	}
	k := AuthenticationSecret{}.Extract(id)
	if err := c.Verify(id, nil, k.Sign(nil)); err != ErrSignature {
		t.Errorf("a signature of nothing: %v", err)
	}
	if _, _, err := Invite(c, k, id, february); err != ErrNoKeys {
		t.Errorf("an invitation signed with nothing: %v", err)
	}
	if b := append(append((MasterSecret{}).RecoveryKey(), (AuthenticationSecret{}).RecoveryKey()...), append(k.Bytes(), (ReceiverKey{}).Bytes()...)...); len(b) != 0 {
		t.Errorf("zero values are %x", b)
	}
	if _, err := new(KMS).Issue(bobNumber, february); err == nil {
		t.Error("a KMS without secrets issues keys")
	}
	if id := Identifier("x"); id.Month() != "x" || id.Telephone() != "" {
		t.Errorf("%q, %q", id.Month(), id.Telephone())
	}
	new(Invitation).CalleeSession(SSV{})
}
