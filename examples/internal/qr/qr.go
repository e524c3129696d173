// Package qr draws QR codes, according to ISO/IEC 18004:2015, of texts that are short: a key, or an address. It writes
// ASCII in byte mode with error correction level M, in versions 1 to 6. Larger ones need a version information, several
// alignment patterns and blocks of two lengths, which nothing here does.
package qr

import (
	"fmt"
	"slices"
	"strings"
)

// Margin is the width of the quiet zone in modules. Paths and texts include it.
const Margin = 4

// A Code holds the modules of a QR code by row, true for dark, without the quiet zone.
type Code [][]bool

// A version has blocks of equal length (Table 9).
type version struct {
	number, blocks int
	data, check    int // codewords of each block
}

var versions = []version{{1, 1, 16, 10}, {2, 1, 28, 16}, {3, 1, 44, 26}, {4, 2, 32, 18}, {5, 2, 43, 24}, {6, 4, 27, 16}}

// Encode returns the code of a text in the smallest version that holds it. It returns an error for a text of more than
// 106 bytes, and for one that is not ASCII: readers take the other bytes for different characters.
func Encode(text string) (Code, error) {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return nil, fmt.Errorf("qr: expected ASCII, found the byte %#x", text[i])
		}
	}
	for _, v := range versions {
		if len(text)+2 <= v.blocks*v.data {
			return v.draw(v.codewords(text)), nil
		}
	}
	return nil, fmt.Errorf("qr: expected at most 106 bytes, found %d", len(text))
}

// codewords returns the data codewords: the mode indicator 0100, the length in 8 bits, the text, the terminator 0000, and
// padding (Section 7.4).
func (v version) codewords(text string) (data []byte) {
	before := byte(0b0100)
	for _, b := range append([]byte{byte(len(text))}, text+"\x00"...) {
		data = append(data, before<<4|b>>4)
		before = b
	}
	for pad := byte(0xec); len(data) < v.blocks*v.data; pad ^= 0xec ^ 0x11 {
		data = append(data, pad)
	}
	return data
}

// interleave appends check codewords to each block, and returns the first of all blocks, the second of all, and so on
// (Section 7.6).
func (v version) interleave(data []byte) []byte {
	all := make([]byte, 0, v.blocks*(v.data+v.check))
	var check [][]byte
	for b := range slices.Chunk(data, v.data) {
		check = append(check, remainder(b, v.check))
	}
	for i := range v.data {
		for n := range check {
			all = append(all, data[n*v.data+i])
		}
	}
	for i := range v.check {
		for _, c := range check {
			all = append(all, c[i])
		}
	}
	return all
}

// remainder returns the n check codewords of a block: the remainder of block · xⁿ by (x - α⁰)(x - α¹)…(x - αⁿ⁻¹)
// (Section 7.5.2).
func remainder(block []byte, n int) []byte {
	generator := make([]byte, n) // without its leading 1
	generator[n-1] = 1
	root := byte(1)
	for range n {
		for i := range generator {
			generator[i] = times(generator[i], root)
			if i+1 < n {
				generator[i] ^= generator[i+1]
			}
		}
		root = times(root, 2)
	}
	r := make([]byte, n)
	for _, b := range block {
		factor := b ^ r[0]
		r = append(r[1:], 0)
		for i := range r {
			r[i] ^= times(generator[i], factor)
		}
	}
	return r
}

// times multiplies in GF(2⁸), modulo x⁸ + x⁴ + x³ + x² + 1.
func times(a, b byte) (p byte) {
	for ; b > 0; b >>= 1 {
		p ^= a * (b & 1)
		a = a<<1 ^ 0x1d*(a>>7)
	}
	return p
}

// format returns the 15 bits of the format information for level M and a mask (Annex C).
func format(mask int) int {
	r := mask << 10
	for i := 14; i >= 10; i-- {
		r ^= r >> i & 1 * 0x537 << (i - 10)
	}
	return (mask<<10 | r) ^ 0x5412
}

// masks are the conditions under which a data module is inverted, by row and column (Table 10).
var masks = [8]func(i, j int) bool{
	func(i, j int) bool { return (i+j)%2 == 0 },
	func(i, j int) bool { return i%2 == 0 },
	func(i, j int) bool { return j%3 == 0 },
	func(i, j int) bool { return (i+j)%3 == 0 },
	func(i, j int) bool { return (i/2+j/3)%2 == 0 },
	func(i, j int) bool { return i*j%2+i*j%3 == 0 },
	func(i, j int) bool { return (i*j%2+i*j%3)%2 == 0 },
	func(i, j int) bool { return ((i+j)%2+i*j%3)%2 == 0 },
}

