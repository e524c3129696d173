// Package ghost is lesson 15: see the ghost in a transcript.
package ghost

import (
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

// A Message is one message of a chat, with what its sender's phone shows.
type Message struct {
	Chat   string   // its name
	Screen []Member // who is in the chat, as the phone shows it: all devices, the sender's too
	Bytes  []byte   // what has left the phone: a copy for each device
}

// A Member is a device, and the account that it belongs to.
type Member struct {
	Name   string
	Device noescrow.Identity
}

// A Ghost is what the phones do not show.
type Ghost struct {
	Device noescrow.Identity // to which copies go
	Since  int               // the index of the first message with a copy for it
	Target string            // the account that the provider was ordered to add it to
}

// Play calls [Find] once. A puzzle is a list of messages: {"Chat": name, "Screen": [{"Name": name, "Device": 64
// hexadecimal digits}, …], "Bytes": octets in base64}. An answer is {"Device": 64 hexadecimal digits, "Since":
// number, "Target": name}.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var messages []Message
	if err := lesson.Unpack(puzzle, &messages); err != nil {
		return nil, err
	}
	ghost, err := Find(messages)
	return lesson.Pack(ghost), err
}
