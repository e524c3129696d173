package clipper

import (
	"fmt"

	"doormat/internal/skipjack"
)

// A Mode is a mode of operation of FIPS 81, which FIPS 185 refers to.
type Mode uint8

// All modes take whole blocks of 8 bytes.
const (
	ECB Mode = iota + 1 // each block by itself; ignores the IV
	CBC                 // for files and mail
	OFB                 // the output feedback of 64 bits, for voice
)

// String returns the mode's three letters, or "Mode(n)" for an unknown mode.
func (m Mode) String() string {
	switch m {
	case ECB:
		return "ECB"
	case CBC:
		return "CBC"
	case OFB:
		return "OFB"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// A stream is one direction of a transmission. The chaining continues from call to call.
type stream struct {
	cipher *skipjack.Cipher
	chain  IV
}

// check returns an error for an unknown mode, or for data that are not whole blocks.
func (s *stream) check(m Mode, data []byte) error {
	if m < ECB || m > OFB {
		return fmt.Errorf("clipper: expected mode ECB, CBC or OFB, found %v", m)
	}
	if len(data)%skipjack.BlockSize != 0 {
		return fmt.Errorf("clipper: expected whole blocks of %d bytes, found %d bytes", skipjack.BlockSize, len(data))
	}
	return nil
}

func (s *stream) encrypt(m Mode, plaintext []byte) ([]byte, error) {
	if err := s.check(m, plaintext); err != nil {
		return nil, err
	}
	out := make([]byte, len(plaintext))
	switch m {
	case ECB:
		s.cipher.EncryptBlocks(out, plaintext)
	case CBC:
		s.encryptCBC(out, plaintext)
	case OFB:
		s.outputFeedback(out, plaintext)
	}
	return out, nil
}

func (s *stream) decrypt(m Mode, ciphertext []byte) ([]byte, error) {
	if err := s.check(m, ciphertext); err != nil {
		return nil, err
	}
	out := make([]byte, len(ciphertext))
	switch m {
	case ECB:
		s.cipher.DecryptBlocks(out, ciphertext)
	case CBC:
		s.decryptCBC(out, ciphertext)
	case OFB:
		s.outputFeedback(out, ciphertext)
	}
	return out, nil
}

// encryptCBC computes C(i) = E(P(i) ⊕ C(i-1)).
func (s *stream) encryptCBC(out, plaintext []byte) {
	for i := 0; i < len(out); i += len(s.chain) {
		xor(s.chain[:], plaintext[i:])
		s.cipher.Encrypt(s.chain[:], s.chain[:])
		copy(out[i:], s.chain[:])
	}
}

// decryptCBC computes P(i) = D(C(i)) ⊕ C(i-1), all D side by side.
func (s *stream) decryptCBC(out, ciphertext []byte) {
	s.cipher.DecryptBlocks(out, ciphertext)
	for i := 0; i < len(out); i += len(s.chain) {
		xor(out[i:], s.chain[:])
		copy(s.chain[:], ciphertext[i:])
	}
}

// outputFeedback computes O(i) = E(O(i-1)), and the data ⊕ O.
func (s *stream) outputFeedback(out, data []byte) {
	copy(out, data)
	for i := 0; i < len(out); i += len(s.chain) {
		s.cipher.Encrypt(s.chain[:], s.chain[:])
		xor(out[i:], s.chain[:])
	}
}
