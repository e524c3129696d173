package noescrow

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"filippo.io/age"

	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
	"doormat/internal/x25519/x25519test"
)

// Each test has its valid case first.

func TestOrdinaryEnvelopeAltered(t *testing.T) {
	a, b := talking(t)
	e := seal(t, a, b, "good")
	opens(t, clone(t, b), a, e, "good")

	flips(e, 1, func(bit int, flipped []byte) { refusesAny(t, b, flipped, fmt.Sprint("bit ", bit)) })
	cuts(e, func(n int, cut []byte) { refusesAny(t, b, cut, fmt.Sprint(n, " bytes")) })
	opens(t, b, a, e, "good")
}

func TestInitialEnvelopeAltered(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	e := seal(t, a, b, "good")
	opens(t, clone(t, b), a, e, "good")

	flips(e, stride(thorough(7), 101), func(bit int, flipped []byte) { refusesAny(t, b, flipped, fmt.Sprint("bit ", bit)) })
	cuts(e, func(n int, cut []byte) { refusesAny(t, b, cut, fmt.Sprint(n, " bytes")) })
	opens(t, b, a, e, "good")
}

// The second envelope of a session that has not been answered repeats the handshake. Nobody
// needs that any more, and still no bit of it may change.
func TestRepeatedInitialEnvelopeAltered(t *testing.T) {
	a, b := pair(t)
	send(t, a, b, "first")
	e := seal(t, a, b, "second")
	opens(t, clone(t, b), a, e, "second")

	flips(e, stride(1, 3), func(bit int, flipped []byte) { refusesAny(t, b, flipped, fmt.Sprint("bit ", bit)) })
	cuts(e, func(n int, cut []byte) { refusesAny(t, b, cut, fmt.Sprint(n, " bytes")) })
	opens(t, b, a, e, "second")
}

// Sender and addressee are bound even where both names are known: an envelope passed off as
// a third person's, turned back to its sender or on to somebody else does not open.
func TestEnvelopeUnderAnotherName(t *testing.T) {
	a, b := talking(t)
	c := NewDevice()
	for _, d := range []*Device{a, b} {
		start(t, d, c)
		send(t, d, c, "hello")
		send(t, c, d, "hello")
	}
	names := []*Device{a, b, c}
	for _, sealed := range map[string][]byte{"ordinary": seal(t, a, b, "text"), "initial": func() []byte {
		start(t, a, b)
		return seal(t, a, b, "text")
	}()} {
		for _, from := range names {
			for _, to := range names {
				if from == a && to == b {
					continue
				}
				e := bytes.Clone(sealed)
				copy(e[2:], from.s.public[:])
				copy(e[34:], to.s.public[:])
				for _, d := range names {
					refusesAny(t, d, e, fmt.Sprintf("from %v to %v", from, to))
				}
			}
		}
		opens(t, b, a, sealed, "text")
	}
}

// An envelope that has come to the wrong device is told from one that was altered.
func TestEnvelopeForAnotherDevice(t *testing.T) {
	a, b := talking(t)
	c := NewDevice()
	start(t, a, c)
	for _, e := range [][]byte{seal(t, a, b, "ordinary"), seal(t, a, c, "initial")} {
		for _, d := range []*Device{a, b, c} {
			_, to, err := Addresses(e)
			if err != nil {
				t.Fatal(err)
			}
			const want = "noescrow: the envelope is addressed to another device"
			from, text, err := d.Open(e, nil)
			switch mine := to == d.Identity(); {
			case mine && (err != nil || from != a.Identity()):
				t.Errorf("from %v, %v", from, err)
			case !mine && (err == nil || err.Error() != want || text != nil || from != (Identity{})):
				t.Errorf("%q from %v, %v", text, from, err)
			}
		}
	}
}

// Bits of a bundle that no signature covers are PQXDH's to leave open (numbers and the
// one-time prekey): if Start takes them, the message must fail at the other end.
func TestBundleAltered(t *testing.T) {
	t.Parallel()
	a, b := NewDevice(), NewDevice()
	for _, n := range []int{1, 0} {
		bundle := shelf(t, b, n).Bundle()
		startFrom(t, clone(t, a), b, bundle)
		cuts(bundle, func(n int, cut []byte) { refusesStart(t, a, b, cut, fmt.Sprint(n, " bytes")) })
		flips(bundle, stride(11, 101), func(bit int, flipped []byte) {
			if !unsigned(bit/8, len(bundle)) {
				refusesStart(t, a, b, flipped, fmt.Sprint("bit ", bit))
				return
			}
			thief := clone(t, a)
			if err := thief.Start(b.Identity(), flipped); err == nil {
				refusesAny(t, b, seal(t, thief, b, "text"), fmt.Sprint("bit ", bit))
			}
		})
	}
}

