package escrow

import (
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow"
	"doormat/noescrow"
)

// Thieves who act do the same to the twin.
func TestThievesAct(t *testing.T) {
	talk := attackstest.Talk(attackstest.Size)
	for _, victim := range attackstest.Victims() {
		acting := NewActing()
		relay := attackstest.Exposure(t, attackstest.Run(t, acting[0], attackstest.Size, victim), messenger.ActingRelay)
		attackstest.Same(t, "the relay", relay.Opened, attackstest.MetAfter(talk, attackstest.Size/2))
		device := attackstest.Exposure(t, attackstest.Run(t, acting[1], attackstest.Size, victim), messenger.ActingDeviceKeys)
		attackstest.Same(t, "the device", device.Opened, attackstest.ActedOn(talk, victim, attackstest.Size/2))
		if relay.Noticed.Who != "who compares safety numbers" || relay.Lost+device.Lost+relay.Wrong+device.Wrong+relay.Inserted.N != 0 ||
			device.Inserted.N != device.Inserted.Of {
			t.Errorf("%+v, %+v", relay, device)
		}
	}
}

// What the thief writes in a peer's name has the field that it should: the authority opens it, and a recipient
// who makes the field again finds nothing.
func TestImpersonatorMakesTheField(t *testing.T) {
	authority := escrow.NewAuthority()
	var envelopes [][]byte
	checked := 0
	k := kind(authority, func(person string, d *escrow.Device) messenger.Device {
		return watched{d, func(envelope []byte, err error) {
			envelopes = append(envelopes, envelope)
			checked++
			if err != nil {
				t.Errorf("%s checks the field: %v", person, err)
			}
		}}
	})
	r, err := attacks.Run(t.Context(), messenger.Acting(k)[1], attackstest.Conversation(60), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if e := r.Exposures[0]; e.After.N == 0 || e.Inserted.N == 0 {
		t.Fatalf("the thief does nothing: %+v", e)
	}
	for _, envelope := range envelopes {
		if _, _, _, err := authority.Recover(envelope); err != nil {
			t.Fatalf("the authority opens an envelope: %v", err)
		}
	}
	if checked <= 60 {
		t.Errorf("%d fields were checked, expected one each of 60 messages, and of those inserted", checked)
	}
}

// The field is for the authority of the state, whichever came before.
func TestFieldIsForTheStatesAuthority(t *testing.T) {
	var all []*escrow.Authority
	var states [][]byte
	for range 2 {
		a := escrow.NewAuthority()
		d, err := escrow.NewDevice(a.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		state, err := d.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		all, states = append(all, a), append(states, state)
	}
	for i := range 6 {
		key := [32]byte{byte(i)}
		field, err := wrapWithState(states[i%2], key, [64]byte{byte(i)})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := all[i%2].Unwrap(field); err != nil || got != key {
			t.Errorf("field %d does not open: %v", i, err)
		}
	}
}

// watched is a device that checks fields, and says what came of it.
type watched struct {
	*escrow.Device
	say func(envelope []byte, err error)
}

func (d watched) Open(envelope, associated []byte) (noescrow.Identity, []byte, error) {
	from, text, err := d.OpenChecked(envelope, associated)
	d.say(envelope, err)
	return from, text, err
}

func TestThiefOnTheWireHasBytes(t *testing.T) {
	for i := range 2 {
		attackstest.ThiefHasBytes(t, func() attacks.System { return NewActing()[i] }, 60)
	}
	if _, err := wrapWithState(make([]byte, wireOffset-1), [32]byte{}, [64]byte{}); err == nil {
		t.Error("a state that is cut has an authority")
	}
}
