package attacks

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"doormat/escrow/dualec"
	"doormat/internal/padme"
	"doormat/internal/printed"
)

// dualECs are both systems at the small size; with -short the first.
func dualECs() []System {
	if testing.Short() {
		return []System{NewDualEC(8)}
	}
	return []System{NewDualEC(8), NewJuniper(8)}
}

// dualECSize is how many messages the thefts are measured on. The race detector makes a search ten
// times as long.
func dualECSize() int {
	if testing.Short() {
		return 30
	}
	return size
}

// dualECVictims are one who writes and one who does not.
func dualECVictims() []string {
	if testing.Short() {
		return []string{"Ana"}
	}
	return []string{"Ana", "Zoë"}
}

// Each cell, message by message.
func TestDualEC(t *testing.T) {
	n := dualECSize()
	messages := talk(n)
	before := func(i int, _ Message) bool { return i < n/2 }
	after := func(i int, _ Message) bool { return i >= n/2 }
	all := func(int, Message) bool { return true }
	for _, victim := range dualECVictims() {
		wrote := func(when func(int, Message) bool) string {
			for i, m := range messages {
				if m.From == victim && when(i, m) {
					return "accepted"
				}
			}
			return "refused"
		}
		type cell struct {
			theft  string
			opens  func(i int, m Message) bool
			forged string
		}
		for s, cells := range map[System][]cell{
			NewDualEC(8): {
				{"wiretap", none, "refused"},
				{"trapdoor", all, "accepted"},
				{"device keys", func(i int, m Message) bool { return m.To == victim || m.From == victim && i >= n/2 }, "accepted"},
			},
			NewJuniper(8): {
				{"wiretap", none, "refused"},
				{"trapdoor", before, wrote(before)},
				{"Q replaced", after, "accepted"},
			},
		} {
			r := send(t, s, n, victim)
			if len(r.Exposures) != len(cells) || r.Named != (Count{n, n}) {
				t.Errorf("%s: %d thefts, names on %v", r.System, len(r.Exposures), r.Named)
			}
			for _, c := range cells {
				e := exposure(t, r, c.theft)
				what := r.System + ", " + c.theft + ", " + victim
				same(t, what, e.Opened, that(messages, c.opens))
				if e.Wrong != 0 || e.Noticed != "nobody" || e.Moment != n/2 || e.Takes == "" || e.Operations == 0 {
					t.Errorf("%s: %+v", what, e)
				}
				forged := c.forged
				if victim == "Zoë" {
					forged = "-" // she has written nothing
				}
				if e.Forged != forged {
					t.Errorf("%s: forged %s, want %s", what, e.Forged, forged)
				}
			}
		}
	}
}

// One search a device, not one a message, and at most patience in vain.
func TestDualECSearchesOnce(t *testing.T) {
	n := min(120, dualECSize())
	r := send(t, NewDualEC(8), n, "Ana")
	senders := map[string]bool{}
	for _, m := range talk(n) {
		senders[m.From] = true
	}
	e := exposure(t, r, "trapdoor")
	if searches := e.Operations - int64(n); searches < 1 || searches > int64(len(senders)*160) {
		t.Errorf("%d candidates for %d devices", searches, len(senders))
	}
	e = exposure(t, send(t, NewJuniper(8), n, "Ana"), "trapdoor")
	if searches := e.Operations - int64(n/2); searches > int64(len(senders)*160*(1+patience)) {
		t.Errorf("%d candidates for %d devices, where Q was replaced", searches, len(senders))
	}
}

