package escrow

import (
	"errors"

	"doormat/noescrow"
)

var (
	errPublication = errors.New("escrow: expected a publication of prekeys, found something else")
	errShelf       = errors.New("escrow: expected a relay's shelf, found something else")
)

// A Shelf is a relay's store of one device's published prekeys, one Shelf for each device. It holds
// no secret. It is safe for concurrent use. The zero Shelf is empty. A relay that may restart saves
// each shelf: see the section "Keeping a relay" of package noescrow.
type Shelf struct{ inner noescrow.Shelf }

// NewShelf opens a shelf with a device's first publication, as [Shelf.Add] takes it.
func NewShelf(publication []byte) (*Shelf, error) {
	s := new(Shelf)
	if err := s.Add(publication); err != nil {
		return nil, err
	}
	return s, nil
}

// Add takes a publication, after checking its signature, if it is newer than all before: see
// [noescrow.Shelf.Add].
func (s *Shelf) Add(publication []byte) error {
	p, ok := unframe(kindPrekeys, publication)
	if !ok {
		return errPublication
	}
	return prefix(s.inner.Add(p))
}

// Bundle returns what one device needs to start one session with the shelf's device. Each call
// consumes: the one-time prekeys in it are never handed out again. Save the shelf before the bundle
// leaves: see [noescrow.Shelf.Bundle].
func (s *Shelf) Bundle() []byte {
	b := s.inner.Bundle()
	if b == nil {
		return nil
	}
	return frame(kindBundle, b)
}

// Identity returns the device whose prekeys these are: see [noescrow.Shelf.Identity].
func (s *Shelf) Identity() Identity { return s.inner.Identity() }

// OneTimePrekeys returns how many bundles with one-time prekeys the shelf can still hand out.
func (s *Shelf) OneTimePrekeys() int { return s.inner.OneTimePrekeys() }

// MarshalBinary returns the shelf as it is now: see [noescrow.Shelf.MarshalBinary]. It is two bytes
// longer here.
func (s *Shelf) MarshalBinary() ([]byte, error) {
	data, err := s.inner.MarshalBinary()
	if err != nil {
		return nil, prefix(err)
	}
	return frame(kindShelf, data), nil
}

// UnmarshalBinary replaces s by the shelf that MarshalBinary wrote: see
// [noescrow.Shelf.UnmarshalBinary]. After an error s is unchanged.
func (s *Shelf) UnmarshalBinary(data []byte) error {
	inner, ok := unframe(kindShelf, data)
	if !ok {
		return errShelf
	}
	return prefix(s.inner.UnmarshalBinary(inner))
}

// MarshalText implements [encoding.TextMarshaler] and always returns an error: see
// [noescrow.Shelf.MarshalText].
func (s *Shelf) MarshalText() ([]byte, error) {
	_, err := s.inner.MarshalText()
	return nil, prefix(err)
}
