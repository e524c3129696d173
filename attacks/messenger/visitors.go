package messenger

import (
	"bytes"
	"context"
	"errors"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/internal/x25519"
)

// What sites and browsers remember of visits, and the thefts of it.

// The names of the thefts that only visits know.
const (
	OneSite     attacks.TheftName = "one site"
	AllSites    attacks.TheftName = "all sites"
	PhoneCopied attacks.TheftName = "phone, copied"
)

// A record of a site's log or a browser's history is:
//
//	opaque id[32];               the connection, in a log; the site, in a history
//	uint64 date;                 milliseconds since 1970
//	opaque logged<0..2^24-1>;    what the gate has written
//	opaque page<0..2^32-1>;
func addRecord(b *cryptobyte.Builder, v Visit, id [32]byte, logged []byte) {
	b.AddBytes(id[:])
	b.AddBytes(attacks.Date(v.At))
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(logged) })
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(v.Page)) })
}

// readRecords reads a log or a history to its end.
func readRecords(b []byte, read func(id [32]byte, v Visit)) error {
	in := cryptobyte.String(b)
	for !in.Empty() {
		var id [32]byte
		var date, page []byte
		var logged cryptobyte.String
		var n uint32
		if !in.CopyBytes(id[:]) || !in.ReadBytes(&date, 8) || !in.ReadUint24LengthPrefixed(&logged) || !in.ReadUint32(&n) ||
			uint64(n) > uint64(len(in)) || !in.ReadBytes(&page, int(n)) {
			return errors.New("attacks: expected the log of a site or a browser, found something else")
		}
		at, _, err := attacks.CutDate(date)
		if err != nil {
			return err
		}
		read(id, Visit{At: at, Page: string(page), Proof: logged})
	}
	return nil
}

// Log returns the log of a person's site, as a thief gets it.
func (s *Visits) Log(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(p.log), nil
}

// LongestLog returns the longest log of all sites.
func (s *Visits) LongestLog() (longest []byte, err error) {
	all, err := s.Logs()
	for _, log := range all {
		if len(log) > len(longest) {
			longest = log
		}
	}
	return longest, err
}

// Logs returns the logs of all sites that were visited.
func (s *Visits) Logs() (all [][]byte, err error) {
	for _, name := range s.Names() {
		log, err := s.Log(name)
		if err != nil {
			return nil, err
		}
		if len(log) > 0 {
			all = append(all, log)
		}
	}
	return all, nil
}

// History returns the browser's history on a person's phone, as a thief gets it.
func (s *Visits) History(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(p.history), nil
}

// ParseSiteLog reads what Log returns. Proof is what the gate has written.
func ParseSiteLog(b []byte) (all []Visit, err error) {
	err = readRecords(b, func(id [32]byte, v Visit) {
		v.Connection = id
		all = append(all, v)
	})
	return all, err
}

// ReadBrowser claims the pages in a browser's history, which names its owner: those whose site and date only
// one envelope has. It returns an error for a history that is malformed, and the number of records.
func ReadBrowser(history []byte, t *attacks.Transcript, found attacks.Found) (n int64, err error) {
	type key struct {
		site [32]byte
		at   int64
	}
	pages := map[key]string{}
	err = readRecords(history, func(id [32]byte, v Visit) { pages[key{id, v.At.UnixMilli()}] = v.Page; n++ })
	if err != nil || n == 0 {
		return n, err
	}
	indexes := map[key][]int{}
	for r, err := range t.All() {
		if err != nil {
			return n, err
		}
		if site, _, ok := ParseVisit(r.Bytes); ok {
			k := key{site, r.At.UnixMilli()}
			indexes[k] = append(indexes[k], r.Index)
		}
	}
	for k, page := range pages {
		if all := indexes[k]; len(all) == 1 {
			found(all[0], []byte(page))
		}
	}
	return n, nil
}

// Connections returns the index of each envelope by its connection's number, by which logs are placed.
func Connections(t *attacks.Transcript) (map[[32]byte]int, error) {
	all := map[[32]byte]int{}
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if _, connection, ok := ParseVisit(r.Bytes); ok {
			all[connection] = r.Index
		}
	}
	return all, nil
}

// Wiretap returns the theft of a thief who has the envelopes alone, and tries that what is inside is in clear, or
// under a key of zeros, or under that of an exchange whose result is zeros. The forgery is an old visit, again.
func (s *Visits) Wiretap() attacks.Theft {
	return attacks.Wiretap(func(ctx context.Context, t *attacks.Transcript, found attacks.Found) (int64, error) {
		return t.Each(ctx, found, func(r attacks.Record, tried attacks.Tried) {
			if _, _, ok := ParseVisit(r.Bytes); !ok {
				return
			}
			inner := attacks.Sealed{Nonce: make([]byte, chacha20poly1305.NonceSize), Ciphertext: r.Bytes[visitHead:]}
			if n := len(inner.Ciphertext) - chacha20poly1305.Overhead; n >= 0 {
				inner.Ciphertext = inner.Ciphertext[:n]
			}
			for _, b := range [][]byte{r.Bytes[visitHead:], inner.UnderZeroKey()} {
				_, page, ok := cutProof(b)
				tried(page, ok && utf8.Valid(page))
			}
			_, page, ok := open(r.Bytes, make([]byte, x25519.Size))
			tried(page, ok)
		})
	}, attacks.Again, replayVisit)
}

// replayVisit returns the last visit to f.To's site, as it was.
func replayVisit(t *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	last := f.Held
	for r, err := range t.All() {
		if err != nil {
			return nil, err
		}
		if site, _, ok := ParseVisit(r.Bytes); ok && bytes.Equal(site[:], f.To) {
			last = bytes.Clone(r.Bytes)
		}
	}
	return last, nil
}

// Copied returns the theft of a copy of the victim's phone: the browser's history, and what the gate has
// there.
func (s *Visits) Copied(victim string) attacks.Theft {
	return attacks.Theft{
		Name:    PhoneCopied,
		Parties: []attacks.Party{attacks.Device},
		Takes:   "a copy of one phone, with the pages that its browser remembers",
		Steal: func() (*attacks.Tape, error) {
			history, err := s.History(victim)
			if err != nil {
				return nil, err
			}
			phone, err := s.gate.Phone(victim)
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(history, phone)
		},
		Read: func(_ context.Context, loot *attacks.Tape, t *attacks.Transcript, found attacks.Found) (int64, error) {
			history, err := loot.First()
			if err != nil {
				return 0, err
			}
			return ReadBrowser(history, t, found)
		},
	}
}

// Seized returns the theft of the phone itself, which its owner notices. It comes at the end.
func (s *Visits) Seized(victim string) attacks.Theft {
	t := s.Copied(victim)
	t.Name, t.Takes, t.AtEnd = Seizure, "one phone, with the pages that its browser remembers", true
	t.Noticed = func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) {
		return attacks.Notice{Who: victim}, nil
	}
	return t
}

// Thefts lists the wiretap, and those of one phone.
func (s *Visits) Thefts(victim string) []attacks.Theft {
	return []attacks.Theft{s.Wiretap(), s.Copied(victim), s.Seized(victim)}
}
