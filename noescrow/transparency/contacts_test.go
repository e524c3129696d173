package transparency

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"doormat/noescrow"
	"doormat/noescrow/mls"
)

func TestContacts(t *testing.T) {
	w := newTown(t, VRFLabels, 1, 1)
	ana, ben := noescrow.NewDevice(), noescrow.NewDevice()
	id := ben.Identity()
	own := w.client()
	check(t, own.Own("Ben", id[:]))
	w.set("Ben", id[:])
	w.set("Cas", []byte("no identity"))
	w.next()
	contacts := NewContacts(w.client(), w.d)
	if changed, err := NewContacts(w.client(), w.d).Renew("Ben", w.now); err != nil || changed {
		t.Errorf("of a name that was not known: %v, %v", changed, err)
	}
	got, err := contacts.Identity("Ben", w.now)
	if err != nil || got != id {
		t.Fatalf("%v, %v", got, err)
	}
	check(t, contacts.Check("Ben", id, w.now))
	refused(t, contacts.Check("Ben", ana.Identity(), w.now), "found another")
	_, err = contacts.Identity("Dee", w.now)
	if !errors.Is(err, ErrAbsent) {
		t.Errorf("%v", err)
	}
	_, err = contacts.Identity("Cas", w.now)
	refused(t, err, "32 bytes, found 11")
	// What is known stays, until the user asks again.
	w.set("Ben", identity(66))
	w.next()
	if got, err := contacts.Identity("Ben", w.now); err != nil || got != id {
		t.Errorf("%v, %v", got, err)
	}
	if changed, err := contacts.Renew("Ben", w.now); err != nil || !changed {
		t.Errorf("%v, %v", changed, err)
	}
	if got, err := contacts.Identity("Ben", w.now); err != nil || !bytes.Equal(got[:], identity(66)) {
		t.Errorf("%v, %v", got, err)
	}
	if changed, err := contacts.Renew("Ben", w.now); err != nil || changed {
		t.Errorf("%v, %v", changed, err)
	}
	_, err = NewContacts(own, w.d).Monitor("Ben", w.now)
	if _, ok := isIntrusion(err); !ok {
		t.Errorf("Ben's device finds %v", err)
	}
}

// A thief with the key of an authentication service certifies a key of its own for Ben. A group whose
// members ask the directory takes the real Ben and not the thief.
func TestVerifier(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	from, until := w.now.Add(-time.Hour), w.now.Add(10*24*time.Hour)
	authority := mls.NewAuthority("the authority", from, until)
	accept, err := mls.AcceptCertificates(authority.Root())
	check(t, err)
	member := func(name string) *mls.Identity {
		id := mls.NewIdentity(name)
		id.SetClock(func() time.Time { return w.now })
		id.SetVerifier(accept)
		c, err := authority.Certify(name, id.SignatureKey(), from, until)
		check(t, err)
		check(t, id.SetCredential(c))
		return id
	}
	ana, ben, thief, dee := member("Ana"), member("Ben"), member("Ben"), member("Dee")
	w.set(MLSLabel("Ana"), ana.SignatureKey())
	w.set(MLSLabel("Ben"), ben.SignatureKey())
	w.next()
	checked := NewContacts(w.client(), w.d).Verifier(accept)
	for _, c := range []struct {
		what     string
		id       *mls.Identity
		verifier mls.Verifier
		refused  bool
	}{
		{"Ben", ben, checked, false},
		{"the thief", thief, checked, true},
		{"the thief, without a directory", thief, accept, false},
		{"Dee, who is not in the directory", dee, checked, true},
		{"Ben, if nobody is accepted", ben, NewContacts(w.client(), w.d).Verifier(refuseAll), true},
	} {
		ana.SetVerifier(accept)
		group, err := ana.NewGroup(mls.X25519AES128, []byte(c.what))
		check(t, err)
		ana.SetVerifier(c.verifier)
		kp, err := c.id.KeyPackage(mls.X25519AES128)
		check(t, err)
		_, err = group.Propose(mls.Add(kp))
		if (err != nil) != c.refused {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func refuseAll(mls.Credential, []byte, time.Time) error { return errors.New("no") }

// An MLS key is of 32 bytes, as an identity is: it is no one's identity.
func TestLabelsAreApart(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	w.set(MLSLabel("Ana"), identity(7))
	w.next()
	_, err := NewContacts(w.client(), w.d).Identity(MLSLabel("Ana"), w.now)
	refused(t, err, "does not begin with")
}

// asked is a server that calls do before it answers.
type asked struct {
	*Directory
	do func()
}

func (a asked) Lookup(label string, since int64) ([]byte, error) {
	a.do()
	return a.Directory.Lookup(label, since)
}

func (a asked) Monitor(label string, since int64) ([]byte, error) {
	a.do()
	return a.Directory.Monitor(label, since)
}

// Nothing comes between a question and the check of its answer: the contacts are locked while a server answers.
func TestContactsAtOnce(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	c := w.client()
	check(t, c.Own("Ana", identity(1)))
	w.set("Ana", identity(1))
	w.set("Ben", identity(2))
	w.next()
	var contacts *Contacts
	questions := 0
	contacts = NewContacts(c, asked{w.d, func() {
		questions++
		if contacts.mu.TryLock() {
			contacts.mu.Unlock()
			t.Errorf("question %d: the contacts are not locked", questions)
		}
	}})
	_, err := contacts.Identity("Ben", w.now)
	check(t, err)
	_, err = contacts.Renew("Ben", w.now)
	check(t, err)
	_, err = contacts.Monitor("Ana", w.now)
	check(t, err)
	if questions != 3 {
		t.Errorf("%d questions, expected 3", questions)
	}
}

// A device that was switched off does not take a new key for the first.
func TestContactsAreDurable(t *testing.T) {
	w := newTown(t, VRFLabels, 0, 0)
	w.set("Ben", identity(2))
	w.set("Cas", identity(3))
	w.next()
	c := w.client()
	contacts := NewContacts(c, w.d)
	for _, name := range []string{"Ben", "Cas"} {
		_, err := contacts.Identity(name, w.now)
		check(t, err)
	}
	saved, err := contacts.MarshalBinary()
	check(t, err)
	w.set("Ben", identity(66))
	w.next()
	again := NewContacts(c, w.d)
	check(t, again.UnmarshalBinary(saved))
	for n, name := range []string{"Ben", "Cas"} {
		if got, err := again.Identity(name, w.now); err != nil || !bytes.Equal(got[:], identity(byte(2+n))) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if changed, err := again.Renew("Ben", w.now); err != nil || !changed {
		t.Errorf("%v, %v", changed, err)
	}
	whole := 0 // cuts behind the header and behind a name
	for i := range saved {
		if again.UnmarshalBinary(saved[:i]) == nil {
			whole++
		}
	}
	if whole != 2 {
		t.Errorf("%d cuts are accepted, expected 2", whole)
	}
	other, err := NewClient(newTownNamed(t, "example.net/other"))
	check(t, err)
	refused(t, NewContacts(other, w.d).UnmarshalBinary(saved), "of this directory")
}
