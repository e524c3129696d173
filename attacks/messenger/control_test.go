package messenger

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/internal/padme"
	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// What follows shows that no zero of the matrix is vacuous: each attack that opens nothing
// opens all it should once it is given what it lacks.

// A hoarder looks at every device after each step, and keeps the seed of every KEM prekey, and every
// X25519 key, before it is erased.
type hoarder struct {
	*Messenger
	seeds map[noescrow.Identity]map[uint32]pqxdh.KEMSeed
	keys  map[x25519.PrivateKey]bool
	then  map[x25519.PrivateKey]bool // keys at the moment of the quantum theft
}

func newHoarder() *hoarder {
	return &hoarder{Messenger: newTwin(), seeds: map[noescrow.Identity]map[uint32]pqxdh.KEMSeed{}, keys: map[x25519.PrivateKey]bool{}}
}

func (h *hoarder) Thefts(victim string) []attacks.Theft {
	thefts := h.Messenger.Thefts(victim)
	quantum := &thefts[slices.IndexFunc(thefts, func(t attacks.Theft) bool { return t.Name == Quantum })]
	steal := quantum.Steal
	quantum.Steal = func() (*attacks.Tape, error) {
		h.then = maps.Clone(h.keys)
		return steal()
	}
	return thefts
}

func (h *hoarder) Enrol(person string) error {
	return errors.Join(h.Messenger.Enrol(person), h.look(person))
}

// Send may have the recipient publish new prekeys.
func (h *hoarder) Send(m attacks.Message) ([]byte, error) {
	envelope, err := h.Messenger.Send(m)
	return envelope, errors.Join(err, h.look(m.From), h.look(m.To))
}

func (h *hoarder) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	from, text, err = h.Messenger.Receive(to, at, envelope)
	return from, text, errors.Join(err, h.look(to))
}

func (h *hoarder) look(person string) error {
	d, err := h.Person(person)
	if err != nil {
		return err
	}
	state, err := d.MarshalBinary()
	if err != nil {
		return err
	}
	device, err := parseDevice(state)
	if err != nil {
		return err
	}
	id := d.Identity()
	if h.seeds[id] == nil {
		h.seeds[id] = map[uint32]pqxdh.KEMSeed{}
	}
	maps.Copy(h.seeds[id], device.kem)
	for k := range device.x25519Keys() {
		h.keys[k] = true
	}
	return nil
}

func (h *hoarder) decapsulate(to noescrow.Identity, in *pqxdh.Initial) (ss pqxdh.KEMSecret) {
	seed := h.seeds[to][in.PostQuantumID]
	_, private := mlkem768.NewKeyFromSeed(seed[:])
	private.DecapsulateTo(ss[:], in.Ciphertext[:])
	return ss
}

// The hoard looks at few devices, and misses no key.
func TestHoardIsComplete(t *testing.T) {
	const n = 80
	h := newHoarder()
	r := attackstest.Run(t, h, n, "Ana")
	stolen := map[x25519.PrivateKey]bool{}
	for _, record := range attackstest.Records(t, r.Loot[Quantum]) {
		if len(record) != 64 {
			continue
		}
		k := x25519.PrivateKey(record[:32])
		if public := k.Public(); !bytes.Equal(public[:], record[32:]) {
			t.Error("a private key is with another's public key")
		}
		stolen[k] = true
	}
	if !maps.Equal(stolen, h.then) || len(stolen) < n/2 {
		t.Errorf("%d keys are stolen, expected the %d that there were", len(stolen), len(h.then))
	}
}

