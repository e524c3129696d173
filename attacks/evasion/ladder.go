package evasion

import (
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/escrow"
	"doormat/noescrow"
)

// A Rung is one way to send messages through an escrowed system.
type Rung string

// The rungs of the ladder, and after them three that were built wrongly, as controls of the authority's test.
const (
	Honest       Rung = "honest"
	NoField      Rung = "no field"
	Noise        Rung = "noise in the field"
	Encrypted    Rung = "encrypted first"
	InSeed       Rung = "hidden in seeds"
	InField      Rung = "hidden in fields"
	InCiphertext Rung = "hidden in ciphertexts"

	ClearInField Rung = "in fields, in clear"
	ClearInSeed  Rung = "in seeds, in clear"
	OnePad       Rung = "one pad for all"
)

// Ladder lists the rungs, the lowest first.
func Ladder() []Rung { return []Rung{Honest, NoField, Noise, Encrypted, InSeed, InField, InCiphertext} }

// Controls lists the rungs that were built wrongly.
func Controls() []Rung { return []Rung{ClearInField, ClearInSeed, OnePad} }

// ciphertextBits is what a message carries on the rung InCiphertext.
const ciphertextBits = 8

// A Result is what a rung shows to each party.
type Result struct {
	Messages  int
	Delivered int // with a text, at the recipient
	Foreign   int // envelopes that are not of the system: the relay that carries them sees that
	Opened    int // by the authority
	Legible   int // of those opened: see [Legible]
	Checked   int // fields that a recipient who checks finds other than an honest sender makes them
	Guessed   int // messages whose coins were found by trying the frames of the hidden text itself
	Verdict   Verdict
	Hidden    string  // what the hidden receiver reads
	Bits      float64 // of Hidden, a message
}

// Notices returns who first notices that the messages are not honest: "the relay", "the authority" that
// opens, or reads, or tests; "recipients who check", or "nobody".
func (r Result) Notices() string {
	switch {
	case r.Foreign > 0:
		return "the relay"
	case r.Opened < r.Messages || r.Legible < r.Opened || r.Guessed > 0 || r.Verdict.ToldApart():
		return "the authority"
	case r.Checked > 0:
		return "recipients who check"
	}
	return "nobody"
}

// A link is a conversation in one direction, from one phone to another.
type link struct {
	key      Key
	ana, ben *Phone
	to       noescrow.Identity
	frames   []Frame
	hidden   string
}

// Climb sends texts from one phone to another on a rung, and hidden beside them where the rung hides
// something: as much of it as fits, again from its beginning if it is short. The key is shared by the
// phones. With it come the results of the relay, the authority of the line "AGE-SECRET-KEY-PQ-1…", the
// recipient, and the hidden receiver, who on the rungs InField and ClearInField has the authority's key
// too. It returns an error for an unknown rung, if hidden is empty, or if the line is no key.
func Climb(rung Rung, line string, key Key, texts []string, hidden string) (r Result, err error) {
	authority, err := ParseAuthority(line)
	if err != nil {
		return r, err
	}
	l, err := newLink(authority.escrow.Recipient(), key, hidden)
	if err != nil {
		return r, err
	}
	var seen []Seen
	var revealed []Frame
	var bytes []byte
	for i, text := range texts {
		envelope, err := l.send(rung, i, text)
		if err != nil {
			return r, err
		}
		r.Messages++
		if _, _, err := escrow.Addresses(envelope); err != nil {
			r.Foreign++
			if _, err := l.ben.OpenWithoutField(envelope); err == nil {
				r.Delivered++
			}
			continue
		}
		letter, err := l.ben.Open(envelope)
		if err != nil {
			return r, err
		}
		r.Delivered++
		if !letter.Honest {
			r.Checked++
		}
		var encapsulated Coins
		if s, err := authority.Look(envelope); err == nil {
			r.Opened++
			if Legible(s.Text) {
				r.Legible++
			}
			encapsulated = s.Encapsulated
			seen = append(seen, s)
		}
		switch rung {
		case InSeed:
			revealed = l.reveal(revealed, i, letter.Coins)
		case InField:
			revealed = l.reveal(revealed, i, encapsulated)
		case InCiphertext:
			bytes = append(bytes, byte(key.RevealInCiphertext(uint64(i), ciphertextBits, BodyOf(envelope))))
		}
	}
	r.Verdict = Judge(seen)
	r.Guessed = guess(seen, l.clear())
	r.Hidden = Text(revealed) + string(bytes)
	if r.Messages > 0 {
		r.Bits = float64(len(revealed)*FrameSize*8+len(bytes)*8) / float64(r.Messages)
	}
	return r, nil
}

