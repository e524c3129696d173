package main

import (
	"bytes"
	"crypto/rand"
	"strings"

	"doormat/escrow/clear"
	"doormat/examples/internal/page"
)

// A world is a maker and its phones.
type world struct {
	maker *clear.Maker
}

const passcode = "720319"

func (w *world) phone() (*clear.Phone, error) {
	p, err := clear.NewPhone(w.maker.Public(), passcode)
	if err != nil {
		return nil, err
	}
	return p, p.Save(passcode, []byte("2 March, Ben: At the old place."))
}

// seizure is CLEAR as it was meant.
func (w *world) seizure(p *page.Page) error {
	w.maker = clear.NewMaker()
	ana, err := w.phone()
	if err != nil {
		return err
	}
	p.Title("Has nobody tried to do it better?")
	p.Say(`Two proposals of 2018 did: no database of keys, no reading of everybody. The first is Ray Ozzie's CLEAR.
		Ana's phone keeps her passcode on its flash, encrypted to the phone's maker. The police seize it, and
		have it show that:`)
	shown, err := ana.Show(nil)
	if err != nil {
		return err
	}
	s, err := clear.ParseScreen(shown)
	if err != nil {
		return err
	}
	p.Table(10)
	p.Row("serial", s.Serial)
	p.Row("block", page.Short(s.Block[:], 24))
	code, err := w.maker.Open(s.Serial, shown)
	if err != nil {
		return err
	}
	stored, err := ana.Unlock(code)
	if err != nil {
		return err
	}
	p.Say("They send a picture of it to the maker, with an order for that serial. The maker opens the block:")
	p.Table(10)
	p.Row("passcode", code)
	p.Row("stored", string(stored))
	p.Say("The phone can be read, and has stopped for good. Its owner will know:")
	p.Table(10)
	p.Row("Ana", refusal(ana.Save(passcode, []byte("3 March"))))
	return nil
}

// flash is the maker's key in a thief's hands.
func (w *world) flash(p *page.Page) error {
	ana, err := w.phone()
	if err != nil {
		return err
	}
	p.Part("The maker's key is stolen")
	p.Say("It has 32 bytes, and opens the block of each phone that the maker has made. From afar there is no block to open, and no phone to type a passcode into. With Ana's phone in hand, for a minute, a thief need not ask for the screen. The block is on the flash:")
	before, err := ana.MarshalBinary()
	if err != nil {
		return err
	}
	shown, _ := ana.Flash()
	thief, err := clear.ParseMaker(w.maker.RecoveryKey())
	if err != nil {
		return err
	}
	code, err := thief.Open(ana.Serial(), shown)
	if err != nil {
		return err
	}
	stored, err := ana.Unlock(code)
	if err != nil {
		return err
	}
	after, err := ana.MarshalBinary()
	if err != nil {
		return err
	}
	p.Table(10)
	p.Row("passcode", code)
	p.Row("stored", string(stored))
	p.Row("the phone", map[bool]string{true: "works, and is as it was, to the byte", false: "has changed"}[bytes.Equal(before, after)])
	return nil
}

// oracle is Tromer's attack.
func (w *world) oracle(p *page.Page) error {
	ana, err := w.phone()
	if err != nil {
		return err
	}
	mallory, err := w.phone()
	if err != nil {
		return err
	}
	p.Part("Another phone's screen")
	p.Say(`Eran Tromer's attack needs no key. Mallory's accomplices have taken Ana's phone, and have it show its
		screen. Mallory lets himself be arrested, with a phone that he has altered: it shows what Ana's shows.`)
	shown, err := ana.Show(nil)
	if err != nil {
		return err
	}
	s, err := clear.ParseScreen(shown)
	if err != nil {
		return err
	}
	code, err := w.maker.Open(s.Serial, shown)
	if err != nil {
		return err
	}
	stored, err := ana.Unlock(code)
	if err != nil {
		return err
	}
	_, err = w.maker.Open(mallory.Serial(), shown)
	p.Table(16)
	p.Row("Mallory's serial", mallory.Serial())
	p.Row("on its screen", s.Serial)
	p.Row("the maker", code)
	p.Row("accomplices", string(stored))
	p.Say(`Police and maker did as they should. The order names the serial on the screen, the answer was typed into
		Mallory's phone, and that sent it on. Police who knew the true serial would have heard:`)
	p.Table(16)
	p.Row("the maker", refusal(err))
	return nil
}

// proof is the repair, and its limit.
func (w *world) proof(p *page.Page) error {
	ana, err := w.phone()
	if err != nil {
		return err
	}
	p.Part("The repair")
	p.Say("The maker draws a challenge for each request, and the chip of the phone whose block is shown has to sign it. A picture from yesterday is refused:")
	old, err := ana.Show(nil)
	if err != nil {
		return err
	}
	var challenge [clear.ChallengeSize]byte
	rand.Read(challenge[:])
	_, err = w.maker.OpenLive(ana.Serial(), challenge, old)
	p.Table(16)
	p.Row("the maker", refusal(err))
	p.Say("Two phones that talk while the police wait are not. The challenge is typed into Mallory's phone, carried to Ana's, and the answer back:")
	relayed, err := ana.Show(challenge[:])
	if err != nil {
		return err
	}
	code, err := w.maker.OpenLive(ana.Serial(), challenge, relayed)
	if err != nil {
		return err
	}
	p.Table(16)
	p.Row("the maker", code)
	return nil
}

func refusal(err error) string {
	if err == nil {
		return "nothing: it is not refused"
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "clear: "), "crumple: ")
}
