package noescrow

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"doormat/internal/pqxdh"
	"doormat/internal/ratchet"
	"doormat/internal/x25519"
)

// The limits inside one session are tested in internal/ratchet at one below, at and one
// above. Here is what of it a user sees.
func TestLoss(t *testing.T) {
	for _, lost := range []int{0, 1, MaxForwardJump, MaxForwardJump + 1, 3 * MaxForwardJump} {
		a, b := talking(t)
		var late [][]byte
		for i := range lost {
			late = append(late, seal(t, a, b, fmt.Sprint(i)))
		}
		send(t, a, b, "after the gap")
		gone := max(0, lost-MaxForwardJump)
		for i, e := range late[:gone] {
			if i%100 == 0 {
				refuses(t, b, e, ErrReplay)
			}
		}
		for i, e := range late[gone:] {
			opens(t, b, a, e, fmt.Sprint(gone+i))
		}
		send(t, b, a, "answer")
		send(t, a, b, "goes on")
	}
}

func TestMaxWalk(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"the first of a session", "ordinary"} {
		a, b := pair(t)
		if kind == "ordinary" {
			a, b = talking(t)
		}
		for range MaxWalk {
			seal(t, a, b, "")
		}
		within, beyond := seal(t, a, b, "within"), seal(t, a, b, "beyond")
		refuses(t, b, beyond, ratchet.ErrJump)
		opens(t, b, a, within, "within")
		opens(t, b, a, beyond, "beyond")

		for range MaxWalk + 1 {
			seal(t, a, b, "")
		}
		refuses(t, b, seal(t, a, b, "beyond"), ratchet.ErrJump)
		send(t, b, a, "you have become silent")
		send(t, a, b, "a new chain")
		for range MaxWalk + 1 {
			seal(t, a, b, "")
		}
		refuses(t, b, seal(t, a, b, "beyond"), ratchet.ErrJump)
		start(t, b, a)
		send(t, b, a, "you have become silent again")
		send(t, a, b, "a new session")
	}
}

func TestMaxArchivedSessions(t *testing.T) {
	for _, newer := range []int{MaxArchivedSessions - 1, MaxArchivedSessions, MaxArchivedSessions + 1} {
		a, b := talking(t)
		late := seal(t, a, b, "late")
		for range newer {
			start(t, a, b)
			send(t, a, b, "hello")
		}
		b = clone(t, b)
		for _, d := range []*Device{a, b} {
			for _, p := range d.s.peers {
				if n := len(p.sessions); n != 1+min(newer, MaxArchivedSessions) {
					t.Errorf("after %d newer sessions, %d are kept", newer, n)
				}
			}
		}
		if newer <= MaxArchivedSessions {
			opens(t, b, a, late, "late")
		} else {
			refuses(t, b, late, ErrOpen)
		}
	}
}

func TestSessionsInAState(t *testing.T) {
	a, b := talking(t)
	p := a.s.peers[b.Identity()]
	only := *p.sessions[0]
	for n, valid := range map[int]bool{
		0: false, 1: true, MaxArchivedSessions: true,
		1 + MaxArchivedSessions: true, 2 + MaxArchivedSessions: false,
	} {
		p.sessions = nil
		for i := range n {
			s := only
			s.number = uint32(n - i)
			p.sessions = append(p.sessions, &s)
		}
		if err := new(Device).UnmarshalBinary(save(t, a)); (err == nil) != valid {
			t.Errorf("%d sessions: %v", n, err)
		}
	}
}

func TestMaxPlaintext(t *testing.T) {
	a, b := talking(t)
	for _, n := range []int{0, 1, MaxPlaintext - 1, MaxPlaintext} {
		send(t, a, b, strings.Repeat("x", n))
	}
	before := save(t, a)
	for _, n := range []int{MaxPlaintext + 1, 2 * MaxPlaintext} {
		if e, err := a.Seal(b.Identity(), make([]byte, n), nil); err == nil || e != nil {
			t.Errorf("a message of %d bytes is sealed", n)
		}
	}
	if !bytes.Equal(save(t, a), before) {
		t.Error("the state moved")
	}
}

func TestMaxOneTimePrekeys(t *testing.T) {
	d := NewDevice()
	before := save(t, d)
	for _, n := range []int{-1, MaxOneTimePrekeys + 1, 1 << 30} {
		if p, err := d.Publish(n); err == nil || err.Error() != fmt.Sprintf("noescrow: expected 0 to 1000 one-time prekeys, found %d", n) || p != nil {
			t.Errorf("Publish(%d): %d bytes, %v", n, len(p), err)
		}
	}
	if !bytes.Equal(save(t, d), before) {
		t.Error("the state moved")
	}
	first := shelf(t, d, 2)
	full := publish(t, d, MaxOneTimePrekeys-1) // one of the first two is kept
	if n := len(d.s.prekeys.curve); n != MaxOneTimePrekeys || len(d.s.prekeys.kem) != n {
		t.Errorf("%d and %d prekeys are kept", n, len(d.s.prekeys.kem))
	}
	for i, want := range []error{ErrPrekey, nil} {
		a := NewDevice()
		startFrom(t, a, d, first.Bundle())
		if _, _, err := d.Open(seal(t, a, d, "text"), nil); !errors.Is(err, want) {
			t.Errorf("with the %d. prekey: %v", i+1, err)
		}
	}
	if _, err := NewShelf(full); err != nil {
		t.Error(err)
	}
	d = clone(t, d)
	for len(d.s.prekeys.curve) <= MaxOneTimePrekeys {
		curve, _ := d.s.prekeys.newCurve()
		d.s.prekeys.curve = append(d.s.prekeys.curve, curve)
	}
	if err := new(Device).UnmarshalBinary(save(t, d)); !errors.Is(err, errDevice) {
		t.Errorf("a state with %d prekeys: %v", len(d.s.prekeys.curve), err)
	}
}

