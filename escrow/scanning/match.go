package scanning

import (
	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/math/polynomial"
)

// Matches is what a server learns of one account.
type Matches struct {
	Opened []int   // indices of the vouchers whose first layer opens: matches, and synthetic ones
	Real   []int   // those that are known to be matches; nil below the threshold
	Found  []Found // their associated data; nil below the threshold
}

// Found is the associated data of a voucher.
type Found struct {
	Index      int
	Associated []byte
}

// Recover opens what can be opened of the vouchers of one account, given the matching secret and no list. It
// passes over what is no voucher, and over a share that came before. Below the threshold it returns which
// vouchers opened their first layer, and does not know which of these are synthetic. At the threshold, if
// there are no more synthetic ones than the dial allows, it opens the associated data of all matches.
//
// Recover does not know who is asking. The server's matching and the theft are this one function.
func (m *Matcher) Recover(vouchers [][]byte, d Dial) (*Matches, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	out := new(Matches)
	var opened []inner
	seen := map[string]bool{}
	for i, b := range vouchers {
		n, ok := m.openFirst(b)
		if !ok || len(n.r) != d.rows() || seen[string(encode(n.x))] {
			continue
		}
		seen[string(encode(n.x))] = true
		out.Opened = append(out.Opened, i)
		opened = append(opened, n)
	}
	var shares []inner
	var columns [][]fp
	for _, n := range opened {
		columns = append(columns, n.r)
	}
	var real []int
	for j, isReal := range detect(columns) {
		if isReal {
			real, shares = append(real, out.Opened[j]), append(shares, opened[j])
		}
	}
	if len(shares) < d.Threshold {
		return out, nil
	}
	key := contentKey(interpolate(shares[:d.Threshold]))
	for j, n := range shares {
		padded, err := openRandomNonce(key, n.content)
		if err != nil {
			continue
		}
		if associated, ok := unpad(padded); ok {
			out.Found = append(out.Found, Found{real[j], associated})
		}
	}
	out.Real = real
	return out, nil
}

// openFirst opens the first layer of a voucher, if a pair of it matches.
func (m *Matcher) openFirst(b []byte) (n inner, ok bool) {
	if m.alpha == nil {
		return n, false
	}
	v, err := parseVoucher(b)
	if err != nil {
		return n, false
	}
	for _, p := range v.pairs {
		q := g.NewElement()
		if q.UnmarshalBinary(p.q[:]) != nil {
			continue
		}
		rkey, err := openOnce(pairKey(q.Mul(q, m.alpha)), p.ct[:])
		if err != nil {
			continue
		}
		opened, err := openOnce([32]byte(rkey), v.sealed)
		if err != nil {
			continue
		}
		return parseInner(opened)
	}
	return n, false
}

// interpolate returns f(0), from as many shares as f has coefficients.
func interpolate(shares []inner) group.Scalar {
	var xs, ys []group.Scalar
	for _, s := range shares {
		xs, ys = append(xs, s.x), append(ys, s.fx)
	}
	return polynomial.NewLagrangePolynomial(xs, ys).Evaluate(g.NewScalar())
}
