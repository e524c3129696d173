package main

import (
	"fmt"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/attacks/noescrow"
	attack "doormat/attacks/sakke"
	"doormat/escrow/sakke"
	"doormat/examples/internal/page"
)

func (w *world) keys(p *page.Page) error {
	p.Title("MIKEY-SAKKE: the number is the key")
	p.Say(`Ana wants to call Ben so that nobody can listen. She knows his number, and no key of his. In
		MIKEY-SAKKE (RFC 6507 to 6509, written at CESG, which belonged to Britain's GCHQ) she needs none:
		his public key is his number, with the month before it.`)
	id, err := sakke.NewIdentifier(benNumber, dates[1])
	if err != nil {
		return err
	}
	octets := []byte(id)
	p.Table(19)
	p.Row("Ben's public key", octets[:13])
	p.Row("", octets[13:])
	p.Row("", fmt.Sprintf("%q", octets))
	p.Say(`A number is not drawn, so nobody can draw the private key for it. A key management service (KMS)
		computes it. It has two secrets, and publishes a key for each, Z and KPAK:`)
	p.Table(4, 22)
	p.Row("z", short(w.kms.Master.RecoveryKey()), "opens: receivers' keys follow from it")
	p.Row("KSAK", short(w.kms.Authentication.RecoveryKey()), "signs: signing keys follow from it")
	p.Say("Every month it computes new keys for every phone, and hands them out. Ben's for February 2011:")
	keys, err := w.issue(benNumber, dates[1])
	if err != nil {
		return err
	}
	signing := keys[len(keys)-97:] // SSK ‖ PVT, after the 257 octets of RSK
	rsk := keys[len(keys)-97-257:][:257]
	p.Table(3, 22)
	p.Row("RSK", short(rsk), "receiver's secret key: receives calls")
	p.Row("SSK", short(signing[:32]), "secret signing key: signs invitations")
	p.Row("PVT", short(signing[32:]), "public validation token: goes with signatures")
	p.Say(`His phone checks that they work. Then it forgets January's: whoever steals it in February is not
		to hear January's calls.`)
	return nil
}

// short returns the first four octets of a key, and how many it has.
func short(key []byte) string {
	return fmt.Sprintf("%s (%3d octets)", page.Short(key, 4), len(key))
}

func (w *world) call(p *page.Page) error {
	for i, at := range dates {
		if err := w.renew(at); err != nil {
			return err
		}
		state, err := w.ben.MarshalBinary()
		if err != nil {
			return err
		}
		if i == 1 {
			w.february = state
		}
		if err := w.talk(at, texts[i]); err != nil {
			return err
		}
	}
	p.Part("A call")
	p.Say(`Ana calls Ben in February. One message is enough, an I_MESSAGE, the invitation, and if his phone
		is off it can wait for him. It has a key for the call in it, which her phone draws and encrypts to
		his number. Anybody on the way can list its parts:`)
	c := w.recorded[1]
	list(p, c.invitation)
	p.Say("Then, in the call, her first packet, of %d octets, under that key:", len(c.packets[0]))
	p.Table()
	p.Row(c.packets[0])
	p.Table(9)
	p.Row("Ben hears", fmt.Sprintf("%q", texts[1]))
	return nil
}

// list prints the payloads of an invitation.
func list(p *page.Page, message []byte) {
	uri := 5 + len(anaNumber)
	kms := 5 + len("kms.example")
	payloads := []struct {
		size       int
		name, note string
	}{
		{28, "HDR", "a SAKKE message; two streams, to and fro"},
		{10, "T", "the date, " + dates[1].Format("2006-01-02 15:04:05")},
		{18, "RAND", "random, for this call"},
		{uri, "IDRi", anaNumber + ", who calls"},
		{uri, "IDRr", benNumber + ", who is called"},
		{kms, "IDRkms", "kms.example, Ana's KMS"},
		{kms, "IDRkms", "kms.example, Ben's KMS"},
		{5 + 273, "SAKKE", "16 octets, for whoever has Ben's RSK"},
		{2 + 129, "SIGN", "Ana's signature, and her PVT"},
	}
	at := 0
	p.Table(-3, -10, 9, 6)
	for _, x := range payloads {
		p.Row(at, fmt.Sprint(x.size, " octets"), page.Short(message[at:], 4), x.name, x.note)
		at += x.size
	}
	p.Row(at, "")
}

