package escrow

import "doormat/noescrow"

// SafetyNumber returns the 60 digits that two people compare: see [noescrow.SafetyNumber]. It shows
// a relay that put other keys between them. It does not show the authority, to which their own
// devices encrypt.
func SafetyNumber(a, b Identity) string { return noescrow.SafetyNumber(a, b) }

// Verify records that the peer is verified if the safety number is the one that this device computes,
// and returns an error otherwise: see [noescrow.Device.Verify].
func (d *Device) Verify(peer Identity, safetyNumber string) error {
	inner, _ := d.parts()
	return prefix(inner.Verify(peer, safetyNumber))
}

// Verified reports whether the peer's safety number has been compared, by Verify.
func (d *Device) Verified(peer Identity) bool {
	inner, _ := d.parts()
	return inner.Verified(peer)
}
