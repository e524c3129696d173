package dualec

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/messenger"
	"doormat/escrow/dualec"
	"doormat/internal/padme"
	"doormat/internal/testing/printed"
	"doormat/noescrow"
)

// systems returns both systems at the small size; with -short the first.
func systems() []attacks.System {
	if testing.Short() {
		return []attacks.System{New(8)}
	}
	return []attacks.System{New(8), NewJuniper(8)}
}

// size returns how many messages the thefts are measured on. The race detector makes a search ten
// times as long.
func size() int {
	switch {
	case testing.Short():
		return 30
	case *attackstest.Long:
		return attackstest.Size
	}
	return 60
}

// victims are one who writes and one who does not.
func victims() []string {
	if testing.Short() {
		return []string{"Ana"}
	}
	return []string{"Ana", "Zoë"}
}

// Each cell, message by message.
func TestThefts(t *testing.T) {
	n := size()
	messages := attackstest.Talk(n)
	before := func(i int, _ attacks.Message) bool { return i < n/2 }
	after := func(i int, _ attacks.Message) bool { return i >= n/2 }
	for _, victim := range victims() {
		wrote := func(when func(int, attacks.Message) bool) attacks.Verdict {
			for i, m := range messages {
				if m.From == victim && when(i, m) {
					return attacks.Accepted
				}
			}
			return attacks.Refused
		}
		type cell struct {
			theft  attacks.TheftName
			opens  func(i int, m attacks.Message) bool
			forged attacks.Verdict
		}
		for s, cells := range map[attacks.System][]cell{
			New(8): {
				{attacks.WiretapName, attackstest.None, attacks.Refused},
				{Trapdoor, attackstest.All, attacks.Accepted},
				{attacks.DeviceKeys, func(i int, m attacks.Message) bool { return m.To == victim || m.From == victim && i >= n/2 }, attacks.Accepted},
			},
			NewJuniper(8): {
				{attacks.WiretapName, attackstest.None, attacks.Refused},
				{Trapdoor, before, wrote(before)},
				{QReplaced, after, attacks.Accepted},
			},
		} {
			r := attackstest.Run(t, s, n, victim)
			if len(r.Exposures) != len(cells) || r.Named != (attacks.Count{N: n, Of: n}) {
				t.Errorf("%s: %d thefts, names on %v", r.System, len(r.Exposures), r.Named)
			}
			for _, c := range cells {
				e := attackstest.Exposure(t, r, c.theft)
				what := r.System + ", " + string(c.theft) + ", " + victim
				attackstest.Same(t, what, e.Opened, attackstest.That(messages, c.opens))
				noticed := attacks.Notice{}
				if c.theft == QReplaced {
					noticed = attacks.Notice{Who: "who takes the firmware apart", Possible: true}
				}
				if e.Wrong != 0 || e.Noticed != noticed || e.Moment != n/2 || e.Takes == "" || e.Operations == 0 {
					t.Errorf("%s: %+v", what, e)
				}
				forged := c.forged
				if victim == "Zoë" {
					forged = attacks.NotOffered // she has written nothing
				}
				if e.Forged != forged {
					t.Errorf("%s: forged %v, expected %v", what, e.Forged, forged)
				}
			}
		}
	}
}

// One search a device, not one a message, and at most patience in vain.
func TestSearchesOnce(t *testing.T) {
	n := min(120, 2*size())
	r := attackstest.Run(t, New(8), n, "Ana")
	senders := map[string]bool{}
	for _, m := range attackstest.Talk(n) {
		senders[m.From] = true
	}
	e := attackstest.Exposure(t, r, Trapdoor)
	if searches := e.Operations - int64(n); searches < 1 || searches > int64(len(senders)*160) {
		t.Errorf("%d candidates for %d devices", searches, len(senders))
	}
	e = attackstest.Exposure(t, attackstest.Run(t, NewJuniper(8), n, "Ana"), Trapdoor)
	if searches := e.Operations - int64(n/2); searches > int64(len(senders)*160*(1+patience)) {
		t.Errorf("%d candidates for %d devices, where Q was replaced", searches, len(senders))
	}
}

