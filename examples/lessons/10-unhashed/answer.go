package unhashed

import "doormat/examples/lessons/lesson"

// AddReader returns the certificate cert with one more statement in it: that messages to its owner are to be
// encrypted to the key adk as well. Adk is 22 octets: what a subpacket of type 10 has in it. The owner's
// signature still verifies, and so the statement is where the owner has signed nothing.
func AddReader(cert, adk []byte) ([]byte, error) {
	return nil, lesson.ErrTODO
}