// The standard's size, on one message.
func TestDualECFullSize(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	at := time.Date(2013, 9, 5, 19, 0, 0, 0, time.UTC)
	c := NewConversation([]Message{{at, "Ana", "Ben", "Have you read the paper?"}})
	r, err := Run(t.Context(), NewDualEC(16), c, "Ana", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	e := exposure(t, r, "trapdoor")
	t.Logf("theory: 2^14 = 16384 candidates on average\nmeasured: %d, in %v", e.Operations, e.Time)
	if !e.Opened[0] || e.Operations > 1<<15+5*128 {
		t.Errorf("%+v", e)
	}
}

// With another number of bits nobody can be enrolled.
func TestDualECRefusesOtherSizes(t *testing.T) {
	for _, s := range []System{NewDualEC(12), NewJuniper(0), NewDualEC(-8), NewDualEC(256)} {
		if _, err := Run(t.Context(), s, conversation(2), "Ana", nil); err == nil || !strings.Contains(err.Error(), "bits dropped") {
			t.Errorf("%v", err)
		}
	}
}

// A message that the wiretap missed costs another search, and nothing else.
func TestDualECLosesTheThreadAndFindsIt(t *testing.T) {
	n := min(60, dualECSize())
	r := send(t, NewDualEC(8), n, "Ana")
	envelopes := records(t, r.Transcript.Tape)
	messages := talk(n)
	var kept [][]byte
	var texts []Message
	for i := range n {
		if i%5 != 2 {
			kept, texts = append(kept, envelopes[i]), append(texts, messages[i])
		}
	}
	c, err := attack(t, NewDualEC(8), "trapdoor", r.Loot["trapdoor"], tapeOf(t, kept...))
	if err != nil {
		t.Fatal(err)
	}
	opened, wrong := c.judge(texts)
	same(t, "with gaps", opened, that(texts, func(int, Message) bool { return true }))
	if wrong != 0 {
		t.Errorf("%d wrong claims", wrong)
	}
}

// The wiretap looks for what is crude: texts in clear, under a key of zeros, or a d that is small.
func TestDualECWiretap(t *testing.T) {
	s := newDualEC("crude", 8)
	s.thefts = func() []Theft { return []Theft{s.wiretap()} }
	r := send(t, s, 12, "Ana")
	var clear, zeros [][]byte
	for i, record := range records(t, r.Transcript.Tape) {
		e, _ := parseDualEC(record[8:])
		padded := padme.Pad([]byte(talk(12)[i].Text))
		e.ciphertext = append(bytes.Clone(padded), make([]byte, tagSize)...)
		clear = append(clear, append(bytes.Clone(record[:8]), e.bytes()...))
		e.ciphertext = append(sealed{make([]byte, 12), padded}.underZeroKey(), make([]byte, tagSize)...)
		zeros = append(zeros, append(bytes.Clone(record[:8]), e.bytes()...))
	}
	everything := that(talk(12), func(int, Message) bool { return true })
	for what, crude := range map[string][][]byte{"in clear": clear, "under zeros": zeros} {
		c, err := attack(t, s, "wiretap", new(Tape), tapeOf(t, crude...))
		opened, wrong := c.judge(talk(12))
		same(t, what, opened, everything)
		if err != nil || wrong != 0 {
			t.Errorf("%s: %d wrong, %v", what, wrong, err)
		}
	}

	// d = 500, and Q = P/500.
	curve, err := dualec.P256().Dropping(8)
	if err != nil {
		t.Fatal(err)
	}
	inverse := new(big.Int).ModInverse(big.NewInt(500), p256Order)
	k, err := ecdh.P256().NewPrivateKey(inverse.FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	points, err := curve.NewPoints(curve.Standard().P(), k.PublicKey().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	s = newDualEC("small", 8)
	s.firmware = newDualECFirmware(points)
	s.thefts = func() []Theft { return []Theft{s.wiretap()} }
	same(t, "small d", exposure(t, send(t, s, 12, "Ana"), "wiretap").Opened, everything)
}

// The self-test has teeth for accidents: another Q alone, or output that is not random. Against an
// intruder who writes the answer beside his Q it has none.
func TestSelfTestSeesAccidents(t *testing.T) {
	c := dualec.P256()
	maker, intruder := dualec.NewTrapdoor(c).Points(), dualec.NewTrapdoor(c).Points()
	honest := newDualECFirmware(maker)
	const passed = "known answer: passed; statistics: passed"
	for _, f := range []struct {
		what     string
		firmware dualECFirmware
		want     string
	}{
		{"the maker's", honest, passed},
		{"NIST's", newDualECFirmware(c.Standard()), passed},
		{"the intruder's", newDualECFirmware(intruder), passed},
		{"another Q, the old answer", dualECFirmware{intruder, honest.answer}, "known answer: FAILED"},
	} {
		got, err := f.firmware.selfTest()
		if err != nil || got != f.want {
			t.Errorf("%s: %q, %v, want %q", f.what, got, err, f.want)
		}
	}
	if names, err := failedStatistics(bytes.Repeat([]byte{0x55}, 2500)); err != nil || !strings.Contains(names, "poker") {
		t.Errorf("01010101…: fails %q, %v", names, err)
	}
}

// The signatures are ECDSA, and whoever knows k has the key.
func TestSignECDSA(t *testing.T) {
	for range 50 {
		signing, err1 := drawKey(rand.Reader)
		k, err2 := drawKey(rand.Reader)
		other, err3 := drawKey(rand.Reader)
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
		e := dualECEnvelope{from: append(rawPoint(signing), rawPoint(other)...), nonce: []byte("a nonce")}
		e.signature = signECDSA(signing, k, e.hash())
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append([]byte{4}, rawPoint(signing)...))
		if err != nil {
			t.Fatal(err)
		}
		r, s := new(big.Int).SetBytes(e.signature[:32]), new(big.Int).SetBytes(e.signature[32:])
		if !ecdsa.Verify(public, e.hash(), r, s) || !e.verify() {
			t.Fatal("the signature does not verify")
		}
		if got, ok := recoverECDSA(k, e); !ok || !got.Equal(signing) {
			t.Fatal("the key is not recovered from k")
		}
		if _, ok := recoverECDSA(other, e); ok {
			t.Fatal("a key is recovered from another k")
		}
	}
	if _, ok := recoverECDSA(nil, dualECEnvelope{signature: make([]byte, dualECSignature)}); ok {
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

// Why the session of this attack is not noescrow's: no 30 bytes that a noescrow device draws stand in
// its envelopes. In those of the Dual EC devices there are 32.
func TestNoEscrowShowsNoRawOutput(t *testing.T) {
	const window = 30
	shown := func(s System) bool {
		before := rand.Reader
		defer func() { rand.Reader = before }()
		drawn := &recorder{Reader: mathrand.NewChaCha8([32]byte{1})}
		rand.Reader = drawn
		r := send(t, s, 30, "Ana")
		if len(drawn.all) < 1000 {
			t.Fatalf("%s has drawn %d bytes", s.Name(), len(drawn.all))
		}
		seen := map[string]bool{}
		for _, e := range records(t, r.Transcript.Tape) {
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
	if shown(NewNoEscrow()) {
		t.Error("noescrow shows what it draws")
	}
	// The search finds what is there: this system puts its nonces from crypto/rand on the wire.
	if !shown(shower{NewNoEscrow()}) {
		t.Error("what is shown is not found")
	}
}

// shower is a system whose envelopes begin with 32 bytes from crypto/rand.
type shower struct{ System }

func (s shower) Send(m Message) ([]byte, error) {
	e, err := s.System.Send(m)
	nonce := make([]byte, 32)
	rand.Read(nonce)
	return append(nonce, e...), err
}

func (s shower) Thefts(string) []Theft { return nil }

func (s shower) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	return s.System.Receive(to, at, envelope[32:])
}

func TestDualECSeededRunsAreEqual(t *testing.T) {
	tape := func(seed byte, i int) string {
		defer seedRandomness(t, [32]byte{seed})()
		var b bytes.Buffer
		r := send(t, dualECs()[i], 8, "Ana")
		r.Transcript.Tape.WriteTo(&b)
		for _, e := range r.Exposures {
			r.Loot[e.Theft].WriteTo(&b)
		}
		return b.String()
	}
	for i := range dualECs() {
		if one := tape(1, i); one != tape(1, i) || one == tape(2, i) {
			t.Errorf("system %d: the seed does not decide what is drawn", i)
		}
	}
}

func TestDualECIsNotPrinted(t *testing.T) {
	for _, s := range dualECs() {
		r := send(t, s, 6, "Ana")
		var secrets [][]byte
		for _, theft := range []string{"trapdoor", "device keys", "Q replaced"} {
			if r.Loot[theft] == nil {
				continue
			}
			for _, record := range records(t, r.Loot[theft]) {
				if len(record) >= 32 && len(record) != 65 { // Q is public
					secrets = append(secrets, record[len(record)-32:])
				}
			}
		}
		for _, x := range []any{s, []System{s}, r, s.Thefts("Ana"), struct{ s any }{s}} {
			if leak := printed.Leak(x, secrets...); leak != "" {
				t.Fatalf("%T of %s: %s", x, r.System, leak)
			}
		}
		if got := fmt.Sprint(s); got != "attacks.System("+r.System+")" {
			t.Errorf("the system prints as %s", got)
		}
	}
}
