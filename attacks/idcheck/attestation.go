package idcheck

import (
	"context"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/attacks/messenger"
	"doormat/escrow/idcheck"
)

// batch is how many attestations a phone fetches here; the blueprint has 30.
const batch = 10

// NewAttestations returns sites that take the attestations of the EU's blueprint.
func NewAttestations() attacks.System {
	s := &attestations{provider: idcheck.NewProvider(), people: people{}, holders: map[string]*holder{}}
	s.Visits = messenger.NewVisits(messenger.Gate{
		Name: Attestations,
		Enrol: func(person string) error {
			s.holders[person] = &holder{Holder: new(idcheck.Holder)}
			return s.people.enrol(person)
		},
		Prove: s.prove,
		Admit: s.admit,
		Phone: func(person string) ([]byte, error) { return s.holders[person].MarshalBinary() },
	})
	return s
}

type attestations struct {
	*messenger.Visits
	provider *idcheck.Provider
	people   people
	holders  map[string]*holder
	now      time.Time // of the latest visit
}

// holder is what a phone has, and when its oldest attestation was issued.
type holder struct {
	*idcheck.Holder
	oldest time.Time
}

// prove fetches a batch if none is left, or those that are have less than a day, and shows one.
func (s *attestations) prove(person string, v messenger.Visit) ([]byte, error) {
	if v.At.After(s.now) {
		s.now = v.At
	}
	h := s.holders[person]
	if s.now.Sub(h.oldest) > idcheck.Validity-24*time.Hour {
		h.Holder = new(idcheck.Holder)
	}
	if h.Len() == 0 {
		issued, err := s.provider.Issue(s.people[person], h.Keys(batch), s.now)
		if err != nil {
			return nil, err
		}
		if err := h.Take(issued); err != nil {
			return nil, err
		}
		h.oldest = s.now
	}
	return h.Show(v.Connection[:])
}

// admit verifies an attestation. The site keeps it, to have something to show.
func (s *attestations) admit(_ string, v messenger.Visit) (name string, logged []byte, err error) {
	a, err := idcheck.Verify(s.provider.PublicKey(), v.Connection[:], v.Proof, s.now)
	if err != nil {
		return "", nil, err
	}
	return "", a.Bytes(), nil
}

// Thefts lists those of the network, of the sites, and of the provider.
func (s *attestations) Thefts(victim string) []attacks.Theft {
	log := func() [][]byte {
		return [][]byte{append([]byte("database "), s.provider.Log()...), append([]byte("key "), s.provider.RecoveryKey()...)}
	}
	both := attacks.Theft{
		Name: ProviderAndSites, Takes: "the provider's key and log, and the logs of all sites", Read: linkByDeviceKey,
		Parties: []attacks.Party{attacks.Provider, "sites"},
		Steal:   func() (*attacks.Tape, error) { return stealLogs(s.Visits, log()...) },
	}
	warrant := attacks.Theft{
		Name: attacks.WarrantName, Use: attacks.Lawful, AtEnd: true, Read: linkByDeviceKey,
		Takes:   "what the provider and all sites have of one person",
		Parties: []attacks.Party{attacks.Court, attacks.Provider, "sites"},
		Steal: func() (*attacks.Tape, error) {
			return stealLogs(s.Visits, append(log(), []byte("name "+nameOf(victim)))...)
		},
	}
	return slices.Concat([]attacks.Theft{warrant, s.Wiretap()}, sites(s.Visits, linkByDeviceKey), []attacks.Theft{{
		Name: Provider, Takes: "the provider's key, and its log of who was issued what", Read: linkByDeviceKey,
		Parties: []attacks.Party{attacks.Provider},
		Steal:   func() (*attacks.Tape, error) { return attacks.TapeOf(log()...) },
	}, both, s.Copied(victim), s.Seized(victim)})
}

// linkByDeviceKey names the visitor of each attestation in the sites' logs whose key is in a provider's.
func linkByDeviceKey(ctx context.Context, tape *attacks.Tape, t *attacks.Transcript, found attacks.Found) (operations int64, err error) {
	err = eachNamed(tape, &operations, func(name string, v messenger.Visit, indexes map[[32]byte]int) {
		if i, ok := indexes[v.Connection]; ok {
			found(i, []byte(v.Page))
		}
	}, t)
	if err != nil {
		return operations, err
	}
	return operations, ctx.Err()
}

// eachNamed calls yield for each visit that the loot names, with the name in the provider's log.
func eachNamed(tape *attacks.Tape, operations *int64, yield func(name string, v messenger.Visit, indexes map[[32]byte]int), t *attacks.Transcript) error {
	l, err := parseLoot(tape)
	if err != nil {
		return err
	}
	names := map[string]string{} // by device key
	for _, database := range l.databases {
		issued, err := idcheck.ParseLog(database)
		if err != nil {
			return err
		}
		for _, i := range issued {
			names[string(i.Key[:])] = i.Name
			*operations++
		}
	}
	indexes, err := messenger.Connections(t)
	if err != nil {
		return err
	}
	for _, log := range l.logs {
		visits, err := messenger.ParseSiteLog(log)
		if err != nil {
			return err
		}
		for _, v := range visits {
			*operations++
			a, err := idcheck.ParseAttestation(v.Proof)
			if err != nil {
				return err
			}
			if name, ok := names[string(a.Key[:])]; ok && (l.name == "" || l.name == name) {
				yield(name, v, indexes)
			}
		}
	}
	return nil
}
