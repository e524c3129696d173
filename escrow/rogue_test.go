package escrow

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/internal/hpke"
	"doormat/internal/padme"
	"doormat/noescrow"
)

// A rogue is another client: a noescrow device, and the format that envelope.go and field.go
// document written down a second time, with nothing of this package's code in it.
type rogue struct{ *noescrow.Device }

func newRogue(t *testing.T, peer *Device) rogue {
	t.Helper()
	r := rogue{noescrow.NewDevice()}
	if err := r.Start(peer.Identity(), bundle(t, peer)[2:]); err != nil {
		t.Fatal(err)
	}
	return r
}

// draft is what a rogue may choose in a message; make fills in what an honest sender has there.
type draft struct {
	seed, key, randomness, field, body []byte
}

func (r rogue) makeDraft(t *testing.T, authority *Authority, to Identity, text string) draft {
	t.Helper()
	d := draft{seed: random(32)}
	out, err := hkdf.Key(sha256.New, d.seed, nil, "doormat 1 escrow message", 32+64)
	if err != nil {
		t.Fatal(err)
	}
	d.key, d.randomness = out[:32], out[32:]
	d.field = wrap(t, authority, d.randomness, d.key)
	d.body = r.encrypt(t, d.key, to, padme.Pad([]byte(text)))
	return d
}

func wrap(t *testing.T, authority *Authority, randomness, key []byte) []byte {
	t.Helper()
	public, err := hpke.ParsePublicKey(authority.key.Public().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return public.Seal(hpke.NewInfo("doormat 1 escrow field"), [64]byte(randomness), key)
}

func (r rogue) encrypt(t *testing.T, key []byte, to Identity, padded []byte) []byte {
	t.Helper()
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		t.Fatal(err)
	}
	from := r.Identity()
	return aead.Seal(nil, make([]byte, 12), padded, slices.Concat(from[:], to[:]))
}

