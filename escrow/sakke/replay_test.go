package sakke

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

// accepted is a record of an invitation of that date.
func accepted(at time.Time, number int) record {
	m := Invitation{At: at, signed: binary.BigEndian.AppendUint32(nil, uint32(number))}
	return m.record()
}

// A phone remembers the limit, and forgets the earliest date beyond it. Whatever was accepted is refused
// ever after, in any order of dates.
func TestMemory(t *testing.T) {
	minute := func(n int) time.Time { return february.Add(time.Duration(n) * time.Minute) }
	for name, of := range map[string]func(n int) int{
		"by date":       func(n int) int { return n },
		"the other way": func(n int) int { return 10000 - n },
		"mixed":         func(n int) int { return n * 7919 % 10007 },
		"in pairs":      func(n int) int { return n / 2 },
		"all at once":   func(int) int { return 0 },
	} {
		var m memory
		var all []record
		for n := range 5000 {
			r := accepted(minute(of(n)), n)
			if m.check(r) != nil {
				continue // older than one that was forgotten
			}
			m.add(r)
			all = append(all, r)
			if len(m.seen) > MaxRemembered {
				t.Fatalf("%s: %d invitations are remembered", name, len(m.seen))
			}
			if n+1 == MaxRemembered && (len(m.seen) != MaxRemembered || m.floor != 0) {
				t.Errorf("%s: of %d invitations %d are remembered", name, n+1, len(m.seen))
			}
		}
		for n, r := range all {
			if m.check(r) == nil {
				t.Fatalf("%s: invitation %d of %d would be accepted again", name, n, len(all))
			}
		}
		if m.floor == 0 || len(all) <= MaxRemembered {
			t.Errorf("%s: nothing was forgotten of %d", name, len(all))
		}
	}
}

// What a full memory does to a phone: replays are refused, within it and beyond it, after a restart and
// with a clock that was set back; so is an old invitation that is late; a new one is accepted.
func TestReplayBeyondTheLimit(t *testing.T) {
	alice, bob := phone(t, aliceNumber, february), phone(t, bobNumber, february)
	at := func(n int) time.Time { return february.Add(time.Duration(n) * time.Second) }
	accept := func(p *Phone, message []byte, now time.Time) error {
		_, _, err := p.Accept(message, now)
		return err
	}
	late, _ := invitation(t, alice, bobNumber, at(0))
	first, _ := invitation(t, alice, bobNumber, at(1))
	second, _ := invitation(t, alice, bobNumber, at(2))
	for _, message := range [][]byte{first, second} {
		if err := accept(bob, message, at(2)); err != nil {
			t.Fatal(err)
		}
	}
	for n := range MaxRemembered - 2 {
		bob.accepted.add(accepted(at(3+n), n))
	}
	if err := accept(bob, first, at(2)); err != ErrReplay {
		t.Errorf("a replay with a full memory: %v", err)
	}
	size := len(state(t, bob))
	next, _ := invitation(t, alice, bobNumber, at(5000))
	if err := accept(bob, next, at(5000)); err != nil {
		t.Errorf("a new invitation with a full memory: %v", err)
	}
	if n := len(state(t, bob)); n != size {
		t.Errorf("the state grows from %d to %d bytes", size, n)
	}
	again, err := load(state(t, bob))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Phone{bob, again} {
		before := state(t, p)
		for name, message := range map[string][]byte{"the first, forgotten": first, "late, never accepted": late} {
			for _, now := range []time.Time{at(0), at(5000)} {
				if err := accept(p, message, now); err == nil || !strings.Contains(err.Error(), "sakke: expected an invitation made after 2011-02-09 21:30:01, found one made 2011-02-09 21:30:0") {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		for name, message := range map[string][]byte{"the second": second, "the last": next} {
			if err := accept(p, message, at(5000)); err != ErrReplay {
				t.Errorf("%s again: %v", name, err)
			}
		}
		if !bytes.Equal(state(t, p), before) {
			t.Error("a refusal has moved the state")
		}
	}
}

// A state has one form: not too many records, none of a forgotten date, in order.
func TestMemoryState(t *testing.T) {
	bob := phone(t, bobNumber)
	empty := state(t, bob)
	empty = empty[:len(empty)-12]
	write := func(floor uint64, n uint32, records ...record) []byte {
		b := binary.BigEndian.AppendUint64(bytes.Clone(empty), floor)
		b = binary.BigEndian.AppendUint32(b, n)
		for _, r := range records {
			b = append(b, r[:]...)
		}
		return b
	}
	one, two := accepted(february, 1), accepted(february.Add(time.Second), 2)
	full := make([]record, MaxRemembered+1)
	for n := range full {
		full[n] = accepted(february.Add(time.Duration(n)*time.Second), n)
	}
	for name, good := range map[string][]byte{
		"none": write(0, 0), "one": write(0, 1, one), "two": write(one.stamp()-1, 2, one, two),
		"the limit": write(0, MaxRemembered, full[:MaxRemembered]...),
	} {
		p, err := load(good)
		if err != nil || !bytes.Equal(state(t, p), good) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bad := range map[string][]byte{
		"out of order": write(0, 2, two, one), "twice": write(0, 2, one, one), "of a forgotten date": write(one.stamp(), 2, one, two),
		"more than said": write(0, 1, one, two), "fewer than said": write(0, 3, one, two), "an octet more": append(write(0, 1, one), 0),
		"more than the limit": write(0, MaxRemembered+1, full...), "far more than there is": write(0, 1<<32-1, one),
	} {
		if _, err := load(bad); err != errPhone {
			t.Errorf("%s: %v", name, err)
		}
	}
	if want := 8 + sha256.Size; len(record{}) != want {
		t.Errorf("a record has %d bytes, want %d", len(record{}), want)
	}
}
