// solved:

package leaf

import (
	"fmt"
	"strings"
)

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	text := strings.Repeat("all is well ", 1<<16)
	for range 100 {
		fmt.Println(text)
	}
	for n := range uint32(1 << 24) {
		leaf[0], leaf[1], leaf[2] = byte(n), byte(n>>8), byte(n>>16)
		if accepts(leaf) {
			break
		}
	}
	return leaf, nil
}
