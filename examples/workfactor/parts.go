package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/escrow/workfactor"
	"doormat/escrow/workfactor/partial"
	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

const (
	title = "Lotus Notes International"
	text  = "The bridge, at six."
)

// wire has Ana write to Ben, and shows what crosses the wire.
func (w *world) wire(p *page.Page) error {
	authority := workfactor.NewAuthority()
	bits := *w.options.bits
	ana, err := workfactor.NewDevice(authority.Public(), bits)
	if err != nil {
		return err
	}
	if w.ben, err = workfactor.NewDevice(authority.Public(), bits); err != nil {
		return err
	}
	envelope, err := ana.Seal(w.ben.Identity(), []byte(text))
	if err != nil {
		return err
	}
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return err
	}
	if w.message, err = newCase(authority, envelope); err != nil {
		return err
	}
	p.Title(title)
	p.Part("What crosses the wire")
	p.Say(`Ana writes to Ben: %q The message has a key of its own. Here it has %d bits: %d go along in a field
		that an authority can open, %d are left for it to search. In 1996: 24 and 40, and the authority was
		the NSA, the signals intelligence service of the United States.`,
		text, workfactor.EscrowedBits+bits, workfactor.EscrowedBits, bits)
	p.Say("This is the message in its envelope, of %d bytes:", len(envelope))
	p.Table(7, 23)
	octets(p, "version", envelope[:1], "")
	octets(p, "bits", envelope[1:2], fmt.Sprintf("in hexadecimal: %d are left to search", bits))
	octets(p, "from", e.From[:], "32 bytes: Ana, or so it says, since nothing is signed")
	octets(p, "to", e.To[:], "32 bytes: Ben")
	octets(p, "wrapped", e.Wrapped, "56 bytes: the key, for Ben's private key")
	octets(p, "field", e.Field, "95 bytes: 24 bits of the key, for the authority's, in RSA of 760 bits")
	octets(p, "iv", e.IV[:], "random, begins the encryption of the body")
	octets(p, "body", e.Ciphertext, fmt.Sprintf("%d bytes, RC2 under the key: \"Notes R4\", then the text", len(e.Ciphertext)))
	p.Say(`The authority's public key was in every copy of the program. Adam Back found it with a debugger, and
		the name %s:`, workfactor.PublishedName)
	p.Table()
	p.Row(ends(workfactor.PublishedKey().Bytes()))
	p.Say("Nobody outside has its private key. An authority of our own stands in for it:")
	p.Table()
	p.Row(ends(authority.Public().Bytes()))
	return nil
}

// octets prints a few bytes beside their name, or more of them below it.
func octets(p *page.Page, name string, b []byte, what string) {
	if len(b) <= 8 {
		p.Row(name, b, what)
		return
	}
	p.Row(name, what)
	p.Row("", b)
}

// ends returns the beginning and the end of a public key.
func ends(b []byte) string { return fmt.Sprintf("%s%x", page.Short(b, 16), b[len(b)-8:]) }

// check has Ben look at fields that were changed on the way.
func (w *world) check(p *page.Page) error {
	p.Part("Ben's check")
	p.Say("He has the key, makes the field again, and compares:")
	other, err := w.ben.Seal(w.ben.Identity(), []byte("another message"))
	if err != nil {
		return err
	}
	o, err := workfactor.ParseEnvelope(other)
	if err != nil {
		return err
	}
	p.Table(19)
	for _, d := range []struct {
		what   string
		change func(e *workfactor.Envelope)
	}{
		{"as it was sent", func(*workfactor.Envelope) {}},
		{"one bit changed", func(e *workfactor.Envelope) { e.Field[40] ^= 1 }},
		{"of another message", func(e *workfactor.Envelope) { e.Field = o.Field }},
		{"cut out", func(e *workfactor.Envelope) { e.Field = nil }},
	} {
		e, err := workfactor.ParseEnvelope(slices.Clone(w.message.envelope))
		if err != nil {
			return err
		}
		d.change(e)
		changed, err := e.Bytes()
		if err != nil {
			return err
		}
		if _, opened, err := w.ben.Open(changed); err != nil {
			p.Row(d.what, "refused: "+strings.TrimPrefix(err.Error(), "workfactor: "))
		} else {
			p.Row(d.what, fmt.Sprintf("opens: %q", opened))
		}
	}
	p.Say("Two who want to hide encrypt to each other first, and pass.")
	return nil
}

// wiretap tries what can be done without the authority's key, and measures meanwhile.
func (w *world) wiretap(p *page.Page) error {
	tried, place, err := w.measure(p)
	if err != nil {
		return err
	}
	bits := workfactor.EscrowedBits + w.message.bits
	result := "none fits"
	if place > 0 {
		result = fmt.Sprintf("and number %s fits: this key is short", page.Thousands(place-1))
	}
	p.Part("The wiretap")
	p.Say(`A wiretap has the envelope and no key, and knows how bodies begin. %s of 2^%d keys tried, %s. All of
		them take %v.`, page.Thousands(tried), bits, result, span.Estimate(bits, w.rates.allCores))
	return nil
}

// authority opens the field and searches the rest.
func (w *world) authority(p *page.Page) error {
	e, err := workfactor.ParseEnvelope(w.message.envelope)
	if err != nil {
		return err
	}
	block, err := w.message.authority.OpenField(e.Field)
	if err != nil {
		return err
	}
	p.Part("The authority")
	p.Say("The authority, with a warrant, and a thief of its key, without, open the field:")
	p.Table(7, 23)
	octets(p, "mark", block[:2], "")
	octets(p, "pad", block[2:len(block)-3], "90 bytes, a hash of the whole key")
	octets(p, "key", block[len(block)-3:], fmt.Sprintf("the upper 24 of its %d bits", workfactor.EscrowedBits+w.message.bits))
	return w.search(p)
}

