// refused: it has the directive //go:linkname

package leaf

//go:linkname exit os.runtime_beforeExit
func exit(code int, err error)

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, nil
}
