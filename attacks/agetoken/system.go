// Package agetoken puts package agetoken under study: visits to sites in the place of messages, with tokens that
// the issuer has signed blindly. A visit is open when the thief can say who made it and what for. Thefts, and
// what they open:
//
//	theft                the thief has                        it opens                           noticed by
//	wiretap              site and time of each visit          nothing                            nobody
//	one site, all sites  their logs: pages and tokens         nothing: no name is in them        nobody
//	issuer               its key, and who asked when          nothing: no site, no page          nobody
//	issuer and sites     both                                 nothing: each token fits each      nobody
//	                                                          request, but for time and number
//	phone, copied        a browser's history, and tokens      the visitor's past                 nobody
//	issuer, tagging      both, of an issuer that has given    the victim's past                  who compares keys
//	                     the victim a key for itself
//
// A warrant gets what the issuer and the sites have, and that opens nothing. The twin is package attacks/idcheck,
// where it opens all. What remains is time: [Measure] guesses by it, and counts the crowd among whom a visitor
// is hidden at best. A crowd of one is a name, and is claimed: [Measure] has such. So is a token that is spent at
// the moment at which it is fetched (TestSpentAtOnce). Phones here fill up at night, so that happens to who makes
// more visits in a day than a batch has tokens. And a phone that fills up says how many it has spent: if sites had
// as many visits since it fetched last, they are its owner's (TestFillingUpCounts).
//
// The issuer's key is that of the first test vector of RFC 9578, Appendix A.2, since a key of 2048 bits takes a
// third of a second to draw and crypto/rsa takes no seed. Batches are of 12 here.
package agetoken

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/noescrow/agetoken"
)

// Name is the name of the system.
const Name = "blind tokens"

// The names of the thefts that this system knows.
const (
	Issuer         attacks.TheftName = "token issuer"
	IssuerAndSites attacks.TheftName = "issuer and sites"
	Tagging        attacks.TheftName = "issuer, tagging"
)

// batch is how many tokens a phone has when it has fetched: enough for a day of the people of package
// conversation.
const batch = 12

// issuerPEM is the key of RFC 9578, and taggingPEM one that was drawn for this demonstration.
var (
	//go:embed issuer.pem
	issuerPEM string
	//go:embed tagging.pem
	taggingPEM string
)

// DemonstrationIssuer returns the issuer of RFC 9578's first test vector, whose private key everyone has. A
// program that runs for a moment saves the drawing of a key.
func DemonstrationIssuer() (*agetoken.Issuer, error) { return agetoken.ParseIssuer(issuerPEM) }

// New returns sites that take blind tokens, all under one key.
func New() attacks.System { return newSystem("") }

// NewTagging returns the same, with an issuer that has given one person another key than everyone else.
func NewTagging(person string) attacks.System { return newSystem(person) }

func newSystem(tagged string) *system {
	s := &system{tagged: tagged, batch: batch, wallets: map[string]*agetoken.Wallet{}}
	s.Visits = messenger.NewVisits(messenger.Gate{
		Name: Name, Enrol: s.enrol, Prove: s.prove, Admit: s.admit,
		Phone: func(person string) ([]byte, error) {
			w := s.wallets[person]
			if w == nil {
				return nil, errors.New("attacks: no one of that name has a wallet")
			}
			return w.MarshalBinary()
		},
	})
	return s
}

type system struct {
	*messenger.Visits
	tagged  string // whom the issuer has given a key alone; "" for no one
	batch   int    // tokens
	issuers []*agetoken.Issuer
	gates   []*agetoken.Gate // one for each key
	wallets map[string]*agetoken.Wallet
	log     []byte    // the issuer's
	now     time.Time // of the latest visit
	night   time.Time // until which wallets were filled
}

// start parses the issuer's keys, which is too slow to be done for a system that carries nothing.
func (s *system) start() error {
	challenge, err := agetoken.Challenge{Issuer: "age.example"}.Bytes()
	if err != nil {
		return err
	}
	spent := new(agetoken.Spent)
	for _, text := range []string{issuerPEM, taggingPEM} {
		issuer, err := agetoken.ParseIssuer(text)
		if err != nil {
			return err
		}
		gate, err := agetoken.NewGate(issuer.PublicKey(), challenge, spent)
		if err != nil {
			return err
		}
		s.issuers, s.gates = append(s.issuers, issuer), append(s.gates, gate)
		if s.tagged == "" {
			break
		}
	}
	return nil
}

// issuerOf returns the issuer with the key that a person was given.
func (s *system) issuerOf(person string) *agetoken.Issuer {
	if s.tagged != "" && person == s.tagged {
		return s.issuers[1]
	}
	return s.issuers[0]
}

