package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// What a worker and the server send each other is JSON, in these two structs.

// Subjects. Workers may publish to the first and listen to the second.
const (
	subjectAsk  = "cluster.ask"
	subjectDone = "cluster.done"
)

// maxMessage is the longest message, in bytes. A lease of export RC4, the longest, has some 500.
const maxMessage = 4096

// An ask is what a worker sends. Without a lease it asks for one; with a lease it says that it is at work,
// or that it is done.
type ask struct {
	Worker string   // 26 characters that the worker has drawn, and tells nobody else
	Lease  string   `json:",omitempty"`
	Tried  uint64   `json:",omitempty"` // keys of this lease so far
	Done   bool     `json:",omitempty"`
	Places []uint64 `json:",omitempty"` // when it is done: of each target's key, from 1, or 0 if it is not there
}

// A reply is what the server answers. No lease means that there is nothing to do at present.
type reply struct {
	Lease string `json:",omitempty"`
	Task  *task  `json:",omitempty"`
	Alive int64  `json:",omitempty"` // milliseconds within which the worker must be heard
	Done  bool   `json:",omitempty"` // the key is found
	Error string `json:",omitempty"`
}

const idSize = 26 // of rand.Text

func (a ask) check() error {
	if len(a.Worker) != idSize || a.Lease != "" && len(a.Lease) != idSize || a.Lease == "" && (a.Done || a.Tried != 0) || a.Done != (len(a.Places) > 0) || len(a.Places) > maxTargets {
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

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("cluster: internal error: " + err.Error()) // both structs can be written
	}
	return data
}
