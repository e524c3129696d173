// Package leaf is lesson 04: forge a LEAF, as Matt Blaze did in 1994.
package leaf

// Play calls [Forge]. A query is 16 bytes, a reply one byte: 1 for a LEAF that the chip accepts.
func Play(_ []byte, ask func(query []byte) []byte) ([]byte, error) {
	leaf, err := Forge(func(leaf [16]byte) bool {
		reply := ask(leaf[:])
		return len(reply) == 1 && reply[0] == 1
	})
	return leaf[:], err
}
