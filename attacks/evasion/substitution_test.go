package evasion

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"testing"
	"testing/cryptotest"

	"doormat/escrow"
	"doormat/noescrow"
)

var nobody noescrow.Identity

// conversation sends messages from a substituted device until the maker has all bits, or max of them. It
// returns the bodies on the wire and the coins drawn.
func conversation(maker Key, secret Secret, draw func() Coins, max int) (l Leak, bodies [][]byte, draws int) {
	for l.Known < SecretBits && len(bodies) < max {
		body := func(c Coins) []byte { return Body(c, noescrow.Identity{1}, noescrow.Identity{2}, "hello") }
		c, n := maker.Substitute(secret, draw, body)
		draws += n
		bodies = append(bodies, body(c))
		l.Collect(maker, body(c))
	}
	return l, bodies, draws
}

func newSecret() Secret { c := HonestCoins(); return Secret(c[:16]) }

// Paper and measurement: 695 ciphertexts for 128 bits, two draws each.
func TestSubstitution(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 4)
	runs := 30
	if testing.Short() {
		runs = 10
	}
	ciphertexts, draws := 0, 0
	for range runs {
		maker, secret := NewKey(), newSecret()
		l, bodies, n := conversation(maker, secret, HonestCoins, 10000)
		if l.Secret != secret {
			t.Fatal("the maker has another secret")
		}
		ciphertexts, draws = ciphertexts+len(bodies), draws+n
	}
	// The standard deviation of the coupon collector's number is 128 π/√6 = 164 at most; four of the mean's.
	mean := float64(ciphertexts) / float64(runs)
	if math.Round(Expected(SecretBits)) != 695 || math.Abs(mean-695.4) > 4*164/math.Sqrt(float64(runs)) {
		t.Errorf("%.0f ciphertexts, computed %.1f, the paper has 695", mean, Expected(SecretBits))
	}
	if each := float64(draws) / float64(ciphertexts); math.Abs(each-2) > 4*math.Sqrt2/math.Sqrt(float64(ciphertexts)) {
		t.Errorf("%.3f draws a message, expected 2", each)
	}
	t.Logf("%.0f ciphertexts for 128 bits; the paper has 695", mean)
}

// Without the maker's key the leak is not there: neither in statistics nor for one who reads with another
// key.
func TestSubstitutionIsNotToldApart(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 5)
	maker, secret := NewKey(), newSecret()
	var l Leak
	var all []Coins
	for range 2000 {
		c, _ := maker.Substitute(secret, HonestCoins, func(c Coins) []byte { return Body(c, nobody, nobody, "hello") })
		all = append(all, c)
		l.Collect(NewKey(), Body(c, nobody, nobody, "hello"))
	}
	if v := Judge(look(all)); v.ToldApart() {
		t.Errorf("told apart: %+v", v)
	}
	same := agree(l.Secret, secret)
	if same < 64-4*6 || same > 64+4*6 { // a coin a bit: 64, with a standard deviation of 5.7
		t.Errorf("with another key %d bits agree, expected 64", same)
	}
	// The control: a maker who writes the secret itself into what he chooses.
	for i := range all {
		all[i] = Coins{}
		copy(all[i][:], secret[:])
		all[i][31] = byte(i)
	}
	if v := Judge(look(all)); !v.ToldApart() {
		t.Errorf("coins that hold the secret in clear: %+v", v)
	}
}

func agree(a, b Secret) (n int) {
	n = SecretBits
	for i := range a {
		n -= bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

// With coins of a chain there is nothing to draw again: the maker gets as many bits as a guess, and a
// device that draws all the same is refused, as is a sender who hides a text.
func TestChainStopsBoth(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 6)
	maker, secret, chain := NewKey(), newSecret(), NewChain()
	var l Leak
	for n := range uint64(2000) {
		coins := chain.Coins(n)
		body := func(c Coins) []byte { return Body(c, nobody, nobody, fmt.Sprint("hello ", n)) }
		c, _ := maker.Substitute(secret, func() Coins { return coins }, body)
		if err := chain.Check(n, c); err != nil {
			t.Fatal(err)
		}
		l.Collect(maker, body(c))
	}
	if same := agree(l.Secret, secret); same < 64-4*6 || same > 64+4*6 {
		t.Errorf("%d bits agree, expected 64", same)
	}
	drawn, _ := maker.Substitute(secret, HonestCoins, func(c Coins) []byte { return c[:] })
	for name, c := range map[string]Coins{
		"a substituted device": drawn,
		"a hidden text":        NewKey().Hide(3, Frames(plan)[0]),
		"of another message":   chain.Coins(2),
		"of another chain":     NewChain().Coins(3),
	} {
		if err := chain.Check(3, c); !errors.Is(err, ErrCoins) {
			t.Errorf("%s: %v, expected %v", name, err, ErrCoins)
		}
	}
}

// The price of the remedy: the chain alone opens.
func TestChainOpens(t *testing.T) {
	l, err := newLink(escrow.NewAuthority().Recipient(), NewKey(), plan)
	if err != nil {
		t.Fatal(err)
	}
	chain := NewChain()
	for n := range uint64(3) {
		text := fmt.Sprint("message ", n)
		envelope, err := l.ana.Seal(l.to, text, chain.Coins(n))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := chain.Open(n, envelope); err != nil || got != text {
			t.Errorf("message %d: %q, %v", n, got, err)
		}
		if _, err := chain.Open(n+1, envelope); !errors.Is(err, ErrCoins) {
			t.Errorf("under another number: %v", err)
		}
		if _, err := NewChain().Open(n, envelope); !errors.Is(err, ErrCoins) {
			t.Errorf("with another chain: %v", err)
		}
	}
	if _, err := chain.Open(0, nil); err == nil {
		t.Error("no envelope: no error")
	}
}

// No verb prints a secret.
func TestPrint(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		for want, v := range map[string]any{
			"evasion.Key(hidden)": Key{}, "evasion.Coins(hidden)": Coins{}, "evasion.Chain(hidden)": Chain{}, "evasion.Secret(hidden)": Secret{},
		} {
			if got := fmt.Sprintf(verb, v); got != want {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}

func BenchmarkSubstitute(b *testing.B) {
	maker, secret := NewKey(), newSecret()
	for b.Loop() {
		maker.Substitute(secret, HonestCoins, func(c Coins) []byte { return Body(c, nobody, nobody, "hello") })
	}
}

// What a message with 8 bits in its ciphertext costs its sender; compare the 0 of Hide.
func BenchmarkHideInCiphertext(b *testing.B) {
	k := NewKey()
	for b.Loop() {
		if _, _, err := k.HideInCiphertext(0, 8, 77, func(c Coins) []byte { return Body(c, nobody, nobody, "hello") }); err != nil {
			b.Fatal(err)
		}
	}
}
