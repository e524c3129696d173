package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// What a worker and the server send each other is JSON, in these two structs. Behind a reply with records, and a
// line feed, are the envelopes, each behind its length of four bytes, as on a tape.

// Subjects. Workers may publish to the first and listen to the second.
const (
	subjectAsk  = "cluster.ask"
	subjectDone = "cluster.done"
)

// The limits of messages. A lease of keys has some 500 bytes; one of records is as long as maxReply allows.
const (
	maxMessage = 4096      // bytes that a worker sends
	maxReply   = 512 << 10 // bytes that it receives
	maxRecords = 256       // of a range
	digestSize = 8         // bytes that a worker says of a record
)

// An ask is what a worker sends. Without a lease it asks for one; with a lease it says that it is at work,
// or that it is done.
type ask struct {
	Worker string   // 26 characters that the worker has drawn, and tells nobody else
	Lease  string   `json:",omitempty"`
	Tried  uint64   `json:",omitempty"` // keys of this lease so far
	Done   bool     `json:",omitempty"`
	Places []uint64 `json:",omitempty"` // when it is done: of each target's key, from 1, or 0 if it is not there

	Digests []byte `json:",omitempty"` // or of each record's text, or zeros if it does not open
}

// A reply is what the server answers. No lease means that there is nothing to do at present.
type reply struct {
	Lease   string   `json:",omitempty"`
	Task    *task    `json:",omitempty"` // a range of keys
	Records *records `json:",omitempty"` // or of records

	Alive int64  `json:",omitempty"` // milliseconds within which the worker must be heard
	Done  bool   `json:",omitempty"` // the key is found, or all records are opened
	Error string `json:",omitempty"`
}

// A records is a range of records, and what opens them. The key is the stolen one: a worker needs nothing else.
type records struct {
	Key       string
	Envelopes [][]byte `json:"-"`
}

// check returns an error if records cannot be opened. A worker checks what it is sent.
func (r *records) check() error {
	if n := len(r.Envelopes); n == 0 || n > maxRecords+ringers {
		return fmt.Errorf("expected 1 to %d records, found %d", maxRecords+ringers, n)
	}
	return nil
}

const idSize = 26 // of rand.Text

func (a ask) check() error {
	if len(a.Worker) != idSize || a.Lease != "" && len(a.Lease) != idSize || a.Lease == "" && (a.Done || a.Tried != 0) || a.Done != (len(a.Places)+len(a.Digests) > 0) || len(a.Places) > maxTargets ||
		len(a.Places) > 0 && len(a.Digests) > 0 || len(a.Digests)%digestSize != 0 || len(a.Digests) > (maxRecords+ringers)*digestSize {
		return fmt.Errorf("expected a worker of %d characters and what belongs to its lease, found something else", idSize)
	}
	return nil
}

// decode reads a message. Unknown fields and trailing bytes are errors.
func decode(data []byte, v any) error {
	if len(data) > maxMessage {
		return fmt.Errorf("expected a message of at most %d bytes, found %d", maxMessage, len(data))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("expected a message, found something else: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("expected one message, found more")
	}
	return nil
}

// decodeReply reads a message that a worker receives, without copying the envelopes.
func decodeReply(data []byte) (r reply, err error) {
	if len(data) > maxReply {
		return r, fmt.Errorf("expected a message of at most %d bytes, found %d", maxReply, len(data))
	}
	head, tape, more := bytes.Cut(data, []byte("\n"))
	if err := decode(head, &r); err != nil {
		return r, err
	}
	if more != (r.Records != nil) {
		return r, errors.New("expected envelopes behind a reply with records, and behind no other")
	}
	if more {
		r.Records.Envelopes, err = cutTape(tape)
	}
	return r, err
}

// appendReply appends what decodeReply reads.
func appendReply(data []byte, r reply) []byte {
	data = append(data, encode(r)...)
	if r.Records != nil {
		data = append(data, '\n')
		for _, e := range r.Records.Envelopes {
			data = append(binary.BigEndian.AppendUint32(data, uint32(len(e))), e...)
		}
	}
	return data
}

// cutTape returns the records of a tape's bytes, without copying them.
func cutTape(b []byte) (all [][]byte, err error) {
	for len(b) > 0 {
		if len(b) < 4 || uint64(len(b)-4) < uint64(binary.BigEndian.Uint32(b)) {
			return nil, errors.New("expected whole records, found a part of one")
		}
		n := 4 + int(binary.BigEndian.Uint32(b))
		all, b = append(all, b[4:n:n]), b[n:]
	}
	return all, nil
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("cluster: internal error: " + err.Error()) // both structs can be written
	}
	return data
}
