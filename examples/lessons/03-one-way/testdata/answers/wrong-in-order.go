// Goes through the messages once, so that one that was overtaken is lost. Why: opens as well: its key is what

package oneway

func Step(chain [32]byte) (next, message [32]byte, err error) {
	copy(message[:], mac(chain[:], "\x01"))
	copy(next[:], mac(chain[:], "\x02"))
	return next, message, nil
}

func Opens(stolen [32]byte, from int, sealed [][]byte) ([]int, error) {
	var found []int
	chain, message, _ := Step(stolen)
	for i := range sealed {
		if _, ok := Open(message, sealed[i]); ok {
			found = append(found, i)
			chain, message, _ = Step(chain)
		}
	}
	return found, nil
}