// enrol gives a person an empty wallet.
func (s *system) enrol(person string) error {
	if s.issuers == nil {
		if err := s.start(); err != nil {
			return err
		}
	}
	challenge, err := agetoken.Challenge{Issuer: "age.example"}.Bytes()
	if err != nil {
		return err
	}
	s.wallets[person], err = agetoken.NewWallet(s.issuerOf(person).PublicKey(), challenge)
	return err
}

// prove spends a token. Before the first visit of a day everyone fills up, at midnight. Who has none left fetches
// at once, which names the visitor.
func (s *system) prove(person string, v messenger.Visit) ([]byte, error) {
	if v.At.After(s.now) {
		s.now = v.At
	}
	if day := s.now.Truncate(24 * time.Hour); day.After(s.night) {
		s.night = day
		for _, name := range s.Names() {
			if err := s.fetch(name, day); err != nil {
				return nil, err
			}
		}
	}
	w := s.wallets[person]
	if w.Len() == 0 {
		if err := s.fetch(person, s.now); err != nil {
			return nil, err
		}
	}
	t, err := w.Take()
	return t.Bytes(), err
}

// fetch fills a person's wallet, if fewer than half of a batch are left. The issuer notes who asks.
func (s *system) fetch(person string, at time.Time) error {
	w := s.wallets[person]
	if w.Len() > s.batch/2 {
		return nil
	}
	issuer := s.issuerOf(person)
	requests, err := w.Request(s.batch - w.Len())
	if err != nil {
		return err
	}
	responses, err := issuer.SignBatch(requests)
	if err != nil {
		return err
	}
	b := cryptobyte.NewBuilder(s.log)
	issued{person, at, issuer.PublicKey().ID(), requests}.add(b)
	s.log = b.BytesOrPanic()
	return w.Finish(responses)
}

// issued is a line of the issuer's log, in bytes:
//
//	opaque name<0..2^16-1>;
//	uint64 date;                  milliseconds since 1970
//	opaque key[32];               identifier of the key
//	opaque requests<0..2^24-1>;   the batch, blinded
type issued struct {
	name     string
	at       time.Time
	key      agetoken.KeyID
	requests []byte
}

func (i issued) add(b *cryptobyte.Builder) {
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(i.name[:min(len(i.name), 1<<16-1)])) })
	b.AddBytes(attacks.Date(i.at))
	b.AddBytes(i.key[:])
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(i.requests) })
}

