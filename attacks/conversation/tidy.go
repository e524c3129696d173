package conversation

import (
	"bytes"
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the size in bytes of the longest name of a person.
const maxName = 256

// firstLine returns the first line of a file that is not blank, without invisible
// marks, and its number from 1. The number is 0 if all lines are blank.
func firstLine(ctx context.Context, head []byte) (line string, number int) {
	in := newLines(ctx, bytes.NewReader(head))
	for text, ok := in.next(); ok; text, ok = in.next() {
		number++
		if line := strings.TrimFunc(string(text), isMark); strings.TrimSpace(line) != "" {
			return line, number
		}
	}
	return "", 0
}

// excerpt returns the beginning of s, for an error.
func excerpt(s string) string {
	if short := cut(s, 60); short != s {
		return short + "…"
	}
	return s
}

// cut returns the longest beginning of s of at most n bytes that ends with a
// whole character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// tidyText returns a text in valid UTF-8 with \n line ends, without NUL, a byte
// order mark, and white space at its end.
func tidyText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "")
	if strings.Contains(s, "\r") {
		s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	}
	return strings.TrimRightFunc(strings.TrimPrefix(s, "\uFEFF"), unicode.IsSpace)
}

// tidyName returns a name in one line of at most maxName bytes, without control
// characters, quotes around it, and marks that set its direction.
func tidyName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, readLenient(s))
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimFunc(s, func(r rune) bool {
		return isMark(r) || r == '"' || r == '\'' || unicode.IsSpace(r)
	})
	return strings.Clone(strings.TrimSpace(cut(s, maxName)))
}

// isMark reports whether r is one of the invisible characters that set the
// direction of writing, or a byte order mark.
func isMark(r rune) bool {
	return r == '\u200E' || r == '\u200F' || r == '\uFEFF' ||
		'\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069'
}