const (
	bundleSignedID  = 2 + 32
	bundleSigned    = bundleSignedID + 4
	bundleKEMID     = bundleSigned + 32 + 64
	bundleKEM       = bundleKEMID + 4
	bundleOneTimeID = bundleKEM + pqxdh.KEMPublicKeySize + 64 + 1
)

// unsigned reports whether a byte of a bundle belongs to a number or a one-time X25519 prekey.
func unsigned(at, size int) bool {
	return at >= bundleSignedID && at < bundleSigned || at >= bundleKEMID && at < bundleKEM ||
		at >= bundleOneTimeID && at < size
}

func refusesStart(t *testing.T, a, b *Device, bundle []byte, what string) {
	t.Helper()
	before := save(t, a)
	if err := a.Start(b.Identity(), bundle); err == nil {
		t.Fatalf("%s: Start takes the bundle", what)
	}
	if !bytes.Equal(save(t, a), before) {
		t.Fatalf("%s: the state moved", what)
	}
}

func TestBundleSwapped(t *testing.T) {
	a, b, c := NewDevice(), NewDevice(), NewDevice()
	bundle := shelf(t, b, 1).Bundle()
	refusesStart(t, a, c, bundle, "another device's bundle")
	refusesStart(t, b, b, bundle, "the device's own bundle")

	other := shelf(t, c, 1).Bundle()
	for name, part := range map[string][2]int{
		"signed prekey":               {bundleSigned, bundleSigned + 32},
		"signed prekey and signature": {bundleSigned, bundleKEMID},
		"KEM prekey":                  {bundleKEM, bundleKEM + pqxdh.KEMPublicKeySize},
		"KEM prekey and signature":    {bundleKEM, bundleOneTimeID - 1},
		"identity":                    {2, 34},
	} {
		mixed := bytes.Clone(bundle)
		copy(mixed[part[0]:part[1]], other[part[0]:])
		refusesStart(t, a, b, mixed, name)
	}
}

func TestBundleWithBadKeys(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	bundle := shelf(t, b, 1).Bundle()
	startFrom(t, clone(t, a), b, bundle)
	for slot, at := range map[string]int{"identity": 2, "signed": bundleSigned, "one-time": bundleOneTimeID + 4} {
		for name, bad := range x25519test.BadKeys(x25519.PublicKey(bundle[at:][:32])) {
			altered := bytes.Clone(bundle)
			copy(altered[at:], bad[:])
			if slot == "signed" { // signed by its owner all the same
				signature := pqxdh.SignCurve(b.s.identity, bad)
				copy(altered[at+32:], signature[:])
			}
			before := save(t, a)
			if err := a.Start(Identity(altered[2:34]), altered); err == nil {
				t.Errorf("%s: Start takes %s", slot, name)
			}
			if !bytes.Equal(save(t, a), before) {
				t.Errorf("%s: the state moved with %s", slot, name)
			}
		}
	}
}

// A KEM prekey with a coefficient of 3329 or more is another encoding of a smaller one.
func TestBundleWithBadKEMKey(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	bundle := shelf(t, b, 1).Bundle()
	bundle[bundleKEM], bundle[bundleKEM+1] = 0xff, bundle[bundleKEM+1]|0x0f
	signature := pqxdh.SignKEM(b.s.identity, pqxdh.KEMPublicKey(bundle[bundleKEM:]))
	copy(bundle[bundleKEM+pqxdh.KEMPublicKeySize:], signature[:])
	refusesStart(t, a, b, bundle, "a coefficient of 4095")
}

func TestInitialEnvelopeWithBadKeys(t *testing.T) {
	a, b := NewDevice(), NewDevice()
	nothing := func(*Identity, *pqxdh.Initial) {}
	opens(t, b, a, evil(t, a, b, "good", nothing), "good")

	for name := range x25519test.BadKeys(x25519.PublicKey(a.Identity())) {
		refusesAny(t, b, evil(t, a, b, "bad", func(from *Identity, _ *pqxdh.Initial) {
			*from = Identity(x25519test.BadKeys(x25519.PublicKey(*from))[name])
		}), "from: "+name)
		refusesAny(t, b, evil(t, a, b, "bad", func(_ *Identity, in *pqxdh.Initial) {
			in.Ephemeral = x25519test.BadKeys(in.Ephemeral)[name]
		}), "ephemeral: "+name)
	}
}

func TestOrdinaryEnvelopeFromBadKeys(t *testing.T) {
	a, b := talking(t)
	e := seal(t, a, b, "text")
	for name, bad := range x25519test.BadKeys(x25519.PublicKey(a.Identity())) {
		altered := bytes.Clone(e)
		copy(altered[2:], bad[:])
		refuses(t, b, altered, ErrNoSession)
		_ = name
	}
}

