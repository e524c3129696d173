package conversation

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var errTooLong = errors.New("text too long")

// transferDecoder returns a reader that undoes a Content-Transfer-Encoding, also
// where it is damaged. It passes data with an unknown name of an encoding
// through, as most of it is not encoded, and reports false for uuencode.
func transferDecoder(name string, r io.Reader) (io.Reader, bool) {
	name = strings.ToLower(strings.TrimLeft(name, `"' `))
	switch {
	case strings.HasPrefix(name, "base64"):
		b := bufio.NewReader(r)
		head, _ := b.Peek(maxSentence) // an error comes again
		if isSentence(head) {
			return b, true
		}
		return &base64Lines{r: b}, true
	case strings.HasPrefix(name, "quoted"):
		return &quotedPrintable{bufio.NewReader(r)}, true
	case strings.Contains(name, "uue"):
		return nil, false
	}
	return r, true
}

// maxSentence is how many bytes tell whether a text is in base64.
const maxSentence = 512

// isSentence reports whether the first line of a text that is said to be in base64 is words: it has four, and
// characters that base64 does not have.
func isSentence(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimSpace(head), []byte("\n"))
	line = bytes.TrimSpace(line)
	return len(bytes.Fields(line)) > 3 && bytes.ContainsFunc(line, func(r rune) bool {
		return unicode.IsPunct(r) && !strings.ContainsRune("/-_*", r) || unicode.IsLetter(r) && r >= utf8.RuneSelf
	})
}

// base64Lines decodes the letters of base64 only. Padding ends a piece; another piece may follow it, as
// some programs encode a text in pieces. What follows it and is no piece is left out: list servers add a
// footer in plain text.
type base64Lines struct {
	r       *bufio.Reader
	out     []byte // decoded and not yet read
	quantum []byte // up to three letters that wait for more
	padded  bool   // the piece has ended
	err     error
}

func (d *base64Lines) Read(p []byte) (int, error) {
	for len(d.out) == 0 && d.err == nil {
		line, err := d.r.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			d.err = err
		}
		for len(line) > 0 && d.feed(&line) {
		}
		if d.err == io.EOF {
			d.end()
		}
	}
	if len(d.out) > 0 {
		n := copy(p, d.out)
		d.out = d.out[n:]
		return n, nil
	}
	return 0, d.err
}

// feed decodes a line up to its padding, and takes that off the line. It reports false at a line that is no
// base64.
func (d *base64Lines) feed(line *[]byte) bool {
	if d.padded {
		rest := bytes.TrimSpace(*line)
		if rest = bytes.TrimLeft(rest, "="); len(rest) == 0 {
			*line = nil
			return true
		}
		if !anotherPiece.Match(rest) || len(rest)%4 != 0 {
			d.err = io.EOF
			return false
		}
		d.padded, *line = false, rest
	}
	for i, c := range *line {
		switch {
		case c == '=':
			*line = (*line)[i+1:]
			d.end()
			d.padded = true
			return true
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
			if d.quantum = append(d.quantum, c); len(d.quantum) == 4 {
				d.decode()
			}
		}
	}
	*line = nil
	return true
}

var anotherPiece = regexp.MustCompile(`^[A-Za-z0-9+/]{6,}={0,2}(?:[A-Za-z0-9+/]+={0,2})*$`)

// end decodes the last letters of a piece.
func (d *base64Lines) end() {
	if len(d.quantum) > 0 {
		d.decode()
	}
}

func (d *base64Lines) decode() {
	var err error
	if d.out, err = base64.RawStdEncoding.AppendDecode(d.out, d.quantum); err != nil && (d.err == nil || d.err == io.EOF) {
		d.err = err
	}
	d.quantum = d.quantum[:0]
}

// quotedPrintable decodes what is well-formed and keeps the rest unchanged. The
// decoder of package mime/quotedprintable returns an error instead.
type quotedPrintable struct{ r *bufio.Reader }

func (q *quotedPrintable) Read(p []byte) (n int, err error) {
	for n < len(p) {
		c, err := q.r.ReadByte()
		if err != nil {
			return n, err
		}
		if c == '=' {
			next, _ := q.r.Peek(2)
			if len(next) == 0 {
				continue
			}
			if n := q.softBreak(next[0]); n > 0 {
				q.r.Discard(n)
				continue
			}
			if _, err := hex.Decode(p[n:n+1], next); err == nil {
				c = p[n]
				q.r.Discard(2)
			}
		}
		p[n] = c
		n++
	}
	return n, nil
}

// maxPadding is the number of blanks that are looked for behind a "=" at the end of a line.
const maxPadding = 80

// softBreak returns the length of a line end, with the blanks before it that RFC 2045, Section 6.7, has
// deleted. It is 0 if the next byte begins something else.
func (q *quotedPrintable) softBreak(next byte) int {
	switch next {
	case '\n':
		return 1
	case ' ', '\t':
		line, _ := q.r.Peek(maxPadding)
		blanks := len(line) - len(bytes.TrimLeft(line, " \t"))
		if blanks < len(line) && line[blanks] == '\n' {
			return blanks + 1
		}
	}
	return 0
}
