package conversation

import (
	"unicode"
	"unicode/utf8"
)

// zeros are the code points of the digit 0 in the scripts that phones write dates in. The other nine
// follow each.
var zeros = []rune{
	0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
	0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10,
}

// plainRune returns a digit of any script as 0 to 9, every blank as a space, and the Arabic and the wide
// punctuation of dates as that of ASCII.
func plainRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf && r != '\t':
		return r
	case unicode.IsSpace(r) || r == '\u200B' || r == '\u180E':
		return ' '
	case r == '၊' || r == '،' || r == '、' || r == '，':
		return ','
	case r == '：':
		return ':'
	case r == '／':
		return '/'
	case r == '\u2010' || r == '\u2011':
		return '-'
	case unicode.Is(unicode.Nd, r):
		for _, zero := range zeros {
			if zero <= r && r < zero+10 {
				return '0' + r - zero
			}
		}
	}
	return r
}

// plainStart returns the first n bytes of a line with plain runes and without the invisible marks, and for
// each byte of that, and for its end, the offset in the line.
func plainStart(line []byte, n int) (plain string, offset []int) {
	line = line[:min(len(line), n)]
	var b []byte
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			r = '?'
		}
		if !isMark(r) {
			start := len(b)
			b = utf8.AppendRune(b, plainRune(r))
			for range len(b) - start {
				offset = append(offset, at)
			}
		}
		at += size
	}
	return string(b), append(offset, len(line))
}
