package messenger

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/escrow"
	"doormat/noescrow"
)

// wrapped is a device of one's own around noescrow's, with bytes of its own before everything: 3 before a
// state, 2 before a publication and a bundle, a head before an envelope, and a text that is turned around.
type wrapped struct {
	*noescrow.Device
	fault string // what it does wrongly
}

func (d wrapped) Publish(n int) ([]byte, error) {
	p, err := d.Device.Publish(n)
	return append([]byte("pp"), p...), err
}

func (d wrapped) Start(peer noescrow.Identity, bundle []byte) error {
	return d.Device.Start(peer, bundle[2:])
}

func reversed(b []byte) []byte { b = bytes.Clone(b); slices.Reverse(b); return b }

func (d wrapped) Seal(to noescrow.Identity, plaintext, associated []byte) ([]byte, error) {
	head := append([]byte{byte(len(plaintext)%7 + 1)}, bytes.Repeat([]byte{7}, len(plaintext)%7)...)
	bound := slices.Concat(head, associated)
	switch d.fault {
	case "head not bound":
		bound = associated
	case "text not turned":
		plaintext = reversed(plaintext)
	case "another text":
		plaintext = reversed([]byte("another"))
	}
	inner, err := d.Device.Seal(to, reversed(plaintext), bound)
	return slices.Concat(head, inner), err
}

func (d wrapped) Open(envelope, associated []byte) (noescrow.Identity, []byte, error) {
	n, ok := wrappedHead(envelope)
	if !ok {
		return noescrow.Identity{}, nil, noescrow.ErrOpen
	}
	from, text, err := d.Device.Open(envelope[n:], slices.Concat(envelope[:n], associated))
	return from, reversed(text), err
}

func (d wrapped) MarshalBinary() ([]byte, error) {
	state, err := d.Device.MarshalBinary()
	return append([]byte("ddd"), state...), err
}

func (d wrapped) UnmarshalBinary(state []byte) error {
	if d.fault == "does not load" {
		return nil
	}
	if len(state) < 3 {
		return errors.New("short")
	}
	return d.Device.UnmarshalBinary(state[3:])
}

type wrappedShelf struct{ *noescrow.Shelf }

func (s wrappedShelf) Add(p []byte) error { return s.Shelf.Add(p[2:]) }
func (s wrappedShelf) Bundle() []byte     { return append([]byte("bb"), s.Shelf.Bundle()...) }

func wrappedHead(envelope []byte) (int, bool) {
	if len(envelope) == 0 {
		return 0, false
	}
	return int(envelope[0]), true
}

func wrappedText(_, inner []byte) ([]byte, bool) { return reversed(inner), true }

// wrapWrapped makes what a wrapped device puts around a text.
func wrapWrapped(_ []byte, _, _ noescrow.Identity, text []byte) (head, inner []byte, err error) {
	return append([]byte{byte(len(text)%7 + 1)}, bytes.Repeat([]byte{7}, len(text)%7)...), reversed(text), nil
}

// around is how a thief sees wrapped.
var around = Around{State: 3, Publication: 2, Head: wrappedHead, Text: wrappedText, Wrap: wrapWrapped}

func newWrapped(a Around, fault string) *Messenger { return New(wrappedKind(a, fault)) }

func wrappedKind(a Around, fault string) Kind {
	newDevice := func() (Device, error) { return wrapped{noescrow.NewDevice(), fault}, nil }
	return Kind{
		Name:      "wrapped",
		NewDevice: func(string) (Device, error) { return newDevice() },
		NewShelf: func(p []byte) (Shelf, error) {
			s, err := noescrow.NewShelf(p[2:])
			return wrappedShelf{s}, err
		},
		Wire: a.Wire(newDevice),
	}
}

// Through formats of one's own a thief reads and forges what is read and forged of noescrow: each row has
// the same messages.
func TestAround(t *testing.T) {
	const n = 60
	opened := false
	for _, victim := range attackstest.Victims() {
		want := attackstest.Run(t, newTwin(), n, victim)
		got := attackstest.Run(t, newWrapped(around, ""), n, victim)
		for _, e := range want.Exposures {
			g := attackstest.Exposure(t, got, e.Theft)
			attackstest.Same(t, string(e.Theft), g.Opened, e.Opened)
			if g.Forged != e.Forged || g.Wrong != 0 || g.Operations != e.Operations || g.Noticed != e.Noticed {
				t.Errorf("%s: %+v, expected %+v", e.Theft, g, e)
			}
			opened = opened || e.Theft == attacks.DeviceKeys && e.After.N > 0
		}
		if len(got.Exposures) != len(want.Exposures) {
			t.Errorf("%d thefts, expected %d", len(got.Exposures), len(want.Exposures))
		}
	}
	if !opened {
		t.Error("device keys open nothing: the test proves nothing")
	}
	attackstest.ThiefHasBytes(t, func() attacks.System { return newWrapped(around, "") }, 30)
	attackstest.DamagedTranscript(t, func() attacks.System { return newWrapped(around, "") })
}

