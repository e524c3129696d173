// Package tworogues is lesson 05: pass every check of an escrow system, and say nothing.
package tworogues

import (
	"doormat/escrow"
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

// A Line is an enrolled device in a conversation with the friend's.
type Line struct {
	device *escrow.Device
	friend escrow.Identity
}

// Seal encrypts plaintext to the friend, and its key to the authority, as the rules say. It returns the
// envelope.
func (l Line) Seal(plaintext []byte) (envelope []byte, err error) {
	return l.device.Seal(l.friend, plaintext, nil)
}

// Play calls [Send] once. A puzzle is {"Outer": a device's state, "Friend": its peer, "Inner": a device's
// state, "To": its peer, "Text": bytes}, states and text in base64; an answer is an envelope.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Outer, Inner []byte
		Friend, To   noescrow.Identity
		Text         []byte
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	outer, inner := new(escrow.Device), new(noescrow.Device)
	if err := outer.UnmarshalBinary(p.Outer); err != nil {
		return nil, err
	}
	if err := inner.UnmarshalBinary(p.Inner); err != nil {
		return nil, err
	}
	return Send(Line{outer, p.Friend}, inner, p.To, p.Text)
}
