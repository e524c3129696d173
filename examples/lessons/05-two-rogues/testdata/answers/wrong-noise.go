// Spoils the envelope, in the hope that the field suffers only. Why: or was altered

package tworogues

import "doormat/noescrow"

func Send(outer Line, inner *noescrow.Device, to noescrow.Identity, text []byte) ([]byte, error) {
	sealed, err := inner.Seal(to, text, nil)
	if err != nil {
		return nil, err
	}
	envelope, err := outer.Seal(sealed)
	if err != nil {
		return nil, err
	}
	envelope[100] ^= 1
	return envelope, nil
}
