// Package credential puts package credential under study: visits to sites in the place of messages, with one signed
// credential of which the visitor shows "over 18" and a last day. A visit is open when the thief can say who made it
// and what for. Thefts, and what they open:
//
//	theft                  the thief has                        it opens                           noticed by
//	wiretap                site and time of each visit          nothing                            nobody
//	one site, all sites    their logs: pages and proofs         nothing: no name is in them        nobody
//	issuer                 its key, and all that it has signed  nothing: no site, no page          nobody
//	issuer and sites       both                                 nothing: each proof fits each      nobody
//	                                                            credential with its last day
//	phone, copied          a browser's history, and the         the visitor's past                 nobody
//	                       credential
//
// A warrant gets what the issuer and the sites have, and that opens nothing. Where sites ask for the date of birth
// too, issuer and sites open every visit of the past, and a warrant all of the person's.
//
// The twin is package attacks/idcheck, where the signature that is shown is the one that was issued, and it opens all.
// Package attacks/agetoken has blind tokens. [Measure] counts what the same two link without a name too: the visits of
// one person with each other.
//
// Phones here fetch at midnight, all together, as all credentials of a quarter are over on one day. A copied
// credential opens every gate in its owner's place, and no one can notice. That is no forgery of a visit in the
// owner's name, as sites learn no name, so no theft here has one: TestCopiedPhoneIsOfAge shows it.
package credential

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/internal/bbs"
	"doormat/noescrow/credential"
)

// The names of the systems.
const (
	Name    = "BBS credential"
	Curious = "BBS, with birthday"
)

// The names of the thefts that these systems know.
const (
	Issuer         attacks.TheftName = "credential issuer"
	IssuerAndSites attacks.TheftName = "issuer and sites"
)

// New returns sites that ask whether a visitor is of age.
func New() attacks.System { return newSystem(Name) }

// NewCurious returns sites that ask for the date of birth as well, and phones that show it.
func NewCurious() attacks.System { return newSystem(Curious, credential.Born) }

// newSystem returns a system whose phones show more than the age.
func newSystem(name attacks.SystemName, more ...credential.Attribute) *system {
	s := &system{desk: newDesk()}
	s.Visits = messenger.NewVisits(messenger.Gate{
		Name:  name,
		Enrol: s.desk.enrol,
		Prove: func(person string, v messenger.Visit) ([]byte, error) {
			if err := s.desk.fetch(v.At); err != nil {
				return nil, err
			}
			if err := s.desk.renew(person, v.At); err != nil { // who was enrolled today
				return nil, err
			}
			return s.desk.phones[person].Show(string(v.Site[:]), v.Connection[:], more...)
		},
		Admit: func(_ string, v messenger.Visit) (name string, logged []byte, err error) {
			_, err = credential.Admit(s.desk.issuer.PublicKey(), string(v.Site[:]), v.Connection[:], v.Proof, s.desk.night)
			return "", v.Proof, err
		},
		Phone: func(person string) ([]byte, error) {
			c := s.desk.phones[person]
			if c == nil { // not fetched yet
				return nil, nil
			}
			return c.Bytes(), nil
		},
	})
	return s
}

type system struct {
	*messenger.Visits
	desk *desk
}

// A desk is the issuer's: it looks at documents, signs, and keeps what it has signed.
type desk struct {
	issuer *credential.Issuer
	people []credential.Person
	index  map[string]int // in people, by the name in the experiment
	names  []string       // in the order of enrolment
	phones map[string]*credential.Credential
	log    []byte
	night  time.Time // the latest midnight that has passed
}

func newDesk() *desk {
	return &desk{issuer: credential.NewIssuer(), index: map[string]int{}, phones: map[string]*credential.Credential{}}
}

// enrol gives a person a document. No two people have one date of birth, as in a small town; all are of age.
func (d *desk) enrol(person string) error {
	n := len(d.people)
	d.index[person] = n
	d.names = append(d.names, person)
	d.people = append(d.people, credential.Person{
		Name:   nameOf(person),
		Born:   time.Date(1940, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 997*n%24000),
		Number: fmt.Sprintf("L%07d", n),
	})
	return nil
}

// nameOf is a person's name as a document has it: not empty, and not longer than it takes.
func nameOf(person string) string {
	if person == "" {
		return "(no name)"
	}
	return person[:min(len(person), credential.MaxValue)]
}

// fetch has everyone renew at midnight, if one has passed since the last time.
func (d *desk) fetch(now time.Time) error {
	day := now.UTC().Truncate(24 * time.Hour)
	if !day.After(d.night) {
		return nil
	}
	d.night = day
	for _, name := range d.names {
		if err := d.renew(name, d.night); err != nil {
			return err
		}
	}
	return nil
}

