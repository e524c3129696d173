package partial

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"filippo.io/edwards25519"

	"doormat/internal/testing/printed"
)

const testBits = 12

type dealer func(x PrivateKey, k, n, bits int) (*Escrow, []Share, error)

func dealt(t testing.TB, deal dealer, bits, k, n int) (PrivateKey, *Escrow, []Share) {
	t.Helper()
	x := NewPrivateKey()
	e, shares, err := deal(x, k, n, bits)
	if err != nil {
		t.Fatal(err)
	}
	return x, e, shares
}

func table(t testing.TB, m int) *Table {
	t.Helper()
	table, err := NewTable(m)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestRecover(t *testing.T) {
	for _, deal := range []dealer{Deal, DealExposed} {
		for _, c := range []struct{ bits, k, n int }{{1, 1, 1}, {testBits, 2, 3}, {testBits, 3, 5}, {5, 4, 4}, {16, 1, 3}} {
			x, e, shares := dealt(t, deal, c.bits, c.k, c.n)
			if err := e.Check(); err != nil {
				t.Fatal(err)
			}
			for _, s := range shares {
				if err := e.CheckShare(s); err != nil {
					t.Fatal(err)
				}
			}
			// Any k agents will do: the last.
			opened, err := e.Open(shares[c.n-c.k:])
			if err != nil {
				t.Fatal(err)
			}
			a, _, err := table(t, 1<<(c.bits/2)).Search(t.Context(), opened.Target())
			if err != nil || a >= 1<<c.bits {
				t.Fatal(a, err)
			}
			key, err := opened.Key(a)
			if err != nil || !bytes.Equal(key.Bytes(), x.Bytes()) || !bytes.Equal(key.Public(), e.Public()) {
				t.Errorf("%+v: %v", c, err)
			}
			if _, err := opened.Key(a + 1); err == nil {
				t.Error("another a makes a key")
			}
		}
	}
}

func TestTooFewShares(t *testing.T) {
	_, e, shares := dealt(t, Deal, testBits, 3, 5)
	for _, few := range [][]Share{nil, shares[:2], {shares[0], shares[0], shares[0]}, {shares[1], shares[2], shares[1]}} {
		if _, err := e.Open(few); !errors.Is(err, errMissing) {
			t.Errorf("%v: %v", few, err)
		}
	}
	if _, err := e.Open([]Share{shares[4], shares[4], shares[0], shares[2], shares[1]}); err != nil {
		t.Error("one share twice, beside enough:", err)
	}
}

// The flaw: with Feldman's commitments, a is found before any agent is asked, and the order costs no
// group operation of search.
func TestEarlyRecovery(t *testing.T) {
	x, e, shares := dealt(t, DealExposed, testBits, 2, 3)
	e = reparsed(t, e) // from bytes: no secret
	early, before, err := table(t, 1<<(testBits/2)).Search(t.Context(), e.EarlyTarget())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := e.Open(shares[:2])
	if err != nil {
		t.Fatal(err)
	}
	key, err := opened.Key(early)
	if err != nil || !bytes.Equal(key.Bytes(), x.Bytes()) {
		t.Fatal(err)
	}
	t.Logf("before the order %d giant steps, after it 0", before)
}

// The fix: before c is opened, the same search finds nothing, over the whole of its space.
func TestNoEarlyRecovery(t *testing.T) {
	for range 20 {
		_, e, shares := dealt(t, Deal, testBits, 2, 3)
		m := table(t, 1<<(testBits/2))
		if a, n, err := m.Search(t.Context(), e.EarlyTarget()); !errors.Is(err, errNotFound) || n != 1<<(testBits/2-1) {
			t.Fatalf("a = %d after %d steps, %v", a, n, err)
		}
		opened, err := e.Open(shares[1:])
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := m.Search(t.Context(), opened.Target()); err != nil {
			t.Error("after the order:", err)
		}
	}
}

// A larger table, made once, makes the work after the order smaller, for every key.
func TestTableInAdvance(t *testing.T) {
	const bits, keys = 16, 20
	for _, m := range []int{1 << 8, 1 << 11} {
		m := table(t, m)
		var sum int64
		for range keys {
			_, e, shares := dealt(t, Deal, bits, 1, 1)
			opened, err := e.Open(shares)
			if err != nil {
				t.Fatal(err)
			}
			_, n, err := m.Search(t.Context(), opened.Target())
			if most := int64(1<<bits) / (2 * m.Operations()); err != nil || n > most {
				t.Fatalf("%d steps of at most %d, %v", n, most, err)
			}
			sum += n
		}
		t.Logf("table of %5d steps: on average %.1f giant steps a key; expected %.1f", m.Operations(),
			float64(sum)/keys, math.Ldexp(1, bits)/float64(4*m.Operations()))
	}
}

// Every a is found, at any size of table, with the operations that the formula says.
func TestSearchFindsEveryPart(t *testing.T) {
	const bits = 9
	for _, m := range []int{1, 2, 3, 16, 100, 255, 256, 257, 511, 1000} {
		table := table(t, m)
		for a := range uint64(1) << bits {
			if (m < 16 || testing.Short()) && a%7 != 0 {
				continue
			}
			got, n, err := table.Search(t.Context(), Target{power(a), bits})
			if err != nil || got != a || n < 1 || n > int64((1<<bits+2*m-1)/(2*m)) {
				t.Fatalf("m = %d, a = %d: %d after %d steps, %v", m, a, got, n, err)
			}
		}
		if a, _, err := table.Search(t.Context(), Target{power(1 << bits), bits}); err == nil {
			t.Fatalf("m = %d: a = %d has more than %d bits", m, a, bits)
		}
		if a, _, err := table.Search(t.Context(), Target{new(edwards25519.Point).Negate(power(3)), bits}); err == nil {
			t.Fatalf("m = %d: g^-3 is g^%d", m, a)
		}
	}
}

func TestSearchLarge(t *testing.T) {
	const bits = DefaultBits
	rng := rand.New(rand.NewPCG(3, 24))
	m := table(t, 1<<(bits/2))
	for range 5 {
		want := rng.Uint64N(1 << bits)
		if a, _, err := m.Search(t.Context(), Target{power(want), bits}); err != nil || a != want {
			t.Errorf("%d, %v; want %d", a, err, want)
		}
	}
}

func TestSearchCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := table(t, 1).Search(ctx, Target{generatorH, MaxBits}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A user who escrows a number with more bits than he says cannot prove it.
func TestPartTooLarge(t *testing.T) {
	for _, value := range []uint64{2, 3} {
		if err := dealWithDigit(value).Check(); err == nil || !strings.Contains(err.Error(), "bit 3") {
			t.Errorf("a digit of %d: %v", value, err)
		}
	}
	for _, value := range []uint64{0, 1} {
		if err := dealWithDigit(value).Check(); err != nil {
			t.Errorf("a digit of %d: %v", value, err)
		}
	}
}

// dealWithDigit escrows a key whose a has this at the place of bit 3, and proves that it is its
// lowest bit, as well as a cheat can.
func dealWithDigit(digit uint64) *Escrow {
	e := &Escrow{bits: testBits, proofs: make([]bitProof, testBits)}
	c, r := randomScalar(), randomScalar()
	e.commitments = append(e.commitments, commit(c, r))
	s := make([]*edwards25519.Scalar, testBits)
	rest := new(edwards25519.Scalar).Negate(r)
	for i := len(s) - 1; i > 0; i-- {
		s[i] = randomScalar()
		rest.Subtract(rest, new(edwards25519.Scalar).Multiply(scalar(1<<i), s[i]))
	}
	s[0] = rest
	for i := range s {
		e.proofs[i].b = commit(edwards25519.NewScalar(), s[i])
	}
	e.proofs[3].b = commit(scalar(digit), s[3])
	x := new(edwards25519.Scalar).Add(c, scalar(8*digit))
	e.public = new(edwards25519.Point).ScalarBaseMult(x)
	statement := e.statement()
	for i := range s {
		bit := 0
		if i == 3 {
			bit = int(digit & 1)
		}
		e.proofs[i].prove(statement, i, bit, s[i])
	}
	return e
}

func TestPartsMustAddUp(t *testing.T) {
	_, e, _ := dealt(t, Deal, testBits, 2, 3)
	_, other, _ := dealt(t, Deal, testBits, 2, 3)
	e.public = other.public
	if err := e.Check(); err == nil || !strings.Contains(err.Error(), "add up") {
		t.Error(err)
	}
}

// A proof is about one escrow, and one place in it.
func TestProofsAreBound(t *testing.T) {
	_, e, _ := dealt(t, Deal, testBits, 2, 3)
	statement := e.statement()
	for i := range e.proofs {
		if !e.proofs[i].check(statement, i) {
			t.Fatalf("proof %d fails", i)
		}
		if e.proofs[i].check(statement, i+1) {
			t.Errorf("proof %d passes at another place", i)
		}
		if e.proofs[i].check(append(bytes.Clone(statement), 0), i) {
			t.Errorf("proof %d passes for another statement", i)
		}
	}
}

// Nothing that is published tells whether a bit is 0 or 1: both announcements and both answers look
// alike. This counts a bit that would differ if the true one stood in a fixed place.
func TestProofsHideTheBit(t *testing.T) {
	const n = 400
	x := NewPrivateKey()
	var high [2][2]int // by the bit and by the place: the answer's lowest bit
	for range n / testBits {
		e, _, err := Deal(x, 1, 1, testBits)
		if err != nil {
			t.Fatal(err)
		}
		for i := range e.proofs {
			p := &e.proofs[i]
			if p.challenges[0].Equal(p.challenges[1]) == 1 || p.answers[0].Equal(p.answers[1]) == 1 {
				t.Fatal("two equal numbers in a proof")
			}
			for place := range 2 {
				high[place][p.answers[place].Bytes()[0]&1]++
			}
		}
	}
	for place := range high {
		if d := math.Abs(float64(high[place][0] - high[place][1])); d > 6*math.Sqrt(n) { // six sigma
			t.Errorf("answer %d is even %d times, odd %d", place, high[place][0], high[place][1])
		}
	}
}

func TestBadShare(t *testing.T) {
	_, e, shares := dealt(t, Deal, testBits, 2, 3)
	_, _, others := dealt(t, Deal, testBits, 2, 3)
	bad := map[string]Share{
		"of another escrow": others[0],
		"another index":     newShare(shares[0].index+1, shares[0].value, shares[0].blinding),
		"another value":     newShare(shares[0].index, randomScalar(), shares[0].blinding),
		"another blinding":  newShare(shares[0].index, shares[0].value, randomScalar()),
		"index zero":        newShare(0, shares[0].value, shares[0].blinding),
		"empty":             {},
	}
	for what, s := range bad {
		if err := e.CheckShare(s); !errors.Is(err, errShare) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := e.Open([]Share{shares[1], s}); !errors.Is(err, errShare) {
			t.Errorf("%s, opened: %v", what, err)
		}
	}
}

func TestMisuse(t *testing.T) {
	x := NewPrivateKey()
	for _, c := range [][3]int{{1, 1, 49}, {1, 1, -1}, {0, 1, 8}, {2, 1, 8}, {1, 256, 8}, {0, 0, 8}} {
		if _, _, err := Deal(x, c[0], c[1], c[2]); err == nil {
			t.Errorf("%d of %d agents, %d bits are not refused", c[0], c[1], c[2])
		}
	}
	if e, _, err := Deal(x, 1, 1, 0); err != nil || e.Bits() != MaxBits {
		t.Errorf("0 bits are %d, %v", e.Bits(), err)
	}
	for _, m := range []int{-1, 0, MaxTable + 1} {
		if _, err := NewTable(m); err == nil {
			t.Errorf("a table of %d steps is made", m)
		}
	}
}

func reparsed(t testing.TB, e *Escrow) *Escrow {
	t.Helper()
	again, err := ParseEscrow(e.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func TestEscrowDamaged(t *testing.T) {
	_, e, _ := dealt(t, Deal, 2, 1, 1)
	data := e.Bytes()
	for i := range 8 * len(data) {
		if testing.Short() && i%9 != 0 {
			continue
		}
		bad := bytes.Clone(data)
		bad[i/8] ^= 1 << (i % 8)
		if parsed, err := ParseEscrow(bad); err == nil && parsed.Check() == nil {
			t.Fatalf("bit %d does not matter", i)
		}
	}
	for n := range data {
		if _, err := ParseEscrow(data[:n]); err == nil {
			t.Fatalf("the first %d bytes parse", n)
		}
	}
	if _, err := ParseEscrow(append(bytes.Clone(data), 0)); err == nil {
		t.Error("a byte behind it does not matter")
	}
}

func TestShareDamaged(t *testing.T) {
	_, e, shares := dealt(t, Deal, 3, 2, 2)
	data := shares[0].RecoveryKey()
	if s, err := ParseShare(data); err != nil || e.CheckShare(s) != nil || s.Index() != 1 {
		t.Fatal(s, err)
	}
	for i := range 8 * len(data) {
		bad := bytes.Clone(data)
		bad[i/8] ^= 1 << (i % 8)
		if s, err := ParseShare(bad); err == nil && e.CheckShare(s) == nil {
			t.Fatalf("bit %d does not matter", i)
		}
	}
	for _, n := range []int{0, 1, 64, 66} {
		if _, err := ParseShare(make([]byte, n)); err == nil {
			t.Errorf("%d bytes are a share", n)
		}
	}
}

// Points outside of the group of prime order are refused: the identity's seven companions, and a
// sum with one of them.
func TestSmallOrderPoints(t *testing.T) {
	for _, torsion := range []string{
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
		"0000000000000000000000000000000000000000000000000000000000000000", // order 4
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
	} {
		b, err := hex.DecodeString(torsion)
		if err != nil {
			t.Fatal(err)
		}
		p, err := new(edwards25519.Point).SetBytes(b)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := parsePoint(b); ok {
			t.Errorf("%s is taken", torsion)
		}
		if _, ok := parsePoint(p.Add(p, power(5)).Bytes()); ok {
			t.Errorf("g^5 times %s is taken", torsion)
		}
	}
	if _, ok := parsePoint(power(5).Bytes()); !ok {
		t.Error("g^5 is refused")
	}
	if _, ok := parsePoint(generatorH.Bytes()); !ok {
		t.Error("h is refused")
	}
	nonCanonical, _ := hex.DecodeString("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f") // y = p + 1
	if _, ok := parsePoint(nonCanonical); ok {
		t.Error("a second encoding of the identity is taken")
	}
}

func FuzzParse(f *testing.F) {
	for _, deal := range []dealer{Deal, DealExposed} {
		_, e, shares := dealt(f, deal, 2, 2, 3)
		f.Add(e.Bytes())
		f.Add(shares[1].RecoveryKey())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := ParseEscrow(data); err == nil {
			if !bytes.Equal(e.Bytes(), data) {
				t.Fatalf("%x became %x", data, e.Bytes())
			}
			e.Check()
		}
		if s, err := ParseShare(data); err == nil && !bytes.Equal(s.RecoveryKey(), data) {
			t.Fatalf("%x became %x", data, s.RecoveryKey())
		}
	})
}

func TestSecretsAreNotPrinted(t *testing.T) {
	x, e, shares := dealt(t, Deal, testBits, 2, 2)
	opened, err := e.Open(shares)
	if err != nil {
		t.Fatal(err)
	}
	var secrets [][]byte
	for _, s := range []*edwards25519.Scalar{x.x, shares[0].value, shares[0].blinding, opened.c} {
		secrets = append(secrets, s.Bytes())
	}
	for _, v := range []any{x, shares[0], shares, opened, struct {
		A PrivateKey
		B []Share
		C Opened
	}{x, shares, *opened}} {
		if leak := printed.Leak(v, secrets...); leak != "" {
			t.Errorf("%T: %s", v, leak)
		}
	}
}
