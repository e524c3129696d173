package attacks

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"doormat/escrow/clipper"
)

// Three ways to have the chip's encryption without its escrow. All of them are functions of what a
// rogue has: a chip that nobody has tampered with, a program that he has changed, the session keys
// of his own conversations, and what is on the wire. None uses the family key.
//
//	who cheats       what goes over the wire       what the tap reads    whom it blames
//	one (Blaze)      a LEAF found by trial         nothing               a unit that does not exist
//	both (Blaze)     no LEAF                       nothing               nobody
//	one (F. and Y.)  the LEAF of an innocent       everything            the innocent

// forgeBatch is how many trials a core makes before it looks what the others have found.
const forgeBatch = 512

// ForgeLEAF is the brute-force attack of Blaze, "Protocol Failure in the Escrowed Encryption
// Standard" (1994): strings of 128 bits go into the rogue's own chip, as if they had arrived, until
// it takes one for a LEAF of this session key and this IV. It checks 16 bits, so one in 65,536
// passes, and then passes at every chip.
//
// It returns the LEAF and the number of trials that it took, which do not depend on the number of
// cores. Each core plays a chip of the rogue's. If tick is not nil it is told of trials made, from
// any goroutine.
func ForgeLEAF(ctx context.Context, chip *clipper.Chip, k clipper.SessionKey, iv clipper.IV, tick func(trials int)) (clipper.LEAF, int, error) {
	if _, err := chip.Load(k).GenerateIV(); err != nil {
		return clipper.LEAF{}, 0, err // a blank chip takes nothing, ever
	}
	var base clipper.LEAF
	rand.Read(base[:])
	var next, found atomic.Int64
	found.Store(math.MaxInt64)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			session := chip.Load(k)
			for ctx.Err() == nil {
				from := next.Add(forgeBatch) - forgeBatch
				if from >= found.Load() {
					return // what is before that is with the others
				}
				n, ok := tryLEAFs(session, base, iv, from)
				if tick != nil {
					tick(n)
				}
				if ok {
					lower(&found, from+int64(n)-1)
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return clipper.LEAF{}, 0, err
	}
	n := found.Load()
	return candidate(base, n), int(n) + 1, nil
}

// tryLEAFs makes up to forgeBatch trials, and says how many, and whether the last one passed.
func tryLEAFs(session *clipper.Session, base clipper.LEAF, iv clipper.IV, from int64) (n int, ok bool) {
	for i := range int64(forgeBatch) {
		if session.LoadIV(clipper.Header{LEAF: candidate(base, from+i), IV: iv}) == nil {
			return int(i) + 1, true
		}
	}
	return forgeBatch, false
}

// candidate is the number i from a random beginning. Under the family key the numbers in a row are
// as random as any.
func candidate(base clipper.LEAF, i int64) clipper.LEAF {
	binary.BigEndian.PutUint64(base[8:], binary.BigEndian.Uint64(base[8:])+uint64(i))
	return base
}

func lower(x *atomic.Int64, to int64) {
	for {
		old := x.Load()
		if old <= to || x.CompareAndSwap(old, to) {
			return
		}
	}
}

// EncryptUnder encrypts whole blocks in CBC or OFB under an IV that the chip has not drawn. The chip
// does ECB only, and the program does the chaining. The chip wants to have made a header before;
// it is thrown away.
func EncryptUnder(chip *clipper.Chip, k clipper.SessionKey, m clipper.Mode, iv clipper.IV, plaintext []byte) ([]byte, error) {
	session := chip.Load(k)
	if _, err := session.GenerateIV(); err != nil {
		return nil, err
	}
	if len(plaintext)%len(iv) != 0 || m != clipper.CBC && m != clipper.OFB {
		return nil, errors.New("attacks: expected whole blocks, and CBC or OFB")
	}
	out := slices.Clone(plaintext)
	chain := iv[:]
	for block := range slices.Chunk(out, len(iv)) {
		if m == clipper.CBC {
			xorBlock(block, chain)
			c, err := session.Encrypt(clipper.ECB, block)
			if err != nil {
				return nil, err
			}
			copy(block, c)
			chain = block
			continue
		}
		next, err := session.Encrypt(clipper.ECB, chain)
		if err != nil {
			return nil, err
		}
		xorBlock(block, next)
		chain = next
	}
	return out, nil
}

func xorBlock(dst, src []byte) {
	for i := range dst {
		dst[i] ^= src[i]
	}
}

// EncryptWithoutLEAF is the sending side of LEAF feedback (Blaze 1994), between two rogues: a
// ciphertext in CBC, and nothing before it. The IV does not travel either, and with a wrong IV CBC
// loses one block, so the first is one that nobody needs.
func EncryptWithoutLEAF(chip *clipper.Chip, k clipper.SessionKey, plaintext []byte) ([]byte, error) {
	session := chip.Load(k)
	if _, err := session.GenerateIV(); err != nil {
		return nil, err
	}
	return session.Encrypt(clipper.CBC, slices.Concat(make([]byte, 8), plaintext))
}

// FeedLEAFBack is the receiving side: the chip wants a LEAF for this session key before it
// decrypts, and gets one that it has just made itself.
func FeedLEAFBack(chip *clipper.Chip, k clipper.SessionKey, ciphertext []byte) ([]byte, error) {
	session := chip.Load(k)
	h, err := session.GenerateIV()
	if err != nil {
		return nil, err
	}
	if err := session.LoadIV(h); err != nil {
		return nil, err
	}
	plaintext, err := session.Decrypt(clipper.CBC, ciphertext)
	if err != nil || len(plaintext) < 8 {
		return nil, err
	}
	return plaintext[8:], nil
}

// The rogues as systems. One person cheats whenever he writes. The one theft is the lawful
// recovery, with all there is to have.

// A reuser sends all that he writes under one session key and one header, which he has got once in
// some way that the chip does not know of. Mail lets him choose the session key. He pays for it with
// texts that begin alike and look alike, and with a header that his recipients see again, if they
// compare.
type reuser struct {
	chip *clipper.Chip
	get  func() (transmission, error)
	got  *transmission // without a ciphertext
}

func (r *reuser) encrypt(padded []byte) (t transmission, err error) {
	if r.got == nil {
		if t, err = r.get(); err != nil {
			return t, err
		}
		r.got = &t
	}
	t = *r.got
	t.ciphertext, err = EncryptUnder(r.chip, t.key, clipper.CBC, t.header.IV, padded)
	return t, err
}

// NewClipperForger returns package clipper as a system in which one person forges a LEAF, and uses
// it from then on.
func NewClipperForger(cheat string) System {
	s := &clipperRogue{clipperSystem: newClipperSystem(), theft: "forged LEAF", takes: "all halves and the family key; one sender forges his LEAF"}
	s.cheat(cheat, func(c *cardholder) (t transmission, err error) {
		rand.Read(t.key[:])
		rand.Read(t.header.IV[:])
		t.header.LEAF, _, err = ForgeLEAF(context.Background(), c.chip, t.key, t.header.IV, nil)
		return t, err
	})
	return s
}

// NewClipperBorrower returns package clipper as a system in which one person uses an innocent's
// LEAF: Frankel and Yung, "Escrow Encryption Systems Visited" (1995). The innocent, who is the first
// other person to have enrolled, has written to him once. He has the session key from that, as its
// recipient, and the header. Chips have no memory, and take it again.
func NewClipperBorrower(cheat string) System {
	s := &clipperRogue{clipperSystem: newClipperSystem(), theft: "borrowed LEAF", takes: "all halves and the family key; one sender uses an innocent's LEAF"}
	s.cheat(cheat, func(c *cardholder) (t transmission, err error) {
		envelope, err := s.writeTo(c)
		if err != nil {
			return t, err
		}
		e, ok := parseClipper(envelope)
		if !ok {
			return t, errClipper
		}
		return openClipper(c.private, e)
	})
	return s
}

// writeTo has an innocent write to somebody, before the tap begins.
func (s *clipperSystem) writeTo(c *cardholder) ([]byte, error) {
	for _, name := range s.roll.order {
		innocent := s.roll.people[name]
		if innocent == c {
			continue
		}
		t, err := innocent.encrypt(padBlocks([]byte("Wrong number, sorry.")))
		if err != nil {
			return nil, err
		}
		return sealClipper(innocent.private, c.public, t)
	}
	return nil, errors.New("attacks: there is nobody to borrow from")
}

type clipperRogue struct {
	*clipperSystem
	theft, takes string
	odd          atomic.Int64 // LEAFs that cannot be true
	blamed       string       // for what another has written
}

// cheat has one person send all he writes under what get returns.
func (s *clipperRogue) cheat(name string, get func(c *cardholder) (transmission, error)) {
	s.rogue = func(person string, c *cardholder) {
		if person == name {
			r := &reuser{chip: c.chip, get: func() (transmission, error) { return get(c) }}
			c.encrypt = r.encrypt
		}
	}
}

// Thefts is the lawful recovery, by all warrants at once. A forged LEAF is seen to be one by whoever
// has the halves, and by nobody before.
func (s *clipperRogue) Thefts(string) []Theft {
	return []Theft{{
		Name: s.theft, Takes: s.takes, AtEnd: true,
		Steal: func() (*Tape, error) { return s.stealAgents(s.agents[:]) },
		Open: func(ctx context.Context, l *Tape, t *Transcript, found func(int, []byte)) (int64, error) {
			tap, err := readTap(l, readAgents)
			if err != nil {
				return 0, err
			}
			n, err := tap.read(ctx, t, found, func() { s.odd.Add(1) })
			if err == nil {
				s.blamed, err = s.blame(tap.family, t)
			}
			return n, err
		},
		Noticed: func() string {
			switch {
			case s.odd.Load() > 0:
				return "who taps"
			case s.blamed != "":
				return "nobody; " + s.blamed + " is blamed"
			}
			return "nobody"
		},
	}}
}

// blame is what a court would do: it takes the unit in a LEAF for whom the card was given to. It
// returns whom that names of those who have not written the message, "" if nobody.
func (s *clipperRogue) blame(family clipper.FamilyKey, t *Transcript) (innocent string, err error) {
	for e, err := range t.All() {
		if err != nil {
			return "", err
		}
		p, ok := parseClipper(e.Bytes)
		if !ok {
			return "", errClipper
		}
		card := int(family.RecoverFields(p.header.LEAF).Unit) - int(firstUnit)
		if card < 0 || card >= len(s.roll.order) {
			continue // no such card
		}
		if owner := s.roll.order[card]; owner != s.roll.names[string(p.from[:])] {
			innocent = owner
		}
	}
	return innocent, nil
}

// warrantDay is the day on which warrants are served here: FIPS 185's.
var warrantDay = time.Date(1994, 2, 9, 0, 0, 0, 0, time.UTC)
