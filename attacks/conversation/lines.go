package conversation

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
)

// maxLine is the number of bytes of the longest line that is returned whole.
const maxLine = 64 << 10

// lines reads the lines of a file without their ends, which may be LF, CRLF or
// CR. It returns a line longer than maxLine in pieces.
type lines struct {
	ctx  context.Context
	scan *bufio.Scanner
	rest bool // the last piece continued the piece before it
	open bool // the last piece did not end its line

	peeked     []byte // a copy of the next piece
	more       bool   // there is one
	hasPeeked  bool
	peekedOpen bool // open as it will be when that piece is returned
}

func newLines(ctx context.Context, r io.Reader) *lines {
	l := &lines{ctx: ctx, scan: bufio.NewScanner(r)}
	l.scan.Buffer(make([]byte, maxLine), maxLine)
	l.scan.Split(l.split)
	return l
}

// next returns a line or a piece of one, valid until the next call. It reports
// false at the end of the file, at an error, and when the context is done.
func (l *lines) next() ([]byte, bool) {
	l.rest = l.open
	if l.hasPeeked {
		l.hasPeeked, l.open = false, l.peekedOpen
		return l.peeked, l.more
	}
	if l.ctx.Err() != nil || !l.scan.Scan() {
		return nil, false
	}
	return l.scan.Bytes(), true
}

// peek returns the piece that next will return. What next has returned before is not valid after it.
func (l *lines) peek() ([]byte, bool) {
	if !l.hasPeeked {
		open, rest := l.open, l.rest
		piece, more := l.next()
		l.peeked, l.more, l.hasPeeked, l.peekedOpen = append(l.peeked[:0], piece...), more, true, l.open
		l.open, l.rest = open, rest
	}
	return l.peeked, l.more
}

func (l *lines) err() error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if err := l.scan.Err(); err != nil {
		return fmt.Errorf("conversation: %w", err)
	}
	return nil
}

func (l *lines) split(data []byte, atEOF bool) (int, []byte, error) {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		end = len(data)
	}
	if cr := bytes.IndexByte(data[:end], '\r'); cr >= 0 {
		end = cr
	}
	next := end + 1
	switch {
	case end < len(data) && (data[end] == '\n' || next < len(data) || atEOF):
		l.open = false
		if data[end] == '\r' && next < len(data) && data[next] == '\n' {
			next++
		}
		return next, data[:end], nil
	case len(data) == maxLine || atEOF && len(data) > 0: // a CR at the end may have its LF in the next read
		l.open = !atEOF
		return end, data[:end], nil
	}
	return 0, nil, nil
}
