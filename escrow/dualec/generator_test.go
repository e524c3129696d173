package dualec

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"
)

func TestInstantiateRefuses(t *testing.T) {
	p := P256().Standard()
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{}, "expected points"},
		{Config{Points: p, Revision: 2012}, "expected the revision of 2006 or 2007, found 2012"},
		{Config{Points: p, Personalization: make([]byte, MaxInput+1)}, "expected at most 1024 bytes of personalization string, found 1025"},
		{Config{Points: p, Entropy: bytes.NewReader(make([]byte, 23))}, "expected 24 bytes of entropy"},
		{Config{Points: p, Entropy: iotest.ErrReader(io.ErrClosedPipe)}, "closed pipe"},
	} {
		g, err := Instantiate(c.config)
		if g != nil || err == nil || !strings.HasPrefix(err.Error(), "dualec: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, %v, want %q", c.config, g, err, c.want)
		}
	}
	for _, ok := range []Config{{Points: p}, {Points: p, Personalization: make([]byte, MaxInput)}, {Points: Tiny().Standard(), Revision: Revision2006}} {
		if _, err := Instantiate(ok); err != nil {
			t.Error(err)
		}
	}
}

// A call that fails leaves the state as it was, byte for byte.
func TestStateMovesOnSuccessOnly(t *testing.T) {
	g := instantiate(t, Config{Points: P256().Standard(), Entropy: io.LimitReader(seeded("dry", 0), 24)})
	before := marshal(t, g)
	out := make([]byte, 40)
	for name, call := range map[string]func() error{
		"additional input": func() error { return g.Generate(out, Request{Additional: make([]byte, MaxInput+1)}) },
		"resistance":       func() error { return g.Generate(out, Request{PredictionResistance: true}) },
		"reseed, input":    func() error { return g.Reseed(make([]byte, MaxInput+1)) },
		"reseed, entropy":  func() error { return g.Reseed(nil) },
	} {
		if err := call(); err == nil || !strings.HasPrefix(err.Error(), "dualec: ") {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(marshal(t, g), before) {
			t.Errorf("%s: the state has moved", name)
		}
	}
	if err := g.Generate(out, Request{}); err != nil || bytes.Equal(marshal(t, g), before) {
		t.Errorf("the valid call: %v", err)
	}
	if !errors.Is(g.Reseed(nil), io.EOF) {
		t.Error("the source's error is lost")
	}
}

// Prediction resistance that was agreed on fails with its source, and is not skipped.
func TestPredictionResistanceNeedsEntropy(t *testing.T) {
	g := instantiate(t, Config{Points: P256().Standard(), PredictionResistance: true, Entropy: io.LimitReader(seeded("dry", 0), 24+16)})
	out := make([]byte, 40)
	if err := g.Generate(out, Request{PredictionResistance: true}); err != nil {
		t.Fatal(err)
	}
	before := marshal(t, g)
	if err := g.Generate(out, Request{PredictionResistance: true}); err == nil || !bytes.Equal(marshal(t, g), before) {
		t.Errorf("without entropy: %v", err)
	}
}

// After 2^32 blocks the generator reseeds by itself, and not one block before.
func TestReseedInterval(t *testing.T) {
	for _, c := range []struct {
		counter int64
		bytes   int
		reseeds bool
	}{
		{reseedInterval - 2, 60, false},
		{reseedInterval - 2, 61, true},
		{reseedInterval, 1, true},
		{0, 60, false},
	} {
		entropy := &countingReader{r: seeded("interval", 0)}
		g := instantiate(t, Config{Points: P256().Standard(), Entropy: entropy})
		g.s.counter = c.counter
		read(t, g, c.bytes)
		if (entropy.n == 24+16) != c.reseeds {
			t.Errorf("%d bytes at block %d: %d bytes of entropy drawn", c.bytes, c.counter, entropy.n)
		}
		blocks := int64(c.bytes+29) / 30
		want := c.counter + blocks
		if c.reseeds {
			want = blocks
		}
		if g.s.counter != want {
			t.Errorf("%d bytes at block %d: the counter is %d, want %d", c.bytes, c.counter, g.s.counter, want)
		}
	}
	if _, err := P256().blocks(30 * reseedInterval); err != nil {
		t.Error(err)
	}
	if _, err := P256().blocks(30*reseedInterval + 1); err == nil || !strings.Contains(err.Error(), "expected a request of at most 128849018880 bytes") {
		t.Errorf("a request above the limit: %v", err)
	}
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// A Read is one request up to 64 KiB, and several beyond it.
func TestReadIsRequests(t *testing.T) {
	config := func() Config { return Config{Points: short(t).Standard(), Entropy: seeded("read", 0)} }
	const n = readSize + 100
	got := read(t, instantiate(t, config()), n)
	g := instantiate(t, config())
	want := make([]byte, n)
	for _, part := range [][]byte{want[:readSize], want[readSize:]} {
		if err := g.Generate(part, Request{}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(got, want) {
		t.Error("the requests are others")
	}
	if n, err := g.Read(nil); n != 0 || err != nil {
		t.Errorf("nothing is read: %d, %v", n, err)
	}
	if n, err := new(Generator).Read(make([]byte, 5)); n != 0 || err == nil {
		t.Errorf("the zero generator reads %d bytes, %v", n, err)
	}
}

// Every part of what goes into a seed comes out of it.
func TestSeedDependsOnAll(t *testing.T) {
	seen := map[string]string{}
	add := func(name string, g *Generator) {
		t.Helper()
		out := string(read(t, g, 30))
		if other, ok := seen[out]; ok {
			t.Errorf("%s gives what %s gives", name, other)
		}
		seen[out] = name
	}
	fresh := func(n int, personalization string) *Generator {
		return instantiate(t, Config{Points: P256().Standard(), Entropy: seeded("seed", n), Personalization: []byte(personalization)})
	}
	add("as it is", fresh(0, ""))
	add("other entropy", fresh(1, ""))
	add("personalized", fresh(0, "a"))
	g := fresh(0, "")
	g.Reseed(nil)
	add("reseeded", g)
	g = fresh(0, "")
	g.Reseed([]byte("a"))
	add("reseeded with input", g)
	g = fresh(0, "")
	g.s.s[31] ^= 1
	g.Reseed(nil)
	add("reseeded from another state", g)
}

// 300 requests on P-256 and 3,000 on the tiny curve, hashed: what the generator does, it keeps doing.
func TestAccumulated(t *testing.T) {
	for _, c := range []struct {
		curve       *Curve
		runs        int
		full, short string
	}{
		{P256(), 300, "17705ee9ed78bbd4", "cbc9f6281d6c0bbd"},
		{Tiny(), 3000, "43df76146df362f9", "0d76279ccb00945e"},
	} {
		runs, want := c.runs, c.full
		if testing.Short() {
			runs, want = runs/10, c.short
		}
		h := sha256.New()
		for i := range runs {
			g, err := Instantiate(Config{Points: c.curve.Standard(), Revision: Revision(2006 + i%2), Entropy: seeded("accumulated", i)})
			if err != nil {
				t.Fatal(err)
			}
			out := make([]byte, 2+i%70)
			if err := g.Generate(out, Request{Additional: out[:i%3]}); err != nil && err != errZero {
				t.Fatal(err)
			}
			h.Write(out)
			h.Write(marshal(t, g))
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != want {
			t.Errorf("%v, %d runs: %s, want %s", c.curve, runs, got, want)
		}
	}
}

// On the tiny curve the state can be 0, which multiplies P to nothing.
func TestZeroState(t *testing.T) {
	g := instantiate(t, Config{Points: Tiny().Standard()})
	g.s.s = []byte{0, 0}
	before := marshal(t, g)
	if err := g.Generate(make([]byte, 3), Request{}); err != errZero || !bytes.Equal(marshal(t, g), before) {
		t.Errorf("from the state 0: %v", err)
	}
	if err := g.Reseed(nil); err != nil {
		t.Error(err)
	}
	// P-256 has it too: n is below 2^256.
	g = instantiate(t, Config{Points: P256().Standard()})
	g.s.s = P256().order().FillBytes(make([]byte, 32))
	if _, err := g.Read(make([]byte, 3)); err != errZero {
		t.Errorf("from the state n: %v", err)
	}
}

// A request that reseeds, and then fails, has not reseeded.
func TestFailedRequestDoesNotReseed(t *testing.T) {
	g := instantiate(t, Config{Points: Tiny().Standard(), PredictionResistance: true, Entropy: seeded("before", 0)})
	read(t, g, 5)
	before := marshal(t, g)
	zero := Request{PredictionResistance: true}
	found := false
	for i := 0; !found; i++ { // one in 4,096 makes the state 0
		trial := unmarshal(t, before)
		trial.s.entropy = seeded("zero", i)
		if err := trial.s.reseed(nil); err != nil {
			t.Fatal(err)
		}
		if found = bytes.Equal(trial.s.s, []byte{0, 0}); found {
			g.s.entropy = seeded("zero", i)
		}
	}
	if err := g.Generate(make([]byte, 3), zero); err != errZero || !bytes.Equal(marshal(t, g), before) {
		t.Errorf("%v, and the state has moved", err)
	}
}

func TestDropping(t *testing.T) {
	for _, c := range []struct {
		curve *Curve
		bits  int
		block int // 0 for an error
	}{
		{P256(), 16, 30}, {P256(), 8, 31}, {P256(), 24, 29},
		{P256(), 0, 0}, {P256(), 32, 0}, {P256(), 12, 0}, {P256(), -8, 0}, {P256(), 256, 0},
		{Tiny(), 4, 1}, {Tiny(), 12, 0}, {Tiny(), 8, 0}, {Tiny(), 16, 0}, {Tiny(), -4, 0},
	} {
		got, err := c.curve.Dropping(c.bits)
		if (err == nil) != (c.block > 0) || err == nil && (got.BlockSize() != c.block || got.Dropped() != c.bits) {
			t.Errorf("%v, %d bits: %v, %v", c.curve, c.bits, got, err)
		}
	}
	if P256().BlockSize() != 30 || Tiny().BlockSize() != 1 {
		t.Error("the curves have changed")
	}
}

// A number above the order multiplies as its remainder does, and the order itself as 0.
func TestNumbersAboveTheOrder(t *testing.T) {
	order := nist256{}.order()
	highest := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	for _, k := range []*big.Int{order, new(big.Int).Add(order, big.NewInt(1)), highest, big.NewInt(0)} {
		for name, a := range map[string][]byte{"P": P256().Standard().P(), "Q": P256().Standard().Q()} {
			x, ok := nist256{}.x(k.FillBytes(make([]byte, 32)), a)
			reduced := new(big.Int).Mod(k, order)
			if reduced.Sign() == 0 {
				if ok {
					t.Errorf("%x·%s is %x, expected the point at infinity", k, name, x)
				}
				continue
			}
			private, err1 := ecdh.P256().NewPrivateKey(reduced.FillBytes(make([]byte, 32)))
			public, err2 := ecdh.P256().NewPublicKey(a)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if want, err := private.ECDH(public); err != nil || !ok || !bytes.Equal(x, want) {
				t.Errorf("%x·%s is %x, expected %x", k, name, x, want)
			}
		}
	}
}
