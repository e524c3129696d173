// Package deal makes the puzzles of lesson 10, and checks answers.
package deal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"doormat/escrow/adk"
	"doormat/examples/lessons/lesson"
)

var names = []string{"Ana", "Ben", "Cem", "Dee", "Eli", "Fay", "Gus", "Ida"}

// New draws the certificates of three people, and the key that is to read their messages. The first of
// the three has signed no additional decryption key (ADK), the second one and the third two, so that the
// packet that changes has less than 192 octets in two of them afterwards, and more in the third. Their
// order is drawn.
func New(draw *mathrand.Rand) lesson.Task {
	at := time.Unix(930_000_000+int64(draw.IntN(36_000_000)), 0)
	generate := func(userID string, adks ...adk.ADK) *adk.SecretKey {
		k, err := adk.GenerateKey(userID, at, adks...)
		if err != nil {
			panic(err)
		}
		return k
	}
	thief := generate("Mallory <mallory@example.net>").Certificate()
	var signed []adk.ADK
	for _, company := range []string{"Example Inc. <keys@example.com>", "Example Holding <keys@example.org>"} {
		signed = append(signed, generate(company).Certificate().ADK(adk.Requested))
	}
	people := make([]*adk.Certificate, 3)
	who := draw.Perm(len(names))
	for i, place := range draw.Perm(len(people)) {
		name := names[who[i]]
		people[place] = generate(fmt.Sprintf("%s <%s@example.com>", name, name), signed[:i]...).Certificate()
	}
	reader := thief.ADK(adk.Requested)
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{"Certificates": bytesOf(people), "ADK": body(reader)}),
		Check:  func(answer []byte) *lesson.Miss { return check(answer, people, reader) },
	}
}

func bytesOf(people []*adk.Certificate) (all [][]byte) {
	for _, c := range people {
		all = append(all, c.Bytes())
	}
	return all
}

// body returns what a subpacket of type 10 has in it.
func body(a adk.ADK) []byte { return append([]byte{a.Class, a.Algorithm}, a.Fingerprint[:]...) }

func check(answer []byte, people []*adk.Certificate, reader adk.ADK) *lesson.Miss {
	var changed [][]byte
	if err := lesson.Unpack(answer, &changed); err != nil || len(changed) != len(people) {
		return &lesson.Miss{
			Got:  fmt.Sprintf("%d certificates", len(changed)),
			Want: fmt.Sprintf("%d certificates", len(people)),
			Why:  "a certificate is missing",
			Hint: "play.go calls AddReader once for each certificate: leave it as it is",
		}
	}
	for i, before := range people {
		if why, hint := fault(before, changed[i], reader); why != "" {
			return &lesson.Miss{
				Got:  fmt.Sprintf("for certificate %d, of %d octets: %d octets", i+1, len(before.Bytes()), len(changed[i])),
				Want: fmt.Sprintf("PGP 5.5 also encrypts to %v, and the fingerprint is still %v", reader.Fingerprint, before.Fingerprint()),
				Why:  why,
				Hint: hint,
			}
		}
	}
	return nil
}

// fault says what is wrong with a certificate that was changed. It looks in the order in which a program that
// reads it does: packets, areas, subpackets, signature.
func fault(before *adk.Certificate, changed []byte, reader adk.ADK) (why, hint string) {
	if bytes.Equal(changed, before.Bytes()) {
		return "the certificate is as it was", "return a copy with the subpacket in it"
	}
	was, err := adk.Packets(before.Bytes())
	if err != nil {
		panic(err)
	}
	is, err := adk.Packets(changed)
	tag := func(p adk.Packet) uint8 { return p.Tag }
	if err != nil || !slices.EqualFunc(was, is, func(a, b adk.Packet) bool { return tag(a) == tag(b) }) {
		return "the packets do not follow each other: a length in front of one does not fit what is in it",
			"the header of the signature's packet has its length, in one octet below 192 and in two from there"
	}
	hashedBefore, unhashedBefore, _ := areas(was[2].Body)
	hashed, unhashed, ok := areas(is[2].Body)
	switch {
	case !bytes.Equal(hashed, hashedBefore):
		return "the owner has signed the hashed area, and with other octets in it the signature does not verify",
			"one of the two areas is not signed"
	case !ok || len(unhashed) == len(unhashedBefore) && len(is[2].Body) != len(was[2].Body):
		return "the two octets in front of the unhashed area do not have its new length",
			"the area has 24 octets more: 1 for the length, 1 for the type, and 22"
	}
	c, err := adk.ParseCertificate(changed)
	if err != nil {
		return "the certificate cannot be read any more: " + err.Error(),
			"nothing changes but the subpacket and the two lengths in front of it"
	}
	if c.Fingerprint() != before.Fingerprint() || c.UserID() != before.UserID() || c.Subkey() != before.Subkey() {
		return "it is the certificate of another key", "change the certificate that the function gets"
	}
	honoured, err := adk.PGP553.ADKs(c)
	if err != nil || !slices.Contains(honoured, reader) {
		return "PGP 5.5 finds the subpacket, and no ADK in it", "a subpacket is its length, 23, its type, 10, and the 22 octets"
	}
	return "", ""
}

// areas returns the two areas of a signature's body, as they are encoded. It reports false if the lengths
// lead beyond its end, or leave less than the two numbers of the signature.
func areas(body []byte) (hashed, unhashed []byte, ok bool) {
	const numbers = 2 + 2 + 2 // two octets of the hash, and the lengths of R and S
	cut := func(from int) []byte {
		if from+2 > len(body) {
			return nil
		}
		to := from + 2 + int(binary.BigEndian.Uint16(body[from:]))
		if to > len(body) {
			return nil
		}
		return body[from+2 : to]
	}
	hashed = cut(4)
	unhashed = cut(4 + 2 + len(hashed))
	return hashed, unhashed, unhashed != nil && 8+len(hashed)+len(unhashed)+numbers <= len(body)
}
