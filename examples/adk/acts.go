package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"doormat/escrow/adk"
)

func (p *play) certificate(w io.Writer) error {
	fmt.Fprint(w, `THE ADDITIONAL DECRYPTION KEY OF PGP

Bob works for a company, which wants to be able to read what is written to him
when he is ill, or gone, or suspected. So his certificate names one key more:
an additional decryption key (ADK). PGP 5.5 brought it in 1997. This is the
certificate, as the key server has it:

`)
	c, err := adk.ParseCertificate(p.server)
	if err != nil {
		return err
	}
	all, err := adk.Packets(p.server)
	if err != nil {
		return err
	}
	notes := []string{
		"public key, Ed25519; its SHA-1 hash is the fingerprint",
		fmt.Sprintf("user ID %q", c.UserID()),
		"signature, by Bob, on the two above and on its hashed area",
		fmt.Sprintf("subkey, Curve25519, ID %v", c.Subkey()),
		"signature, by Bob, on his subkey",
	}
	at := 0
	for i, packet := range all {
		fmt.Fprintf(w, "  %3d  %3d octets  %s\n", at, len(packet.Header)+len(packet.Body), notes[i])
		at += len(packet.Header) + len(packet.Body)
		if i == 2 {
			hashed, unhashed := c.Subpackets()
			area(w, "hashed area: Bob has signed it", hashed)
			area(w, "unhashed area: nobody has signed it", unhashed)
		}
	}
	fmt.Fprintf(w, "\n  fingerprint  %s\n", spaced(c.Fingerprint()))
	return nil
}

func area(w io.Writer, title string, subpackets []adk.Subpacket) {
	fmt.Fprintf(w, "       %s\n", title)
	for _, s := range subpackets {
		fmt.Fprintf(w, "         %s  %s\n", octets(s)[:5], lines(octets(s)[6:], "                ", describe(s)))
	}
}

// octets are a subpacket's: its length, its type, its body.
func octets(s adk.Subpacket) string {
	kind := s.Type
	if s.Critical {
		kind |= 0x80
	}
	return fmt.Sprintf("%02x %02x %x", 1+len(s.Body), kind, s.Body)
}

// lines breaks long octets, and puts the note behind the last of them.
func lines(octets, indent, note string) string {
	const width = 22
	var b strings.Builder
	for len(octets) > width {
		b.WriteString(octets[:width] + "\n" + indent)
		octets = octets[width:]
	}
	return fmt.Sprintf("%s%-*s  %s", b.String(), width, octets, note)
}

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
	case 27:
		return "it signs"
	case 30:
		return "features"
	case 33:
		return "who has signed: fingerprint"
	}
	return fmt.Sprintf("type %d", s.Type)
}

// spaced is a fingerprint as people read it to each other.
func spaced(f adk.Fingerprint) string {
	s := f.String()
	var groups []string
	for i := 0; i < len(s); i += 4 {
		groups = append(groups, s[i:i+4])
	}
	return strings.Join(groups, " ")
}

func (p *play) recovery(w io.Writer) error {
	fmt.Fprint(w, `
1. AS IT WAS MEANT

Alice writes to Bob with PGP 6.5.8. Her message, which anybody on the way can
list:

`)
	message, err := p.send(adk.PGP658, p.server)
	if err != nil {
		return err
	}
	if err := p.list(w, message); err != nil {
		return err
	}
	plaintext, from, signed, err := p.bob.Decrypt(message, []*adk.Certificate{p.alice.Certificate()})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `
  Bob reads          %q
                     signed by %s, %s
  the company reads  %s
  Mallory reads      %s

The company needs neither Bob nor his device, and this key opens what is
written to all of its people, last year's as well as next year's. Whoever
steals it does what the company does, with the same function. It cannot sign:
nobody's words can be changed with it.
`, plaintext, from.UserID(), signed.UTC().Format(time.DateTime), reads(p.company, message), reads(p.mallory, message))
	return nil
}

// list is what stands in clear before the data.
func (p *play) list(w io.Writer, message []byte) error {
	all, err := adk.Packets(message)
	if err != nil {
		return err
	}
	keys, err := adk.Recipients(message)
	if err != nil {
		return err
	}
	at := 0
	for i, packet := range all {
		note := "data: text, signature, hash, under the session key"
		if i < len(keys) {
			note = fmt.Sprintf("session key, for %v: %s", keys[i], p.name(keys[i]))
		}
		fmt.Fprintf(w, "  %3d  %3d octets  %s\n", at, len(packet.Header)+len(packet.Body), note)
		at += len(packet.Header) + len(packet.Body)
	}
	return nil
}

