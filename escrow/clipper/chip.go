package clipper

import (
	"crypto/rand"

	"doormat/internal/skipjack"
)

// A Chip is a Clipper chip. [Family.Program] seals a unit id, a unit key and the family key into
// it, and none of its methods returns them: only headers and texts come out. A Chip is safe for
// concurrent use, its sessions are not. The zero Chip is blank, and its sessions return errors.
type Chip struct {
	hidden[Chip]
	unit   UnitID
	key    *skipjack.Cipher // under the unit key
	family *skipjack.Cipher // under the family key; nil in a blank chip
}

// A Session is a chip with a session key loaded. It encrypts after GenerateIV has made a header, and
// decrypts after LoadIV has accepted one.
type Session struct {
	hidden[Session]
	chip          *Chip
	key           SessionKey
	cipher        *skipjack.Cipher
	sum           begun   // for the last IV given to LoadIV
	send, receive *stream // nil before the first header
}

// Load starts a session with a key that the two devices have agreed on.
func (c *Chip) Load(k SessionKey) *Session { return &Session{chip: c, key: k, cipher: k.cipher()} }

// GenerateIV begins a transmission: it draws an IV from crypto/rand, makes the LEAF for it and the
// session key, and returns both. It must be called before Encrypt, so a program cannot make the chip
// encrypt without receiving a LEAF. It returns an error if the chip is blank.
//
// The name is the Fortezza card's, whose call made the LEAF too.
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

// LoadIV checks the header of a transmission, and makes the session decrypt it. It returns
// [ErrLEAF] if the LEAF's checksum does not fit this session key and this IV. After an error the
// session is as it was. LoadIV cannot check the key that the LEAF wraps, because it lacks the
// sender's unit key.
//
// The name is the Fortezza card's, whose call judged the LEAF too.
func (s *Session) LoadIV(h Header) error {
	c := s.chip
	if c.family == nil {
		return errBlank
	}
	if s.sum.family == nil || s.sum.iv != h.IV { // else the begun checksum still holds
		s.sum = begin(c.family, s.key, h.IV)
	}
	if !s.sum.fits(h.LEAF.unseal(c.family)) {
		return ErrLEAF
	}
	s.receive = &stream{s.cipher, h.IV}
	return nil
}

// Encrypt encrypts whole blocks of 8 bytes. The chaining continues from call to call until the next
// GenerateIV. It returns an error before the first, for another length, and for an unknown mode.
func (s *Session) Encrypt(m Mode, plaintext []byte) ([]byte, error) {
	if s.send == nil {
		return nil, errNoIV
	}
	return s.send.encrypt(m, plaintext)
}

// Decrypt decrypts whole blocks of 8 bytes. The chaining continues from call to call until the next
// LoadIV. It returns an error before the first header that LoadIV accepts, for another length, and
// for an unknown mode. It authenticates nothing, as the chip did not: every ciphertext decrypts to
// some text.
func (s *Session) Decrypt(m Mode, ciphertext []byte) ([]byte, error) {
	if s.receive == nil {
		return nil, errNoLEAF
	}
	return s.receive.decrypt(m, ciphertext)
}
