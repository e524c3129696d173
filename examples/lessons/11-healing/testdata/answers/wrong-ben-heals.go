// Thinks that a turn of Ben's ends the theft as well. Why: Ben encrypts to the key that is in the copy

package healing

func LastOpen(from []bool, stolenAt int) (int, error) {
	for i := stolenAt; i < len(from); i++ {
		if i == 0 || from[i] != from[i-1] {
			if i == stolenAt {
				return -1, nil
			}
			return i - 1, nil
		}
	}
	return len(from) - 1, nil
}
