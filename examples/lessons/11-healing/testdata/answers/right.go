// The theft ends where Ana begins a turn.

package healing

func LastOpen(from []bool, stolenAt int) (int, error) {
	for i := stolenAt; i < len(from); i++ {
		if from[i] && (i == 0 || !from[i-1]) {
			if i == stolenAt {
				return -1, nil
			}
			return i - 1, nil
		}
	}
	return len(from) - 1, nil
}
