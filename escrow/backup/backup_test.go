package backup

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"doormat/internal/testing/printed"
	"doormat/internal/testing/ratio"
	"doormat/noescrow/recovery"
)

var night = time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// upload backs up a history, and returns its key.
func upload(t testing.TB, p *Provider, name, history string, deposit bool) *recovery.Key {
	t.Helper()
	key := recovery.NewKey()
	var file bytes.Buffer
	check(t, key.Seal(&file, strings.NewReader(history)))
	check(t, p.Upload(name, night, file.Bytes()))
	if deposit {
		check(t, p.Deposit(name, key))
	}
	return key
}

// The one switch: with the key deposited the provider opens the history, and without it only the user.
func TestTheSwitch(t *testing.T) {
	p := NewProvider()
	upload(t, p, "Ana", "Ana's past", true)
	key := upload(t, p, "Ben", "Ben's past", false)
	if got, err := p.Recover("Ana"); err != nil || string(got) != "Ana's past" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := p.Recover("Ben"); !errors.Is(err, ErrNoKey) || got != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := p.Recover("Cas"); !errors.Is(err, ErrAccount) || got != nil {
		t.Errorf("%q, %v", got, err)
	}
	file, err := p.Download("Ben")
	check(t, err)
	var opened bytes.Buffer
	check(t, key.Open(&opened, bytes.NewReader(file)))
	if opened.String() != "Ben's past" {
		t.Errorf("%q", &opened)
	}
	if _, err := p.Download("Cas"); !errors.Is(err, ErrAccount) {
		t.Error(err)
	}
}

// The thief has two things: the database opens nothing without the master key, and everything with it.
func TestTheft(t *testing.T) {
	p := NewProvider()
	for _, name := range []string{"Ana", "Ben", "Cas"} {
		upload(t, p, name, name+"'s past", true)
	}
	database, err := p.MarshalBinary()
	check(t, err)
	if bytes.Contains(database, []byte("'s past")) || bytes.Contains(database, []byte(p.RecoveryKey()[18:])) {
		t.Error("the database has a history or the master key in clear")
	}
	other := NewProvider()
	check(t, other.UnmarshalBinary(database))
	stolen, err := ParseProvider(p.RecoveryKey())
	check(t, err)
	check(t, stolen.UnmarshalBinary(database))
	if len(stolen.Names()) != 3 {
		t.Errorf("%q", stolen.Names())
	}
	for _, name := range stolen.Names() {
		if got, err := other.Recover(name); err == nil {
			t.Errorf("without the master key: %q", got)
		}
		if got, err := stolen.Recover(name); err != nil || string(got) != name+"'s past" {
			t.Errorf("with it: %q, %v", got, err)
		}
	}
}

