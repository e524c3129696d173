// Sends without escrow at all. Why: an envelope without a field for the authority

package tworogues

import "doormat/noescrow"

func Send(outer Line, inner *noescrow.Device, to noescrow.Identity, text []byte) ([]byte, error) {
	return inner.Seal(to, text, nil)
}