// So do thieves who act. Without Wrap there is no thief who writes in other people's names, and who asks for
// one is told when the first person enrols.
func TestAroundActing(t *testing.T) {
	plain := wrappedKind(around, "")
	plain.NewDevice = func(string) (Device, error) { return noescrow.NewDevice(), nil }
	plain.NewShelf = func(p []byte) (Shelf, error) { return noescrow.NewShelf(p) }
	plain.Wire = Around{}.Wire(func() (Device, error) { return noescrow.NewDevice(), nil })
	const n = 40
	want := Acting(newTwin().kind)
	for _, kind := range []Kind{wrappedKind(around, ""), plain} {
		for i, system := range Acting(kind) {
			e := attackstest.Run(t, system, n, "Ana").Exposures[0]
			w := attackstest.Run(t, want[i], n, "Ana").Exposures[0]
			attackstest.Same(t, string(w.Theft), e.Opened, w.Opened)
			if e.Theft != w.Theft || e.Forged != w.Forged || e.Lost != w.Lost || e.Inserted != w.Inserted || w.Readable().N == 0 {
				t.Errorf("%+v, expected %+v", e, w)
			}
		}
		want = Acting(newTwin().kind)
	}
	without := around
	without.Wrap = nil
	carried := plain
	carried.Wire = Carried{Fresh: func() (Device, error) { return noescrow.NewDevice(), nil }}.Wire()
	for _, kind := range []Kind{wrappedKind(without, ""), carried} {
		systems := Acting(kind)
		err := systems[1].Enrol("Ana")
		if err == nil || !strings.Contains(err.Error(), "expected Around.Wrap, found none") {
			t.Errorf("%v", err)
		}
		if err := systems[0].Enrol("Ana"); err != nil {
			t.Errorf("the relay needs no Wrap: %v", err)
		}
	}
}

// A Kind without its parts is an error when the first person enrols.
func TestEmptyKind(t *testing.T) {
	for name, empty := range map[string]func(k *Kind){
		"NewDevice": func(k *Kind) { k.NewDevice = nil },
		"NewShelf":  func(k *Kind) { k.NewShelf = nil },
		"Wire":      func(k *Kind) { k.Wire = Wire{} },
	} {
		k := wrappedKind(around, "")
		empty(&k)
		if err := New(k).Enrol("Ana"); err == nil || !strings.Contains(err.Error(), "expected NewDevice, NewShelf and a Wire") {
			t.Errorf("no %s: %v", name, err)
		}
	}
}

// A field of another length than the layout's is an error, and is not put on the wire.
func TestWrapOfAnotherLength(t *testing.T) {
	l := Layout{Version: 0xe1, Field: 32, Wrap: func([]byte, [32]byte, [64]byte) ([]byte, error) { return make([]byte, 5), nil }}
	if _, _, err := l.wrap(nil, noescrow.Identity{}, noescrow.Identity{}, []byte("a text")); err == nil || !strings.Contains(err.Error(), "expected a field of 32 bytes from Layout.Wrap, found 5") {
		t.Errorf("%v", err)
	}
}

