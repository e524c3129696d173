package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/escrow/sakke"
)

func (p *play) keys(w io.Writer) error {
	fmt.Fprint(w, `MIKEY-SAKKE: THE NUMBER IS THE KEY

Alice wants to call Bob so that nobody can listen. She knows his number, and no
key of his. In MIKEY-SAKKE (RFC 6507 to 6509, written at CESG in Britain) she
needs none: his public key is his number, with the month before it.

`)
	id, err := sakke.NewIdentifier(bobNumber, dates[1])
	if err != nil {
		return err
	}
	octets := []byte(id)
	fmt.Fprintf(w, "  Bob's public key     %x\n", octets[:13])
	fmt.Fprintf(w, "                       %x\n", octets[13:])
	fmt.Fprintf(w, "                       %q\n", octets)
	fmt.Fprint(w, `
A number is not drawn, so nobody can draw the private key for it. A key
management service (KMS) computes it. It has two secrets, and publishes a key
for each:

`)
	fmt.Fprintf(w, "  z     %s  opens: receivers' keys follow from it\n", short(p.kms.Master.Bytes()))
	fmt.Fprintf(w, "  KSAK  %s  signs: signing keys follow from it\n", short(p.kms.Authentication.Bytes()))
	fmt.Fprint(w, `
Every month it computes new keys for every phone, and hands them out. Bob's for
February 2011:

`)
	keys, err := p.issue(bobNumber, dates[1])
	if err != nil {
		return err
	}
	signing := keys[len(keys)-97:] // SSK ‖ PVT, behind the 257 octets of RSK
	rsk := keys[len(keys)-97-257:][:257]
	fmt.Fprintf(w, "  RSK  %s  receives calls\n", short(rsk))
	fmt.Fprintf(w, "  SSK  %s  signs invitations\n", short(signing[:32]))
	fmt.Fprintf(w, "  PVT  %s  is sent with each signature\n", short(signing[32:]))
	fmt.Fprint(w, `
His phone checks that they work. Then it forgets January's: whoever steals it in
February is not to hear January's calls.
`)
	return nil
}

// short is the beginning of a secret, enough to tell it from another.
func short(b []byte) string { return fmt.Sprintf("%x… (%3d octets)", b[:4], len(b)) }

func (p *play) call(w io.Writer) error {
	for i, at := range dates {
		if err := p.renew(at); err != nil {
			return err
		}
		state, err := p.bob.MarshalBinary()
		if err != nil {
			return err
		}
		if i == 1 {
			p.february = state
		}
		if err := p.talk(at, texts[i]); err != nil {
			return err
		}
	}
	fmt.Fprint(w, `
1. A CALL

Alice calls Bob in February. One message is enough, an I_MESSAGE, and if his
phone is off it can wait for him. Anybody on the way can list it:

`)
	c := p.recorded[1]
	list(w, c.invitation)
	fmt.Fprintf(w, "\n  then, in the call, her first packet: %d octets\n  %x\n", len(c.packets[0]), c.packets[0])
	fmt.Fprintf(w, "\n  Bob hears  %q\n", texts[1])
	return nil
}

// list shows the payloads of an invitation.
func list(w io.Writer, message []byte) {
	uri := 5 + len(aliceNumber)
	kms := 5 + len("kms.example")
	payloads := []struct {
		size int
		note string
	}{
		{28, "HDR    a SAKKE message; two streams, to and fro"},
		{10, "T      the date, " + dates[1].Format("2006-01-02 15:04:05")},
		{18, "RAND"},
		{uri, "IDRi   " + aliceNumber},
		{uri, "IDRr   " + bobNumber},
		{kms, "IDRkms kms.example, Alice's"},
		{kms, "IDRkms kms.example, Bob's"},
		{5 + 273, "SAKKE  16 octets, for whoever has Bob's RSK"},
		{2 + 129, "SIGN   Alice's signature, and her PVT"},
	}
	at := 0
	for _, p := range payloads {
		end := min(at+4, len(message))
		fmt.Fprintf(w, "  %3d  %3d octets  %x…  %s\n", at, p.size, message[at:end], p.note)
		at += p.size
	}
	fmt.Fprintf(w, "  %3d\n", at)
}

