// Package frame carries messages between a lesson's player and its referee, over two pipes:
//
//	referee                                  player
//	Puzzle ------------------------------->
//	       <------------------------------- Query    any number of times
//	Reply  ------------------------------->
//	       <------------------------------- Answer, Failure, or Todo, once
//
// A frame is one byte for its kind, four for its length, most significant first, and its bytes.
package frame

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Limit is the length of the longest frame, in bytes.
const Limit = 1 << 20

// A Kind says what is in a frame.
type Kind byte

// The kinds. All but Puzzle and Reply are the player's.
const (
	Puzzle  Kind = 'P'
	Reply   Kind = 'R'
	Query   Kind = 'Q'
	Answer  Kind = 'A'
	Failure Kind = 'F' // the text of an error
	Todo    Kind = 'T' // lesson.ErrTODO, without text
)

// Write writes one frame, in one call.
func Write(w io.Writer, k Kind, body []byte) error {
	if len(body) > Limit {
		return fmt.Errorf("frame: expected at most %d bytes, found %d", Limit, len(body))
	}
	b := binary.BigEndian.AppendUint32([]byte{byte(k)}, uint32(len(body)))
	_, err := w.Write(append(b, body...))
	return err
}

// Read reads one frame. It returns io.EOF if there is none, and another error if it is cut, or longer
// than Limit. A length is judged before anything is allocated for it.
func Read(r io.Reader) (Kind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > Limit {
		return 0, nil, fmt.Errorf("frame: expected at most %d bytes, found %d", Limit, n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return Kind(head[0]), body, nil
}
