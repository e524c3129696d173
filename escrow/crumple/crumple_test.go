package crumple

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"strings"
	"sync"
	"testing"

	"doormat/escrow/workfactor"
	"doormat/internal/testing/printed"
)

// testBits keeps a search below a millisecond.
const testBits = 8

var table = sync.OnceValue(NewTable)

func device(t testing.TB, bits int) *Device {
	t.Helper()
	d, err := NewDevice(bits)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func seal(t testing.TB, from, to *Device, text string) []byte {
	t.Helper()
	envelope, err := from.Seal(to.Identity(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

func parse(t testing.TB, envelope []byte) *Envelope {
	t.Helper()
	e, err := ParseEnvelope(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestOpen(t *testing.T) {
	ana, ben, cas := device(t, testBits), device(t, testBits), device(t, testBits)
	envelope := seal(t, ana, ben, "at six")
	if from, text, err := ben.Open(envelope); err != nil || string(text) != "at six" || from != ana.Identity() {
		t.Errorf("%q, %v", text, err)
	}
	for _, d := range []*Device{ana, cas} {
		if _, text, err := d.Open(envelope); !errors.Is(err, ErrOpen) || text != nil {
			t.Errorf("another opens %q, %v", text, err)
		}
	}
	if text, err := ana.Reopen(envelope); err != nil || string(text) != "at six" {
		t.Errorf("her own: %q, %v", text, err)
	}
	if _, err := cas.Reopen(envelope); !errors.Is(err, ErrOpen) {
		t.Error(err)
	}
}

// The numbers of the weak group are what they are said to be.
func TestGroup(t *testing.T) {
	if !big.NewInt(modulus).ProbablyPrime(20) || !big.NewInt(order).ProbablyPrime(20) || power(generator, order) != 1 {
		t.Error("the modulus is no safe prime, or the generator no square")
	}
	for _, e := range []uint32{1, 2, tableSteps - 1, tableSteps, tableSteps + 1, order / 2, order - 1} {
		x := power(generator, e)
		if want := new(big.Int).Exp(big.NewInt(generator), big.NewInt(int64(e)), big.NewInt(modulus)); want.Uint64() != uint64(x) {
			t.Errorf("g^%d = %d, expected %d", e, x, want)
		}
		if got := table().exponent(x); got != e {
			t.Errorf("exponent %d, expected %d", got, e)
		}
	}
	for _, bad := range [][]byte{{0, 0, 0, 0}, {0, 0, 0, 1}, {255, 255, 255, 0xff}, {255, 255, 255, 0x2e}} {
		if _, err := parseElement(bad); err == nil {
			t.Errorf("%x is an element", bad)
		}
	}
}

// Anyone who pays reads, and holds no key of anyone.
func TestAnyonePays(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	envelope := seal(t, ana, ben, "at six")
	from, to, text, w, err := table().Recover(t.Context(), envelope, workfactor.Options{Cores: 1})
	if err != nil || string(text) != "at six" || from != ana.Identity() || to != ben.Identity() {
		t.Fatalf("%q, %v", text, err)
	}
	if w.Of != 1<<testBits || w.Tried < 1 || w.Tried > w.Of {
		t.Errorf("%d of %d hashes", w.Tried, w.Of)
	}
}

// The table is paid once. It was made before these people came.
func TestTableServesAll(t *testing.T) {
	tab := table()
	for range 3 {
		ana, ben := device(t, testBits), device(t, testBits)
		s, err := tab.Agree(ana.Identity(), ben.Identity())
		p, err2 := ben.with(ana.Identity())
		if err != nil || err2 != nil || s != p.weak {
			t.Errorf("%d, expected %d: %v, %v", s, p.weak, err, err2)
		}
	}
	if tab.Operations() != 1<<16 {
		t.Error(tab.Operations())
	}
}

// Without the table, the search that opens a message with it opens none, and 31 bits more are to be searched.
func TestWithoutTable(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	envelope := seal(t, ana, ben, "at six")
	text, w, err := RecoverWithoutTable(t.Context(), envelope, workfactor.Options{Limit: 1 << testBits})
	if !errors.Is(err, workfactor.ErrNoKey) || text != nil || w.Tried != 1<<testBits {
		t.Errorf("%q, %d hashes, %v", text, w.Tried, err)
	}
	// The control: a weak secret among the first.
	low := newDevice(ana.private, 1, testBits)
	peer := newDevice(ben.private, 3, testBits)
	text, w, err = RecoverWithoutTable(t.Context(), seal(t, low, peer, "at six"), workfactor.Options{Cores: 1})
	if err != nil || string(text) != "at six" || w.Place <= 3<<testBits || w.Place > 4<<testBits {
		t.Errorf("%q, the %dth, %v", text, w.Place, err)
	}
	large := device(t, MaxBits)
	if _, w, err := RecoverWithoutTable(t.Context(), seal(t, large, ben, ""), workfactor.Options{Limit: 64}); !errors.Is(err, workfactor.ErrNoKey) || w.Tried != 64 {
		t.Errorf("%d hashes, %v", w.Tried, err)
	}
}

// What was found for a message opens no other between the same two.
func TestMessagesShareNoSearch(t *testing.T) {
	ana, ben := device(t, 32), device(t, 32)
	p, err := ana.with(ben.Identity())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[uint64]bool{}
	for range 8 {
		e := parse(t, seal(t, ana, ben, "at six"))
		r, err := p.crumpled(e)
		if err != nil || seen[r] || r>>32 != 0 {
			t.Errorf("r = %x, %v", r, err)
		}
		seen[r] = true
	}
}

// The dial is exact: the puzzle's r has as many bits, and they are used.
func TestBitsAreADial(t *testing.T) {
	for _, bits := range []int{1, 4, 10} {
		ana, ben := device(t, bits), device(t, bits)
		places := map[uint64]bool{}
		for range 40 {
			_, _, _, w, err := table().Recover(t.Context(), seal(t, ana, ben, ""), workfactor.Options{Cores: 1})
			if err != nil || w.Place > 1<<bits || w.Of != 1<<bits {
				t.Fatalf("%d bits: the %dth of %d, %v", bits, w.Place, w.Of, err)
			}
			places[w.Place] = true
		}
		if len(places) < min(1<<bits, 8) {
			t.Errorf("%d bits: %d places", bits, len(places))
		}
	}
}

// Who has paid for a message has its key, and writes another under it. The tag is of full length.
func TestPayingIsNotForging(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	e := parse(t, seal(t, ana, ben, "at six"))
	shared, err := table().Agree(e.From, e.To)
	if err != nil {
		t.Fatal(err)
	}
	forged := false
	for r := range uint64(1 << testBits) {
		p, key := puzzle(shared, e.Nonce, r)
		if p != e.Puzzle {
			continue
		}
		aead, nonce, err := body(key)
		if err != nil {
			t.Fatal(err)
		}
		e.Ciphertext = aead.Seal(nil, nonce, []byte("at ten"), e.head())
		if text, err := openBody(e, key); err != nil || string(text) != "at ten" {
			t.Fatalf("the forgery is not one: %q, %v", text, err)
		}
		forged = true
	}
	data, err := e.Bytes()
	if err != nil || !forged {
		t.Fatal("no key was found", err)
	}
	if _, text, err := ben.Open(data); !errors.Is(err, ErrOpen) {
		t.Errorf("%q, %v", text, err)
	}
}

// A sender who makes the puzzle of another number reaches no honest receiver.
func TestFalsePuzzleIsRefused(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	e := parse(t, seal(t, ana, ben, "at six"))
	p, err := ana.with(ben.Identity())
	if err != nil {
		t.Fatal(err)
	}
	r, _ := p.crumpled(e)
	_, key := puzzle(p.weak, e.Nonce, r)
	e.Puzzle[0] ^= 1
	aead, nonce, _ := body(key)
	e.Ciphertext = aead.Seal(nil, nonce, []byte("at six"), e.head())
	tagged, _ := e.tagged()
	tag, _ := p.tag(tagged)
	if _, text, err := ben.Open(append(tagged, tag...)); !errors.Is(err, ErrOpen) {
		t.Errorf("%q, %v", text, err)
	}
	if _, _, _, _, err := table().Recover(t.Context(), append(tagged, tag...), workfactor.Options{}); !errors.Is(err, workfactor.ErrNoKey) {
		t.Error(err)
	}
}

// Two who encrypt first, with devices whose bits nobody can pay, put the result in as text.
func TestEncryptFirst(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	inner := seal(t, device(t, MaxBits), ben, "at six")
	envelope := seal(t, ana, ben, string(inner))
	_, _, text, _, err := table().Recover(t.Context(), envelope, workfactor.Options{})
	if err != nil || !bytes.Equal(text, inner) {
		t.Fatal("the puzzle is not perfect", err)
	}
	if _, _, _, _, err := table().Recover(t.Context(), text, workfactor.Options{Limit: 1 << testBits}); !errors.Is(err, workfactor.ErrNoKey) {
		t.Error(err)
	}
	if _, got, err := ben.Open(text); err != nil || string(got) != "at six" {
		t.Errorf("%q, %v", got, err)
	}
}

// A price is a date.
func TestPrices(t *testing.T) {
	const rate, perHour = 1e6, 0.04
	for bits := 1; bits <= MaxBits; bits++ {
		if got := Bits(Price(bits, rate, perHour)*0.99, rate, perHour); got != bits {
			t.Errorf("%d bits, expected %d", got, bits)
		}
	}
	if p := Price(40, rate, perHour); math.Abs(p-12.2) > 0.1 { // 2^40 / 1e6 / 3600 = 305 hours
		t.Errorf("$%.2f", p)
	}
	if free := Bits(1, rate, 0); free != 1024 {
		t.Errorf("%d bits cost a dollar where an hour costs nothing", free)
	}
	if Bits(1e-12, rate, perHour) != 0 {
		t.Error("less than one hash")
	}
	if p := PriceAfter(1e6, 20, 2); math.Abs(p-976.56) > 0.01 { // 2^10
		t.Errorf("$%.2f after 20 years", p)
	}
}

func TestDamaged(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	good := seal(t, ana, ben, "at six")
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if _, text, err := ben.Open(bad); err == nil || text != nil {
				t.Fatalf("bit %d of byte %d: %q", bit, i, text)
			}
		}
		if _, err := ParseEnvelope(good[:i]); err == nil {
			t.Errorf("%d bytes parse", i)
		}
	}
	if _, err := ParseEnvelope(append(good, 0)); err == nil {
		t.Error("a byte more parses")
	}
	e := parse(t, good)
	e.Ciphertext = e.Ciphertext[:15]
	if data, err := e.Bytes(); err != nil {
		t.Error(err)
	} else if _, err := ParseEnvelope(data); err == nil {
		t.Error("a body without its tag parses")
	}
	if _, _, _, _, err := table().Recover(t.Context(), good[:9], workfactor.Options{}); err == nil || !strings.HasPrefix(err.Error(), "crumple: expected") {
		t.Error(err)
	}
}

func TestMisuse(t *testing.T) {
	for _, bits := range []int{-1, 0, MaxBits + 1} {
		if _, err := NewDevice(bits); err == nil || !strings.HasPrefix(err.Error(), "crumple: expected") {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
	if _, err := new(Device).Seal(Identity{}, nil); err == nil {
		t.Error("the zero device seals")
	}
	ana := device(t, testBits)
	if _, err := ana.Seal(Identity{}, nil); err == nil {
		t.Error("sealed to zeros")
	}
	if _, err := ana.Seal(ana.Identity(), make([]byte, MaxPlaintext+1)); err == nil {
		t.Error("a message too long")
	}
	if _, err := table().Agree(ana.Identity(), Identity{}); err == nil {
		t.Error("agreed with zeros")
	}
}

func TestStates(t *testing.T) {
	ana, ben := device(t, testBits), device(t, testBits)
	state, err := ana.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	again := new(Device)
	if err := again.UnmarshalBinary(state); err != nil || again.Identity() != ana.Identity() {
		t.Fatal(err)
	}
	if _, text, err := again.Open(seal(t, ben, ana, "at six")); err != nil || string(text) != "at six" {
		t.Errorf("%q, %v", text, err)
	}
	bad := func(change func(b []byte)) []byte { b := bytes.Clone(state); change(b); return b }
	for what, b := range map[string][]byte{
		"nothing": nil, "short": state[:stateSize-1], "long": append(bytes.Clone(state), 0),
		"version": bad(func(b []byte) { b[0]++ }), "bits": bad(func(b []byte) { b[1] = 0 }),
		"weak zero": bad(func(b []byte) { clear(b[34:]) }), "weak order": bad(func(b []byte) { b[34] = 0xff }),
	} {
		if err := again.UnmarshalBinary(b); err == nil || !strings.HasPrefix(err.Error(), "crumple: expected") || again.Identity() != ana.Identity() {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := new(Device).MarshalBinary(); err == nil {
		t.Error("the zero device has a state")
	}
	if leak := printed.Leak(ana, ana.private[:]); leak != "" {
		t.Error(leak)
	}
}

func FuzzEnvelope(f *testing.F) {
	ana, ben := device(f, testBits), device(f, testBits)
	f.Add(seal(f, ana, ben, "at six"))
	f.Add([]byte{version, MaxBits})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseEnvelope(data)
		if err != nil {
			return
		}
		if again, err := e.Bytes(); err != nil || !bytes.Equal(again, data) {
			t.Error("written differently", err)
		}
		ben.Open(data)
	})
}

func FuzzDevice(f *testing.F) {
	state, _ := device(f, testBits).MarshalBinary()
	f.Add(state)
	f.Fuzz(func(t *testing.T, data []byte) {
		d := new(Device)
		if d.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := d.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
			t.Error("written differently", err)
		}
	})
}
