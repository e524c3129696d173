package scanning

import (
	"bytes"
	"image"
	"slices"
	"strings"
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow/scanning"
	"doormat/internal/pdq"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newPair is private matching that opens at two matches, without synthetic vouchers.
func newPair() *System {
	s, err := newPrivate(Private, HashesOf(Known), scanning.Dial{Threshold: 2})
	if err != nil {
		panic(err)
	}
	return s
}

var systems = map[string]func() *System{OnDevice: NewOnDevice, Private: newPair, Keywords: NewKeywords}

// known reports whether a message carries what the honest list is for.
func known(m attacks.Message) bool {
	s, ok := SubjectOf(m.Text)
	return ok && s == Known
}

const size = 120

// twice are those who send it in the talk twice at least.
func twice(n int) map[string]bool {
	sent, all := map[string]int{}, map[string]bool{}
	for _, m := range attackstest.Talk(n) {
		if known(m) {
			if sent[m.From]++; sent[m.From] == 2 {
				all[m.From] = true
			}
		}
	}
	return all
}

// The lawful use and the theft open the same: what matches, of everyone, before the theft and after it. The
// list opens nothing, the quantum computer what the matching secret does, and every other theft what it does
// without a scanner. No one notices.
func TestThefts(t *testing.T) {
	two := twice(size)
	if len(two) == 0 || len(two) == len(attackstest.People) {
		t.Fatalf("%d people send two", len(two))
	}
	matches := map[string]func(m attacks.Message) bool{
		OnDevice: known,
		Private:  func(m attacks.Message) bool { return known(m) && two[m.From] },
		Keywords: func(attacks.Message) bool { return false },
	}
	victim := "Ana"
	twin := attackstest.Run(t, messenger.New(messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	}), size, victim)
	for name, system := range systems {
		r := attackstest.Run(t, system(), size, victim)
		want := attackstest.That(attackstest.Talk(size), func(_ int, m attacks.Message) bool { return matches[name](m) })
		key := ReportKey
		if name == Private {
			key = MatchingSecret
		}
		for _, theft := range []attacks.TheftName{Reports, key} {
			e := attackstest.Exposure(t, r, theft)
			attackstest.Same(t, name+", "+string(theft), e.Opened, want)
			if e.Wrong != 0 || e.Noticed.Who != "" {
				t.Errorf("%s, %s: %+v", name, theft, e)
			}
		}
		if e := attackstest.Exposure(t, r, AuthorityList); e.Readable().N != 0 || e.Wrong != 0 || e.Operations == 0 {
			t.Errorf("%s: %+v", name, e)
		}
		for _, of := range twin.Exposures {
			e := attackstest.Exposure(t, r, of.Theft)
			opened := of.Opened
			if of.Theft == messenger.Quantum && name == Private {
				opened = want
			}
			attackstest.Same(t, name+", "+string(of.Theft), e.Opened, opened)
			if e.Forged != of.Forged || e.Noticed != of.Noticed {
				t.Errorf("%s, %s: %+v, of the twin %+v", name, of.Theft, e, of)
			}
		}
	}
}

// Thirty matches are more than anyone here sends, and nothing opens; at one match everything does.
func TestThresholdOfAnAccount(t *testing.T) {
	for threshold, opens := range map[int]bool{30: false, 1: true} {
		s, err := newPrivate(Private, HashesOf(Known), scanning.Dial{Threshold: threshold})
		check(t, err)
		e := attackstest.Exposure(t, attackstest.Run(t, s, 60, "Ana"), MatchingSecret)
		want := attackstest.That(attackstest.Talk(60), func(_ int, m attacks.Message) bool { return opens && known(m) })
		attackstest.Same(t, "matching secret", e.Opened, want)
	}
}

// A client without a scanner is not reported, and those of all others are.
func TestNoScanner(t *testing.T) {
	talk := attackstest.Talk(size)
	cheat := talk[slices.IndexFunc(talk, known)].From
	r := attackstest.Run(t, NewUnscanned(cheat), size, "Ana")
	if len(r.Exposures) != 1 || r.Exposures[0].Use != attacks.Evasion {
		t.Fatalf("%+v", r.Exposures)
	}
	want := attackstest.That(talk, func(_ int, m attacks.Message) bool { return known(m) && m.From != cheat })
	attackstest.Same(t, "no scanner", r.Exposures[0].Opened, want)
	if !slices.Contains(want, true) {
		t.Error("no one else is reported")
	}
}

func TestThiefHasBytes(t *testing.T) {
	for _, system := range systems {
		attackstest.ThiefHasBytes(t, func() attacks.System { return system() }, 12)
	}
}

