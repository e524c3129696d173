// Package noescrow puts package noescrow under study: the control of the experiment, a messenger
// without a third key. All its thefts are those of every messenger, of thieves who listen ([New]), of
// thieves who act ([NewActing]), and of those who look for one person ([NewTargeted]).
package noescrow

import (
	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow"
)

// Name is the name of the system.
const Name = "no escrow"

// New returns package noescrow as a system.
func New() attacks.System { return messenger.New(kind) }

// NewActing returns package noescrow as two systems, each with one thief who acts: see [messenger.Acting].
func NewActing() []attacks.System { return messenger.Acting(kind) }

// NewTargeted returns package noescrow as a system under targeted access: see [messenger.Targeted].
func NewTargeted() attacks.System { return messenger.Targeted(kind) }

var kind = messenger.Kind{
	Name:      Name,
	NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
	NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
	Wire:      messenger.NoEscrow,
}
