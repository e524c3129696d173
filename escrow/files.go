package escrow

import (
	"errors"
	"io"
	"slices"
)

// Recipient returns the line "age1pq1…" that files for this device are sealed to.
func (d *Device) Recipient() string {
	inner, _ := d.parts()
	return inner.Recipient()
}

// SealFile encrypts src to recipients, and to the authority as one more: see
// [doormat/noescrow.Device.SealFile]. The age command opens the file with the authority's line.
func (d *Device) SealFile(dst io.Writer, src io.Reader, recipients ...string) error {
	inner, authority := d.parts()
	if authority == nil {
		return errNoAuthority
	}
	if len(recipients) == 0 {
		return errors.New("escrow: a file needs a recipient")
	}
	line := authority.FileRecipient()
	if line == "" {
		return errors.New("escrow: the device's authority opens no files, so none is sealed")
	}
	return prefix(inner.SealFile(dst, src, append(slices.Clone(recipients), line)...))
}

// OpenFile decrypts a file that was sealed to this device: see
// [doormat/noescrow.Device.OpenFile].
func (d *Device) OpenFile(dst io.Writer, src io.Reader) error {
	inner, _ := d.parts()
	return prefix(inner.OpenFile(dst, src))
}
