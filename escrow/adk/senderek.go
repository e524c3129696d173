package adk

import (
	"fmt"
	"slices"
)

// AddUnhashedADK is Senderek's edit: it adds an ADK to the area of the self-signature that nobody
// has signed. It takes public octets and returns public octets; the certificate's owner is not
// asked, the signature stays good, and the fingerprint stays what it was.
func AddUnhashedADK(certificate []byte, a ADK) ([]byte, error) {
	c, err := ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	if a.Fingerprint == c.Fingerprint() {
		return nil, prefix(fmt.Errorf("the certificate and its ADK are both %v", a.Fingerprint))
	}
	if slices.ContainsFunc(findADKs(slices.Concat(c.sig.hashed, c.sig.unhashed)), func(b ADK) bool { return a.Fingerprint == b.Fingerprint }) {
		return nil, prefix(fmt.Errorf("the certificate names the ADK %v already", a.Fingerprint))
	}
	tampered, err := c.withUnhashed(a.subpacket())
	return tampered, prefix(err)
}
