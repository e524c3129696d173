// Package baserate computes what a scanner's error rates mean where almost nothing of what it looks at is
// what it looks for: how many innocent reports there are a day, what share of all reports is right, and how
// many people must look at them. All of it is exact, in math/big, but [Tail].
//
//	TP = N p r            of N messages a share p is wanted, and the scanner finds a share r of these
//	FP = N (1 - p) f      and of the others it reports a share f
//	precision = TP / (TP + FP)
//
// Two numbers are often taken for each other. The false-positive rate f is of innocent messages, and says how
// often one of them is reported. The precision is of reports, and says how many of them are right; it depends
// on p. A detector of "99.9 %" is right in 999 reports of 1,000 if that is its precision where it is used. If
// it is 1 - f, and one message in a million is wanted, it is right in one report of 1,251 (TestTheTwoNumbers).
//
// Figures that were published are in figures.go, each with its source. Nothing else is: the package has no
// rates of its own. Reports that police count (see [Observations]) are the outcome of a detector, a human
// step, and another country's law, and not of the detector's rate alone.
package baserate

import (
	"errors"
	"math/big"
)

// A Scanner is what looks at messages, and where.
type Scanner struct {
	Items      *big.Int // messages that it looks at, a day
	Prevalence *big.Rat // p: the share of them that is wanted, from 0 to 1
	Recall     *big.Rat // r: the share of the wanted that it finds, from 0 to 1
	FalseRate  *big.Rat // f: the share of the others that it reports, from 0 to 1
}

var (
	errScanner   = errors.New("baserate: expected a number of items, not negative, and three rates from 0 to 1, found something else")
	errRate      = errors.New("baserate: expected rates above 0 and below 1, found others")
	errTail      = errors.New("baserate: expected 0 ≤ k ≤ n ≤ 10,000,000 and a rate from 0 to 1, found others")
	errPrecision = errors.New("baserate: expected a precision that a scanner can have at this prevalence, found a lower one")
	errPerDay    = errors.New("baserate: expected that a reviewer sees one report a day at least")
)

var one = big.NewRat(1, 1)

// isRate reports whether r is from 0 to 1.
func isRate(r *big.Rat) bool { return r != nil && r.Sign() >= 0 && r.Cmp(one) <= 0 }

// A Day is what a scanner reports in a day, as expected values.
type Day struct {
	Right    *big.Rat // reports of what is wanted
	Innocent *big.Rat // reports of what is not
	Missed   *big.Rat // wanted and not reported
}

// Day returns what the scanner reports in a day. It returns an error for rates that are none.
func (s Scanner) Day() (*Day, error) {
	if s.Items == nil || s.Items.Sign() < 0 || !isRate(s.Prevalence) || !isRate(s.Recall) || !isRate(s.FalseRate) {
		return nil, errScanner
	}
	n := new(big.Rat).SetInt(s.Items)
	wanted := new(big.Rat).Mul(n, s.Prevalence)
	others := new(big.Rat).Sub(n, wanted)
	d := &Day{Right: new(big.Rat).Mul(wanted, s.Recall), Innocent: others.Mul(others, s.FalseRate)}
	d.Missed = wanted.Sub(wanted, d.Right)
	return d, nil
}

// Reports returns all reports of the day.
func (d *Day) Reports() *big.Rat { return new(big.Rat).Add(d.Right, d.Innocent) }

// Precision returns the share of the reports that are right, and nil if there are none.
func (d *Day) Precision() *big.Rat {
	all := d.Reports()
	if all.Sign() == 0 {
		return nil
	}
	return all.Quo(d.Right, all)
}

// Reviewers returns how many people must look at reports, each at this many a day, so that all are seen: the
// quotient, rounded up. It returns an error if perDay is less than 1.
func (d *Day) Reviewers(perDay int64) (*big.Int, error) {
	if perDay < 1 {
		return nil, errPerDay
	}
	return ceil(new(big.Rat).Quo(d.Reports(), big.NewRat(perDay, 1))), nil
}

