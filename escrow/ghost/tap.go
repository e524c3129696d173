package ghost

import (
	"fmt"

	"doormat/internal/secret"
	"doormat/noescrow"
)

// A Ghost is the device that the provider adds to chats. It reads, and never writes. Printing one prints its
// identity.
type Ghost struct {
	named[Ghost]
	device *noescrow.Device
}

// NewGhost draws the keys of a ghost.
func NewGhost() *Ghost { return newGhost(noescrow.NewDevice()) }

func newGhost(d *noescrow.Device) *Ghost {
	id := d.Identity()
	return &Ghost{secret.Name[Ghost](fmt.Sprintf("%x…", id[:4])), d}
}

// Identity returns the identity under which the provider lists the ghost.
func (g *Ghost) Identity() noescrow.Identity { return g.device.Identity() }

// Publish returns n one-time prekeys, for an [Order].
func (g *Ghost) Publish(n int) ([]byte, error) { return g.device.Publish(n) }

// Recover returns the text of a message of which one copy is for this ghost. It does not know who asks:
// an agency with an order, or a thief who has signed one or copied the ghost. As on any device, the key
// of a copy is erased when it opens. The error is ErrNoCopy if no copy is for it, or that of
// [noescrow.Device.Open].
func (g *Ghost) Recover(message, associated []byte) (Received, error) {
	return open(g.device, message, associated)
}

// RecoveryKey returns the ghost's device in clear, as [noescrow.Device.MarshalBinary] writes it.
func (g *Ghost) RecoveryKey() ([]byte, error) { return g.device.MarshalBinary() }

// ParseGhost reads what [Ghost.RecoveryKey] returns.
func ParseGhost(b []byte) (*Ghost, error) {
	d := new(noescrow.Device)
	if err := d.UnmarshalBinary(b); err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	return newGhost(d), nil
}
