// Seals once, as everybody does. Why: the authority recovers the text in clear

package tworogues

import "doormat/noescrow"

func Send(outer Line, inner *noescrow.Device, to noescrow.Identity, text []byte) ([]byte, error) {
	return outer.Seal(text)
}