// ceil rounds up what is not negative.
func ceil(r *big.Rat) *big.Int {
	q, m := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	if m.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

// FalseRateOf returns the f that a precision q stands for at a prevalence p and a recall r:
//
//	f = p r (1 - q) / (q (1 - p))
//
// It returns an error unless p and q are above 0 and below 1, and r above 0 and at most 1, and if f would be over
// 1: a scanner that reports every message has the precision p r / (p r + 1 - p), and none has less.
func FalseRateOf(q, p, r *big.Rat) (*big.Rat, error) {
	if !inside(q) || !inside(p) || !isRate(r) || r.Sign() == 0 {
		return nil, errRate
	}
	top := new(big.Rat).Mul(p, r)
	top.Mul(top, new(big.Rat).Sub(one, q))
	bottom := new(big.Rat).Sub(one, p)
	f := top.Quo(top, bottom.Mul(bottom, q))
	if !isRate(f) {
		return nil, errPrecision
	}
	return f, nil
}

// inside reports whether r is above 0 and below 1.
func inside(r *big.Rat) bool { return isRate(r) && r.Sign() > 0 && r.Cmp(one) < 0 }

// PrecisionAt returns the precision of a scanner at each prevalence, for each false-positive rate: a row a
// prevalence. An entry is nil where there are no reports.
func PrecisionAt(s Scanner, prevalences, falseRates []*big.Rat) ([][]*big.Rat, error) {
	var rows [][]*big.Rat
	for _, s.Prevalence = range prevalences {
		var row []*big.Rat
		for _, s.FalseRate = range falseRates {
			d, err := s.Day()
			if err != nil {
				return nil, err
			}
			row = append(row, d.Precision())
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// tailPrecision is that of Tail in bits. Its terms are all positive, so errors of rounding add up and no more.
const tailPrecision = 256

// MaxPictures is the largest n of Tail, which takes as many steps.
const MaxPictures = 10_000_000

// Tail returns the probability that of n innocent pictures k or more are reported, if each is with probability
// f and independently of the others: what a threshold of k promises an account. Near-identical pictures break
// the independence: thirty copies of one false match are one event.
//
//	Σ (n over i) f^i (1-f)^(n-i) for i = k … n
//
// Terms are added until they no longer count, in 256 bits, from the end that is the likelier: from 0 if f is at
// most 1/2, else from n. So the first one does not vanish. It returns an error unless 0 ≤ k ≤ n ≤ MaxPictures and f
// is from 0 to 1.
func Tail(n, k int64, f *big.Rat) (*big.Float, error) {
	if k < 0 || k > n || n > MaxPictures || !isRate(f) {
		return nil, errTail
	}
	if k == 0 {
		return float().SetInt64(1), nil
	}
	p, q := float().SetRat(f), float().SetRat(new(big.Rat).Sub(one, f))
	if f.Cmp(big.NewRat(1, 2)) > 0 {
		return sumTerms(power(p, n), float().Quo(q, p), n, 0, n-k), nil // of those that are not reported
	}
	return sumTerms(power(q, n), float().Quo(p, q), n, k, n), nil
}

// sumTerms adds (n over i) ratio^i first for i = from … to.
func sumTerms(first, ratio *big.Float, n, from, to int64) *big.Float {
	sum, term := float(), first
	for i := int64(0); i <= to; i++ {
		if i > 0 { // the term of i from that of i-1
			term.Mul(term, ratio)
			term.Mul(term, float().SetInt64(n-i+1))
			term.Quo(term, float().SetInt64(i))
		}
		if i < from {
			continue
		}
		before := float().Set(sum)
		if sum.Add(sum, term); sum.Cmp(before) == 0 && i > from {
			break
		}
	}
	return sum
}

func float() *big.Float { return new(big.Float).SetPrec(tailPrecision) }

// power returns x^n, by squaring.
func power(x *big.Float, n int64) *big.Float {
	result := new(big.Float).SetPrec(tailPrecision).SetInt64(1)
	x = new(big.Float).Copy(x)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result.Mul(result, x)
		}
		x.Mul(x, x)
	}
	return result
}
