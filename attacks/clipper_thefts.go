package attacks

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"doormat/escrow/clipper"
	"doormat/internal/x25519"
)

// Thefts go from nothing to everything. Whoever has halves has the family key as well, without
// which they are of no use.
func (s *clipperSystem) Thefts(victim string) []Theft {
	return []Theft{{
		Name:  "wiretap",
		Takes: "nothing; every envelope was recorded",
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open:  recoverClipperInClear,
		Forge: forgeClipperByAltering,
	}, {
		Name:  "family key",
		Takes: "the 80 bits that are in every chip",
		Steal: s.stealFamilyKey,
		Open:  recoverClipperWithFamilyKey,
		Forge: forgeClipperByAltering,
	}, {
		Name:  "one agent",
		Takes: "one agent's database and its key, and the family key",
		Steal: func() (*Tape, error) { return s.stealAgents(s.agents[:1]) },
		Open:  recoverClipperWithAgents,
		Forge: forgeClipperByAltering,
	}, {
		Name:  "warrant",
		Takes: "both halves of one person's unit key, and the family key",
		Steal: func() (*Tape, error) { return s.serveWarrant(victim) },
		Open:  recoverClipperWithWarrant,
		Forge: forgeClipperWithWarrant,
	}, {
		Name:  "both agents",
		Takes: "both agents' databases and their keys, and the family key",
		Steal: func() (*Tape, error) { return s.stealAgents(s.agents[:]) },
		Open:  recoverClipperWithAgents,
		Forge: forgeClipperWithAgents,
	}, {
		Name:  "device keys",
		Takes: "one person's private key, copied by malware; the chip stays shut",
		Steal: func() (*Tape, error) { return s.stealCard(victim) },
		Open:  recoverClipperWithCard,
		Forge: forgeClipperWithCard,
	}}
}

func (s *clipperSystem) stealFamilyKey() (*Tape, error) {
	k := s.family.Key()
	return loot(k[:])
}

