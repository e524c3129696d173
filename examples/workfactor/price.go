package main

import "math"

// pricePerCoreHour is a price in US dollars, of the order of what large clouds list for an hour of
// one virtual core, on demand, in the 2020s. It is an assumption, to be replaced by a bill.
const pricePerCoreHour = 0.04

// rates holds what was measured on one machine, in keys per second.
type rates struct {
	oneCore  float64 // with one core at work
	allCores float64 // with all of them
	cores    int
}

// scaling returns the number of cores whose work all cores together do. It is the number of cores if
// none slows another down.
func (r rates) scaling() float64 { return r.allCores / r.oneCore }

// cluster returns the rate of a number of cores like these, extrapolated from the rate of all cores
// here. More machines scale without loss, since a search needs no communication.
func (r rates) cluster(cores int) float64 {
	return r.allCores / float64(r.cores) * float64(cores)
}

// price returns the dollars that it costs to try all keys of a number of bits. It does not depend on
// the number of cores that share the work.
func (r rates) price(bits int, perCoreHour float64) float64 {
	return math.Ldexp(1, bits) / r.cluster(1) / 3600 * perCoreHour
}

// buyer might pay for a search.
type buyer struct {
	name    string
	dollars float64 // that it may pay for one message, an order of magnitude
}

// buyers are in the order of what they can pay. Their purses are assumptions.
var buyers = []buyer{
	{"a student", 100},
	{"a company", 1e6},
	{"a state", 1e9},
}

// whoCanAfford returns the name of the poorest buyer who can pay a price, or "nobody".
func whoCanAfford(dollars float64) string {
	for _, b := range buyers {
		if dollars <= b.dollars {
			return b.name
		}
	}
	return "nobody"
}
