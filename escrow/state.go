package escrow

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/noescrow"
)

// A device in bytes:
//
//	struct {
//	    uint8  version = 0xe1;
//	    uint8  kind = 5;
//	    opaque authority[1216];      /* public key */
//	    opaque inner[length];        /* a noescrow device, all that is left */
//	} Device;

var errDevice = errors.New("escrow: not a valid device state")

// MarshalBinary returns the device's state, secrets included and in clear: a noescrow device's
// and 1,218 bytes.
func (d *Device) MarshalBinary() ([]byte, error) {
	inner, authority := d.parts()
	if authority == nil {
		return nil, errNoAuthority
	}
	state, err := inner.MarshalBinary()
	if err != nil {
		return nil, prefix(err)
	}
	return frame(kindDevice, append(authority.PublicKey().Bytes(), state...)), nil
}

// UnmarshalBinary makes d the device that MarshalBinary wrote. After an error d is as it was.
func (d *Device) UnmarshalBinary(data []byte) error {
	state, ok := unframe(kindDevice, data)
	in := cryptobyte.String(state)
	var public []byte
	if !ok || !in.ReadBytes(&public, hpke.PublicKeySize) {
		return errDevice
	}
	authority, err := agekey.NewRecipient(public)
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

// Lock returns the device's state encrypted with a passphrase: an age file with a scrypt
// recipient, which takes about a second to make and to open.
func (d *Device) Lock(passphrase string) ([]byte, error) {
	data, err := d.MarshalBinary()
	if err != nil {
		return nil, err
	}
	locked, err := agekey.Lock(data, passphrase)
	return locked, prefix(err)
}

// Unlock makes d the device that Lock encrypted. After an error d is as it was.
func (d *Device) Unlock(locked []byte, passphrase string) error {
	data, err := agekey.Unlock(locked, passphrase)
	if err != nil {
		return prefix(err)
	}
	return d.UnmarshalBinary(data)
}
