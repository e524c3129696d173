package main

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
	attack "doormat/attacks/franking"
	"doormat/examples/internal/page"
	"doormat/noescrow"
	"doormat/noescrow/franking"
)

// A world is two people and a provider, and a message as its recipient has it.
type world struct {
	mallory, bob *noescrow.Device
	provider     *franking.Provider
	context      franking.Context
	commitment   franking.Commitment
	stamp        franking.Stamp
	received     []byte // what Ben's device has decrypted
	report1      []byte
}

const threat = "I know where you live."

// send sends a threat, and shows who has what.
func (w *world) send(p *page.Page) error {
	w.mallory, w.bob, w.provider = noescrow.NewDevice(), noescrow.NewDevice(), franking.NewProvider()
	publication, err := w.bob.Publish(1)
	if err != nil {
		return err
	}
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		return err
	}
	if err := w.mallory.Start(w.bob.Identity(), shelf.Bundle()); err != nil {
		return err
	}
	plaintext, c, err := franking.Seal(franking.Message{Text: []byte(threat)})
	if err != nil {
		return err
	}
	envelope, err := w.mallory.Seal(w.bob.Identity(), plaintext, c[:])
	if err != nil {
		return err
	}
	w.context = franking.Context{From: w.mallory.Identity(), To: w.bob.Identity(), At: time.Date(2026, 3, 2, 23, 40, 0, 0, time.UTC)}
	w.commitment, w.stamp = c, w.provider.Stamp(c, w.context)

	p.Title("A report that proves, and a provider that cannot read")
	p.Say(`Messages are encrypted end to end, and no third key exists. Still, a person who is threatened can
		prove it to the provider, who runs the relay. The message has a random key Kf inside, and beside it, in clear, travels a
		commitment to it, C = HMAC(Kf, message). The provider adds a stamp with a key K of its own,
		T = HMAC(K, C, sender, recipient, date), and stores nothing.`)
	p.Part("Mallory writes to Ben")
	p.Table(14)
	p.Row("the text", threat)
	p.Row("Kf, inside", page.Short(plaintext[1:][:32], 16))
	p.Row("C, in clear", page.Short(c[:], 16))
	p.Row("the envelope", page.Short(envelope, 16))
	p.Row("", fmt.Sprintf("%s bytes", page.Thousands(len(envelope))))
	p.Row("T, the stamp", page.Short(w.stamp[:], 16))
	_, w.received, err = w.bob.Open(envelope, c[:])
	if err != nil {
		return err
	}
	if _, err = franking.Open(w.received, c); err != nil {
		return err
	}
	p.Say(`Ben's device decrypts the message, and shows it since it fits C. Of %d bytes that Ben keeps for a
		report, %d are not the text.`, len(w.newReport()), len(w.newReport())-len(threat))
	return nil
}

func (w *world) newReport() []byte {
	return franking.NewReport(w.received, w.commitment, w.context, w.stamp)
}

// report has the provider judge.
func (w *world) report(p *page.Page) error {
	w.report1 = w.newReport()
	m, x, err := w.provider.Judge(w.report1)
	if err != nil {
		return err
	}
	p.Part("Ben reports it")
	p.Say("The provider computes both MACs again. What the report proves to it:")
	p.Table(6)
	p.Row("from", who(w, x.From))
	p.Row("to", who(w, x.To))
	p.Row("date", x.At.Format("2 January 2006, 15:04"))
	p.Row("text", string(m.Text))
	p.Say(`Nothing else opens: Kf is the key of this message alone. And nobody else is convinced. A newspaper
		that is given the report has no K, and to it any text with any stamp looks the same:`)
	_, _, err = franking.NewProvider().Judge(w.report1)
	p.Table()
	p.Row(refusal(err))
	return nil
}

// lies are the reporter's and the sender's.
func (w *world) lies(p *page.Page) error {
	p.Part("Who lies without K")
	p.Table(26)
	worse := slices.Clone(w.report1)
	copy(worse[len(worse)-len(threat):], "I'll burn your house!")
	_, _, err := w.provider.Judge(worse)
	p.Row("Ben, about the text", refusal(err))
	other := w.context
	other.From = noescrow.NewDevice().Identity()
	_, _, err = w.provider.Judge(franking.NewReport(w.received, w.commitment, other, w.stamp))
	p.Row("Ben, about the sender", refusal(err))
	other = w.context
	other.At = other.At.AddDate(-1, 0, 0)
	_, _, err = w.provider.Judge(franking.NewReport(w.received, w.commitment, other, w.stamp))
	p.Row("Ben, about the date", refusal(err))
	unreportable := w.commitment
	unreportable[0] ^= 1
	_, err = franking.Open(w.received, unreportable)
	p.Row("Mallory, about C", refusal(err))
	p.Say("The last is said by Ben's device, before it shows anything: what is shown can be reported.")
	return nil
}