func (w *world) rotation(p *page.Page) error {
	p.Part("z is stolen")
	p.Say(`Ana has called Ben in January, February and March, and somebody has recorded all of it. In
		February somebody copies Ben's phone. Or somebody copies z.`)
	phone := new(sakke.Phone)
	if err := phone.UnmarshalBinary(w.february); err != nil {
		return err
	}
	z, err := sakke.ParseMasterSecret(w.kms.Master.RecoveryKey())
	if err != nil {
		return err
	}
	p.Table(15, 23)
	p.Row("", "Ben's phone, February", "z")
	for i, c := range w.recorded {
		_, phoneEnd, _ := phone.Accept(c.invitation, dates[i]) // the thief sets its clock
		m, ssv, err := z.Recover(w.community, c.invitation)
		if err != nil {
			return err
		}
		zEnd := m.CalleeSession(ssv)
		p.Row("call of "+dates[i].Format("2006-01"), hears(phoneEnd, c), hears(zEnd, c))
	}
	p.Say(`New keys each month are worth something against the first thief. The second computes them as the
		KMS does: Extract(z, "2011-01…"), Extract(z, "2011-03…"), of Ben, of Ana, of everyone, of the
		past and of years to come. z has no month in it. To change it is to give every phone a new Z, on
		one day.

		No phone saw anything. The thief listened, and asked nobody. A warrant is served with the same
		function.`)
	return nil
}

// hears returns what a session opens of a recorded call. The session is nil if the invitation did not
// give one.
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

func beside(p *page.Page) error {
	table, err := attacks.Matrix(p.Context(), conversation(), "Ben", []attacks.System{attack.New(), noescrow.New()}, p.Progress)
	if err != nil {
		return err
	}
	defer table.Close()
	p.Part("Beside it")
	p.Say(`The same twelve messages, over the same three months, through MIKEY-SAKKE and through package
		noescrow, where a phone draws its own keys and nobody else has them. Each theft happens in the
		middle of February. What opens, and whether the thief can write as Ben in March:`)
	p.Table(28, 21)
	p.Row("what is stolen", "MIKEY-SAKKE", "no escrow")
	for _, row := range []struct {
		what        string
		sakke, none attacks.TheftName
	}{
		{"nothing, all is recorded", attacks.WiretapName, attacks.WiretapName},
		{"the server: z", attack.MasterSecret, messenger.Relay},
		{"the server: KSAK", attack.KSAK, messenger.Relay},
		{"the server: both", attack.KMS, messenger.Relay},
		{"Ben's phone, its keys copied", attacks.DeviceKeys, attacks.DeviceKeys},
	} {
		p.Row(row.what, cell(table.Cell(row.sakke, attack.Name)), cell(table.Cell(row.none, noescrow.Name)))
	}
	p.Say(`Where there is no KMS, the server that is robbed has public keys and a log of them. What is left
		to steal is a phone, and one phone is one person's. (Against that thief MIKEY-SAKKE is the better
		one at signing: in March Ben's phone has other keys.) The price: Ana must fetch a key of Ben's
		before she writes to him, and compare a number with him to be sure of it. MIKEY-SAKKE was made to
		spare her that.`)
	return nil
}

func cell(e *attacks.Exposure) string {
	if e == nil {
		return "does not exist"
	}
	return fmt.Sprintf("%2d of %d, %s", e.Readable().N, e.Readable().Of, map[attacks.Verdict]string{attacks.Accepted: "and can", attacks.Refused: "and cannot"}[e.Forged])
}

// conversation returns what Ana and Ben write to each other, four messages a month.
func conversation() *attacks.Conversation {
	var messages []attacks.Message
	for i, at := range dates {
		for j, text := range []string{"Are you there?", "I am.", texts[i], "Agreed."} {
			m := attacks.Message{At: at.Add(time.Duration(j) * time.Minute), From: "Ana", To: "Ben", Text: text}
			if j%2 == 1 {
				m.From, m.To = m.To, m.From
			}
			messages = append(messages, m)
		}
	}
	return attacks.NewConversation(messages)
}
