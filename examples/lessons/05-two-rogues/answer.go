package tworogues

import (
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

// Send returns an envelope that passes every check of the escrow system, and from which its authority
// recovers nothing that says anything. Outer is the line that everybody must use: what it seals, the
// authority can read. Inner is a device without escrow, which has a session with the friend's device to.
func Send(outer Line, inner *noescrow.Device, to noescrow.Identity, text []byte) ([]byte, error) {
	return nil, lesson.ErrTODO
}
