package attacks

import "fmt"

// roll is who is enrolled in a system: a P each, by name and by identity, in order.
type roll[P any] struct {
	people map[string]P
	names  map[string]string // by identity
	order  []string
}

func (r *roll[P]) add(name string, identity []byte, p P) {
	if r.people == nil {
		r.people, r.names = map[string]P{}, map[string]string{}
	}
	r.people[name] = p
	r.names[string(identity)] = name
	r.order = append(r.order, name)
}

func (r *roll[P]) person(name string) (P, error) {
	p, ok := r.people[name]
	if !ok {
		return p, fmt.Errorf("attacks: %q is not enrolled", name)
	}
	return p, nil
}
