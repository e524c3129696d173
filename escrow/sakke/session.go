package sakke

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
)

// MaxPlaintext is the longest message in a call, in bytes.
const MaxPlaintext = 1 << 20

const packetOverhead = 4 + 16 // a number, and a tag

// ErrPacket reports a packet that does not open: altered, repeated, out of order, or of another
// call.
var ErrPacket = errors.New("sakke: the packet does not open")

// Session is one end of a call. It is not safe for concurrent use. Printing one prints no secret.
//
// RFC 6509 leaves the media to SRTP. Here they are messages: AES-128-GCM, as SRTP has it in
// RFC 7714, with the traffic key and the salt that MIKEY derives for a direction, a packet's number
// for a nonce, and none of the headers that make sound of it. What matters is kept: whoever has SSV
// has the call.
type Session struct {
	send, receive *direction
}

type direction struct {
	aead cipher.AEAD
	salt [12]byte
	next uint64 // the number of the next packet, or the lowest that is still taken
}

// The constants of RFC 3830, Section 4.1.3.
const (
	constantTEK  = 0x2AD01C64
	constantSalt = 0x39A2C14B
)

// CallerSession returns the caller's end of a call, for whoever has the shared secret value.
func (m *Invitation) CallerSession(ssv SSV) *Session {
	return &Session{m.direction(ssv, 1), m.direction(ssv, 2)}
}

// CalleeSession returns the other end.
func (m *Invitation) CalleeSession(ssv SSV) *Session {
	return &Session{m.direction(ssv, 2), m.direction(ssv, 1)}
}

func (m *Invitation) direction(ssv SSV, session uint8) *direction {
	d := new(direction)
	block, err := aes.NewCipher(m.trafficKey(ssv, constantTEK, session, 16))
	if err != nil {
		panic("sakke: internal error: " + err.Error())
	}
	if d.aead, err = cipher.NewGCM(block); err != nil {
		panic("sakke: internal error: " + err.Error())
	}
	copy(d.salt[:], m.trafficKey(ssv, constantSalt, session, len(d.salt)))
	return d
}

// nonce is the salt xor the packet's number (RFC 7714, Section 8.1, without SSRC).
func (d *direction) nonce(n uint32) []byte {
	nonce := d.salt
	low := nonce[len(nonce)-4:]
	binary.BigEndian.PutUint32(low, binary.BigEndian.Uint32(low)^n)
	return nonce[:]
}

// Seal encrypts a message to the other end.
func (s *Session) Seal(plaintext []byte) (packet []byte, err error) {
	d := s.send
	if len(plaintext) > MaxPlaintext || d.next > math.MaxUint32 {
		return nil, wrong("at most 1 MiB in a message, and 2³² messages in a call")
	}
	number := binary.BigEndian.AppendUint32(nil, uint32(d.next))
	packet = d.aead.Seal(number, d.nonce(uint32(d.next)), plaintext, number)
	d.next++
	return packet, nil
}

// Open decrypts a message of the other end. Packets may be lost; those that come late or again are
// refused.
func (s *Session) Open(packet []byte) (plaintext []byte, err error) {
	d := s.receive
	if len(packet) < packetOverhead || len(packet) > packetOverhead+MaxPlaintext {
		return nil, ErrPacket
	}
	number, ciphertext := packet[:4], packet[4:]
	n := binary.BigEndian.Uint32(number)
	if uint64(n) < d.next {
		return nil, ErrPacket
	}
	plaintext, err = d.aead.Open(nil, d.nonce(n), ciphertext, number)
	if err != nil {
		return nil, ErrPacket
	}
	d.next = uint64(n) + 1
	return plaintext, nil
}

func hmacSHA256(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