func parseIssued(log []byte) (all []issued, err error) {
	in := cryptobyte.String(log)
	for !in.Empty() {
		var i issued
		var name, requests cryptobyte.String
		var date []byte
		if !in.ReadUint16LengthPrefixed(&name) || !in.ReadBytes(&date, 8) || !in.CopyBytes(i.key[:]) || !in.ReadUint24LengthPrefixed(&requests) {
			return nil, errLoot
		}
		i.name, i.requests = string(name), requests
		i.at, _, err = attacks.CutDate(date)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

// admit spends a token at the gate of its key. The site keeps it.
func (s *system) admit(_ string, v messenger.Visit) (name string, logged []byte, err error) {
	for _, gate := range s.gates {
		if err = gate.Admit(v.Proof); err != agetoken.ErrToken {
			break
		}
	}
	return "", v.Proof, err
}

// Thefts lists those of the network, of the sites, and of the issuer. A system with an issuer that tags has the
// theft that it is for, and no other.
func (s *system) Thefts(victim string) []attacks.Theft {
	theft := func(name attacks.TheftName, takes string, issuer, logs bool, more ...[]byte) attacks.Theft {
		var parties []attacks.Party
		if issuer {
			parties = append(parties, "issuer")
		}
		if logs {
			parties = append(parties, "sites")
		}
		return attacks.Theft{Name: name, Takes: takes, Parties: parties, Read: linkByKeyAndTime, Steal: func() (*attacks.Tape, error) {
			records := slices.Clone(more)
			if issuer {
				records = append(records, append([]byte("issued "), s.log...))
				for _, i := range s.issuers {
					records = append(records, []byte("key "+i.RecoveryKey()))
				}
			}
			if !logs {
				return attacks.TapeOf(records...)
			}
			all, err := s.Logs()
			for _, log := range all {
				records = append(records, append([]byte("log "), log...))
			}
			if err != nil {
				return nil, err
			}
			return attacks.TapeOf(records...)
		}}
	}
	if s.tagged != "" {
		tagging := theft(Tagging, "the same, of an issuer with a key for one person", true, true)
		tagging.Noticed = func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) {
			return attacks.Notice{Who: "who compares keys", Possible: true}, nil
		}
		return []attacks.Theft{tagging}
	}
	warrant := theft(attacks.WarrantName, "what the issuer and all sites have of one person", true, true, []byte("name "+victim))
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
	one.Forge, one.Means = spendAgain, attacks.Again
	sites := theft(messenger.AllSites, "the logs of all sites", false, true)
	sites.Parties = []attacks.Party{attacks.Site, "other sites"}
	both := theft(IssuerAndSites, "the issuer's key and log, and the logs of all sites", true, true)
	both.Forge, both.Means = spendAgain, attacks.Again
	return []attacks.Theft{
		warrant, s.Wiretap(), one, sites,
		theft(Issuer, "the issuer's key, and its log of who asked for how many", true, false), both,
		s.Copied(victim), s.Seized(victim),
	}
}

var errLoot = errors.New("attacks: the loot is not that of sites and an issuer")

type loot struct {
	issued []issued
	visits []messenger.Visit
	name   string // of one person; "" for all
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

// linkByKeyAndTime names the visitor of each token for which one person alone can have asked: the one who was
// given the token's key, by the time of the visit, or who fetched at that very moment, or by number. Requests and
// tokens have nothing else in common; each pair is tried for equal bytes, and counts as an operation.
func linkByKeyAndTime(ctx context.Context, tape *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	l, err := parseLoot(tape)
	if err != nil {
		return 0, err
	}
	named, operations, err := l.link(ctx)
	if err != nil {
		return operations, err
	}
	indexes, err := messenger.Connections(t)
	if err != nil {
		return operations, err
	}
	for i, name := range named {
		v := l.visits[i]
		if at, ok := indexes[v.Connection]; ok && (l.name == "" || l.name == name) {
			found(at, []byte(v.Page))
		}
	}
	return operations, ctx.Err()
}

// link returns the names of visitors, by the index of the visit.
func (l loot) link(ctx context.Context) (named map[int]string, operations int64, err error) {
	named = map[int]string{}
	visits := map[int64]int{} // by date
	for _, v := range l.visits {
		visits[v.At.UnixMilli()]++
	}
	for n, v := range l.visits {
		if err := ctx.Err(); err != nil {
			return named, operations, err
		}
		operations++
		token, err := agetoken.ParseToken(v.Proof)
		if err != nil {
			return named, operations, err
		}
		crowd := map[string]bool{}
		for _, i := range l.issued {
			operations++
			if bytes.Contains(i.requests, v.Proof[2:34]) || bytes.Contains(i.requests, v.Proof[98:130]) { // nonce, signature
				crowd = map[string]bool{i.name: true}
				break
			}
			if i.key == token.KeyID() && !i.at.After(v.At) {
				crowd[i.name] = true
			}
			if i.key == token.KeyID() && atOnce(i, v) && visits[v.At.UnixMilli()] == 1 {
				crowd = map[string]bool{i.name: true}
				break
			}
		}
		if len(crowd) == 1 {
			for name := range crowd {
				named[n] = name
			}
		}
	}
	return named, operations, l.linkByNumber(named)
}

// linkByNumber names the visits between two fetches of one phone, if there are as many as it asked tokens for at the
// second: it was full after the first.
func (l loot) linkByNumber(named map[int]string) error {
	last := map[string]issued{}
	for _, i := range l.issued {
		first, again := last[i.name]
		last[i.name] = i
		spent, err := agetoken.BatchSize(i.requests)
		if err != nil {
			return err
		}
		if !again || first.key != i.key {
			continue
		}
		var between []int
		for n, v := range l.visits {
			if token, err := agetoken.ParseToken(v.Proof); err == nil && token.KeyID() == i.key && !v.At.Before(first.at) && v.At.Before(i.at) {
				between = append(between, n)
			}
		}
		if len(between) == spent {
			for _, n := range between {
				named[n] = i.name
			}
		}
	}
	return nil
}

// atOnce reports whether a batch was fetched at the moment of a visit. At midnight everyone does.
func atOnce(i issued, v messenger.Visit) bool {
	return i.at.Equal(v.At) && !i.at.Equal(i.at.Truncate(24*time.Hour))
}

// spendAgain visits a site with the last token in a stolen log.
func spendAgain(tape *attacks.Tape, _ *attacks.Transcript, f attacks.Forgery) ([]byte, error) {
	l, err := parseLoot(tape)
	if err != nil {
		return nil, err
	}
	if len(l.visits) == 0 {
		return f.Held, nil
	}
	token := l.visits[len(l.visits)-1].Proof
	return messenger.SealVisit(f.To, messenger.Visit{Page: f.Text, Proof: token})
}
