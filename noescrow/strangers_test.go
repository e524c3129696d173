package noescrow

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"doormat/internal/x25519"
)

// strangers fills b with sessions of peers it has never written to, copies of one that is genuine.
func strangers(t *testing.T, b *Device, n int) {
	t.Helper()
	a := NewDevice()
	start(t, a, b)
	send(t, a, b, "hello")
	genuine := b.s.peers[a.Identity()]
	for range n - 1 {
		_, public := x25519.Generate()
		s := *genuine.sessions[0]
		b.s.peers[Identity(public)] = &peer{sessions: []*session{&s}}
		b.s.unanswered = append(b.s.unanswered, Identity(public))
	}
}

// Strangers push out one another, the first first, and nobody whom the device has written to.
func TestMaxUnanswered(t *testing.T) {
	for _, before := range []int{MaxUnanswered - 1, MaxUnanswered, MaxUnanswered + 1} {
		friend, b := talking(t)
		started := NewDevice()
		start(t, b, started)
		first, second := NewDevice(), NewDevice()
		for _, d := range []*Device{first, second} {
			start(t, d, b)
			send(t, d, b, "hello")
		}
		strangers(t, b, before-2)
		if before <= MaxUnanswered {
			b = clone(t, b)
		}
		last := NewDevice()
		startLastResort(t, last, b)
		e := seal(t, last, b, "hello")
		opens(t, b, last, e, "hello")
		send(t, last, b, "hello again")
		refuses(t, b, e, ErrReplay)
		if n := len(b.s.unanswered); n != min(before+1, MaxUnanswered) || len(b.s.peers) != n+2 {
			t.Fatalf("after %d strangers, %d are kept, and %d peers", before+1, n, len(b.s.peers))
		}
		gone := before + 1 - MaxUnanswered // of the first two
		for i, d := range []*Device{first, second} {
			_, err := b.Seal(d.Identity(), nil, nil)
			if want := map[bool]error{true: ErrNoSession}[i < gone]; !errors.Is(err, want) {
				t.Errorf("after %d strangers, an answer to number %d: %v", before+1, i+1, err)
			}
		}
		send(t, friend, b, "not pushed out")
		send(t, b, friend, "not pushed out")
		send(t, b, started, "hello")
		if gone > 0 { // the answer that could not be given, another way
			start(t, b, first)
			send(t, b, first, "who are you?")
			send(t, first, b, "it is me")
		}
		b = clone(t, b)
		send(t, friend, b, "saved and loaded")
	}
}

