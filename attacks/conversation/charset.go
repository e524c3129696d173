package conversation

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/transform"
)

// charset returns the decoder for the name of a character set, and reports whether there is one.
func charset(label string) (transform.Transformer, bool) {
	label = strings.ToLower(strings.Trim(label, " \t'\"_"))
	if noSet[label] {
		return lenient{}, true
	}
	for _, label := range []string{label, plainLabel(label)} {
		if label == "utf-7" {
			return new(utf7), true
		}
		if label == "iso-2022-kr" {
			return transform.Chain(new(shifted), korean.EUCKR.NewDecoder()), true
		}
		if strings.HasPrefix(label, "utf-8") {
			return lenient{}, true
		}
		// The table of the WHATWG comes first: it reads ISO 8859-1 as Windows-1252, which mail with that
		// label mostly uses.
		if e, err := htmlindex.Get(label); err == nil && e != encoding.Replacement {
			return e.NewDecoder(), true
		}
		if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil {
			return e.NewDecoder(), true
		}
	}
	return nil, false
}

// noSet are labels, as found in mail, that name no character set, or nothing beyond UTF-8.
var noSet = wordSet(`utf-8 utf8 us-ascii ascii unknown-8bit x-unknown unknown none default binary 7bit 8bit 8-bit 7-bit
	x-user-defined user-defined iso-10646 ansi_x3.4-1968 x-ascii us_ascii usascii default_charset charset`)

func init() { noSet[""] = true }

// Labels as programs write them, and the registered name of each.
var labels = []struct {
	as   *regexp.Regexp
	name string
}{
	{regexp.MustCompile(`^(?:x-)?(?:windows|win|ms|cp|ansi)[-_ ]*(125[0-8]|874|949)$`), "windows-$1"},
	{regexp.MustCompile(`^(?:x-)?(?:cp|ibm|dos|oem|pc|windows)[-_ ]*(437|85[0-79]|86[0-9])$`), "ibm$1"},
	{regexp.MustCompile(`^(?:x-)?(?:cp|ibm|dos)[-_ ]?0*858$`), "ibm00858"},
	{regexp.MustCompile(`^(?:x-)?ansi$`), "windows-1252"},
	{regexp.MustCompile(`^(?:x-)?iso[-_ ]?8859[-_ ]?(\d{1,2})(?:[-_ ].*)?$`), "iso-8859-$1"},
	{regexp.MustCompile(`^latin[-_ ]?([1-6])$`), "latin$1"},
	{regexp.MustCompile(`^(?:x-)?utf[-_ ]?8.*$`), "utf-8"},
	{regexp.MustCompile(`^(?:x-|unicode-\d-\d-|cs)?(?:utf|unicode\d*utf)[-_ ]?7(?:-imap)?$`), "utf-7"},
	{regexp.MustCompile(`^(?:x-)?(?:gb[-_ ]?2312.*|gb_2312-80|gb|hz-gb.*|euc[-_ ]?cn|(?:windows|win|ms|cp)[-_ ]*936)$`), "gbk"},
	{regexp.MustCompile(`^(?:x-)?(?:s[-_]?jis|shift[-_ ]?jis|windows-31j|(?:windows|win|ms|cp)[-_ ]*932|ms_kanji)$`), "shift_jis"},
	{regexp.MustCompile(`^(?:x-)?(?:euc[-_ ]?jp|ujis)$`), "euc-jp"},
	{regexp.MustCompile(`^(?:x-)?(?:euc[-_ ]?kr|ks_?c[-_ ]?5601.*|uhc)$`), "euc-kr"},
	{regexp.MustCompile(`^(?:x-)?(?:big[-_ ]?5.*|(?:windows|win|ms|cp)[-_ ]*950)$`), "big5"},
	{regexp.MustCompile(`^(?:x-|cs)?(?:iso[-_ ]?2022[-_ ]?jp.*|cp5022[0-9])$`), "iso-2022-jp"},
	{regexp.MustCompile(`^(?:x-|cs)?iso[-_ ]?2022[-_ ]?kr.*$`), "iso-2022-kr"},
	{regexp.MustCompile(`^(?:x-)?koi8?[-_ ]?(r|u)$`), "koi8-$1"},
	{regexp.MustCompile(`^(?:x-)?mac(?:intosh)?[-_ ]?(?:roman)?$`), "macintosh"},
	{regexp.MustCompile(`^(?:x-)?(?:tis[-_ ]?620|windows-874).*$`), "windows-874"},
}

// plainLabel returns the registered name that a label means.
func plainLabel(label string) string {
	for _, l := range labels {
		if l.as.MatchString(label) {
			return l.as.ReplaceAllString(label, l.name)
		}
	}
	return label
}

// lenient keeps valid UTF-8, and reads every other byte as Windows-1252.
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

// shifted turns ISO-2022-KR, RFC 1557, into EUC-KR: bytes between SO and SI, or the end of the line, are those
// of Korean letters with the high bit off.
type shifted struct{ out bool }

const designator = "\x1b$)C" // stands once at the start of a text

func (s *shifted) Reset() { s.out = false }

func (s *shifted) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		if rest[0] == designator[0] {
			if bytes.HasPrefix(rest, []byte(designator)) {
				nSrc += len(designator)
				continue
			}
			if !atEOF && len(rest) < len(designator) {
				return nDst, nSrc, transform.ErrShortSrc
			}
		}
		c := rest[0]
		switch {
		case c == '\x0e', c == '\x0f':
			s.out = c == '\x0e'
			nSrc++
			continue
		case c == '\n':
			s.out = false
		case s.out && c > ' ':
			c |= 0x80
		}
		if nDst == len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		dst[nDst] = c
		nDst++
		nSrc++
	}
	return nDst, nSrc, nil
}