func (p *play) edit(w io.Writer) error {
	fmt.Fprint(w, `
2. SENDEREK'S EDIT

The certificate says which part of it Bob has signed. PGP 5.5 to 6.5.3 took an
ADK from either part. Mallory takes the certificate from the key server, writes
her own key's name where nobody signs, and puts it back:

`)
	edited, err := adk.AddUnhashedADK(p.server, p.mallory.Certificate().ADK(adk.Requested))
	if err != nil {
		return err
	}
	c, err := adk.ParseCertificate(edited) // it also checks Bob's signatures
	if err != nil {
		return err
	}
	_, unhashed := c.Subpackets()
	added := unhashed[len(unhashed)-1]
	raw := append([]byte{byte(1 + len(added.Body)), added.Type}, added.Body...)
	at := bytes.Index(edited, raw)
	rest := append(bytes.Clone(edited[:at]), edited[at+len(raw):]...)
	for i := range rest {
		if rest[i] != p.server[i] {
			fmt.Fprintf(w, "  octet %3d  %02x becomes %02x, a length\n", i, p.server[i], rest[i])
		}
	}
	fmt.Fprintf(w, "  octet %3d  %d octets are new:\n", at, len(raw))
	fmt.Fprintf(w, "             %s  %s\n", octets(added)[:5], lines(octets(added)[6:], strings.Repeat(" ", 20), "her ADK"))
	fmt.Fprintf(w, `
  fingerprint before  %s
  fingerprint after   %s
  Bob's signatures    good before, good after

Two people who compare fingerprints by telephone have done all that they were
told to do. The fingerprint is of the first packet, and the edit comes behind.
`, spaced(p.bob.Certificate().Fingerprint()), spaced(c.Fingerprint()))
	p.server = edited
	return nil
}

func (p *play) programs(w io.Writer) error {
	fmt.Fprint(w, `
3. WHO FALLS FOR IT

Alice writes to Bob again. Who can read it, besides him, depends on her
program and on where in his certificate the ADK is:

`)
	rows, err := p.rows()
	if err != nil {
		return err
	}
	line(w, "where the ADK is", func(v adk.Version) string { return v.String() })
	for _, row := range rows {
		line(w, row.name, func(v adk.Version) string { return p.readers(v, row.certificate) })
	}
	fmt.Fprint(w, `
PGP 6.5.8, which came weeks later, asks who has signed. GnuPG never took an
ADK; its --list-packets calls it "Big Brother's key (ignored)". But it refuses
what is marked critical and unknown to it, even where nobody has signed: one
bit more in Mallory's edit, and whoever fetches Bob's certificate with GnuPG for
the first time cannot write to him.

This is what Alice's PGP 6.5.3 has made of the edited certificate. Whoever
lists the packets sees one key too many:

`)
	message, err := p.send(adk.PGP553, p.server)
	if err != nil {
		return err
	}
	return p.list(w, message)
}

// line is a row of a table with a column for each version.
func line(w io.Writer, name string, cell func(adk.Version) string) {
	s := fmt.Sprintf("  %-28s", name)
	for _, v := range versions {
		s += fmt.Sprintf("%-18s", cell(v))
	}
	fmt.Fprintln(w, strings.TrimRight(s, " "))
}

var versions = []adk.Version{adk.PGP553, adk.PGP658, adk.GnuPG}

type row struct {
	name        string
	certificate []byte
}

// rows are certificates with an ADK in one place or another.
func (p *play) rows() (rows []row, err error) {
	mallory := p.mallory.Certificate().ADK(adk.Requested)
	free, err := adk.GenerateKey(p.bob.Certificate().UserID(), keysMade)
	if err != nil {
		return nil, err
	}
	none, err := free.Certificate().MarshalBinary()
	if err != nil {
		return nil, err
	}
	unhashed, err := adk.AddUnhashedADK(none, mallory)
	if err != nil {
		return nil, err
	}
	hashed, err := p.bob.Certificate().MarshalBinary()
	if err != nil {
		return nil, err
	}
	critical := bytes.Clone(unhashed)
	critical[bytes.Index(critical, mallory.Fingerprint[:])-3] |= 0x80 // its type
	return []row{
		{"no ADK", none},
		{"the company's, hashed", hashed},
		{"Mallory's, unhashed", unhashed},
		{"both, as edited above", p.server},
		{"Mallory's, marked critical", critical},
	}, nil
}

func (p *play) readers(v adk.Version, certificate []byte) string {
	message, err := p.send(v, certificate)
	if err != nil {
		return "refused"
	}
	var names []string
	for _, who := range []struct {
		name string
		key  *adk.SecretKey
	}{{"company", p.company}, {"Mallory", p.mallory}} {
		if _, err := who.key.Recover(message); err == nil {
			names = append(names, who.name)
		}
	}
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}
