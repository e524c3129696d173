package conversation

import (
	"bytes"
	"io"
	"mime"
	"strings"

	"golang.org/x/text/transform"
)

const (
	maxHeader = 256 << 10
	maxDepth  = 8 // of multiparts within multiparts
)

// mail reads one message of a mailbox. It gives the lines of one part at a
// time: up to a boundary of one of the multiparts that are open, or to the end
// of the message. So a boundary that is missing costs its own part only.
type mail struct {
	box         *mailbox
	bounds      []string // the boundaries of the open multiparts, the outermost first
	stop        int      // the index in bounds of what ended the part, or one of these two
	closed      bool     // it was the last boundary of its multipart
	line        []byte   // a line to be read before the next
	unread      []byte   // what is left of line
	attachments int
	problem     string // the reason to give if no text is found
}

const (
	inPart = -1
	atEnd  = -2
)

// message reads the message, or gives the reason why it can't be carried.
func (m *mail) message(who people) (msg Message, reason string) {
	h, ok := m.header()
	if !ok {
		return Message{}, headerTooLarge
	}
	address, date := envelope(m.box.from)
	if msg.From = who.sender(h, address); msg.From == "" {
		return Message{}, noSender
	}
	if msg.To, reason = who.recipients(h, address, msg.From); reason != "" {
		return Message{}, reason
	}
	if msg.At, ok = parseDate(h.get("date")); !ok {
		msg.At, ok = parseDate(date)
	}
	if !ok {
		return Message{}, noDate
	}
	msg.Text, reason = m.text(h)
	return msg, reason
}

// text reads what there is to read in the message.
func (m *mail) text(h header) (text, reason string) {
	c := m.body(h, 0)
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

// next gives a line of the part in hand, or false at its end.
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

// Read reads the part in hand.
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

// header is the fields of a header that matter here, by lower-case name. Of a
// field that is repeated the first counts, of addresses all do.
type header map[string][]string

func (h header) get(key string) string { return strings.Join(h[key], ", ") }

// keptFields are the fields, and whether all the values of one count.
var keptFields = map[string]bool{
	"date": false, "content-type": false, "content-transfer-encoding": false, "content-disposition": false,
	"from": false, "reply-to": false, "sender": false, "to": true, "cc": true, "bcc": true,
	"list-id": false, "list-post": false, "mailing-list": false, "x-mailing-list": false, "x-beenthere": false, "newsgroups": false,
	"apparently-to": true, "delivered-to": false, "x-original-to": false,
}

// header reads to the blank line. What is no field is passed over, but if it is
// the first line the part has no header. It reports false for one too large.
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

// decodeWords undoes the encoded words of RFC 2047 in a field.
func decodeWords(s string) string {
	if decoded, err := wordDecoder.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

var wordDecoder = mime.WordDecoder{CharsetReader: func(label string, r io.Reader) (io.Reader, error) {
	set, ok := charset(label)
	if !ok {
		set = lenient{}
	}
	return transform.NewReader(r, set), nil
}}
