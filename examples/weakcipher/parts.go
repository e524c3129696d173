package main

import (
	"fmt"
	"strings"

	"doormat/escrow/weakcipher"
	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

func (w *world) export40(p *page.Page) error {
	p.Title("Four ciphers that were made weak")
	p.Say(`They were made weak so that somebody could read along. Nothing is stolen here: a wiretap has the
		ciphertext, which is what crosses the wire, and knows how every mail begins:`)
	p.Table()
	p.Row(fmt.Sprintf("%q", known))
	weakened(p, origins()[0], `RC4, as it was in browsers that left the United States. The key has
		128 bits, and 88 of them cross the wire in clear.`)
	secret, err := weakcipher.NewExportSecret(*w.options.export)
	if err != nil {
		return err
	}
	hello := weakcipher.NewHello()
	wire := []byte(line)
	hello.XOR(secret, true, 0, wire)
	p.Row("in clear", fmt.Sprintf("%x, 88 bits of the key", hello.ClearKey))
	p.Row("ciphertext", page.Short(wire, 24))
	found, work, err := weakcipher.RecoverExport(p.Context(), hello, true, keystream(wire), search(p, "export RC4", *w.options.export))
	if err != nil {
		return err
	}
	hello.XOR(found, true, 0, wire)
	p.Row("search", fmt.Sprintf("%d of 40 bits unknown: the secret part is %x, number %s", *w.options.export, found.Bytes(), page.Thousands(work.Place)))
	p.Row("it opens", text(wire))
	w.rate(p, "export RC4", work, 40)
	return nil
}

func (w *world) des40(p *page.Page) error {
	weakened(p, origins()[1], "DES, the standard since 1977, whose key has 56 bits. Here 16 of them are zero.")
	key, err := weakcipher.NewDES40Key(*w.options.des)
	if err != nil {
		return err
	}
	wire := []byte(line)
	wire = wire[:len(wire)/8*8]
	if err := key.EncryptBlocks(wire); err != nil {
		return err
	}
	p.Row("ciphertext", page.Short(wire, 24))
	found, work, err := weakcipher.RecoverDES40(p.Context(), []byte(known[:16]), wire[:16], search(p, "40-bit DES", *w.options.des))
	if err != nil {
		return err
	}
	p.Row("search", fmt.Sprintf("%d of 40 bits unknown: the key is %x, number %s", *w.options.des, found.Bytes(), page.Thousands(work.Place)))
	w.rate(p, "40-bit DES", work, 40)
	return nil
}

func (w *world) tea1(p *page.Page) error {
	weakened(p, origins()[2], `A cipher of TETRA, the radio of police, railways and ports. Before it
		encrypts anything, it reduces its key of 80 bits to a register of 32. A slot is what a radio sends
		in 14 milliseconds, and has a number that everybody hears.`)
	t := &w.tetra
	p.Row("the key", fmt.Sprintf("%x, 80 bits", t.key.Bytes()))
	p.Row("ciphertext", fmt.Sprintf("%s, slot %08x", page.Short(t.wire, 24), t.frame))
	o := search(p, "TEA1", *w.options.tea1)
	o.Resume = t.resume
	register, work, err := weakcipher.RecoverTEA1(p.Context(), t.frame, keystream(t.wire), o)
	if err != nil {
		return w.stopped(err, work)
	}
	w.removeResume()
	register.XOR(t.frame, t.wire)
	p.Row("search", fmt.Sprintf("%d of 32 bits unknown: the register is %x, after %s keys", *w.options.tea1, register.Bytes(), page.Thousands(work.Place)))
	p.Row("", "2^48 keys of 80 bits come to that register")
	p.Row("it opens", text(t.wire))
	w.rate(p, "TEA1", work, 32)
	return nil
}

func (w *world) gea1(p *page.Page) error {
	bits := *w.options.gea1
	weakened(p, origins()[3], `A cipher of mobile phones, for data over GPRS. Its key of 64 bits fills
		three registers, A, B and C, and what these put out is added to the text, bit by bit.`)
	key, err := weakcipher.NewGEA1Key(0, false, bits)
	if err != nil {
		return err
	}
	wire := []byte(line)
	key.XOR(0, false, wire)
	p.Row("its flaw", "two of its registers start in far too few states together:")
	for _, r := range weakcipher.GEA1Ranks() {
		note := ""
		if r.Registers == "A and C" {
			note = "   and this should be 64"
		}
		p.Row("", fmt.Sprintf("%-10s  %2d bits start in 2^%d states%s", r.Registers, r.Bits, r.Rank, note))
	}
	p.Row("ciphertext", page.Short(wire, 24))
	found, work, err := weakcipher.RecoverGEA1(p.Context(), 0, false, keystream(wire), search(p, "GEA-1", bits))
	if err != nil {
		return err
	}
	found.XOR(0, false, wire)
	p.Row("search", fmt.Sprintf("%d of 64 bits unknown, in 2^%d steps for A and C, with tables of 2^%d for B: the key is %x, after %s steps",
		bits, bits/2+bits/8, bits-bits/2-bits/8, found.Bytes(), page.Thousands(work.Place)))
	p.Row("it opens", text(wire))
	w.rate(p, "GEA-1", work, 40)
	if bits < 64 && !p.Seeded {
		p.Row("", "with tables of this size; those of full size take twice the time")
	}
	return nil
}

// history sets the searches of the past beside this machine.
func (w *world) history(p *page.Page) error {
	p.Part("Searches that found a key, in public")
	p.Table(8, 23, 6, -4, 10)
	if p.Seeded {
		p.Row("when", "who", "cipher", "bits", "took")
	} else {
		p.Row("when", "who", "cipher", "bits", "took", "this machine")
	}
	for _, f := range falls() {
		here := ""
		if rate := w.rates[map[string]string{"RC4": "export RC4", "DES": "40-bit DES"}[f.cipher]]; rate > 0 && !p.Seeded {
			here = span.Estimate(f.bits, rate).String()
		}
		p.Row(f.when, f.who, f.cipher, f.bits, f.took, here)
	}
	if !p.Seeded {
		p.Say("This machine's times are for every key, at the rates measured above.")
	}
	return nil
}

// weakened begins the part of a cipher, and prints what is known of who weakened it.
func weakened(p *page.Page, o origin, what string) {
	p.Part(strings.ToUpper(o.cipher[:1]) + o.cipher[1:])
	p.Say("%s", what)
	p.Table(11)
	p.Row("weakened by", o.by)
	p.Row("known to", o.known)
	p.Row("disclosed", o.disclosed)
	p.Row("source", o.source)
}

// search returns the options of a search, which shows its progress.
func search(p *page.Page, what string, bits int) weakcipher.Options {
	return weakcipher.Options{Bits: bits, Progress: func(w weakcipher.Work) { p.Progress(what, int(w.Tried), int(w.Of)) }}
}

// rate keeps what a search has measured, and prints it with the time that all keys of the full size
// would take.
func (w *world) rate(p *page.Page, cipher string, work weakcipher.Work, full int) {
	w.rates[cipher] = work.Rate()
	if p.Seeded {
		return
	}
	p.Row("rate", fmt.Sprintf("%.1f million a second on %d cores; all 2^%d take %v",
		work.Rate()/1e6, work.Cores, full, span.Estimate(full, work.Rate())))
}

// text returns a line as it can be printed.
func text(wire []byte) string { return strings.Join(strings.Fields(string(wire)), " ") }
