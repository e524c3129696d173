package escrow

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"doormat/internal/agekey"
)

// A Scheme is a kind of authority. Devices are the same for all schemes, and so are envelopes
// except for the field. This package has one scheme, an authority with one key; package threshold
// has another, whose key is shared among agents. To write one, declare a Scheme and a type that
// implements [PublicKey], and enrol devices with [NewDeviceFor].
type Scheme struct {
	// Version is the first byte of every envelope of the scheme and of every state of a device. It is
	// from 0xf0 to 0xff: the values below are taken, by package noescrow (0x02), this package (0xe1)
	// and package threshold (0xe2), or reserved. Schemes that meet in one program need different ones.
	Version   byte
	KeySize   int // the length of a public key in bytes, 1 to 65,535
	FieldSize int // the length of a field in bytes, 1 to 65,535
	// ParseKey reads KeySize bytes, which [PublicKey.Bytes] returned, and returns a key of this scheme
	// with the same Bytes. It returns an error for bytes that are no key. They may come from anywhere:
	// it must not panic.
	ParseKey func(b []byte) (PublicKey, error)
}

// A PublicKey is an authority's, for devices to enrol with.
type PublicKey interface {
	// Scheme returns the scheme of the authority, the same for all its keys.
	Scheme() *Scheme
	// Bytes returns the key, KeySize bytes of the scheme.
	Bytes() []byte
	// Wrap returns the field that wraps a message's key, FieldSize bytes of the scheme. It takes its
	// randomness from the argument and draws none: the same arguments give the same field, so that a
	// recipient can make it again and compare. A scheme may bind the field to the label, which is
	// [Envelope.Label]; it must not change it.
	Wrap(key [32]byte, randomness [64]byte, label []byte) (field []byte)
	// FileRecipient returns the line "age1pq1…" that files are sealed to, or "" if the authority
	// cannot open files: then devices seal none.
	FileRecipient() string
}

// schemeOf returns the scheme of a key, and this package's own for a device without an authority.
func schemeOf(k PublicKey) *Scheme {
	if k == nil {
		return &ownScheme
	}
	return k.Scheme()
}

const (
	maxSize          = 1<<16 - 1 // of a key and of a field, in bytes
	thresholdVersion = 0xe2
	firstFreeVersion = 0xf0
)

// check returns an error unless devices enrolled with k can load what they save and open what they
// seal. Of Wrap it checks two fields.
func check(k PublicKey) error {
	if v := reflect.ValueOf(k); k == nil || v.Kind() == reflect.Pointer && v.IsNil() {
		return errors.New("expected the public key of an authority, found nil")
	}
	s := k.Scheme()
	switch {
	case s == nil:
		return errors.New("expected a key with a scheme, found nil")
	case s.Version < firstFreeVersion && !reserved(k):
		return fmt.Errorf("expected a scheme with a version from 0xf0 to 0xff, found %#02x, which is taken", s.Version)
	case s.KeySize < 1 || s.KeySize > maxSize:
		return fmt.Errorf("expected a scheme with keys of 1 to %d bytes, found %d", maxSize, s.KeySize)
	case s.FieldSize < 1 || s.FieldSize > maxSize:
		return fmt.Errorf("expected a scheme with fields of 1 to %d bytes, found %d", maxSize, s.FieldSize)
	case s.ParseKey == nil:
		return errors.New("expected a scheme with a function ParseKey, found nil")
	}
	b := k.Bytes()
	if len(b) != s.KeySize {
		return fmt.Errorf("expected a key of %d bytes, as its scheme says, found %d", s.KeySize, len(b))
	}
	if _, err := s.parseKey(b); err != nil {
		return fmt.Errorf("expected a key that its scheme reads: %w", err)
	}
	key, randomness, label := [32]byte{1}, [64]byte{2}, make([]byte, 64+32+8)
	first, second := k.Wrap(key, randomness, label), k.Wrap(key, randomness, label)
	if len(first) != s.FieldSize {
		return fmt.Errorf("expected a field of %d bytes, as the scheme says, found %d", s.FieldSize, len(first))
	}
	if !bytes.Equal(first, second) {
		return errors.New("expected the same field for the same arguments of Wrap, found two")
	}
	if line := k.FileRecipient(); line != "" {
		if _, err := agekey.ParseRecipient(line); err != nil {
			return err
		}
	}
	return nil
}

// reserved reports whether k may have a version below those that are free: it is this package's own,
// or of package threshold, which this package cannot import and knows by its path.
func reserved(k PublicKey) bool {
	if k.Scheme() == &ownScheme {
		return true
	}
	t := reflect.TypeOf(k)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return k.Scheme().Version == thresholdVersion && t.PkgPath() == "doormat/escrow/threshold"
}

// parseKey calls ParseKey and checks that what comes of it is the key that was read.
func (s *Scheme) parseKey(b []byte) (PublicKey, error) {
	k, err := s.ParseKey(bytes.Clone(b))
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, errors.New("ParseKey returned neither a key nor an error")
	}
	again := k.Scheme()
	if again == nil || again.Version != s.Version || again.KeySize != s.KeySize || again.FieldSize != s.FieldSize {
		return nil, errors.New("ParseKey returned a key of another scheme")
	}
	if !bytes.Equal(k.Bytes(), b) {
		return nil, errors.New("ParseKey returned another key")
	}
	return k, nil
}
