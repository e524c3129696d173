package attacks

import (
	"bytes"
	"crypto/rand"
	"crypto/sha3"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/escrow"
	"doormat/internal/agekey"
	"doormat/internal/padme"
	"doormat/internal/pqxdh"
	"doormat/internal/x25519"
	"doormat/noescrow"
)

// What follows shows that no zero of the matrix is vacuous: each attack that opens nothing
// opens all it should once it is given what it lacks.

// A hoarder keeps the seed of every KEM prekey, before it is used and erased.
type hoarder struct {
	System
	wire  *wire
	seeds map[noescrow.Identity]map[uint32]pqxdh.KEMSeed
}

func (h *hoarder) Enrol(person string) error {
	if err := h.System.Enrol(person); err != nil {
		return err
	}
	return h.hoard(person)
}

// Send may have the recipient publish new prekeys.
func (h *hoarder) Send(m Message) ([]byte, error) {
	envelope, err := h.System.Send(m)
	return envelope, errors.Join(err, h.hoard(m.To))
}

func (h *hoarder) hoard(person string) error {
	state, err := h.Inspect(person)
	if err != nil {
		return err
	}
	device, err := parseDevice(state[h.wire.offset:])
	if err != nil {
		return err
	}
	id := noescrow.Identity(device.identity.Public())
	if h.seeds[id] == nil {
		h.seeds[id] = map[uint32]pqxdh.KEMSeed{}
	}
	maps.Copy(h.seeds[id], device.kem)
	return nil
}

func (h *hoarder) decapsulate(to noescrow.Identity, in *pqxdh.Initial) (ss pqxdh.KEMSecret) {
	seed := h.seeds[to][in.PostQuantumID]
	_, private := mlkem768.NewKeyFromSeed(seed[:])
	private.DecapsulateTo(ss[:], in.Ciphertext[:])
	return ss
}

// firstFlights are the messages of each pair that come before the first answer.
func firstFlights(messages []Message) []bool {
	first := map[[2]string]string{}
	answered := map[[2]string]bool{}
	return that(messages, func(_ int, m Message) bool {
		pair := [2]string{min(m.From, m.To), max(m.From, m.To)}
		if first[pair] == "" {
			first[pair] = m.From
		}
		answered[pair] = answered[pair] || m.From != first[pair]
		return !answered[pair]
	})
}

func TestQuantumWithTheKEMSecretOpens(t *testing.T) {
	const n = 120
	for s, w := range twins() {
		h := &hoarder{s, w, map[noescrow.Identity]map[uint32]pqxdh.KEMSeed{}}
		r := send(t, h, n, "Ana")
		recover := func(loot *Tape, kem decapsulation) []bool {
			var c claims
			ops, err := recoverQuantum(t.Context(), w, loot, r.Transcript, kem, c.found)
			opened, wrong := c.judge(talk(n))
			if err != nil || wrong != 0 || ops == 0 {
				t.Errorf("%s: %d wrong, %d operations, %v", s.Name(), wrong, ops, err)
			}
			return opened
		}
		stolen := r.Loot["quantum"]
		same(t, s.Name()+", the right secret", recover(stolen, h.decapsulate), firstFlights(talk(n)))
		same(t, s.Name()+", zeros", recover(stolen, guessZeros), that(talk(n), none))
		// And the KEM's half alone is as little: X25519 keys of somebody else.
		strangers := new(Tape)
		for _, record := range records(t, stolen) {
			if len(record) == 64 {
				k, _ := x25519.Generate()
				copy(record, k[:])
			}
			if err := strangers.Append(record); err != nil {
				t.Fatal(err)
			}
		}
		same(t, s.Name()+", no X25519", recover(strangers, h.decapsulate), that(talk(n), none))
	}
}

