// Package deal makes the puzzles of lesson 05, and checks answers.
package deal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand/v2"

	"doormat/escrow"
	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

// A friend has what the envelope's recipient and the authority have.
type friend struct {
	authority    *escrow.Authority
	outer, inner []byte          // the states of the friend's devices
	from         escrow.Identity // the sender's enrolled device
	rogue        noescrow.Identity
	text         []byte
}

var (
	people = []string{"Nadja", "Tom", "the editor", "my sister", "the doctor", "Mr Lind"}
	places = []string{"the old bridge", "platform 4", "the boathouse", "the library", "the back gate"}
)

// New makes the two pairs of devices, each with a conversation that has begun, and a text to send.
func New(draw *mathrand.Rand) lesson.Task {
	f := &friend{authority: escrow.NewAuthority()}
	line, err := escrow.NewDevice(f.authority.Recipient())
	must(err)
	peer, err := escrow.NewDevice(f.authority.Recipient())
	must(err)
	begin(line, peer)
	rogue, other := noescrow.NewDevice(), noescrow.NewDevice()
	begin(rogue, other)
	f.from, f.rogue = line.Identity(), rogue.Identity()
	f.outer, f.inner = state(peer), state(other)
	f.text = fmt.Appendf(nil, "Meet %s at %s, %d:%02d. The word is %s.", people[draw.IntN(len(people))],
		places[draw.IntN(len(places))], 8+draw.IntN(14), draw.IntN(60), rand.Text())
	return lesson.Task{
		Puzzle: lesson.Pack(map[string]any{
			"Outer": state(line), "Friend": peer.Identity(), "Inner": state(rogue), "To": other.Identity(), "Text": f.text,
		}),
		Check: f.check,
	}
}

// A device is one of either package.
type device interface {
	Identity() noescrow.Identity
	Publish(n int) ([]byte, error)
	Start(peer noescrow.Identity, bundle []byte) error
	Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error)
	Open(envelope, associated []byte) (noescrow.Identity, []byte, error)
	MarshalBinary() ([]byte, error)
}

// begin starts a session from a to b, and sends a message each way.
func begin(a, b device) {
	publication, err := b.Publish(1)
	must(err)
	bundle, err := bundleOf(b, publication)
	must(err)
	must(a.Start(b.Identity(), bundle))
	for _, pair := range [][2]device{{a, b}, {b, a}} {
		envelope, err := pair[0].Seal(pair[1].Identity(), []byte("Hello."), nil)
		must(err)
		_, _, err = pair[1].Open(envelope, nil)
		must(err)
	}
}

// bundleOf does what a relay does: it returns a bundle of a device's publication.
func bundleOf(d device, publication []byte) ([]byte, error) {
	if _, ok := d.(*escrow.Device); ok {
		shelf, err := escrow.NewShelf(publication)
		if err != nil {
			return nil, err
		}
		return shelf.Bundle(), nil
	}
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		return nil, err
	}
	return shelf.Bundle(), nil
}

func state(d device) []byte {
	b, err := d.MarshalBinary()
	must(err)
	return b
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// check opens an envelope as the friend does, and as the authority does. Each check begins with the friend's
// devices as they were.
func (f *friend) check(envelope []byte) *lesson.Miss {
	miss := &lesson.Miss{
		Got:  fmt.Sprintf("%d bytes", len(envelope)),
		Want: "an envelope that passes OpenChecked, says nothing to the authority, and the text to the friend",
	}
	outer, inner := new(escrow.Device), new(noescrow.Device)
	must(outer.UnmarshalBinary(f.outer))
	must(inner.UnmarshalBinary(f.inner))
	from, opened, err := outer.OpenChecked(envelope, nil)
	switch {
	case errors.Is(err, escrow.ErrField):
		miss.Why = "OpenChecked refuses it: the authority's field is not the one that an honest sender makes"
		miss.Hint = "what the line seals has an honest field, and may be anything"
		return miss
	case err != nil || from != f.from:
		return f.unopened(envelope, miss)
	}
	if _, _, read, err := f.authority.Recover(envelope); err != nil || !bytes.Equal(read, opened) {
		miss.Why = "the authority does not recover what the friend opens"
		miss.Hint = "send what the line has sealed as it is"
		return miss
	}
	miss.Got = fmt.Sprintf("%d bytes, from which the authority recovers %d", len(envelope), len(opened))
	if how := f.says(opened); how != "" {
		miss.Why = "the authority recovers the text" + how
		miss.Hint = "what the line seals, the authority reads: seal the text with the other device before"
		return miss
	}
	from, text, err := inner.Open(opened, nil)
	switch {
	case err != nil:
		miss.Why = "the authority does not recover the text, but the friend's device without escrow does not open it either"
		miss.Hint = "the outer envelope contains what inner.Seal returns, with nil as associated data, and nothing else"
	case from != f.rogue || !bytes.Equal(text, f.text):
		miss.Why = fmt.Sprintf("the friend reads another text, of %d bytes, and not the %d that were to be sent", len(text), len(f.text))
		miss.Hint = "seal the text as it is"
	default:
		return nil
	}
	return miss
}

// unopened says what an envelope is that the friend's enrolled device does not open.
func (f *friend) unopened(envelope []byte, miss *lesson.Miss) *lesson.Miss {
	inner := new(noescrow.Device)
	must(inner.UnmarshalBinary(f.inner))
	miss.Hint = "the last step is outer.Seal, and its result is sent unchanged"
	_, opened, err := inner.Open(envelope, nil)
	switch {
	case err == nil && bytes.Equal(opened, f.text):
		miss.Why = "this is an envelope without a field for the authority, which the relay of the escrow system does not take"
	case err == nil:
		miss.Why = "the device without escrow has sealed last, so its envelope is the outer one, and it has no field for the authority"
	case bytes.Contains(envelope, f.text):
		miss.Why = "the text is in it in clear, and it is no envelope"
	default:
		miss.Why = "the friend's enrolled device does not open it: it is not an envelope of this line, or was altered"
	}
	return miss
}

// says reports whether something contains the text, or an encoding of it that takes no key to read.
func (f *friend) says(b []byte) (how string) {
	reversed := bytes.Clone(f.text)
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	base64s := func(e *base64.Encoding) []byte { return []byte(e.EncodeToString(f.text)) }
	for _, c := range []struct {
		how  string
		text []byte
	}{
		{" in clear", f.text},
		{", backwards", reversed},
		{", in hexadecimal", []byte(hex.EncodeToString(f.text))},
		{", in base64", base64s(base64.RawStdEncoding)},
		{", in base64", base64s(base64.RawURLEncoding)},
	} {
		if bytes.Contains(bytes.ToLower(b), bytes.ToLower(c.text)) {
			return c.how
		}
	}
	return ""
}
