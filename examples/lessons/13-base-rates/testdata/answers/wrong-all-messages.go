// Counts all messages as innocent. Why: is not innocent, and is counted twice here

package baserates

func Reports(s Scanner) (Day, error) {
	wanted := s.Messages / s.OneIn
	right := wanted * s.Finds / 100
	innocent := s.Messages / s.FalseOneIn
	return Day{right, innocent, right * 1000 / (right + innocent)}, nil
}

func Change(picture []byte, hash func(picture []byte) ([32]byte, bool)) ([]byte, error) {
	return picture, nil
}
