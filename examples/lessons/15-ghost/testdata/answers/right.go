// Compares the copies with the screen, and the chats with the ghost with their members.

package ghost

import (
	"errors"

	"doormat/noescrow"
)

func Find(messages []Message) (ghost Ghost, err error) {
	ghost.Since = -1
	possible := map[string]bool{}
	for _, m := range messages {
		for _, shown := range m.Screen {
			possible[shown.Name] = true
		}
	}
	for i, m := range messages {
		hidden, err := unseen(m)
		if err != nil {
			return ghost, err
		}
		if len(hidden) > 0 && ghost.Since < 0 {
			ghost.Device, ghost.Since = hidden[0], i
		}
		if ghost.Since < 0 {
			continue
		}
		members := map[string]bool{}
		for _, shown := range m.Screen {
			members[shown.Name] = true
		}
		for name := range possible {
			if members[name] != (len(hidden) > 0) {
				delete(possible, name)
			}
		}
	}
	for name := range possible {
		ghost.Target = name
	}
	if len(possible) != 1 {
		return ghost, errors.New("not one person is in all chats with the ghost, and in no other")
	}
	return ghost, nil
}

// unseen returns the devices that get a copy and are not on the screen.
func unseen(m Message) (hidden []noescrow.Identity, err error) {
	shown := map[noescrow.Identity]bool{}
	for _, member := range m.Screen {
		shown[member.Device] = true
	}
	all, err := copies(m.Bytes)
	for _, c := range all {
		_, to, err := noescrow.Addresses(c)
		if err != nil {
			return nil, err
		}
		if !shown[to] {
			hidden = append(hidden, to)
		}
	}
	return hidden, err
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
