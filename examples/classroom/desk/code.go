package desk

import "doormat/examples/internal/qr"

// qr has the page draw a QR code: Text.qr is its path, Numbers.qr the side of its view box.
func (t *turn) qr(text string) error {
	code, err := qr.Encode(text)
	if err != nil {
		return err
	}
	path, side := code.Path()
	t.text("qr", path)
	t.number("qr", float64(side))
	return nil
}