// The operations of the other thefts are attempts, and each is counted.
func TestAttemptsAreCounted(t *testing.T) {
	n := min(40, size())
	r := attackstest.Run(t, New(8), n, "Ana")
	if got, want := attackstest.Exposure(t, r, attacks.WiretapName).Operations, int64(smallTrapdoors+2*n); got != want {
		t.Errorf("wiretap: %d operations, expected %d", got, want)
	}
	e := attackstest.Exposure(t, r, attacks.DeviceKeys)
	if got, want := e.Operations, int64(e.Readable().N); got != want {
		t.Errorf("device keys: %d operations, expected %d", got, want)
	}
}

// A search tells how far it is.
func TestSearchTellsItsProgress(t *testing.T) {
	c := attacks.NewConversation(attackstest.Talk(4))
	var mu sync.Mutex
	told := map[string][2]int{}
	r, err := attacks.Run(t.Context(), New(8), c, c.People[0], func(what string, done, total int) {
		mu.Lock()
		defer mu.Unlock()
		told[what] = [2]int{done, total}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got := told[Name+": trapdoor, searching a state"]
	if got[0] < 1 || got[0] > got[1] || got[1] != 1<<8 {
		t.Errorf("%d of %d, all that was told: %v", got[0], got[1], told)
	}
}

// The standard's size, on one message.
func TestFullSize(t *testing.T) {
	if !*attackstest.Long {
		t.Skip("takes seconds; escrow/dualec recovers from the standard's size in any case")
	}
	at := time.Date(2013, 9, 5, 19, 0, 0, 0, time.UTC)
	c := attacks.NewConversation([]attacks.Message{{At: at, From: "Ana", To: "Ben", Text: "Have you read the paper?"}})
	r, err := attacks.Run(t.Context(), New(16), c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	e := attackstest.Exposure(t, r, Trapdoor)
	t.Logf("theory: 2^14 = 16384 candidates on average\nmeasured: %d, in %v", e.Operations, e.Time)
	if !e.Opened[0] || e.Operations > 1<<15+5*128 {
		t.Errorf("%+v", e)
	}
}

// With another number of bits no one can be enrolled.
func TestRefusesOtherSizes(t *testing.T) {
	for _, s := range []attacks.System{New(12), NewJuniper(0), New(-8), New(256)} {
		if _, err := attacks.Run(t.Context(), s, attackstest.Conversation(2), "Ana", nil); err == nil || !strings.Contains(err.Error(), "bits dropped") {
			t.Errorf("%v", err)
		}
	}
}

// A message that the wiretap missed costs another search, and nothing else.
func TestLosesTheThreadAndFindsIt(t *testing.T) {
	attackstest.Seed(t, [32]byte{3}) // with which a wrong state fits some nonce, and comes before the right one
	n := min(40, size())
	r := attackstest.Run(t, New(8), n, "Ana")
	envelopes := attackstest.Records(t, r.Transcript.Tape)
	messages := attackstest.Talk(n)
	var kept [][]byte
	var texts []attacks.Message
	for i := range n {
		if i%5 != 2 {
			kept, texts = append(kept, envelopes[i]), append(texts, messages[i])
		}
	}
	c, err := attackstest.Read(t, New(8), Trapdoor, r.Loot[Trapdoor], attackstest.Tape(t, kept...))
	if err != nil {
		t.Fatal(err)
	}
	opened, wrong := c.Judge(texts)
	attackstest.Same(t, "with gaps", opened, attackstest.That(texts, attackstest.All))
	if wrong != 0 {
		t.Errorf("%d wrong claims", wrong)
	}
}

// A copied state is not found again: after a message of the victim's that the wiretap missed, nothing
// that the victim writes opens.
func TestCopiedStateIsLostWithAMessage(t *testing.T) {
	n := min(40, size())
	r := attackstest.Run(t, New(8), n, "Ana")
	envelopes, messages := attackstest.Records(t, r.Transcript.Tape), attackstest.Talk(n)
	missed := n / 2
	for messages[missed].From != "Ana" {
		missed++
	}
	kept, texts := slices.Delete(envelopes, missed, missed+1), slices.Delete(messages, missed, missed+1)
	c, err := attackstest.Read(t, New(8), attacks.DeviceKeys, r.Loot[attacks.DeviceKeys], attackstest.Tape(t, kept...))
	if err != nil {
		t.Fatal(err)
	}
	opened, wrong := c.Judge(texts)
	attackstest.Same(t, "with a gap", opened, attackstest.That(texts, func(_ int, m attacks.Message) bool { return m.To == "Ana" }))
	if wrong != 0 {
		t.Errorf("%d wrong claims", wrong)
	}
}

// wiretapped returns what a wiretap reads of n messages.
func wiretapped(t *testing.T, s attacks.System, n int) *attacks.Exposure {
	t.Helper()
	stage := attacks.NewStage(s, "Ana", nil)
	t.Cleanup(func() { stage.Close() })
	for _, p := range attackstest.People {
		if err := stage.Enrol(p); err != nil {
			t.Fatal(err)
		}
	}
	stolen, err := stage.Steal(attacks.WiretapName)
	for _, m := range attackstest.Talk(n) {
		err = errors.Join(err, stage.Send(m))
	}
	if err != nil {
		t.Fatal(err)
	}
	e, err := stage.Expose(t.Context(), stolen)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The wiretap looks for what is crude: texts in clear, under a key of zeros, or a d that is small.
func TestWiretap(t *testing.T) {
	const n = 12
	messages := attackstest.Talk(n)
	r := attackstest.Run(t, New(8), n, "Ana")
	var clear, zeros [][]byte
	for i, record := range attackstest.Records(t, r.Transcript.Tape) {
		e, _ := parseEnvelope(record[8:])
		padded := padme.Pad([]byte(messages[i].Text))
		tag := make([]byte, chacha20poly1305.Overhead)
		e.ciphertext = append(bytes.Clone(padded), tag...)
		clear = append(clear, append(bytes.Clone(record[:8]), e.bytes()...))
		sealed := attacks.Sealed{Nonce: make([]byte, chacha20poly1305.NonceSize), Ciphertext: padded}
		e.ciphertext = append(sealed.UnderZeroKey(), tag...)
		zeros = append(zeros, append(bytes.Clone(record[:8]), e.bytes()...))
	}
	everything := attackstest.That(messages, attackstest.All)
	for what, crude := range map[string][][]byte{"in clear": clear, "under zeros": zeros} {
		c, err := attackstest.Read(t, New(8), attacks.WiretapName, new(attacks.Tape), attackstest.Tape(t, crude...))
		opened, wrong := c.Judge(messages)
		attackstest.Same(t, what, opened, everything)
		if err != nil || wrong != 0 {
			t.Errorf("%s: %d wrong, %v", what, wrong, err)
		}
	}

	// d = 500, and Q = P/500.
	curve, err := dualec.P256().Dropping(8)
	if err != nil {
		t.Fatal(err)
	}
	inverse := new(big.Int).ModInverse(big.NewInt(500), order)
	k, err := ecdh.P256().NewPrivateKey(inverse.FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	points, err := curve.NewPoints(curve.Standard().P(), k.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	s := newSystem("small", 8)
	s.firmware = newFirmware(points)
	attackstest.Same(t, "small d", wiretapped(t, s, n).Opened, everything)
	attackstest.Same(t, "drawn d", wiretapped(t, New(8), n).Opened, make([]bool, n))
}

// An attack ends when its context does.
func TestAttacksAreCancelled(t *testing.T) {
	r := attackstest.Run(t, New(8), 12, "Ana")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, th := range New(8).Thefts("Ana") {
		_, err := th.Read(ctx, r.Loot[th.Name], r.Transcript, func(i int, _ []byte) { t.Errorf("%s: message %d opens", th.Name, i) })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", th.Name, err)
		}
	}
}

// The self-test has teeth for accidents: another Q alone, or output that is not random. Against an
// intruder who writes the answer beside his Q it has none.
func TestSelfTestSeesAccidents(t *testing.T) {
	c := dualec.P256()
	maker, intruder := dualec.NewTrapdoor(c).Points(), dualec.NewTrapdoor(c).Points()
	honest := newFirmware(maker)
	const passed = "known answer: passed; statistics: passed"
	for _, f := range []struct {
		what     string
		firmware firmware
		want     string
	}{
		{"the maker's", honest, passed},
		{"NIST's", newFirmware(c.Standard()), passed},
		{"the intruder's", newFirmware(intruder), passed},
		{"another Q, the old answer", firmware{intruder, honest.answer}, "known answer: FAILED"},
	} {
		got, err := f.firmware.selfTest()
		if err != nil || got != f.want {
			t.Errorf("%s: %q, %v, expected %q", f.what, got, err, f.want)
		}
	}
	if names, err := failedStatistics(bytes.Repeat([]byte{0x55}, sampleSize)); err != nil || !strings.Contains(names, "poker") {
		t.Errorf("01010101…: fails %q, %v", names, err)
	}
}

// The signatures are ECDSA, and who knows k has the key.
func TestSignECDSA(t *testing.T) {
	for range 50 {
		signing, err1 := drawKey(rand.Reader)
		k, err2 := drawKey(rand.Reader)
		other, err3 := drawKey(rand.Reader)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		e := envelope{from: append(rawPoint(signing), rawPoint(other)...), nonce: []byte("a nonce")}
		e.signature = signECDSA(signing, k, e.hash())
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, rawPoint(signing)...))
		if err != nil {
			t.Fatal(err)
		}
		r, s := e.rs()
		if !ecdsa.Verify(public, e.hash(), r, s) || !e.verify() {
			t.Fatal("the signature does not verify")
		}
		if got, ok := recoverSigningKey(k, e); !ok || !got.Equal(signing) {
			t.Fatal("the key is not recovered from k")
		}
		if _, ok := recoverSigningKey(other, e); ok {
			t.Fatal("a key is recovered from another k")
		}
	}
	if _, ok := recoverSigningKey(nil, envelope{signature: make([]byte, signatureSize)}); ok {
		t.Error("a key is recovered from r = 0")
	}
}

// recorder remembers what was drawn.
type recorder struct {
	io.Reader
	all []byte
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.all = append(r.all, p[:n]...)
	return n, err
}

// newNoEscrow returns package noescrow as a system.
func newNoEscrow() attacks.System {
	return messenger.New(messenger.Kind{
		Name:      "no escrow",
		NewDevice: func(string) (messenger.Device, error) { return noescrow.NewDevice(), nil },
		NewShelf:  func(p []byte) (messenger.Shelf, error) { return noescrow.NewShelf(p) },
		Wire:      messenger.NoEscrow,
	})
}

// Why the session of this attack is not noescrow's: no 30 bytes that a noescrow device draws stand in
// its envelopes. In those of the Dual EC devices there are 32.
func TestNoEscrowShowsNoRawOutput(t *testing.T) {
	const window = 30
	shown := func(s attacks.System) bool {
		before := rand.Reader
		defer func() { rand.Reader = before }()
		drawn := &recorder{Reader: mathrand.NewChaCha8([32]byte{1})}
		rand.Reader = drawn
		r := attackstest.Run(t, s, 30, "Ana")
		if len(drawn.all) < 1000 {
			t.Fatalf("%s has drawn %d bytes", s.Name(), len(drawn.all))
		}
		seen := map[string]bool{}
		for _, e := range attackstest.Records(t, r.Transcript.Tape) {
			for i := 0; i+window <= len(e); i++ {
				seen[string(e[i:i+window])] = true
			}
		}
		for i := 0; i+window <= len(drawn.all); i++ {
			if seen[string(drawn.all[i:i+window])] {
				return true
			}
		}
		return false
	}
	if shown(newNoEscrow()) {
		t.Error("noescrow shows what it draws")
	}
	// The search finds what is there: this system puts its nonces from crypto/rand on the wire.
	if !shown(shower{newNoEscrow()}) {
		t.Error("what is shown is not found")
	}
}

// shower is a system whose envelopes begin with 32 bytes from crypto/rand.
type shower struct{ attacks.System }

func (s shower) Send(m attacks.Message) ([]byte, error) {
	e, err := s.System.Send(m)
	nonce := make([]byte, 32)
	rand.Read(nonce)
	return append(nonce, e...), err
}

func (s shower) Thefts(string) []attacks.Theft { return nil }

func (s shower) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	return s.System.Receive(to, at, envelope[32:])
}

func TestSeededRunsAreEqual(t *testing.T) {
	tapes := func(seed byte, i int) map[string][]byte {
		defer attackstest.Seed(t, [32]byte{seed})()
		return attackstest.Bytes(t, attackstest.Run(t, systems()[i], 2, "Ana"))
	}
	for i := range systems() {
		one := tapes(1, i)
		if !maps.EqualFunc(one, tapes(1, i), bytes.Equal) || maps.EqualFunc(one, tapes(2, i), bytes.Equal) {
			t.Errorf("system %d: the seed does not decide what is drawn", i)
		}
	}
}

func TestSystemsAreNotPrinted(t *testing.T) {
	for _, s := range systems() {
		r := attackstest.Run(t, s, 6, "Ana")
		var secrets [][]byte
		for _, theft := range []attacks.TheftName{Trapdoor, attacks.DeviceKeys, QReplaced} {
			if r.Loot[theft] == nil {
				continue
			}
			for _, record := range attackstest.Records(t, r.Loot[theft]) {
				if len(record) >= 32 && len(record) != 65 { // Q is public
					secrets = append(secrets, record[len(record)-32:])
				}
			}
		}
		for _, x := range []any{s, []attacks.System{s}, r, s.Thefts("Ana"), struct{ s any }{s}} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%T of %s: %s", x, r.System, leak)
			}
		}
		if got := fmt.Sprint(s); got != "attacks.System("+r.System+")" {
			t.Errorf("the system prints as %s", got)
		}
	}
}

