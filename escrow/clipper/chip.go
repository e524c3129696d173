package clipper

import (
	"crypto/rand"

	"doormat/internal/skipjack"
)

// A Chip is a Clipper chip. Its unit id, unit key and family key went in when [Family.Program]
// made it, and do not come out: what it lets out is headers and texts. It is safe for concurrent
// use; sessions are not. The zero Chip is blank, and does nothing.
type Chip struct {
	unit   UnitID
	key    *skipjack.Cipher // of the unit key
	family *skipjack.Cipher
}

// A Session is a chip with a session key loaded. It encrypts once it has made a header, and
// decrypts once it has taken one.
type Session struct {
	chip          *Chip
	key           SessionKey
	cipher        *skipjack.Cipher
	sum           begun   // of the last IV that arrived
	send, receive *stream // nil before there is a header
}

// Load takes a session key, which the two devices have agreed on.
func (c *Chip) Load(k SessionKey) *Session { return &Session{chip: c, key: k, cipher: k.cipher()} }

// GenerateIV begins a transmission: it draws an IV, and makes the LEAF that goes with it and the
// session key. Nobody can have the chip encrypt without having been given both.
func (s *Session) GenerateIV() (h Header, err error) {
	c := s.chip
	if c.family == nil {
		return h, errBlank
	}
	rand.Read(h.IV[:])
	h.LEAF = Fields{
		Wrapped:  wrap(c.key, s.key),
		Unit:     c.unit,
		Checksum: checksum(c.family, s.key, h.IV, c.unit),
	}.seal(c.family)
	s.send = &stream{s.cipher, h.IV}
	return h, nil
}

// LoadIV takes the header of a transmission. It returns [ErrLEAF] if the LEAF's checksum does not
// fit this session key and this IV, and the session then decrypts nothing, as before. It cannot
// check the key that is wrapped in the LEAF, because it has not the sender's unit key.
func (s *Session) LoadIV(h Header) error {
	c := s.chip
	if c.family == nil {
		return errBlank
	}
	if s.sum.family == nil || s.sum.iv != h.IV { // it keeps what LEAFs for one IV have in common
		s.sum = begin(c.family, s.key, h.IV)
	}
	if !s.sum.fits(h.LEAF.unseal(c.family)) {
		return ErrLEAF
	}
	s.receive = &stream{s.cipher, h.IV}
	return nil
}

// Encrypt encrypts whole blocks. The chaining goes on until the next IV.
func (s *Session) Encrypt(m Mode, plaintext []byte) ([]byte, error) {
	if s.send == nil {
		return nil, errNoIV
	}
	return s.send.encrypt(m, plaintext)
}

// Decrypt decrypts whole blocks. It authenticates nothing, as the chip did not: whatever arrives
// comes out as something.
func (s *Session) Decrypt(m Mode, ciphertext []byte) ([]byte, error) {
	if s.receive == nil {
		return nil, errNoLEAF
	}
	return s.receive.decrypt(m, ciphertext)
}
