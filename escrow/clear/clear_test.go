package clear

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"

	"doormat/internal/testing/printed"
)

const passcode = "720319"

func phone(t testing.TB, m *Maker, passcode, storage string) *Phone {
	t.Helper()
	p, err := NewPhone(m.Public(), passcode)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Save(passcode, []byte(storage)); err != nil {
		t.Fatal(err)
	}
	return p
}

func show(t testing.TB, p *Phone, challenge []byte) []byte {
	t.Helper()
	screen, err := p.Show(challenge)
	if err != nil {
		t.Fatal(err)
	}
	return screen
}

// unlocks checks what a passcode opens.
func unlocks(t *testing.T, p *Phone, passcode, want string) {
	t.Helper()
	if got, err := p.Unlock(passcode); err != nil || string(got) != want {
		t.Errorf("%q, %v, expected %q", got, err, want)
	}
}

func TestProtocol(t *testing.T) {
	m := NewMaker()
	p := phone(t, m, passcode, "a history")
	screen := show(t, p, nil)
	got, err := m.Open(p.Serial(), screen)
	if err != nil || got != passcode {
		t.Fatalf("%q, %v", got, err)
	}
	unlocks(t, p, got, "a history")
	if _, err := NewMaker().Open(p.Serial(), screen); !errors.Is(err, ErrOpen) {
		t.Errorf("another maker: %v", err)
	}
	again, err := ParseMaker(m.RecoveryKey())
	if err != nil || again.Public() != m.Public() {
		t.Error("the maker's key is another", err)
	}
}

// The stop is for good: also after the phone was unlocked, and stored and read again.
func TestStop(t *testing.T) {
	p := phone(t, NewMaker(), passcode, "a history")
	if p.Stopped() {
		t.Error("stopped at once")
	}
	show(t, p, nil)
	unlocks(t, p, passcode, "a history")
	state, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	q := new(Phone)
	if err := q.UnmarshalBinary(state); err != nil || !q.Stopped() {
		t.Fatal("it works again", err)
	}
	if err := q.Save(passcode, []byte("more")); !errors.Is(err, ErrStopped) {
		t.Errorf("saved: %v", err)
	}
}

// An order is for one phone, and a screen under another's serial does not open.
func TestOrderIsForOnePhone(t *testing.T) {
	m := NewMaker()
	a, b := phone(t, m, passcode, "a"), phone(t, m, "1111", "b")
	screen := show(t, b, nil)
	if got, err := m.Open(a.Serial(), screen); !errors.Is(err, ErrOrder) || got != "" {
		t.Errorf("%q, %v", got, err)
	}
	s, err := ParseScreen(screen)
	if err != nil {
		t.Fatal(err)
	}
	s.Serial = a.Serial()
	if got, err := m.Open(a.Serial(), s.Bytes()); !errors.Is(err, ErrOpen) || got != "" {
		t.Errorf("under another serial: %q, %v", got, err)
	}
}

// The key alone opens no storage: a flash has no secret of the chip, and ten guesses are few.
func TestMakersKeyNeedsThePhone(t *testing.T) {
	m := NewMaker()
	p := phone(t, m, passcode, "a history")
	screen, storage := p.Flash()
	got, err := m.Open(p.Serial(), screen)
	if err != nil || got != passcode {
		t.Fatalf("%q, %v", got, err)
	}
	elsewhere := phone(t, m, got, "")
	elsewhere.serial, elsewhere.storage = p.serial, storage
	if _, err := elsewhere.Unlock(got); !errors.Is(err, ErrPasscode) {
		t.Errorf("the storage opens without its chip: %v", err)
	}
	unlocks(t, p, got, "a history")
}

// Who has the maker's key and reads the flash leaves no trace.
func TestFlashSkipsTheStop(t *testing.T) {
	m := NewMaker()
	p := phone(t, m, passcode, "a history")
	before, _ := p.MarshalBinary()
	screen, _ := p.Flash()
	got, err := m.Open(p.Serial(), screen)
	if err != nil {
		t.Fatal(err)
	}
	unlocks(t, p, got, "a history")
	if after, _ := p.MarshalBinary(); !bytes.Equal(before, after) {
		t.Error("the phone has changed")
	}
}

