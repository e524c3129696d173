// solved:

package leaf

import (
	"io"
	"os"
)

// It asks before it has read the puzzle. A referee that writes the puzzle first would wait for it for ever.
func init() {
	frame := make([]byte, 5+16)
	frame[0], frame[4] = 'Q', 16
	os.NewFile(1, "stdout").Write(frame)
}

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	io.ReadFull(os.Stdin, make([]byte, 6)) // the reply to init
	for n := range uint32(1 << 24) {
		leaf[0], leaf[1], leaf[2] = byte(n), byte(n>>8), byte(n>>16)
		if accepts(leaf) {
			break
		}
	}
	return leaf, nil
}
