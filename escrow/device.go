package escrow

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"doormat/internal/agekey"
	"doormat/noescrow"
)

// A Device is a noescrow device enrolled with an authority. It is safe for concurrent use. Printing
// one prints its identity. The zero Device is enrolled with no authority and cannot seal; make one
// with [NewDevice].
type Device struct {
	mu        sync.Mutex
	inner     *noescrow.Device
	authority PublicKey
}

// NewDevice makes a device with fresh keys and enrols it with an authority, given by the line
// "age1pq1…" that [Authority.Recipient] returns. It returns an error for any other line.
func NewDevice(authority string) (*Device, error) {
	r, err := agekey.ParseRecipient(authority)
	if err != nil {
		return nil, prefix(err)
	}
	return &Device{inner: noescrow.NewDevice(), authority: publicKey{r}}, nil
}

// NewDeviceFor makes a device with fresh keys and enrols it with an authority of any scheme, given
// by its public key. It returns an error for a key or a scheme with which the device could seal what
// cannot be opened, or save what cannot be loaded: one that is nil, has no ParseKey or cannot read its
// own key, has a version that is taken, or whose keys or fields do not have the lengths that the scheme
// says. It calls Wrap twice, to compare.
func NewDeviceFor(authority PublicKey) (*Device, error) {
	if err := check(authority); err != nil {
		return nil, prefix(err)
	}
	return &Device{inner: noescrow.NewDevice(), authority: authority}, nil
}

// parts returns the two fields that UnmarshalBinary replaces. In the zero Device it makes the inner
// device first.
func (d *Device) parts() (*noescrow.Device, PublicKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inner == nil {
		d.inner = noescrow.NewDevice()
	}
	return d.inner, d.authority
}

// Identity returns the device's public identity key.
func (d *Device) Identity() Identity {
	inner, _ := d.parts()
	return inner.Identity()
}

// Start opens a session with peer from the bundle that a relay gave out for peer: see
// [noescrow.Device.Start].
func (d *Device) Start(peer Identity, bundle []byte) error {
	inner, _ := d.parts()
	b, ok := unframe(kindBundle, bundle)
	if !ok {
		return errors.New("escrow: expected a prekey bundle, found something else")
	}
	return prefix(inner.Start(peer, b))
}

// Seal encrypts plaintext, at most MaxPlaintext bytes, to a peer with a session, and the message's
// key to the authority. Associated data is authenticated with the message and does not travel in
// the envelope. Save the device before the envelope leaves. The error is [ErrNoSession] if there is
// no session.
func (d *Device) Seal(to Identity, plaintext, associated []byte) (envelope []byte, err error) {
	inner, authority := d.parts()
	if authority == nil {
		return nil, errNoAuthority
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("escrow: expected a message of at most %d bytes, found %d", MaxPlaintext, len(plaintext))
	}
	var s seed
	rand.Read(s[:])
	x := s.expand()
	body := sealBody(x.key, inner.Identity(), to, plaintext)
	field := x.field(authority, label(inner.Identity(), to, body, associated))
	if n := authority.Scheme().FieldSize; len(field) != n {
		return nil, fmt.Errorf("escrow: expected a field of %d bytes, as the scheme says, found %d", n, len(field))
	}
	h := authority.Scheme().head(field, body)
	sealed, err := inner.Seal(to, s[:], slices.Concat(h, associated))
	if err != nil {
		return nil, prefix(err)
	}
	return append(h, sealed...), nil
}

// Open decrypts an envelope and returns the sender's identity: see [noescrow.Device.Open]. It
// checks that the authority's field arrived as it was sent, and not what is in it. After an error
// the device is as it was, with one exception: if the sender made the body wrongly, the message
// counts as received.
func (d *Device) Open(envelope, associated []byte) (from Identity, plaintext []byte, err error) {
	e, plaintext, _, err := d.open(envelope, associated)
	if err != nil {
		return from, nil, prefix(err)
	}
	return e.From, plaintext, nil
}

// OpenChecked opens an envelope as Open does, then makes the authority's field again and compares.
// If the field is not the one that an honest sender makes, the error is [ErrField]. The message has
// arrived nevertheless, so sender and plaintext are returned with that error.
func (d *Device) OpenChecked(envelope, associated []byte) (from Identity, plaintext []byte, err error) {
	_, authority := d.parts()
	if authority == nil {
		return from, nil, errNoAuthority
	}
	e, plaintext, x, err := d.open(envelope, associated)
	if err != nil {
		return from, nil, prefix(err)
	}
	if !x.makes(e.Field, authority, e.Label(associated)) {
		err = ErrField
	}
	return e.From, plaintext, prefix(err)
}

// open returns the parts of an envelope that it has opened, whose names are true, and what its seed expands to.
func (d *Device) open(envelope, associated []byte) (e *Envelope, plaintext []byte, x expansion, err error) {
	inner, authority := d.parts()
	e, err = schemeOf(authority).parse(envelope)
	if err != nil {
		return nil, nil, x, err
	}
	_, opened, err := inner.Open(e.inner, slices.Concat(e.head, associated))
	if err != nil {
		return nil, nil, x, err
	}
	var s seed
	if len(opened) != len(s) {
		return nil, nil, x, ErrOpen
	}
	copy(s[:], opened)
	x = s.expand()
	plaintext, err = openBody(x.key, e)
	if err != nil {
		return nil, nil, x, err
	}
	return e, plaintext, x, nil
}

// Peers returns the devices with which there is a session, in ascending order: see
// [noescrow.Device.Peers].
func (d *Device) Peers() []Identity {
	inner, _ := d.parts()
	return inner.Peers()
}

// Forget erases all sessions with a peer: see [noescrow.Device.Forget].
func (d *Device) Forget(peer Identity) {
	inner, _ := d.parts()
	inner.Forget(peer)
}

// Format implements [fmt.Formatter]: every verb prints the identity, which UnmarshalBinary changes,
// and no secret.
func (d *Device) Format(f fmt.State, _ rune) {
	io.WriteString(f, "escrow.Device("+d.Identity().String()+")")
}

// LogValue implements [slog.LogValuer] and logs what Format prints.
func (d *Device) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// MarshalText implements [encoding.TextMarshaler] and always returns an error, so that package json
// neither shows a secret nor writes something that is no device.
func (d *Device) MarshalText() ([]byte, error) {
	inner, _ := d.parts()
	_, err := inner.MarshalText()
	return nil, prefix(err)
}
