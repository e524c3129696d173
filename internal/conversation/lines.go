package conversation

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
)

const maxLine = 64 << 10

// lines gives the lines of a file without their ends, which may be LF, CRLF or
// CR. A line longer than maxLine comes in pieces.
type lines struct {
	ctx  context.Context
	scan *bufio.Scanner
	rest bool // what next gave last continues the line before it
	open bool // what next gave last doesn't end its line
}

func newLines(ctx context.Context, r io.Reader) *lines {
	l := &lines{ctx: ctx, scan: bufio.NewScanner(r)}
	l.scan.Buffer(make([]byte, maxLine), maxLine)
	l.scan.Split(l.split)
	return l
}

// next gives a line, which is good until the next call, or false at the end of
// the file, at an error, and when the context is done.
func (l *lines) next() ([]byte, bool) {
	l.rest = l.open
	if l.ctx.Err() != nil || !l.scan.Scan() {
		return nil, false
	}
	return l.scan.Bytes(), true
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
	case len(data) == maxLine || atEOF && len(data) > 0: // a CR at the end waits for its LF
		l.open = !atEOF
		return end, data[:end], nil
	}
	return 0, nil, nil
}