func (p *play) rotation(w io.Writer) error {
	fmt.Fprint(w, `
2. Z IS STOLEN

Alice has called Bob in January, February and March, and somebody has recorded
all of it. In February somebody copies Bob's phone. Or somebody copies z.

`)
	phone, err := sakke.ParsePhone(p.february)
	if err != nil {
		return err
	}
	z, err := sakke.ParseMasterSecret(p.kms.Master.Bytes())
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "                   %-23s  %s\n", "Bob's phone, February", "z")
	for i, c := range p.recorded {
		_, phoneEnd, _ := phone.Accept(c.invitation, dates[i]) // its clock is the thief's to set
		zEnd, err := listen(z, p.community, c.invitation)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  call of %s  %-23s  %s\n", dates[i].Format("2006-01"), hears(phoneEnd, c), hears(zEnd, c))
	}
	fmt.Fprint(w, `
New keys each month are worth something against the first thief. The second
computes them as the KMS does: Extract(z, "2011-01…"), Extract(z, "2011-03…"),
of Bob, of Alice, of everyone, of the past and of years to come. z has no month
in it. To change it is to give every phone a new Z, on one day.

No phone saw anything. The thief listened, and asked nobody. A warrant is served
with the same function.
`)
	return nil
}

// hears is what somebody hears of a recorded call who has the callee's end of it, or no end.
func hears(s *sakke.Session, c recorded) string {
	if s == nil {
		return "nothing"
	}
	var heard []string
	for _, packet := range c.packets {
		text, err := s.Open(packet)
		if err != nil {
			return "noise"
		}
		heard = append(heard, fmt.Sprintf("%q", text))
	}
	return strings.Join(heard, " ")
}

// listen is what z opens: recorded octets and z go in, and nothing that is on a phone.
func listen(z sakke.MasterSecret, c *sakke.Community, invitation []byte) (*sakke.Session, error) {
	m, _, err := sakke.ParseInvitation(invitation)
	if err != nil {
		return nil, err
	}
	callee, err := sakke.NewIdentifier(m.To, m.At)
	if err != nil {
		return nil, err
	}
	rsk, err := z.Extract(callee)
	if err != nil {
		return nil, err
	}
	ssv, err := c.Decapsulate(rsk, m.Encapsulated)
	if err != nil {
		return nil, err
	}
	return m.CalleeSession(ssv), nil
}

func beside(ctx context.Context, w io.Writer, progress attacks.Progress) error {
	table, err := attacks.Matrix(ctx, conversation(), "Bob", []attacks.System{attacks.NewSakke(), attacks.NewNoEscrow()}, progress)
	if err != nil {
		return err
	}
	defer table.Close()
	fmt.Fprint(w, `
4. BESIDE IT

The same twelve messages, over the same three months, through MIKEY-SAKKE and
through package noescrow, where a phone draws its own keys and nobody else has
them. Each theft happens in the middle of February. What opens, and whether the
thief can write as Bob in March:

  what is stolen                MIKEY-SAKKE            no escrow
`)
	for _, row := range []struct{ what, sakke, none string }{
		{"nothing, all is recorded", "wiretap", "wiretap"},
		{"the server: z", "master secret", "provider"},
		{"the server: KSAK", "KSAK", "provider"},
		{"the server: both", "KMS", "provider"},
		{"Bob's phone, its keys copied", "device keys", "device keys"},
	} {
		fmt.Fprintf(w, "  %-28s  %-21s  %s\n", row.what, cell(table.Cell(row.sakke, "MIKEY-SAKKE")), cell(table.Cell(row.none, "no escrow")))
	}
	fmt.Fprint(w, `
Where there is no KMS, the server that is robbed has public keys and a log. What
is left to steal is a phone, and one phone is one person's. (Against that thief
MIKEY-SAKKE is the better one at signing: in March Bob's phone has other keys.)
The price: Alice must fetch a key of Bob's before she writes to him, and compare
a number with him to be sure of it. MIKEY-SAKKE was made to spare her that.
`)
	return nil
}

func cell(e *attacks.Exposure) string {
	if e == nil {
		return "does not exist"
	}
	return fmt.Sprintf("%2d of %d, %s", e.Readable().N, e.Readable().Of, map[string]string{"accepted": "and can", "refused": "and cannot"}[e.Forged])
}

// conversation is Alice's and Bob's, four messages a month.
func conversation() *attacks.Conversation {
	var messages []attacks.Message
	for i, at := range dates {
		for j, text := range []string{"Are you there?", "I am.", texts[i], "Agreed."} {
			m := attacks.Message{At: at.Add(time.Duration(j) * time.Minute), From: "Alice", To: "Bob", Text: text}
			if j%2 == 1 {
				m.From, m.To = m.To, m.From
			}
			messages = append(messages, m)
		}
	}
	return attacks.NewConversation(messages)
}
