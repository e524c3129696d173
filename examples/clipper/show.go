package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"doormat/escrow/clipper"
)

// A page is 80 columns wide.
type page struct{ *bufio.Writer }

func (p *page) title(s string) { fmt.Fprintf(p, "%s\n%s\n\n", s, strings.Repeat("-", len(s))) }

// say is a paragraph, and a blank line.
func (p *page) say(text string) {
	p.fill("", "", text)
	p.blank()
}

// fill breaks text into lines of 78 letters. The first begins with one prefix, the rest with another.
func (p *page) fill(first, rest, text string) {
	line := first
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > 78:
			fmt.Fprintln(p, line)
			line = rest + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(p, line)
}

func (p *page) blank() { fmt.Fprintln(p) }

func (p *page) value(name string, x any, note string) {
	line := fmt.Sprintf("  %-12s %-22v", name, x)
	fmt.Fprintln(p, strings.TrimRight(line+"  "+note, " "))
}

// bytes is up to 24 bytes a line, in groups of eight.
func (p *page) bytes(at, name string, b []byte) {
	for line := range slices.Chunk(b, 24) {
		var groups []string
		for g := range slices.Chunk(line, 8) {
			groups = append(groups, hex(g))
		}
		fmt.Fprintf(p, "  %5s  %-10s  %s\n", at, name, strings.Join(groups, " "))
		at, name = "", ""
	}
}

func hex(b []byte) string { return fmt.Sprintf("%x", b) }

func (p *page) introduction() {
	p.say("In 1993 the United States proposed a chip for telephones, Clipper. It encrypts well, " +
		"and puts the key of each call into a field that goes with it, the LEAF, where the " +
		"police can have it: with a warrant, from two escrow agents who hold half a key each.")
}

func (w *world) holders(p *page) {
	kf := w.family.Key()
	p.title("1. Who holds what")
	p.value("the family", hex(kf[:]), "KF, in every chip and every tap")
	for _, x := range []*phone{w.ana, w.ben, w.cas} {
		p.value(x.owner+"'s chip", "unit "+x.unit.String(), "KF and a unit key KU, sealed in")
	}
	for i, name := range []string{"NIST", "Treasury"} {
		note := []string{"KU1 of every chip", "KU2 of every chip; KU1 xor KU2 = KU"}[i]
		p.value(name, "an encrypted file", note)
	}
	p.blank()
}

func (w *world) showCall(p *page, c *call) {
	p.title("2. Ana calls Ben")
	p.say("How the telephones come by a session key KS is left to them; here Ana's draws one, " +
		"and sends it under Ben's public key. Her chip draws an IV, makes a LEAF for both, " +
		"and only then encrypts. This goes over the wire:")
	h := c.headers[0]
	at := 0
	wire := func(name string, b []byte) {
		p.bytes(fmt.Sprintf("%2d-%2d", at, at+len(b)-1), name, b)
		at += len(b)
	}
	wire("KS, sealed", c.token)
	wire("LEAF", h.LEAF[:])
	wire("IV", h.IV[:])
	wire("ciphertext", c.ciphertext)
	p.blank()
	p.value("KS", hex(c.key[:]), "both telephones know it")
	p.blank()
	p.say("Without the family key, that LEAF is")
	w.dump(p, w.family.Key().RecoverFields(h.LEAF), "KS under Ana's unit key, 80 bits")
	p.say(fmt.Sprintf("Ben's chip takes off the family key, computes the checksum from the KS that it was "+
		"given and the IV, finds it right, and decrypts. Of the first 80 bits it can check "+
		"nothing, as it has not Ana's unit key. Ben hears %q", c.heard))
}

// dump is a LEAF without the family key.
func (w *world) dump(p *page, f clipper.Fields, wrapped string) {
	fmt.Fprintf(p, "  byte 0                    10       14\n")
	fmt.Fprintf(p, "       %x %v %04x\n", f.Wrapped, f.Unit, f.Checksum)
	fmt.Fprintf(p, "       |                    |        '- checksum, 16 bits\n")
	fmt.Fprintf(p, "       |                    '---------- unit id, 32 bits\n")
	fmt.Fprintf(p, "       '------------------------------- %s\n\n", wrapped)
}

// showTap is tap, step by step.
func (w *world) showTap(p *page, c *call) error {
	p.title("3. The tap, with a warrant")
	h := c.headers[0]
	f := w.family.Key().RecoverFields(h.LEAF)
	one, two, err := w.release(f.Unit)
	if err != nil {
		return err
	}
	ku, err := clipper.RecoverUnitKey(one, two)
	if err != nil {
		return err
	}
	ks := ku.RecoverSessionKey(f)
	text, err := ks.Decrypt(c.mode, h.IV, c.ciphertext)
	if err != nil {
		return err
	}
	_, refused := w.agents[0].Release(w.ben.unit, w.warrant(f.Unit), w.today)
	p.value("KF opens", "unit "+f.Unit.String(), w.owner(f.Unit)+"'s, as the telephone company knows")
	p.value("warrant for", "unit "+f.Unit.String(), "from "+w.today.Format("2 January 2006")+", for a month")
	p.value("NIST gives", hex(one.Key[:]), "KU1")
	p.value("Treasury", hex(two.Key[:]), "KU2")
	p.value("KU1 xor KU2", hex(ku[:]), "KU")
	p.value("KU opens", hex(ks[:]), "KS; "+fits(w.family.Key().Fits(f, ks, h.IV)))
	fmt.Fprintf(p, "  %-12s %q\n\n", "KS opens", text)
	p.say("KU is in the chip for life: it opens each call that unit " + f.Unit.String() + " has ever " +
		"made, and will make, whatever the warrant's dates are. Who steals both agents' halves does " +
		"the same to everyone. Ana and Ben notice nothing. For another unit the agent says:")
	_, text2, _ := strings.Cut(refused.Error(), "clipper: ")
	p.fill("  ", "  ", text2)
	p.blank()
	return nil
}

func fits(ok bool) string {
	if ok {
		return "the checksum fits"
	}
	return "the checksum does not fit"
}
