package adk

import (
	"fmt"
	"slices"
)

// ADK names an additional decryption key. It is the body of a subpacket of type 10, 22 octets:
//
//	class (1) ‖ public-key algorithm (1) ‖ fingerprint of a primary key (20)
type ADK struct {
	Class       uint8       // Requested or Mandatory
	Algorithm   uint8       // of the primary key
	Fingerprint Fingerprint // of the primary key
}

// The classes of an ADK. Business editions of PGP did not encrypt without a mandatory one.
const (
	Requested = 0x00
	Mandatory = 0x80
)

const adkSize = 1 + 1 + 20

// ParseADK reads the body of a subpacket of type 10. It returns an error for fewer than 22 octets,
// and ignores further ones, as PGP did.
func ParseADK(body []byte) (ADK, error) {
	if len(body) < adkSize {
		return ADK{}, prefix(fmt.Errorf("expected an ADK of at least %d octets, found %d", adkSize, len(body)))
	}
	return ADK{body[0], body[1], Fingerprint(body[2:adkSize])}, nil
}

func (a ADK) subpacket() Subpacket {
	return Subpacket{Type: subADK, Body: append([]byte{a.Class, a.Algorithm}, a.Fingerprint[:]...)}
}

// ADK returns the name of c as an additional decryption key of this class.
func (c *Certificate) ADK(class uint8) ADK {
	return ADK{class, uint8(c.primary.PubKeyAlgo), c.Fingerprint()}
}

// A Version is a program's treatment of ADKs. All three check the self-signature.
type Version int

const (
	// PGP553 is PGP 5.5.x to 6.5.3, which honours an ADK in either area of the self-signature (CERT
	// VU#747124).
	PGP553 Version = iota
	// PGP658 is PGP from 6.5.8, which honours an ADK in the hashed area only.
	PGP658
	// GnuPG honours none, and refuses a certificate in which one is marked critical.
	GnuPG
)

// String returns the program's name and versions.
func (v Version) String() string {
	switch v {
	case PGP553:
		return "PGP 5.5-6.5.3"
	case PGP658:
		return "PGP 6.5.8"
	case GnuPG:
		return "GnuPG"
	}
	return fmt.Sprintf("Version(%d)", int(v))
}

// ADKs returns the additional decryption keys in a certificate that a version honours, each once.
// It ignores one that is too short, as PGP did. It returns an error if the version refuses the
// certificate.
func (v Version) ADKs(c *Certificate) ([]ADK, error) {
	found, err := v.adks(c)
	return found, prefix(err)
}

func (v Version) adks(c *Certificate) ([]ADK, error) {
	switch v {
	case PGP553:
		return findADKs(slices.Concat(c.sig.hashed, c.sig.unhashed)), nil
	case PGP658:
		return findADKs(c.sig.hashed), nil
	case GnuPG:
		return nil, c.checkCritical()
	}
	return nil, fmt.Errorf("expected PGP553, PGP658 or GnuPG, found %v", v)
}

func findADKs(area []Subpacket) (found []ADK) {
	for _, p := range area {
		if p.Type != subADK {
			continue
		}
		if a, err := ParseADK(p.Body); err == nil && !slices.Contains(found, a) {
			found = append(found, a)
		}
	}
	return found
}

// checkCritical returns an error for a critical ADK in either area. GnuPG knows the type well
// enough to print "Big Brother's key (ignored)", but does not act on it.
func (c *Certificate) checkCritical() error {
	for _, p := range slices.Concat(c.sig.hashed, c.sig.unhashed) {
		if p.Type == subADK && p.Critical {
			return fmt.Errorf("expected no critical subpacket that GnuPG does not act on, found one of type %d", subADK)
		}
	}
	return nil
}
