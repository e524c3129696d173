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

// A Device is a noescrow device enrolled with an authority. It is safe for concurrent use.
// Printing one prints its identity only. The zero Device is enrolled with nobody and cannot
// seal; make one with [NewDevice].
type Device struct {
	mu        sync.Mutex
	inner     *noescrow.Device
	authority PublicKey
}

// NewDevice makes a device with fresh keys and enrols it with an authority, by the line
// "age1pq1…" that [Authority.Recipient] returns.
func NewDevice(authority string) (*Device, error) {
	r, err := agekey.ParseRecipient(authority)
	if err != nil {
		return nil, prefix(err)
	}
	return NewDeviceFor(publicKey{r}), nil
}

// NewDeviceFor makes a device with fresh keys and enrols it with an authority of any scheme.
func NewDeviceFor(authority PublicKey) *Device {
	return &Device{inner: noescrow.NewDevice(), authority: authority}
}

// parts returns what UnmarshalBinary exchanges.
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

// Start opens a session with peer from a bundle that a relay handed out for it: see
// [noescrow.Device.Start].
func (d *Device) Start(peer Identity, bundle []byte) error {
	inner, _ := d.parts()
	b, ok := unframe(kindBundle, bundle)
	if !ok {
		return errors.New("escrow: not a valid prekey bundle")
	}
	return prefix(inner.Start(peer, b))
}

// Seal encrypts plaintext, at most MaxPlaintext bytes, to a peer there is a session with, and
// its key to the authority. Save the device before the envelope leaves. Associated data is
// authenticated with the message and does not travel in it.
func (d *Device) Seal(to Identity, plaintext, associated []byte) (envelope []byte, err error) {
	inner, authority := d.parts()
	if authority == nil {
		return nil, errNoAuthority
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("escrow: the message has %d bytes, expected at most %d", len(plaintext), MaxPlaintext)
	}
	var s seed
	rand.Read(s[:])
	field, k := s.field(authority, label(inner.Identity(), to, associated))
	h := authority.Scheme().head(field, sealBody(k, inner.Identity(), to, plaintext))
	sealed, err := inner.Seal(to, s[:], slices.Concat(h, associated))
	if err != nil {
		return nil, prefix(err)
	}
	return append(h, sealed...), nil
}

// Open decrypts an envelope and says which device wrote it: see [noescrow.Device.Open]. It does
// not look at the authority's field, beyond that it arrived as it was sent. One error comes with
// a change of state: if a peer has made the body wrongly, his message does not open, and counts
// as received.
func (d *Device) Open(envelope, associated []byte) (from Identity, plaintext []byte, err error) {
	from, plaintext, _, err = d.open(envelope, associated)
	return from, plaintext, prefix(err)
}

// OpenChecked opens as Open does, then makes the authority's field again and compares. If it is
// not the one an honest sender makes, the error is ErrField; the message has arrived all the
// same, and from and plaintext are returned beside the error.
func (d *Device) OpenChecked(envelope, associated []byte) (from Identity, plaintext []byte, err error) {
	inner, authority := d.parts()
	if authority == nil {
		return from, nil, errNoAuthority
	}
	from, plaintext, s, err := d.open(envelope, associated)
	if err != nil {
		return from, plaintext, prefix(err)
	}
	field := envelope[1:][:authority.Scheme().FieldSize]
	if !s.makes(field, authority, label(from, inner.Identity(), associated)) {
		err = ErrField
	}
	return from, plaintext, prefix(err)
}

func (d *Device) open(envelope, associated []byte) (from Identity, plaintext []byte, s seed, err error) {
	inner, authority := d.parts()
	e, err := schemeOf(authority).parse(envelope)
	if err != nil {
		return from, nil, s, err
	}
	from, opened, err := inner.Open(e.inner, slices.Concat(e.head, associated))
	if err != nil {
		return Identity{}, nil, s, err
	}
	if len(opened) != len(s) {
		return Identity{}, nil, s, ErrOpen
	}
	copy(s[:], opened)
	k, _ := s.expand()
	plaintext, err = openBody(k, e)
	if err != nil {
		return Identity{}, nil, s, err
	}
	return from, plaintext, s, nil
}

// Format implements [fmt.Formatter]: every verb prints the identity and no secret.
func (d *Device) Format(f fmt.State, _ rune) {
	io.WriteString(f, "escrow.Device("+d.Identity().String()+")")
}

// LogValue implements [slog.LogValuer] as Format does.
func (d *Device) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(d)) }

// MarshalText implements [encoding.TextMarshaler] as Format does. Without it, encoders of text
// would turn to MarshalBinary.
func (d *Device) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(d)), nil }
