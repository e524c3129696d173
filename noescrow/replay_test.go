package noescrow

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"
)

// The first message of a session is refused the second time, whatever became of the session.
func TestReplayOfInitialMessage(t *testing.T) {
	for name, begin := range map[string]func(testing.TB, *Device, *Device){
		"with one-time prekeys":     start,
		"with the last-resort only": startLastResort,
	} {
		t.Run(name, func(t *testing.T) {
			forgotten := map[bool]error{true: ErrPrekey, false: ErrReplay}[name == "with one-time prekeys"]
			a, b := NewDevice(), NewDevice()
			begin(t, a, b)
			first, second := seal(t, a, b, "first"), seal(t, a, b, "second")
			opens(t, b, a, first, "first")
			refuses(t, b, first, ErrReplay)
			refuses(t, clone(t, b), first, ErrReplay)

			opens(t, b, a, second, "second")
			refuses(t, b, second, ErrReplay)
			send(t, b, a, "answer")
			send(t, a, b, "on the next chain")
			refusesAny(t, b, first, "on an old chain")

			for range MaxArchivedSessions { // one less than it takes
				begin(t, a, b)
				send(t, a, b, "hello")
			}
			late := seal(t, a, b, "late")
			begin(t, a, b)
			send(t, a, b, "hello")
			if n := len(b.s.peers[a.Identity()].sessions); n != 1+MaxArchivedSessions {
				t.Fatalf("%d sessions are kept", n)
			}
			opens(t, b, a, late, "late")
			for _, d := range []*Device{b, clone(t, b)} {
				refuses(t, d, first, forgotten)
				refuses(t, d, second, forgotten)
			}
			b.Rotate()
			refuses(t, b, first, forgotten)
			b.Rotate()
			refuses(t, b, first, ErrPrekey)
		})
	}
}

// A KEM one-time prekey without an X25519 one, and the reverse: a relay may hand out such
// bundles, and neither message opens twice.
func TestReplayWithOneOfTwoOneTimePrekeys(t *testing.T) {
	for _, left := range []string{"KEM", "X25519"} {
		a, b := NewDevice(), NewDevice()
		relay := shelf(t, b, 1)
		if left == "KEM" {
			relay.p.curve = nil
		} else {
			relay.p.kem = nil
		}
		startFrom(t, a, b, relay.Bundle())
		e := seal(t, a, b, "text")
		opens(t, b, a, e, "text")
		b.Forget(a.Identity())
		refuses(t, b, e, ErrPrekey)
		if n := len(b.s.prekeys.current.seen); n != 0 {
			t.Errorf("%s: the message is remembered by name without need", left)
		}
	}
}

func TestRotate(t *testing.T) {
	for name, begin := range map[string]func(testing.TB, *Device, *Device){
		"with one-time prekeys":     start,
		"with the last-resort only": startLastResort,
	} {
		t.Run(name, func(t *testing.T) {
			b := NewDevice()
			underWay := func() (a *Device, e []byte) {
				a = NewDevice()
				begin(t, a, b)
				return a, seal(t, a, b, "text")
			}
			a0, e0 := underWay()
			a1, e1 := underWay()
			b.Rotate()
			a2, e2 := underWay()
			opens(t, b, a0, e0, "text")
			refuses(t, b, e0, ErrReplay)
			b.Rotate()
			refuses(t, b, e0, ErrReplay)
			refuses(t, b, e1, ErrPrekey)
			opens(t, b, a2, e2, "text")
			send(t, a0, b, "goes on")
			if _, err := a1.Seal(b.Identity(), nil, nil); err != nil {
				t.Fatal(err)
			}
			start(t, a1, b)
			send(t, a1, b, "again")
		})
	}
}

func TestMaxLastResort(t *testing.T) {
	b := NewDevice()
	names := func(n int) map[[sha256.Size]byte]bool {
		seen := map[[sha256.Size]byte]bool{}
		for i := range n {
			var name [sha256.Size]byte
			binary.BigEndian.PutUint32(name[:], uint32(i+1))
			seen[name] = true
		}
		return seen
	}
	b.s.prekeys.current.seen = names(MaxLastResort - 1)
	a, c, e := NewDevice(), NewDevice(), NewDevice()
	startLastResort(t, a, b)
	startLastResort(t, c, b)
	start(t, e, b)
	fromA, fromC := seal(t, a, b, "the last"), seal(t, c, b, "one too many")
	opens(t, b, a, fromA, "the last")
	refuses(t, b, fromC, ErrExhausted)
	refuses(t, b, fromA, ErrReplay)
	send(t, e, b, "one-time prekeys go on working")
	send(t, a, b, "and so do sessions")

	b = clone(t, b)
	refuses(t, b, fromC, ErrExhausted)
	b.Rotate()
	refuses(t, b, fromC, ErrExhausted)
	startLastResort(t, c, b)
	send(t, c, b, "hello")

	b.s.prekeys.current.seen = names(MaxLastResort + 1)
	if err := new(Device).UnmarshalBinary(save(t, b)); !errors.Is(err, errDevice) {
		t.Errorf("a state with %d handshakes loads: %v", MaxLastResort+1, err)
	}
}

// Whoever damages a first message does not use up the prekeys of the true one.
func TestOneTimePrekeysOutliveForgeries(t *testing.T) {
	a, b := pair(t)
	e := seal(t, a, b, "text")
	curve, kem := b.s.prekeys.curve[0], b.s.prekeys.kem[0]
	for _, at := range []int{2, clearOrdinary, clearInitial - 1, clearInitial, len(e) - 1} {
		forged := append([]byte(nil), e...)
		forged[at] ^= 1
		refusesAny(t, b, forged, "a forgery")
	}
	if len(b.s.prekeys.curve) != 1 || b.s.prekeys.curve[0] != curve || len(b.s.prekeys.kem) != 1 || b.s.prekeys.kem[0] != kem {
		t.Fatal("a forgery has used up a one-time prekey")
	}
	opens(t, b, a, e, "text")
	if len(b.s.prekeys.curve) != 0 || len(b.s.prekeys.kem) != 0 {
		t.Error("a one-time prekey is kept after its use")
	}
}

// After a prekey's number has been used, it is not given out again, nor when the device is
// saved and loaded.
func TestPrekeyNumbersAreNotReused(t *testing.T) {
	d := NewDevice()
	given := map[uint32]bool{}
	for range 5 {
		p, err := parsePublication(publish(t, d, 3))
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.curve {
			for _, id := range []uint32{p.curve[i].ID, p.kem[i].ID} {
				if given[id] || id == p.signed.ID || id == p.lastResort.ID {
					t.Fatalf("number %d is given out twice", id)
				}
				given[id] = true
			}
		}
		d.Rotate()
		d = clone(t, d)
		d.s.prekeys.curve, d.s.prekeys.kem = nil, nil
	}
}
