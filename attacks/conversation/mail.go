package conversation

import (
	"bytes"
	"io"
	"mime"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/transform"
)

const (
	maxHeader = 256 << 10 // bytes of a header
	maxDepth  = 8         // of multiparts within multiparts
)

// mail reads one message of a mailbox. It returns the lines of one part at a
// time: up to a boundary of one of the open multiparts, or to the end of the
// message. So a missing boundary affects its own part only.
type mail struct {
	box         *mailbox
	bounds      []string // the boundaries of the open multiparts, the outermost first
	stop        int      // the index in bounds of the boundary that ended the part, inPart or atEnd
	closed      bool     // the boundary was the last of its multipart
	line        []byte   // a line to read before the next
	unread      []byte   // the rest of line
	attachments int
	redated     bool   // its own date cannot be read
	problem     string // the reason if the message has no text; "" for noText
}

const (
	inPart = -1
	atEnd  = -2
)

// message reads the message, or returns the reason why it is left out.
func (m *mail) message() (msg message, reason string) {
	h, ok := m.header()
	if !ok {
		return message{}, headerTooLarge
	}
	address, delivered := envelope(m.box.from)
	if msg.From = sender(h, address); !msg.From.isParty() {
		return message{}, noSender
	}
	if msg.To, reason = recipients(h, address, msg.From); reason != "" {
		return message{}, reason
	}
	if msg.At, ok = m.date(h, delivered); !ok {
		return message{}, noDate
	}
	msg.Text, reason = m.text(h)
	return msg, reason
}

// date returns the date of the message. If the field cannot be read, or there is none, it is the date of
// delivery: that of the "From " line, or of the last server.
func (m *mail) date(h header, delivered string) (time.Time, bool) {
	received := h.get("received")
	received = received[strings.LastIndexByte(received, ';')+1:]
	fallback, ok := parseDate(delivered, time.Time{})
	for _, other := range []string{received, h.get("delivery-date")} {
		if !ok && other != "" {
			fallback, ok = parseDate(other, time.Time{})
		}
	}
	date := h.get("date")
	if at, ok := parseDate(date, fallback); ok {
		return at, true
	}
	m.redated = date != ""
	return fallback, ok
}

// text reads the text of the message, or returns the reason why there is none.
func (m *mail) text(h header) (text, reason string) {
	c := m.body(h, "text/plain", 0)
	text = tidyText(string(c.text))
	switch {
	case c.long:
		return "", tooLong
	case text != "":
		return text, ""
	case m.problem != "":
		return "", m.problem
	}
	return "", noText
}

// next returns a line of the current part, or false at its end.
func (m *mail) next() ([]byte, bool) {
	if m.stop != inPart {
		return nil, false
	}
	line, ok := m.box.line()
	if !ok {
		m.stop = atEnd
		return nil, false
	}
	if bytes.HasPrefix(line, []byte("--")) && !m.box.lines.rest && m.isBoundary(string(bytes.TrimRight(line, " \t"))) {
		return nil, false
	}
	return line, true
}

func (m *mail) isBoundary(line string) bool {
	for i := len(m.bounds) - 1; i >= 0; i-- {
		if end, ok := strings.CutPrefix(line, m.bounds[i]); ok && (end == "" || end == "--") {
			m.stop, m.closed = i, end == "--"
			return true
		}
	}
	return false
}

// Read implements [io.Reader] on the current part.
func (m *mail) Read(p []byte) (int, error) {
	if len(m.unread) == 0 {
		line, ok := m.next()
		if !ok {
			return 0, io.EOF
		}
		m.hold(line)
	}
	n := copy(p, m.unread)
	m.unread = m.unread[n:]
	return n, nil
}

func (m *mail) hold(line []byte) {
	m.line = append(m.line[:0], line...)
	if !m.box.lines.open {
		m.line = append(m.line, '\n')
	}
	m.unread = m.line
}

func (m *mail) skip() {
	m.unread = nil
	for _, ok := m.next(); ok; _, ok = m.next() {
	}
}

// header holds the values of the fields in keptFields, by lower-case name: the
// first value of a repeated field, or all values of one with recipients.
type header map[string][]string

func (h header) get(key string) string { return strings.Join(h[key], ", ") }

// keptFields maps the names of fields that are read to whether all their values
// are kept.
var keptFields = map[string]bool{
	"date": false, "content-type": false, "content-transfer-encoding": false, "content-disposition": false,
	"from": false, "reply-to": false, "sender": false, "to": true, "cc": true, "bcc": true,
	"list-id": false, "list-post": false, "mailing-list": false, "x-mailing-list": false, "x-beenthere": false, "newsgroups": false,
	"apparently-to": true, "delivered-to": false, "x-original-to": false, "envelope-to": false, "x-envelope-to": false,
	"x-delivered-to": false, "x-rcpt-to": false, "resent-to": true, "x-original-from": false, "x-original-sender": false,
	"received": false, "delivery-date": false,
}

// header reads the header and the blank line after it. It skips lines that are no
// fields; if the first line is none, the part has no header. It reports false if
// the header has more than maxHeader bytes.
func (m *mail) header() (header, bool) {
	h := make(header)
	var key string
	var value []byte
	size := 0
	for first := true; ; first = false {
		line, ok := m.next()
		rest := ok && m.box.lines.rest
		if !ok || len(line) == 0 && !rest {
			break
		}
		if size += len(line); size > maxHeader {
			return nil, false
		}
		if rest || line[0] == ' ' || line[0] == '\t' {
			value = append(value, line...)
			continue
		}
		h.add(key, value)
		if key, value, ok = field(line); !ok && first && !bytes.HasPrefix(line, []byte("From ")) {
			m.hold(line)
			break
		}
	}
	h.add(key, value)
	return h, true
}

// field splits a line of a header, and reports whether it is a field.
func field(line []byte) (key string, value []byte, ok bool) {
	name, rest, ok := bytes.Cut(line, []byte(":"))
	name = bytes.TrimRight(name, " \t")
	ok = ok && len(name) > 0 && bytes.IndexFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
	if !ok {
		return "", nil, false
	}
	return strings.ToLower(string(name)), bytes.Clone(rest), true
}

func (h header) add(key string, value []byte) {
	all, ok := keptFields[key]
	if text := strings.TrimSpace(readLenient(string(value))); ok && text != "" && (all || h[key] == nil) {
		h[key] = append(h[key], text)
	}
}

// decodeWords decodes the encoded words of RFC 2047 in a field. It returns a field
// that it cannot decode unchanged.
func decodeWords(s string) string {
	s = unpadded.ReplaceAllStringFunc(s, func(word string) string {
		letters := len(word) - strings.LastIndexByte(strings.TrimSuffix(word, "?="), '?') - len("??=")
		return strings.TrimSuffix(word, "?=") + strings.Repeat("=", (4-letters%4)%4) + "?="
	})
	if decoded, err := wordDecoder.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// unpadded matches an encoded word in base64 without padding, which package mime does not read.
var unpadded = regexp.MustCompile(`=\?[^?\s]+\?[bB]\?[A-Za-z0-9+/]+\?=`)

var wordDecoder = mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) {
	set, ok := charset(label)
	if !ok {
		set = lenient{}
	}
	return transform.NewReader(r, set), nil
}}
