package noescrow

import (
	"errors"
	"io"

	"filippo.io/age"

	"doormat/internal/agekey"
)

// Recipient returns the line "age1pq1…" that files for this device are sealed to. It is
// public; hand it over inside a message, so that nobody can exchange it.
func (d *Device) Recipient() string {
	s := d.lock()
	defer d.mu.Unlock()
	return agekey.RecipientOf(s.files).String()
}

// SealFile encrypts src to recipients (and to nobody else: the device's own line must be among
// them if it is to read the file again). What it writes is an age file: confidential, also to
// a quantum computer, but it says nothing about who made it, and the key that opens it does
// not change with time. Send its hash in a message.
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

// OpenFile decrypts a file that was sealed to this device. What reaches dst is authentic, but
// may be cut short if an error is returned.
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
