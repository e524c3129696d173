package clipper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/escrow/clipper"
	"doormat/internal/x25519"
)

// This file reads what was recorded. A tap goes this way from a header to the text, with all keys, and
// each thief goes as far as the loot leads:
//
//	LEAF                              under the family key
//	  |   family key, and all who have halves
//	  v
//	[ KS under KU | unit | checksum ]
//	  |   unit -> KU1, KU2, a half of each agent; KU = KU1 ⊕ KU2
//	  |   one agent: KU1 alone, any KU is possible; warrant: of one unit; both agents: of every unit
//	  v
//	KS                                the session key: the checksum is of KS, IV and unit, and tells
//	  |                               a true one from a wrong one
//	  v
//	text                              in CBC under KS
//
// KU is sealed into a chip for as long as it lives. So what two halves open has no first day and no
// last one, whatever days a warrant names, and it needs neither order nor state: each envelope opens
// by itself.

var (
	errLoot     = errors.New("attacks: expected loot of a clipper system, found something else")
	errNoHalves = errors.New("attacks: expected halves of the unit in the LEAF, found none")
)

// recoverInClear tries what can be tried with nothing stolen: that the ciphertext is the padded text,
// and that the session key is zeros. Both are attempts. It needs the transcript. It shows that the
// system is not so crude, and no more: an attack on SKIPJACK is not among what it tries.
func recoverInClear(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		e, ok := parse(r.Bytes)
		if !ok {
			return
		}
		text, ok := unpad(e.ciphertext)
		tried(text, ok && isText(text))
		text, ok = decrypt(clipper.SessionKey{}, e)
		tried(text, ok && isText(text))
	})
}

// isText reports whether bytes that nothing authenticates are a message, and not there by chance: one
// wrong key in 256 leaves a valid padding. It takes UTF-8 without control characters, of at least 8
// bytes, or of none: a block that is all padding comes by chance once in 2^64.
func isText(b []byte) bool {
	if !utf8.Valid(b) || len(b) > 0 && len(b) < 8 {
		return false
	}
	return bytes.IndexFunc(b, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) < 0
}

// decrypt decrypts an envelope without a chip, as the decrypt processor of FIPS 185 does.
func decrypt(k clipper.SessionKey, e envelope) (text []byte, ok bool) {
	padded, err := k.Decrypt(clipper.CBC, e.header.IV, e.ciphertext)
	if err != nil {
		return nil, false
	}
	return unpad(padded)
}

// recoverWithFamilyKey takes the family key off each LEAF. It needs 80 bits that are in every chip and
// in every decrypt processor. What it leaves in clear is the sender's unit id, in every message ever
// recorded, with no warrant and no agent: a list of which card writes when, how much and to whom
// (TestFamilyKeyKnowsWhoWrites). The session key is still under the unit key: taken as it is, it fits
// no checksum, and no text opens.
func recoverWithFamilyKey(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	family, _, err := cutFamilyKey(loot)
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		e, ok := parse(r.Bytes)
		if !ok {
			return
		}
		f := family.RecoverFields(e.header.LEAF)
		key, err := clipper.ParseSessionKey(f.Wrapped[:])
		if err != nil || !family.Fits(f, key, e.header.IV) {
			tried(nil, false)
			return
		}
		tried(decrypt(key, e))
	})
}

// recoverWithAnything takes the family key off each LEAF, and then tries the loot as every kind of key that
// opens mail: halves, and a card's private key. It is for who has the family key, which is neither.
func recoverWithAnything(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	n, err := recoverWithFamilyKey(ctx, loot, t, found)
	if err != nil {
		return n, err
	}
	all, err := attacks.TryAll(ctx, loot, t, found, recoverWithHalves, recoverWithCard)
	return n + all, err
}

// cutFamilyKey reads loot into memory. It returns the family key, which is the first record of loot, and the other records.
func cutFamilyKey(loot *attacks.Tape) (k clipper.FamilyKey, rest [][]byte, err error) {
	for record, err := range loot.All() {
		if err != nil {
			return k, nil, err
		}
		rest = append(rest, bytes.Clone(record))
	}
	if len(rest) == 0 {
		return k, nil, errLoot
	}
	if k, err = clipper.ParseFamilyKey(rest[0]); err != nil {
		return k, nil, errLoot
	}
	return k, rest[1:], nil
}

// A tap is the family key, and the unit keys that its holder can put together. They are put together
// once, when the loot is read: a unit key is for life.
type tap struct {
	family clipper.FamilyKey
	units  map[clipper.UnitID]clipper.UnitKey
}

