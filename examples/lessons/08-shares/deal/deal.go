// Package deal makes the puzzles of lesson 08, and checks answers.
package deal

import (
	"crypto/rand"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strings"

	"doormat/escrow/threshold"
	"doormat/examples/lessons/lesson"
)

// order is that of ristretto255 (RFC 9496, Section 4), the group of package threshold.
var order, _ = new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)

// A share is one agent's.
type share struct {
	Agent int
	Value *big.Int
}

// deal draws a set of t shares of n whose factors are not all whole numbers, as those of agents 1, 2 and 3
// are: an answer that rounds would be right there.
func deal(r *mathrand.Rand, t, n int) (set []share, key *big.Int) {
	for {
		if set, key = dealAny(r, t, n); rounded(set).Cmp(key) != 0 {
			return set, key
		}
	}
}

// dealAny lets package threshold deal a key to n agents, and returns the shares of t of them, in any order,
// and the key that they combine to.
func dealAny(r *mathrand.Rand, t, n int) (set []share, key *big.Int) {
	_, dealt, err := threshold.Deal(t, n)
	must(err)
	r.Shuffle(n, func(i, j int) { dealt[i], dealt[j] = dealt[j], dealt[i] })
	combined, err := threshold.RecoverKey(dealt[:t]...)
	must(err)
	for _, s := range dealt[:t] {
		set = append(set, share{s.Agent(), number(s.RecoveryKey()[3:])}) // after version, kind and agent
	}
	return set, number(combined.RecoveryKey())
}

// number reads a scalar, which is little-endian.
func number(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// below returns a random number below the order.
func below() *big.Int {
	n, err := rand.Int(rand.Reader, order)
	must(err)
	return n
}

// New draws two sets of shares to combine, an even number of them and an odd one, and a third with one
// share too few, to be explained by its own secret and by two others.
func New(r *mathrand.Rand) lesson.Task {
	even, evenKey := deal(r, 2+2*r.IntN(3), 8)
	odd, oddKey := deal(r, 3+2*r.IntN(3), 9)
	few, key := deal(r, 3+r.IntN(4), 7)
	few = few[1:]
	secrets := []*big.Int{key, below(), below()}
	r.Shuffle(len(secrets), func(i, j int) { secrets[i], secrets[j] = secrets[j], secrets[i] })
	sets, keys := [][]share{even, odd}, []*big.Int{evenKey, oddKey}
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"Sets": sets, "Few": few, "Secrets": secrets}),
		Check: func(answer []byte) *lesson.Miss {
			var a struct {
				Combined []*big.Int
				Shares   []share
			}
			if len(answer) > 1<<16 || lesson.Unpack(answer, &a) != nil || len(a.Combined) != len(sets) || len(a.Shares) != len(secrets) {
				return &lesson.Miss{
					Got:  fmt.Sprintf("%d bytes of something else", len(answer)),
					Want: "a number for each set, and a share for each secret",
					Why:  "the answer cannot be read, or a part is missing",
					Hint: "play.go packs the answer: leave it as it is",
				}
			}
			for i, found := range a.Combined {
				if miss := checkSecret(found, sets[i], keys[i]); miss != nil {
					return miss
				}
			}
			for i, found := range a.Shares {
				if miss := checkShare(found, few, secrets[i]); miss != nil {
					return miss
				}
			}
			return nil
		},
	}
}

// short prints a number that an answer may have made as large as it likes.
func short(n *big.Int) string {
	switch {
	case n == nil:
		return "nil"
	case n.BitLen() > 256:
		return fmt.Sprintf("a number of %d bits", n.BitLen())
	}
	return n.String()
}

// outside says why a number is none modulo the order, or "".
func outside(n *big.Int) string {
	if n == nil {
		return "there is no number"
	}
	if n.Sign() < 0 || n.Cmp(order) >= 0 {
		return "a number modulo Order is from 0 to Order-1"
	}
	return ""
}

// checkSecret checks what a set of shares was combined to.
func checkSecret(found *big.Int, set []share, key *big.Int) *lesson.Miss {
	miss := &lesson.Miss{
		Got:  fmt.Sprintf("%s, of %d shares", short(found), len(set)),
		Want: key.String(),
		Hint: "each value is multiplied by the product of j/(j-i) over the other agents j, i being its own, and then all are added",
	}
	is := func(n *big.Int) bool { return n != nil && found.Cmp(n) == 0 }
	if miss.Why = outside(found); miss.Why != "" {
		miss.Hint = "n.Mod(n, Order) brings a number into that range, a negative one too"
		return miss
	}
	sum := new(big.Int)
	for _, s := range set {
		sum.Add(sum, s.Value)
	}
	field := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	switch {
	case is(key):
		return nil
	case is(sum.Mod(sum, order)):
		miss.Why = "this is the sum of the shares, and each must be multiplied by its own factor first"
	case is(new(big.Int).Sub(order, key)):
		miss.Why = "this is minus the secret: the factors have the wrong sign, which shows if their number is even"
		miss.Hint = "a factor is j/(j-i), or -j/(i-j), but not j/(i-j)"
	case is(rounded(set)):
		miss.Why = "a division was rounded: modulo Order, divided by 3 means multiplied by the inverse of 3"
		miss.Hint = "new(big.Int).ModInverse(n, Order) is the number whose product with n is 1 modulo Order"
	case is(interpolate(set, 0, field)) || is(new(big.Int).Mod(interpolate(set, 0, field), order)):
		miss.Why = "this was computed modulo 2^255-19, and shares are numbers modulo Order"
		miss.Hint = "coordinates of points are numbers modulo 2^255-19; what points are multiplied by, and so keys, modulo Order"
	case is(interpolate(set, 1, order)):
		miss.Why = "this is f(1), the share of agent 1, and the secret is f(0)"
	default:
		miss.Why = "this is not f(0) of the polynomial that goes through the shares"
	}
	return miss
}

