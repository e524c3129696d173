package sakke

import (
	"strings"
	"time"
)

// Identifier is whom a key is for, and for which month: "2011-02\x00tel:+447700900123\x00". These
// octets, read as a number, are the public key. It implements the scheme "tel URI with monthly
// keys" of RFC 6509, Section 3.2.
type Identifier string

const month = "2006-01"

var errIdentifier = wrong(`a month and a number, "YYYY-MM", NUL, "tel:+" and up to 15 digits, NUL`)

// NewIdentifier returns the identifier of a telephone at a date, whose month counts in UTC. The
// telephone is a URI as in RFC 3966, of a global number and nothing else: "tel:+447700900123".
func NewIdentifier(telephone string, at time.Time) (Identifier, error) {
	return ParseIdentifier([]byte(at.UTC().Format(month) + "\x00" + telephone + "\x00"))
}

// ParseIdentifier takes an identifier's octets. A number has one spelling: no separators, no
// parameters.
func ParseIdentifier(b []byte) (Identifier, error) {
	parts := strings.Split(string(b), "\x00")
	if len(parts) != 3 || parts[2] != "" || !isTelephone(parts[1]) {
		return "", errIdentifier
	}
	if at, err := time.Parse(month, parts[0]); err != nil || at.Format(month) != parts[0] {
		return "", errIdentifier
	}
	return Identifier(b), nil
}

func isTelephone(uri string) bool {
	digits, ok := strings.CutPrefix(uri, "tel:+")
	return ok && len(digits) > 0 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// Month returns "2011-02".
func (id Identifier) Month() string {
	m, _, _ := strings.Cut(string(id), "\x00")
	return m
}

// Telephone returns "tel:+447700900123".
func (id Identifier) Telephone() string {
	_, telephone, _ := strings.Cut(string(id), "\x00")
	return strings.TrimSuffix(telephone, "\x00")
}

// String returns the identifier with a space for the octet between its parts.
func (id Identifier) String() string { return id.Month() + " " + id.Telephone() }