// What a user sees is the same before and after the history was recovered, and so is the database.
func TestSee(t *testing.T) {
	p := NewProvider()
	upload(t, p, "Ana", "Ana's past", true)
	upload(t, p, "Ben", "Ben's past", false)
	before, err := p.See("Ana")
	check(t, err)
	database, err := p.MarshalBinary()
	check(t, err)
	_, err = p.Recover("Ana")
	check(t, err)
	after, err := p.See("Ana")
	check(t, err)
	again, err := p.MarshalBinary()
	check(t, err)
	if before != after || !bytes.Equal(database, again) || !after.Deposited || !after.At.Equal(night) || after.Size == 0 {
		t.Errorf("%+v, then %+v", before, after)
	}
	if v, err := p.See("Ben"); err != nil || v.Deposited {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := p.See("Cas"); !errors.Is(err, ErrAccount) {
		t.Error(err)
	}
}

func TestDatabase(t *testing.T) {
	p := NewProvider()
	upload(t, p, "Ana", "Ana's past", true)
	upload(t, p, "Ben", "Ben's past", false)
	database, err := p.MarshalBinary()
	check(t, err)
	q, err := ParseProvider(p.RecoveryKey())
	check(t, err)
	check(t, q.UnmarshalBinary(database))
	step := 1
	if testing.Short() {
		step = 7
	}
	for n := 0; n < len(database); n += step {
		bad := bytes.Clone(database)
		bad[n] ^= 1 << (n % 8)
		r, _ := ParseProvider(p.RecoveryKey())
		if r.UnmarshalBinary(bad) == nil {
			if again, err := r.MarshalBinary(); err != nil || !bytes.Equal(again, bad) {
				t.Errorf("byte %d changed: read as something else", n)
			}
			if n%5 == 0 {
				for _, name := range r.Names() {
					if got, err := r.Recover(name); err == nil && string(got) != "Ana's past" {
						t.Errorf("byte %d changed: %q", n, got)
					}
				}
			}
		}
		if err := q.UnmarshalBinary(database[:n]); err == nil {
			if again, _ := q.MarshalBinary(); !bytes.Equal(again, database[:n]) {
				t.Errorf("%d bytes are read as something else", n)
			}
			check(t, q.UnmarshalBinary(database))
		}
	}
	if err := q.UnmarshalBinary(append(bytes.Clone(database), 0)); err == nil {
		t.Error("a byte behind it")
	}
	one, two := NewProvider(), NewProvider()
	upload(t, one, "Ana", "", false)
	upload(t, two, "Ben", "", false)
	a, _ := one.MarshalBinary()
	b, _ := two.MarshalBinary()
	for what, bad := range map[string][]byte{"not in order": append(bytes.Clone(b), a[2:]...), "twice": append(bytes.Clone(a), a[2:]...)} {
		if err := q.UnmarshalBinary(bad); err == nil {
			t.Errorf("accounts %s", what)
		}
	}
	check(t, q.UnmarshalBinary(append(bytes.Clone(a), b[2:]...)))
}

func TestLimits(t *testing.T) {
	p := NewProvider()
	for _, name := range []string{"", strings.Repeat("a", MaxName+1)} {
		if p.Upload(name, night, nil) == nil || p.Deposit(name, recovery.NewKey()) == nil {
			t.Errorf("an account of %d bytes", len(name))
		}
	}
	if p.Upload("Ana", night, make([]byte, MaxFile+1)) == nil {
		t.Error("a file that is too long")
	}
	for _, line := range []string{"", p.RecoveryKey()[1:], strings.Replace(p.RecoveryKey(), "1", "2", 1)} {
		if _, err := ParseProvider(line); err == nil {
			t.Errorf("%d characters are a master key", len(line))
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	p := NewProvider()
	for _, x := range []any{p, []*Provider{p}} {
		if leak := printed.Leak(x, []byte(p.RecoveryKey()[18:])); leak != "" {
			t.Error(leak)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	p := NewProvider()
	upload(f, p, "Ana", "Ana's past", true)
	b, err := p.MarshalBinary()
	check(f, err)
	f.Add(b)
	f.Add(b[:2])
	f.Fuzz(func(t *testing.T, b []byte) {
		q, _ := ParseProvider(p.RecoveryKey())
		if q.UnmarshalBinary(b) != nil {
			return
		}
		if got, err := q.MarshalBinary(); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%x is read as %x, %v", b, got, err)
		}
		for _, name := range q.Names() {
			if got, err := q.Recover(name); err == nil && string(got) != "Ana's past" {
				t.Errorf("%q", got)
			}
		}
	})
}

// Two decapsulations, of the wrapped key and of the history, beside one.
func BenchmarkRecover(b *testing.B) {
	p := NewProvider()
	key := upload(b, p, "Ana", "Ana's past", true)
	file, err := p.Download("Ana")
	check(b, err)
	ratio.Time(b, "x-of-the-users-own", func() { _, err := p.Recover("Ana"); check(b, err) }, func() {
		check(b, key.Open(new(bytes.Buffer), bytes.NewReader(file)))
	})
}