// readTap reads loot of agents or of a warrant: the family key, then halves, or an agent's storage
// key and database, in any order.
func readTap(loot *attacks.Tape) (*tap, error) {
	family, rest, err := cutFamilyKey(loot)
	if err != nil {
		return nil, err
	}
	halves := map[clipper.UnitID][]clipper.Half{}
	for len(rest) > 0 {
		some, n, err := readHalves(rest)
		if err != nil {
			return nil, err
		}
		for _, h := range some {
			halves[h.Unit] = append(halves[h.Unit], h)
		}
		rest = rest[n:]
	}
	t := &tap{family, map[clipper.UnitID]clipper.UnitKey{}}
	for unit, have := range halves {
		if t.units[unit], err = unitKey(have); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// readHalves reads the halves in the first of records, and returns how many records those are.
func readHalves(records [][]byte) (halves []clipper.Half, n int, err error) {
	if line := string(records[0]); strings.HasPrefix(line, "AGE-SECRET-KEY-") {
		if len(records) < 2 {
			return nil, 0, errLoot
		}
		halves, err = clipper.RecoverHalves(records[1], line)
		return halves, 2, err
	}
	h, err := clipper.ParseHalf(records[0])
	return []clipper.Half{h}, 1, err
}

// unitKey puts the halves of one unit together. If there is only one it takes zeros for the other,
// which is as good a guess as any: the halves are random, and their sum is the key.
func unitKey(halves []clipper.Half) (clipper.UnitKey, error) {
	switch len(halves) {
	case 1:
		return clipper.RecoverUnitKey(halves[0], clipper.Half{Agent: "nobody", Unit: halves[0].Unit})
	case 2:
		return clipper.RecoverUnitKey(halves[0], halves[1])
	}
	return clipper.UnitKey{}, fmt.Errorf("attacks: expected at most two halves of unit %v, found %d", halves[0].Unit, len(halves))
}

// recoverKey goes the way of FIPS 185 from a header to the session key. It returns the unit that the
// LEAF names, even with an error, and an error in two cases:
//
//	errNoHalves       there is no unit key for that unit: it is another's, or does not exist
//	clipper.ErrLEAF   the checksum in the LEAF is not that of the session key: the LEAF was made up,
//	                  or one of the halves is wrong
func (t *tap) recoverKey(h clipper.Header) (unit clipper.UnitID, key clipper.SessionKey, err error) {
	f := t.family.RecoverFields(h.LEAF)
	k, ok := t.units[f.Unit]
	if !ok {
		return f.Unit, key, errNoHalves
	}
	key = k.RecoverSessionKey(f)
	if !t.family.Fits(f, key, h.IV) {
		return f.Unit, clipper.SessionKey{}, clipper.ErrLEAF
	}
	return f.Unit, key, nil
}

// recoverWithHalves is the lawful reading, and the theft: it opens every envelope whose unit key can
// be put together from the loot, on every core. It needs a transcript, the family key, and halves. One
// agent, a warrant and both agents differ in which unit keys those give: none, one, all. It shows
// that the same function serves a warrant and a theft: nothing in the bytes says which of them it
// is, and no one whose mail it opens can notice.
func recoverWithHalves(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	tap, err := readTap(loot)
	if err != nil {
		return 0, err
	}
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		e, ok := parse(r.Bytes)
		if !ok {
			return
		}
		_, key, err := tap.recoverKey(e.header)
		if err != nil {
			tried(nil, false)
			return
		}
		tried(decrypt(key, e))
	})
}

// recoverWithCard unwraps the session key of what is written to the victim, past and future, since
// the victim's key is static (mail.go). It needs that key, which is on the card outside of the chip,
// and neither the chip nor any key of the escrow's. What the victim wrote stays shut: half of its
// token is DH(ephemeral, recipient), and the ephemeral key is erased. Zeros are tried for that half.
// It shows that escrow adds a way in, and takes none away.
func recoverWithCard(ctx context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
	private, err := readCard(loot)
	if err != nil {
		return 0, err
	}
	public := private.Public()
	return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
		e, ok := parse(r.Bytes)
		if !ok || e.to != public && e.from != public {
			return
		}
		key, err := cardKey(private, public, e)
		if err != nil {
			tried(nil, false)
			return
		}
		text, ok := decrypt(key, e)
		tried(text, ok && isText(text))
	})
}

// readCard reads the loot of a card: a private key of 32 bytes.
func readCard(loot *attacks.Tape) (k x25519.PrivateKey, err error) {
	record, err := loot.First()
	if err != nil {
		return k, err
	}
	if len(record) != len(k) {
		return k, errLoot
	}
	return x25519.PrivateKey(record), nil
}

// cardKey returns the session key of an envelope to the card's owner, and for one from the owner what
// it would be if DH(ephemeral, recipient) were zeros.
func cardKey(private x25519.PrivateKey, public x25519.PublicKey, e envelope) (clipper.SessionKey, error) {
	if e.to == public {
		t, err := open(private, e)
		return t.key, err
	}
	to, err := x25519.Parse(e.to[:])
	if err != nil {
		return clipper.SessionKey{}, err
	}
	static, err := private.DH(to)
	if err != nil {
		return clipper.SessionKey{}, err
	}
	return clipper.ParseSessionKey(e.xorToken(e.wrapped[:], x25519.SharedSecret{}, static))
}