// What the hoard has in memory is what is on the devices, however long a conversation is.
func TestHoardIsOnTape(t *testing.T) {
	m := newTwin()
	quantum := m.Quantum()
	for _, name := range []string{"Ana", "Ben"} {
		if err := m.Enrol(name); err != nil {
			t.Fatal(err)
		}
	}
	inMemory := func() (n int) {
		for _, keys := range m.hoard.held {
			n += len(keys)
		}
		return n
	}
	var first, copied int
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i := range 200 {
		msg := attacks.Message{At: at, From: "Ana", To: "Ben", Text: "a turn"}
		if i%2 == 1 {
			msg.From, msg.To = msg.To, msg.From
		}
		envelope, err := m.Send(msg)
		if err == nil {
			err = quantum.Watch(msg.From, msg.To)
		}
		if err == nil {
			_, _, err = m.Receive(msg.To, at, envelope)
		}
		if err != nil {
			t.Fatal(err)
		}
		if i == 10 {
			first, copied = inMemory(), m.hoard.keys.Len()
		}
	}
	if now := inMemory(); now > first || m.hoard.keys.Len() < copied+180 {
		t.Errorf("%d keys in memory and %d on tape, expected at most %d and at least %d", now, m.hoard.keys.Len(), first, copied+180)
	}
	if err := m.Close(); err != nil || m.hoard.keys.Len() != 0 {
		t.Errorf("%d keys stay behind, %v", m.hoard.keys.Len(), err)
	}
}

// Of all keys in its loot, a quantum computer keeps in memory those that a handshake takes.
func TestQuantumKeepsPrekeys(t *testing.T) {
	const n = 80
	r := attackstest.Run(t, newTwin(), n, "Ana")
	q, err := parseQuantumLoot(wire(), r.Loot[Quantum])
	if err != nil {
		t.Fatal(err)
	}
	want, keys := len(q.people), 0
	for _, p := range q.people {
		want += len(p.curve)
	}
	for _, record := range attackstest.Records(t, r.Loot[Quantum]) {
		if len(record) == 64 {
			keys++
		}
	}
	if len(q.private) != want || keys < want+n/4 {
		t.Errorf("%d of %d keys in memory, expected %d", len(q.private), keys, want)
	}
}

// firstFlights are the messages of each pair that come before the first answer.
func firstFlights(messages []attacks.Message) []bool {
	first := map[[2]string]string{}
	answered := map[[2]string]bool{}
	return attackstest.That(messages, func(_ int, m attacks.Message) bool {
		pair := [2]string{min(m.From, m.To), max(m.From, m.To)}
		if first[pair] == "" {
			first[pair] = m.From
		}
		answered[pair] = answered[pair] || m.From != first[pair]
		return !answered[pair]
	})
}

func TestQuantumWithTheKEMSecretOpens(t *testing.T) {
	const n = 80
	h := newHoarder()
	r := attackstest.Run(t, h, n, "Ana")
	talk := attackstest.Talk(n)
	recover := func(loot *attacks.Tape, kem decapsulation) []bool {
		var c attackstest.Claims
		ops, err := recoverQuantum(t.Context(), wire(), loot, r.Transcript, kem, c.Found)
		opened, wrong := c.Judge(talk)
		if err != nil || wrong != 0 || ops == 0 {
			t.Errorf("%d wrong, %d operations, %v", wrong, ops, err)
		}
		return opened
	}
	stolen := r.Loot[Quantum]
	attackstest.Same(t, "the right secret", recover(stolen, h.decapsulate), firstFlights(talk))
	attackstest.Same(t, "zeros", recover(stolen, guessZeros), make([]bool, n))
	// And the KEM's half alone is as little: X25519 keys of somebody else.
	strangers := new(attacks.Tape)
	for _, record := range attackstest.Records(t, stolen) {
		if len(record) == 64 {
			k, _ := x25519.Generate()
			copy(record, k[:])
		}
		if err := strangers.Append(record); err != nil {
			t.Fatal(err)
		}
	}
	attackstest.Same(t, "no X25519", recover(strangers, h.decapsulate), make([]bool, n))
}

