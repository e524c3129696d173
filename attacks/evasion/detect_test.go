package evasion

import (
	"crypto/sha3"
	"math"
	"strings"
	"testing"
	"testing/cryptotest"

	"doormat/escrow"
)

// look returns what the authority sees of messages with these coins, without the public-key operations.
func look(all []Coins) (seen []Seen) {
	for _, c := range all {
		key, randomness := c.expand()
		s := Seen{Key: key, Encapsulated: Coins(randomness[:32]), Body: Body(c, nobody, nobody, "hello")}
		seen = append(seen, s)
	}
	return seen
}

// The shortcut of look is what an authority sees in envelopes.
func TestLook(t *testing.T) {
	a := escrow.NewAuthority()
	l, err := newLink(a.Recipient(), NewKey(), plan)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := ParseAuthority(a.RecoveryKey())
	if err != nil {
		t.Fatal(err)
	}
	c := HonestCoins()
	envelope, err := l.ana.Seal(l.to, "hello", c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := authority.Look(envelope)
	want := look([]Coins{c})[0]
	if err != nil || got.Text != "hello" || got.Key != want.Key || got.Encapsulated != want.Encapsulated {
		t.Errorf("it is not what follows from the coins: %v", err)
	}
	if other := Body(c, l.ana.Identity(), l.to, "hello"); string(got.Body) != string(other) {
		t.Error("the body is another")
	}
	for _, n := range []int{0, 1, 1168, len(envelope) / 2} {
		if _, err := authority.Look(envelope[:n]); err == nil || !strings.HasPrefix(err.Error(), "evasion: ") {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	if BodyOf(nil) != nil {
		t.Error("a body of nothing")
	}
	if _, err := ParseAuthority(""); err == nil {
		t.Error("no key: no error")
	}
}

// With 10,000 messages the authority does not tell hidden coins apart from honest ones, where it sees what
// follows from them (seeds) and where it sees the coins themselves (fields): in 40 conversations of each
// kind the smallest of nine p-values is spread as the smallest of nine uniform ones. It does tell apart
// coins with one bit fixed.
func TestJudgeFindsNothing(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 3)
	conversations, size := 40, 250
	if testing.Short() {
		conversations = 10
	}
	k, frames := NewKey(), Frames(plan)
	for name, see := range map[string]func(n uint64) Seen{
		"honest":          func(uint64) Seen { return look([]Coins{HonestCoins()})[0] },
		"hidden in seeds": func(n uint64) Seen { return look([]Coins{k.Hide(n, frames[n%4])})[0] },
		"hidden in fields": func(n uint64) Seen {
			s := look([]Coins{HonestCoins()})[0]
			s.Encapsulated = k.Hide(n, frames[n%4])
			return s
		},
	} {
		n, small := uint64(0), 0
		var all []Seen
		for range conversations {
			var seen []Seen
			for range size {
				seen = append(seen, see(n))
				n++
			}
			all = append(all, seen...)
			v := Judge(seen)
			if v.ToldApart() {
				t.Errorf("%s: told apart: %+v", name, v)
			}
			if v.P < 1-math.Pow(0.75, 1.0/Tests) {
				small++
			}
		}
		// A quarter is below, if the nine are independent: 10 of 40, with a standard deviation of 2.7.
		expected := float64(conversations) / 4
		if float64(small) > expected+4*math.Sqrt(expected*3/4) {
			t.Errorf("%s: %d of %d conversations have a small p-value, expected %.1f", name, small, conversations, expected)
		}
		v := Judge(all)
		if v.Messages != conversations*size || v.ToldApart() {
			t.Errorf("%s: %+v", name, v)
		}
		for i := range all {
			all[i].Encapsulated[31] |= 1
		}
		if v := Judge(all); !v.ToldApart() || v.Worst != "encapsulated: positions" {
			t.Errorf("%s, with a bit fixed: %+v", name, v)
		}
	}
}

// One message that has the coins of another is enough, and so is one field.
func TestRepeats(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 7)
	var coins []Coins
	for range 100 {
		coins = append(coins, HonestCoins())
	}
	if v := Judge(look(coins)); v.Repeats != 0 || v.ToldApart() {
		t.Errorf("no repeats: %+v", v)
	}
	if v := Judge(look(append(coins, coins[3]))); v.Repeats != 1 || v.P < Alarm || !v.ToldApart() {
		t.Errorf("one seed twice: %+v", v)
	}
	seen := look(coins)
	seen[9].Encapsulated = seen[8].Encapsulated
	if v := Judge(seen); v.Repeats != 1 || v.P < Alarm || !v.ToldApart() {
		t.Errorf("one encapsulation twice: %+v", v)
	}
}

// Each test alone finds what it is for.
func TestTestsFind(t *testing.T) {
	good := make([]byte, 1<<14)
	h := sha3.NewSHAKE128()
	h.Read(good)
	rows := func(f func(i int, b byte) byte) (all [][]byte) {
		for i := range 512 {
			row := make([]byte, 32)
			for j := range row {
				row[j] = f(j, good[32*i+j])
			}
			all = append(all, row)
		}
		return all
	}
	tests := map[string]func([][]byte) float64{"byte values": byteValues, "neighbours": neighbours, "positions": positions}
	low, last := byte(0), byte(0)
	for name, c := range map[string]struct {
		rows  [][]byte
		finds string
	}{
		"uniform":            {rows(func(_ int, b byte) byte { return b }), ""},
		"no values from 128": {rows(func(_ int, b byte) byte { return b &^ 0x80 }), "byte values neighbours positions"},
		"each byte twice": {rows(func(i int, b byte) byte {
			if i%2 == 0 {
				last = b
			}
			return last
		}), "byte values neighbours"},
		"two bits the other way each time": {rows(func(i int, b byte) byte {
			if low++; i == 3 {
				return b | 3
			}
			return b
		}), "positions"},
	} {
		for test, of := range tests {
			p := of(c.rows)
			if want := strings.Contains(c.finds, test); want != (p < Alarm) {
				t.Errorf("%s: %s: p = %.3g", name, test, p)
			}
		}
	}
	for name, of := range tests {
		if of(nil) != 1 || of([][]byte{{}}) != 1 {
			t.Errorf("%s of nothing is no p-value of 1", name)
		}
	}
	if v := Judge(nil); v.ToldApart() || v.P != 1 {
		t.Errorf("of no messages: %+v", v)
	}
}

// Of 255 degrees of freedom the median is 254.33, and 1 % lies below 205.42 and above 310.46.
func TestChiSquared(t *testing.T) {
	for x, want := range map[float64]float64{254.33: 1, 310.46: 0.02, 205.42: 0.02} {
		if got := chiSquared(x, 255); math.Abs(got-want) > 0.002 {
			t.Errorf("%.2f: p = %.4f, expected %.4f", x, got, want)
		}
	}
}

func TestLegible(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "See you at nine.": true, plan: true, encrypt(Key{}, 0, "See you at nine."): false,
		strings.Repeat("a", 40): true, strings.Repeat("a", 41): false, "\xff": false, strings.Repeat("word\n", 30): true,
	} {
		if Legible(text) != want {
			t.Errorf("%q: %v, expected %v", text, !want, want)
		}
	}
}

func FuzzLook(f *testing.F) {
	a := escrow.NewAuthority()
	authority, err := ParseAuthority(a.RecoveryKey())
	if err != nil {
		f.Fatal(err)
	}
	l, err := newLink(a.Recipient(), NewKey(), plan)
	if err != nil {
		f.Fatal(err)
	}
	envelope, err := l.ana.Seal(l.to, "hello", HonestCoins())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(envelope)
	f.Add(envelope[:1300])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := authority.Look(b)
		if err == nil && s.Text != "hello" {
			t.Errorf("it opens as %q", s.Text)
		}
		BodyOf(b)
		if _, err := l.ana.Open(b); err == nil {
			t.Error("the sender opens it")
		}
	})
}
