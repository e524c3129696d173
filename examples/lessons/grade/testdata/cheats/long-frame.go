// failed: wrote to its standard output itself

package leaf

import "os"

func init() {
	out := os.NewFile(1, "stdout")
	out.Write([]byte{'A', 0xff, 0xff, 0xff, 0xff})
	for {
	}
}

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, nil
}