func (r rogue) send(t *testing.T, to Identity, d draft) []byte {
	t.Helper()
	head := slices.Concat([]byte{0xe1}, d.field, binary.BigEndian.AppendUint32(nil, uint32(len(d.body)))[1:], d.body)
	inner, err := r.Seal(to, d.seed, head)
	if err != nil {
		t.Fatal(err)
	}
	return append(head, inner...)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

func TestNoiseInTheField(t *testing.T) {
	authority, honest, b := pair(t)
	r := newRogue(t, b)
	earlier := r.makeDraft(t, authority, b.Identity(), "earlier")
	for _, c := range []struct {
		name     string
		field    func(d draft) []byte // nil leaves the honest one
		checked  error
		recovers bool
	}{
		{"honest", nil, nil, true},
		{"noise", func(draft) []byte { return random(fieldSize) }, ErrField, false},
		{"zeros", func(draft) []byte { return make([]byte, fieldSize) }, ErrField, false},
		{"one bit", func(d draft) []byte { f := bytes.Clone(d.field); f[fieldSize-1] ^= 1; return f }, ErrField, false},
		{"the right key under other randomness", func(d draft) []byte { return wrap(t, authority, random(64), d.key) }, ErrField, true},
		{"another key", func(d draft) []byte { return wrap(t, authority, d.randomness, random(32)) }, ErrField, false},
		{"to another authority", func(d draft) []byte { return wrap(t, NewAuthority(), d.randomness, d.key) }, ErrField, false},
		{"the field of an earlier message", func(draft) []byte { return earlier.field }, ErrField, false},
		{"honest again", nil, nil, true},
	} {
		text := "rogue: " + c.name
		d := r.makeDraft(t, authority, b.Identity(), text)
		if c.field != nil {
			d.field = c.field(d)
		}
		e := r.send(t, b.Identity(), d)
		from, to, got, err := authority.Recover(e)
		if (err == nil) != c.recovers || c.recovers && (from != r.Identity() || to != b.Identity() || string(got) != text) {
			t.Errorf("%s: Recover is %q, %v", c.name, got, err)
		}
		if !c.recovers && (got != nil || from != Identity{} || to != Identity{}) {
			t.Errorf("%s: Recover fails and returns %q, %v, %v", c.name, got, from, to)
		}
		from, got, err = load(t, state(t, b)).Open(e, nil) // by a copy, since it opens once
		if err != nil || from != r.Identity() || string(got) != text {
			t.Errorf("%s: Open is %q from %v, %v", c.name, got, from, err)
		}
		from, got, err = b.OpenChecked(e, nil)
		if !errors.Is(err, c.checked) || from != r.Identity() || string(got) != text {
			t.Errorf("%s: OpenChecked is %q from %v, %v; want %v", c.name, got, from, err, c.checked)
		}
		recovers(t, authority, send(t, honest, b, "honest"), honest, b, "honest")
	}
}

// What an authentic peer got wrong inside is refused too. The ratchet has moved by then: its
// part of the message was genuine.
func TestMalformedByItsSender(t *testing.T) {
	authority, _, b := pair(t)
	r := newRogue(t, b)
	to := b.Identity()
	for name, spoil := range map[string]func(d *draft){
		"a seed of 31 bytes":         func(d *draft) { d.seed = d.seed[:31] },
		"a seed of 33 bytes":         func(d *draft) { d.seed = append(d.seed, 0) },
		"no seed":                    func(d *draft) { d.seed = nil },
		"another seed":               func(d *draft) { d.seed = random(32) },
		"a body under another key":   func(d *draft) { d.body = r.encrypt(t, random(32), to, padme.Pad(nil)) },
		"a body to another":          func(d *draft) { d.body = r.encrypt(t, d.key, Identity{}, padme.Pad(nil)) },
		"a body that is not padded":  func(d *draft) { d.body = r.encrypt(t, d.key, to, []byte("text")) },
		"a body padded to 129 bytes": func(d *draft) { d.body = r.encrypt(t, d.key, to, append(padme.Pad(nil), 0)) },
		"an empty body":              func(d *draft) { d.body = nil },
	} {
		d := r.makeDraft(t, authority, to, name)
		e := r.send(t, to, d)
		if _, got, err := b.OpenChecked(e, nil); err != nil || string(got) != name {
			t.Fatalf("%s: before it is spoilt: %q, %v", name, got, err)
		}
		spoil(&d)
		e = r.send(t, to, d)
		from, got, err := load(t, state(t, b)).Open(e, nil)
		if !errors.Is(err, ErrOpen) || got != nil || from != (Identity{}) {
			t.Errorf("%s: Open is %q from %v, %v", name, got, from, err)
		}
		if _, got, err := b.OpenChecked(e, nil); !errors.Is(err, ErrOpen) || got != nil {
			t.Errorf("%s: OpenChecked is %q, %v", name, got, err)
		}
		if _, _, err := b.Open(e, nil); !errors.Is(err, ErrReplay) {
			t.Errorf("%s: the second time: %v", name, err)
		}
	}
}

// Two rogues put an end-to-end encrypted message where the plaintext goes. Both of them run the
// honest client, so the check finds nothing wrong, and the authority opens every field.
func TestTwoRoguesPassTheCheck(t *testing.T) {
	authority, a, b := pair(t)
	const text = "the text that only Bob reads"
	innerA, innerB := noescrow.NewDevice(), noescrow.NewDevice()
	startControl(t, innerA, innerB)
	file, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, layer := range map[string]struct {
		encrypt, decrypt func(text []byte) []byte
	}{
		"a noescrow session": {
			func(text []byte) []byte {
				e, err := innerA.Seal(innerB.Identity(), text, nil)
				if err != nil {
					t.Fatal(err)
				}
				return e
			},
			func(e []byte) []byte {
				_, text, err := innerB.Open(e, nil)
				if err != nil {
					t.Error(err)
				}
				return text
			},
		},
		"an age file": {
			func(text []byte) []byte { return encryptAge(t, text, file.Recipient()) },
			func(e []byte) []byte {
				r, err := age.Decrypt(bytes.NewReader(e), file)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(r)
				if err != nil {
					t.Error(err)
				}
				return text
			},
		},
	} {
		hidden := layer.encrypt([]byte(text))
		e := send(t, a, b, string(hidden)) // which is OpenChecked
		_, _, got, err := authority.Recover(e)
		if err != nil || !bytes.Equal(got, hidden) {
			t.Fatalf("%s: Recover is %x, %v", name, got, err)
		}
		if bytes.Contains(got, []byte(text)) {
			t.Errorf("%s: the authority reads the text", name)
		}
		if got := layer.decrypt(got); string(got) != text {
			t.Errorf("%s: Bob reads %q", name, got)
		}
	}
}

func encryptAge(t testing.TB, text []byte, recipients ...age.Recipient) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipients...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// A thief with the authority's key who sits on the wire knows the message key, and can encrypt
// another body under it. The authority itself would be deceived; the recipient is not, because
// the ratchet authenticates the body.
func TestAuthorityKeyDoesNotWrite(t *testing.T) {
	authority, a, b := pair(t)
	send(t, a, b, "")
	send(t, b, a, "")
	e := seal(t, a, b, "meet at six")
	parsed, err := parseEnvelope(e)
	if err != nil {
		t.Fatal(err)
	}
	k, err := authority.key.Open(fieldInfo, parsed.field)
	if err != nil {
		t.Fatal(err)
	}
	before := state(t, b)
	refused := func(name string, forged []byte) {
		t.Helper()
		for _, open := range []func([]byte, []byte) (Identity, []byte, error){b.Open, b.OpenChecked} {
			if _, got, err := open(forged, nil); !errors.Is(err, ErrOpen) || got != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		if !bytes.Equal(state(t, b), before) {
			t.Errorf("%s: the state moved", name)
		}
	}
	for _, text := range []string{"meet at ten", "", "meet at six"} {
		body := sealBody(messageKey(k), a.Identity(), b.Identity(), []byte(text))
		forged := append(head(parsed.field, body), parsed.inner...)
		recovers(t, authority, forged, a, b, text)
		if text != "meet at six" {
			refused("another body", forged)
		}
	}
	// Nor with a field of his own beside it, nor with another message's field and body.
	var s seed
	field, own := makeField(authority.key.Public(), s)
	refused("another field and body", append(head(field, sealBody(own, a.Identity(), b.Identity(), nil)), parsed.inner...))
	refused("another field", append(head(field, parsed.body), parsed.inner...))
	later, err := parseEnvelope(seal(t, a, b, "later"))
	if err != nil {
		t.Fatal(err)
	}
	refused("a later message's head", append(bytes.Clone(later.head), parsed.inner...))
	if _, got, err := b.OpenChecked(e, nil); err != nil || string(got) != "meet at six" {
		t.Errorf("the genuine one: %q, %v", got, err)
	}
}

// The names on the inner envelope are those that the body was sealed with.
func TestNamesSpliced(t *testing.T) {
	authority, a, b := pair(t)
	eve := enrol(t, authority).Identity()
	e := send(t, a, b, "text")
	recovers(t, authority, e, a, b, "text")
	at := bytes.Index(e, names(a.Identity(), b.Identity()))
	for name, splice := range map[string][]byte{
		"from":      names(eve, b.Identity()),
		"to":        names(a.Identity(), eve),
		"exchanged": names(b.Identity(), a.Identity()),
	} {
		forged := bytes.Clone(e)
		copy(forged[at:], splice)
		if from, to, err := Addresses(forged); err != nil || !bytes.Equal(names(from, to), splice) {
			t.Fatalf("%s: the forgery is from %v to %v, %v", name, from, to, err)
		}
		if _, _, got, err := authority.Recover(forged); err != errRecover || got != nil {
			t.Errorf("%s: Recover is %q, %v", name, got, err)
		}
	}
}
