package transparency

import (
	"slices"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/noescrow/mls"
	"doormat/noescrow/transparency"
)

// A thief of the provider's key reads everything from then on, of those who had met before and after;
// and nothing where devices ask a directory, which the thief has not.
func TestProviderKey(t *testing.T) {
	for _, system := range NewIdentityProvider() {
		e := attackstest.Exposure(t, attackstest.Run(t, system, size, "Ana"), ProviderKey)
		want, notice := true, "who compares authenticators"
		if e.System == Logged {
			want, notice = false, "all devices"
		}
		attackstest.Same(t, e.System, e.Opened, attackstest.That(attackstest.Talk(size), func(i int, _ attacks.Message) bool { return want && i >= size/2 }))
		if e.Noticed.Who != notice || e.Lost != 0 || e.Wrong != 0 {
			t.Errorf("%s: %+v", e.System, e)
		}
	}
}

func TestProviderThiefHasBytes(t *testing.T) {
	for i := range NewIdentityProvider() {
		attackstest.ThiefHasBytes(t, func() attacks.System { return NewIdentityProvider()[i] }, 12)
	}
}

// The thief who joins as Ben is on the screen of every member that shows what Open has received, and
// Ben finds that he has been removed.
func TestJoinAs(t *testing.T) {
	s := newGroups(Certified)
	attackstest.Enrol(t, s)
	ana, err := s.Person("Ana")
	if err != nil {
		t.Fatal(err)
	}
	ben, err := s.Person("Ben")
	if err != nil {
		t.Fatal(err)
	}
	kp, err := ben.KeyPackage(mls.X25519AES128)
	if err != nil {
		t.Fatal(err)
	}
	ofAna, welcome, err := begin(ana, kp)
	if err != nil {
		t.Fatal(err)
	}
	ofBen, err := ben.Join(welcome, nil)
	if err != nil {
		t.Fatal(err)
	}
	info, err := ofAna.GroupInfo()
	if err != nil {
		t.Fatal(err)
	}
	_, ofThief, commit, err := joinAs(s.authority.Root(), s.authority.RecoveryKey(), "Ben", info)
	if err != nil {
		t.Fatal(err)
	}
	for who, g := range map[string]*mls.Group{"Ana": ofAna, "Ben": ofBen} {
		r, err := g.Open(commit)
		if err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		if len(r.Added)+len(r.Updated) != 1 || r.Closed != (who == "Ben") {
			t.Errorf("%s sees %d added, %d updated, closed: %v", who, len(r.Added), len(r.Updated), r.Closed)
		}
	}
	message, err := ofAna.Seal([]byte("hello"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := ofThief.Open(message); err != nil || string(r.Text) != "hello" {
		t.Errorf("%v", err)
	}
	if _, _, _, err := joinAs(s.authority.Root(), nil, "Ben", info); err == nil {
		t.Error("no key is enough")
	}
}

// A dictionary finds the names in a directory with hash labels, and none in one with a VRF.
func TestRecoverNames(t *testing.T) {
	for l, want := range map[transparency.Labelling][]string{transparency.HashedLabels: {"Ana", "Zoë"}, transparency.VRFLabels: nil} {
		d, err := transparency.NewDirectory(origin, l)
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range []string{"Ana", "Ben", "Zoë"} {
			if err := d.Set(name, []byte("a key")); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Publish(clock().AddDate(0, 0, i)); err != nil {
				t.Fatal(err)
			}
		}
		audit, err := d.Audit(0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := RecoverNames(audit, []string{"Ana", "Dee", "Zoë"})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("labelling %d: %q, %v", l, got, err)
		}
		for n := range audit {
			if _, err := RecoverNames(audit[:n], nil); err == nil {
				t.Fatalf("%d bytes of an audit are enough", n)
			}
		}
	}
}

func FuzzRecoverNames(f *testing.F) {
	f.Add([]byte{1, 3, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if found, err := RecoverNames(b, []string{"Ana"}); err != nil && len(found) > 0 {
			t.Error("names, and an error")
		}
	})
}
