package attacks

// carried says which message each envelope carries. As long as each message is one envelope, that is the one
// with the same index, and nothing is stored. After that it is four bytes for each envelope.
type carried struct {
	n       int      // envelopes
	message []uint32 // by envelope; nil as long as each carries the message with its index
}

// add adds an envelope that carries a message.
func (c *carried) add(message uint32) {
	if c.message == nil && int(message) != c.n {
		for i := range c.n {
			c.message = append(c.message, uint32(i))
		}
	}
	if c.message != nil {
		c.message = append(c.message, message)
	}
	c.n++
}

// of returns the index of the message that an envelope carries, or -1 if there is no such envelope.
func (c *carried) of(envelope int) int {
	switch {
	case envelope < 0 || envelope >= c.n:
		return -1
	case c.message == nil:
		return envelope
	}
	return int(c.message[envelope])
}
