// Returns the negative. Why: a pixel changed by more than 16

package baserates

func Reports(s Scanner) (Day, error) {
	wanted := s.Messages / s.OneIn
	right := wanted * s.Finds / 100
	innocent := (s.Messages - wanted) / s.FalseOneIn
	return Day{right, innocent, right * 1000 / (right + innocent)}, nil
}

func Change(picture []byte, hash func(picture []byte) ([32]byte, bool)) ([]byte, error) {
	changed := make([]byte, len(picture))
	for i, v := range picture {
		changed[i] = 255 - v
	}
	return changed, nil
}
