package noescrow

import (
	"errors"
	"io"

	"filippo.io/age"

	"doormat/internal/agekey"
)

// Recipient returns the line "age1pq1…", 1,959 characters, that files for this device are sealed
// to; age 1.3 and later accept it. It is public, but unauthenticated: send it in a message.
func (d *Device) Recipient() string {
	s := d.lock()
	defer d.mu.Unlock()
	return agekey.RecipientOf(s.files).String()
}

// SealFile encrypts src to recipients, lines as from [Device.Recipient], and to no other key: add
// the device's own line if it must read the file again. The output is an age file, which age 1.3
// and later open. It is confidential against quantum computers as well, but it does not
// authenticate its sender, and it has no forward secrecy, since the key that opens it is fixed.
// Send the hash of the file in a message.
func (d *Device) SealFile(dst io.Writer, src io.Reader, recipients ...string) error {
	if len(recipients) == 0 {
		return prefix(errors.New("a file needs a recipient"))
	}
	var parsed []age.Recipient
	for _, r := range recipients {
		p, err := agekey.ParseRecipient(r)
		if err != nil {
			return prefix(err)
		}
		parsed = append(parsed, p)
	}
	w, err := age.Encrypt(dst, parsed...)
	if err != nil {
		return prefix(err)
	}
	if _, err := io.Copy(w, src); err != nil {
		return prefix(err)
	}
	return prefix(w.Close())
}

// OpenFile decrypts a file that was sealed to this device. The bytes written to dst are a prefix of
// what was sealed, and if OpenFile returns no error they are all of it.
func (d *Device) OpenFile(dst io.Writer, src io.Reader) error {
	s := d.lock()
	files := s.files
	d.mu.Unlock()
	r, err := agekey.Decrypt(src, files)
	if err != nil {
		return prefix(err)
	}
	_, err = io.Copy(dst, r)
	return prefix(err)
}
