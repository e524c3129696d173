package dictionary

import "doormat/examples/lessons/lesson"

// Open returns the text of each row, and "" for a row whose text is none that can be guessed. The digest
// of a row is the SHA-256 hash of the salt and the text behind it. README.md says which texts are to be
// tried: the phrases, the meetings at these places, and the telephone extensions.
func Open(salt []byte, rows []Row, phrases, places []string) ([]string, error) {
	return nil, lesson.ErrTODO
}
