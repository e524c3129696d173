package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"doormat/escrow/adk"
	"doormat/examples/internal/page"
)

func (w *world) certificate(p *page.Page) error {
	p.Title("The additional decryption key of PGP")
	p.Say(`Ben works for a company, which wants to be able to read what is written to him when he is ill, or
		gone, or suspected. So his certificate, which says what his public key is, names one key more: an
		additional decryption key (ADK). Whoever encrypts to Ben encrypts to that key as well. PGP, a
		program that encrypts mail, brought it with version 5.5 in 1997.

		This is the certificate as the key server has it, which hands it to whoever wants to write to Ben.
		It is a row of packets. The third says in two areas what there is to say about his key, and his
		signature covers one of them:`)
	c, err := adk.ParseCertificate(w.server)
	if err != nil {
		return err
	}
	all, err := adk.Packets(w.server)
	if err != nil {
		return err
	}
	notes := []string{
		"public key, Ed25519; its SHA-1 hash is the fingerprint",
		fmt.Sprintf("user ID %q", c.UserID()),
		"signature, by Ben, on the two above and on its hashed area",
		fmt.Sprintf("subkey, Curve25519, ID %v", c.Subkey()),
		"signature, by Ben, on his subkey",
	}
	p.Table(-3, -10, 24)
	at := 0
	for i, packet := range all {
		size := len(packet.Header) + len(packet.Body)
		p.Row(at, fmt.Sprint(size, " octets"), notes[i])
		at += size
		if i == 2 {
			hashed, unhashed := c.Subpackets()
			area(p, "hashed area: Ben has signed it", hashed)
			area(p, "unhashed area: nobody has signed it", unhashed)
		}
	}
	p.Table(11)
	p.Row("fingerprint", spaced(c.Fingerprint()))
	p.Say(`An octet is eight bits. The subkey is the one that others encrypt to. The fingerprint is for two
		people who compare it by telephone, to know that they have each other's certificate.`)
	return nil
}

// area prints the subpackets of a signature: length and type, body, meaning.
func area(p *page.Page, title string, subpackets []adk.Subpacket) {
	p.Row("", title)
	for _, s := range subpackets {
		p.Row("", start(s), s.Body, describe(s))
	}
}

// start returns the first two octets of a subpacket: its length and its type.
func start(s adk.Subpacket) string {
	kind := s.Type
	if s.Critical {
		kind |= 0x80
	}
	return fmt.Sprintf("%02x %02x", 1+len(s.Body), kind)
}

// describe returns the meaning of a subpacket (RFC 9580, Section 5.2.3.7; 10 is PGP's own).
func describe(s adk.Subpacket) string {
	switch s.Type {
	case 2:
		return "made " + time.Unix(int64(binary.BigEndian.Uint32(s.Body)), 0).UTC().Format("2006-01-02")
	case 10:
		return "ADK: class, algorithm, fingerprint"
	case 11:
		return "ciphers it likes"
	case 16:
		return "who has signed: key ID"
	case 21:
		return "hashes it likes"
	case 22:
		return "compression it likes: none"
	case 27:
		return "it signs"
	case 30:
		return "features"
	case 33:
		return "who has signed: fingerprint"
	}
	return fmt.Sprintf("type %d", s.Type)
}

// spaced returns a fingerprint as people read it to each other, in groups of four digits.
func spaced(f adk.Fingerprint) string {
	s := f.String()
	var groups []string
	for i := 0; i < len(s); i += 4 {
		groups = append(groups, s[i:i+4])
	}
	return strings.Join(groups, " ")
}

func (w *world) recovery(p *page.Page) error {
	p.Part("As it was meant")
	p.Say(`Ana writes to Ben with PGP 6.5.8. Her program draws a session key, which is for this message
		only, encrypts the text under it, and puts the session key before it, encrypted once for each key
		that is to open the message. Anybody on the way can list that:`)
	message, err := w.send(adk.PGP658, w.server)
	if err != nil {
		return err
	}
	if err := w.list(p, message); err != nil {
		return err
	}
	plaintext, from, signed, err := w.ben.Decrypt(message, []*adk.Certificate{w.ana.Certificate()})
	if err != nil {
		return err
	}
	p.Table(17)
	p.Row("Ben reads", fmt.Sprintf("%q", plaintext))
	p.Row("", fmt.Sprintf("signed by %s, %s", from.UserID(), signed.UTC().Format(time.DateTime)))
	p.Row("the company reads", reads(w.company, message))
	p.Row("Mallory reads", reads(w.mallory, message))
	p.Say(`The company needs neither Ben nor his device, and this key opens what is written to all of its
		people, last year's as well as next year's. Whoever steals it does what the company does, with the
		same function. It cannot sign: nobody's words can be changed with it.`)
	return nil
}