// A flipped bit of a key makes another key, which no parser can know. So a state either is
// refused or is read as just what it says.
func TestDeviceStateAltered(t *testing.T) {
	t.Parallel()
	a, b := talking(t)
	c := NewDevice()
	start(t, a, c)
	publish(t, a, 2)
	a.Rotate()
	seal(t, b, a, "lost")
	send(t, b, a, "late")
	startLastResort(t, c, a)
	send(t, c, a, "hello")
	state := save(t, a)
	if !bytes.Equal(save(t, load(t, state)), state) {
		t.Fatal("the state changes when it is saved and loaded")
	}

	d := load(t, state)
	cuts(state, func(n int, cut []byte) {
		if err := d.UnmarshalBinary(cut); err == nil {
			t.Fatalf("%d of %d bytes load", n, len(state))
		}
	})
	if !bytes.Equal(save(t, d), state) {
		t.Fatal("the state moved with an error")
	}
	flips(state, stride(15, 211), func(bit int, flipped []byte) {
		var d Device
		if err := d.UnmarshalBinary(flipped); err != nil {
			if d.s != nil {
				t.Fatalf("bit %d: the state moved with the error %q", bit, err)
			}
		} else if !bytes.Equal(save(t, &d), flipped) {
			t.Fatalf("bit %d: the state is read as another", bit)
		}
	})
}

// lockQuickly is Lock with scrypt at N = 2 instead of 2¹⁸.
func lockQuickly(t *testing.T, d *Device, passphrase string) []byte {
	t.Helper()
	return lockText(t, string(save(t, d)), passphrase)
}

func lockText(t *testing.T, text, passphrase string) []byte {
	t.Helper()
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(1)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestLockedStateAltered(t *testing.T) {
	t.Parallel()
	d := NewDevice()
	locked := lockQuickly(t, d, "passphrase")
	other := NewDevice()
	before := save(t, other)
	refused := func(what string, locked []byte, passphrase string) {
		t.Helper()
		if err := other.Unlock(locked, passphrase); err == nil {
			t.Fatalf("%s unlocks", what)
		}
		if !bytes.Equal(save(t, other), before) {
			t.Fatalf("%s: the state moved", what)
		}
	}
	for _, wrong := range []string{"", "passphras", "passphrase ", "Passphrase"} {
		refused(fmt.Sprintf("%q", wrong), locked, wrong)
	}
	flips(locked, stride(1, 17), func(bit int, flipped []byte) { refused(fmt.Sprint("bit ", bit), flipped, "passphrase") })
	cuts(locked, func(n int, cut []byte) { refused(fmt.Sprint(n, " bytes"), cut, "passphrase") })
	if err := other.Unlock(locked, "passphrase"); err != nil || !bytes.Equal(save(t, other), save(t, d)) {
		t.Fatalf("the right passphrase: %v", err)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	d := NewDevice()
	if _, err := d.Lock(""); err == nil {
		t.Error("Lock takes an empty passphrase")
	}
	if !*long {
		t.Skip("scrypt takes a second, and ExampleDevice_Lock locks and unlocks")
	}
	locked, err := d.Lock("passphrase")
	if err != nil {
		t.Fatal(err)
	}
	if secret := d.s.identity; bytes.Contains(locked, secret[:]) {
		t.Error("the locked state holds the identity key in clear")
	}
	var again Device
	if err := again.Unlock(locked, "passphrase"); err != nil || !bytes.Equal(save(t, &again), save(t, d)) {
		t.Errorf("the device that comes back is another: %v", err)
	}
}

func TestFileAltered(t *testing.T) {
	t.Parallel()
	d := NewDevice()
	var file bytes.Buffer
	if err := d.SealFile(&file, bytes.NewReader([]byte("text")), d.Recipient()); err != nil {
		t.Fatal(err)
	}
	sealed := file.Bytes()
	openFile := func(b []byte) (string, error) {
		var got bytes.Buffer
		err := d.OpenFile(&got, bytes.NewReader(b))
		return got.String(), err
	}
	if got, err := openFile(sealed); err != nil || got != "text" {
		t.Fatalf("%q, %v", got, err)
	}
	refused := func(what string, b []byte) {
		t.Helper()
		if got, err := openFile(b); err == nil || got != "" {
			t.Fatalf("%s: %q, %v", what, got, err)
		}
	}
	flips(sealed, stride(thorough(7), 101), func(bit int, flipped []byte) { refused(fmt.Sprint("bit ", bit), flipped) })
	cuts(sealed, func(n int, cut []byte) {
		if n < len(sealed) {
			refused(fmt.Sprint(n, " bytes"), cut)
		} else if _, err := openFile(cut); err == nil {
			t.Fatal("a byte more is taken")
		}
	})
}
