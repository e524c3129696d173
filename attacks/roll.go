package attacks

import (
	"fmt"
	"slices"
)

// A Roll holds what a system keeps of each person who is enrolled, a P. The zero Roll is empty.
type Roll[P any] struct {
	people map[string]P
	names  map[string]string // by identity
	order  []string
}

// Add enrols a person.
func (r *Roll[P]) Add(name string, identity []byte, p P) {
	if r.people == nil {
		r.people, r.names = map[string]P{}, map[string]string{}
	}
	r.people[name] = p
	r.names[string(identity)] = name
	r.order = append(r.order, name)
}

// Person returns what was added under a name, or an error if no one was.
func (r *Roll[P]) Person(name string) (P, error) {
	p, ok := r.people[name]
	if !ok {
		return p, fmt.Errorf("attacks: %q is not enrolled", name)
	}
	return p, nil
}

// Pair returns the sender and the recipient of m.
func (r *Roll[P]) Pair(m Message) (from, to P, err error) {
	if from, err = r.Person(m.From); err != nil {
		return from, to, err
	}
	to, err = r.Person(m.To)
	return from, to, err
}

// NameOf returns the name of the person with that identity, or "".
func (r *Roll[P]) NameOf(identity []byte) string { return r.names[string(identity)] }

// Names returns the names of all people, in the order in which they enrolled.
func (r *Roll[P]) Names() []string { return slices.Clone(r.order) }
