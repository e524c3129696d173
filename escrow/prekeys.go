package escrow

// Rotate replaces the signed prekey and the last-resort KEM prekey: see
// [doormat/noescrow.Device.Rotate].
func (d *Device) Rotate() {
	inner, _ := d.parts()
	inner.Rotate()
}

// OneTimePrekeys returns how many pairs of one-time prekeys the device has the private keys of: see
// [doormat/noescrow.Device.OneTimePrekeys].
func (d *Device) OneTimePrekeys() int {
	inner, _ := d.parts()
	return inner.OneTimePrekeys()
}

// Publish makes n fresh one-time prekeys of each kind, and returns the publication for a relay: see
// [doormat/noescrow.Device.Publish]. It is two bytes longer here.
func (d *Device) Publish(n int) (publication []byte, err error) {
	inner, _ := d.parts()
	p, err := inner.Publish(n)
	if err != nil {
		return nil, prefix(err)
	}
	return frame(kindPrekeys, p), nil
}
