package transparency

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"doormat/attacks"
	"doormat/noescrow"
	"doormat/noescrow/transparency"
)

// Who has taken over the directory and the relay stands between people: each gets a device of the
// thief's for the other. The loot has a record for each fake, F ‖ name<0..255> ‖ state, then the
// directory's state, D ‖ state, and then notes, T ‖ uint32 index ‖ text.

// swap has the directory say the fakes' keys to everyone.
func (s *system) swap(string) attacks.Theft {
	return s.act(Swap, "the directory and the relay: they hand out keys of the thief's for everybody", 0, func(l *loot) error {
		s.fakes = l.fakes
		if !s.transparent {
			clear(s.keys)
			return nil
		}
		for _, name := range s.Names() {
			id := l.fakes[name].Identity()
			if err := s.main.Set(name, id[:]); err != nil {
				return err
			}
		}
		return s.skip()
	})
}

// split shows two histories: one to the victim, in which all others have the thief's keys, and one to all
// others, in which the victim has. Each owner finds the own key right. No witness signs two.
func (s *system) split(victim string) attacks.Theft {
	return s.twoHistories(Split, "the directory and the relay: they show one person another history than the others", victim, 0)
}

// collude is split with half of the witnesses signing both.
func (s *system) collude(victim string) attacks.Theft {
	return s.twoHistories(Collusion, "the directory, the relay, and the keys of two witnesses of four", victim, 2*quorum-witnesses)
}

func (s *system) twoHistories(name attacks.TheftName, takes, victim string, colluding int) attacks.Theft {
	return s.act(name, takes, colluding, func(l *loot) error {
		s.fakes = l.fakes
		s.victim = victim
		var both [2]*view
		for i := range both {
			d := new(transparency.Directory)
			if err := d.UnmarshalBinary(l.state); err != nil {
				return err
			}
			both[i] = &view{Directory: d}
			for j, w := range s.signers {
				switch {
				case j < colluding:
					state, err := w.MarshalBinary()
					if err != nil {
						return err
					}
					copied := new(transparency.Witness)
					if err := copied.UnmarshalBinary(state); err != nil {
						return err
					}
					both[i].signers = append(both[i].signers, copied)
				case j%2 == i: // the honest ones are kept apart
					both[i].signers = append(both[i].signers, w)
				}
			}
		}
		for _, other := range s.Names() {
			i, id := 0, l.fakes[other].Identity()
			if other == victim {
				i = 1
			}
			if err := both[i].Set(other, id[:]); err != nil {
				return err
			}
			s.views[other] = both[1-i]
		}
		return s.skip()
	})
}

// skip ends the epoch at once.
func (s *system) skip() error {
	if s.now.IsZero() {
		s.now = time.Unix(1, 0).UTC() // a cosignature is of no time before that
	}
	s.now = s.now.Add(time.Millisecond)
	return s.publish()
}

func (s *system) act(name attacks.TheftName, takes string, witnesses int, begin func(l *loot) error) attacks.Theft {
	return attacks.Theft{
		Name: name, Takes: takes,
		Parties: append([]attacks.Party{attacks.Provider}, slices.Repeat([]attacks.Party{"witness"}, witnesses)...),
		Steal:   s.makeFakes,
		Act: func(tape *attacks.Tape) (attacks.Middle, error) {
			l, err := parseLoot(tape)
			if err == nil && len(l.fakes) != len(s.Names()) {
				err = errLoot
			}
			if err != nil {
				return nil, err
			}
			if err := begin(l); err != nil {
				return nil, err
			}
			return s.middle(tape, l.fakes), nil
		},
		Read: func(ctx context.Context, tape *attacks.Tape, _ *attacks.Transcript, found attacks.Found) (int64, error) {
			l, err := parseLoot(tape)
			if err != nil {
				return 0, err
			}
			for _, n := range l.notes {
				found(n.index, n.text)
			}
			return int64(len(l.notes)), ctx.Err()
		},
		Noticed: func(*attacks.Tape, *attacks.Transcript) (attacks.Notice, error) { return s.noticed() },
	}
}

// makeFakes makes a device of the thief's for each person.
func (s *system) makeFakes() (*attacks.Tape, error) {
	var records [][]byte
	for _, name := range s.Names() {
		state, err := noescrow.NewDevice().MarshalBinary()
		if err != nil {
			return nil, err
		}
		records = append(records, slices.Concat([]byte{'F', byte(len(name))}, []byte(name), state))
	}
	if s.main != nil {
		state, err := s.main.MarshalBinary()
		if err != nil {
			return nil, err
		}
		records = append(records, append([]byte{'D'}, state...))
	}
	return attacks.TapeOf(records...)
}

