package conversation

import (
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// utf7 decodes UTF-7, RFC 2152: between + and - stands UTF-16 in base64. Bytes that are no UTF-7 are kept.
type utf7 struct {
	shifted bool   // after a +
	empty   bool   // and nothing else yet
	bits    uint32 // of a code unit that is not complete
	n       int    // how many
	high    rune   // the first half of a surrogate pair, or 0
}

// Reset implements [transform.Transformer].
func (d *utf7) Reset() { *d = utf7{} }

// Transform implements [transform.Transformer].
func (d *utf7) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		if nDst+2*utf8.UTFMax > len(dst) { // a byte makes two characters at most
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], d.next(src[nSrc]))
	}
	return nDst, nSrc, nil
}

// next returns the characters that a byte completes.
func (d *utf7) next(c byte) []byte {
	if !d.shifted {
		if c == '+' {
			*d = utf7{shifted: true, empty: true}
			return nil
		}
		return []byte{c}
	}
	value := letterValue[c]
	if value == noLetter {
		empty := d.empty
		*d = utf7{}
		switch {
		case c == '-' && empty:
			return []byte{'+'}
		case c == '-':
			return nil
		}
		return []byte{c}
	}
	d.empty = false
	d.bits, d.n = d.bits<<6|uint32(value), d.n+6
	if d.n < 16 {
		return nil
	}
	d.n -= 16
	unit := rune(d.bits >> d.n & 0xffff)
	switch {
	case d.high != 0:
		r := utf16.DecodeRune(d.high, unit)
		d.high = 0
		return utf8.AppendRune(nil, r)
	case utf16.IsSurrogate(unit):
		d.high = unit
		return nil
	}
	return utf8.AppendRune(nil, unit)
}

const noLetter = 0xff

// letterValue maps the letters of base64 to their values, and other bytes to noLetter.
var letterValue = func() (table [256]byte) {
	for i := range table {
		table[i] = noLetter
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range letters {
		table[letters[i]] = byte(i)
	}
	return table
}()