// Somebody whom more people write to than he has one-time prekeys publishes new ones. They are
// stolen with the others, and each handshake uses one up.
func TestManyCorrespondents(t *testing.T) {
	var messages []Message
	for i := range 3 * oneTimePrekeys {
		messages = append(messages, Message{From: fmt.Sprint("friend ", i), To: "Ana", Text: fmt.Sprint("hello ", i)})
	}
	for s, w := range twins() {
		h := &hoarder{s, w, map[noescrow.Identity]map[uint32]pqxdh.KEMSeed{}}
		r, err := Run(t.Context(), h, NewConversation(messages), "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		used := map[uint32]bool{}
		for e := range r.Transcript.All() {
			p, _ := w.split(e.Bytes)
			in := readInitial(p.inner)
			if in.OneTimeID == 0 || used[in.OneTimeID] || used[in.PostQuantumID] {
				t.Errorf("%s: message %d uses the prekeys %d and %d", s.Name(), e.Index, in.OneTimeID, in.PostQuantumID)
			}
			used[in.OneTimeID], used[in.PostQuantumID] = true, true
		}
		var c claims
		_, err = recoverQuantum(t.Context(), w, r.Loot["quantum"], r.Transcript, h.decapsulate, c.found)
		if opened, wrong := c.judge(messages); err != nil || wrong != 0 || count(opened) != len(messages) {
			t.Errorf("%s: %d of %d open with the right secret, %d wrong, %v", s.Name(), count(opened), len(messages), wrong, err)
		}
		if n := exposure(t, r, "quantum").Readable().N; n != 0 {
			t.Errorf("%s: %d open", s.Name(), n)
		}
	}
}

// authorityKEM is the ML-KEM half of an authority's key.
func authorityKEM(t *testing.T, recoveryKey []byte) *mlkem768.PrivateKey {
	identity, err := age.ParseHybridIdentity(string(recoveryKey))
	if err != nil {
		t.Fatal(err)
	}
	seed := agekey.Seed(identity)
	_, private := mlkem768.NewKeyFromSeed(sha3.SumSHAKE256(seed[:], 96)[:64])
	return private
}

func TestFieldNeedsBothHalves(t *testing.T) {
	const n = 60
	r := send(t, NewEscrow(), n, "Ana")
	line, err := r.Loot["escrow key"].First()
	if err != nil {
		t.Fatal(err)
	}
	private := authorityKEM(t, line)
	right := func(ciphertext []byte) (ssM [32]byte) {
		private.DecapsulateTo(ssM[:], ciphertext)
		return ssM
	}
	stranger, public := x25519.Generate()
	other := tapeOf(t, append(stranger[:], public[:]...))
	for _, c := range []struct {
		what string
		loot *Tape
		kem  fieldDecapsulation
		want int
	}{
		{"both halves", r.Loot["quantum"], right, n},
		{"X25519 alone", r.Loot["quantum"], guessZerosField, 0},
		{"ML-KEM alone", other, right, 0},
	} {
		var found claims
		ops, err := recoverField(t.Context(), c.loot, r.Transcript, c.kem, found.found)
		opened, wrong := found.judge(talk(n))
		if err != nil || ops != n || wrong != 0 || count(opened) != c.want {
			t.Errorf("%s: %d open, want %d; %d wrong, %d operations, %v", c.what, count(opened), c.want, wrong, ops, err)
		}
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
		e[0], e[1] = 1, kind
		return append(e, seal(e[size:][:12], text)...)
	}
	const text = "in clear, as it were: 🌲"
	for name, seal := range map[string]func([]byte, string) []byte{"clear": clear, "zero key": zeroKey, "noise": noise} {
		want := 1
		if name == "noise" {
			want = 0
		}
		body := seal(make([]byte, 12), text)
		field := bytes.Repeat([]byte{7}, escrowField)
		for _, c := range []struct {
			what     string
			wire     *wire
			envelope []byte
		}{
			{"ordinary", &noEscrowWire, inner(2, clearOrdinary, seal, text)},
			{"initial", &noEscrowWire, inner(1, clearInitial, seal, text)},
			{"body", &escrowWire, append(escrowHead(field, body), inner(2, clearOrdinary, noise, text)...)},
			{"inner", &escrowWire, append(escrowHead(field, noise(nil, text)), inner(1, clearInitial, seal, text)...)},
		} {
			tr := &Transcript{Tape: new(Tape)}
			if err := tr.append(time.Now(), c.envelope); err != nil {
				t.Fatal(err)
			}
			var found claims
			if _, err := recoverInClear(t.Context(), c.wire, tr, found.found); err != nil {
				t.Fatal(err)
			}
			if len(found.texts) != want || want == 1 && found.texts[0] != text {
				t.Errorf("%s in %s: read %v", name, c.what, found.texts)
			}
		}
	}
}

// The relay's database holds no secret of any device, and neither do the envelopes.
func TestRelayHoldsNoSecret(t *testing.T) {
	for s, w := range twins() {
		h := &hoarder{s, w, map[noescrow.Identity]map[uint32]pqxdh.KEMSeed{}}
		r := send(t, h, 40, "Ana")
		seen := bytes.Join(append(records(t, r.Loot["provider"]), records(t, r.Transcript.Tape)...), nil)
		secrets := 0
		for _, record := range records(t, r.Loot["quantum"]) {
			if len(record) != 64 {
				continue
			}
			if secrets++; bytes.Contains(seen, record[:32]) {
				t.Errorf("%s: the relay holds an X25519 private key", s.Name())
			}
		}
		for _, device := range h.seeds {
			for _, seed := range device {
				if secrets++; bytes.Contains(seen, seed[:32]) || bytes.Contains(seen, seed[32:]) {
					t.Errorf("%s: the relay holds a KEM seed", s.Name())
				}
			}
		}
		if want := len(people) * (2 + 1 + 1 + 2*oneTimePrekeys); secrets < want-len(people) {
			t.Errorf("%s: looked for %d secrets, expected some %d", s.Name(), secrets, want)
		}
		if line := []byte("Ana to Ben: "); !bytes.Contains(seen, line) {
			t.Errorf("%s: the relay's log has no line %q", s.Name(), line)
		}
		for _, p := range people {
			if !bytes.Contains(seen, []byte(p)) {
				t.Errorf("%s: the relay does not know %s", s.Name(), p)
			}
		}
	}
}

// underWay sends a message that has not been delivered yet, and records it.
func underWay(t *testing.T, s System, text string) (at time.Time, recorded *Transcript) {
	t.Helper()
	at = time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	envelope, err := s.Send(Message{at, "Ana", "Ben", text})
	if err != nil {
		t.Fatal(err)
	}
	recorded = &Transcript{Tape: new(Tape)}
	if err := recorded.append(at, envelope); err != nil {
		t.Fatal(err)
	}
	return at, recorded
}

// A replay is refused because the message has been opened already, not for anything else.
func TestReplayIsRefusedTheSecondTime(t *testing.T) {
	for s, w := range twins() {
		enrolled(t, s)
		a, b := identity(t, s, "Ana"), identity(t, s, "Ben")
		at, recorded := underWay(t, s, "once")
		for i, want := range []bool{true, false, false} {
			envelope, err := forgeByReplay(w, recorded, Forgery{From: a[:], To: b[:], At: at})
			if err != nil {
				t.Fatal(err)
			}
			if from, text, err := s.Receive("Ben", at, envelope); (err == nil) != want || want && (from != "Ana" || text != "once") {
				t.Errorf("%s, time %d: %q from %s, %v", s.Name(), i, text, from, err)
			}
		}
	}
}

// The authority's key reads a message under way, and cannot put another text in its place,
// though all that is under its own key is in order.
func TestEscrowKeyDoesNotWrite(t *testing.T) {
	s := NewEscrow().(*escrowSystem)
	enrolled(t, s)
	a, b := identity(t, s, "Ana"), identity(t, s, "Ben")
	at, recorded := underWay(t, s, "what she wrote")
	line := []byte(s.authority.RecoveryKey())
	genuine, err := forgeByReplay(&escrowWire, recorded, Forgery{From: a[:], To: b[:]})
	if err != nil {
		t.Fatal(err)
	}
	forged, err := forgeWithEscrowKey(tapeOf(t, line), recorded, Forgery{From: a[:], To: b[:], At: at, Text: "what she did not", Held: genuine})
	if err != nil {
		t.Fatal(err)
	}
	authority, err := escrow.ParseAuthority(string(line))
	if err != nil {
		t.Fatal(err)
	}
	if from, to, text, err := authority.Recover(forged); err != nil || from != a || to != b || string(text) != "what she did not" {
		t.Errorf("the forgery is not well made: %q, %v", text, err)
	}
	if _, text, err := s.Receive("Ben", at, forged); err == nil {
		t.Errorf("the forgery arrived: %q", text)
	}
	if _, text, err := s.Receive("Ben", at, genuine); err != nil || text != "what she wrote" {
		t.Errorf("the message did not: %q, %v", text, err)
	}
}

// A history is matched with the transcript by its dates, in order, and by nothing else: the
// device that comes with it opens none of it.
func TestHistoryAlone(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 9, minute, 0, 0, time.UTC) }
	messages := []Message{
		{at(0), "Ana", "Ben", "gone"},
		{at(1), "Ben", "Cas", "others"},
		{at(1), "Ben", "Ana", "one"},
		{at(1), "Ana", "Ben", "two, in the same minute"},
		{at(1), "Cas", "Ben", "others again"},
		{at(2), "Cas", "Ana", "three"},
		{at(3), "Ana", "Cas", "not kept"},
	}
	for s, w := range twins() {
		r, err := Run(t.Context(), s, NewConversation(messages), "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		all := records(t, r.Loot["device seizure"])
		kept := tapeOf(t, all[0], all[2], all[3], all[4]) // the state, then records
		var found claims
		if err := readHistory(t.Context(), w, kept, r.Transcript, found.found); err != nil {
			t.Fatal(err)
		}
		want := map[int]string{2: "one", 3: "two, in the same minute", 5: "three"}
		if !maps.Equal(found.texts, want) {
			t.Errorf("%s: read %v", s.Name(), found.texts)
		}
		var keys claims
		if _, err := recoverWithDevice(t.Context(), w, all[0], r.Transcript, keys.found); err != nil || len(keys.texts) != 0 {
			t.Errorf("%s: the seized device opens %v, %v", s.Name(), keys.texts, err)
		}
	}
}

// A mirrored session reads the victim's own chain, which is why the attack has it.
func TestMirrorReadsWhatTheVictimWrites(t *testing.T) {
	messages := []Message{
		{From: "Ana", To: "Ben", Text: "hello"}, {From: "Ben", To: "Ana", Text: "yes?"}, {From: "Ana", To: "Ben", Text: "listen"},
		{From: "Ana", To: "Ben", Text: "this"}, {From: "Ana", To: "Ben", Text: "and this"}, {From: "Ben", To: "Ana", Text: "what?"},
		{From: "Ana", To: "Ben", Text: "healed"},
	}
	c := NewConversation(slices.Clone(messages))
	for s := range twins() {
		r, err := Run(t.Context(), s, c, "Ana", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		same(t, s.Name(), exposure(t, r, "device keys").Opened, []bool{false, false, false, true, true, true, false})
	}
}
