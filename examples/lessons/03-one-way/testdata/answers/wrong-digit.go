// Writes the digit instead of the byte. Why: a byte of the value 49, and not a byte of the value 1

package oneway

func Step(chain [32]byte) (next, message [32]byte, err error) {
	copy(message[:], mac(chain[:], "1"))
	copy(next[:], mac(chain[:], "2"))
	return next, message, nil
}

func Opens(stolen [32]byte, from int, sealed [][]byte) ([]int, error) { return nil, nil }
