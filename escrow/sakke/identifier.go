package sakke

import (
	"strings"
	"time"
)

// Identifier names a telephone and a month: "2011-02\x00tel:+447700900123\x00". These octets, read
// as a number, are the public key. It implements the scheme "tel URI with monthly keys" of RFC
// 6509, Section 3.2.
type Identifier string

const month = "2006-01"

var errIdentifier = wrong(`an identifier, "YYYY-MM", NUL, "tel:+" and 1 to 15 digits, NUL`)

// NewIdentifier returns the identifier of a telephone for the month of a date, in UTC. The
// telephone must be a URI of RFC 3966 with a global number of 1 to 15 digits and nothing else:
// "tel:+447700900123".
func NewIdentifier(telephone string, at time.Time) (Identifier, error) {
	return ParseIdentifier([]byte(at.UTC().Format(month) + "\x00" + telephone + "\x00"))
}

// ParseIdentifier reads the octets of an identifier. It returns an error for a month or a telephone
// in any other form, as each number has one spelling: no separators, no parameters.
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

// isTelephone reports whether a URI is "tel:+" and 1 to 15 digits.
func isTelephone(uri string) bool {
	digits, ok := strings.CutPrefix(uri, "tel:+")
	return ok && len(digits) > 0 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

// Month returns the month, "2011-02".
func (id Identifier) Month() string {
	m, _, _ := strings.Cut(string(id), "\x00")
	return m
}

// Telephone returns the telephone, "tel:+447700900123".
func (id Identifier) Telephone() string {
	_, telephone, _ := strings.Cut(string(id), "\x00")
	return strings.TrimSuffix(telephone, "\x00")
}

// String returns the month and the telephone with a space between them.
func (id Identifier) String() string { return id.Month() + " " + id.Telephone() }
