package noescrow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"doormat/internal/pqxdh"
	"doormat/internal/testing/printed"
	"doormat/internal/x25519"
)

// marked returns a device into each of whose secrets a marker was put that is easily found
// again, and the markers.
func marked(t *testing.T) (d *Device, markers [][]byte) {
	t.Helper()
	d, peer := talking(t)
	publish(t, d, 1)
	seal(t, peer, d, "lost")
	send(t, peer, d, "late")
	d.Rotate()

	mark := func(secret []byte) {
		marker := fmt.Appendf(nil, "SECRET-%02d-SECRET-SECRET-SECRET-", len(markers))[:len(secret[:32])]
		copy(secret, marker)
		markers = append(markers, marker)
	}
	p := &d.s.prekeys
	for _, k := range []*x25519.PrivateKey{&d.s.identity, &p.current.signed.key, &p.previous.signed.key, &p.curve[0].key} {
		mark(k[:])
	}
	for _, k := range []*pqxdh.KEMSeed{&p.current.lastResort.seed, &p.previous.lastResort.seed, &p.kem[0].seed} {
		mark(k[:])
	}
	markers = append(markers, []byte(d.s.files.String()[len("AGE-SECRET-KEY-PQ-1")+1:]))

	// The session's secrets are another package's: they are marked in the saved state.
	session := writes(d, peer)
	state, r := save(t, d), marshal(session.ratchet)
	at := bytes.LastIndex(state, r)
	const chains = 1 + 98 + 32 + 1 + 5*32 + 1 + 4 + 4 + 32 + 32 + 3
	for _, offset := range []int{1 + 98, 1 + 98 + 32 + 1 + 2*32, 1 + 98 + 32 + 1 + 3*32, 1 + 98 + 32 + 1 + 4*32, chains, chains + 32, chains + 32 + 32 + 4 + 1 + 3 + 4} {
		mark(state[at+offset:])
	}
	d = load(t, state)
	state = save(t, d)
	for _, m := range markers {
		if !bytes.Contains(state, m) {
			t.Fatalf("the state does not hold %q", m)
		}
	}
	return d, markers
}

func TestSecretsAreNotPrinted(t *testing.T) {
	d, markers := marked(t)
	for i, m := range markers {
		if printed.Leak(save(t, d), m) == "" {
			t.Fatalf("marker %d is not found in the saved state: the test proves nothing", i)
		}
	}
	relay := shelf(t, d, 1)
	for _, x := range []any{
		d, []any{d, deref(d)}, d.Identity(), relay,
		struct{ d, v, shelf any }{d, deref(d), deref(relay)},
	} {
		if leak := printed.Leak(x, markers...); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	for _, text := range printed.All(d) {
		if strings.Contains(text, "SECRET") || len(text) > 600 {
			t.Errorf("a device is printed as %.300s", text)
		}
	}
	if want := "noescrow.Device(" + d.Identity().String() + ")"; fmt.Sprint(d) != want {
		t.Errorf("a device is printed as %v, expected %s", d, want)
	}
}

// deref returns *p as a value, which go vet would not have printed: it holds a lock.
func deref[T any](p *T) any { return any(*p) }

func TestErrorsShowNoSecrets(t *testing.T) {
	d, markers := marked(t)
	state := save(t, d)
	a := NewDevice()
	bundle := shelf(t, d, 0).Bundle()
	startFrom(t, a, d, bundle)
	e := seal(t, a, d, "SECRET-SECRET-SECRET")
	markers = append(markers, []byte("SECRET-SECRET-SECRET"), []byte("Tr0ub4dor&3-of-mine"))

	var errs []error
	collect := func(err error) {
		if err == nil {
			t.Error("the test expects an error")
		}
		errs = append(errs, err)
	}
	for _, n := range []int{0, 2, 40, 300, len(state) - 1} {
		collect(new(Device).UnmarshalBinary(state[:n]))
	}
	flips(state, 997, func(_ int, flipped []byte) {
		if err := new(Device).UnmarshalBinary(flipped); err != nil {
			errs = append(errs, err)
		}
	})
	for _, n := range []int{0, 2, 100, len(e) - 1} {
		_, _, err := d.Open(e[:n], nil)
		collect(err)
	}
	_, err := d.Seal(Identity{}, nil, nil)
	collect(err)
	_, err = d.Publish(-1)
	collect(err)
	collect(d.Start(a.Identity(), bundle))
	collect(d.Start(d.Identity(), bundle))
	collect(d.SealFile(io.Discard, strings.NewReader("SECRET-SECRET-SECRET"), d.s.files.String()))
	collect(d.SealFile(io.Discard, strings.NewReader("SECRET-SECRET-SECRET")))
	collect(d.OpenFile(io.Discard, strings.NewReader("no age file")))
	collect(new(Device).Unlock(state, "Tr0ub4dor&3-of-mine"))
	collect(new(Device).Unlock(lockQuickly(t, d, "another"), "Tr0ub4dor&3-of-mine"))
	if leak := printed.Leak(errors.Join(errs...), markers...); leak != "" {
		t.Error(leak)
	}
	for _, err := range errs {
		if !strings.HasPrefix(err.Error(), "noescrow: ") || strings.Count(err.Error(), "noescrow: ") != 1 {
			t.Errorf("the error %q is not prefixed once", err)
		}
	}
}
