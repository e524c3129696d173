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
	"testing/cryptotest"

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
	cryptotest.SetGlobalRandom(t, 1) // an authority takes another's field for its own once in 65,536
	alice, err1 := NewDevice(PublishedKey(), FullBits)
	bob, err2 := NewDevice(PublishedKey(), FullBits)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	envelope := seal(t, alice, bob, "six")
	if from, text, err := bob.Open(envelope); err != nil || string(text) != "six" || from != alice.Identity() {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := NewAuthority().residual(parse(t, envelope)); err == nil {
		t.Error("our authority opens a field of the government's")
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
		var all uint64
		for range 200 {
			all |= newBulkKey(bits).n
		}
		if want := uint64(1)<<(EscrowedBits+bits) - 1; all != want { // a bit stays 0 with probability 2^-200
			t.Errorf("%d bits: keys cover %x, want %x", bits, all, want)
		}
	}
}

func TestRecover(t *testing.T) {
	alice, bob, authority := pair(t, 12)
	for _, text := range []string{"", "the bridge, at six", strings.Repeat("long ", 999)} {
		envelope := seal(t, alice, bob, text)
		from, to, got, w, err := authority.Recover(t.Context(), envelope, Options{})
		if err != nil || string(got) != text || from != alice.Identity() || to != bob.Identity() {
			t.Errorf("%.20q, %v", got, err)
		}
		k := keyOf(t, bob, envelope)
		if w.Place != k.n&(1<<12-1)+1 || w.Of != 1<<12 || w.Tried < 1 || w.Tried > w.Of || w.Rate() <= 0 || w.Cores < 1 {
			t.Errorf("the key is %x, %+v", k.n, w)
		}
	}
}

// At full size the field opens as it did, and the search finds the key where it is: here, in the
// neighbourhood of it, since 2^40 keys take hours.
func TestRecoverFullSize(t *testing.T) {
	alice, bob, authority := pair(t, 0)
	for range 20 {
		envelope := seal(t, alice, bob, "six")
		k := keyOf(t, bob, envelope)
		lower := k.n & (1<<40 - 1)
		r := residualOf(t, authority, envelope)
		if r.bits != FullBits || r.upper != k.n-lower || r.search().End != 1<<40 {
			t.Fatalf("%d bits, upper bits %x of %x", r.bits, r.upper, k.n)
		}
		got, w, err := authority.RecoverKey(t.Context(), envelope, Options{Resume: checkpoint(t, r, lower)})
		if err != nil || got != k || w.Place != lower+1 || w.Of != 1<<40-max(lower, 1000)+1000 {
			t.Fatalf("%x, %+v, %v; want %x", got.n, w, err, k.n)
		}
		if _, _, text, err := got.Open(envelope); err != nil || string(text) != "six" {
			t.Fatalf("%q, %v", text, err)
		}
	}
}

