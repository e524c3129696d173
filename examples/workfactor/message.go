package main

import (
	"fmt"
	"strings"

	"doormat/escrow/workfactor"
	"doormat/internal/keysearch"
)

const text = "The bridge, at six."

// escrowCase is one message, and the authority whose field is in it.
type escrowCase struct {
	authority  *workfactor.Authority
	envelope   []byte
	residual   *workfactor.Residual
	checkpoint keysearch.Checkpoint
}

func newCase(authority *workfactor.Authority, envelope []byte) (*escrowCase, error) {
	residual, err := authority.Residual(envelope)
	return &escrowCase{authority: authority, envelope: envelope, residual: residual}, err
}

// message has Alice write to Bob, and shows what crosses the wire.
func (p *printer) message() (*escrowCase, *workfactor.Device, error) {
	authority := workfactor.NewAuthority()
	alice, err := workfactor.NewDevice(authority.Public(), p.bits)
	if err != nil {
		return nil, nil, err
	}
	bob, err := workfactor.NewDevice(authority.Public(), p.bits)
	if err != nil {
		return nil, nil, err
	}
	envelope, err := alice.Seal(bob.Identity(), []byte(text))
	if err != nil {
		return nil, nil, err
	}
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return nil, nil, err
	}
	c, err := newCase(authority, envelope)
	if err != nil {
		return nil, nil, err
	}
	p.line("Lotus Notes International, 1996: a key of 64 bits, and 24 of them for the NSA\n")
	p.line("Alice writes to Bob: %q", text)
	p.line("The message has a key of its own. Here it has %d bits: 24 go along in a field", workfactor.EscrowedBits+p.bits)
	p.line("that the authority can open, %d are left for it to search. In 1996: 24 and 40.\n", p.bits)
	p.line("What crosses the wire, %d bytes:", len(envelope))
	p.part("version", envelope[:1], "")
	p.part("bits", envelope[1:2], "left to search")
	p.part("from", e.From[:], "32 bytes: Alice, or so it says, since nothing is signed")
	p.part("to", e.To[:], "32 bytes: Bob")
	p.part("wrapped", e.Wrapped, "56 bytes: the key, for Bob's private key")
	p.part("field", e.Field, "95 bytes: 24 bits of the key, for the authority's, in RSA of 760 bits")
	p.part("iv", e.IV[:], "")
	p.part("body", e.Ciphertext, fmt.Sprintf("%d bytes, RC2 under the key: \"Notes R4\", then the text", len(e.Ciphertext)))
	published := workfactor.PublishedKey().Bytes()
	p.line("\nThe authority's public key was in every copy of the program. Adam Back found it")
	p.line("with a debugger, and the name %s:", workfactor.PublishedName)
	p.line("  %x…%x", published[:16], published[len(published)-8:])
	p.line("Nobody outside has its private key. An authority of our own stands in for it:")
	own := authority.Public().Bytes()
	p.line("  %x…%x\n", own[:16], own[len(own)-8:])
	return c, bob, nil
}

// part shows bytes, a short part beside its name and a long one below it.
func (p *printer) part(name string, b []byte, what string) {
	const short, long = 8, 23
	if len(b) <= short {
		p.line("%s", strings.TrimRight(fmt.Sprintf("  %-8s %-23s  %s", name, hexBytes(b), what), " "))
		return
	}
	p.line("  %-8s %s", name, what)
	for len(b) > 0 {
		n := min(long, len(b))
		p.line("           %s", hexBytes(b[:n]))
		b = b[n:]
	}
}

func hexBytes(b []byte) string { return fmt.Sprintf("% x", b) }

// check has Bob look at fields that somebody has disturbed.
func (p *printer) check(c *escrowCase, bob *workfactor.Device) error {
	p.line("Bob's check. He has the key, makes the field again, and compares:")
	other, err := bob.Seal(bob.Identity(), []byte("another message"))
	if err != nil {
		return err
	}
	o, err := workfactor.ParseEnvelope(other)
	if err != nil {
		return err
	}
	for _, d := range []struct {
		what   string
		change func(e *workfactor.Envelope)
	}{
		{"as it was sent", func(*workfactor.Envelope) {}},
		{"one bit changed", func(e *workfactor.Envelope) { e.Field[40] ^= 1 }},
		{"of another message", func(e *workfactor.Envelope) { e.Field = o.Field }},
		{"cut out", func(e *workfactor.Envelope) { e.Field = nil }},
	} {
		e, err := workfactor.ParseEnvelope(append([]byte(nil), c.envelope...))
		if err != nil {
			return err
		}
		d.change(e)
		changed, err := e.Marshal()
		if err != nil {
			return err
		}
		if _, opened, err := bob.Open(changed); err != nil {
			p.line("  %-20s refused: %s", d.what, strings.TrimPrefix(err.Error(), "workfactor: "))
		} else {
			p.line("  %-20s opens: %q", d.what, opened)
		}
	}
	p.line("Two who want to hide encrypt to each other first, and pass.\n")
	return nil
}
