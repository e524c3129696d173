package crumple

import "math"

// Price returns what all 2^bits hashes cost, in dollars: rate is in hashes per second and core, and
// dollarsPerHour the price of an hour of one core. A message costs half of it on average. It does not
// depend on the number of cores that share the work.
func Price(bits int, rate, dollarsPerHour float64) float64 {
	return math.Ldexp(1, bits) / rate / 3600 * dollarsPerHour
}

// Bits returns the least number of bits that cost so many dollars: how the designer of a service sets the dial. It
// returns 1024 for more, as where an hour costs nothing.
func Bits(dollars, rate, dollarsPerHour float64) int {
	return max(0, int(math.Ceil(min(math.Log2(dollars*3600*rate/dollarsPerHour), 1024)))) // an infinite int is none
}

// PriceAfter returns what a price is after some years, if the price of a hash halves every so many years. The
// message keeps its bits.
func PriceAfter(price, years, halving float64) float64 { return price * math.Exp2(-years/halving) }