// A publication with too many prekeys is refused before they are looked at.
func TestPublicationLimit(t *testing.T) {
	d := NewDevice()
	p, err := parsePublication(publish(t, d, 1))
	if err != nil {
		t.Fatal(err)
	}
	with := func(curve, kem int) []byte {
		q := *p
		q.number = 1 << 20
		q.curve, q.kem = nil, nil
		for i := range curve {
			q.curve = append(q.curve, pqxdh.CurvePrekey{ID: p.number + uint32(i), Key: p.curve[0].Key})
		}
		for i := range kem {
			k := p.kem[0]
			k.ID = p.number + uint32(i)
			q.kem = append(q.kem, k)
		}
		return q.sign(d.s.identity)
	}
	for n, want := range map[int]error{
		0: nil, MaxOneTimePrekeys - 1: nil, MaxOneTimePrekeys: nil, MaxOneTimePrekeys + 1: errPublication, 12_000: errPublication,
	} {
		if _, err := NewShelf(with(n, n)); !errors.Is(err, want) {
			t.Errorf("%d prekeys: %v", n, err)
		}
	}
	for _, n := range [][2]int{{0, 1}, {1, 0}, {2, 1}, {1, 2}, {MaxOneTimePrekeys + 1, 1}, {1, MaxOneTimePrekeys + 1}} {
		if _, err := NewShelf(with(n[0], n[1])); !errors.Is(err, errPublication) {
			t.Errorf("unequal numbers of prekeys, %d and %d: %v", n[0], n[1], err)
		}
	}
}

func TestPrekeyNumbersRunOut(t *testing.T) {
	d := NewDevice()
	d.s.prekeys.lastID = maxID
	publish(t, d, 1)
	if _, err := d.Publish(1); !errors.Is(err, errOutOfIDs) {
		t.Errorf("Publish: %v", err)
	}
	d.Rotate()
	if !bytes.Equal(save(t, clone(t, d)), save(t, d)) {
		t.Error("the state changes when it is saved and loaded")
	}
	d.s.prekeys.lastID = 1<<32 - 1
	if err := new(Device).UnmarshalBinary(save(t, d)); !errors.Is(err, errDevice) {
		t.Errorf("a state that Rotate would break loads: %v", err)
	}
}

// A state whose numbers were given out already would give them out again.
func TestStateWithLowNumber(t *testing.T) {
	d := NewDevice()
	publish(t, d, 1)
	d.s.prekeys.lastID -= 2 // the last is the publication's own
	if err := new(Device).UnmarshalBinary(save(t, d)); !errors.Is(err, errDevice) {
		t.Errorf("it loads: %v", err)
	}
}

// A session whose keys are of small order cannot come from a handshake. It is an error to use
// it, not a crash.
func TestSealWithDamagedSession(t *testing.T) {
	a, b := talking(t)
	state := save(t, a)
	key := writes(a, b).ratchet
	at := bytes.LastIndex(state, marshal(key)[1+98+32+1+5*32+1+4+4:][:32])
	copy(state[at:], make([]byte, x25519.Size))
	d := load(t, state)
	if e, err := d.Seal(b.Identity(), nil, nil); err == nil {
		t.Errorf("sealed %d bytes", len(e))
	}
	if !bytes.Equal(save(t, d), state) {
		t.Error("the state moved")
	}
}

// A relay keeps as many one-time prekeys as their device does, and the same ones: the newest.
func TestShelfKeepsTheNewest(t *testing.T) {
	d := NewDevice()
	s := shelf(t, d, 0)
	s.p.curve = make([]pqxdh.CurvePrekey, MaxOneTimePrekeys-1) // not the device's: no work to make
	s.p.kem = make([]signedKEM, MaxOneTimePrekeys-1)
	for i, want := range []int{MaxOneTimePrekeys, MaxOneTimePrekeys, MaxOneTimePrekeys} {
		if err := s.Add(publish(t, d, 1)); err != nil {
			t.Fatal(err)
		}
		if len(s.p.curve) != want || len(s.p.kem) != want {
			t.Errorf("publication %d: %d and %d prekeys, want %d", i, len(s.p.curve), len(s.p.kem), want)
		}
	}
	last := d.s.prekeys.curve[len(d.s.prekeys.curve)-1].id
	if got := s.p.curve[len(s.p.curve)-1].ID; got != last {
		t.Errorf("the newest prekey is %d, want %d", got, last)
	}
}
