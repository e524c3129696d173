package main

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"math/bits"
)

// Planted keys, after Golle and Mironov, Uncheatable Distributed Computations (CT-RSA 2001): among the
// ranges are some of which the server knows the key, since it planted it. Who says that there is none is
// caught.
//
// Their ringers stand in every range beside the real target. The searches here look for one target at a
// time, so a planted key has a range to itself. A worker that lies blindly is caught as the formula says;
// one that compares targets can tell a planted range from the others, and is not.

// testEvery is the number of ranges among which one, on average, has a planted key.
const testEvery = 8

// caught returns the chance that a worker is caught within n ranges if a share of them have a planted key,
// and the worker leaves out another share of its keys, or of its ranges, and says that there is none:
//
//	1 - (1 - planted * left)^n
func caught(planted, left float64, n int) float64 { return 1 - math.Pow(1-planted*left, float64(n)) }

// random draws a number below n. It is uniform to within n/2^64.
func random(n uint64) uint64 {
	var b [8]byte
	rand.Read(b[:])
	hi, _ := bits.Mul64(binary.BigEndian.Uint64(b[:]), n)
	return hi
}
