// Package idcheck puts package idcheck under study, in two systems that carry visits to sites in the place of
// messages: one in which a contractor looks at documents, and one with the attestations of the EU's blueprint.
// A visit is open when the thief can say who made it and what for. Thefts, and what they open:
//
//	system        theft                 the thief has                      it opens                  noticed by
//	each          wiretap               site and time of each visit        nothing                   nobody
//	              one site, all sites   their logs: pages, and the         nothing: no name is       nobody
//	                                    contractor's numbers or the        in them
//	                                    attestations
//	              phone, copied         one browser's history              the visitor's past        nobody
//	identity      contractor's files    its database, sealed               nothing                   nobody
//	check         insider               one agent who looks up a person    the person's past         nobody
//	              contractor            master key and database            every visit of the past   nobody
//	              warrant               the same, for one person           all of the person's       nobody
//	attestations  provider              its key, and to whom it issued     nothing: no site, no page nobody
//	              provider and sites    and the sites' logs                every visit of the past   nobody
//	              warrant               the same, for one person           all of the person's       nobody
//
// A stolen document passes for its owner, as the contractor's thief and the phone's show. Attestations take two
// parties to link, and then link all. The twin is package attacks/agetoken, where the same two have time and number
// alone.
package idcheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/idcheck"
)

// The names of the systems.
const (
	Documents    = "identity check"
	Attestations = "attestations"
)

// The names of the thefts that these systems know.
const (
	Files            attacks.TheftName = "contractor's files"
	Insider          attacks.TheftName = "insider"
	Contractor       attacks.TheftName = "contractor"
	Provider         attacks.TheftName = "attestation provider"
	ProviderAndSites attacks.TheftName = "provider and sites"
)

// New returns sites whose contractor looks at documents.
func New() attacks.System {
	s := &documents{contractor: idcheck.NewContractor(), people: people{}}
	s.Visits = messenger.NewVisits(messenger.Gate{
		Name:  Documents,
		Enrol: s.people.enrol,
		Prove: func(person string, _ messenger.Visit) ([]byte, error) { return s.people[person], nil },
		Admit: s.admit,
		Phone: func(person string) ([]byte, error) { return s.people[person], nil },
	})
	return s
}

type documents struct {
	*messenger.Visits
	contractor *idcheck.Contractor
	people     people
}

// people are documents, by person.
type people map[string][]byte

// enrol gives a person a document.
func (p people) enrol(person string) (err error) {
	noise := make([]byte, 64) // in the place of a picture
	rand.Read(noise)
	p[person], err = idcheck.Document{
		Name:   nameOf(person),
		Born:   time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC),
		Number: hex.EncodeToString(noise[:5]),
		Scan:   noise[5:],
	}.Bytes()
	return err
}

// nameOf is a person's name as a document has it: not empty, and not longer than it takes.
func nameOf(person string) string {
	if person == "" {
		return "(no name)"
	}
	return person[:min(len(person), idcheck.MaxName)]
}

// host is a site's name.
func host(site [32]byte) string { return hex.EncodeToString(site[:]) }

// admit has the contractor check the document. The site keeps the number.
func (s *documents) admit(_ string, v messenger.Visit) (name string, logged []byte, err error) {
	n, err := s.contractor.Check(v.Proof, host(v.Site), v.Page, v.At)
	if err != nil {
		return "", nil, err
	}
	for person, document := range s.people {
		if bytes.Equal(document, v.Proof) {
			return person, n[:], nil
		}
	}
	return "", nil, errors.New("attacks: the document is no one's")
}

// Thefts lists those of the network, of the sites, and of the contractor.
func (s *documents) Thefts(victim string) []attacks.Theft {
	theft := func(name attacks.TheftName, takes string, of string, withKey bool) attacks.Theft {
		return attacks.Theft{Name: name, Takes: takes, Parties: []attacks.Party{"contractor"}, Read: readChecks, Steal: func() (*attacks.Tape, error) {
			database, err := s.contractor.MarshalBinary()
			if err != nil {
				return nil, err
			}
			records := [][]byte{append([]byte("database "), database...)}
			if withKey {
				records = append(records, []byte("key "+s.contractor.RecoveryKey()))
			}
			if of != "" {
				records = append(records, []byte("name "+of))
			}
			return attacks.TapeOf(records...)
		}}
	}
	warrant := theft(attacks.WarrantName, "what the contractor has of one person", nameOf(victim), true)
	warrant.Use, warrant.AtEnd = attacks.Lawful, true
	warrant.Parties = append(warrant.Parties, attacks.Court)
	contractor := theft(Contractor, "an agent's account: the contractor's key, and its database", "", true)
	contractor.Forge = func(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
		return forgeWithDocument(loot, nameOf(victim), f)
	}
	copied, seized := s.Copied(victim), s.Seized(victim)
	for _, t := range []*attacks.Theft{&copied, &seized} {
		t.Forge = func(loot *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
			return forgeWithPhone(loot, f)
		}
	}
	return slices.Concat([]attacks.Theft{warrant, s.Wiretap()}, sites(s.Visits, readChecks), []attacks.Theft{
		theft(Files, "the contractor's database, without its key", "", false),
		theft(Insider, "what one agent looks up of one person", nameOf(victim), true),
		contractor, copied, seized,
	})
}

