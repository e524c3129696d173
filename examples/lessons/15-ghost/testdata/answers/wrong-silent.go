// Takes the first device that never writes. Why: its sender's phone shows this device

package ghost

import (
	"errors"

	"doormat/noescrow"
)

func Find(messages []Message) (Ghost, error) {
	writes := map[noescrow.Identity]bool{}
	since := map[noescrow.Identity]int{}
	var order []noescrow.Identity
	for i, m := range messages {
		all, err := copies(m.Bytes)
		if err != nil {
			return Ghost{}, err
		}
		for _, c := range all {
			from, to, err := noescrow.Addresses(c)
			if err != nil {
				return Ghost{}, err
			}
			writes[from] = true
			if _, known := since[to]; !known {
				since[to], order = i, append(order, to)
			}
		}
	}
	for _, id := range order {
		if !writes[id] {
			return Ghost{id, since[id], messages[since[id]].Screen[0].Name}, nil
		}
	}
	return Ghost{}, errors.New("all devices write")
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
