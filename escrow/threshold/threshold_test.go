package threshold

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"doormat/escrow"
)

// Every choice of t agents opens the message, by their answers and by their shares, and no
// choice of t-1 does.
func TestEverySubset(t *testing.T) {
	for n := 1; n <= 6; n++ {
		for k := 1; k <= min(n, 4); k++ {
			t.Run(fmt.Sprintf("%d of %d", k, n), func(t *testing.T) { everySubset(t, k, n) })
		}
	}
}

func everySubset(t *testing.T, k, n int) {
	w := newWorld(t, k, n)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	answers := w.answers(t, w.request(t, warrant, e, monday))
	opened, shut := 0, 0
	for some := range subsets(answers, k) {
		from, to, got, err := w.Recover(warrant, e, monday, some...)
		if err != nil || string(got) != text || from != w.alice.Identity() || to != w.bob.Identity() {
			t.Errorf("%q, %v", got, err)
		}
		opened++
	}
	for some := range subsets(w.shares, k) {
		key, err := RecoverKey(some...)
		check(t, err)
		if _, _, got, err := key.Recover(e); err != nil || string(got) != text {
			t.Errorf("shares %v: %q, %v", some, got, err)
		}
		if !key.JointKey().y.IsEqual(w.Key().y) {
			t.Errorf("shares %v give another key", some)
		}
	}
	parsed, f := fieldOf(t, e)
	for some := range subsets(answers, k-1) {
		if _, _, _, err := w.Recover(warrant, e, monday, some...); err == nil {
			t.Errorf("%d answers are enough", k-1)
		}
		var list []*partial // without the count
		for _, b := range some {
			p, _ := parsePartial(b)
			list = append(list, p)
		}
		if got, err := parsed.Open(mask(f.c, combine(list))); err == nil {
			t.Errorf("%d answers give %q", k-1, got)
		}
		shut++
	}
	for some := range subsets(w.shares, k-1) {
		key, err := RecoverKey(some...)
		if k == 1 {
			if err == nil {
				t.Error("a key of no shares")
			}
			continue
		}
		check(t, err)
		if _, _, got, err := key.Recover(e); err == nil {
			t.Errorf("shares %v give %q", some, got)
		}
	}
	t.Logf("%d of %d: %d subsets open, %d do not", k, n, opened, shut)
}

func TestDealMisuse(t *testing.T) {
	for _, c := range [][2]int{{0, 1}, {-1, 3}, {1, 0}, {6, 5}, {1, 33}, {300, 300}} {
		_, _, err := Deal(c[0], c[1])
		if want := fmt.Sprintf("threshold: expected t of n agents, 1 ≤ t ≤ n ≤ 32, found %d of %d", c[0], c[1]); err == nil || err.Error() != want {
			t.Errorf("%v: %v, want %s", c, err, want)
		}
	}
	if a, shares, err := Deal(32, 32); err != nil || a.T() != 32 || a.N() != 32 || len(shares) != 32 {
		t.Errorf("32 of 32: %v", err)
	}
}