// renew issues a credential to a person who has none, or one that is over in a month. The issuer notes it, and when.
func (d *desk) renew(person string, now time.Time) error {
	if c := d.phones[person]; c != nil && c.Value(credential.Until) > d.night.AddDate(0, 1, 0).Format(time.DateOnly) {
		return nil
	}
	signed, err := d.issuer.Issue(d.people[d.index[person]], now)
	if err != nil {
		return err
	}
	c, err := credential.Take(d.issuer.PublicKey(), signed, now)
	if err != nil {
		return err
	}
	b := cryptobyte.NewBuilder(d.log)
	b.AddBytes(attacks.Date(now))
	for a := range values {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(c.Value(credential.Attribute(a)))) })
	}
	b.AddBytes(signed[len(signed)-signatureSize:])
	d.log = b.BytesOrPanic() // no value is longer than 255
	d.phones[person] = c
	return nil
}

// Thefts lists those of the network, of the sites, and of the issuer.
func (s *system) Thefts(victim string) []attacks.Theft {
	theft := func(name attacks.TheftName, takes string, issuer, logs bool, more ...[]byte) attacks.Theft {
		var parties []attacks.Party
		if issuer {
			parties = append(parties, "issuer")
		}
		if logs {
			parties = append(parties, "sites")
		}
		return attacks.Theft{Name: name, Takes: takes, Parties: parties, Read: linkByShown, Steal: func() (*attacks.Tape, error) {
			records := slices.Clone(more)
			if issuer {
				records = append(records, append([]byte("issued "), s.desk.log...), append([]byte("key "), s.desk.issuer.RecoveryKey()...))
			}
			if !logs {
				return attacks.TapeOf(records...)
			}
			all, err := s.Logs()
			if err != nil {
				return nil, err
			}
			for _, log := range all {
				records = append(records, append([]byte("log "), log...))
			}
			return attacks.TapeOf(records...)
		}}
	}
	warrant := theft(attacks.WarrantName, "what the issuer and all sites have of one person", true, true, []byte("name "+nameOf(victim)))
	warrant.Use, warrant.AtEnd = attacks.Lawful, true
	warrant.Parties = append(warrant.Parties, attacks.Court)
	one := theft(messenger.OneSite, "the log of the site with the longest", false, false)
	one.Parties = []attacks.Party{attacks.Site}
	one.Steal = func() (*attacks.Tape, error) {
		log, err := s.LongestLog()
		if err != nil {
			return nil, err
		}
		return attacks.TapeOf(append([]byte("log "), log...))
	}
	one.Forge, one.Means = showAgain, attacks.Again
	both := theft(IssuerAndSites, "the issuer's key and log, and the logs of all sites", true, true)
	both.Forge, both.Means = showAgain, attacks.Again
	sites := theft(messenger.AllSites, "the logs of all sites", false, true)
	sites.Parties = []attacks.Party{attacks.Site, "other sites"}
	return []attacks.Theft{
		warrant, s.Wiretap(), one, sites,
		theft(Issuer, "the issuer's key, and all that it has signed", true, false), both,
		s.Copied(victim), s.Seized(victim),
	}
}

var errLoot = errors.New("attacks: the loot is not that of sites and an issuer")

type loot struct {
	issued []issued
	visits []messenger.Visit
	name   string // of one person; "" for all
}

// values is how many a credential has, and signatureSize what its signature has in bytes.
const (
	values        = int(credential.Until) + 1
	signatureSize = bbs.SignatureSize
)

// issued is a line of the issuer's log, in bytes:
//
//	uint64 date;                  milliseconds since 1970
//	opaque values[5]<0..2^8-1>;   in the order of the attributes
//	opaque signature[80];
type issued struct {
	at        time.Time
	values    [values]string
	signature [signatureSize]byte
}