// theft forges with the provider's key.
func (w *world) theft(p *page.Page) error {
	loot := w.provider.RecoveryKey()
	stolen, err := franking.ParseProvider(loot)
	if err != nil {
		return err
	}
	plaintext, c, err := franking.Seal(franking.Message{Text: []byte("I never wrote this.")})
	if err != nil {
		return err
	}
	x := franking.Context{From: w.bob.Identity(), To: w.mallory.Identity(), At: w.context.At}
	m, x, err := w.provider.Judge(franking.NewReport(plaintext, c, x, stolen.Stamp(c, x)))
	if err != nil {
		return err
	}
	opened, err := measure(p)
	if err != nil {
		return err
	}
	p.Part("The provider's key is stolen")
	p.Table(14)
	p.Row("stolen", page.Short(loot[2:], 16))
	p.Row("it opens", fmt.Sprintf("%d of %d messages of a conversation", opened.N, opened.Of))
	p.Row("it forges", "the provider believes this report:")
	p.Row("", "from "+who(w, x.From)+" to "+who(w, x.To)+": "+string(m.Text))
	p.Say(`Whoever has K, the provider's own people among them, can have the provider believe anything of
		anybody. That is the price, and it is one of evidence, not of secrecy. The provider's database is no
		loot: it stores nothing of a message, and what passes by is no hash that a guess could be tried on.`)
	return nil
}

// measure sends a conversation of short texts, steals the franking key, and counts what opens.
func measure(p *page.Page) (attacks.Count, error) {
	var texts []attacks.Message
	for i, text := range []string{"Good morning", "yes", "no", "ok", "On my way.", "Good night"} {
		texts = append(texts, attacks.Message{At: time.Date(2026, 3, 2, 8, i, 0, 0, time.UTC), From: "Ana", To: "Ben", Text: text})
	}
	r, err := attacks.Run(p.Context(), attack.New(), attacks.NewConversation(texts), "Ana", p.Progress)
	if err != nil {
		return attacks.Count{}, err
	}
	return r.Exposure(attack.Key).Readable(), r.Close()
}

// salamander shows one ciphertext that is two pictures.
func (w *world) salamander(p *page.Page) error {
	one, two, err := attack.NewSalamander(landscape(), abuse())
	if err != nil {
		return err
	}
	p.Part("2016: the picture that the provider does not see")
	p.Say(`Pictures were sealed with AES-GCM, the key was in the message, and the provider opened each
		ciphertext of a report once. But GCM does not commit to its key: Mallory solves one linear equation
		in GF(2^128), and one ciphertext has a right tag under two keys. Both messages name it.`)
	p.Table(14)
	p.Row("K1", page.Short(one.Key[:], 16))
	p.Row("K2", page.Short(two.Key[:], 16))
	p.Row("ciphertext", page.Short(one.Sealed, 16))
	p.Row("", page.Thousands(len(one.Sealed))+" bytes, tag "+page.Short(one.Sealed[len(one.Sealed)-16:], 8))
	p.Say("What Ben's phone shows for the first message, a JPEG file, and for the second, a BMP file:")
	var files [][]byte
	for _, picture := range []attack.Picture{one, two} {
		file, err := picture.Open()
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	if err := side(p, files...); err != nil {
		return err
	}
	seen := attack.Review([]attack.Picture{one, two})
	p.Say("Ben reports both. The provider sees %d:", len(seen))
	return side(p, seen...)
}

// committing tries the same on package franking.
func (w *world) committing(p *page.Page) error {
	plaintext, c, sealed, err := attack.NewCommittedSalamander(landscape(), abuse())
	if err != nil {
		return err
	}
	m, err := franking.Open(plaintext, c)
	if err != nil {
		return err
	}
	p.Part("The same, with 32 bytes that commit to the key")
	p.Say(`Package franking derives two things from the key of a picture: GCM's key and 32 bytes that stand
		before the ciphertext. Mallory can still have GCM open it under two keys, and has done so here. There
		is room for one commitment:`)
	p.Table(14)
	for i, a := range m.Attachments {
		file, err := a.Open(sealed)
		what := refusal(err)
		if err == nil {
			what = page.Thousands(len(file)) + " bytes open"
		}
		p.Row([]string{"first key", "second key"}[i], what)
	}
	p.Say("Ben's phone does not show the second picture. What it shows, the provider sees.")
	return nil
}

// who names an identity.
func who(w *world, id noescrow.Identity) string {
	switch id {
	case w.mallory.Identity():
		return "Mallory"
	case w.bob.Identity():
		return "Ben"
	}
	return "a stranger"
}

// refusal returns the text of an error of package franking.
func refusal(err error) string {
	if err == nil {
		return "nothing: it is not refused"
	}
	return strings.TrimPrefix(err.Error(), "franking: ")
}

// side prints pictures beside each other, a letter for a square of pixels.
func side(p *page.Page, files ...[]byte) error {
	var pictures []image.Image
	for _, file := range files {
		m, err := attack.DecodePicture(file)
		if err != nil {
			return err
		}
		pictures = append(pictures, m)
	}
	p.Table()
	for y := range height {
		line := ""
		for _, m := range pictures {
			for x := range width {
				r, _, _, _ := m.At(scale*x+scale/2, 2*scale*y+scale).RGBA()
				line += string(" .#"[min(2, (0xffff-int(r))*3>>16)])
			}
			line += "      "
		}
		p.Row("   " + strings.TrimRight(line, " ") + "   ")
	}
	return nil
}
