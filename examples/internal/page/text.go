package page

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// fit returns the lines of a cell in a column of some width.
func fit(cell any, width int) (lines []string) {
	b, ok := cell.([]byte)
	if !ok {
		return wrap(fmt.Sprint(cell), width)
	}
	n := max(1, width/2)
	if n >= 4 && n < len(b) {
		n -= n % 4
	}
	for line := range slices.Chunk(b, n) {
		lines = append(lines, fmt.Sprintf("%x", line))
	}
	return lines
}

// wrap breaks text at blanks into lines of at most width letters, if it is longer or has line breaks
// of its own. A word that is longer than that has a line to itself.
func wrap(text string, width int) (lines []string) {
	if utf8.RuneCountInString(text) <= width && !strings.Contains(text, "\n") {
		return []string{text}
	}
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// shrink returns the widths of a table's columns, so that together they leave room on a page for one
// column more. On a page of the usual width it returns them as they are. Columns of numbers and other
// short cells keep their width.
func shrink(widths []int, page int) []int {
	const (
		short = 10
		last  = 12 // columns for what comes after them
	)
	room, sum := page-indent-gap*len(widths)-last, 0
	for _, w := range widths {
		if w = max(w, -w); w <= short {
			room -= w
		} else {
			sum += w
		}
	}
	if page == Width || sum <= room {
		return widths
	}
	all := slices.Clone(widths)
	for i, w := range widths {
		if max(w, -w) > short {
			all[i] = w * max(room, 1) / sum
			if max(all[i], -all[i]) < 4 {
				all[i] = 4
			}
		}
	}
	return all
}

// breakWords breaks lines that are still too long.
func breakWords(lines []string, width int) (all []string) {
	for _, line := range lines {
		letters := []rune(line)
		for len(letters) > width {
			all = append(all, string(letters[:width]))
			letters = letters[width:]
		}
		all = append(all, string(letters))
	}
	return all
}

// Short returns the first n bytes of b in hexadecimal and, if b is longer, an ellipsis: enough to
// tell it from another.
func Short(b []byte, n int) string {
	if len(b) <= n {
		return fmt.Sprintf("%x", b)
	}
	return fmt.Sprintf("%x…", b[:n])
}

// Thousands returns n with a comma between each three digits: 16,384.
func Thousands[T int | int64 | uint64](n T) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
