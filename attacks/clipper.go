package attacks

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow/clipper"
	"doormat/internal/x25519"
)

// Package clipper as a system: mail, as a Fortezza card encrypts it, so that each message is a
// transmission by itself. FIPS 185 leaves it to the devices how they come by a session key. Here a
// session key is drawn for each message and goes to the recipient under a key that is agreed on as
// KEA does it, sender's static and ephemeral key with recipient's static one, but over X25519
// and with HKDF:
//
//	token    = HKDF(DH(ephemeral, recipient) ‖ DH(sender, recipient); names, ephemeral)
//	wrapped  = token ⊕ session key
//
// A person's name on the envelope is his public key of that agreement. His unit id is in the
// LEAF, and nowhere else.

// NewClipper returns package clipper as a system, with a family and two agents of its own.
func NewClipper() System { return newClipperSystem() }

type clipperSystem struct {
	systemName
	roll   roll[*cardholder]
	family *clipper.Family
	agents [2]*clipper.Agent
	rogue  func(name string, c *cardholder) // changes a cardholder's program; nil if nobody cheats
}

// A cardholder has a chip, and a program that feeds it.
type cardholder struct {
	chip    *clipper.Chip
	unit    clipper.UnitID // printed on the card
	private x25519.PrivateKey
	public  x25519.PublicKey
	// encrypt makes a transmission. In an honest program it is encryptHonestly.
	encrypt func(padded []byte) (transmission, error)
}

// A transmission is what a chip makes of a text, and the session key that it was given.
type transmission struct {
	key        clipper.SessionKey
	header     clipper.Header
	ciphertext []byte // in CBC
}

// firstUnit is the serial number of the first card that a system hands out.
const firstUnit clipper.UnitID = 0x00019300

func newClipperSystem() *clipperSystem {
	s := &clipperSystem{systemName: "Clipper", family: clipper.NewFamily()}
	for i, name := range []string{"NIST", "Treasury"} {
		a, err := clipper.NewAgent(name)
		if err != nil {
			panic("attacks: internal error: " + err.Error()) // the names are fine
		}
		s.agents[i] = a
	}
	return s
}

func (s *clipperSystem) Enrol(person string) error {
	unit := firstUnit + clipper.UnitID(len(s.roll.order))
	chip, err := s.family.Program(unit, s.agents[0], s.agents[1])
	if err != nil {
		return err
	}
	c := &cardholder{chip: chip, unit: unit}
	c.private, c.public = x25519.Generate()
	c.encrypt = func(padded []byte) (transmission, error) { return encryptHonestly(chip, padded) }
	if s.rogue != nil {
		s.rogue(person, c)
	}
	s.roll.add(person, c.public[:], c)
	return nil
}

func encryptHonestly(chip *clipper.Chip, padded []byte) (t transmission, err error) {
	rand.Read(t.key[:])
	session := chip.Load(t.key)
	if t.header, err = session.GenerateIV(); err != nil {
		return t, err
	}
	t.ciphertext, err = session.Encrypt(clipper.CBC, padded)
	return t, err
}

func (s *clipperSystem) Identity(person string) ([]byte, error) {
	c, err := s.roll.person(person)
	if err != nil {
		return nil, err
	}
	return c.public[:], nil
}

// Bundle is the public key once more.
func (s *clipperSystem) Bundle(person string) ([]byte, error) { return s.Identity(person) }

// Inspect is all that is on a card outside of its chip.
func (s *clipperSystem) Inspect(person string) ([]byte, error) {
	c, err := s.roll.person(person)
	if err != nil {
		return nil, err
	}
	return slices.Concat(c.private[:], c.public[:]), nil
}

func (s *clipperSystem) Send(m Message) ([]byte, error) {
	from, err := s.roll.person(m.From)
	if err != nil {
		return nil, err
	}
	to, err := s.roll.person(m.To)
	if err != nil {
		return nil, err
	}
	t, err := from.encrypt(padBlocks([]byte(m.Text)))
	if err != nil {
		return nil, err
	}
	return sealClipper(from.private, to.public, t)
}

// Receive takes the date for granted: nothing in an envelope has to do with it.
func (s *clipperSystem) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	c, err := s.roll.person(to)
	if err != nil {
		return "", "", err
	}
	e, ok := parseClipper(envelope)
	if !ok || e.to != c.public {
		return "", "", errClipper
	}
	t, err := openClipper(c.private, e)
	if err != nil {
		return "", "", err
	}
	plaintext, err := receiveClipper(c.chip, t)
	if err != nil {
		return "", "", err
	}
	from, known := s.roll.names[string(e.from[:])]
	if !known {
		return "", "", errClipper
	}
	return from, string(plaintext), nil
}

