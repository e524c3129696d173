package dualec

import (
	"fmt"
	"math"
	"math/bits"
)

// Statistic is the outcome of one test of randomness. It passes if Low ≤ Value ≤ High.
type Statistic struct {
	Name             string
	Value, Low, High float64
}

// Passes reports whether the value is within its bounds.
func (s Statistic) Passes() bool { return s.Low <= s.Value && s.Value <= s.High }

// String returns the name, the value and the bounds.
func (s Statistic) String() string {
	return fmt.Sprintf("%s %.5g (%.5g to %.5g)", s.Name, s.Value, s.Low, s.High)
}

// fipsSize is the length of the sample that FIPS 140-2 tests, in bytes: 20,000 bits.
const fipsSize = 2500

// Statistics tests a sample of at least 2,500 bytes. The first 2,500 are tested according to FIPS
// 140-2, Section 4.9.1, which devices had to do with their generators until 2002; the whole sample is
// tested for the distribution of bytes (χ²) and for bits that depend on earlier ones
// (autocorrelation). An honest generator fails the tests of FIPS 140-2 about once in a thousand
// samples, and the others less often.
//
// The tests do not see a trapdoor. Nor could better tests that are as fast: the output of Dual EC
// differs from chance only in that blocks to which more points lead come up more often
// (Schoenmakers and Sidorenko, ePrint 2006/190; Gjøsteen, 2006). A random block has 2^15 ± 2^7
// points, and a block of the generator 2^15 + 1/2 ± 2^7. To see that half takes some 2^16 blocks,
// and a search for each. On the tiny curve the numbers are 8 and 8.5, and the difference shows
// (TestTruncationShows).
func Statistics(sample []byte) ([]Statistic, error) {
	if len(sample) < fipsSize {
		return nil, fmt.Errorf("attacks: expected a sample of at least %d bytes, found %d", fipsSize, len(sample))
	}
	first := sample[:fipsSize]
	all := []Statistic{
		{"ones in 20,000 bits", ones(first), 9726, 10274},
		{"poker", poker(first), 2.16, 46.17},
	}
	all = append(all, runs(first)...)
	return append(all, chiSquare(sample), autocorrelation(sample)), nil
}

// bit returns bit i of b, the first being the highest of the first byte.
func bit(b []byte, i int) byte { return b[i/8] >> (7 - i%8) & 1 }

// ones counts the ones.
func ones(b []byte) float64 {
	n := 0
	for _, x := range b {
		n += bits.OnesCount8(x)
	}
	return float64(n)
}

// poker returns 16/5000·Σf² − 5000, where f counts each of the 16 values of four bits.
func poker(b []byte) float64 {
	var f [16]int
	for _, x := range b {
		f[x>>4]++
		f[x&15]++
	}
	sum := 0
	for _, n := range f {
		sum += n * n
	}
	return 16.0/5000*float64(sum) - 5000
}

// runs counts the runs of each length, of zeros and of ones. It returns the count that is furthest
// from the middle of its interval, and the longest run.
func runs(b []byte) []Statistic {
	intervals := [6][2]float64{{2315, 2685}, {1114, 1386}, {527, 723}, {240, 384}, {103, 209}, {103, 209}}
	var count [2][6]float64
	longest, length := 0, 0
	for i := range 8 * len(b) {
		length++
		if i+1 == 8*len(b) || bit(b, i+1) != bit(b, i) {
			count[bit(b, i)][min(length, 6)-1]++
			longest, length = max(longest, length), 0
		}
	}
	worst := 0.0 // in half widths of the interval
	for value := range count {
		for i, interval := range intervals {
			middle, half := (interval[0]+interval[1])/2, (interval[1]-interval[0])/2
			worst = max(worst, math.Abs(count[value][i]-middle)/half)
		}
	}
	return []Statistic{
		{"runs, furthest off", worst, 0, 1},
		{"longest run", float64(longest), 0, 25},
	}
}

// chiSquare returns Σ(f − e)²/e over the 256 bytes. With 255 degrees of freedom it exceeds the bounds
// for one sample in 16,000 (Wilson and Hilferty's approximation, four deviations).
func chiSquare(b []byte) Statistic {
	var f [256]float64
	for _, x := range b {
		f[x]++
	}
	e, sum := float64(len(b))/256, 0.0
	for _, n := range f {
		sum += (n - e) * (n - e) / e
	}
	return Statistic{"bytes, χ²", sum, 174, 356}
}

// autocorrelation counts the bits that equal the bit 1, …, 32 places before. It returns the largest
// deviation of these counts, in standard deviations. It exceeds five for one sample in 50,000.
func autocorrelation(b []byte) Statistic {
	n := 8 * len(b)
	worst := 0.0
	for lag := 1; lag <= 32; lag++ {
		equal := 0
		for i := lag; i < n; i++ {
			equal += int(1 ^ bit(b, i) ^ bit(b, i-lag))
		}
		m := float64(n - lag)
		worst = max(worst, math.Abs(float64(equal)-m/2)/math.Sqrt(m/4))
	}
	return Statistic{"autocorrelation, σ", worst, 0, 5}
}
