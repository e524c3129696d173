package messenger

import (
	"errors"
	"time"

	"doormat/attacks"
)

// disappearAfter is the age at which disappearing messages go from a phone.
const disappearAfter = 7 * 24 * time.Hour

var errSeized = errors.New("attacks: the phone is gone")

// A phone is the one that will be seized. It keeps every message that its owner writes or reads. In the
// loot the device's state is the first record, and each message one more:
//
//	uint64 date;        milliseconds since 1970
//	opaque text[];      to the end of the record
//
// Sender and recipient are not in it: the transcript has them, and the dates say which is which.
type phone struct {
	owner   string
	history attacks.Tape
	seized  bool
}

// keep adds a message to the history, if it is on that phone.
func (p *phone) keep(name string, at time.Time, text string) error {
	if name != p.owner {
		return nil
	}
	return p.history.Append(append(attacks.Date(at), text...))
}

// stealDevice copies the state of the phone's owner's device.
func (m *Messenger) stealDevice() (*attacks.Tape, error) {
	state, err := m.state(m.phone.owner)
	if err != nil {
		return nil, err
	}
	return attacks.TapeOf(state)
}

// seize takes the phone away: the device's state, and the messages that are no older than the age at
// which they disappear (0 for never).
func (m *Messenger) seize(disappear time.Duration) (*attacks.Tape, error) {
	l, err := m.stealDevice()
	if err != nil {
		return nil, err
	}
	m.phone.seized = true
	for record, err := range m.phone.history.All() {
		if err != nil {
			return nil, err
		}
		at, _, err := attacks.CutDate(record)
		if err != nil {
			return nil, err
		}
		if disappear > 0 && m.now.Sub(at) > disappear {
			continue
		}
		if err := l.Append(record); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// giveBack ends a seizure.
func (m *Messenger) giveBack() { m.phone.seized = false }
