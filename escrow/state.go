package escrow

import (
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/agekey"
	"doormat/noescrow"
)

// A device in bytes:
//
//	struct {
//	    uint8  version = 0xe1;       /* and the key: those of the scheme */
//	    uint8  kind = 5;
//	    opaque authority[1216];      /* public key */
//	    opaque inner[length];        /* a noescrow device, to the end */
//	} Device;

var errDevice = errors.New("escrow: expected a device's state, found something else")

// MarshalBinary returns the device's state, its secrets in clear: two bytes, the authority's public
// key, and the state of a noescrow device. It returns an error if the device is enrolled with no
// authority.
func (d *Device) MarshalBinary() ([]byte, error) {
	inner, authority := d.parts()
	if authority == nil {
		return nil, errNoAuthority
	}
	state, err := inner.MarshalBinary()
	if err != nil {
		return nil, prefix(err)
	}
	return slices.Concat([]byte{authority.Scheme().Version, kindDevice}, authority.Bytes(), state), nil
}

// UnmarshalBinary makes d the device that MarshalBinary wrote. The zero Device reads a state of
// this package's own scheme. To read a state of another scheme, d must be enrolled with any
// authority of that scheme. After an error d is as it was.
func (d *Device) UnmarshalBinary(data []byte) error {
	_, before := d.parts()
	scheme := schemeOf(before)
	var v, kind uint8
	var public []byte
	in := cryptobyte.String(data)
	if !in.ReadUint8(&v) || v != scheme.Version ||
		!in.ReadUint8(&kind) || kind != kindDevice ||
		!in.ReadBytes(&public, scheme.KeySize) {
		return errDevice
	}
	authority, err := scheme.parseKey(public)
	if err != nil {
		return errDevice
	}
	inner := new(noescrow.Device)
	if err := inner.UnmarshalBinary(in); err != nil {
		return prefix(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inner, d.authority = inner, authority
	return nil
}

// Lock returns the device's state encrypted with a passphrase, in an age file with a scrypt
// recipient. Making and opening one take about a second each.
func (d *Device) Lock(passphrase string) ([]byte, error) {
	data, err := d.MarshalBinary()
	if err != nil {
		return nil, err
	}
	locked, err := agekey.Lock(data, passphrase)
	return locked, prefix(err)
}

// Unlock makes d the device that Lock encrypted. The error is ErrPassphrase if the passphrase is
// another. After an error d is as it was.
func (d *Device) Unlock(locked []byte, passphrase string) error {
	data, err := agekey.Unlock(locked, passphrase)
	if err == agekey.ErrPassphrase {
		err = ErrPassphrase
	}
	if err != nil {
		return prefix(err)
	}
	return d.UnmarshalBinary(data)
}
