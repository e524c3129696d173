package workfactor

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20"

	"doormat/internal/keysearch"
)

func TestPublishedKey(t *testing.T) {
	n := PublishedKey().n
	if n.BitLen() != 760 || n.Bit(0) != 1 {
		t.Errorf("the modulus has %d bits and ends in %d", n.BitLen(), n.Bit(0))
	}
	// Written the right way round, as in Back's page.
	if want := number(t, "bb9558cd8b68310cf73a12e31fc44bd87be0c4fe2eb8b6ea0f4fb0684f9559f656e9123ee175607612c3ecc580bce78c"+
		"3388cf23468450fb67ce61b51181dfa047b9b83318b472fe3929abca8ee51206ffe9b899aecea5a703efd313629d8d", 16); n.Cmp(want) != 0 {
		t.Errorf("the modulus is %x", n)
	}
	if wrong := number(t, publishedModulus, 16); wrong.Bit(0) != 0 {
		t.Error("read the other way round it is odd as well, so that the order of bytes is not clear")
	}
	for _, base := range []int64{2, 3} { // Fermat
		b := big.NewInt(base)
		if new(big.Int).Exp(b, new(big.Int).Sub(n, big.NewInt(1)), n).Cmp(big.NewInt(1)) == 0 {
			t.Errorf("the modulus passes for a prime, to the base %d", base)
		}
	}
	for p := int64(3); p < 100_000; p += 2 {
		if new(big.Int).Mod(n, big.NewInt(p)).Sign() == 0 {
			t.Fatalf("the modulus is divisible by %d", p)
		}
	}
	if _, err := ParsePublicKey(PublishedKey().Bytes()); err != nil {
		t.Error(err)
	}
}

// Back also posted the key in the format of PGP 2.6: RFC 1991, Section 6.6.
// "(old note contd.) lotus-notes NSA key as PGP key", list cypherpunks, 19 March 2002.
func TestPublishedKeyInPGPFormat(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString("mQBsAzYyeuIAAAEC+LuVWM2LaDEM9zoS4x/ES9h74MT+Lri26g9PsGhPlVn2VukS" +
		"PuF1YHYSw+zFgLznjDOIzyNGhFD7Z85htRGB36BHubgzGLRy/jkpq8qO5RIG/+m4" +
		"ma7OpacD79MTYp2NAAIDtB5EaXJlY3RvciwgTlNBIDxkaXJuc2FAbnNhLmdvdj4=")
	if err != nil {
		t.Fatal(err)
	}
	const head = 3 + 1 + 4 + 2 + 1 // tag and length, version, date, validity, algorithm
	modulus := data[head+2:][:FieldSize]
	e := data[head+2+FieldSize:][:3]
	if data[head] != 760>>8 || data[head+1] != 760&0xff || !bytes.Equal(modulus, PublishedKey().Bytes()) {
		t.Errorf("the modulus in PGP's format is %x", modulus)
	}
	if want := []byte{0, 2, 3}; !bytes.Equal(e, want) || exponent.Int64() != 3 {
		t.Errorf("the exponent in PGP's format is %x, of 2 bits expected", e)
	}
}

