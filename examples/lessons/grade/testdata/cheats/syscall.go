// refused: it imports syscall

package leaf

import (
	"os"
	"syscall"
)

func init() {
	syscall.Write(1, []byte("PASS\n"))
	os.Exit(0)
}

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, nil
}
