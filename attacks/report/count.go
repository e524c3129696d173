package report

import (
	"strconv"

	"doormat/attacks"
)

// Percent returns the share to the nearest per cent: "37 %". Only all is "100 %",
// and only none is "0 %": between them are "<1 %" and ">99 %". Of nothing it is
// "-".
func Percent(c attacks.Count) string {
	if c.Of <= 0 {
		return "-"
	}
	p := (c.N*200 + c.Of) / (c.Of * 2)
	switch {
	case p == 0 && c.N > 0:
		return "<1 %"
	case p == 100 && c.N < c.Of:
		return ">99 %"
	}
	return strconv.Itoa(p) + " %"
}

// Fraction returns both numbers, with commas: "415 of 1,416".
func Fraction(c attacks.Count) string {
	return commas(int64(c.N)) + " of " + commas(int64(c.Of))
}

// short returns "415/1,416", for narrow columns, or "-" if c is of nothing.
func short(c attacks.Count) string {
	if c.Of <= 0 {
		return "-"
	}
	return commas(int64(c.N)) + "/" + commas(int64(c.Of))
}

// steps returns the share in steps of n. As in Percent, only all is n, and only
// none is 0.
func steps(c attacks.Count, n int) int {
	if c.Of <= 0 || c.N <= 0 {
		return 0
	}
	if c.N >= c.Of {
		return n
	}
	return min(max((c.N*2*n+c.Of)/(c.Of*2), 1), n-1)
}

// commas returns a number with a comma before every three digits.
func commas(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
