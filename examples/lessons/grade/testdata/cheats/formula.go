// failed: the function returned an error; got the error =HYPERLINK("http://localhost") two [31mlines

package leaf

import "errors"

func Forge(accepts func(leaf [16]byte) bool) (leaf [16]byte, err error) {
	return leaf, errors.New("=HYPERLINK(\"http://localhost\")\ntwo \x1b[31mlines")
}