// checkpoint returns the checkpoint of a search that is a thousand keys before one.
func checkpoint(t *testing.T, r residual, key uint64) []byte {
	t.Helper()
	data, err := keysearch.Checkpoint{Next: max(key, 1000) - 1000}.Marshal(r.description())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Everyone else has the 24 bits to search as well, and would find the key, where it is.
func TestRecoverKeyWithoutAuthority(t *testing.T) {
	for _, bits := range []int{testBits, FullBits} {
		alice, bob, _ := pair(t, bits)
		envelope := seal(t, alice, bob, "six")
		k := keyOf(t, bob, envelope)
		r := wholeKey(parse(t, envelope))
		if r.bits != EscrowedBits+bits || r.search().End != 1<<r.bits-1 && r.search().End != 1<<r.bits {
			t.Fatalf("%d bits: %d to search, up to %x", bits, r.bits, r.search().End)
		}
		got, w, err := RecoverKey(t.Context(), envelope, Options{Resume: checkpoint(t, r, k.n)})
		if err != nil || got != k || w.Place != k.n+1 {
			t.Fatalf("%d bits: %x, %+v, %v; want %x", bits, got.n, w, err, k.n)
		}
		if _, _, text, err := got.Open(envelope); err != nil || string(text) != "six" {
			t.Errorf("%q, %v", text, err)
		}
		if from, _, text, err := (BulkKey{n: got.n ^ 1}).Open(envelope); !errors.Is(err, ErrOpen) || text != nil || from != (Identity{}) {
			t.Errorf("with another key: %q, %v", text, err)
		}
	}
}

// A search that is limited says that it found nothing, and how much it tried.
func TestLimit(t *testing.T) {
	alice, bob, authority := pair(t, FullBits)
	envelope := seal(t, alice, bob, "six")
	for name, recover := range map[string]func(context.Context, []byte, Options) (BulkKey, Work, error){
		"authority": authority.RecoverKey, "everyone": RecoverKey,
	} {
		for _, cores := range []int{0, 1} {
			k, w, err := recover(t.Context(), envelope, Options{Limit: 1 << 14, Cores: cores})
			if !errors.Is(err, ErrNoKey) || errors.Is(err, ErrField) || k != (BulkKey{}) || w.Tried != 1<<14 || w.Of != 1<<14 || w.Place != 0 || cores == 1 && w.Cores != 1 {
				t.Errorf("%s: %x, %+v, %v", name, k.n, w, err)
			}
		}
	}
}

// The search takes any run of keys, not only whole lanes.
func TestSearchFromAnywhere(t *testing.T) {
	const bits = 6
	alice, bob, authority := pair(t, bits)
	var envelope []byte
	var residual uint64
	for residual == 0 { // a search that ends before the first key has no run, and no end to pass
		envelope = seal(t, alice, bob, "six")
		residual = keyOf(t, bob, envelope).n & (1<<bits - 1)
	}
	r := residualOf(t, authority, envelope)
	for _, batch := range []int{1, 3, 8, 13, 1 << bits} {
		for from := range uint64(20) {
			for _, end := range []uint64{residual, residual + 1} {
				s := r.search()
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

// A search that was stopped is resumed from its checkpoint, and no other search is.
func TestResume(t *testing.T) {
	alice, bob, authority := pair(t, 14)
	envelope := seal(t, alice, bob, "six")
	k := keyOf(t, bob, envelope)
	lower := k.n & (1<<14 - 1)
	// Stopped just before the key.
	_, w, err := authority.RecoverKey(t.Context(), envelope, Options{Limit: max(lower, 1)})
	if lower > 0 && !errors.Is(err, ErrNoKey) {
		t.Fatal(err)
	}
	got, again, err := authority.RecoverKey(t.Context(), envelope, Options{Resume: w.Checkpoint})
	if err != nil || got != k || again.Of != 1<<14-w.Tried || again.Place != lower+1 {
		t.Errorf("%x, %+v, %v; want %x", got.n, again, err, k.n)
	}
	for what, search := range map[string]func() error{
		"of another message": func() error {
			_, _, err := authority.RecoverKey(t.Context(), seal(t, alice, bob, "six"), Options{Resume: w.Checkpoint})
			return err
		},
		"of the authority's": func() error {
			_, _, err := RecoverKey(t.Context(), envelope, Options{Resume: w.Checkpoint})
			return err
		},
		"damaged": func() error {
			_, _, err := authority.RecoverKey(t.Context(), envelope, Options{Resume: w.Checkpoint[1:]})
			return err
		},
	} {
		if err := search(); !errors.Is(err, ErrResume) || !strings.HasPrefix(err.Error(), "workfactor: expected a checkpoint of this search: ") {
			t.Errorf("a checkpoint %s: %v", what, err)
		}
	}
}

// A long search tells its progress, from which it can be resumed.
func TestProgress(t *testing.T) {
	alice, bob, authority := pair(t, FullBits)
	envelope := seal(t, alice, bob, "six")
	for keyOf(t, bob, envelope).n>>(FullBits-1)&1 == 0 { // the key is in the upper half, which no search comes to
		envelope = seal(t, alice, bob, "six")
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told Work
	_, w, err := authority.RecoverKey(ctx, envelope, Options{Progress: func(w Work) {
		if told = w; w.Tried > 0 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || told.Tried == 0 || told.Tried > w.Tried || told.Of != 1<<FullBits {
		t.Fatalf("told %+v, then %+v, %v", told, w, err)
	}
	if _, _, err := authority.RecoverKey(ctx, envelope, Options{Resume: told.Checkpoint}); !errors.Is(err, context.Canceled) {
		t.Errorf("resumed: %v", err)
	}
}

func TestRecoverCancelled(t *testing.T) {
	alice, bob, authority := pair(t, FullBits)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, _, err := authority.Recover(ctx, seal(t, alice, bob, "six"), Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestWrongAuthority(t *testing.T) {
	alice, bob, _ := pair(t, testBits)
	_, _, _, _, err := authorities()[1].Recover(t.Context(), seal(t, alice, bob, "six"), Options{})
	// 00 02 is there by chance once in 65,536; the search then finds nothing.
	if !errors.Is(err, errMark) && !errors.Is(err, ErrNoKey) {
		t.Error(err)
	}
}

// damagedFields returns an envelope with its field disturbed in several ways. The message stays
// readable.
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
		if _, _, text, _, err := authority.Recover(t.Context(), damaged, Options{}); err == nil {
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
		"stripped":           "workfactor: expected a field of 95 bytes, found 0",
		"cut":                "workfactor: expected a field of 95 bytes, found 40",
		"zeros":              "workfactor: expected 00 02 at the beginning of the opened field, found other bytes: it was not made for this authority",
		"of another message": "workfactor: no key fits: the field was not made from this message's key",
	} {
		_, _, _, _, err := authority.Recover(t.Context(), damagedFields(t, alice, bob, envelope)[what], Options{})
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
	for residual := range uint64(500) {
		k := BulkKey{n: 0xabcdef<<FullBits | residual*0x123456789&(1<<40-1)}
		field := string(p.field(k, FullBits))
		if other, ok := seen[field]; ok {
			t.Fatalf("the keys %x and %x have the same field", k.n, other.n)
		}
		seen[field] = k
		// Nor is the field a plain cube, whose root can be taken without a key.
		m := new(big.Int).SetBytes(fieldBlock(k, FullBits))
		if new(big.Int).Exp(m, exponent, nil).Cmp(p.n) < 0 {
			t.Fatalf("the field of %x is a cube", k.n)
		}
	}
}

// Two rogues encrypt to each other first. Everything they send then passes the check.
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
	_, _, read, _, err := authority.Recover(t.Context(), envelope, Options{})
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
	for _, bits := range []int{-1, 41, 64} {
		if _, err := NewDevice(authority.Public(), bits); err == nil {
			t.Errorf("a device with %d bits is made", bits)
		}
	}
	if _, err := alice.Seal(Identity{}, nil); err == nil {
		t.Error("a message to nobody is sent")
	}
	other := device(t, authority, testBits+1)
	if _, _, err := bob.Open(seal(t, other, bob, "")); err == nil || !strings.Contains(err.Error(), "expected a key of 10 bits") {
		t.Errorf("other bits: %v", err)
	}
}
