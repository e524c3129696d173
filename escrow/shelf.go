package escrow

import (
	"errors"

	"doormat/noescrow"
)

var errPublication = errors.New("escrow: not a valid publication of prekeys")

// A Shelf is a relay's store of one device's published prekeys. It holds no secret. It is safe
// for concurrent use. The zero Shelf is empty.
type Shelf struct{ inner noescrow.Shelf }

// NewShelf opens a shelf with a device's first publication, after checking its signatures.
func NewShelf(publication []byte) (*Shelf, error) {
	s := new(Shelf)
	if err := s.Add(publication); err != nil {
		return nil, err
	}
	return s, nil
}

// Add takes a publication, after checking its signatures. It must be of the same device as the
// ones before: its signed and last-resort prekeys replace theirs, its one-time prekeys join them.
func (s *Shelf) Add(publication []byte) error {
	p, ok := unframe(kindPrekeys, publication)
	if !ok {
		return errPublication
	}
	return prefix(s.inner.Add(p))
}

// Bundle hands out one bundle: see [noescrow.Shelf.Bundle].
func (s *Shelf) Bundle() []byte {
	b := s.inner.Bundle()
	if b == nil {
		return nil
	}
	return frame(kindBundle, b)
}