// receiveClipper is what an honest program does: the chip judges the header, and decrypts.
func receiveClipper(chip *clipper.Chip, t transmission) ([]byte, error) {
	session := chip.Load(t.key)
	if err := session.LoadIV(t.header); err != nil {
		return nil, err
	}
	padded, err := session.Decrypt(clipper.CBC, t.ciphertext)
	if err != nil {
		return nil, err
	}
	text, ok := unpadBlocks(padded)
	if !ok {
		return nil, errClipper
	}
	return text, nil
}

// An envelope, in the presentation language of TLS:
//
//	struct {
//	    uint8  version = 0xc1;
//	    opaque from[32], to[32];
//	    opaque ephemeral[32];
//	    opaque wrapped[10];
//	    opaque header[24];           /* LEAF and IV */
//	    opaque ciphertext<8..2^24-8>;
//	} Envelope;
const clipperVersion = 0xc1

type clipperEnvelope struct {
	from, to, ephemeral x25519.PublicKey
	wrapped             [clipper.KeySize]byte
	header              clipper.Header
	ciphertext          []byte
}

var errClipper = errors.New("attacks: not a clipper envelope for this person")

func (e clipperEnvelope) bytes() ([]byte, error) {
	b := cryptobyte.NewBuilder([]byte{clipperVersion})
	for _, part := range [][]byte{e.from[:], e.to[:], e.ephemeral[:], e.wrapped[:], e.header.Bytes()} {
		b.AddBytes(part)
	}
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.ciphertext) })
	return b.Bytes()
}

// parseClipper takes an envelope apart. Its ciphertext is the caller's bytes.
func parseClipper(envelope []byte) (e clipperEnvelope, ok bool) {
	in := cryptobyte.String(envelope)
	var version uint8
	var header []byte
	var ciphertext cryptobyte.String
	if !in.ReadUint8(&version) || version != clipperVersion ||
		!in.CopyBytes(e.from[:]) || !in.CopyBytes(e.to[:]) || !in.CopyBytes(e.ephemeral[:]) || !in.CopyBytes(e.wrapped[:]) ||
		!in.ReadBytes(&header, clipper.HeaderSize) || !in.ReadUint24LengthPrefixed(&ciphertext) || !in.Empty() ||
		len(ciphertext) == 0 || len(ciphertext)%8 != 0 {
		return clipperEnvelope{}, false
	}
	var err error
	e.header, err = clipper.ParseHeader(header)
	e.ciphertext = ciphertext
	return e, err == nil
}

// sealClipper wraps a transmission's session key for a recipient.
func sealClipper(from x25519.PrivateKey, to x25519.PublicKey, t transmission) ([]byte, error) {
	private, ephemeral := x25519.Generate()
	e := clipperEnvelope{from: from.Public(), to: to, ephemeral: ephemeral, header: t.header, ciphertext: t.ciphertext}
	one, err := private.DH(to)
	if err != nil {
		return nil, err
	}
	two, err := from.DH(to)
	if err != nil {
		return nil, err
	}
	e.wrapped = xorToken(t.key, one, two, &e)
	return e.bytes()
}

// openClipper unwraps the session key, with the recipient's private key.
func openClipper(to x25519.PrivateKey, e clipperEnvelope) (t transmission, err error) {
	ephemeral, err := x25519.Parse(e.ephemeral[:])
	if err != nil {
		return t, err
	}
	from, err := x25519.Parse(e.from[:])
	if err != nil {
		return t, err
	}
	one, err := to.DH(ephemeral)
	if err != nil {
		return t, err
	}
	two, err := to.DH(from)
	if err != nil {
		return t, err
	}
	return transmission{xorToken(e.wrapped, one, two, &e), e.header, e.ciphertext}, nil
}

func xorToken(k [clipper.KeySize]byte, one, two x25519.SharedSecret, e *clipperEnvelope) [clipper.KeySize]byte {
	names := slices.Concat(e.from[:], e.to[:], e.ephemeral[:])
	token, err := hkdf.Key(sha256.New, slices.Concat(one[:], two[:]), nil, "doormat 1 clipper token"+string(names), len(k))
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	for i := range k {
		k[i] ^= token[i]
	}
	return k
}

// padBlocks fills up the last block, or adds one (RFC 5652, Section 6.3).
func padBlocks(text []byte) []byte {
	n := 8 - len(text)%8
	return append(slices.Clip(text), slices.Repeat([]byte{byte(n)}, n)...)
}

func unpadBlocks(padded []byte) (text []byte, ok bool) {
	if len(padded) == 0 {
		return nil, false
	}
	n := int(padded[len(padded)-1])
	if n < 1 || n > 8 || n > len(padded) {
		return nil, false
	}
	text = padded[:len(padded)-n]
	for _, x := range padded[len(text):] {
		if int(x) != n {
			return nil, false
		}
	}
	return text, true
}
