package evasion

import (
	"fmt"
	"math"
)

// Alarm is the p-value below which the authority tells traffic apart from honest traffic. It computes
// [Tests] of them, so honest traffic alarms it about once in 110,000 conversations.
const Alarm = 1e-6

// Tests is the number of p-values of a [Verdict].
const Tests = 9

// A Verdict is the authority's test of a conversation.
type Verdict struct {
	Messages int
	Repeats  int     // messages with a key or an encapsulation that an earlier one had
	P        float64 // the smallest p-value, from 0 to 1, of the tests that Judge makes
	Worst    string  // which it was
}

// ToldApart reports whether the authority knows that the conversation is not as honest senders make it: its
// smallest p-value is below [Alarm], or coins repeat.
func (v Verdict) ToldApart() bool { return v.Repeats > 0 || v.P < Alarm }

// Judge tests whether what the authority sees is as honest senders make it, uniform and never twice the
// same. For the keys, for what ML-KEM encapsulates, and for the first 128 bytes of the bodies, it makes
// three tests: the frequencies of the byte values, the correlation of neighbours, and the frequency of ones
// at each position. Their p-values are approximations for 40 messages and more.
func Judge(seen []Seen) Verdict {
	v := Verdict{Messages: len(seen), P: 1}
	if len(seen) == 0 {
		return v
	}
	streams := []struct {
		name string
		rows [][]byte
	}{{name: "keys"}, {name: "encapsulated"}, {name: "bodies"}}
	had := map[[32]byte]bool{}
	for _, s := range seen {
		if had[s.Key] || had[s.Encapsulated] {
			v.Repeats++
		}
		had[s.Key], had[s.Encapsulated] = true, true
		for i, row := range [][]byte{s.Key[:], s.Encapsulated[:], s.Body[:min(128, len(s.Body))]} {
			streams[i].rows = append(streams[i].rows, row)
		}
	}
	for _, s := range streams {
		for _, t := range []struct {
			name string
			of   func([][]byte) float64
		}{{"byte values", byteValues}, {"neighbours", neighbours}, {"positions", positions}} {
			if p := t.of(s.rows); p < v.P {
				v.P, v.Worst = p, fmt.Sprintf("%s: %s", s.name, t.name)
			}
		}
	}
	return v
}

// byteValues returns the p-value of Pearson's chi-squared test that all 256 values are equally frequent in
// rows.
func byteValues(rows [][]byte) (p float64) {
	var count [256]float64
	n := 0.0
	for _, row := range rows {
		for _, b := range row {
			count[b]++
			n++
		}
	}
	if n == 0 {
		return 1
	}
	x := 0.0
	for _, c := range count {
		x += (c - n/256) * (c - n/256) / (n / 256)
	}
	return chiSquared(x, 255)
}

// neighbours returns the p-value of the correlation of bytes that follow each other in a row. Independent
// bytes have a correlation of mean 0 and variance 1/n.
func neighbours(rows [][]byte) (p float64) {
	sum, n := 0.0, 0.0
	for _, row := range rows {
		for i := 1; i < len(row); i++ {
			sum += (float64(row[i-1]) - 127.5) * (float64(row[i]) - 127.5)
			n++
		}
	}
	if n == 0 {
		return 1
	}
	const variance = (256*256 - 1) / 12.0
	return math.Erfc(math.Abs(sum/variance/math.Sqrt(n)) / math.Sqrt2)
}

// positions returns the p-value of the test that at each position of a row, of as many bits as the shortest
// row has, half of the rows have a one.
func positions(rows [][]byte) (p float64) {
	if len(rows) == 0 {
		return 1
	}
	bits := 8 * len(rows[0])
	for _, row := range rows {
		bits = min(bits, 8*len(row))
	}
	if bits == 0 {
		return 1
	}
	x, n := 0.0, float64(len(rows))
	for i := range bits {
		ones := 0.0
		for _, row := range rows {
			ones += float64(row[i/8] >> (i % 8) & 1)
		}
		x += (2*ones - n) * (2*ones - n) / n
	}
	return chiSquared(x, float64(bits))
}

// chiSquared returns the two-sided p-value of x with k degrees of freedom, by the approximation of Wilson and
// Hilferty: the cube root of x/k is normal, with mean 1 - 2/9k and variance 2/9k.
func chiSquared(x, k float64) float64 {
	v := 2 / (9 * k)
	z := (math.Cbrt(x/k) - (1 - v)) / math.Sqrt(v)
	return math.Erfc(math.Abs(z) / math.Sqrt2)
}
