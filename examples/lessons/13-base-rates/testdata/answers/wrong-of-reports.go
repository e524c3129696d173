// Takes the rate of false reports of the reports. Why: and nearly all messages are innocent

package baserates

func Reports(s Scanner) (Day, error) {
	wanted := s.Messages / s.OneIn
	right := wanted * s.Finds / 100
	innocent := right / s.FalseOneIn
	return Day{right, innocent, right * 1000 / (right + innocent)}, nil
}

func Change(picture []byte, hash func(picture []byte) ([32]byte, bool)) ([]byte, error) {
	return picture, nil
}
