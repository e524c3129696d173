package attacks

import (
	"context"
	"errors"
	"slices"
)

// Table is all thefts against all systems.
type Table struct {
	Conversation *Conversation
	Victim       string
	Results      []*Result // a column each
}

// Matrix runs a conversation through each system, and commits each of their thefts. It lets go
// of each system when it is done with it, and puts nil in its place. Close the table.
func Matrix(ctx context.Context, c *Conversation, victim string, systems []System, progress Progress) (*Table, error) {
	t := &Table{Conversation: c, Victim: victim}
	for i, s := range systems {
		r, err := Run(ctx, s, c, victim, progress)
		systems[i] = nil
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		t.Results = append(t.Results, r)
	}
	return t, nil
}

// Systems returns the names of the systems, in order.
func (t *Table) Systems() (names []string) {
	for _, r := range t.Results {
		if !slices.Contains(names, r.System) {
			names = append(names, r.System)
		}
	}
	return names
}

// Thefts returns the names of the thefts: each behind the one it follows in its system.
func (t *Table) Thefts() (names []string) {
	for _, r := range t.Results {
		at := len(names)
		for _, e := range r.Exposures {
			if i := slices.Index(names, e.Theft); i >= 0 {
				at = i + 1
				continue
			}
			names = slices.Insert(names, at, e.Theft)
			at++
		}
	}
	return names
}

// Cell returns what a theft exposes in a system, or nil if it does not exist there.
func (t *Table) Cell(theft, system string) *Exposure {
	for _, r := range t.Results {
		for i := range r.Exposures {
			if e := &r.Exposures[i]; r.System == system && e.Theft == theft {
				return e
			}
		}
	}
	return nil
}

// Close lets go of the temporary files.
func (t *Table) Close() (err error) {
	for _, r := range t.Results {
		err = errors.Join(err, r.Close())
	}
	return err
}
