package adk

import (
	"fmt"
	"slices"
)

// AddUnhashedADK is Senderek's edit (August 2000, CERT VU#747124): it adds an ADK to the area of
// the self-signature that is not signed. It takes the octets of a certificate and returns octets;
// no secret is needed, the signature still verifies, and the fingerprint does not change. It
// returns an error if the certificate names the ADK already, or is the ADK's own.
func AddUnhashedADK(certificate []byte, a ADK) ([]byte, error) {
	c, err := ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	if a.Fingerprint == c.Fingerprint() {
		return nil, prefix(fmt.Errorf("expected another key than the certificate's for its ADK, found %v", a.Fingerprint))
	}
	if slices.ContainsFunc(findADKs(slices.Concat(c.sig.hashed, c.sig.unhashed)), func(b ADK) bool { return a.Fingerprint == b.Fingerprint }) {
		return nil, prefix(fmt.Errorf("the certificate names the ADK %v already", a.Fingerprint))
	}
	tampered, err := c.withUnhashed(a.subpacket())
	return tampered, prefix(err)
}
