package escrow

import (
	"errors"
	"io"
	"slices"
)

// Recipient returns the public key for files to this device, the line "age1pq1…".
func (d *Device) Recipient() string {
	inner, _ := d.parts()
	return inner.Recipient()
}

// SealFile encrypts src to recipients, lines "age1pq1…", and to the authority as one more: see
// [doormat/noescrow.Device.SealFile]. The age command (age 1.3 or later) opens the file with the
// authority's line. It returns an error for no recipients, and if the authority's scheme cannot open
// files.
func (d *Device) SealFile(dst io.Writer, src io.Reader, recipients ...string) error {
	inner, authority := d.parts()
	if authority == nil {
		return errNoAuthority
	}
	if len(recipients) == 0 {
		return errors.New("escrow: expected at least one recipient of a file, found none")
	}
	line := authority.FileRecipient()
	if line == "" {
		return errors.New("escrow: expected an authority that opens files, found one that does not")
	}
	return prefix(inner.SealFile(dst, src, append(slices.Clone(recipients), line)...))
}

// OpenFile decrypts a file that was sealed to this device: see [doormat/noescrow.Device.OpenFile].
func (d *Device) OpenFile(dst io.Writer, src io.Reader) error {
	inner, _ := d.parts()
	return prefix(inner.OpenFile(dst, src))
}