// checkShare checks a share that is to explain a secret.
func checkShare(found share, few []share, secret *big.Int) *lesson.Miss {
	miss := &lesson.Miss{
		Got:  fmt.Sprintf("agent %d, value %s", found.Agent, short(found.Value)),
		Want: fmt.Sprintf("a share that makes the secret %s", secret),
		Hint: "the secret is one more point of the polynomial, at 0: what is the polynomial's value at another agent's number?",
	}
	if miss.Why = outside(found.Value); miss.Why != "" {
		return miss
	}
	switch {
	case found.Agent == 0:
		miss.Why = "at 0 is the secret itself, and agents are numbered from 1"
	case found.Agent < 0 || found.Agent > threshold.MaxAgents:
		miss.Why = fmt.Sprintf("agents are numbered from 1 to %d", threshold.MaxAgents)
	case slices.ContainsFunc(few, func(s share) bool { return s.Agent == found.Agent }):
		miss.Why = fmt.Sprintf("the share of agent %d is there already, and one agent has one share", found.Agent)
		miss.Hint = "take a number that no share in s has"
	case interpolate(append(slices.Clone(few), found), 0, order).Cmp(secret) != 0:
		miss.Why = "all together combine to another secret"
	default:
		return nil
	}
	return miss
}

// interpolate returns f(at) modulo a prime, by Lagrange's formula:
//
//	f(at) = Σ value_i Π (at-j)/(i-j)   over the agents j other than i
func interpolate(set []share, at int, prime *big.Int) *big.Int {
	sum := new(big.Int)
	for _, s := range set {
		term := new(big.Int).Set(s.Value)
		for _, other := range set {
			if other.Agent == s.Agent {
				continue
			}
			below := big.NewInt(int64(s.Agent - other.Agent))
			term.Mul(term, big.NewInt(int64(at-other.Agent)))
			term.Mul(term, below.ModInverse(below.Mod(below, prime), prime))
			term.Mod(term, prime)
		}
		sum.Add(sum, term)
	}
	return sum.Mod(sum, prime)
}

// rounded returns what comes out if each value is multiplied by all numerators, and then divided by all
// denominators as whole numbers are.
func rounded(set []share) *big.Int {
	sum := new(big.Int)
	for _, s := range set {
		above, below := new(big.Int).Set(s.Value), big.NewInt(1)
		for _, other := range set {
			if other.Agent != s.Agent {
				above.Mul(above, big.NewInt(int64(other.Agent)))
				below.Mul(below, big.NewInt(int64(other.Agent-s.Agent)))
			}
		}
		sum.Add(sum, above.Div(above, below))
	}
	return sum.Mod(sum, order)
}

// NewSheet draws a set of shares to combine, and one with a share too few and a secret to explain.
func NewSheet(r *mathrand.Rand) lesson.Sheet {
	set, key := deal(r, 4+r.IntN(3), 9)
	few, _ := deal(r, 3+r.IntN(3), 7)
	agent, few, secret := few[0].Agent, few[1:], below()
	rows := func(set []share) string {
		var b strings.Builder
		for _, s := range set {
			fmt.Fprintf(&b, "    %2d  %s\n", s.Agent, s.Value)
		}
		return b.String()
	}
	text := fmt.Sprintf(`08 Shares

All numbers are decimal, and all is computed modulo the prime

    %s

A key is f(0) of a polynomial f, and the share of agent i is f(i). These are %d agents and their shares, as
many as it takes for a polynomial of the degree %d:

%s
First: what is the key?

Of another key, whose polynomial has the degree %d, only these shares are known:

%s
Second: which share must agent %d have, if that key is the following number?

    %s

Your answer is one line: the key of the first question, a blank, the share of the second.
`, order, len(set), len(set)-1, rows(set), len(few), rows(few), agent, secret)
	return lesson.Sheet{
		Text: text,
		Check: func(line string) *lesson.Miss {
			words := strings.Fields(line[:min(len(line), 1000)])
			numbers := make([]*big.Int, 2)
			for i := range words {
				ok := false
				if len(words) == len(numbers) {
					numbers[i], ok = new(big.Int).SetString(words[i], 10)
				}
				if !ok {
					words = nil
					break
				}
			}
			if len(words) != len(numbers) {
				return &lesson.Miss{
					Got:  fmt.Sprintf("%.40q", line),
					Want: "two decimal numbers with a blank between them",
					Why:  "the line is something else",
					Hint: "the first is the key, the second the share",
				}
			}
			if miss := checkSecret(numbers[0], set, key); miss != nil {
				return miss
			}
			return checkShare(share{agent, numbers[1]}, few, secret)
		},
	}
}
