// too slow: not done after

package leaf

import "os"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	frame := make([]byte, 5+16)
	frame[0], frame[4] = 'Q', 16
	out := os.NewFile(1, "stdout")
	for {
		out.Write(frame)
	}
}
