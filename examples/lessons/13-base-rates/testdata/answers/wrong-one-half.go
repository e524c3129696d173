// Writes the first function only. Why: the function Change is not written yet

package baserates

import "doormat/examples/lessons/lesson"

func Reports(s Scanner) (Day, error) {
	wanted := s.Messages / s.OneIn
	right := wanted * s.Finds / 100
	innocent := (s.Messages - wanted) / s.FalseOneIn
	return Day{right, innocent, right * 1000 / (right + innocent)}, nil
}

func Change(picture []byte, hash func(picture []byte) ([32]byte, bool)) ([]byte, error) {
	return nil, lesson.ErrTODO
}
