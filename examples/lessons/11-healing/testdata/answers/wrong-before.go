// Forgets that nothing may open. Why: was written before the theft

package healing

func LastOpen(from []bool, stolenAt int) (int, error) {
	for i := stolenAt; i < len(from); i++ {
		if from[i] && (i == 0 || !from[i-1]) {
			return i - 1, nil
		}
	}
	return len(from) - 1, nil
}
