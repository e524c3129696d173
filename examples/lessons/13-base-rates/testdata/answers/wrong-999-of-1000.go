// Takes the rate of false reports for the share of reports that are false. Why: and says nothing of the reports

package baserates

func Reports(s Scanner) (Day, error) {
	wanted := s.Messages / s.OneIn
	right := wanted * s.Finds / 100
	innocent := (s.Messages - wanted) / s.FalseOneIn
	return Day{right, innocent, 1000 - 1000/s.FalseOneIn}, nil
}

func Change(picture []byte, hash func(picture []byte) ([32]byte, bool)) ([]byte, error) {
	return picture, nil
}
