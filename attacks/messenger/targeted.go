package messenger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/noescrow"
	"doormat/noescrow/franking"
)

// What Europol and ENISA proposed in 2016 in the place of a third key: undercover officers, infiltration, and live
// forensics on seized devices. None of it is an attack on the encryption, so each is the same with escrow and without.
//
//	                   they have                  they read                        and who could notice
//	infiltration       the other person, who      what the two write from then     nobody
//	                   works for them             on
//	consented look     a witness's phone, given   what the two have written; the   nobody
//	                   freely                     target's part is proved
//	phone, ...         a phone, by what it has    by the state (atrest.go)         its owner
//	                   in memory
//	update key, ...    the service's key, where   everyone's; nothing if they      who rebuilds what is
//	                   phones take only what a    keep it out of the log           logged; all phones
//	                   log has

// The names of the thefts of targeted access.
const (
	Infiltration      attacks.TheftName = "infiltration"
	ConsentedLook     attacks.TheftName = "consented look"
	BeforeUnlock      attacks.TheftName = "phone, before first unlock"
	AfterUnlock       attacks.TheftName = "phone, locked"
	AfterUnlockStrict attacks.TheftName = "phone, locked, strict app"
	Unlocked          attacks.TheftName = "phone, open"
	UpdateUnlogged    attacks.TheftName = "update key, unlogged"
	UpdateLogged      attacks.TheftName = "update key, logged"
	UpdateWeek        attacks.TheftName = "update key, a week kept"
)

// A targeted is a messenger whose thefts are those of targeted access. Its messages are franked (witness.go), and its
// phones take only updates that a log has (update.go).
type targeted struct {
	*Messenger
	provider *franking.Provider
	reports  attacks.Tape // the recipient's identity ‖ a report, of each message
}

// Targeted returns a messenger of a kind under targeted access. It has the kind's name, and no theft that the
// kind's other systems have.
func Targeted(k Kind) attacks.System {
	newDevice, w := k.NewDevice, k.Wire
	k.NewDevice = func(person string) (Device, error) {
		d, err := newDevice(person)
		return &franked{Device: d}, err
	}
	k.Wire, k.Keys = w.franked(), nil // the keys are those of the thefts that are not here
	return &targeted{Messenger: New(k), provider: franking.NewProvider()}
}

// Enrol gives a person a device. The log of releases begins with the first.
func (s *targeted) Enrol(name string) error {
	if s.phones.updates.log == nil {
		log, err := newReleases(time.Unix(1, 0))
		if err != nil {
			return err
		}
		s.phones.updates.log = log
	}
	return s.Messenger.Enrol(name)
}

// Receive opens an envelope, and keeps what its recipient can report.
func (s *targeted) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	if from, text, err = s.Messenger.Receive(to, at, envelope); err != nil {
		return "", "", err
	}
	d, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	sender, recipient := identities(s.route(envelope))
	c, x := d.(*franked).commitment, franking.Context{From: sender, To: recipient, At: at}
	report := franking.NewReport(d.(*franked).received, c, x, s.provider.Stamp(c, x)) // the relay stamps what it passes on
	return from, text, s.reports.Append(slices.Concat(recipient[:], report))
}

// identities returns the two in a route, or two of zeros.
func identities(route []byte, ok bool) (from, to noescrow.Identity) {
	if ok && len(route) == len(from)+len(to) {
		copy(to[:], route[copy(from[:], route):])
	}
	return from, to
}

// Thefts lists the ways, from those that touch the fewest to those that touch all.
func (s *targeted) Thefts(victim string) []attacks.Theft {
	s.phone.owner = victim
	s.phones.keeps = true
	all := []attacks.Theft{s.infiltration(victim), s.consentedLook(victim)}
	for _, theft := range []forensics{
		{BeforeUnlock, "one person's phone, off and on again: what it stores, and no key", none, false},
		{AfterUnlock, "one person's phone, locked, and the keys that it has in memory", afterFirstUnlock, false},
		{AfterUnlockStrict, "the same, of an app that needs the owner's passphrase for old messages", afterFirstUnlock, true},
		{Unlocked, "one person's phone, open in its owner's hand, and all of its keys", complete, true},
	} {
		all = append(all, s.forensics(victim, theft))
	}
	for _, plan := range []updatePlan{
		{UpdateUnlogged, "the key that signs the app's updates, and an update that no log has", "an update that is not in the log", 0, false},
		{UpdateLogged, "the key that signs the app's updates, and so code on every phone, in the log", implanted, 0, true},
		{UpdateWeek, "the same, where phones store a week", implanted, disappearAfter, true},
	} {
		all = append(all, s.phones.byUpdate(plan))
	}
	return all
}

// Close removes the temporary files.
func (s *targeted) Close() error { return errors.Join(s.Messenger.Close(), s.reports.Close()) }

// closest returns the person with whom someone has written the most so far, of several the first by name; "" if there
// is none.
func (p *Phones) closest(owner string) (peer string, err error) {
	n := map[string]int{}
	for record, err := range p.stored.All() {
		if err != nil {
			return "", err
		}
		e, err := parseStored(record)
		if err != nil {
			return "", err
		}
		if e.owner == owner {
			n[e.peer]++
		}
	}
	for name := range n {
		if peer == "" || cmp.Or(cmp.Compare(n[name], n[peer]), cmp.Compare(peer, name)) > 0 {
			peer = name
		}
	}
	return peer, nil
}

// infiltration is an officer in the place of a friend: the person with whom the target has written the most hands over
// what the two write from then on. Where there is no such person yet, it is the next.
func (s *targeted) infiltration(target string) attacks.Theft {
	return attacks.Theft{
		Name:    Infiltration,
		Parties: []attacks.Party{attacks.Court, attacks.Device}, // the friend's
		Use:     attacks.Lawful,
		Takes:   "the word of the person with whom the target writes the most, from then on",
		Steal: func() (*attacks.Tape, error) {
			informer, err := s.phones.closest(target)
			if err != nil {
				return nil, err
			}
			loot := new(attacks.Tape)
			s.phones.implants = append(s.phones.implants, &implant{loot, func(owner, peer string) bool {
				if informer == "" && peer == target {
					informer = owner
				}
				return owner == informer && peer == target
			}})
			return loot, nil
		},
		Read: s.phones.read,
	}
}

var errWitness = errors.New("attacks: expected a franking key, reports and texts of a witness, found something else")

// Proved returns how many texts of a consented look are proved, by the provider's judgement of the reports in
// the loot, and how many there are in all.
func Proved(loot *attacks.Tape) (n attacks.Count, err error) {
	provider, err := judge(loot)
	if err != nil {
		return n, err
	}
	for record, err := range loot.All() {
		switch {
		case err != nil:
			return n, err
		case len(record) > 0 && record[0] == kindReport:
			if _, _, err := provider.Judge(record[1:]); err == nil {
				n.N++
			}
			n.Of++
		case len(record) > 0 && record[0] == kindExport:
			n.Of++
		}
	}
	return n, nil
}

// judge returns the provider whose key is the first record of a loot.
func judge(loot *attacks.Tape) (*franking.Provider, error) {
	first, err := loot.First()
	if err != nil {
		return nil, err
	}
	if len(first) == 0 || first[0] != kindProvider {
		return nil, errWitness
	}
	p, err := franking.ParseProvider(slices.Clone(first[1:]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errWitness, err)
	}
	return p, nil
}
