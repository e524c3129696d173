package ratchet

import (
	"fmt"
	"math"
	"testing"
)

// sealMany seals n messages, numbered from 0 on.
func sealMany(t *testing.T, s *Session, n int) [][]byte {
	t.Helper()
	envelopes := make([][]byte, n)
	for i := range envelopes {
		envelopes[i] = seal(t, s, fmt.Sprint(i))
	}
	return envelopes
}

// The message after a gap opens, and so do the last MaxForwardJump of the gap, when they
// arrive late.
func TestMaxForwardJump(t *testing.T) {
	t.Parallel()
	gaps := []int{1, MaxForwardJump - 1, MaxForwardJump, MaxForwardJump + 1, 2 * MaxForwardJump}
	if testing.Short() {
		gaps = gaps[3:4]
	}
	for _, where := range []string{"on one chain", "before the first of a chain", "at the end of a chain"} {
		for _, gap := range gaps {
			t.Run(fmt.Sprint(gap, " ", where), func(t *testing.T) {
				alice, bob := talking(t)
				if where == "before the first of a chain" {
					send(t, bob, alice)
				}
				late := sealMany(t, alice, gap)
				if where == "at the end of a chain" {
					send(t, bob, alice)
				}
				send(t, alice, bob)
				if n := skippedKeys(bob); n != min(gap, MaxForwardJump) {
					t.Errorf("%d keys are kept", n)
				}
				for i, e := range late {
					if gone := gap - MaxForwardJump; i < gone {
						refuses(t, bob, e, ErrReplay)
					} else {
						opens(t, bob, e, fmt.Sprint(i))
						if got, err := open(bob, e); err == nil {
							t.Fatalf("message %d opens again: %q", i, got)
						}
					}
				}
				if skippedKeys(bob) != 0 {
					t.Error("keys are left when all messages have arrived")
				}
				send(t, alice, bob)
				send(t, bob, alice)
			})
		}
	}
}

// Beyond MaxSkipped keys the oldest go, on the oldest chain first.
func TestMaxSkipped(t *testing.T) {
	t.Parallel()
	cases := []int{-1, 0, 500, 1000, 1}
	if testing.Short() {
		cases = cases[4:]
	}
	for _, over := range cases {
		alice, bob := talking(t)
		first := sealMany(t, alice, 1000)
		send(t, alice, bob)
		send(t, bob, alice)
		second := sealMany(t, alice, 1000)
		send(t, alice, bob)
		third := sealMany(t, alice, max(over, 0))
		if over < 0 {
			opens(t, bob, second[0], "0")
			second = second[1:]
		}
		send(t, alice, bob)
		if n := skippedKeys(bob); n != min(MaxSkipped, MaxSkipped+over) {
			t.Errorf("%d over the limit: %d keys are kept", over, n)
		}
		bob = clone(t, bob)
		for i, e := range first {
			if i >= over {
				opens(t, bob, e, fmt.Sprint(i))
			} else if over == len(first) {
				refuses(t, bob, e, ErrReplay, ErrOpen) // its chain may be forgotten
			} else {
				refuses(t, bob, e, ErrReplay)
			}
		}
		for i, e := range second {
			opens(t, bob, e, fmt.Sprint(i-min(0, over)))
		}
		for i, e := range third {
			opens(t, bob, e, fmt.Sprint(i))
		}
	}
}

// Trim lets go of the oldest keys first, and of the chains that have none left.
func TestTrim(t *testing.T) {
	alice, bob := talking(t)
	first := sealMany(t, alice, 3)
	send(t, alice, bob)
	send(t, bob, alice)
	second := sealMany(t, alice, 2)
	send(t, alice, bob)
	before := save(bob)
	for n := 7; n >= 0; n-- {
		bob := load(t, before)
		bob.Trim(n)
		if got := bob.Skipped(); got != min(n, 5) || got != skippedKeys(bob) {
			t.Errorf("Trim(%d) leaves %d keys", n, got)
		}
		if chains := len(bob.chains); chains != 1 && n <= 2 || chains != 2 && n > 2 {
			t.Errorf("Trim(%d) leaves %d chains", n, chains)
		}
		bob = clone(t, bob)
		for i, e := range first {
			if n >= 5-i {
				opens(t, bob, e, fmt.Sprint(i))
			} else {
				refuses(t, bob, e, ErrReplay, ErrOpen)
			}
		}
		for i, e := range second {
			if n >= 2-i {
				opens(t, bob, e, fmt.Sprint(i))
			} else {
				refuses(t, bob, e, ErrReplay)
			}
		}
		send(t, bob, clone(t, alice))
	}
}