// A device holds Q in its firmware, and shows no more of it than a report that is the same for any Q.
func TestQIsOnTheDevice(t *testing.T) {
	s := NewJuniper(8).(juniper)
	attackstest.Enrol(t, s)
	theft := s.Thefts("Ana")[2]
	var views [][]byte
	var reports []string
	for range 2 {
		view, err := s.Inspect("Ana")
		if err != nil {
			t.Fatal(err)
		}
		if q := s.firmware.points.Q(); !bytes.Contains(view[len(view)-200:], q) || !bytes.HasSuffix(view, s.firmware.answer) {
			t.Error("Q or the known answer is not in the firmware")
		}
		d, err := s.Person("Ana")
		if err != nil {
			t.Fatal(err)
		}
		views, reports = append(views, view), append(reports, d.report)
		noticed, err := theft.Noticed(nil, nil)
		if want := []string{"", "who takes the firmware apart"}[len(views)-1]; err != nil || noticed.Who != want {
			t.Errorf("noticed by %q, expected %q, %v", noticed.Who, want, err)
		}
		if _, err := theft.Steal(); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(views[0], views[1]) || reports[0] != reports[1] {
		t.Errorf("the device is the same: %v; it reports %q, then %q", bytes.Equal(views[0], views[1]), reports[0], reports[1])
	}
}
