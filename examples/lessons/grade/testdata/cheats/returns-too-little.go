// does not compile: answer.go:

package leaf

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf
}
