package messenger

// Carried is a messenger whose envelopes are a head, in clear, and a noescrow envelope:
//
//	opaque head[];     what the system shows to the relay beside each message
//	opaque inner[];    a noescrow envelope, whose message has the text in it
type Carried struct {
	Head  int  // bytes, where all heads have the same length
	Bound bool // the inner envelope authenticates the head

	// HeadOf returns the length of an envelope's head, from the envelope alone, and false if it has none. Nil if
	// that is Head.
	HeadOf func(envelope []byte) (n int, ok bool)

	// Fresh makes a device for the thief, with noescrow's states and publications.
	Fresh func() (Device, error)
	// Text takes the text out of a message that is open, and reports false for what is none.
	Text func(head, opened []byte) ([]byte, bool)
}

// Wire returns what a thief knows of the messenger.
func (c Carried) Wire() Wire {
	return Wire{
		fresh: c.Fresh,
		split: func(envelope []byte) (p Parts, ok bool) {
			n := c.Head
			if c.HeadOf != nil {
				if n, ok = c.HeadOf(envelope); !ok {
					return p, false
				}
			}
			if len(envelope) < n {
				return p, false
			}
			p, ok = splitNoEscrow(envelope[n:])
			if p.beside = envelope[:n]; c.Bound {
				p.Head = p.beside
			}
			return p, ok
		},
		text:    func(p Parts, opened []byte) ([]byte, bool) { return c.Text(p.beside, opened) },
		carried: true,
	}
}
