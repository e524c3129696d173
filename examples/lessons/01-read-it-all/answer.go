package readitall

import "doormat/examples/lessons/lesson"

// ReadAll returns the texts of all envelopes that the stolen key opens, in the order of the envelopes. The key
// is a line "AGE-SECRET-KEY-PQ-1…". Envelopes that are damaged have no text, and are left out.
func ReadAll(key string, envelopes [][]byte) (texts []string, err error) {
	return nil, lesson.ErrTODO
}
