// Package healing is lesson 11: say when a theft ends (post-compromise security).
package healing

import "doormat/examples/lessons/lesson"

// Play calls [LastOpen] for each schedule. A puzzle is a list of them: {"From": [true, false, …],
// "StolenAt": 3}. An answer is the list of what the function returns.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var schedules []struct {
		From     []bool
		StolenAt int
	}
	if err := lesson.Unpack(puzzle, &schedules); err != nil {
		return nil, err
	}
	var answer []int
	for _, s := range schedules {
		last, err := LastOpen(s.From, s.StolenAt)
		if err != nil {
			return nil, err
		}
		answer = append(answer, last)
	}
	return lesson.Pack(answer), nil
}
