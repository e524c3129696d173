// Thinks that each message of Ana's has a new key. Why: Ana goes on with a turn that she began before the theft

package healing

func LastOpen(from []bool, stolenAt int) (int, error) {
	for i := stolenAt; i < len(from); i++ {
		if from[i] {
			if i == stolenAt {
				return -1, nil
			}
			return i - 1, nil
		}
	}
	return len(from) - 1, nil
}
