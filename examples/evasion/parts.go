package main

import (
	"crypto/mlkem"
	"crypto/rand"
	"fmt"
	"math"
	"strings"

	"doormat/attacks/evasion"
	"doormat/escrow"
	"doormat/examples/internal/page"
	"doormat/noescrow"
)

// messages is how many each rung sends.
const messages = 60

const hidden = "The lamp is out on Thursdays. Bring the ladder, the rope, and nobody else."

// A world has an authority, and a key that Ana and Ben share.
type world struct {
	authority *escrow.Authority
	key       evasion.Key
	texts     []string
	results   map[evasion.Rung]evasion.Result
}

func newWorld() *world {
	w := &world{authority: escrow.NewAuthority(), key: evasion.NewKey(), results: map[evasion.Rung]evasion.Result{}}
	said := []string{"Good morning!", "Did you sleep?", "The train is late again.", "Soup tonight?", "Happy birthday to your mother."}
	for i := range messages {
		w.texts = append(w.texts, fmt.Sprintf("%s (%d)", said[i%len(said)], i))
	}
	return w
}

// climb sends the messages on a rung, once.
func (w *world) climb(rung evasion.Rung) (r evasion.Result, err error) {
	r, ok := w.results[rung]
	if !ok {
		r, err = evasion.Climb(rung, w.authority.RecoveryKey(), w.key, w.texts, hidden)
		w.results[rung] = r
	}
	return r, err
}

// ladder climbs it.
func (w *world) ladder(p *page.Page) error {
	p.Title("Whom does an authority with every key not reach?")
	p.Say(`Ana writes %d messages to Ben. Their phones are enrolled: each message carries its key for the authority.
		Ana's has another program, and she and Ben once agreed on 32 bytes. What the authority opens, what it
		can read of that, and what Ben reads besides:`, messages)
	p.Table(21, -6, -7, -11, 20)
	p.Row("how Ana sends", "opened", "legible", "hidden bits", "noticed by")
	p.Row("", "", "", "a message", "")
	for i, rung := range evasion.Ladder() {
		p.Progress("rungs", i, len(evasion.Ladder()))
		r, err := w.climb(rung)
		if err != nil {
			return err
		}
		p.Row(string(rung), r.Opened, r.Legible, fmt.Sprintf("%.0f", r.Bits), r.Notices())
	}
	p.Say(`The lower rungs are loud. A client without the field writes another format. Noise does not open, and what
		was encrypted first opens and is no text; both are found by the authority once it looks, which it may
		do years later, or never.

		On the upper ones it reads everything, and everything is true. It has every key that the law gives it.
		Persiano, Phan and Yung (Eurocrypt 2022) call such messages anamorphic.`)
	return nil
}

// pair returns two phones with a session from the first to the second.
func (w *world) pair() (ana, ben *evasion.Phone, err error) {
	if ana, err = evasion.NewPhone(w.authority.Recipient()); err != nil {
		return nil, nil, err
	}
	if ben, err = evasion.NewPhone(w.authority.Recipient()); err != nil {
		return nil, nil, err
	}
	published, err := ben.Publish(1)
	if err != nil {
		return nil, nil, err
	}
	shelf, err := escrow.NewShelf(published)
	if err != nil {
		return nil, nil, err
	}
	return ana, ben, ana.Start(ben.Identity(), shelf.Bundle())
}

// envelope shows one message from both sides.
func (w *world) envelope(p *page.Page) error {
	ana, ben, err := w.pair()
	if err != nil {
		return err
	}
	authority, err := evasion.ParseAuthority(w.authority.RecoveryKey())
	if err != nil {
		return err
	}
	p.Part("One envelope, from two sides")
	coins := w.key.Hide(0, evasion.Frames("Burn the letters.")[0])
	envelope, err := ana.Seal(ben.Identity(), "Soup tonight?", coins)
	if err != nil {
		return err
	}
	seen, err := authority.Look(envelope)
	if err != nil {
		return err
	}
	p.Say("What the authority sees with its key, in %s bytes:", page.Thousands(len(envelope)))
	p.Table(14)
	p.Row("text", seen.Text)
	p.Row("message key", page.Short(seen.Key[:], 16))
	p.Row("ML-KEM carried", page.Short(seen.Encapsulated[:], 16))
	letter, err := ben.Open(envelope)
	if err != nil {
		return err
	}
	frame, err := w.key.Reveal(0, letter.Coins)
	if err != nil {
		return err
	}
	p.Say("What Ben's phone has:")
	p.Table(14)
	p.Row("text", letter.Text)
	p.Row("the field", fmt.Sprintf("as an honest phone makes it: %v", letter.Honest))
	p.Row("coins", page.Short(letter.Coins[:], 16))
	p.Row("with the key", evasion.Text([]evasion.Frame{frame}))
	_, err = evasion.NewKey().Reveal(0, letter.Coins)
	p.Row("with another", refusal(err))
	p.Say(`The coins are the 32 bytes that every phone draws for every message. The message's key and all chance
		in the field follow from them, and they travel to Ben under the ratchet. The authority gets what follows
		from them by HKDF and never the coins themselves. Ana's are 24 bytes of text and a
		tag of 8, under a pad that both compute: 192 bits a message.`)
	return nil
}