// sites are the thefts of one site's log, and of all.
func sites(v *messenger.Visits, read attacks.Attack) []attacks.Theft {
	return []attacks.Theft{{
		Name: messenger.OneSite, Takes: "the log of the site with the longest", Read: read,
		Parties: []attacks.Party{attacks.Site},
		Steal: func() (*attacks.Tape, error) {
			log, err := v.LongestLog()
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(append([]byte("log "), log...))
		},
	}, {
		Name: messenger.AllSites, Takes: "the logs of all sites", Read: read,
		Parties: []attacks.Party{attacks.Site, "other sites"},
		Steal:   func() (*attacks.Tape, error) { return stealLogs(v) },
	}}
}

// stealLogs copies the logs of all sites, and appends other records.
func stealLogs(v *messenger.Visits, more ...[]byte) (*attacks.Tape, error) {
	logs, err := v.Logs()
	if err != nil {
		return nil, err
	}
	var records [][]byte
	for _, log := range logs {
		records = append(records, append([]byte("log "), log...))
	}
	return attacks.TapeOf(append(records, more...)...)
}

// A loot is what records say that begin with a word.
type loot struct {
	databases, logs, keys [][]byte
	name                  string // of one person; "" for all
}

var errLoot = errors.New("attacks: the loot is not that of sites and who checks for them")

func parseLoot(tape *attacks.Tape) (l loot, err error) {
	for record, err := range tape.All() {
		if err != nil {
			return l, err
		}
		word, rest, _ := bytes.Cut(bytes.Clone(record), []byte(" "))
		switch string(word) {
		case "database":
			l.databases = append(l.databases, rest)
		case "log":
			l.logs = append(l.logs, rest)
		case "key":
			l.keys = append(l.keys, rest)
		case "name":
			l.name = string(rest)
		default:
			return l, errLoot
		}
	}
	return l, nil
}

// readChecks opens what it can of a contractor's database, with the keys of the loot and one of its own, and
// places each check by site and date. It tries each record of a site's log as a check's number, for which it
// needs checks.
func readChecks(ctx context.Context, tape *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	l, err := parseLoot(tape)
	if err != nil {
		return 0, err
	}
	checks, n := l.checks()
	operations += n
	for _, log := range l.logs {
		visits, err := messenger.ParseSiteLog(log)
		if err != nil {
			return operations, err
		}
		operations += int64(len(visits)) // each is a page of no one's
	}
	type key struct {
		site string
		at   int64
	}
	indexes := map[key][]int{}
	for r, err := range t.All() {
		if err != nil {
			return operations, err
		}
		if site, _, ok := messenger.ParseVisit(r.Bytes); ok {
			k := key{host(site), r.At.UnixMilli()}
			indexes[k] = append(indexes[k], r.Index)
		}
	}
	for _, c := range checks {
		if all := indexes[key{c.Site, c.At.UnixMilli()}]; len(all) == 1 {
			found(all[0], []byte(c.Page))
		}
	}
	return operations, ctx.Err()
}

// checks are those that open.
func (l loot) checks() (all []idcheck.Check, tried int64) {
	for _, line := range append(slices.Clone(l.keys), []byte(idcheck.NewContractor().RecoveryKey())) {
		thief, err := idcheck.ParseContractor(string(line))
		if err != nil {
			continue
		}
		for _, database := range l.databases {
			tried++
			if thief.UnmarshalBinary(database) != nil {
				continue
			}
			if checks, err := thief.Recover(l.name); err == nil {
				all = append(all, checks...)
			}
		}
	}
	return all, tried
}

// forgeWithDocument visits a site as the person of that name, with the document that a contractor kept.
func forgeWithDocument(tape *attacks.Tape, name string, f attacks.Forgery) ([]byte, error) {
	l, err := parseLoot(tape)
	if err != nil {
		return nil, err
	}
	l.name = name
	checks, _ := l.checks()
	if len(checks) == 0 {
		return f.Held, nil
	}
	document, err := checks[0].Document.Bytes()
	if err != nil {
		return nil, err
	}
	return messenger.SealVisit(f.To, messenger.Visit{Page: f.Text, Proof: document})
}

// forgeWithPhone visits a site with the document on a phone.
func forgeWithPhone(tape *attacks.Tape, f attacks.Forgery) ([]byte, error) {
	var document []byte // the last record
	for record, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		document = bytes.Clone(record)
	}
	return messenger.SealVisit(f.To, messenger.Visit{Page: f.Text, Proof: document})
}