// list prints what is in clear before the data.
func (w *world) list(p *page.Page, message []byte) error {
	all, err := adk.Packets(message)
	if err != nil {
		return err
	}
	keys, err := adk.Recipients(message)
	if err != nil {
		return err
	}
	p.Table(-3, -10)
	at := 0
	for i, packet := range all {
		note := "data: text, signature, hash, under the session key"
		if i < len(keys) {
			note = fmt.Sprintf("session key, for %v: %s", keys[i], w.name(keys[i]))
		}
		size := len(packet.Header) + len(packet.Body)
		p.Row(at, fmt.Sprint(size, " octets"), note)
		at += size
	}
	return nil
}

func (w *world) edit(p *page.Page) error {
	p.Part("Senderek's edit")
	p.Say(`The certificate says which part of it Ben has signed. PGP 5.5 to 6.5.3 took an ADK from either
		part. Mallory takes the certificate from the key server, writes her own key's name where nobody
		signs, and puts it back:`)
	edited, err := adk.AddUnhashedADK(w.server, w.mallory.Certificate().ADK(adk.Requested))
	if err != nil {
		return err
	}
	c, err := adk.ParseCertificate(edited) // it also checks Ben's signatures
	if err != nil {
		return err
	}
	_, unhashed := c.Subpackets()
	added := unhashed[len(unhashed)-1]
	raw := append([]byte{byte(1 + len(added.Body)), added.Type}, added.Body...)
	at := bytes.Index(edited, raw)
	rest := append(bytes.Clone(edited[:at]), edited[at+len(raw):]...)
	p.Table(9, 5, 24)
	for i := range rest {
		if rest[i] != w.server[i] {
			p.Row(fmt.Sprintf("octet %3d", i), fmt.Sprintf("%02x becomes %02x, a length", w.server[i], rest[i]))
		}
	}
	p.Row(fmt.Sprintf("octet %3d", at), fmt.Sprintf("%d octets are new:", len(raw)))
	p.Row("", start(added), added.Body, "her ADK")
	p.Table(18)
	p.Row("fingerprint before", spaced(w.ben.Certificate().Fingerprint()))
	p.Row("fingerprint after", spaced(c.Fingerprint()))
	p.Row("Ben's signatures", "good before, good after")
	p.Say(`Two people who compare fingerprints by telephone have done all that they were told to do. The
		fingerprint is of the first packet, and the edit comes behind.`)
	w.server = edited
	return nil
}

func (w *world) programs(p *page.Page) error {
	p.Part("Who falls for it")
	p.Say(`Ana writes to Ben again. Who can read it, besides him, depends on her program and on where in
		his certificate the ADK is:`)
	rows, err := w.rows()
	if err != nil {
		return err
	}
	versionTable(p, "where the ADK is")
	for _, row := range rows {
		versionRow(p, row.name, func(v adk.Version) string { return w.readers(v, row.certificate) })
	}
	p.Say(`PGP 6.5.8, which came weeks later, asks who has signed. GnuPG, a free program for the same format,
		never took an ADK; its --list-packets calls it "Big Brother's key (ignored)". But it refuses what
		is marked critical and unknown to it, even where nobody has signed: one bit more in Mallory's
		edit, and whoever fetches Ben's certificate with GnuPG for the first time cannot write to him.

		This is what Ana's PGP 6.5.3 has made of the edited certificate. Whoever lists the packets sees
		one key too many:`)
	message, err := w.send(adk.PGP553, w.server)
	if err != nil {
		return err
	}
	return w.list(p, message)
}

var versions = []adk.Version{adk.PGP553, adk.PGP658, adk.GnuPG}

// versionTable begins a table with a column for each version.
func versionTable(p *page.Page, title string) {
	p.Table(26, 16, 16)
	versionRow(p, title, adk.Version.String)
}

func versionRow(p *page.Page, name string, cell func(adk.Version) string) {
	p.Row(name, cell(versions[0]), cell(versions[1]), cell(versions[2]))
}

type row struct {
	name        string
	certificate []byte
}

// rows returns certificates with an ADK in one place or another.
func (w *world) rows() (rows []row, err error) {
	mallory := w.mallory.Certificate().ADK(adk.Requested)
	free, err := adk.GenerateKey(w.ben.Certificate().UserID(), keysMade)
	if err != nil {
		return nil, err
	}
	none := free.Certificate().Bytes()
	unhashed, err := adk.AddUnhashedADK(none, mallory)
	if err != nil {
		return nil, err
	}
	hashed := w.ben.Certificate().Bytes()
	critical := bytes.Clone(unhashed)
	critical[bytes.Index(critical, mallory.Fingerprint[:])-3] |= 0x80 // its type
	return []row{
		{"no ADK", none},
		{"the company's, hashed", hashed},
		{"Mallory's, unhashed", unhashed},
		{"both, as edited above", w.server},
		{"Mallory's, marked critical", critical},
	}, nil
}