// test shows what the authority's test finds, and what it does not.
func (w *world) test(p *page.Page) error {
	p.Part("The authority tests")
	p.Say(`It computes %d p-values from what its key shows: of keys, of what ML-KEM carried, and of bodies, the
		byte values, the neighbours, the positions. It is alarmed below %g, and by anything that comes twice.
		The last three rows were built badly:`, evasion.Tests, evasion.Alarm)
	p.Table(21, -8, -7, -7, 10)
	p.Row("how Ana sends", "least p", "repeats", "guessed", "told apart")
	for _, rung := range []evasion.Rung{evasion.Honest, evasion.InSeed, evasion.InField, evasion.InCiphertext,
		evasion.ClearInField, evasion.ClearInSeed, evasion.OnePad} {
		r, err := w.climb(rung)
		if err != nil {
			return err
		}
		least := fmt.Sprintf("%.2g", r.Verdict.P)
		if r.Verdict.P < 1e-12 {
			least = "< 1e-12"
		}
		told := "no"
		if r.Verdict.ToldApart() || r.Guessed > 0 {
			told = "yes"
		}
		p.Row(string(rung), least, r.Verdict.Repeats, r.Guessed, told)
	}
	p.Say(`No test can do better on the upper rows, unless it breaks HMAC-SHA-256. The errors below are the
		accomplices' own: a text in clear where its bytes can be seen; a text in clear that can be guessed
		("guessed" tries the hidden text itself); one pad used again.`)
	return nil
}

// channels measures the others.
func (w *world) channels(p *page.Page) error {
	p.Part("Wherever a sender may choose")
	p.Table(24, -5, -10, 31)
	p.Row("chosen", "bits", "work", "read by")
	p.Row("a message's coins", 8*evasion.CoinsSize, "none", "the recipient with the key")
	p.Row("ML-KEM's, in the field", 8*evasion.CoinsSize, "none", "an insider at the authority")

	ben, err := mlkem.GenerateKey768()
	if err != nil {
		return err
	}
	ciphertext, _, err := evasion.Encapsulate(ben.EncapsulationKey().Bytes(), w.key.Hide(1, evasion.Frames("At the old place.")[0]))
	if err != nil {
		return err
	}
	coins, err := evasion.Encapsulated(ben.Bytes(), ciphertext)
	if err != nil {
		return err
	}
	frame, err := w.key.Reveal(1, coins)
	if err != nil {
		return err
	}
	p.Row("ML-KEM's, in a handshake", 8*evasion.CoinsSize, "none", "the recipient, once")

	p.Row("a header's nonce", 8*evasion.FrameSize, "none", "all on the wire with the key")
	for _, bits := range []int{4, 8} {
		const n = 20
		total := 0
		for i := range uint64(n) {
			_, tries, err := w.key.HideInCiphertext(i, bits, uint16(i), body("Soup tonight?"))
			if err != nil {
				return err
			}
			total += tries
		}
		p.Row("a body's ciphertext", bits, fmt.Sprintf("%d bodies", total/n), "all on the wire with the key")
	}
	const waiting = 12
	sent, err := w.key.HideInOrder(0, 20261129, w.texts[:waiting])
	if err != nil {
		return err
	}
	number, err := w.key.RevealInOrder(0, sent)
	if err != nil {
		return err
	}
	p.Row(fmt.Sprintf("the order of %d messages", waiting), fmt.Sprintf("%.1f", math.Log2(float64(evasion.Orders(waiting)))), "waiting", "all who read them, with the key")
	p.Row("padding", 0, "", "Padmé's is zeros")
	p.Say(`The handshake carried "%s", and the standard library decapsulates it as any other. The order
		said %d. Bits in a ciphertext cost 2 to their number in bodies, as in the paper; the work here is the mean of
		20 messages. What the text itself may say, the authority reads.`, evasion.Text([]evasion.Frame{frame}), number)
	return nil
}