// Loot that was damaged is an error, or opens no more.
func TestDamagedLoot(t *testing.T) {
	const n = 12
	for name, system := range systems {
		s := system()
		r := attackstest.Run(t, s, n, "Ana")
		for _, theft := range []attacks.TheftName{ReportKey, MatchingSecret, AuthorityList} {
			if r.Exposure(theft) == nil {
				continue
			}
			loot := attackstest.Records(t, r.Loot[theft])[0]
			for _, bad := range [][]byte{nil, loot[:len(loot)-1], append(bytes.Clone(loot), 0), bytes.Repeat([]byte{0xff}, 32)} {
				c, err := attackstest.Read(t, s, theft, attackstest.Tape(t, bad), r.Transcript.Tape)
				opened, wrong := c.Judge(attackstest.Talk(n))
				if wrong != 0 || slices.Contains(opened, true) || err == nil && theft != AuthorityList {
					t.Errorf("%s, %s with %d bytes: %v, %d wrong", name, theft, len(bad), err, wrong)
				}
			}
		}
	}
}

// All bytes of a run depend on the seed alone, and all but the authority's list do depend on it.
func TestSeededRunsAreEqual(t *testing.T) {
	for _, system := range []func() *System{NewOnDevice, func() *System { return NewPrivate(2) }} {
		tapes := func(seed byte) map[string][]byte {
			defer attackstest.Seed(t, [32]byte{seed})()
			return attackstest.Bytes(t, attackstest.Run(t, system(), 20, "Ana"))
		}
		one, two, other := tapes(1), tapes(1), tapes(2)
		for what := range one {
			if !bytes.Equal(one[what], two[what]) {
				t.Errorf("the same seed, another %s", what)
			}
			if bytes.Equal(one[what], other[what]) && len(one[what]) > 0 && !strings.Contains(what, string(AuthorityList)) {
				t.Errorf("another seed, the same %s", what)
			}
		}
	}
}

func TestSystemPrintsNoSecret(t *testing.T) {
	s := newPair()
	attackstest.Enrol(t, s)
	if leak := printed.Leak(s, s.design.(*private).Matcher.RecoveryKey()); leak != "" {
		t.Error(leak)
	}
	if leak := printed.Leak(s, []byte(s.authority.RecoveryKey()[20:])); leak != "" {
		t.Error(leak)
	}
}

// A thief's device takes a state with all that was on a device, and gives it back.
func TestDeviceState(t *testing.T) {
	s := newPair()
	attackstest.Enrol(t, s)
	state, err := s.Inspect("Ana")
	check(t, err)
	d := &device{Device: &scanning.Device{Device: noescrow.NewDevice()}, beside: make([]byte, 32+54)}
	check(t, d.UnmarshalBinary(state))
	if again, err := d.MarshalBinary(); err != nil || !bytes.Equal(again, state) {
		t.Errorf("%d bytes of %d, %v", len(again), len(state), err)
	}
	digest := scanning.DigestOf(s.design.shipped())
	if !bytes.HasPrefix(state, digest[:]) {
		t.Error("the list is not in the state")
	}
	for _, n := range []int{0, 31, 85, 100} {
		if d.UnmarshalBinary(state[:n]) == nil {
			t.Errorf("%d bytes are a state", n)
		}
	}
	owner, err := s.Person("Ana")
	check(t, err)
	if owner.UnmarshalBinary(state) == nil {
		t.Error("a device that scans takes a state without its list")
	}
}

// The pictures can be told from each other, and are found after the file is read.
func TestAlbum(t *testing.T) {
	all := HashesOf(Known, Leaflet, Boat, Receipt, Holiday)
	for i, h := range all {
		for j, o := range all[:i] {
			if d := h.Distance(o); d < 100 {
				t.Errorf("%v and %v differ in %d bits", Subject(i), Subject(j), d)
			}
		}
		small := SmallCopy(File(Subject(i)))
		m, err := pdq.Read(small)
		check(t, err)
		if m.Bounds() != image.Rect(0, 0, copySide, copySide) || len(small) > 3000 {
			t.Errorf("the copy of the %v has %d bytes, %v", Subject(i), len(small), m.Bounds())
		}
		if _, quality := pdq.Sum(Picture(Subject(i))); quality < 50 {
			t.Errorf("the %v has quality %d", Subject(i), quality)
		}
	}
	for _, bad := range [][]byte{nil, []byte("no picture"), File(Boat)[:100]} {
		if _, ok := HashPicture(bad); ok || SmallCopy(bad) != nil {
			t.Errorf("%d bytes are a picture", len(bad))
		}
	}
	if Album("") != nil {
		t.Error("an empty text has a picture")
	}
}

// The names of the subjects are all there.
func TestSubjects(t *testing.T) {
	seen := map[string]bool{}
	for s := range Subjects {
		seen[s.String()] = true
	}
	if len(seen) != int(Subjects) {
		t.Errorf("%d names", len(seen))
	}
	counts := map[Subject]int{}
	for _, m := range attackstest.Talk(attackstest.Size) {
		if s, ok := SubjectOf(m.Text); ok {
			counts[s]++
		}
	}
	for s := range Subjects {
		if counts[s] == 0 {
			t.Errorf("no one sends the %v", s)
		}
	}
	if strings.Count(Phrase, " ") < 5 {
		t.Error("the phrase is shorter than what tells it")
	}
}