// A device's state may not hold more than the device would. An answer takes a peer out.
func TestUnansweredInAState(t *testing.T) {
	b := NewDevice()
	strangers(t, b, MaxUnanswered+1)
	loads := func() error { return new(Device).UnmarshalBinary(save(t, b)) }
	if err := loads(); !errors.Is(err, errDevice) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := b.Seal(b.s.unanswered[7], nil, nil); err != nil || len(b.s.unanswered) != MaxUnanswered {
		t.Fatalf("%d are unanswered, %v", len(b.s.unanswered), err)
	}
	if err := loads(); err != nil {
		t.Error(err)
	}
	d := clone(t, b)
	if !slices.Equal(d.s.unanswered, b.s.unanswered) {
		t.Error("the order has changed")
	}
	for name, spoil := range map[string]func(d *Device){
		"one without a session": func(d *Device) { d.s.peers[d.s.unanswered[0]].sessions = nil },
		"one twice":             func(d *Device) { d.s.unanswered[1] = d.s.unanswered[0] },
		"one that is answered":  func(d *Device) { d.s.peers[d.s.unanswered[1]].answered = true },
		"too many forgotten":    func(d *Device) { d.s.forgotten = maxForgotten + 1 },
	} {
		d := clone(t, b)
		spoil(d)
		if err := new(Device).UnmarshalBinary(save(t, d)); !errors.Is(err, errDevice) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Keys for late messages of strangers are limited in all: the oldest go, those of the one who came
// first first, and none of the peers whom the device has written to.
func TestMaxUnansweredKeys(t *testing.T) {
	friend, b := talking(t)
	skip := func(a *Device, n int) (late [][]byte) {
		for i := range n {
			late = append(late, seal(t, a, b, fmt.Sprint(i)))
		}
		send(t, a, b, "after the gap")
		return late
	}
	fromFriend := skip(friend, MaxForwardJump)
	var people []*Device
	var late [][][]byte
	for _, n := range []int{MaxForwardJump, MaxUnansweredKeys - MaxForwardJump - 1, 1, 3} {
		a := NewDevice()
		startLastResort(t, a, b)
		people, late = append(people, a), append(late, skip(a, n))
		b = clone(t, b)
	}
	kept := 0
	for _, id := range b.s.unanswered {
		kept += b.s.peers[id].sessions[0].ratchet.Skipped()
	}
	if kept != MaxUnansweredKeys {
		t.Errorf("%d keys are kept of strangers", kept)
	}
	for i, messages := range late {
		for j, e := range messages {
			if i == 0 && j < 3 {
				refuses(t, b, e, ErrReplay)
			} else {
				opens(t, b, people[i], e, fmt.Sprint(j))
			}
		}
	}
	for j, e := range fromFriend {
		opens(t, b, friend, e, fmt.Sprint(j))
	}

	// A state may not hold more than that either.
	for _, a := range people[:3] {
		skip(a, 700)
	}
	if n := b.s.peers[people[0].Identity()].sessions[0].ratchet.Skipped(); n != 600 {
		t.Errorf("of the first, %d keys are kept", n)
	}
	b = clone(t, b)
	skip(friend, 1)
	b = clone(t, b)
	b.s.peers[friend.Identity()].answered = false
	b.s.unanswered = append(b.s.unanswered, friend.Identity())
	if err := new(Device).UnmarshalBinary(save(t, b)); !errors.Is(err, errDevice) {
		t.Errorf("a state with one key too many: %v", err)
	}
}

// What it comes to: a stranger's envelope of 1.4 kB used to leave 36 kB for good.
func TestStrangersFillADevice(t *testing.T) {
	const n = 12
	b := NewDevice()
	relay := shelf(t, b, 0)
	before := len(save(t, b))
	for range n {
		a := NewDevice()
		startFrom(t, a, b, relay.Bundle())
		for range MaxForwardJump {
			seal(t, a, b, "")
		}
		send(t, a, b, "")
	}
	if grown, most := len(save(t, b))-before, n*(36+481+32)+36*MaxUnansweredKeys; grown > most {
		t.Errorf("%d strangers make the state grow by %d bytes, expected at most %d", n, grown, most)
	}
	if all := MaxUnanswered*(36+481) + 36*MaxUnansweredKeys; all > 600_000 {
		t.Errorf("strangers may fill %d bytes, expected some 0.6 MB", all)
	}
	if records := 2 * 32 * MaxLastResort; records > 640_000 {
		t.Errorf("records of handshakes may fill %d bytes, expected some 0.6 MB", records)
	}
}

func TestForget(t *testing.T) {
	a, b := talking(t)
	c := NewDevice()
	start(t, b, c)
	late := seal(t, a, b, "late")
	send(t, a, b, "on time")
	keys := marshal(writes(b, a).ratchet)[1+98:][:32] // the root key
	id := a.Identity()
	if state := save(t, b); !bytes.Contains(state, keys) || !bytes.Contains(state, id[:]) {
		t.Fatal("the root key is not where it must be: the test proves nothing")
	}
	size := len(save(t, b))

	b.Forget(id)
	state := save(t, b)
	if bytes.Contains(state, keys) || bytes.Contains(state, id[:]) {
		t.Error("a forgotten peer is in the state, or its keys are")
	}
	if n := size - len(state); n < 36+481 {
		t.Errorf("the state has lost %d bytes", n)
	}
	for _, b := range []*Device{b, clone(t, b)} {
		refuses(t, b, late, ErrNoSession)
		refuses(t, b, seal(t, a, b, "written meanwhile"), ErrNoSession)
		if _, err := b.Seal(id, nil, nil); !errors.Is(err, ErrNoSession) {
			t.Errorf("Seal: %v", err)
		}
	}
	start(t, b, a) // newer than what a has
	send(t, b, a, "it is me again")
	send(t, a, b, "I thought so")
	refuses(t, b, late, ErrOpen)

	a.Forget(b.Identity())
	b.Forget(id)
	start(t, a, b)
	send(t, a, b, "and once more")
	send(t, b, a, "yes")
	b.Forget(id)
	start(t, a, b)
	send(t, a, b, "whoever has kept the sessions can start as well")
	send(t, b, a, "yes")
	start(t, c, b)
	send(t, b, c, "others are not forgotten")
}

// Of a peer that was never written to nothing stays.
func TestForgetUnanswered(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	b.Publish(1)
	before := save(t, b)
	b.Forget(a.Identity())
	if !bytes.Equal(save(t, b), before) {
		t.Error("forgetting a device that is not known moves the state")
	}
	start(t, a, b)
	e := seal(t, a, b, "hello")
	opens(t, b, a, e, "hello")
	b.Forget(a.Identity())
	if id := a.Identity(); bytes.Contains(save(t, b), id[:]) || len(b.s.unanswered) != 0 {
		t.Error("a stranger that was forgotten is in the state")
	}
	refusesAny(t, b, e, "the first message again")
	start(t, b, a) // newer than the one that a has started
	send(t, b, a, "did you write?")
	send(t, a, b, "hello again")
}
