package sakke

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// MaxPlaintext is the longest message in a call, in bytes.
const MaxPlaintext = 1 << 20

const packetOverhead = 4 + 16 // a number, and a tag

// ErrPacket reports a packet that does not open: it was altered, repeated, comes after a later one,
// or is of another call.
var ErrPacket = errors.New("sakke: the packet does not open")

// Session is one end of a call. It is not safe for concurrent use.
//
// RFC 6509 leaves the media to SRTP. Here the media are messages. Each is encrypted with
// AES-128-GCM, as in SRTP (RFC 7714), under the traffic key and the salt that MIKEY derives for its
// direction, with the packet's number for a nonce. The headers for sound are left out. One thing is
// the same: SSV alone gives the call.
type Session struct {
	hidden[Session]
	send, receive *direction
}

type direction struct {
	aead cipher.AEAD
	salt [12]byte
	next uint64 // to send: the next number; to receive: the lowest number still accepted
}

// The constants of RFC 3830, Section 4.1.3.
const (
	constantTEK  = 0x2AD01C64
	constantSalt = 0x39A2C14B
)

// CallerSession returns the caller's end of a call, given its shared secret value.
func (m *Invitation) CallerSession(ssv SSV) *Session {
	return &Session{send: m.direction(ssv, 1), receive: m.direction(ssv, 2)}
}

// CalleeSession returns the callee's end of a call, given its shared secret value.
func (m *Invitation) CalleeSession(ssv SSV) *Session {
	return &Session{send: m.direction(ssv, 2), receive: m.direction(ssv, 1)}
}

// direction derives the keys of one direction: session 1 is from the caller, 2 from the callee.
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

// nonce returns the salt XOR the packet's number (RFC 7714, Section 8.1, without SSRC).
func (d *direction) nonce(n uint32) []byte {
	nonce := d.salt
	low := nonce[len(nonce)-4:]
	binary.BigEndian.PutUint32(low, binary.BigEndian.Uint32(low)^n)
	return nonce[:]
}

// Seal encrypts a message to the other end, and returns a packet 20 bytes longer. It returns an
// error for a message of more than [MaxPlaintext] bytes, after 2³² messages, and for the zero Session.
func (s *Session) Seal(plaintext []byte) (packet []byte, err error) {
	d := s.send
	if d == nil {
		return nil, errNoSession
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("sakke: expected a message of at most %d bytes, found %d", MaxPlaintext, len(plaintext))
	}
	if d.next > math.MaxUint32 {
		return nil, errors.New("sakke: expected at most 2³² messages in a call, found one more")
	}
	number := binary.BigEndian.AppendUint32(nil, uint32(d.next))
	packet = d.aead.Seal(number, d.nonce(uint32(d.next)), plaintext, number)
	d.next++
	return packet, nil
}

// Open decrypts a packet of the other end. Packets may be lost, but a packet after a later one, or a
// second time, is refused. The error is [ErrPacket]; after it the session is as it was.
func (s *Session) Open(packet []byte) (plaintext []byte, err error) {
	d := s.receive
	if d == nil || len(packet) < packetOverhead || len(packet) > packetOverhead+MaxPlaintext {
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

// hmacSHA256 returns HMAC-SHA-256 of the parts, joined.
func hmacSHA256(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