// stealAgents takes the family key, then of each agent the storage key and the database.
func (s *clipperSystem) stealAgents(agents []*clipper.Agent) (*Tape, error) {
	l, err := s.stealFamilyKey()
	if err != nil {
		return nil, err
	}
	for _, a := range agents {
		if err := errors.Join(l.Append([]byte(a.StorageKey())), l.Append(a.Database())); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// serveWarrant takes the family key, and the victim's two halves from the agents.
func (s *clipperSystem) serveWarrant(victim string) (*Tape, error) {
	c, err := s.roll.person(victim)
	if err != nil {
		return nil, err
	}
	l, err := s.stealFamilyKey()
	if err != nil {
		return nil, err
	}
	for _, a := range s.agents {
		h, err := a.Release(c.unit, clipper.Warrant{Unit: c.unit, From: warrantDay, Until: warrantDay}, warrantDay)
		if err != nil {
			return nil, err
		}
		if err := l.Append(h.Bytes()); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (s *clipperSystem) stealCard(victim string) (*Tape, error) {
	c, err := s.roll.person(victim)
	if err != nil {
		return nil, err
	}
	return loot(c.private[:])
}

var errClipperLoot = errors.New("attacks: the loot is not what is stolen from a clipper system")

// A clipperTap is a family key, and whatever halves somebody has.
type clipperTap struct {
	family clipper.FamilyKey
	halves map[clipper.UnitID][]clipper.Half
}

func (t *clipperTap) add(h clipper.Half) { t.halves[h.Unit] = append(t.halves[h.Unit], h) }

// readTap reads loot that begins with the family key, and hands the rest to a function.
func readTap(l *Tape, rest func(t *clipperTap, records [][]byte) error) (*clipperTap, error) {
	var all [][]byte
	for record, err := range l.All() {
		if err != nil {
			return nil, err
		}
		all = append(all, bytes.Clone(record))
	}
	if len(all) == 0 || len(all[0]) != clipper.KeySize {
		return nil, errClipperLoot
	}
	t := &clipperTap{clipper.FamilyKey(all[0]), map[clipper.UnitID][]clipper.Half{}}
	return t, rest(t, all[1:])
}

func readFamilyKey(t *clipperTap, records [][]byte) error {
	if len(records) != 0 {
		return errClipperLoot
	}
	return nil
}

func readWarrant(t *clipperTap, records [][]byte) error {
	for _, r := range records {
		h, err := clipper.ParseHalf(r)
		if err != nil {
			return err
		}
		t.add(h)
	}
	return nil
}

// readAgents opens the databases. Where a unit has only one half, the other is taken for zeros,
// for want of anything better.
func readAgents(t *clipperTap, records [][]byte) error {
	if len(records)%2 != 0 {
		return errClipperLoot
	}
	for pair := range slices.Chunk(records, 2) {
		halves, err := clipper.RecoverHalves(pair[1], string(pair[0]))
		if err != nil {
			return err
		}
		for _, h := range halves {
			t.add(h)
		}
	}
	for unit, halves := range t.halves {
		if len(halves) == 1 {
			t.add(clipper.Half{Agent: "nobody", Unit: unit})
		}
	}
	return nil
}

// key goes the lawful path: family key, unit, halves, unit key, session key.
func (t *clipperTap) key(h clipper.Header) (clipper.SessionKey, error) {
	halves := t.halves[t.family.RecoverFields(h.LEAF).Unit]
	if len(halves) != 2 {
		return clipper.SessionKey{}, errNoHalves
	}
	return clipper.RecoverSessionKey(t.family, halves[0], halves[1], h)
}

var errNoHalves = errors.New("attacks: there are not two halves for the unit in the LEAF")

// read opens every envelope that it has halves for, on every core, and tells odd of each whose
// LEAF cannot be true: no such unit, or a wrong session key.
func (t *clipperTap) read(ctx context.Context, tr *Transcript, found func(i int, text []byte), odd func()) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, tr, func(e Envelope) {
		p, ok := parseClipper(e.Bytes)
		if !ok {
			return
		}
		operations.Add(1)
		key, err := t.key(p.header)
		if err != nil {
			odd()
			return
		}
		if text, ok := decryptClipper(key, p); ok {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

func decryptClipper(k clipper.SessionKey, e clipperEnvelope) ([]byte, bool) {
	padded, err := k.Decrypt(clipper.CBC, e.header.IV, e.ciphertext)
	if err != nil {
		return nil, false
	}
	return unpadBlocks(padded)
}

// recoverClipperInClear is what can be tried with nothing stolen: is the message there in clear, or
// under a key of zeros?
func recoverClipperInClear(ctx context.Context, _ *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		p, ok := parseClipper(e.Bytes)
		if !ok {
			return
		}
		operations.Add(2)
		if text, ok := unpadBlocks(p.ciphertext); ok && isClipperText(text) {
			found(e.Index, text)
		}
		if text, ok := decryptClipper(clipper.SessionKey{}, p); ok && isClipperText(text) {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// isClipperText reports whether bytes that nothing authenticates are a message, and not chance: a few
// letters are not enough. A padded block with nothing in it is.
func isClipperText(b []byte) bool {
	if !utf8.Valid(b) || len(b) > 0 && len(b) < 8 {
		return false
	}
	return bytes.IndexFunc(b, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) < 0
}

// recoverClipperWithFamilyKey takes the family key off each LEAF. What is under it is the unit's number,
// and a session key under another key; it tries whether that is one in name only.
func recoverClipperWithFamilyKey(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	tap, err := readTap(l, readFamilyKey)
	if err != nil {
		return 0, err
	}
	var operations atomic.Int64
	err = inParallel(ctx, t, func(e Envelope) {
		p, ok := parseClipper(e.Bytes)
		if !ok {
			return
		}
		operations.Add(1)
		f := tap.family.RecoverFields(p.header.LEAF)
		if key := clipper.SessionKey(f.Wrapped); tap.family.Fits(f, key, p.header.IV) {
			if text, ok := decryptClipper(key, p); ok {
				found(e.Index, text)
			}
		}
	})
	return operations.Load(), err
}

// recoverClipperUnits is what the family key does open: which unit made each LEAF, for whoever wants to
// know who talks to whom and how often.
func recoverClipperUnits(family clipper.FamilyKey, t *Transcript) (units []clipper.UnitID, err error) {
	for e, err := range t.All() {
		if err != nil {
			return nil, err
		}
		p, ok := parseClipper(e.Bytes)
		if !ok {
			return nil, errClipper
		}
		units = append(units, family.RecoverFields(p.header.LEAF).Unit)
	}
	return units, nil
}

// recoverClipperWithAgents and recoverClipperWithWarrant differ in what is read from the loot. Nothing but
// paper tells the second from a theft, and nothing but quantity from the first.

func recoverClipperWithAgents(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	tap, err := readTap(l, readAgents)
	if err != nil {
		return 0, err
	}
	return tap.read(ctx, t, found, func() {})
}

func recoverClipperWithWarrant(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	tap, err := readTap(l, readWarrant)
	if err != nil {
		return 0, err
	}
	return tap.read(ctx, t, found, func() {})
}

// recoverClipperWithCard unwraps what was sent to the victim, past and future, since his key is
// static. What he sent stays closed: of its token he has the static half, and the ephemeral key is
// gone, for which zeros are tried.
func recoverClipperWithCard(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	private, err := readCard(l)
	if err != nil {
		return 0, err
	}
	public := private.Public()
	var operations atomic.Int64
	err = inParallel(ctx, t, func(e Envelope) {
		p, ok := parseClipper(e.Bytes)
		if !ok || p.to != public && p.from != public {
			return
		}
		operations.Add(1)
		key, err := cardKey(private, public, p)
		if err != nil {
			return
		}
		if text, ok := decryptClipper(key, p); ok && isClipperText(text) {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

func cardKey(private x25519.PrivateKey, public x25519.PublicKey, e clipperEnvelope) (clipper.SessionKey, error) {
	if e.to == public {
		opened, err := openClipper(private, e)
		return opened.key, err
	}
	to, err := x25519.Parse(e.to[:])
	if err != nil {
		return clipper.SessionKey{}, err
	}
	static, err := private.DH(to)
	return xorToken(e.wrapped, x25519.SharedSecret{}, static, &e), err
}

func readCard(l *Tape) (k x25519.PrivateKey, err error) {
	record, err := l.First()
	if err != nil {
		return k, err
	}
	if len(record) != len(k) {
		return k, errClipperLoot
	}
	return x25519.PrivateKey(record), nil
}
