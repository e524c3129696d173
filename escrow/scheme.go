package escrow

// A Scheme is a kind of authority. A device is the same for all of them, and so is an envelope but
// for the field. This package has one, an authority with one key; package threshold has another,
// whose key is shared among agents.
type Scheme struct {
	Version   byte // the first of an envelope, and of a device's state
	KeySize   int  // of a public key, in bytes
	FieldSize int  // in bytes
	ParseKey  func(b []byte) (PublicKey, error)
}

// A PublicKey is what devices are enrolled with.
type PublicKey interface {
	Scheme() *Scheme
	// Bytes returns what ParseKey reads.
	Bytes() []byte
	// Wrap makes the field of a message's key. It draws nothing, so that whoever has the
	// arguments makes the same field again. The label is what a field may be bound to: see
	// [Envelope.Label].
	Wrap(key [32]byte, randomness [64]byte, label []byte) (field []byte)
	// FileRecipient returns the line "age1pq1…" that files are sealed to, or "" if the authority
	// cannot open files: then devices seal none.
	FileRecipient() string
}

// schemeOf is this package's own for a device enrolled with nobody.
func schemeOf(k PublicKey) *Scheme {
	if k == nil {
		return &ownScheme
	}
	return k.Scheme()
}
