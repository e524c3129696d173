package oneway

import "doormat/examples/lessons/lesson"

// Step moves a chain by one message. It returns the key of that message, and what the chain is
// afterwards:
//
//	message = HMAC-SHA-256(chain, 1)   next = HMAC-SHA-256(chain, 2)
//
// The chain is the key of the HMAC, and its input is one byte, of the value 1 or 2.
func Step(chain [32]byte) (next, message [32]byte, err error) {
	return next, message, lesson.ErrTODO
}

// Opens returns the indexes, in ascending order, of the recorded messages that a stolen chain opens.
// The stolen chain gives the key of the conversation's message number from with its next step, and the
// keys of later ones after that. The conversation has 12 messages, numbered from 0, and all are
// recorded, in the order in which they arrived, between messages of other people. [Open] reports whether
// a key is the right one.
func Opens(stolen [32]byte, from int, sealed [][]byte) ([]int, error) {
	return nil, lesson.ErrTODO
}
