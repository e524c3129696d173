package escrow

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

// ownKind is a scheme as an importer writes one, and what is wrong with it. Its key is one byte.
type ownKind struct {
	scheme    *Scheme
	key       []byte
	wrap      func(label []byte) []byte
	recipient string
}

func (k *ownKind) Scheme() *Scheme                                  { return k.scheme }
func (k *ownKind) Bytes() []byte                                    { return k.key }
func (k *ownKind) Wrap(_ [32]byte, _ [64]byte, label []byte) []byte { return k.wrap(label) }
func (k *ownKind) FileRecipient() string                            { return k.recipient }

func newOwnKind() *ownKind {
	k := &ownKind{key: []byte{7}, wrap: func([]byte) []byte { return make([]byte, 3) }}
	k.scheme = &Scheme{Version: 0xff, KeySize: 1, FieldSize: 3, ParseKey: func(b []byte) (PublicKey, error) {
		read := *k
		read.key = bytes.Clone(b)
		return &read, nil
	}}
	return k
}

// A device cannot be made that would save what does not load, or seal what does not open.
func TestNewDeviceForRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		change func(k *ownKind)
		want   string // in the error; "" for none
	}{
		"nothing wrong":         {func(k *ownKind) {}, ""},
		"the first free":        {func(k *ownKind) { k.scheme.Version = 0xf0 }, ""},
		"files":                 {func(k *ownKind) { k.recipient = NewAuthority().Recipient() }, ""},
		"no scheme":             {func(k *ownKind) { k.scheme = nil }, "expected a key with a scheme, found nil"},
		"version 0":             {func(k *ownKind) { k.scheme.Version = 0 }, "found 0x00, which is taken"},
		"noescrow's version":    {func(k *ownKind) { k.scheme.Version = 2 }, "found 0x02, which is taken"},
		"escrow's version":      {func(k *ownKind) { k.scheme.Version = version }, "found 0xe1, which is taken"},
		"threshold's version":   {func(k *ownKind) { k.scheme.Version = 0xe2 }, "found 0xe2, which is taken"},
		"the last taken":        {func(k *ownKind) { k.scheme.Version = 0xef }, "found 0xef, which is taken"},
		"no key":                {func(k *ownKind) { k.scheme.KeySize, k.key = 0, nil }, "keys of 1 to 65535 bytes, found 0"},
		"a negative key size":   {func(k *ownKind) { k.scheme.KeySize = -1 }, "keys of 1 to 65535 bytes, found -1"},
		"a huge key":            {func(k *ownKind) { k.scheme.KeySize = maxSize + 1 }, "keys of 1 to 65535 bytes, found 65536"},
		"another key size":      {func(k *ownKind) { k.scheme.KeySize = 2 }, "expected a key of 2 bytes, as its scheme says, found 1"},
		"no field":              {func(k *ownKind) { k.scheme.FieldSize = 0 }, "fields of 1 to 65535 bytes, found 0"},
		"a huge field":          {func(k *ownKind) { k.scheme.FieldSize = maxSize + 1 }, "fields of 1 to 65535 bytes, found 65536"},
		"another field size":    {func(k *ownKind) { k.scheme.FieldSize = 4 }, "expected a field of 4 bytes, as the scheme says, found 3"},
		"no field from Wrap":    {func(k *ownKind) { k.wrap = func([]byte) []byte { return nil } }, "expected a field of 3 bytes"},
		"no ParseKey":           {func(k *ownKind) { k.scheme.ParseKey = nil }, "expected a scheme with a function ParseKey, found nil"},
		"randomness in Wrap":    {func(k *ownKind) { k.wrap = noise }, "expected the same field for the same arguments of Wrap"},
		"no line for files":     {func(k *ownKind) { k.recipient = "age1…" }, `expected a recipient "age1pq1…"`},
		"a secret for files":    {func(k *ownKind) { k.recipient = NewAuthority().RecoveryKey() }, "found a secret key"},
		"ParseKey fails":        {func(k *ownKind) { k.reads(nil, errors.New("on purpose")) }, "expected a key that its scheme reads: on purpose"},
		"ParseKey reads nil":    {func(k *ownKind) { k.reads(nil, nil) }, "neither a key nor an error"},
		"ParseKey, another":     {func(k *ownKind) { k.reads(&ownKind{scheme: k.scheme, key: []byte{8}}, nil) }, "ParseKey returned another key"},
		"ParseKey, a scheme":    {func(k *ownKind) { k.reads(bound{}, nil) }, "ParseKey returned a key of another scheme"},
		"ParseKey, no scheme":   {func(k *ownKind) { k.reads(&ownKind{key: k.key}, nil) }, "ParseKey returned a key of another scheme"},
		"ParseKey, as escrow's": {func(k *ownKind) { k.scheme.ParseKey = parseKey }, "expected a key that its scheme reads"},
	} {
		k := newOwnKind()
		test.change(k)
		d, err := NewDeviceFor(k)
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			loaded := enrolWith(t, newOwnKind())
			if err := loaded.UnmarshalBinary(state(t, d)); err != nil && k.scheme.Version == 0xff {
				t.Errorf("%s: what it saves does not load: %v", name, err)
			}
			continue
		}
		if d != nil || err == nil || !strings.HasPrefix(err.Error(), "escrow: expected ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, expected %q", name, err, test.want)
		}
	}
	for name, k := range map[string]PublicKey{"nil": nil, "a nil pointer": (*ownKind)(nil)} {
		if _, err := NewDeviceFor(k); err == nil || !strings.Contains(err.Error(), "found nil") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := NewDeviceFor(ownKey(NewAuthority().key.Public())); err != nil {
		t.Errorf("this package's own scheme is refused: %v", err)
	}
}

func (k *ownKind) reads(read PublicKey, err error) {
	k.scheme.ParseKey = func([]byte) (PublicKey, error) { return read, err }
}

func noise([]byte) []byte {
	b := make([]byte, 3)
	rand.Read(b)
	return b
}

// What NewDeviceFor cannot see, since it depends on the message, is an error of Seal, and leaves no
// message sent. A ParseKey that has changed its mind is an error of UnmarshalBinary.
func TestSchemeGoesWrongLater(t *testing.T) {
	k := newOwnKind()
	a, b := enrolWith(t, k), enrolWith(t, k)
	start(t, a, b)
	seal(t, a, b, "as it should be")
	before := state(t, a)
	k.wrap = func(label []byte) []byte { return make([]byte, len(label)) }
	_, err := a.Seal(b.Identity(), []byte("text"), []byte("date"))
	if err == nil || !strings.Contains(err.Error(), "expected a field of 3 bytes, as the scheme says, found 100") {
		t.Errorf("a field of another length is sealed: %v", err)
	}
	if !bytes.Equal(state(t, a), before) {
		t.Error("the state moved with the error")
	}
	k.reads(nil, nil)
	if err := a.UnmarshalBinary(before); err != errDevice {
		t.Errorf("a device is enrolled with nothing: %v", err)
	}
	if !bytes.Equal(state(t, a), before) {
		t.Error("the state moved with the error")
	}
}
