package main

import (
	"fmt"
	"strings"

	"doormat/escrow/clipper"
	"doormat/examples/internal/page"
)

func (w *world) holders(p *page.Page) error {
	p.Title("The Clipper chip")
	p.Say(`In 1993 the United States proposed a chip for telephones, Clipper. It encrypts well, and puts the
		key of each call into a field that goes with it, the LEAF (law enforcement access field), where
		the police can have it: with a warrant, from two escrow agents who hold half a key each.`)
	p.Part("Who holds what")
	kf := w.family.Key()
	p.Table(11, 22)
	p.Row("the family", kf.Bytes(), "the family key KF: in all chips and taps")
	for _, x := range []*phone{w.ana, w.ben, w.cas} {
		p.Row(x.owner+"'s chip", "unit "+x.unit.String(), "KF and a unit key KU, sealed in")
	}
	p.Row("NIST", "an encrypted file", "KU1 of every chip")
	p.Row("Treasury", "an encrypted file", "KU2 of every chip; KU1 xor KU2 = KU")
	p.Say(`A unit is a chip, by its serial number. NIST, an institute of the Department of Commerce, and the
		Treasury are the escrow agents. The tap is what the police listen with.`)
	return nil
}

func (w *world) showCall(p *page.Page) (err error) {
	if w.honest, err = w.dial(w.ana, w.ben); err != nil {
		return err
	}
	c, h := w.honest, w.honest.headers[0]
	p.Part("Ana calls Ben")
	p.Say(`How the telephones come by a session key KS, the key of this call, is left to them; here Ana's
		draws one, and sends it under Ben's public key. Her chip draws an IV, a number with which the
		encryption begins, makes a LEAF for both, and only then encrypts. This goes over the wire:`)
	p.Table(-5, 10)
	at := 0
	for _, x := range []struct {
		name  string
		bytes []byte
	}{{"KS, sealed", c.token}, {"LEAF", h.LEAF[:]}, {"IV", h.IV[:]}, {"ciphertext", c.ciphertext}} {
		p.Row(fmt.Sprintf("%2d-%2d", at, at+len(x.bytes)-1), x.name, x.bytes)
		at += len(x.bytes)
	}
	p.Table(11, 22)
	p.Row("KS", c.key.Bytes(), "both telephones know it")
	p.Say("Without the family key, that LEAF is")
	draw(p, w.family.Key().RecoverFields(h.LEAF), "KS under Ana's unit key, 80 bits")
	p.Say(`Ben's chip takes off the family key, computes the checksum from the KS that it was given and the
		IV, finds it right, and decrypts. Of the first 80 bits it can check nothing, as it has not Ana's
		unit key.`)
	p.Table(11)
	p.Row("Ben hears", fmt.Sprintf("%q", c.heard))
	return nil
}

// draw prints a LEAF without the family key.
func draw(p *page.Page, f clipper.Fields, wrapped string) {
	p.Table()
	p.Row("byte 0                    10       14")
	p.Row(fmt.Sprintf("     %x %v %04x", f.Wrapped, f.Unit, f.Checksum))
	p.Row("     |                    |        '- checksum, 16 bits")
	p.Row("     |                    '---------- unit id, 32 bits")
	p.Row("     '------------------------------- " + wrapped)
}

// showTap does what tap does, one step after another.
func (w *world) showTap(p *page.Page) error {
	c, h := w.honest, w.honest.headers[0]
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
	fits := map[bool]string{true: "the checksum fits", false: "the checksum does not fit"}[w.family.Key().Fits(f, ks, h.IV)]
	p.Part("The tap, with a warrant")
	p.Table(11, 22)
	p.Row("KF opens", "unit "+f.Unit.String(), w.owner(f.Unit)+"'s, as the telephone company knows")
	p.Row("warrant for", "unit "+f.Unit.String(), "from "+w.today.Format("2 January 2006")+", for a month")
	p.Row("NIST gives", one.Key[:], "KU1")
	p.Row("Treasury", two.Key[:], "KU2")
	p.Row("KU1 xor KU2", ku.Bytes(), "KU")
	p.Row("KU opens", ks.Bytes(), "KS; "+fits)
	p.Row("KS opens", fmt.Sprintf("%q", text))
	p.Say(`KU is in the chip for life: it opens each call that unit %v has ever made, and will make, whatever
		the warrant's dates are. Who steals both agents' halves does the same to everyone. Ana and Ben
		notice nothing. For another unit the agent says:`, f.Unit)
	_, err = w.agents[0].Release(w.ben.unit, w.warrant(f.Unit), w.today)
	p.Table()
	p.Row(refusal(err))
	return nil
}

// refusal returns the text of an error of package clipper.
func refusal(err error) string {
	_, text, _ := strings.Cut(fmt.Sprint(err), "clipper: ")
	return text
}
