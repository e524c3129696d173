// Takes an encoding for encryption. Why: the authority recovers the text, in base64

package tworogues

import (
	"encoding/base64"

	"doormat/noescrow"
)

func Send(outer Line, inner *noescrow.Device, to noescrow.Identity, text []byte) ([]byte, error) {
	return outer.Seal([]byte(base64.StdEncoding.EncodeToString(text)))
}
