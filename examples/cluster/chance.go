package main

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"math/bits"
)

// Ringers, after Golle and Mironov, Uncheatable Distributed Computations (CT-RSA 2001): beside the real target
// each lease has others, whose keys the server knows to be in its range, or not to be. A search looks for all
// of them in one pass. Who says that there is no key where the server has planted one is caught.
//
//	targets of a lease    how many   their keys
//	the real one          1          in one range, which nobody knows
//	decoys                3          each in a range that the server drew when it dealt
//	ringers               4          drawn for this lease: in its range with a chance of 1/2, else in another
//
// All are the same line under random keys, and stand in the order of their bytes, so that nothing but a
// search tells one from the other, or how many of them are in the range. Two leases have the real target and
// the decoys in common, and a worker that compares them learns which four these are. It still cannot do less
// than search the range, since the ringers are others. If it wants to hide the real key, when it has found
// one of the four, it has to guess: decoys are there for that. It guesses among fewer if it has reported others,
// after which the search went on.
const (
	decoys  = 3
	ringers = 4
)

// caught returns the chance that a worker is caught within n ranges if it leaves out a share of the keys of
// each. A ringer is among those with a chance of share/2:
//
//	1 - (1 - share/2)^(ringers * n)
func caught(share float64, n int) float64 { return 1 - math.Pow(1-share/2, float64(ringers*n)) }

// idle returns the share of the work that a worker can leave out unseen, if it compares its leases: where all
// four ringers are in the range, it can stop when it has found them. Four random places leave a fifth of the
// range behind them.
//
//	2^-ringers / (ringers + 1)
func idle() float64 { return math.Exp2(-ringers) / (ringers + 1) }

// hidden returns the chance that a worker is caught that has found the key of one of the four targets that
// stay, the first, and hides it.
func hidden() float64 { return float64(decoys) / (decoys + 1) }

// In bulk recovery the ringers are envelopes, each of which opens with a chance of 1/2. Envelopes have two names
// in clear, so that a worker that compares many leases can learn those of the server's own devices. Therefore
// the server opens some of the real records too, which it draws when the result is there.
const checks = 1

// caughtOpening returns the chance that a worker is caught within n ranges if it says of a share of the records
// that they do not open, untried, where a share opens of the real ones does. If it knows the ringers, it is:
//
//	1 - (1 - share * opens)^(checks * n)
//
// If it does not, they catch it as they do in a search:
//
//	1 - (1 - share/2)^(ringers * n) * (1 - share * opens)^(checks * n)
func caughtOpening(share, opens float64, n int, knows bool) float64 {
	missed := math.Pow(1-share*opens, float64(checks*n))
	if !knows {
		missed *= 1 - caught(share, n)
	}
	return 1 - missed
}

// random draws a number below n. It is uniform to within n/2^64.
func random(n uint64) uint64 {
	var b [8]byte
	rand.Read(b[:])
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(b[:]), n)
	return hi
}
