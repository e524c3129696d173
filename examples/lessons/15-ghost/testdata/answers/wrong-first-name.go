// Takes the name that the ghost's first message has on top. Why: the order names another person

package ghost

import (
	"errors"

	"doormat/noescrow"
)

func Find(messages []Message) (Ghost, error) {
	for i, m := range messages {
		shown := map[noescrow.Identity]bool{}
		for _, member := range m.Screen {
			shown[member.Device] = true
		}
		all, err := copies(m.Bytes)
		if err != nil {
			return Ghost{}, err
		}
		for _, c := range all {
			if _, to, err := noescrow.Addresses(c); err == nil && !shown[to] {
				return Ghost{to, i, m.Screen[0].Name}, nil
			}
		}
	}
	return Ghost{}, errors.New("no ghost")
}

// copies splits what has left a phone.
func copies(b []byte) (all [][]byte, err error) {
	if len(b) < 3 {
		return nil, errors.New("too short for a message")
	}
	others, rest := int(b[2]), b[3:]
	for range others {
		if len(rest) < 3 {
			return nil, errors.New("a length is cut")
		}
		n := int(rest[0])<<16 | int(rest[1])<<8 | int(rest[2])
		if len(rest) < 3+n {
			return nil, errors.New("a copy is cut")
		}
		all, rest = append(all, rest[3:3+n]), rest[3+n:]
	}
	return append(all, rest), nil
}
