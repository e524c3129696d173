// failed: Bad file number

package leaf

import "os"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	_, err = os.ReadFile("/etc/passwd")
	return leaf, err
}
