package attacks

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// checkRecipients returns an error if one of several recipients comes twice or is the sender, who would be counted,
// and be sent to, twice.
func checkRecipients(m Message) error {
	if len(m.Also) == 0 {
		return nil
	}
	seen := map[string]bool{m.From: true}
	for _, to := range m.Recipients() {
		if seen[to] {
			return fmt.Errorf("expected each of several recipients once, and not the sender, found %q again", to)
		}
		seen[to] = true
	}
	return nil
}

// sendEach sends a message in as many envelopes as the system needs, and reports whether each has arrived.
func (s *Stage) sendEach(m Message) (arrived bool, err error) {
	if group, ok := s.system.(GroupSystem); ok && len(m.Also) > 0 {
		return s.carry(m, group.SendAll)
	}
	arrived = true
	for _, to := range m.Recipients() {
		ok, err := s.carry(m.For(to), s.system.Send)
		if err != nil {
			return false, err
		}
		arrived = arrived && ok
	}
	return arrived, nil
}

// carry seals a message in one envelope, records it, and delivers it to each recipient.
func (s *Stage) carry(m Message, send func(Message) ([]byte, error)) (arrived bool, err error) {
	envelope, err := send(m)
	if err != nil {
		return false, err
	}
	if err := s.transcript.Append(m.At, envelope); err != nil {
		return false, err
	}
	s.carried.add(uint32(len(s.facts.all)))
	s.named.Of++
	if s.names(m, envelope) {
		s.named.N++
	}
	for _, t := range s.thefts {
		for _, to := range m.Recipients() {
			if t.Watch == nil {
				continue
			}
			if err := t.Watch(m.From, to); err != nil {
				return false, fmt.Errorf("%s: %w", t.Name, err)
			}
		}
	}
	arrived = true
	for _, to := range m.Recipients() {
		ok, err := s.deliver(m.For(to), envelope)
		if err != nil {
			return false, err
		}
		if !ok && len(s.middles) == 0 {
			return false, errors.New("another message arrived than was sent")
		}
		arrived = arrived && ok
	}
	return arrived, nil
}

// names reports whether an envelope carries the names of the sender and of a recipient in clear.
func (s *Stage) names(m Message, envelope []byte) bool {
	has := func(person string) bool {
		id, err := s.system.Identity(person)
		return err == nil && bytes.Contains(envelope, id)
	}
	return has(m.From) && slices.ContainsFunc(m.Recipients(), has)
}
