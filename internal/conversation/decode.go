package conversation

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/transform"
)

var errTooLong = errors.New("text too long")

// charset finds the decoder for the name of a character set.
func charset(label string) (transform.Transformer, bool) {
	label = strings.ToLower(strings.Trim(label, " \t'"))
	switch label {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit", "x-unknown":
		return lenient{}, true
	}
	// The web's table comes first: it reads ISO 8859-1 as Windows-1252, which
	// mail with that label mostly is.
	if e, err := htmlindex.Get(label); err == nil && e != encoding.Replacement {
		return e.NewDecoder(), true
	}
	if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil {
		return e.NewDecoder(), true
	}
	return nil, false
}

// lenient keeps what is valid UTF-8, and reads every other byte as Windows-1252.
type lenient struct{ transform.NopResetter }

func (lenient) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if len(src) <= len(dst) && utf8.Valid(src) {
		return copy(dst, src), len(src), nil
	}
	for nSrc < len(src) {
		r, size := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && size == 1 {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r = charmap.Windows1252.DecodeByte(src[nSrc])
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

func readLenient(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	text, _, _ := transform.String(lenient{}, s)
	return text
}

// transferDecoder undoes a Content-Transfer-Encoding, damaged or not. An encoding
// by a name that nobody knows is mostly none.
func transferDecoder(name string, r io.Reader) (io.Reader, bool) {
	name = strings.ToLower(name)
	switch {
	case strings.HasPrefix(name, "base64"):
		return base64.NewDecoder(base64.RawStdEncoding, &base64Sieve{r: r}), true
	case strings.HasPrefix(name, "quoted"):
		return &quotedPrintable{bufio.NewReader(r)}, true
	case strings.Contains(name, "uue"):
		return nil, false
	}
	return r, true
}

// base64Sieve lets only the letters of base64 through, up to its padding: list
// servers add their footer in plain text after that.
type base64Sieve struct {
	r    io.Reader
	done bool
}

func (s *base64Sieve) Read(p []byte) (int, error) {
	for !s.done {
		n, err := s.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c == '=' {
				s.done = true
				break
			}
			if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/' {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
	return 0, io.EOF
}

// quotedPrintable decodes what is well-formed and keeps the rest as it stands;
// the standard library's decoder stops there.
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
			if next[0] == '\n' {
				q.r.Discard(1)
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
