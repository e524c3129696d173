package workfactor

import "math"

// PricePerCoreHour is a price in US dollars, of the order of what large clouds list for an hour of
// one virtual core, on demand, in the 2020s. It is an assumption, to be replaced by a bill.
const PricePerCoreHour = 0.04

// Rates are what was measured on one machine, in keys per second.
type Rates struct {
	OneCore  float64 // with one core at work
	AllCores float64 // with all of them
	Cores    int
}

// Scaling is how many cores' work all cores together do: Cores, if none hinders another.
func (r Rates) Scaling() float64 { return r.AllCores / r.OneCore }

// Cluster is the rate of so many cores like these. It is extrapolated from the scaling measured
// here. Between machines there is nothing to add: a search needs no communication.
func (r Rates) Cluster(cores int) float64 {
	return r.AllCores / float64(r.Cores) * float64(cores)
}

// Price is that of trying all keys of so many bits, at a price per core-hour. It does not depend
// on how many cores share the work.
func (r Rates) Price(bits int, perCoreHour float64) float64 {
	return math.Ldexp(1, bits) / r.Cluster(1) / 3600 * perCoreHour
}

// Buyer is somebody who might pay for a search.
type Buyer struct {
	Name    string
	Dollars float64 // what one message may cost him, an order of magnitude
}

// Buyers are in the order of what they can pay. Their purses are assumptions.
var Buyers = []Buyer{
	{"a student", 100},
	{"a company", 1e6},
	{"a state", 1e9},
}

// WhoCanAfford names the poorest buyer who can pay a price, or nobody.
func WhoCanAfford(dollars float64) string {
	for _, b := range Buyers {
		if dollars <= b.Dollars {
			return b.Name
		}
	}
	return "nobody"
}
