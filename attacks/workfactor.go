package attacks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"doormat/escrow/workfactor"
)

// People write mail with Lotus Notes International. Of each message's key, 24 bits are in the field
// and the others have to be searched for.
//
//	the authority's key    everything, of everyone, past and future, at 2^bits keys a message: it is
//	                       a price on reading, and no lock. 40 bits in 1996
//	wiretap                nothing, for 2^(24+bits) keys a message
//	device keys            what was and will be written to the victim: his key does not change
//
// Nothing is signed, so anybody who has the program can write in anybody's name. Forgers here have no
// use for what they have stolen.

// NewWorkFactor returns package workfactor as a system, with an authority of its own and so many bits
// of each key left to search, 1 to 40. Receivers check the field.
func NewWorkFactor(bits int) System { return newWorkFactor(bits) }

// NewWorkFactorRogue is NewWorkFactor, in which one person puts noise where the field goes, and
// receivers do not check. Its one theft is the lawful recovery, which fails on him.
func NewWorkFactorRogue(bits int, cheat string) System {
	return &workFactorRogue{workFactorSystem: newWorkFactor(bits), cheat: cheat}
}

func newWorkFactor(bits int) *workFactorSystem {
	return &workFactorSystem{systemName: "Lotus Notes", bits: bits, authority: workfactor.NewAuthority()}
}

type workFactorSystem struct {
	systemName
	roll[*workfactor.Device]
	bits      int
	authority *workfactor.Authority
}

func (s *workFactorSystem) Enrol(name string) error {
	d, err := workfactor.NewDevice(s.authority.Public(), s.bits)
	if err != nil {
		return err
	}
	id := d.Identity()
	s.add(name, id[:], d)
	return nil
}

func (s *workFactorSystem) Identity(name string) ([]byte, error) {
	d, err := s.person(name)
	if err != nil {
		return nil, err
	}
	id := d.Identity()
	return id[:], nil
}

func (s *workFactorSystem) Send(m Message) ([]byte, error) {
	from, err := s.person(m.From)
	if err != nil {
		return nil, err
	}
	to, err := s.person(m.To)
	if err != nil {
		return nil, err
	}
	return from.Seal(to.Identity(), []byte(m.Text))
}

// Receive believes the date, as it believes the sender's name.
func (s *workFactorSystem) Receive(to string, _ time.Time, envelope []byte) (from, text string, err error) {
	d, err := s.person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := d.Open(envelope)
	return s.names[string(id[:])], string(plaintext), err
}

// Bundle is the person's public key, and what is in every copy of the program: the bits and the
// authority's public key.
func (s *workFactorSystem) Bundle(name string) ([]byte, error) {
	id, err := s.Identity(name)
	if err != nil {
		return nil, err
	}
	return append(append(id, byte(s.bits)), s.authority.Public().Bytes()...), nil
}

func (s *workFactorSystem) Inspect(name string) ([]byte, error) {
	d, err := s.person(name)
	if err != nil {
		return nil, err
	}
	return d.MarshalBinary()
}

func (s *workFactorSystem) Thefts(victim string) []Theft {
	return []Theft{{
		Name:  "wiretap",
		Takes: fmt.Sprintf("nothing; %d of 2^%d keys are tried for each message", wiretapKeys, workfactor.EscrowedBits+s.bits),
		Steal: func() (*Tape, error) { return new(Tape), nil },
		Open:  recoverBySearch,
		Forge: forgeUnsigned,
	}, {
		Name:  "escrow key",
		Takes: fmt.Sprintf("the authority's private key; 2^%d keys are left for each message, 2^%d in 1996", s.bits, workfactor.FullBits),
		Steal: func() (*Tape, error) { return loot(s.authority.Bytes()) },
		Open:  recoverByResidualSearch,
		Forge: forgeUnsigned,
	}, {
		Name:  "device keys",
		Takes: "the victim's private key, copied once",
		Steal: func() (*Tape, error) {
			state, err := s.Inspect(victim)
			if err != nil {
				return nil, err
			}
			return loot(state)
		},
		Open:  recoverWithNotesKey,
		Forge: forgeUnsigned,
	}}
}

// wiretapKeys is how many keys the wiretap tries for each message. With 40 bits left to the
// authority the chance that the right one is among them is 2^-54.
const wiretapKeys = 1 << 10