// The program can encrypt to the published key. Its field then is what was on the wire in 1996, as
// far as the reconstruction goes, and our own authority cannot open it.
func TestPublishedKeyAtWork(t *testing.T) {
	alice, err1 := NewDevice(PublishedKey(), FullBits)
	bob, err2 := NewDevice(PublishedKey(), FullBits)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	envelope := seal(t, alice, bob, "six")
	if from, text, err := bob.Open(envelope); err != nil || string(text) != "six" || from != alice.Identity() {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := authorities()[0].Residual(envelope); err == nil {
		t.Error("our authority opens a field of the government's") // 2^-16 by chance
	}
}

func TestNewAuthority(t *testing.T) {
	a, b := authorities()[0], authorities()[1]
	for _, x := range []*Authority{a, b} {
		if x.public.n.BitLen() != ModulusBits || x.public.n.ProbablyPrime(1) {
			t.Errorf("a modulus of %d bits", x.public.n.BitLen())
		}
		m := big.NewInt(12345)
		if c := new(big.Int).Exp(m, exponent, x.public.n); new(big.Int).Exp(c, x.d, x.public.n).Cmp(m) != 0 {
			t.Error("what is encrypted does not decrypt")
		}
	}
	if a.public.n.Cmp(b.public.n) == 0 {
		t.Error("two authorities have the same key")
	}
}

func TestMail(t *testing.T) {
	for _, bits := range []int{1, testBits, DefaultBits, FullBits} {
		alice, bob, _ := pair(t, bits)
		for _, size := range []int{0, 1, 6, 7, 8, 9, 15, 16, 17, 1000, MaxPlaintext} {
			if size == MaxPlaintext && bits != FullBits {
				continue
			}
			text := strings.Repeat("x", size)
			from, got, err := bob.Open(seal(t, alice, bob, text))
			if err != nil || from != alice.Identity() || string(got) != text {
				t.Errorf("%d bits, %d bytes: %d bytes, %v", bits, size, len(got), err)
			}
		}
		if _, _, err := alice.Open(seal(t, alice, bob, "")); !errors.Is(err, ErrOpen) {
			t.Errorf("its sender opens the message: %v", err)
		}
	}
	alice, bob, _ := pair(t, testBits)
	if _, err := alice.Seal(bob.Identity(), make([]byte, MaxPlaintext+1)); err == nil {
		t.Error("a message that is too long is sent")
	}
}

// A key has 24 + Bits bits, and each of them is drawn.
func TestKeySize(t *testing.T) {
	for _, bits := range []int{1, testBits, FullBits} {
		var all BulkKey
		for range 200 {
			all |= newBulkKey(bits)
		}
		if want := BulkKey(1)<<(EscrowedBits+bits) - 1; all != want { // a bit stays 0 with probability 2^-200
			t.Errorf("%d bits: keys cover %x, want %x", bits, uint64(all), uint64(want))
		}
	}
}

func TestRecover(t *testing.T) {
	alice, bob, authority := pair(t, 12)
	for _, text := range []string{"", "the bridge, at six", strings.Repeat("long ", 999)} {
		envelope := seal(t, alice, bob, text)
		from, to, got, err := authority.Recover(t.Context(), envelope)
		if err != nil || string(got) != text || from != alice.Identity() || to != bob.Identity() {
			t.Errorf("%.20q, %v", got, err)
		}
	}
}

// At full size the field opens as it did, and the search finds the key where it is: here, in the
// neighbourhood of it, since 2^40 keys take hours.
func TestRecoverFullSize(t *testing.T) {
	alice, bob, authority := pair(t, FullBits)
	for range 20 {
		envelope := seal(t, alice, bob, "six")
		k := keyOf(t, bob, envelope)
		r, err := authority.Residual(envelope)
		if err != nil || r.Bits != FullBits || r.upper != uint64(k)>>40<<40 {
			t.Fatalf("%v, upper bits %x of %x", err, r.upper, uint64(k))
		}
		residual := uint64(k) & (1<<40 - 1)
		s := r.Search()
		if s.End != 1<<40 {
			t.Fatalf("the search ends at %#x", s.End)
		}
		s.From.Next, s.All = max(residual, 1000)-1000, true
		s.End = min(s.End, residual+1000)
		result, err := s.Run(t.Context())
		if err != nil || len(result.Hits) != 1 || result.Hits[0] != residual || r.Key(residual) != k {
			t.Fatalf("%x, %v; want %x", result.Hits, err, residual)
		}
		if _, _, text, err := r.Open(residual); err != nil || string(text) != "six" {
			t.Fatalf("%q, %v", text, err)
		}
	}
}

// Everybody else has the 24 bits to search as well, and would find the key, where it is.
func TestWholeKey(t *testing.T) {
	alice, bob, _ := pair(t, testBits)
	envelope := seal(t, alice, bob, "six")
	k := keyOf(t, bob, envelope)
	r, err := WholeKey(envelope)
	if err != nil || r.Bits != EscrowedBits+testBits {
		t.Fatal(r, err)
	}
	s := r.Search()
	s.From.Next, s.All = max(uint64(k), 1000)-1000, true
	s.End = min(s.End, uint64(k)+1000)
	result, err := s.Run(t.Context())
	if err != nil || len(result.Hits) != 1 || r.Key(result.Hits[0]) != k {
		t.Fatalf("%x, %v", result.Hits, err)
	}
	if _, _, text, err := r.Open(result.Hits[0]); err != nil || string(text) != "six" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestWholeKeyFullSize(t *testing.T) {
	alice, bob, _ := pair(t, FullBits)
	r, err := WholeKey(seal(t, alice, bob, "six"))
	if err != nil || r.Bits != 64 || r.Search().End != 1<<64-1 {
		t.Fatalf("%v, %v", r, err)
	}
	s := r.Search()
	s.End = 1 << 14
	if result, err := s.Run(t.Context()); err != nil || result.Tried != 1<<14 || len(result.Hits) != 0 {
		t.Errorf("%+v, %v", result, err)
	}
}

// The search takes any run of keys, not only whole lanes.
func TestSearchFromAnywhere(t *testing.T) {
	const bits = 6
	alice, bob, authority := pair(t, bits)
	envelope := seal(t, alice, bob, "six")
	residual := uint64(keyOf(t, bob, envelope)) & (1<<bits - 1)
	r, err := authority.Residual(envelope)
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range []int{1, 3, 8, 13, 1 << bits} {
		for from := range uint64(20) {
			for _, end := range []uint64{residual, residual + 1} {
				s := r.Search()
				s.Batch, s.End, s.All = batch, end, true
				s.From = keysearch.Checkpoint{Next: min(from, end)}
				result, err := s.Run(t.Context())
				if want := end > residual && from <= residual; err != nil || len(result.Hits) == 1 != want {
					t.Fatalf("batch %d, keys %d to %d: %d, %v; the key is %d", batch, from, end, result.Hits, err, residual)
				}
			}
		}
	}
}

func TestResume(t *testing.T) {
	alice, bob, authority := pair(t, 14)
	envelope := seal(t, alice, bob, "six")
	residual := uint64(keyOf(t, bob, envelope)) & (1<<14 - 1)
	r, err := authority.Residual(envelope)
	if err != nil {
		t.Fatal(err)
	}
	first, second := r.Search(), r.Search()
	first.End = residual // stopped just before the key
	result, err := first.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	saved, err := result.Checkpoint.Marshal(r.Description())
	if err != nil {
		t.Fatal(err)
	}
	if second.From, err = keysearch.ParseCheckpoint(saved, r.Description()); err != nil {
		t.Fatal(err)
	}
	result, err = second.Run(t.Context())
	if err != nil || len(result.Hits) != 1 || result.Hits[0] != residual {
		t.Errorf("%x, %v; want %x", result.Hits, err, residual)
	}
	other, err := authority.Residual(seal(t, alice, bob, "six"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keysearch.ParseCheckpoint(saved, other.Description()); err == nil {
		t.Error("the search for another message's key takes the checkpoint")
	}
}

func TestRecoverCancelled(t *testing.T) {
	alice, bob, authority := pair(t, FullBits)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := authority.Recover(ctx, seal(t, alice, bob, "six")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWrongAuthority(t *testing.T) {
	alice, bob, _ := pair(t, testBits)
	_, _, _, err := authorities()[1].Recover(t.Context(), seal(t, alice, bob, "six"))
	// 00 02 is there by chance once in 65,536; the search then finds nothing.
	if !errors.Is(err, errMark) && !errors.Is(err, errNoKey) {
		t.Error(err)
	}
}

// damagedFields are the ways to disturb a field, all of which leave the message readable.
func damagedFields(t *testing.T, alice, bob *Device, envelope []byte) map[string][]byte {
	other := parse(t, seal(t, alice, bob, "another message")).Field
	noise := make([]byte, FieldSize)
	rand.Read(noise)
	fields := map[string][]byte{
		"stripped":           nil,
		"cut":                other[:40],
		"of another message": other,
		"noise":              noise,
		"zeros":              make([]byte, FieldSize),
		"too long":           append(bytes.Clone(parse(t, envelope).Field), 0),
	}
	damaged := map[string][]byte{}
	for what, field := range fields {
		damaged[what] = alter(t, envelope, func(e *Envelope) { e.Field = field })
	}
	return damaged
}

func TestFieldIsChecked(t *testing.T) {
	alice, bob, authority := pair(t, testBits)
	envelope := seal(t, alice, bob, "six")
	for what, damaged := range damagedFields(t, alice, bob, envelope) {
		if _, text, err := bob.Open(damaged); !errors.Is(err, ErrField) || text != nil {
			t.Errorf("%s: %q, %v", what, text, err)
		}
		if _, text, err := bob.OpenUnchecked(damaged); err != nil || string(text) != "six" {
			t.Errorf("%s, unchecked: %q, %v", what, text, err)
		}
		if what == "too long" {
			continue
		}
		if _, _, text, err := authority.Recover(t.Context(), damaged); err == nil {
			t.Errorf("%s: the authority reads %q", what, text)
		}
	}
	for i := range 8 * FieldSize {
		damaged := alter(t, envelope, func(e *Envelope) { e.Field[i/8] ^= 1 << (i % 8) })
		if _, _, err := bob.Open(damaged); !errors.Is(err, ErrField) {
			t.Fatalf("bit %d of the field: %v", i, err)
		}
	}
	if _, _, err := bob.Open(envelope); err != nil {
		t.Error("undisturbed:", err)
	}
}

// What the authority is told of each.
func TestFieldErrors(t *testing.T) {
	alice, bob, authority := pair(t, testBits)
	envelope := seal(t, alice, bob, "six")
	for what, want := range map[string]string{
		"stripped":           "workfactor: the field was cut: expected 95 bytes, found 0",
		"cut":                "workfactor: the field was cut: expected 95 bytes, found 40",
		"zeros":              "workfactor: the field does not open with this authority's key: expected 00 02 at its beginning",
		"of another message": "workfactor: no key fits: the field was not made from this message's key",
	} {
		_, _, _, err := authority.Recover(t.Context(), damagedFields(t, alice, bob, envelope)[what])
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The field is a function of the whole key. If only of the 24 bits, all the world could find them
// by trying.
func TestFieldTellsOthersNothing(t *testing.T) {
	p := authorities()[0].Public()
	seen := map[string]BulkKey{}
	for residual := range BulkKey(500) {
		k := 0xabcdef<<FullBits | residual*0x123456789&(1<<40-1)
		field := string(p.field(k, FullBits))
		if other, ok := seen[field]; ok {
			t.Fatalf("the keys %x and %x have the same field", uint64(k), uint64(other))
		}
		seen[field] = k
		// Nor is the field a plain cube, whose root anybody could take.
		m := new(big.Int).SetBytes(fieldBlock(k, FullBits))
		if new(big.Int).Exp(m, exponent, nil).Cmp(p.n) < 0 {
			t.Fatalf("the field of %x is a cube", uint64(k))
		}
	}
}

// Two people who want to hide encrypt to each other first. Everything they send is perfect.
func TestTwoRoguesPassTheCheck(t *testing.T) {
	alice, bob, authority := pair(t, testBits)
	secret := []byte("the bridge, at six")
	shared, nonce := make([]byte, chacha20.KeySize), make([]byte, chacha20.NonceSize)
	rand.Read(shared)
	hide := func(b []byte) []byte {
		c, err := chacha20.NewUnauthenticatedCipher(shared, nonce)
		if err != nil {
			t.Fatal(err)
		}
		out := make([]byte, len(b))
		c.XORKeyStream(out, b)
		return out
	}
	envelope := seal(t, alice, bob, string(hide(secret)))
	_, got, err := bob.Open(envelope)
	if err != nil || !bytes.Equal(hide(got), secret) {
		t.Fatalf("%q, %v", hide(got), err)
	}
	_, _, read, err := authority.Recover(t.Context(), envelope)
	if err != nil || !bytes.Equal(read, hide(secret)) || bytes.Contains(read, secret[:6]) {
		t.Errorf("%q, %v", read, err)
	}
}

// RC2-CBC hides and does not authenticate: a bit flipped in one block is flipped in the next.
func TestBodyIsNotAuthenticated(t *testing.T) {
	alice, bob, _ := pair(t, testBits)
	envelope := seal(t, alice, bob, "8 bytes,100 dollars")
	altered := alter(t, envelope, func(e *Envelope) { e.Ciphertext[8] ^= '1' ^ '9' })
	_, got, err := bob.Open(altered)
	if err != nil || string(got[8:]) != "900 dollars" || string(got[:8]) == "8 bytes," {
		t.Errorf("%q, %v", got, err)
	}
}

func TestMisuse(t *testing.T) {
	alice, bob, authority := pair(t, testBits)
	if _, err := NewDevice(nil, testBits); err == nil {
		t.Error("a device without an authority is made")
	}
	for _, bits := range []int{-1, 0, 41, 64} {
		if _, err := NewDevice(authority.Public(), bits); err == nil {
			t.Errorf("a device with %d bits is made", bits)
		}
	}
	if _, err := alice.Seal(Identity{}, nil); err == nil {
		t.Error("a message to nobody is sent")
	}
	other := device(t, authority, testBits+1)
	if _, _, err := bob.Open(seal(t, other, bob, "")); err == nil || !strings.Contains(err.Error(), "expected 10") {
		t.Errorf("other bits: %v", err)
	}
}
