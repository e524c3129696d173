package credential

import (
	"errors"
	"time"
)

// ErrExpired reports a credential whose last day is over. Show a document to the issuer again.
var ErrExpired = errors.New("credential: the last day of the credential is over")

var (
	errProof = errors.New("credential: the proof is not one for this key, this site, this nonce and what is shown")
	errMinor = errors.New("credential: expected a person over 18, found one who is not, or does not say so")
)

// Admit judges what a phone has shown, on behalf of a site of this name that gave it the nonce: fresh for each visit,
// of 16 to 255 bytes, and refused by the site when it comes again. It returns what was shown if the proof holds and says that the visitor is over 18 and the last day is not over.
func Admit(key *PublicKey, site string, nonce, presentation []byte, at time.Time) (Presentation, error) {
	ph := presentationHeader(site, nonce)
	if ph == nil {
		return Presentation{}, errNonce
	}
	p, err := ParsePresentation(presentation)
	if err != nil {
		return Presentation{}, err
	}
	indexes, messages := p.list()
	if key.bbs().ProofVerify(p.proof, []byte(header), ph, messages, indexes) != nil {
		return Presentation{}, errProof
	}
	if p.shown[Over18] != "yes" {
		return Presentation{}, errMinor
	}
	if day, ok := parseDay(p.shown[Until]); !ok || !at.Before(day.AddDate(0, 0, 1)) {
		return Presentation{}, ErrExpired
	}
	return p, nil
}
