package escrow

import (
	"errors"

	"doormat/noescrow"
)

var errPublication = errors.New("escrow: not a valid publication of prekeys")

// A Shelf is a relay's store of one device's published prekeys. It holds no secret. It is safe
// for concurrent use.
type Shelf struct{ inner *noescrow.Shelf }

// NewShelf opens a shelf with a device's first publication, after checking its signatures.
func NewShelf(publication []byte) (*Shelf, error) {
	p, ok := unframe(kindPrekeys, publication)
	if !ok {
		return nil, errPublication
	}
	inner, err := noescrow.NewShelf(p)
	if err != nil {
		return nil, prefix(err)
	}
	return &Shelf{inner}, nil
}

// Add takes a later publication of the same device: its signed and last-resort prekeys replace
// the ones before, its one-time prekeys join them.
func (s *Shelf) Add(publication []byte) error {
	p, ok := unframe(kindPrekeys, publication)
	if !ok {
		return errPublication
	}
	return prefix(s.inner.Add(p))
}

// Bundle hands out one bundle: see [noescrow.Shelf.Bundle].
func (s *Shelf) Bundle() []byte { return frame(kindBundle, s.inner.Bundle()) }