// An agent who is handed a bad share says whose it is.
func TestBadShareIsNamed(t *testing.T) {
	w := newWorld(t, 3, 5)
	other := newWorld(t, 3, 5)
	for i, s := range w.shares {
		check(t, w.CheckShare(s))
		bad := newShare(s.agent, s.value.Copy())
		bad.value.Add(bad.value, number(1))
		moved := newShare(uint8((i+1)%5+1), s.value)
		for name, c := range map[string]Share{"one more": bad, "somebody else's": moved, "of another dealing": other.shares[i]} {
			_, err := NewAgent(w.Agents, c, w.issuer.PublicKey(), w.log.Key())
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("the share of agent %d is not", c.agent)) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for _, s := range []Share{newShare(6, w.shares[0].value), newShare(255, w.shares[0].value), {}, newShare(0, w.shares[0].value)} {
		if err := w.CheckShare(s); err == nil {
			t.Errorf("%v is taken", s)
		}
	}
	if _, err := NewAgent(w.Agents, w.shares[0], w.issuer.PublicKey()[:31], w.log.Key()); err == nil {
		t.Error("an issuer's key of 31 bytes is taken")
	}
	if _, err := NewAgent(w.Agents, w.shares[0], w.issuer.PublicKey(), "somewhere+else"); err == nil {
		t.Error("a bad log key is taken")
	}
}

func TestRecoverKeyMisuse(t *testing.T) {
	_, shares, err := Deal(2, 3)
	check(t, err)
	for want, list := range map[string][]Share{
		"expected shares of different agents, found two of agent 2": {shares[1], shares[0], shares[1]},
		"found none":              nil,
		"found one that is empty": {shares[0], {}},
	} {
		if _, err := RecoverKey(list...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// A wrong answer does not open the message, and the error names its agent.
func TestBadPartialIsNamed(t *testing.T) {
	w := newWorld(t, 2, 3)
	warrant := w.warrant(t, w.bob.Identity())
	e := seal(t, w.alice, w.bob, text, monday)
	e2 := seal(t, w.alice, w.bob, "another", monday)
	answers := w.answers(t, w.request(t, warrant, e, monday))
	later := w.answers(t, w.request(t, warrant, e2, monday))
	other := w.sign(t, Warrant{Everyone: true, From: monday, Until: monday.AddDate(0, 0, 1)})
	elsewhere := w.answers(t, w.request(t, other, e, monday))

	relabelled := slices.Concat(elsewhere[1][:3], answers[1][3:35], elsewhere[1][35:])
	random, _ := parsePartial(answers[1])
	random.d = g.RandomElement(nil)
	swapped := bytes.Clone(answers[1])
	swapped[2] = 3
	stranger := bytes.Clone(answers[1])
	stranger[2] = 4
	for _, c := range []struct {
		name, want string
		partials   [][]byte
	}{
		{"another element", "of agent 2 is wrong", [][]byte{answers[0], random.bytes()}},
		{"of another message", "of agent 2 is wrong", [][]byte{answers[0], later[1]}},
		{"said to be of another agent", "of agent 3 is wrong", [][]byte{answers[0], swapped}},
		{"of nobody", "of an agent from 1 to 3, found one of agent 4", [][]byte{answers[0], stranger}},
		{"for another warrant", "of agent 2 is for another warrant", [][]byte{answers[0], elsewhere[1]}},
		{"relabelled", "of agent 2 is wrong", [][]byte{answers[0], relabelled}},
		{"twice", "of different agents, found two of agent 1", [][]byte{answers[0], answers[0]}},
		{"one", "expected 2 partial decryptions, found 1", answers[:1]},
		{"a third that is bad", "of agent 2 is wrong", [][]byte{answers[0], answers[2], random.bytes()}},
		{"no answer", "expected a partial decryption", [][]byte{answers[0], nil}},
	} {
		_, _, got, err := w.Recover(warrant, e, monday, c.partials...)
		if err == nil || got != nil || !strings.HasPrefix(err.Error(), "threshold: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	m := message(t, e, monday)
	for name, bad := range spoilt(answers[0]) {
		if err := w.CheckPartial(warrant, m, bad); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	check(t, w.CheckPartial(warrant, m, answers[0]))
}

// An investigator has a warrant for Mallory, a friend, and wants to read what Alice writes to Bob. The
// investigator puts Alice's field into a message of Mallory's. Agents who did not check the field's
// proof would give away Alice's key.
func TestFieldMoved(t *testing.T) {
	w := newWorld(t, 2, 3)
	mallory := enrol(t, w.Key())
	start(t, mallory, w.bob)
	hers := seal(t, w.alice, w.bob, text, monday)
	his := seal(t, mallory, w.bob, "bait", monday)
	moved := slices.Concat([]byte{version}, hers[1:][:fieldSize], his[1+fieldSize:])
	warrant := w.warrant(t, mallory.Identity())

	// Without the check the moved field is answered, and her message opens.
	_, f := fieldOf(t, moved)
	var list []*partial
	for i, s := range w.shares[:2] {
		list = append(list, newPartial(s, w.keys[i], hashWarrant(warrant), f))
	}
	parsed, _ := fieldOf(t, hers)
	if got, err := parsed.Open(mask(f.c, combine(list))); err != nil || string(got) != text {
		t.Fatalf("the attack does not work without the check: %q, %v", got, err)
	}

	r := w.request(t, warrant, moved, monday)
	for _, a := range w.agents {
		if _, err := a.Partial(r); err == nil || !strings.Contains(err.Error(), "was not made for these names") {
			t.Errorf("%v answers: %v", a, err)
		}
	}
	w.answers(t, w.request(t, warrant, his, monday))

	// Every bit of the field is under the proof.
	for name, bad := range spoilt(his[1:][:fieldSize]) {
		if len(bad) != fieldSize {
			continue
		}
		e := slices.Concat([]byte{version}, bad, his[1+fieldSize:])
		if _, err := w.agents[0].Partial(w.request(t, warrant, e, monday)); err == nil {
			t.Errorf("%s of the field: answered", name)
		}
	}
}

// What an agent is asked with must be right in every part.
func TestAgentRefuses(t *testing.T) {
	w := newWorld(t, 2, 3)
	bob := w.bob.Identity()
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, bob)
	ask := func(change func(r *Request)) error {
		r := w.request(t, warrant, e, monday)
		change(&r)
		p, err := w.agents[0].Partial(r)
		if (p == nil) != (err != nil) {
			t.Errorf("%x beside %v", p, err)
		}
		return err
	}
	check(t, ask(func(*Request) {}))

	carol := enrol(t, w.Key())
	of := func(warrant Warrant) func(*Request) {
		return func(r *Request) { *r = w.request(t, w.sign(t, warrant), e, monday) }
	}
	foreign, err := NewIssuer().Sign(Warrant{Target: bob, From: monday, Until: monday.AddDate(0, 0, 1)})
	check(t, err)
	day := monday.AddDate(0, 0, 1)
	for _, c := range []struct {
		name, want string
		change     func(r *Request)
	}{
		{"a warrant for somebody else", "expected a message from or to", of(Warrant{Target: carol.Identity(), From: monday, Until: day})},
		{"a warrant that begins later", "expected a message from 2026-03-02 08:00:00 until", of(Warrant{Target: bob, From: monday.Add(1e6), Until: day})},
		{"a warrant that has ended", "until before 2026-03-02 08:00:00, found one of 2026-03-02 08:00:00", of(Warrant{Target: bob, From: monday.AddDate(0, 0, -1), Until: monday})},
		{"another issuer", "expected a warrant of issuer", func(r *Request) { r.Warrant = foreign }},
		{"no warrant", "expected a warrant of 155 bytes, found 0", func(r *Request) { r.Warrant = nil }},
		{"another date", "was not made for these names, this body and this date", func(r *Request) { r.Message.At = r.Message.At.Add(1e6) }},
		{"another sender", "was not made for these names", func(r *Request) { r.Message.From = carol.Identity() }},
		{"another body", "was not made for these names, this body", func(r *Request) { r.Message.Body[31] ^= 1 }},
		{"another message", "is not in the log", func(r *Request) { r.Message = message(t, seal(t, w.alice, w.bob, text, monday), monday) }},
		{"no message", "expected a message from or to", func(r *Request) { r.Message = Message{} }},
		{"no field", "the field is not well formed", func(r *Request) { r.Message.Field = nil }},
		{"a truncated field", "the field is not well formed", func(r *Request) { r.Message.Field = r.Message.Field[:100] }},
		{"a field that is none", "the field is not well formed", func(r *Request) {
			r.Message.Field = bytes.Clone(r.Message.Field)
			clear(r.Message.Field[32:64])
		}},
		{"another index", "is not in the log", func(r *Request) { r.Index = 0 }},
		{"an index before the log", "expected an entry from 0", func(r *Request) { r.Index = -1 }},
		{"an index behind the log", "expected an entry from 0", func(r *Request) { r.Index = 1 << 50 }},
		{"no proof", "is not in the log", func(r *Request) { r.Proof = nil }},
		{"half a hash", "hashes of 32 bytes", func(r *Request) { r.Proof = r.Proof[:16] }},
	} {
		if err := ask(c.change); err == nil || !strings.HasPrefix(err.Error(), "threshold: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	check(t, ask(func(*Request) {}))

	// The limits of the dates, and everyone.
	for _, c := range []Warrant{
		{Target: bob, From: monday, Until: monday.Add(1e6)},
		{Target: w.alice.Identity(), From: monday, Until: day},
		{Everyone: true, From: monday, Until: day},
	} {
		if err := ask(of(c)); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
	// An agent who has seen no head answers nothing.
	fresh, err := NewAgent(w.Agents, w.shares[0], w.issuer.PublicKey(), w.log.Key())
	check(t, err)
	if _, err := fresh.Partial(w.request(t, warrant, e, monday)); err == nil || !strings.Contains(err.Error(), "has not seen a head") {
		t.Errorf("without a head: %v", err)
	}
}

// What the agents answer for is what the log names. An investigator logs a decoy, the real message's
// field before another body, and wants the answers for it. Agents who did not see that the field is
// bound to its body would give them, and the log would name a message that does not exist.
func TestDecoyIsRefused(t *testing.T) {
	w := newWorld(t, 3, 5)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	parsed, f := fieldOf(t, e)
	at := 1 + fieldSize + 3
	decoy := bytes.Clone(e)
	decoy[at] ^= 1 // in the body
	r := w.request(t, warrant, decoy, monday)

	// Without the check the real message opens.
	var list []*partial
	for i, s := range w.shares[:3] {
		list = append(list, newPartial(s, w.keys[i], hashWarrant(warrant), f))
	}
	if got, err := parsed.Open(mask(f.c, combine(list))); err != nil || string(got) != text {
		t.Fatalf("the attack does not work without the check: %q, %v", got, err)
	}

	for _, a := range w.agents {
		if _, err := a.Partial(r); err == nil || !strings.Contains(err.Error(), "was not made for these names, this body") {
			t.Errorf("%v answers: %v", a, err)
		}
	}
	// The log's entry is that of the message that opens, and can be made again from its envelope.
	real := w.request(t, warrant, e, monday)
	if _, _, got, err := w.Recover(warrant, e, monday, w.answers(t, real)...); err != nil || string(got) != text {
		t.Errorf("the real message: %q, %v", got, err)
	}
	entry, err := w.log.Entry(real.Index)
	check(t, err)
	if use, err := NewUse(warrant, message(t, e, monday)); err != nil || !bytes.Equal(entry, use) {
		t.Errorf("the log has %x, want %x, %v", entry, use, err)
	}
}

// An envelope that was altered on the way does not open, and no one is blamed for its field. What of
// it is the ratchet's, behind the names, is not the agents' to check.
func TestAlteredIsNotBlamed(t *testing.T) {
	w := newWorld(t, 2, 3)
	e := seal(t, w.alice, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	answers := w.answers(t, w.request(t, warrant, e, monday))
	parsed, err := parseEnvelope(e)
	check(t, err)
	from, to := w.alice.Identity(), w.bob.Identity()
	names := bytes.Index(e, slices.Concat(from[:], to[:])) + 64
	unchecked := 0
	for name, bad := range spoilt(e) {
		_, _, got, err := w.Recover(warrant, bad, monday, answers...)
		if len(bad) > names && bytes.Equal(bad[:names], e[:names]) {
			unchecked++
			if err == nil && string(got) != text || errors.Is(err, ErrField) {
				t.Errorf("%s: %q, %v", name, got, err)
			}
			continue
		}
		if err == nil || got != nil || errors.Is(err, ErrField) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		m := describe(parsed, monday)
		if m2, err := Describe(bad, monday); err == nil && bytes.Equal(m2.label(), m.label()) && bytes.Equal(m2.Field, m.Field) {
			t.Errorf("%s: described as the message", name)
		}
	}
	if unchecked == 0 {
		t.Error("no case has touched the ratchet's part alone")
	}
	if _, _, got, err := w.Recover(warrant, e, monday.Add(1e6), answers...); err == nil || errors.Is(err, ErrField) {
		t.Errorf("of another date: %q, %v", got, err)
	}
	if _, _, got, err := w.Recover(warrant, e, monday, answers...); err != nil || string(got) != text {
		t.Errorf("after it all: %q, %v", got, err)
	}
}

// A sender who puts something else into the field, with a good proof, is found out by a recipient who
// checks, and by the agents in any case.
func TestRogueSender(t *testing.T) {
	w := newWorld(t, 2, 3)
	e := seal(t, w.alice, w.bob, text, monday)
	if from, got, err := w.bob.OpenChecked(e, Date(monday)); err != nil || string(got) != text || from != w.alice.Identity() {
		t.Fatalf("an honest message: %q, %v", got, err)
	}
	rogue := enrol(t, wrongKey{w.Key()})
	start(t, rogue, w.bob)
	e = seal(t, rogue, w.bob, text, monday)
	warrant := w.warrant(t, w.bob.Identity())
	answers := w.answers(t, w.request(t, warrant, e, monday))
	if _, _, got, err := w.Recover(warrant, e, monday, answers...); !errors.Is(err, ErrField) {
		t.Errorf("Recover: %q, %v", got, err)
	}
	if _, got, err := w.bob.OpenChecked(e, Date(monday)); !errors.Is(err, escrow.ErrField) || string(got) != text {
		t.Errorf("OpenChecked: %q, %v", got, err)
	}
}

// A relay that puts a bad field and a body of its own in place of Alice's gets ErrField for a message in
// her name. Agents cannot tell, so ErrField accuses no one; Bob's device refuses the message.
func TestFieldOfTheRelay(t *testing.T) {
	w := newWorld(t, 2, 3)
	e := seal(t, w.alice, w.bob, text, monday)
	parsed, err := parseEnvelope(e)
	check(t, err)
	n := 1 + fieldSize
	forged := bytes.Clone(e)
	forged[n+3] ^= 1 // a body that no key of the relay's opens
	m := message(t, forged, monday)
	copy(forged[1:n], w.Key().Wrap([32]byte{}, [64]byte{1}, m.label()))
	warrant := w.warrant(t, w.bob.Identity())
	answers := w.answers(t, w.request(t, warrant, forged, monday))
	if from, _, _, err := w.Recover(warrant, forged, monday, answers...); !errors.Is(err, ErrField) || from != (escrow.Identity{}) {
		t.Errorf("Recover: from %v, %v", from, err)
	}
	if parsed.From != w.alice.Identity() {
		t.Errorf("the message is in the name of %v", parsed.From)
	}
	if _, _, err := w.bob.Open(forged, Date(monday)); !errors.Is(err, escrow.ErrOpen) {
		t.Errorf("the recipient: %v", err)
	}
}

// What agents rebuild is the label that devices bind the field to.
func TestLabelIsEscrows(t *testing.T) {
	w := newWorld(t, 1, 1)
	e := seal(t, w.alice, w.bob, text, monday)
	parsed, err := parseEnvelope(e)
	check(t, err)
	m := message(t, e, monday)
	if want := parsed.Label(Date(monday)); !bytes.Equal(m.label(), want) || len(want) != 104 {
		t.Errorf("the label is %x, want %x", m.label(), want)
	}
	if _, err := Describe(append([]byte{0xe1}, e[1:]...), monday); err == nil || !strings.Contains(err.Error(), "expected an envelope of this scheme") {
		t.Errorf("an envelope of escrow: %v", err)
	}
}

// wrongKey wraps zeros.
type wrongKey struct{ JointKey }

func (k wrongKey) Wrap(_ [32]byte, randomness [64]byte, label []byte) []byte {
	return k.JointKey.Wrap([32]byte{}, randomness, label)
}

// A device's state holds the joint key, and is read by a device of this scheme only.
func TestDeviceState(t *testing.T) {
	w := newWorld(t, 2, 3)
	state, err := w.alice.MarshalBinary()
	check(t, err)
	if !bytes.Equal(state[:34], slices.Concat([]byte{0xe2, 5}, w.Key().Bytes())) {
		t.Errorf("the state begins with %x", state[:34])
	}
	other, _, err := Deal(1, 1)
	check(t, err)
	loaded := enrol(t, other.Key())
	check(t, loaded.UnmarshalBinary(state))
	e := seal(t, loaded, w.bob, text, monday)
	key, err := RecoverKey(w.shares...)
	check(t, err)
	if _, _, got, err := key.Recover(e); err != nil || string(got) != text {
		t.Errorf("from the loaded device: %q, %v", got, err)
	}
	if new(escrow.Device).UnmarshalBinary(state) == nil {
		t.Error("a device of escrow reads it")
	}
	theirs, err := escrow.NewDevice(escrow.NewAuthority().Recipient())
	check(t, err)
	if theirs.UnmarshalBinary(state) == nil {
		t.Error("an enrolled device of escrow reads it")
	}
	state, err = theirs.MarshalBinary()
	check(t, err)
	if loaded.UnmarshalBinary(state) == nil {
		t.Error("it reads a device of escrow")
	}
	if err := w.alice.SealFile(io.Discard, strings.NewReader(""), w.bob.Recipient()); err == nil || !strings.Contains(err.Error(), "expected an authority that opens files") {
		t.Errorf("a file is sealed past the agents: %v", err)
	}
}