// Late messages of the current chain and of the four before open. Chains that have nothing
// late do not count.
func TestMaxChains(t *testing.T) {
	for _, newer := range []int{MaxChains - 2, MaxChains - 1, MaxChains} {
		alice, bob := talking(t)
		var late [][]byte
		for range newer {
			late = append(late, seal(t, alice, "late"))
			for range 3 { // of them, two chains have no loss
				send(t, alice, bob)
				send(t, bob, alice)
			}
		}
		late = append(late, seal(t, alice, "late"))
		send(t, alice, bob)
		if n := len(bob.chains); n != min(newer+1, MaxChains) {
			t.Errorf("%d chains are kept of %d", n, newer+1)
		}
		bob = clone(t, bob)
		for i, e := range late {
			if i < len(late)-MaxChains {
				refuses(t, bob, e, ErrOpen)
			} else {
				opens(t, bob, e, "late")
			}
		}
		if len(bob.chains) != 1 {
			t.Errorf("%d chains are kept when all messages have arrived", len(bob.chains))
		}
	}
}

// An envelope costs the steps that it skips whether it opens or not, and as often as it is sent:
// a limit of 100,000 let a relay that altered one such envelope take a tenth of a second each time.
func TestMaxWalk(t *testing.T) {
	t.Parallel()
	if MaxWalk != 5000 {
		t.Errorf("an envelope may cost %d steps; the documentation has the time of 5,000", MaxWalk)
	}
	gaps := []int{MaxWalk - 1, MaxWalk, MaxWalk + 1}
	for _, where := range []string{"on one chain", "before the first of a chain"} {
		for _, gap := range gaps {
			t.Run(fmt.Sprint(gap, " ", where), func(t *testing.T) {
				alice, bob := talking(t)
				if where == "before the first of a chain" {
					send(t, bob, alice)
				}
				lose(t, alice, gap)
				e := seal(t, alice, "text")
				if gap > MaxWalk {
					refuses(t, bob, e, ErrJump)
					// A turn on the other side brings a new chain.
					send(t, bob, alice)
					if where == "on one chain" {
						send(t, alice, bob)
					}
					return
				}
				opens(t, bob, e, "text")
				if n := skippedKeys(bob); n != MaxForwardJump {
					t.Errorf("%d keys are kept", n)
				}
				send(t, alice, bob)
				send(t, bob, alice)
			})
		}
	}
}

// The header says how many messages the chain before had. More of them than MaxWalk may be
// missing: then they are given up, and the conversation goes on.
func TestMaxWalkAtTheEndOfAChain(t *testing.T) {
	t.Parallel()
	gaps := []int{MaxWalk - 1, MaxWalk, 2 * MaxWalk, MaxWalk + 1}
	for _, gap := range gaps {
		alice, bob := talking(t)
		lose(t, alice, gap)
		send(t, bob, alice)
		send(t, alice, bob)
		if n := skippedKeys(bob); gap <= MaxWalk && n != MaxForwardJump || gap > MaxWalk && n != 0 {
			t.Errorf("%d lost: %d keys are kept", gap, n)
		}
		send(t, bob, alice)
		send(t, alice, bob)
	}
}

// Numbers at the upper end of 32 bits do not wrap.
func TestNumbersDoNotWrap(t *testing.T) {
	alice, bob := talking(t)
	for _, n := range []uint32{MaxWalk + 10, 1<<31 - 1, 1 << 31, 1<<32 - 2, 1<<32 - 1} {
		mk := messageKey{}
		e := alice.hks.seal([]byte(clearPart), header{alice.dhsPublic, 0, n})
		e = mk.seal(e, nil, alice.associate(e, nil))
		refuses(t, bob, e, ErrJump)
	}
	last := clone(t, bob)
	last.chains[0].n = math.MaxUint32 - 1
	e := alice.hks.seal([]byte(clearPart), header{alice.dhsPublic, 0, math.MaxUint32})
	e = new(messageKey).seal(e, nil, alice.associate(e, nil))
	refuses(t, last, e, ErrJump)
	send(t, bob, alice)
	alice = clone(t, alice)
	seal(t, alice, "lost")
	alice.pn = 1<<32 - 1
	send(t, alice, bob)
	send(t, bob, alice)
	send(t, alice, bob)
}

// The time of an envelope that does not open, of the most expensive kind.
func BenchmarkWalk(b *testing.B) {
	alice, bob := talking(b)
	lose(b, alice, MaxWalk)
	e := seal(b, alice, "text")
	e[len(e)-1] ^= 1
	for b.Loop() {
		if _, err := open(bob, e); err != ErrOpen {
			b.Fatal(err)
		}
	}
}