// loot is a tape, parsed.
type loot struct {
	fakes map[string]*noescrow.Device
	state []byte
	notes []noted
}

type noted struct {
	index int
	text  []byte
}

var errLoot = errors.New("attacks: expected a fake, a directory or a note in a record of the loot, found something else")

func parseLoot(tape *attacks.Tape) (*loot, error) {
	l := &loot{fakes: map[string]*noescrow.Device{}}
	for r, err := range tape.All() {
		if err != nil {
			return nil, err
		}
		r = slices.Clone(r)
		switch {
		case len(r) > 2 && r[0] == 'F' && len(r) > 2+int(r[1]):
			name, state := r[2:2+int(r[1])], r[2+int(r[1]):]
			d := new(noescrow.Device)
			if err := d.UnmarshalBinary(state); err != nil {
				return nil, errLoot
			}
			l.fakes[string(name)] = d
		case len(r) > 1 && r[0] == 'D':
			l.state = r[1:]
		case len(r) >= 5 && r[0] == 'T':
			l.notes = append(l.notes, noted{int(binary.BigEndian.Uint32(r[1:])), r[5:]})
		default:
			return nil, errLoot
		}
	}
	return l, nil
}

// middle opens what is sealed for a fake, notes it, and seals it again.
func (s *system) middle(tape *attacks.Tape, fakes map[string]*noescrow.Device) attacks.Middle {
	return func(e attacks.InFlight) ([]attacks.InFlight, error) {
		_, sealedFor, err := noescrow.Addresses(e.Bytes)
		from, to := fakes[e.From], fakes[e.To]
		if err != nil || from == nil || to == nil || sealedFor != to.Identity() {
			return []attacks.InFlight{e}, nil
		}
		_, text, err := to.Open(e.Bytes, attacks.Date(e.At))
		if err != nil {
			return []attacks.InFlight{e}, nil
		}
		if err := tape.Append(append(binary.BigEndian.AppendUint32([]byte{'T'}, uint32(e.Index)), text...)); err != nil {
			return nil, err
		}
		id, err := s.Identity(e.To)
		if err != nil {
			return nil, err
		}
		if e.Bytes, err = s.seal(from, noescrow.Identity(id), e.To, string(text), e.At); err != nil {
			return nil, err
		}
		return []attacks.InFlight{e}, nil
	}
}

// noticed returns who could have noticed: the owners, who have found evidence; devices that were shown
// a checkpoint with too few witnesses; two who compare checkpoints, if these are evidence of two
// histories; two who compare safety numbers, if a device believes a key of the thief's.
func (s *system) noticed() (n attacks.Notice, err error) {
	if s.evidence != nil {
		return attacks.Notice{Who: "the owners, at the next look"}, nil
	}
	if n, of := len(s.refused), len(s.Names()); n > 0 {
		who := "all devices"
		if n < of {
			who = fmt.Sprintf("%d of %d devices", n, of)
		}
		return attacks.Notice{Who: who}, s.checkRefused()
	}
	if c := s.clients[s.victim]; c != nil {
		for name, other := range s.clients {
			var split *transparency.Split
			if name != s.victim && other.Checkpoint() != nil && errors.As(c.Compare(other.Checkpoint(), nil), &split) {
				return attacks.Notice{Who: "who compares checkpoints", Possible: true}, transparency.CheckSplit(s.params.Log, split.A, split.B)
			}
		}
	}
	for _, known := range s.believed() {
		for name, id := range known {
			if own, err := s.Identity(name); err != nil || id != noescrow.Identity(own) {
				return attacks.Notice{Who: "who compares safety numbers", Possible: true}, err
			}
		}
	}
	return attacks.Notice{}, nil
}

// checkRefused checks that the two histories, of which each lacks cosignatures, are evidence.
func (s *system) checkRefused() error {
	first := s.viewOf(s.victim).Checkpoint()
	for _, name := range s.Names() {
		if transparency.CheckSplit(s.params.Log, first, s.viewOf(name).Checkpoint()) == nil {
			return nil
		}
	}
	return errors.New("attacks: expected two checkpoints that are evidence, found none")
}

func (s *system) believed() []map[string]noescrow.Identity {
	var all []map[string]noescrow.Identity
	for _, name := range s.Names() {
		all = append(all, s.keys[name], s.before[name])
	}
	return all
}