// recoverBySearch tries as many keys of each message as it can afford. The messages have different
// keys and random ivs, so what is tried for one says nothing about another.
func recoverBySearch(ctx context.Context, _ *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	return searchEach(ctx, t, wiretapKeys, workfactor.WholeKey, found)
}

// recoverByResidualSearch opens each field and searches what is left of the key.
func recoverByResidualSearch(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	key, err := l.First()
	if err != nil {
		return 0, err
	}
	authority, err := workfactor.ParseAuthority(key)
	if err != nil {
		return 0, err
	}
	return searchEach(ctx, t, 1<<workfactor.FullBits, authority.Residual, found)
}

// searchEach tries the first keys of what is left of each message's key, and counts them. Every core
// has a message of its own.
func searchEach(ctx context.Context, t *Transcript, keys uint64,
	left func(envelope []byte) (*workfactor.Residual, error), found func(i int, text []byte)) (int64, error) {
	var operations atomic.Int64
	err := inParallel(ctx, t, func(e Envelope) {
		r, err := left(e.Bytes)
		if err != nil {
			return
		}
		s := r.Search()
		s.Cores, s.Batch, s.End = 1, 64, min(s.End, keys)
		result, err := s.Run(ctx)
		operations.Add(int64(result.Tried))
		if err != nil || len(result.Hits) == 0 {
			return
		}
		if _, _, text, err := r.Open(result.Hits[0]); err == nil {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

// recoverWithNotesKey opens what was sent to the owner of a private key. The thief does not mind
// what is in the field.
func recoverWithNotesKey(ctx context.Context, l *Tape, t *Transcript, found func(i int, text []byte)) (int64, error) {
	state, err := l.First()
	if err != nil {
		return 0, err
	}
	device, err := workfactor.ParseDevice(state)
	if err != nil {
		return 0, err
	}
	var operations atomic.Int64
	err = inParallel(ctx, t, func(e Envelope) {
		operations.Add(1)
		if _, text, err := device.OpenUnchecked(e.Bytes); err == nil {
			found(e.Index, text)
		}
	})
	return operations.Load(), err
}

var errNotesBundle = errors.New("attacks: not a public key, the bits and the authority's public key")

// forgeUnsigned writes a message with a program of its own and puts another name on it. The field is
// perfect: the authority's public key is in every copy.
func forgeUnsigned(_ *Tape, _ *Transcript, f Forgery) ([]byte, error) {
	const head = len(workfactor.Identity{})
	if len(f.Bundle) < head+1 {
		return nil, errNotesBundle
	}
	authority, err := workfactor.ParsePublicKey(f.Bundle[head+1:])
	if err != nil {
		return nil, err
	}
	device, err := workfactor.NewDevice(authority, int(f.Bundle[head]))
	if err != nil {
		return nil, err
	}
	envelope, err := device.Seal(workfactor.Identity(f.Bundle[:head]), []byte(f.Text))
	if err != nil {
		return nil, err
	}
	const name = 2 // behind version and bits
	copy(envelope[name:], f.From)
	return envelope, nil
}

// workFactorRogue is the system with a cheat in it.
type workFactorRogue struct {
	*workFactorSystem
	cheat  string
	caught int // messages that a receiver who checks would have refused
}

// Send puts noise into the cheat's fields. Nothing on the way can tell it from an encryption.
func (s *workFactorRogue) Send(m Message) ([]byte, error) {
	envelope, err := s.workFactorSystem.Send(m)
	if err != nil || m.From != s.cheat {
		return envelope, err
	}
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return nil, err
	}
	rand.Read(e.Field)
	return e.Marshal()
}

// Receive is lax: it takes what the check refuses.
func (s *workFactorRogue) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = s.workFactorSystem.Receive(to, at, envelope)
	if !errors.Is(err, workfactor.ErrField) {
		return from, text, err
	}
	s.caught++
	d, err := s.person(to)
	if err != nil {
		return "", "", err
	}
	id, plaintext, err := d.OpenUnchecked(envelope)
	return s.names[string(id[:])], string(plaintext), err
}

// Thefts is the lawful recovery.
func (s *workFactorRogue) Thefts(victim string) []Theft {
	for _, t := range s.workFactorSystem.Thefts(victim) {
		if t.Name == "escrow key" {
			t.Name, t.Takes, t.AtEnd, t.Forge = "rogue sender", "the authority's key; one sender puts noise in the field", true, nil
			t.Noticed = func() string {
				if s.caught == 0 {
					return "nobody"
				}
				return "recipients who check"
			}
			return []Theft{t}
		}
	}
	return nil
}