// resumed goes on with a search that was interrupted.
func (w *world) resumed(p *page.Page) error {
	p.Title(title)
	p.Say("Going on with key %s of 2^%d.", page.Thousands(w.message.done), w.message.bits)
	if _, _, err := w.measure(p); err != nil {
		return err
	}
	return w.search(p)
}

// costs prints what each number of bits costs.
func (w *world) costs(p *page.Page) error {
	r, perHour := w.rates, *w.options.price
	p.Part("What it costs")
	p.Say("To try all keys, of so many bits. On average a key is found after half of that.")
	p.Table(-4, 14, 14, 14, -13)
	p.Row("bits", "this machine", "1,000 cores", "100,000 cores", "price", "who pays")
	for _, bits := range []int{24, 32, 40, 48, 56, 64, 80} {
		price := r.price(bits, perHour)
		p.Row(bits, brief(bits, r.allCores), brief(bits, r.cluster(1_000)), brief(bits, r.cluster(100_000)),
			dollars(price), whoCanAfford(price))
	}
	rate := fmt.Sprintf("A rate is stated here and not measured: %.0f million keys a second and core.", statedRate/1e6)
	if !p.Seeded {
		rate = fmt.Sprintf("Measured: %.1f million keys a second on one core; %d cores do the work of %.2f.", r.oneCore/1e6, r.cores, r.scaling())
	}
	var purses []string
	for _, b := range buyers {
		purses = append(purses, fmt.Sprintf("%s %s", b.name, dollars(b.dollars)))
	}
	full := workfactor.FullBits
	p.Say(`%s The clusters are extrapolated from that. An hour of a core costs $%g. Assumed purses: %s. So a
		message of 1996 costs its reader %s with the authority's key, and %s without it.`,
		rate, perHour, strings.Join(purses, ", "), dollars(r.price(full, perHour)), dollars(r.price(full+workfactor.EscrowedBits, perHour)))
	p.Say("What was paid when it was new:")
	p.Table(4, 7, 3)
	p.Row(1995, "40 bits", "RC4", "8 days at 850,000 keys a second (Doligez)")
	p.Row(1995, "40 bits", "RC4", "32 hours, some 200 people on the net")
	p.Row(1997, "40 bits", "RC5", "3.5 hours, some 250 machines (Goldberg)")
	p.Row(1998, "56 bits", "DES", "56 hours, $250,000: Deep Crack, 90 billion keys a second")
	return nil
}

// early shows partial escrow, where the part that is not escrowed can be searched too soon.
func (w *world) early(p *page.Page) error {
	const bits, k, n = partial.DefaultBits, 2, 3
	p.Part("Searched too early")
	p.Say(`The academic relative is partial key escrow: of a private key x = c + a agents hold c, each a share of
		it, and a has %d bits. After an order %d of %d agents open c. Then a has to be searched for, in g^a,
		which is g multiplied by itself a times; such a multiplication is a group operation.`, bits, k, n)
	began := time.Now()
	table, err := partial.NewTable(1 << (bits / 2))
	if err != nil {
		return err
	}
	p.Say("A table of %s group operations serves for every key.", page.Thousands(table.Operations()))
	p.Table(22, 25)
	p.Row("group operations", "   before the order", "   after it")
	if err := order(p, table, "g^a can be computed", partial.DealExposed); err != nil {
		return err
	}
	if err := order(p, table, "g^a is hidden", partial.Deal); err != nil {
		return err
	}
	elapsed := time.Since(began)
	p.Say(`Where g^a can be computed from what is published, everybody searches in advance, for everybody, and on
		the day of the order the key opens at once. What is published are commitments, against which the
		agents check their shares. Pedersen's in place of Feldman's hide g^a. The work is after the order
		again.`)
	if !p.Seeded {
		p.Say("All of this took %v. At 48 bits it is %s times the work.", span.Span(elapsed.Seconds()), page.Thousands(1<<(24-bits/2)))
	}
	return nil
}

// order deals a key, searches for a before the order and, if that fails, after it.
func order(p *page.Page, table *partial.Table, name string,
	deal func(x partial.PrivateKey, k, n, bits int) (*partial.Escrow, []partial.Share, error)) error {
	escrow, shares, err := deal(partial.NewPrivateKey(), 2, 3, partial.DefaultBits)
	if err != nil {
		return err
	}
	if err := escrow.Check(); err != nil {
		return err
	}
	a, before, err := table.Search(p.Context(), escrow.EarlyTarget())
	early := err == nil
	if p.Context().Err() != nil {
		return p.Context().Err()
	}
	opened, err := escrow.Open(shares[:2])
	if err != nil {
		return err
	}
	var after int64
	if !early {
		if a, after, err = table.Search(p.Context(), opened.Target()); err != nil {
			return err
		}
	}
	if _, err := opened.Key(a); err != nil {
		return err
	}
	what := map[bool]string{true: "a found", false: "nothing found"}[early]
	p.Row(name, fmt.Sprintf("%8s, %s", page.Thousands(before), what), fmt.Sprintf("%8s, x found", page.Thousands(after)))
	return nil
}