func parseIssued(log []byte) (all []issued, err error) {
	in := cryptobyte.String(log)
	for !in.Empty() {
		var date []byte
		var i issued
		ok := in.ReadBytes(&date, 8)
		for a := range i.values {
			var s cryptobyte.String
			ok = ok && in.ReadUint8LengthPrefixed(&s)
			i.values[a] = string(s)
		}
		if !ok || !in.CopyBytes(i.signature[:]) {
			return nil, errLoot
		}
		if i.at, _, err = attacks.CutDate(date); err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

func parseLoot(tape *attacks.Tape) (l loot, err error) {
	for record, err := range tape.All() {
		if err != nil {
			return l, err
		}
		word, rest, _ := bytes.Cut(bytes.Clone(record), []byte(" "))
		switch string(word) {
		case "issued":
			l.issued, err = parseIssued(rest)
		case "log":
			var visits []messenger.Visit
			visits, err = messenger.ParseSiteLog(rest)
			l.visits = append(l.visits, visits...)
		case "name":
			l.name = string(rest)
		case "key": // signs, and links nothing
		default:
			err = errLoot
		}
		if err != nil {
			return l, err
		}
	}
	return l, nil
}

// linkByShown names the visitor of each proof that one person's credentials alone can have made, by all that issuer
// and sites have: what is shown, the date, bytes of the signature, and random numbers that would come again. Each pair
// of a proof and a credential is tried, and counts as an operation.
func linkByShown(ctx context.Context, tape *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	l, err := parseLoot(tape)
	if err != nil {
		return 0, err
	}
	crowds, operations, err := l.crowds(ctx)
	if err != nil {
		return operations, err
	}
	indexes, err := messenger.Connections(t)
	if err != nil {
		return operations, err
	}
	for i, crowd := range crowds {
		v := l.visits[i]
		if at, ok := indexes[v.Connection]; ok && len(crowd) == 1 && (l.name == "" || l.name == crowd[0]) {
			found(at, []byte(v.Page))
		}
	}
	return operations, ctx.Err()
}

// crowds returns for each visit the names of those who can have made it.
//
// The numbers that a phone hides its values with are drawn anew for each proof. A credential and a proof give them (see
// bbs.Blinds), rightly for the owner's and wrongly for others'. Were one of them drawn again, it would come twice for
// the owner's credential, and for no other's.
func (l loot) crowds(ctx context.Context) (all [][]string, operations int64, err error) {
	first := map[string]int{}     // the visit at which a number came first, by name and number
	repeats := map[int][]string{} // names for which a visit's numbers come again
	for n, v := range l.visits {
		if err := ctx.Err(); err != nil {
			return nil, operations, err
		}
		operations++
		p, err := credential.ParsePresentation(v.Proof)
		if err != nil {
			return nil, operations, err
		}
		var crowd []string
		for _, i := range l.issued {
			operations++
			name := i.values[credential.Name]
			if i.signatureIn(v.Proof) {
				crowd = []string{name}
				break
			}
			if i.at.After(v.At) || !i.fits(p) {
				continue
			}
			if !slices.Contains(crowd, name) {
				crowd = append(crowd, name)
			}
			numbers, err := i.blinds(p)
			if err != nil {
				return nil, operations, err
			}
			for k, number := range numbers {
				key := string(number) + name
				at, ok := first[key]
				switch {
				case !ok:
					first[key] = n
				case at != n && !bytes.Equal(l.visits[at].Proof, v.Proof): // one proof shown twice repeats for everyone
					repeats[at], repeats[n] = append(repeats[at], name), append(repeats[n], name)
				case slices.ContainsFunc(numbers[:k], func(other []byte) bool { return bytes.Equal(other, number) }):
					repeats[n] = append(repeats[n], name)
				}
			}
		}
		all = append(all, crowd)
	}
	for n, names := range repeats {
		slices.Sort(names)
		all[n] = slices.Compact(names)
	}
	return all, operations, nil
}

// blinds returns the random numbers of a proof, if it is one of this credential.
func (i issued) blinds(p credential.Presentation) ([][]byte, error) {
	var messages [][]byte
	var shown []int
	for a, value := range i.values {
		messages = append(messages, []byte(value))
		if _, ok := p.Value(credential.Attribute(a)); ok {
			shown = append(shown, a)
		}
	}
	return bbs.Blinds(p.Proof(), i.signature[:], messages, shown)
}

// fits reports whether a credential has the values that are shown.
func (i issued) fits(p credential.Presentation) bool {
	for a, own := range i.values {
		if value, shown := p.Value(credential.Attribute(a)); shown && value != own {
			return false
		}
	}
	return true
}

// signatureIn reports whether a part of the signature stands in a proof.
func (i issued) signatureIn(proof []byte) bool {
	for part := range slices.Chunk(i.signature[:], 16) {
		if bytes.Contains(proof, part) {
			return true
		}
	}
	return false
}

// showAgain visits a site with the last proof in a stolen log.
func showAgain(tape *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	l, err := parseLoot(tape)
	if err != nil {
		return nil, err
	}
	if len(l.visits) == 0 {
		return f.Held, nil
	}
	return messenger.SealVisit(f.To, messenger.Visit{Page: f.Text, Proof: l.visits[len(l.visits)-1].Proof})
}
