// Package unhashed is lesson 10: put a key into somebody's certificate, as Ralf Senderek did in 2000.
package unhashed

import "doormat/examples/lessons/lesson"

// Play calls [AddReader] for each certificate. A puzzle is {"Certificates": [octets, …], "ADK": octets}, all
// in base64. An answer is the list of the changed certificates.
func Play(puzzle []byte, _ func(query []byte) []byte) ([]byte, error) {
	var p struct {
		Certificates [][]byte
		ADK          []byte
	}
	if err := lesson.Unpack(puzzle, &p); err != nil {
		return nil, err
	}
	var changed [][]byte
	for _, certificate := range p.Certificates {
		c, err := AddReader(certificate, p.ADK)
		if err != nil {
			return nil, err
		}
		changed = append(changed, c)
	}
	return lesson.Pack(changed), nil
}
