package escrow

// Rotate replaces the signed prekey and the last-resort KEM prekey: see
// [doormat/noescrow.Device.Rotate].
func (d *Device) Rotate() {
	inner, _ := d.parts()
	inner.Rotate()
}

// Publish makes n fresh one-time prekeys of each kind and returns what the device gives to a
// relay: see [doormat/noescrow.Device.Publish]. It is two bytes longer here.
func (d *Device) Publish(n int) (publication []byte, err error) {
	inner, _ := d.parts()
	p, err := inner.Publish(n)
	if err != nil {
		return nil, prefix(err)
	}
	return frame(kindPrekeys, p), nil
}