// Somebody whom more people write to than he has one-time prekeys publishes new ones. They are
// stolen with the others, and each handshake uses one up.
func TestManyCorrespondents(t *testing.T) {
	var messages []attacks.Message
	for i := range 3 * oneTimePrekeys {
		messages = append(messages, attacks.Message{From: fmt.Sprint("friend ", i), To: "Ana", Text: fmt.Sprint("hello ", i)})
	}
	h := newHoarder()
	r, err := attacks.Run(t.Context(), h, attacks.NewConversation(messages), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	used := map[uint32]bool{}
	for e := range r.Transcript.All() {
		p, _ := wire().split(e.Bytes)
		in := readInitial(p.Inner)
		if in.OneTimeID == 0 || used[in.OneTimeID] || used[in.PostQuantumID] {
			t.Errorf("message %d uses the prekeys %d and %d", e.Index, in.OneTimeID, in.PostQuantumID)
		}
		used[in.OneTimeID], used[in.PostQuantumID] = true, true
	}
	var c attackstest.Claims
	_, err = recoverQuantum(t.Context(), wire(), r.Loot[Quantum], r.Transcript, h.decapsulate, c.Found)
	if opened, wrong := c.Judge(messages); err != nil || wrong != 0 || attackstest.Count(opened) != len(messages) {
		t.Errorf("%d of %d open with the right secret, %d wrong, %v", attackstest.Count(opened), len(messages), wrong, err)
	}
	if n := attackstest.Exposure(t, r, Quantum).Readable().N; n != 0 {
		t.Errorf("%d open", n)
	}
}

func TestWiretapReadsWhatIsInClear(t *testing.T) {
	zero, err := chacha20poly1305.New(make([]byte, chacha20poly1305.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	tag := make([]byte, tagSize)
	clear := func(_ []byte, text string) []byte { return append(padme.Pad([]byte(text)), tag...) }
	zeroKey := func(nonce []byte, text string) []byte {
		return zero.Seal(nil, nonce, padme.Pad([]byte(text)), []byte("any"))
	}
	noise := func(_ []byte, text string) []byte {
		b := append(padme.Pad([]byte(text)), tag...)
		rand.Read(b)
		return b
	}
	// inner is a noescrow envelope around a sealed message, of either kind.
	inner := func(kind byte, size int, seal func([]byte, string) []byte, text string) []byte {
		e := make([]byte, size+headerSize)
		rand.Read(e)
		e[0], e[1] = noEscrowVersion(t), kind
		return append(e, seal(e[size:][:12], text)...)
	}
	l := Layout{Version: 7, Field: 20}
	wrapped := l.Wire(32, nil)
	field := bytes.Repeat([]byte{7}, l.Field)
	carried := Carried{Head: 3, Text: func(head, opened []byte) ([]byte, bool) {
		return bytes.CutPrefix(opened, head) // its texts are framed
	}}.Wire()
	ofLength := Carried{HeadOf: func(e []byte) (int, bool) { return int(e[0]), e[0] < 9 }, Text: func(head, opened []byte) ([]byte, bool) {
		return bytes.CutPrefix(opened, head)
	}}.Wire()
	head, four := []byte("abc"), []byte("\x04abc")
	const text = "in clear, as it were: 🌲"
	for name, seal := range map[string]func([]byte, string) []byte{"clear": clear, "zero key": zeroKey, "noise": noise} {
		want := 1
		if name == "noise" {
			want = 0
		}
		body := seal(make([]byte, 12), text)
		for _, c := range []struct {
			what     string
			wire     *Wire
			envelope []byte
		}{
			{"ordinary", wire(), inner(2, clearOrdinary, seal, text)},
			{"initial", wire(), inner(1, clearInitial, seal, text)},
			{"body", &wrapped, slices.Concat(l.Join(field, body), inner(2, clearOrdinary, noise, text))},
			{"carried", &carried, slices.Concat(head, inner(2, clearOrdinary, seal, string(head)+text))},
			{"carried, a length of its own", &ofLength, slices.Concat(four, inner(2, clearOrdinary, seal, string(four)+text))},
			{"inner", &wrapped, slices.Concat(l.Join(field, noise(nil, text)), inner(1, clearInitial, seal, text))},
		} {
			var found attackstest.Claims
			if _, err := recoverInClear(t.Context(), c.wire, attackstest.Transcript(t, time.Now(), c.envelope), found.Found); err != nil {
				t.Fatal(err)
			}
			if len(found.Texts) != want || want == 1 && found.Texts[0] != text {
				t.Errorf("%s in %s: read %v", name, c.what, found.Texts)
			}
		}
	}
}

// An envelope is one only if its head has a length, and not more bytes than there are.
func TestCarriedHeads(t *testing.T) {
	m := newTwin()
	attackstest.Enrol(t, m)
	inner, err := m.Send(attacks.Message{From: "Ana", To: "Ben"})
	if err != nil {
		t.Fatal(err)
	}
	w := Carried{HeadOf: func(e []byte) (int, bool) { return 1 + int(e[0]/2), e[0]%2 == 0 }}.Wire()
	for _, c := range []struct {
		head []byte
		ok   bool
	}{{[]byte{0}, true}, {[]byte{2, 7}, true}, {[]byte{1}, false}, {[]byte{2}, false}} {
		if _, ok := w.split(append(c.head, inner...)); ok != c.ok {
			t.Errorf("behind %x: %v", c.head, ok)
		}
	}
	if _, ok := w.split([]byte{100, 1, 2}); ok {
		t.Error("a head is longer than its envelope")
	}
}

// noEscrowVersion is the first byte of an envelope.
func noEscrowVersion(t *testing.T) byte {
	m := newTwin()
	attackstest.Enrol(t, m)
	envelope, err := m.Send(attacks.Message{From: "Ana", To: "Ben"})
	if err != nil {
		t.Fatal(err)
	}
	return envelope[0]
}

// The relay's database holds no secret of any device, and neither do the envelopes.
func TestRelayHoldsNoSecret(t *testing.T) {
	h := newHoarder()
	r := attackstest.Run(t, h, 40, "Ana")
	seen := bytes.Join(append(attackstest.Records(t, r.Loot[Relay]), attackstest.Records(t, r.Transcript.Tape)...), nil)
	secrets := 0
	for k := range h.keys {
		if secrets++; bytes.Contains(seen, k[:]) {
			t.Error("the relay holds an X25519 private key")
		}
	}
	for _, device := range h.seeds {
		for _, seed := range device {
			if secrets++; bytes.Contains(seen, seed[:32]) || bytes.Contains(seen, seed[32:]) {
				t.Error("the relay holds a KEM seed")
			}
		}
	}
	if want := len(attackstest.People) * (2 + 1 + 1 + 2*oneTimePrekeys); secrets < want-len(attackstest.People) {
		t.Errorf("looked for %d secrets, expected some %d", secrets, want)
	}
	if line := []byte("Ana to Ben: "); !bytes.Contains(seen, line) {
		t.Errorf("the relay's log has no line %q", line)
	}
	for _, p := range attackstest.People {
		if !bytes.Contains(seen, []byte(p)) {
			t.Errorf("the relay does not know %s", p)
		}
	}
}

// A replay is refused because the message has been opened already, not for anything else.
func TestReplayIsRefusedTheSecondTime(t *testing.T) {
	m := newTwin()
	attackstest.Enrol(t, m)
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	envelope, err := m.Send(attacks.Message{At: at, From: "Ana", To: "Ben", Text: "once"})
	if err != nil {
		t.Fatal(err)
	}
	recorded := attackstest.Transcript(t, at, envelope)
	f := attacks.Forgery{From: attackstest.Identity(t, m, "Ana"), To: attackstest.Identity(t, m, "Ben"), At: at}
	for i, want := range []bool{true, false, false} {
		replayed, err := attacks.Replay(recorded, f, wire().Addresses)
		if err != nil {
			t.Fatal(err)
		}
		if from, text, err := m.Receive("Ben", at, replayed); (err == nil) != want || want && (from != "Ana" || text != "once") {
			t.Errorf("time %d: %q from %s, %v", i, text, from, err)
		}
	}
}

// A history is matched with the transcript by its dates, in order, and by nothing else: the
// device that comes with it opens none of it.
func TestHistoryAlone(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 9, minute, 0, 0, time.UTC) }
	messages := []attacks.Message{
		{At: at(0), From: "Ana", To: "Ben", Text: "gone"},
		{At: at(1), From: "Ben", To: "Cas", Text: "others"},
		{At: at(1), From: "Ben", To: "Ana", Text: "one"},
		{At: at(1), From: "Ana", To: "Ben", Text: "two, in the same minute"},
		{At: at(1), From: "Cas", To: "Ben", Text: "others again"},
		{At: at(2), From: "Cas", To: "Ana", Text: "three"},
		{At: at(3), From: "Ana", To: "Cas", Text: "not kept"},
	}
	r, err := attacks.Run(t.Context(), newTwin(), attacks.NewConversation(messages), "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := attackstest.Records(t, r.Loot[Seizure])
	kept := attackstest.Tape(t, all[0], all[2], all[3], all[4]) // the state, then records
	var found attackstest.Claims
	if err := readHistory(t.Context(), wire(), kept, r.Transcript, found.Found); err != nil {
		t.Fatal(err)
	}
	want := map[int]string{2: "one", 3: "two, in the same minute", 5: "three"}
	if !maps.Equal(found.Texts, want) {
		t.Errorf("read %v", found.Texts)
	}
	var keys attackstest.Claims
	if _, err := recoverWithDevice(t.Context(), wire(), all[0], r.Transcript, keys.Found); err != nil || len(keys.Texts) != 0 {
		t.Errorf("the seized device opens %v, %v", keys.Texts, err)
	}
	if err := readHistory(t.Context(), wire(), attackstest.Tape(t, all[0], []byte("short")), r.Transcript, found.Found); err != errStolen {
		t.Errorf("a record without a date: %v", err)
	}
}

// reader is a device that a thief reads with: it seals nothing.
type reader struct {
	Device
	t *testing.T
}

func (r reader) Seal(noescrow.Identity, []byte, []byte) ([]byte, error) {
	r.t.Error("the thief makes an envelope with all that the scheme adds")
	return nil, errStolen
}

// A thief who reads makes no field for an authority, which takes as long as all the rest.
func TestDeviceThiefMakesNoField(t *testing.T) {
	const n = 60
	r := attackstest.Run(t, newTwin(), n, "Ana")
	state, err := r.Loot[attacks.DeviceKeys].First()
	if err != nil {
		t.Fatal(err)
	}
	w := wire()
	w.fresh = func() (Device, error) { return reader{noescrow.NewDevice(), t}, nil }
	var c attackstest.Claims
	_, err = recoverWithDevice(t.Context(), w, state, r.Transcript, c.Found)
	opened, wrong := c.Judge(attackstest.Talk(n))
	if err != nil || wrong != 0 {
		t.Errorf("%d wrong, %v", wrong, err)
	}
	attackstest.Same(t, "a copy", opened, attackstest.Copied(attackstest.Talk(n), "Ana", n/2))
}

// A mirrored session reads the victim's own chain, which is why the attack has it.
func TestMirrorReadsWhatTheVictimWrites(t *testing.T) {
	c := attacks.NewConversation([]attacks.Message{
		{From: "Ana", To: "Ben", Text: "hello"}, {From: "Ben", To: "Ana", Text: "yes?"}, {From: "Ana", To: "Ben", Text: "listen"},
		{From: "Ana", To: "Ben", Text: "this"}, {From: "Ana", To: "Ben", Text: "and this"}, {From: "Ben", To: "Ana", Text: "what?"},
		{From: "Ana", To: "Ben", Text: "healed"},
	})
	r, err := attacks.Run(t.Context(), newTwin(), c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	attackstest.Same(t, "a copy", attackstest.Exposure(t, r, attacks.DeviceKeys).Opened, []bool{false, false, false, true, true, true, false})
}