// body is the ciphertext of a message, as it crosses the wire.
func body(text string) func(evasion.Coins) []byte {
	return func(c evasion.Coins) []byte { return evasion.Body(c, noescrow.Identity{1}, noescrow.Identity{2}, text) }
}

// leak lets the maker of Ana's phone do it.
func (w *world) leak(p *page.Page) error {
	p.Part("The same, from a maker to itself")
	p.Say(`Now Ana knows nothing of it, and the key is her phone's maker's. The phone draws coins again while a message
		does not tell the truth about one bit of a key of 128 bits that it keeps. Which bit, depends on the
		message, so the phone keeps no count. What the maker knows after listening to her messages:`)
	maker := evasion.NewKey()
	var secret evasion.Secret
	rand.Read(secret[:])
	var l evasion.Leak
	n, draws := 0, 0
	p.Table(-9, -5, 40)
	p.Row("messages", "bits", "of the key")
	for next := 50; l.Known < evasion.SecretBits; {
		c, tries := maker.Substitute(secret, evasion.HonestCoins, body("Soup tonight?"))
		l.Collect(maker, body("Soup tonight?")(c))
		n, draws = n+1, draws+tries
		if l.Known == evasion.SecretBits || n == next {
			next *= 2
			p.Row(n, l.Known, page.Short(l.Secret[:], 16))
		}
	}
	p.Row("", "true", page.Short(secret[:], 16))
	p.Say(`Bellare, Paterson and Rogaway (CRYPTO 2014) expect %.0f messages for 128 bits, and two draws a message; here
		it was %d, and %.2f draws. What leaves the phone is as uniform as before, to all but the maker, and
		to whoever takes the maker's key. A maker who also made the generator needs one message: a header's
		nonce has room for the whole key (their IV replacement).`, evasion.Expected(evasion.SecretBits), n, float64(draws)/float64(n))
	return nil
}

// chain shows what stops both, and what it costs.
func (w *world) chain(p *page.Page) error {
	p.Part("What stops both, and its price")
	p.Say(`Leave nothing to choose in field and body: both phones compute the coins of message n from a chain that they share, and
		Ben's refuses others.`)
	chain, maker := evasion.NewChain(), evasion.NewKey()
	var secret evasion.Secret
	rand.Read(secret[:])
	var l evasion.Leak
	for n := range uint64(2000) {
		text := body(fmt.Sprint("Soup tonight? ", n))
		c, _ := maker.Substitute(secret, func() evasion.Coins { return chain.Coins(n) }, text)
		l.Collect(maker, text(c))
	}
	same := 0
	for i := range evasion.SecretBits {
		if l.Secret.Bit(i) == secret.Bit(i) {
			same++
		}
	}
	drawn, _ := maker.Substitute(secret, evasion.HonestCoins, body("Soup tonight?"))
	p.Table(26)
	p.Row("honest coins of the chain", refusal(chain.Check(7, chain.Coins(7))))
	p.Row("Ana hides a text", refusal(chain.Check(7, w.key.Hide(7, evasion.Frames(hidden)[0]))))
	p.Row("the phone draws again", refusal(chain.Check(7, drawn)))
	p.Row("the phone does not draw", fmt.Sprintf("after 2,000 messages %d of 128 bits are right: a guess gets 64", same))
	ana, ben, err := w.pair()
	if err != nil {
		return err
	}
	envelope, err := ana.Seal(ben.Identity(), "Happy birthday!", chain.Coins(8))
	if err != nil {
		return err
	}
	text, err := chain.Open(8, envelope)
	if err != nil {
		return err
	}
	p.Say(`So the mathematics that protects Ana from her phone's maker protects an authority from Ana. But a thief of the
		chain, with no other key, reads "%s" and all other messages, past and future: what makes coins
		predictable to one makes them predictable to whoever takes the chain. And an authority that wants to check
		coins itself, without the help of a recipient, needs everybody's chains. The nonces of the ratchet
		would have to count likewise. The order, the time and the text of a message stay free.`, text)
	return nil
}

func refusal(err error) string {
	if err == nil {
		return "accepted"
	}
	return strings.TrimPrefix(err.Error(), "evasion: ")
}
