package evasion

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"

	"doormat/escrow"
	"doormat/internal/agekey"
)

// An Authority looks at envelopes with the escrow key, and at all that the key shows: not the text alone.
type Authority struct {
	escrow *escrow.Authority
	mlkem  []byte // seed of the ML-KEM half of its key
}

// Seen is what the authority sees in one envelope.
type Seen struct {
	Text         string
	Key          [32]byte // the message's, which follows from its coins
	Encapsulated Coins    // what ML-KEM encapsulates in the field
	Body         []byte   // the ciphertext
}

// ParseAuthority reads the line "AGE-SECRET-KEY-PQ-1…" that [escrow.Authority.RecoveryKey] returns.
func ParseAuthority(line string) (*Authority, error) {
	a, err := escrow.ParseAuthority(line)
	if err != nil {
		return nil, prefix(err)
	}
	identity, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, prefix(err)
	}
	return &Authority{a, xwingToMLKEM(agekey.Seed(identity))}, nil
}

// Look opens an envelope. It returns the error of [escrow.Authority.Recover] if field or body does not open.
func (a *Authority) Look(envelope []byte) (s Seen, err error) {
	_, _, text, err := a.escrow.Recover(envelope)
	if err != nil {
		return s, prefix(err)
	}
	parts, _ := layout.Split(envelope) // Recover has split it
	s = Seen{Text: string(text), Body: BodyOf(envelope)}
	if s.Key, err = a.escrow.Unwrap(parts.Field); err != nil {
		return Seen{}, prefix(err)
	}
	s.Encapsulated, err = Encapsulated(a.mlkem, parts.Field[:mlkem768.CiphertextSize])
	return s, err
}

// BodyOf returns the ciphertext of the text in an envelope, as anyone on the wire sees it, without copying.
// It returns nil if the envelope is not of package escrow.
func BodyOf(envelope []byte) []byte {
	parts, ok := layout.Split(envelope)
	if !ok {
		return nil
	}
	return parts.Head[1+layout.Field+3:]
}

// longestWord is the most letters of a word of a legible text.
const longestWord = 40

// Legible reports whether a text could be read: it is UTF-8, and no word is longer than 40 letters. An
// authority that sees others has seen encryption, or a link.
func Legible(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for word := range strings.FieldsFuncSeq(text, unicode.IsSpace) {
		if utf8.RuneCountInString(word) > longestWord {
			return false
		}
	}
	return true
}

// guess returns in how many messages the authority finds the coins among candidates: coins that are no
// secret, such as a text that was not encrypted, are found by trying texts, although the authority never
// sees coins.
func guess(seen []Seen, candidates []Coins) (found int) {
	keys := map[[32]byte]bool{}
	for _, c := range candidates {
		key, _ := c.expand()
		keys[key] = true
	}
	for _, s := range seen {
		if keys[s.Key] {
			found++
		}
	}
	return found
}
