// failed: panic: oops

package leaf

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	panic("oops")
}
