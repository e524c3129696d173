package transparency

import (
	"errors"
	"maps"
	"time"

	"doormat/noescrow/transparency"
)

// pass lets time pass: at the end of each day on which something is sent, the directory publishes, and
// everyone looks at the own entry.
func (s *system) pass(at time.Time) error {
	if !s.transparent || !s.now.IsZero() && at.Sub(s.now) < epoch {
		return nil
	}
	s.now = at
	if err := s.publish(); err != nil {
		return err
	}
	if s.warned {
		return nil
	}
	for _, name := range s.Names() {
		if err := s.look(name); err != nil {
			return err
		}
	}
	if s.evidence != nil {
		s.warned = true
		clear(s.keys)
	}
	return nil
}

// publish ends an epoch in all views, and everyone's keys of the day.
func (s *system) publish() error {
	done := map[*view]bool{}
	for _, name := range s.Names() {
		v := s.viewOf(name)
		if done[v] {
			continue
		}
		done[v] = true
		if _, err := v.Publish(s.now); err != nil {
			return err
		}
		for _, w := range v.signers {
			body, err := v.WitnessRequest(min(w.Size(origin), v.Size()))
			if err != nil {
				return err
			}
			if line, err := w.AddCheckpoint(body, s.now); err == nil { // it refuses what does not continue
				if err := v.AddCosignature(w.VerifierKey(), line); err != nil {
					return err
				}
			}
		}
	}
	for person, keys := range s.keys {
		maps.Copy(s.before[person], keys)
	}
	clear(s.keys)
	return nil
}

// look monitors a person's own entry. Evidence that the person publishes is checked by all.
func (s *system) look(name string) error {
	c := s.clients[name]
	data, err := s.viewOf(name).Monitor(name, c.SinceOwn(name))
	if err != nil {
		return err
	}
	_, err = c.Monitor(name, data, s.now)
	var found *transparency.Intrusion
	switch {
	case errors.As(err, &found):
		if _, err := transparency.Verify(s.params, name, found.Evidence); err != nil {
			return err
		}
		s.evidence = found.Evidence
	case errors.Is(err, transparency.ErrQuorum):
		s.refused[name] = true
	case err != nil:
		return err
	}
	return nil
}