// A wire with which a thief would miss something is an error when the first person enrols.
func TestWrongWire(t *testing.T) {
	for _, c := range []struct {
		name, fault string
		change      func(a *Around)
		want        string
	}{
		{"nothing wrong", "", func(a *Around) {}, ""},
		{"state too early", "", func(a *Around) { a.State = 0 }, "expected a noescrow device from byte 0 of"},
		{"state too late", "", func(a *Around) { a.State = 4 }, "expected a noescrow device from byte 4 of"},
		{"state beyond", "", func(a *Around) { a.State = 1 << 20 }, "expected a noescrow device from byte 1048576 of"},
		{"state before", "", func(a *Around) { a.State = -1 }, "expected a noescrow device from byte -1 of"},
		{"publication too early", "", func(a *Around) { a.Publication = 0 }, "expected a noescrow publication of the device from byte 0 of"},
		{"publication beyond", "", func(a *Around) { a.Publication = 1 << 20 }, "expected a noescrow publication of the device from byte 1048576 of"},
		{"publication before", "", func(a *Around) { a.Publication = -1 }, "expected a noescrow publication of the device from byte -1 of"},
		{"no head", "", func(a *Around) { a.Head = nil }, "expected a noescrow envelope behind the head"},
		{"a head of one", "", func(a *Around) { a.Head = func([]byte) (int, bool) { return 1, true } }, "expected a noescrow envelope behind the head"},
		{"a head of none", "", func(a *Around) { a.Head = func([]byte) (int, bool) { return 0, false } }, "expected a noescrow envelope behind the head"},
		{"a head beyond", "", func(a *Around) { a.Head = func(e []byte) (int, bool) { return len(e) + 1, true } }, "expected a noescrow envelope behind the head"},
		{"a head before", "", func(a *Around) { a.Head = func(e []byte) (int, bool) { return -1, true } }, "expected a noescrow envelope behind the head"},
		{"no text", "", func(a *Around) { a.Text = nil }, "expected the text in the noescrow envelope, found 27 other bytes: see Around.Text"},
		{"a text that is none", "", func(a *Around) { a.Text = func(_, _ []byte) ([]byte, bool) { return nil, false } }, "expected the text in the noescrow envelope"},
		{"head not bound", "head not bound", func(a *Around) {}, "expected the head and the associated data of an envelope as the associated data"},
		{"text not turned", "text not turned", func(a *Around) {}, "expected the text in the noescrow envelope"},
		{"both not turned", "text not turned", func(a *Around) { a.Text, a.Wrap = nil, nil }, "expected a message that arrives as it was sent"},
		{"wraps otherwise", "", func(a *Around) { a.Wrap = NoEscrow.wrap }, "expected that Head and Text read what Around.Wrap makes"},
		{"does not wrap", "", func(a *Around) {
			a.Wrap = func([]byte, noescrow.Identity, noescrow.Identity, []byte) (_, _ []byte, err error) {
				return nil, nil, noescrow.ErrOpen
			}
		}, "expected that Around.Wrap wraps a text"},
		{"does not load", "does not load", func(a *Around) {}, "expected a device that loads another's state"},
	} {
		a := around
		c.change(&a)
		m := newWrapped(a, c.fault)
		err := m.Enrol("Ana")
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), "messenger: the wire of wrapped is wrong: "+c.want) {
			t.Errorf("%s: %v, expected %q", c.name, err, c.want)
		}
		if len(m.Names()) != 0 {
			t.Errorf("%s: somebody is enrolled", c.name)
		}
	}
}

// So is a layout that is not the scheme's, when the first person enrols or the first envelope is sent.
func TestWrongLayout(t *testing.T) {
	authority := escrow.NewAuthority().Recipient()
	newDevice := func() (Device, error) { return escrow.NewDevice(authority) }
	for _, c := range []struct {
		layout  Layout
		keySize int
		want    string
	}{
		{Layout{Version: 0xe1, Field: 1168}, 1216, ""},
		{Layout{Version: 0xe1, Field: 1168}, 1215, "expected a noescrow device from byte 1217 of"},
		{Layout{Version: 0xe1, Field: 1167}, 1216, "it does not read an envelope of"},
		{Layout{Version: 0xe2, Field: 1168}, 1216, "it does not read an envelope of"},
	} {
		m := New(Kind{
			Name:      "laid out",
			NewDevice: func(string) (Device, error) { return newDevice() },
			NewShelf:  func(p []byte) (Shelf, error) { return escrow.NewShelf(p) },
			Wire:      c.layout.Wire(c.keySize, newDevice),
		})
		_, err := attacks.Run(t.Context(), m, attackstest.Conversation(2), "Ana", nil)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), "messenger: the wire of laid out is wrong: "+c.want)) {
			t.Errorf("%v, %d: %v, expected %q", c.layout, c.keySize, err, c.want)
		}
	}
}

// The parts of an envelope of one's own are in it, whatever Head says of it.
func FuzzAround(f *testing.F) {
	m := newWrapped(around, "")
	attackstest.Enrol(f, m)
	e, err := m.Send(attackstest.Talk(1)[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(e, 1)
	f.Add(e, len(e))
	f.Fuzz(func(t *testing.T, envelope []byte, n int) {
		for _, head := range []func([]byte) (int, bool){nil, wrappedHead, func([]byte) (int, bool) { return n, true }} {
			p, ok := Around{Head: head}.split(envelope)
			if ok && !bytes.Equal(slices.Concat(p.Head, p.Inner), envelope) {
				t.Fatal("the parts are not the envelope")
			}
			if ok {
				p.sealed()
			}
		}
	})
}