func newLink(authority string, key Key, hidden string) (l *link, err error) {
	if hidden == "" {
		return nil, fmt.Errorf("evasion: expected a text to hide, found none")
	}
	l = &link{key: key, frames: Frames(hidden), hidden: hidden}
	if l.ana, err = NewPhone(authority); err != nil {
		return nil, err
	}
	if l.ben, err = NewPhone(authority); err != nil {
		return nil, err
	}
	published, err := l.ben.Publish(1)
	if err != nil {
		return nil, err
	}
	shelf, err := escrow.NewShelf(published)
	if err != nil {
		return nil, err
	}
	l.to = l.ben.Identity()
	return l, l.ana.Start(l.to, shelf.Bundle())
}

// send returns the envelope of message i.
func (l *link) send(rung Rung, i int, text string) ([]byte, error) {
	n, frame := uint64(i), l.frames[i%len(l.frames)]
	switch rung {
	case Honest:
		return l.ana.Seal(l.to, text, HonestCoins())
	case NoField:
		return l.ana.SealWithoutField(l.to, text)
	case Noise:
		return l.ana.SealNoise(l.to, text, HonestCoins())
	case Encrypted:
		return l.ana.Seal(l.to, encrypt(l.key, n, text), HonestCoins())
	case InSeed:
		return l.ana.Seal(l.to, text, l.key.Hide(n, frame))
	case InField:
		return l.ana.SealToAuthority(l.to, text, HonestCoins(), l.key.Hide(n, frame))
	case InCiphertext:
		c, _, err := l.key.HideInCiphertext(n, ciphertextBits, uint16(l.hidden[i%len(l.hidden)]),
			func(c Coins) []byte { return Body(c, l.ana.Identity(), l.to, text) })
		if err != nil {
			return nil, err
		}
		return l.ana.Seal(l.to, text, c)
	case ClearInField:
		return l.ana.SealToAuthority(l.to, text, HonestCoins(), clearCoins(frame))
	case ClearInSeed:
		return l.ana.Seal(l.to, text, clearCoins(frame))
	case OnePad:
		return l.ana.Seal(l.to, text, l.key.Hide(0, frame))
	}
	return nil, fmt.Errorf("evasion: expected a rung, found %q", rung)
}

func (l *link) reveal(all []Frame, i int, c Coins) []Frame {
	f, err := l.key.Reveal(uint64(i), c)
	if err != nil {
		return all
	}
	return append(all, f)
}

// clear returns the coins that are the frames of the hidden text: what an authority tries that thinks of
// that text.
func (l *link) clear() (all []Coins) {
	for _, f := range l.frames {
		all = append(all, clearCoins(f))
	}
	return all
}

// clearCoins are coins that hide nothing of a frame.
func clearCoins(f Frame) (c Coins) {
	copy(c[:], f[:])
	return c
}

// encrypt returns a text that the authority opens and does not read: ChaCha20-Poly1305 under a key for
// message n, in base64.
func encrypt(k Key, n uint64, text string) string {
	key := k.block("encrypted first", n, nil)
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		panic("evasion: internal error: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(aead.Seal(nil, make([]byte, chacha20poly1305.NonceSize), []byte(text), nil))
}
