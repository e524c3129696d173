package clipper

import (
	"time"

	"doormat/attacks"
	"doormat/escrow/clipper"
)

// The thefts of this system, beside [attacks.WiretapName] and [attacks.DeviceKeys].
const (
	FamilyKey  attacks.TheftName = "family key"
	OneAgent   attacks.TheftName = "one agent"
	Warrant    attacks.TheftName = attacks.WarrantName
	BothAgents attacks.TheftName = "both agents"
)

// The loot of each, record by record. KF is the family key, 10 bytes; a storage key is a line of age
// ("AGE-SECRET-KEY-PQ-1…"), and opens one agent's database, a file of age a half; a half is as
// [clipper.Half.Bytes] writes it.
//
//	family key    KF
//	one agent     KF, storage key, database
//	warrant       KF, half, half
//	both agents   KF, storage key, database, storage key, database
//	device keys   an X25519 private key, 32 bytes

// Thefts lists what is stolen, from nothing to everything, and last what is on one person's card.
// A thief of halves has the family key as well: without it the LEAF that they open is shut.
func (s *system) Thefts(victim string) []attacks.Theft {
	wiretap := attacks.Wiretap(recoverInClear, attacks.Altered, forgeByAltering)
	return []attacks.Theft{wiretap, {
		Name:    FamilyKey,
		Takes:   "the 80 bits that are in every chip",
		Parties: []attacks.Party{attacks.Authority},
		Steal:   s.stealFamilyKey,
		Read:    recoverWithAnything,
		Forge:   wiretap.Forge,
		Means:   wiretap.Means,
	}, {
		Name:    OneAgent,
		Takes:   "one agent's database and its key, and the family key",
		Parties: []attacks.Party{attacks.Agent},
		Steal:   func() (*attacks.Tape, error) { return s.stealAgents(s.agents[:1]) },
		Read:    recoverWithHalves,
		Forge:   wiretap.Forge,
		Means:   wiretap.Means,
	}, {
		Name:    Warrant,
		Use:     attacks.Lawful,
		Takes:   "both halves of one person's unit key, and the family key",
		Parties: []attacks.Party{attacks.Court, attacks.Agent, attacks.Agent},
		Steal:   func() (*attacks.Tape, error) { return s.serveWarrant(victim) },
		Read:    recoverWithHalves,
		Forge:   forgeWithHalves,
	}, s.bothAgents(), {
		Name:    attacks.DeviceKeys,
		Takes:   "one person's private key, copied by malware; the chip stays shut",
		Parties: []attacks.Party{attacks.Device},
		Steal:   func() (*attacks.Tape, error) { return s.stealCard(victim) },
		Read:    recoverWithCard,
		Forge:   forgeWithCard,
	}}
}

// bothAgents returns the theft of all halves: what two agents hold so that neither of them can read
// alone. It is also the lawful reading, once there is a warrant for everyone.
func (s *system) bothAgents() attacks.Theft {
	return attacks.Theft{
		Name:    BothAgents,
		Takes:   "both agents' databases and their keys, and the family key",
		Parties: []attacks.Party{attacks.Agent, attacks.Agent},
		Steal:   func() (*attacks.Tape, error) { return s.stealAgents(s.agents[:]) },
		Read:    recoverWithHalves,
		Forge:   forgeWithHalves,
	}
}

// stealFamilyKey copies the family key out of a chip, or out of a decrypt processor.
func (s *system) stealFamilyKey() (*attacks.Tape, error) {
	return attacks.TapeOf(s.family.Key().Bytes())
}

// stealAgents copies the family key, and each agent's disk and safe. A database without its storage key
// is of no use (TestDatabaseAlone).
func (s *system) stealAgents(agents []*clipper.Agent) (*attacks.Tape, error) {
	records := [][]byte{s.family.Key().Bytes()}
	for _, a := range agents {
		records = append(records, []byte(a.RecoveryKey()), a.Database())
	}
	return attacks.TapeOf(records...)
}

// warrantDay is the day on which warrants are served here, that of FIPS 185.
var warrantDay = time.Date(1994, 2, 9, 0, 0, 0, 0, time.UTC)

// serveWarrant has both agents release their halves of the victim's unit key, on the one day that the
// warrant is for. The halves open what is older and what is newer, too
// (TestWarrantOpensPastAndFuture).
func (s *system) serveWarrant(victim string) (*attacks.Tape, error) {
	c, err := s.Person(victim)
	if err != nil {
		return nil, err
	}
	records := [][]byte{s.family.Key().Bytes()}
	for _, a := range s.agents {
		half, err := a.Release(c.unit, clipper.Warrant{Unit: c.unit, From: warrantDay, Until: warrantDay.AddDate(0, 0, 1)}, warrantDay)
		if err != nil {
			return nil, err
		}
		records = append(records, half.Bytes())
	}
	return attacks.TapeOf(records...)
}

// stealCard copies what malware finds on the victim's card. The chip's keys are not outside of the
// chip, and do not come out of it.
func (s *system) stealCard(victim string) (*attacks.Tape, error) {
	c, err := s.Person(victim)
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(c.private[:])
}
