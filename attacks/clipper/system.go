// Package clipper puts the Clipper chip under study, as package doormat/escrow/clipper has it: the
// Escrowed Encryption Standard, FIPS 185 of 1994, in which two escrow agents hold one half each of
// every chip's key. The lawful reading and the theft of its keys are one function here. Three more
// attacks have the chip's encryption without its escrow: two of Blaze, "Protocol Failure in the
// Escrowed Encryption Standard" (1994), and one of Frankel and Yung, "Escrow Encryption Systems
// Visited: Attacks, Analysis and Designs" (CRYPTO '95).
//
// What goes over the wire is mail. Each message is a transmission by itself: a session key that the
// sender's program draws and wraps for the recipient, a LEAF (the law enforcement access field, in
// which the chip puts the session key for whoever taps), an IV, and a ciphertext.
//
//	theft         what is stolen                            what opens
//	wiretap       nothing                                   nothing
//	family key    the 80 bits that are in every chip        no text, but which card wrote each message
//	one agent     one half of every unit key, the above     no text, the same
//	warrant       both halves of one unit key, the above    what that person has written and will write
//	both agents   both halves of every unit key, the above  everything of everyone
//	device keys   one person's private key, not the chip    what is and will be written to that person
//
// FIPS 185 has no integrity, so every one of these thieves can also forge: with nothing stolen a bit
// at a place of his choice, with a session key any text (forge.go).
//
// The attacks on the LEAF need no key of the escrow's. They are functions of what one of its users
// has: a chip that was not tampered with, a changed program, and the session keys of his own mail.
//
//	attack          who cheats            the tap reads   the tap blames               file
//	forged LEAF     the sender            nothing         a unit that does not exist   blaze.go
//	LEAF feedback   sender and recipient  nothing         nobody                       feedback.go
//	borrowed LEAF   the sender            everything      an innocent person           rogue.go
//
// [NewForger] and [NewBorrower] are systems in which one person does the first and the last of them.
// Their one theft is the lawful reading of everyone, with all halves.
//
// What people can notice: nothing, of all of it. No theft changes anything on a card; a forged LEAF is
// noticed by who taps, and a borrowed one by nobody. A longer checksum would stop the search for a
// LEAF, and a LEAF that names both ends the borrowing of one; nothing in the chip stops two cheats.
//
// A note to the reviewer: system.go and mail.go are the system, thefts.go and recover.go its thefts.
// FIPS 185 leaves to the devices how they agree on a session key; mail.go says what is done here.
package clipper

import (
	"encoding/binary"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/escrow/clipper"
	"doormat/internal/x25519"
)

// Name is the name of the system, with a cheat in it and without.
const Name = "Clipper"

// New returns package escrow/clipper as a system, with a family of chips and two agents of its own.
func New() attacks.System { return newSystem() }

// A system is a family of chips, its two agents, and the people who were given cards.
type system struct {
	attacks.SystemName
	attacks.Roll[*cardholder]
	family   *clipper.Family
	agents   [2]*clipper.Agent
	register map[clipper.UnitID]string               // who was given which card
	tamper   func(person string, holder *cardholder) // changes a holder's program at enrolment, if not nil
}

// A cardholder is a person's card, with a chip in it, and the program that feeds the chip.
type cardholder struct {
	chip    *clipper.Chip
	unit    clipper.UnitID // of the chip, printed on the card
	private x25519.PrivateKey
	public  x25519.PublicKey
	sealed  []byte                                    // KF ‖ KU, which are in the chip, once someone has looked
	encrypt func(padded []byte) (transmission, error) // encryptHonestly, or a cheat's
}

// A transmission is a session key, and what a chip makes of a text with it.
type transmission struct {
	key        clipper.SessionKey
	header     clipper.Header // LEAF and IV
	ciphertext []byte         // in CBC
}

// firstUnit is the unit id of the first card that a system hands out. The others count from there.
const firstUnit clipper.UnitID = 0x00019300