// Tromer's oracle: the police hold Mallory's phone, which shows what Ana's showed, and order its serial.
func TestOracle(t *testing.T) {
	m := NewMaker()
	ana := phone(t, m, passcode, "Ana's history")
	mallorys := show(t, ana, nil) // on the screen of Mallory's phone
	s, err := ParseScreen(mallorys)
	if err != nil {
		t.Fatal(err)
	}
	typed, err := m.Open(s.Serial, mallorys)
	if err != nil {
		t.Fatal(err)
	}
	unlocks(t, ana, typed, "Ana's history")
}

func challenge() (c [ChallengeSize]byte) {
	rand.Read(c[:])
	return c
}

// A picture from before the challenge, or of another phone, proves nothing.
func TestProofIsFresh(t *testing.T) {
	m := NewMaker()
	ana, mallory := phone(t, m, passcode, "a"), phone(t, m, "1111", "b")
	old, c := challenge(), challenge()
	for what, screen := range map[string][]byte{"none": show(t, ana, nil), "old": show(t, ana, old[:])} {
		if got, err := m.OpenLive(ana.Serial(), c, screen); !errors.Is(err, ErrProof) || got != "" {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	a, _ := ParseScreen(show(t, ana, nil))
	b, _ := ParseScreen(show(t, mallory, c[:]))
	a.Proof = b.Proof
	if got, err := m.OpenLive(ana.Serial(), c, a.Bytes()); !errors.Is(err, ErrProof) || got != "" {
		t.Errorf("another's proof: %q, %v", got, err)
	}
	if got, err := m.OpenLive(ana.Serial(), c, show(t, ana, c[:])); err != nil || got != passcode {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := m.OpenLive(mallory.Serial(), c, show(t, ana, c[:])); !errors.Is(err, ErrOrder) || got != "" {
		t.Errorf("another order: %q, %v", got, err)
	}
	if _, err := ana.Show(c[:31]); err == nil {
		t.Error("a short challenge")
	}
}

// A proof proves that the phone is somewhere: the challenge is carried to it, and the answer back.
func TestRelayedProof(t *testing.T) {
	m := NewMaker()
	ana := phone(t, m, passcode, "Ana's history")
	c := challenge()             // typed into Mallory's phone,
	carried := bytes.Clone(c[:]) // and sent to Ana's
	screen := show(t, ana, carried)
	if got, err := m.OpenLive(ana.Serial(), c, screen); err != nil || got != passcode {
		t.Errorf("%q, %v", got, err)
	}
}

func TestGuesses(t *testing.T) {
	p := phone(t, NewMaker(), passcode, "a history")
	for range 2 {
		for i := 1; i < MaxGuesses; i++ {
			if _, err := p.Unlock("0000"); !errors.Is(err, ErrPasscode) {
				t.Fatal(err)
			}
		}
		unlocks(t, p, passcode, "a history")
	}
	for range MaxGuesses {
		p.Unlock("0000")
	}
	if _, err := p.Unlock(passcode); !errors.Is(err, ErrErased) {
		t.Error(err)
	}
	state, err := p.MarshalBinary()
	if err != nil || new(Phone).UnmarshalBinary(state) != nil {
		t.Error("an erased phone cannot be read", err)
	}
}

func TestPasscodes(t *testing.T) {
	m := NewMaker()
	for _, bad := range []string{"", "123", "12345678901234567", "12a4", "1234\x00"} {
		if _, err := NewPhone(m.Public(), bad); err == nil || !strings.HasPrefix(err.Error(), "clear: expected") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"1234", "0000", "1234567890123456"} {
		p := phone(t, m, good, "")
		if got, err := m.Open(p.Serial(), show(t, p, nil)); err != nil || got != good {
			t.Errorf("%q: %q, %v", good, got, err)
		}
	}
	if _, err := NewPhone(PublicKey{}, "1234"); err == nil {
		t.Error("a maker's key of zeros")
	}
}

// Anyone can seal a block to the maker. What is no passcode in it does not come out.
func TestStrangersBlock(t *testing.T) {
	m, serial := NewMaker(), Serial{1}
	for _, passcode := range []string{"12a4", "123", "", "1\x0034", "1234567890123456"} {
		block, err := newBlock(m.Public(), serial, passcode, make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Open(serial, (&Screen{Serial: serial, Block: block}).Bytes())
		if good := len(passcode) == MaxPasscode; good != (err == nil) || good && got != passcode || !good && got != "" {
			t.Errorf("%q: found %q, %v", passcode, got, err)
		}
	}
}

func TestDamagedScreen(t *testing.T) {
	m := NewMaker()
	p := phone(t, m, passcode, "")
	c := challenge()
	good := show(t, p, c[:])
	for i := range good {
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << bit
			if got, err := m.OpenLive(p.Serial(), c, bad); err == nil || got != "" {
				t.Fatalf("bit %d of byte %d: %q", bit, i, got)
			}
		}
		if _, err := ParseScreen(good[:i]); err == nil {
			t.Errorf("%d bytes parse", i)
		}
	}
	if _, err := ParseScreen(append(good, 0)); err == nil {
		t.Error("a byte more parses")
	}
	short := slices.Concat(good[:1+8+BlockSize], []byte{1, 0})
	if _, err := ParseScreen(short); err == nil {
		t.Error("a proof of one byte parses")
	}
}

func TestStates(t *testing.T) {
	p := phone(t, NewMaker(), passcode, "a history")
	state, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	bad := func(change func(b []byte) []byte) []byte { return change(bytes.Clone(state)) }
	for what, b := range map[string][]byte{
		"nothing":        nil,
		"head only":      state[:headSize],
		"short":          state[:headSize-1],
		"short storage":  state[:headSize+leastStorage-1],
		"version":        bad(func(b []byte) []byte { b[0]++; return b }),
		"no serial":      bad(func(b []byte) []byte { clear(b[1:9]); return b }),
		"mark":           bad(func(b []byte) []byte { b[9] = 2; return b }),
		"erased, stored": bad(func(b []byte) []byte { b[10] = MaxGuesses; return b }),
		"guesses":        bad(func(b []byte) []byte { b[10] = MaxGuesses + 1; return b[:headSize] }),
	} {
		q := phone(t, NewMaker(), "1111", "another")
		if err := q.UnmarshalBinary(b); err == nil || !strings.HasPrefix(err.Error(), "clear: expected") {
			t.Errorf("%s: %v", what, err)
		}
		unlocks(t, q, "1111", "another")
	}
	if _, err := new(Phone).MarshalBinary(); err == nil {
		t.Error("the zero phone has a state")
	}
	if err := p.Save(passcode, make([]byte, MaxStorage+1)); err == nil {
		t.Error("too much is stored")
	}
	if err := p.Save("0000", nil); !errors.Is(err, ErrPasscode) {
		t.Errorf("saved with a wrong passcode: %v", err)
	}
	if _, err := ParseMaker(state[:31]); err == nil {
		t.Error("31 bytes are a maker")
	}
}

func TestPrintsNoSecret(t *testing.T) {
	m := NewMaker()
	p := phone(t, m, passcode, "")
	for _, leak := range []string{printed.Leak(m, m.RecoveryKey()), printed.Leak(p, p.chip[:]), printed.Leak(p, p.seed[:])} {
		if leak != "" {
			t.Error(leak)
		}
	}
}

func FuzzScreen(f *testing.F) {
	m := NewMaker()
	p := phone(f, m, passcode, "")
	var c [ChallengeSize]byte
	f.Add(show(f, p, nil))
	f.Add(show(f, p, c[:]))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseScreen(data)
		if err != nil {
			return
		}
		if !bytes.Equal(s.Bytes(), data) {
			t.Error("written differently")
		}
		if got, err := m.Open(s.Serial, data); err == nil && got != passcode {
			t.Errorf("opened as %q", got)
		}
	})
}

func FuzzPhone(f *testing.F) {
	p := phone(f, NewMaker(), passcode, "a history")
	state, _ := p.MarshalBinary()
	f.Add(state)
	f.Add(state[:headSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		q := new(Phone)
		if q.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := q.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
			t.Error("written differently", err)
		}
	})
}