// draw returns the code with the mask that has the lowest penalty.
func (v version) draw(data []byte) (best Code) {
	all := v.interleave(data)
	for mask := range masks {
		if c := v.masked(all, mask); best == nil || c.penalty() < best.penalty() {
			best = c
		}
	}
	return best
}

// masked places function patterns and codewords (Section 7.7).
func (v version) masked(all []byte, mask int) Code {
	size := 17 + 4*v.number
	c, fixed := grid(size), grid(size)
	set := func(i, j int, dark bool) { c[i][j], fixed[i][j] = dark, true }
	for k := range size { // timing patterns
		set(6, k, k%2 == 0)
		set(k, 6, k%2 == 0)
	}
	square := func(row, col, reach int, dark func(ring int) bool) {
		for i := -reach; i <= reach; i++ {
			for j := -reach; j <= reach; j++ {
				if y, x := row+i, col+j; y >= 0 && y < size && x >= 0 && x < size {
					set(y, x, dark(max(i, -i, j, -j)))
				}
			}
		}
	}
	for _, at := range [][2]int{{3, 3}, {3, size - 4}, {size - 4, 3}} { // finder patterns and separators
		square(at[0], at[1], 4, func(ring int) bool { return ring != 2 && ring != 4 })
	}
	if v.number > 1 { // the alignment pattern
		square(size-7, size-7, 2, func(ring int) bool { return ring != 1 })
	}
	for i := range 15 { // the format information, twice, its lowest bit first
		bit := format(mask)>>i&1 == 1
		switch {
		case i < 6:
			set(i, 8, bit)
		case i < 8:
			set(i+1, 8, bit)
		case i == 8:
			set(8, 7, bit)
		default:
			set(8, 14-i, bit)
		}
		if i < 8 {
			set(8, size-1-i, bit)
		} else {
			set(size-15+i, 8, bit)
		}
	}
	set(size-8, 8, true)

	n := 0
	up := true
	for right := size - 1; right > 0; right -= 2 {
		if right == 6 {
			right-- // the timing pattern
		}
		for k := range size {
			i := k
			if up {
				i = size - 1 - k
			}
			for _, j := range []int{right, right - 1} {
				if !fixed[i][j] {
					bit := n < 8*len(all) && all[n/8]>>(7-n%8)&1 == 1 // remainder bits are 0
					c[i][j] = bit != masks[mask](i, j)
					n++
				}
			}
		}
		up = !up
	}
	return c
}

func grid(size int) [][]bool {
	g := make([][]bool, size)
	for i := range g {
		g[i] = make([]bool, size)
	}
	return g
}

// penalty returns the points of Table 11: long runs, blocks of one colour, what looks like a finder pattern, and too much
// of one colour.
func (c Code) penalty() (points int) {
	size := len(c)
	dark := 0
	for i := range size {
		for _, across := range []bool{true, false} {
			at := func(j int) bool {
				if across {
					return c[i][j]
				}
				return c[j][i]
			}
			run, seen := 0, 0
			for j := range size {
				if j > 0 && at(j) == at(j-1) {
					run++
				} else {
					run = 1
				}
				if run == 5 {
					points += 3
				} else if run > 5 {
					points++
				}
				seen = seen << 1 & 0x7ff
				if at(j) {
					seen |= 1
				}
				if j >= 10 && (seen == 0b10111010000 || seen == 0b00001011101) {
					points += 40
				}
			}
		}
		for j := range size {
			if c[i][j] {
				dark++
			}
			if i > 0 && j > 0 && c[i][j] == c[i-1][j] && c[i][j] == c[i][j-1] && c[i][j] == c[i-1][j-1] {
				points += 3
			}
		}
	}
	off := 20*dark - 10*size*size // from one half, in twentieths of all modules
	return points + max(off, -off)/(size*size)*10
}

// Path returns the dark modules as the path of an SVG image with the view box 0 0 n n, and that n.
func (c Code) Path() (path string, n int) {
	var b strings.Builder
	for i, row := range c {
		for j := 0; j < len(row); j++ {
			from := j
			for j < len(row) && row[j] {
				j++
			}
			if j > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+Margin, i+Margin, j-from, j-from)
			}
		}
	}
	return b.String(), len(c) + 2*Margin
}

// Text returns the code for a terminal, two rows to a line, black on white whatever the terminal's colours are.
func (c Code) Text() string {
	dark := func(i, j int) bool { return i >= 0 && i < len(c) && j >= 0 && j < len(c) && c[i][j] }
	var b strings.Builder
	for i := -Margin; i < len(c)+Margin; i += 2 {
		b.WriteString("\x1b[30;107m")
		for j := -Margin; j < len(c)+Margin; j++ {
			switch {
			case dark(i, j) && dark(i+1, j):
				b.WriteString("█")
			case dark(i, j):
				b.WriteString("▀")
			case dark(i+1, j):
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}
