package adk

import (
	"fmt"
	"slices"
)

// ADK names an additional decryption key: the body of a subpacket of type 10.
//
//	class (1) ‖ public-key algorithm (1) ‖ fingerprint of a primary key (20)
type ADK struct {
	Class       uint8 // Requested or Mandatory
	Algorithm   uint8 // of the primary key
	Fingerprint Fingerprint
}

// The classes of an ADK. Business editions of PGP would not encrypt without a mandatory one.
const (
	Requested = 0x00
	Mandatory = 0x80
)

const adkSize = 1 + 1 + 20

// ParseADK reads the body of a subpacket of type 10. As PGP did, it overlooks what comes after 22
// octets.
func ParseADK(body []byte) (ADK, error) {
	if len(body) < adkSize {
		return ADK{}, prefix(fmt.Errorf("an ADK has %d octets, expected %d", len(body), adkSize))
	}
	return ADK{body[0], body[1], Fingerprint(body[2:adkSize])}, nil
}

func (a ADK) subpacket() Subpacket {
	return Subpacket{Type: subADK, Body: append([]byte{a.Class, a.Algorithm}, a.Fingerprint[:]...)}
}

// ADK names c as somebody's additional decryption key.
func (c *Certificate) ADK(class uint8) ADK {
	return ADK{class, uint8(c.primary.PubKeyAlgo), c.Fingerprint()}
}

// A Version is a program's way with an ADK. All three check the self-signature.
type Version int

const (
	// PGP553 is PGP 5.5.x to 6.5.3: it takes an ADK from either area of the self-signature
	// (CERT VU#747124).
	PGP553 Version = iota
	// PGP658 is PGP from 6.5.8: it takes an ADK from the hashed area only.
	PGP658
	// GnuPG takes none, and refuses a certificate in which one is marked critical.
	GnuPG
)

// String returns the versions' names.
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

// ADKs returns the additional decryption keys that a version honours, each once. It passes over
// one that is too short, as PGP did.
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

// checkCritical refuses a critical ADK, in either area: GnuPG knows the type well enough to print
// "Big Brother's key (ignored)", but not to act upon it.
func (c *Certificate) checkCritical() error {
	for _, p := range slices.Concat(c.sig.hashed, c.sig.unhashed) {
		if p.Type == subADK && p.Critical {
			return fmt.Errorf("a critical subpacket of type %d, which GnuPG does not act upon", subADK)
		}
	}
	return nil
}