// newSystem makes the family key and the agents' storage keys, in that order.
func newSystem() *system {
	s := &system{SystemName: Name, family: clipper.NewFamily(), register: map[clipper.UnitID]string{}}
	for i, name := range []string{"NIST", "Treasury"} {
		a, err := clipper.NewAgent(name)
		if err != nil {
			panic("attacks: internal error: " + err.Error()) // a name of 1 to 255 bytes is no error
		}
		s.agents[i] = a
	}
	return s
}

// Enrol programs a chip, with a half of its key for each agent, and enters the card in the register.
func (s *system) Enrol(person string) error {
	unit := firstUnit + clipper.UnitID(len(s.register))
	chip, err := s.family.Program(unit, s.agents[0], s.agents[1])
	if err != nil {
		return err
	}
	c := &cardholder{chip: chip, unit: unit}
	c.private, c.public = x25519.Generate()
	c.encrypt = func(padded []byte) (transmission, error) { return encryptHonestly(chip, padded) }
	if s.tamper != nil {
		s.tamper(person, c)
	}
	s.Add(person, c.public[:], c)
	s.register[unit] = person
	return nil
}

// encryptHonestly draws a session key, has the chip make the header, and encrypts.
func encryptHonestly(chip *clipper.Chip, padded []byte) (t transmission, err error) {
	t.key = clipper.NewSessionKey()
	session := chip.Load(t.key)
	if t.header, err = session.GenerateIV(); err != nil {
		return t, err
	}
	t.ciphertext, err = session.Encrypt(clipper.CBC, padded)
	return t, err
}

// Identity returns the 32 bytes of a person's X25519 public key.
func (s *system) Identity(person string) ([]byte, error) {
	c, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	return c.public[:], nil
}

// Bundle returns the public key once more: a sender needs nothing else.
func (s *system) Bundle(person string) ([]byte, error) { return s.Identity(person) }

// Inspect returns all that is on a card: the key pair, the unit id, and the family key and the unit key in
// the chip. The chip lets these two out to no one, so a person would have to take it apart. Here they come
// from where the chip's programmer has put the same keys, the family and the agents' halves.
func (s *system) Inspect(person string) ([]byte, error) {
	c, err := s.Person(person)
	if err != nil {
		return nil, err
	}
	if c.sealed == nil {
		halves, err := s.serveWarrant(person)
		if err != nil {
			return nil, err
		}
		t, err := readTap(halves)
		if err != nil {
			return nil, err
		}
		c.sealed = slices.Concat(t.family.Bytes(), t.units[c.unit].Bytes())
	}
	return slices.Concat(c.private[:], c.public[:], binary.BigEndian.AppendUint32(nil, uint32(c.unit)), c.sealed), nil
}

// Send encrypts with the sender's program, and wraps the session key for the recipient.
func (s *system) Send(m attacks.Message) ([]byte, error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	t, err := from.encrypt(pad([]byte(m.Text)))
	if err != nil {
		return nil, err
	}
	return seal(from.private, to.public, t)
}

// Receive opens an envelope with the recipient's card. The date is not checked: no part of an
// envelope depends on it.
func (s *system) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	c, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	e, ok := parse(envelope)
	if !ok || e.to != c.public {
		return "", "", errEnvelope
	}
	t, err := open(c.private, e)
	if err != nil {
		return "", "", err
	}
	plaintext, err := decryptHonestly(c.chip, t)
	if err != nil {
		return "", "", err
	}
	if from = s.NameOf(e.from[:]); from == "" {
		return "", "", errEnvelope
	}
	return from, string(plaintext), nil
}

// decryptHonestly has the chip judge the header, and decrypts if it takes the LEAF.
func decryptHonestly(chip *clipper.Chip, t transmission) ([]byte, error) {
	session := chip.Load(t.key)
	if err := session.LoadIV(t.header); err != nil {
		return nil, err
	}
	padded, err := session.Decrypt(clipper.CBC, t.ciphertext)
	if err != nil {
		return nil, err
	}
	text, ok := unpad(padded)
	if !ok {
		return nil, errEnvelope
	}
	return text, nil
}
