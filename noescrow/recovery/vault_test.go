package recovery

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/testing/printed"
	"doormat/internal/testing/vectors"
)

func TestVault(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {2, 2}, {2, 3}, {3, 5}, {4, 7}} {
		w := newWorld(c[0], c[1], 10)
		for _, secret := range [][]byte{nil, treasure, make([]byte, MaxSecret)} {
			check(t, w.Store(pin, secret))
			got, err := w.Recover(pin)
			if err != nil || !bytes.Equal(got, secret) {
				t.Errorf("%v: %q, %v", c, got, err)
			}
		}
	}
}

// A lost phone is restored on a new one, which has the PIN and nothing else, from files on the servers'
// disks.
func TestNewPhone(t *testing.T) {
	var servers []func([]byte) ([]byte, error)
	for range 3 {
		servers = append(servers, login(NewFiles(t.TempDir())))
	}
	key := NewKey()
	var sealed, opened bytes.Buffer
	check(t, key.Seal(&sealed, bytes.NewReader([]byte("the history"))))
	old := &Vault{servers, 2, 10, account, quick}
	seed := key.seed()
	check(t, old.Store(pin, seed[:]))

	fresh := &Vault{servers, 2, 10, account, quick}
	got, err := fresh.Recover(pin)
	check(t, err)
	restored, err := keyOf(got)
	check(t, err)
	check(t, restored.Open(&opened, &sealed))
	if opened.String() != "the history" {
		t.Errorf("%q", &opened)
	}
}

// Ten guesses and then nothing: what was stored is gone from every server.
func TestTenGuesses(t *testing.T) {
	w := newWorld(2, 3, 10)
	check(t, w.Store(pin, treasure))
	for left := 9; left >= 0; left-- {
		var wrong *WrongPIN
		if got, err := w.Recover([]byte("0000")); !errors.As(err, &wrong) || wrong.Left != left || got != nil {
			t.Fatalf("%d guesses should be left: %q, %v", left, got, err)
		}
	}
	for _, guess := range [][]byte{pin, pin, []byte("0000")} {
		if got, err := w.Recover(guess); !errors.Is(err, ErrNoGuesses) || got != nil {
			t.Errorf("after ten: %q, %v", got, err)
		}
	}
	for i, s := range w.stores {
		if b := s.records[string(account)]; !bytes.Equal(b, []byte{wireVersion, kindErased}) {
			t.Errorf("server %d still has %x", i+1, b)
		}
	}
	check(t, w.Store(pin, treasure)) // a new start
	if got, err := w.Recover(pin); err != nil || !bytes.Equal(got, treasure) {
		t.Errorf("%q, %v", got, err)
	}
}

// The tenth guess may be right, and a right one sets the counters back.
func TestSuccessResets(t *testing.T) {
	w := newWorld(2, 3, 10)
	check(t, w.Store(pin, treasure))
	for range 3 {
		for range 9 {
			w.Recover([]byte("0000"))
		}
		if got, err := w.Recover(pin); err != nil || !bytes.Equal(got, treasure) {
			t.Fatalf("%q, %v", got, err)
		}
		for i := range w.stores {
			if n := w.used(t, i); n != 0 {
				t.Errorf("server %d has counted %d", i+1, n)
			}
		}
	}
}

// An attacker who asks only as many servers as are needed has floor(n g / k) guesses.
func TestGuessArithmetic(t *testing.T) {
	for _, c := range []struct{ n, k, g, want int }{{3, 2, 10, 15}, {5, 3, 10, 16}, {5, 3, 3, 5}, {1, 1, 10, 10}, {3, 3, 10, 10}} {
		w := newWorld(c.k, c.n, c.g)
		check(t, w.Store(pin, treasure))
		all := w.Servers
		guesses := 0
		for ; guesses < 2*c.n*c.g; guesses++ {
			// The k servers with the fewest counts.
			order := make([]int, c.n)
			for i := range order {
				order[i] = i
			}
			slices.SortFunc(order, func(a, b int) int { return w.used(t, a) - w.used(t, b) })
			if w.used(t, order[c.k-1]) >= c.g {
				break
			}
			w.Servers = make([]func([]byte) ([]byte, error), c.n)
			for i := range all {
				w.Servers[i] = all[i]
				if !slices.Contains(order[:c.k], i) {
					w.Servers[i] = func([]byte) ([]byte, error) { return nil, errors.New("not asked") }
				}
			}
			var wrong *WrongPIN
			if _, err := w.Recover([]byte("0000")); !errors.As(err, &wrong) {
				t.Fatal(err)
			}
		}
		if guesses != c.want || guesses != c.n*c.g/c.k {
			t.Errorf("%d of %d servers, %d each: %d guesses, expected %d", c.k, c.n, c.g, guesses, c.want)
		}
	}
}

// broken fails at one of its writes, before or after the record is stored.
type broken struct {
	Memory
	at, writes int
	after      bool
}

var errCrash = errors.New("the machine has crashed")

func (b *broken) Swap(account, old, record []byte) error {
	b.writes++
	if b.writes != b.at {
		return b.Memory.Swap(account, old, record)
	}
	if b.after {
		b.Memory.Swap(account, old, record)
	}
	return errCrash
}

// A crash at any write of a server costs a guess at most, and gives none: it never answers what it has not
// counted.
func TestCrashAtEachWrite(t *testing.T) {
	request := message(kindRecover2, func(b *cryptobyte.Builder) {
		b.AddBytes(make([]byte, versionSize))
		b.AddBytes(encode(g.Generator()))
	})
	for at := 1; at <= 14; at++ {
		for _, after := range []bool{false, true} {
			s := &broken{at: at, after: after}
			server := login(s)
			register := func() {
				one := number(1)
				r := &registration{oprfShare: one, keyShare: one, guesses: 10}
				server(message(kindRegister, r.add))
			}
			register()
			if at == 1 && !after {
				if response, err := server(request); err != nil || parseFailure(response) != notRegistered {
					t.Fatal(err)
				}
				register()
			}
			answers := 0
			for range 30 {
				response, err := server(request)
				if err != nil && response != nil {
					t.Fatal("an error has an answer")
				}
				if _, ok := parseAnswer(response); ok {
					answers++
				}
				r, ok := parseRecord(s.records[string(account)])
				if !ok || !r.erased && int(r.used) < answers {
					t.Fatalf("write %d, stored: %v: %d answers, counted %d", at, after, answers, r.used)
				}
			}
			want := 10
			if after && at > 1 && at < 12 {
				want = 9 // one was stored and not answered
			}
			if answers != want {
				t.Errorf("write %d, stored: %v: %d answers, expected %d", at, after, answers, want)
			}
		}
	}
}

// Requests at the same time do not share a guess.
func TestNoTwoShareAGuess(t *testing.T) {
	w := newWorld(1, 1, 10)
	check(t, w.Store(pin, treasure))
	version, err := w.version()
	check(t, err)
	var answers atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				response, err := w.Servers[0](message(kindRecover2, func(b *cryptobyte.Builder) {
					b.AddBytes(version[:])
					b.AddBytes(encode(g.Generator()))
				}))
				if _, ok := parseAnswer(response); ok && err == nil {
					answers.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if answers.Load() != 10 {
		t.Errorf("%d answers for ten guesses", answers.Load())
	}
}

// Servers that are away, or lie, do not matter as long as k are right. A lie is not taken for a wrong PIN.
func TestServersAwayOrLying(t *testing.T) {
	lies := map[string]func(response []byte) []byte{
		"away":                func([]byte) []byte { return nil },
		"not registered":      func([]byte) []byte { return failure(notRegistered, 0) },
		"no guesses":          func([]byte) []byte { return failure(noGuesses, 0) },
		"another version":     func(r []byte) []byte { return spoil(r, kindVersion, 2) },
		"another answer":      func(r []byte) []byte { return spoil(r, kindAnswer, 2) },
		"another proof":       func(r []byte) []byte { return spoil(r, kindAnswer, 40) },
		"another commitment":  func(r []byte) []byte { return spoil(r, kindAnswer, 2+32+64+32+64+32) },
		"another share":       func(r []byte) []byte { return spoil(r, kindShare, 2) },
		"another secret":      func(r []byte) []byte { return spoil(r, kindShare, 2+32+16+2+7) },
		"an own key":          ownKey,
		"a share of its own":  ownShare,
		"nothing to be read":  func([]byte) []byte { return []byte("hello") },
		"an element of order": func(r []byte) []byte { return zero(r, kindAnswer, 2, 32) },
	}
	for what, lie := range lies {
		for _, liars := range []int{1, 2, 3} {
			w := newWorld(3, 5, 10)
			check(t, w.Store(pin, treasure))
			for i := range liars {
				honest := w.Servers[i]
				w.Servers[i] = func(request []byte) ([]byte, error) {
					response, err := honest(request)
					return lie(response), err
				}
			}
			got, err := w.Recover(pin)
			var wrong *WrongPIN
			if liars <= 2 && (err != nil || !bytes.Equal(got, treasure)) {
				t.Errorf("%s, %d of 5: %q, %v", what, liars, got, err)
			}
			if liars == 3 && (err == nil || errors.As(err, &wrong) && what != "another commitment" && what != "an own key" && what != "a share of its own") {
				t.Errorf("%s, %d of 5: %q, %v", what, liars, got, err)
			}
		}
	}
}

func spoil(response []byte, kind byte, at int) []byte {
	if len(response) < 2 || response[1] != kind {
		return response
	}
	bad := bytes.Clone(response)
	bad[at] ^= 1
	return bad
}

func zero(response []byte, kind byte, at, n int) []byte {
	if len(response) < 2 || response[1] != kind {
		return response
	}
	bad := bytes.Clone(response)
	clear(bad[at:][:n])
	return bad
}

// ownKey signs the public share with a key that the server has drawn.
func ownKey(response []byte) []byte {
	a, ok := parseAnswer(response)
	if !ok {
		return response
	}
	a.signer[0] ^= 1
	return a.bytes()
}

// ownShare answers with another share, and a right proof of that.
func ownShare(response []byte) []byte {
	a, ok := parseAnswer(response)
	if !ok {
		return response
	}
	a.public = g.NewElement().MulGen(number(7))
	return a.bytes()
}

// Fewer than k servers' records do not test a PIN: the shares of fewer say nothing of x, and a guess of x
// gives an output that fits no commitment. The control: k of them do.
func TestFewerThanK(t *testing.T) {
	w := newWorld(3, 5, 10)
	check(t, w.Store(pin, treasure))
	var shares []group.Scalar
	var r *record
	for _, s := range w.stores {
		r, _ = parseRecord(s.records[string(account)])
		shares = append(shares, r.oprfShare)
	}
	access, _ := w.stretch(pin, r.version)
	for k := 1; k <= 5; k++ {
		numbers := []int{1, 2, 3, 4, 5}[:k]
		output, err := evaluate(sumScalars(numbers, shares[:k]), access)
		check(t, err)
		commitment, _ := unlock(output)
		if fits := commitment == r.commitment; fits != (k >= 3) {
			t.Errorf("with %d servers the right PIN fits: %v", k, fits)
		}
	}
}

// Shares of the OPRF's key give RFC 9497's outputs, and its proofs are told from others.
func TestRFC9497(t *testing.T) {
	type hex = vectors.Bytes
	var suites []struct {
		Mode    int
		SkSm    hex
		Vectors []struct {
			Batch                                           int
			Input, Blind, BlindedElement, EvaluationElement string
			Output                                          string
		}
	}
	vectors.Read(t, "testdata/rfc9497.json", &suites)
	tried := 0
	for _, s := range suites {
		if s.Mode != 0 {
			continue // ours is the base mode, with proofs of each share
		}
		x := g.NewScalar()
		check(t, x.UnmarshalBinary(s.SkSm))
		for _, v := range s.Vectors {
			if v.Batch != 1 {
				continue
			}
			tried++
			input, output := unhex(t, v.Input), unhex(t, v.Output)
			if got, err := evaluate(x, input); err != nil || !bytes.Equal(got, output) {
				t.Errorf("%x: %x, %v", input, got, err)
			}
			b := g.NewElement()
			check(t, b.UnmarshalBinary(unhex(t, v.BlindedElement)))
			shares := deal(x, 3, 5)
			numbers := []int{5, 1, 3}
			var answers []group.Element
			for _, i := range numbers {
				e, proof := answer(shares[i-1], b)
				if !isAnswer(g.NewElement().MulGen(shares[i-1]), b, e, proof) || isAnswer(g.NewElement().MulGen(shares[i%5]), b, e, proof) {
					t.Error("a proof is wrong, or fits another share")
				}
				answers = append(answers, e)
			}
			if got := encode(sumElements(numbers, answers)); !bytes.Equal(got, unhex(t, v.EvaluationElement)) {
				t.Errorf("evaluated to %x", got)
			}
			mine, err := blind(input)
			check(t, err)
			answers = answers[:0]
			for _, i := range numbers {
				e, _ := answer(shares[i-1], mine.element)
				answers = append(answers, e)
			}
			if got, err := mine.finalize(sumElements(numbers, answers)); err != nil || !bytes.Equal(got, output) {
				t.Errorf("finalized to %x, %v", got, err)
			}
		}
	}
	if tried < 2 {
		t.Errorf("%d vectors", tried)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	var b vectors.Bytes
	check(t, b.UnmarshalText([]byte(s)))
	return b
}

func TestVaultRefuses(t *testing.T) {
	for what, change := range map[string]func(v *Vault){
		"half of the servers": func(v *Vault) { v.Threshold = 2; v.Servers = append(v.Servers, v.Servers[0]) },
		"more than there are": func(v *Vault) { v.Threshold = 4 },
		"no servers":          func(v *Vault) { v.Servers = nil },
		"no threshold":        func(v *Vault) { v.Threshold = 0 },
		"too many servers":    func(v *Vault) { v.Servers = make([]func([]byte) ([]byte, error), 256); v.Threshold = 200 },
		"no guesses":          func(v *Vault) { v.Guesses = 0 },
		"guesses without end": func(v *Vault) { v.Guesses = 1 << 20 },
		"no account":          func(v *Vault) { v.Account = nil },
		"a long account":      func(v *Vault) { v.Account = make([]byte, MaxAccount+1) },
		"no cost":             func(v *Vault) { v.Cost = Cost{} },
		"memory without end":  func(v *Vault) { v.Cost.Memory = 1 << 30 },
		"passes without end":  func(v *Vault) { v.Cost.Passes = 1 << 30 },
	} {
		w := newWorld(2, 3, 10)
		change(w.Vault)
		if err := w.Store(pin, treasure); err == nil {
			t.Errorf("%s: stored", what)
		}
		if _, err := w.Recover(pin); err == nil {
			t.Errorf("%s: recovered", what)
		}
	}
	w := newWorld(2, 3, 10)
	if err := w.Store(pin, make([]byte, MaxSecret+1)); err == nil {
		t.Error("a secret that is too long is stored")
	}
	if _, err := w.Recover(pin); !errors.Is(err, ErrNotStored) {
		t.Errorf("nothing is stored: %v", err)
	}
	check(t, w.Store(pin, treasure))
	other := *w.Vault
	other.Account = []byte("ben") // the salt is another
	var wrong *WrongPIN
	if _, err := other.Recover(pin); !errors.As(err, &wrong) {
		t.Errorf("another account's PIN: %v", err)
	}
	w.Servers[0] = func([]byte) ([]byte, error) { return nil, errCrash }
	if err := w.Store(pin, treasure); err == nil {
		t.Error("a server is away, and the secret counts as stored")
	}
}

// A server takes nothing that is no request, and no element without a logarithm.
func TestServerRefuses(t *testing.T) {
	w := newWorld(2, 3, 10)
	check(t, w.Store(pin, treasure))
	server := NewServer(w.stores[0])
	before := bytes.Clone(w.stores[0].records[string(account)])
	version, err := w.version()
	check(t, err)
	for what, bad := range map[string][]byte{
		"nothing":         nil,
		"another version": {1, kindRecover1},
		"another kind":    {wireVersion, 99},
		"bytes behind":    {wireVersion, kindRecover1, 0},
		"the identity":    message(kindRecover2, func(b *cryptobyte.Builder) { b.AddBytes(version[:]); b.AddBytes(make([]byte, 32)) }),
		"no element":      message(kindRecover2, func(b *cryptobyte.Builder) { b.AddBytes(version[:]); b.AddBytes(bytes.Repeat([]byte{255}, 32)) }),
		"half an element": message(kindRecover2, func(b *cryptobyte.Builder) { b.AddBytes(version[:]); b.AddBytes(make([]byte, 16)) }),
		"half a tag":      message(kindRecover3, func(b *cryptobyte.Builder) { b.AddBytes(version[:]); b.AddBytes(make([]byte, 8)) }),
		"half a register": {wireVersion, kindRegister, 1, 2, 3},
		"a long registered": append(message(kindRegister, func(b *cryptobyte.Builder) {
			(&registration{oprfShare: number(1), keyShare: number(1), guesses: 1}).add(b)
		}), 0),
		"no guesses": message(kindRegister, func(b *cryptobyte.Builder) { (&registration{oprfShare: number(1), keyShare: number(1)}).add(b) }),
		"no share": message(kindRegister, func(b *cryptobyte.Builder) {
			(&registration{oprfShare: number(0), keyShare: number(1), guesses: 1}).add(b)
		}),
	} {
		if response, err := server.Handle(account, bad); err == nil || response != nil {
			t.Errorf("%s: %x, %v", what, response, err)
		}
	}
	for _, name := range [][]byte{nil, make([]byte, MaxAccount+1)} {
		if _, err := server.Handle(name, []byte{wireVersion, kindRecover1}); err == nil {
			t.Errorf("an account of %d bytes", len(name))
		}
	}
	if !bytes.Equal(w.stores[0].records[string(account)], before) {
		t.Error("a request that was refused has changed the record")
	}
	// Another registration's version is no guess, and a wrong tag opens nothing.
	for _, kind := range []uint8{kindRecover2, kindRecover3} {
		response, err := server.Handle(account, message(kind, func(b *cryptobyte.Builder) {
			b.AddBytes(make([]byte, versionSize))
			if kind == kindRecover2 {
				b.AddBytes(encode(g.Generator()))
			} else {
				b.AddBytes(make([]byte, tagSize))
			}
		}))
		if err != nil || parseFailure(response) != otherVersion {
			t.Errorf("another version: %x, %v", response, err)
		}
	}
	response, err := server.Handle(account, message(kindRecover3, func(b *cryptobyte.Builder) {
		b.AddBytes(version[:])
		b.AddBytes(make([]byte, tagSize))
	}))
	if err != nil || parseFailure(response) != wrongTag {
		t.Errorf("a wrong tag: %x, %v", response, err)
	}
}

// What is stored is read as it was written, and nothing else is.
func TestRecords(t *testing.T) {
	w := newWorld(2, 3, 10)
	check(t, w.Store(pin, treasure))
	b := w.stores[0].records[string(account)]
	r, ok := parseRecord(b)
	if !ok || !bytes.Equal(r.bytes(), b) {
		t.Fatal("the record is not read as it was written")
	}
	for what, bad := range spoilt(b) {
		if r, ok := parseRecord(bad); ok && !bytes.Equal(r.bytes(), bad) {
			t.Errorf("%s is read as something else", what)
		} else if ok && len(bad) != len(b) {
			t.Errorf("%s is a record", what)
		}
	}
	w.stores[0].records[string(account)] = b[:len(b)-1]
	if _, err := w.Servers[0]([]byte{wireVersion, kindRecover1}); err == nil {
		t.Error("a damaged record answers")
	}
}

func TestFiles(t *testing.T) {
	folder := t.TempDir()
	for what, s := range map[string]Storage{"files": NewFiles(folder), "memory": new(Memory)} {
		if b, err := s.Load(account); b != nil || err != nil {
			t.Errorf("%s: %x, %v", what, b, err)
		}
		check(t, s.Swap(account, nil, []byte("one")))
		for _, old := range []string{"", "two"} {
			if err := s.Swap(account, []byte(old), []byte("three")); !errors.Is(err, ErrConflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		check(t, s.Swap(account, []byte("one"), []byte("four")))
		if b, err := s.Load(account); string(b) != "four" || err != nil {
			t.Errorf("%s: %q, %v", what, b, err)
		}
	}
	if b, err := NewFiles(folder).Load(account); string(b) != "four" || err != nil {
		t.Errorf("after a restart: %q, %v", b, err)
	}
	if err := NewFiles(folder+"/none").Swap(account, nil, []byte("one")); err == nil {
		t.Error("a folder that is missing is no error")
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	key := NewKey()
	seed := key.seed()
	shares, err := key.Split(2, 3)
	check(t, err)
	for _, x := range []any{key, *key, shares, shares[0]} {
		if leak := printed.Leak(x, seed[:], []byte(key.RecoveryKey()[18:]), shares[0].value, []byte(shares[0].RecoveryKey())); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
	if got := fmt.Sprint(&WrongPIN{3}); got != "recovery: the PIN is wrong, 3 guesses are left" {
		t.Error(got)
	}
}

func FuzzServer(f *testing.F) {
	w := newWorld(2, 3, 10)
	check(f, w.Store(pin, treasure))
	version, err := w.version()
	check(f, err)
	f.Add([]byte{wireVersion, kindRecover1})
	f.Add(message(kindRecover2, func(b *cryptobyte.Builder) { b.AddBytes(version[:]); b.AddBytes(encode(g.Generator())) }))
	f.Add(message(kindRecover3, func(b *cryptobyte.Builder) { b.AddBytes(version[:]); b.AddBytes(make([]byte, tagSize)) }))
	r, _ := parseRecord(w.stores[0].records[string(account)])
	f.Add(message(kindRegister, r.add))
	f.Fuzz(func(t *testing.T, request []byte) {
		m := &Memory{records: map[string][]byte{string(account): r.bytes()}}
		response, err := NewServer(m).Handle(account, request)
		if (err == nil) != (response != nil) {
			t.Errorf("%x beside %v", response, err)
		}
		if now, ok := parseRecord(m.records[string(account)]); !ok || !bytes.Equal(now.bytes(), m.records[string(account)]) {
			t.Errorf("%x leaves a damaged record", request)
		}
	})
}

func FuzzRecord(f *testing.F) {
	w := newWorld(2, 3, 10)
	check(f, w.Store(pin, treasure))
	f.Add(w.stores[0].records[string(account)])
	f.Add([]byte{wireVersion, kindErased})
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, ok := parseRecord(b); ok && !bytes.Equal(r.bytes(), b) {
			t.Errorf("%x is read as %x", b, r.bytes())
		}
	})
}

// Whatever servers answer, a client returns, and never another secret than the one.
func FuzzClient(f *testing.F) {
	w := newWorld(2, 3, 1000)
	check(f, w.Store(pin, treasure))
	honest := slices.Clone(w.Servers)
	f.Add([]byte{0}, uint8(0))
	f.Add([]byte("hello"), uint8(3))
	f.Fuzz(func(t *testing.T, noise []byte, which uint8) {
		for i := range w.Servers {
			w.Servers[i] = func(request []byte) ([]byte, error) {
				response, err := honest[i](request)
				if which>>i&1 == 1 {
					bad := bytes.Clone(response)
					for j := range bad {
						if len(noise) > 0 {
							bad[j] ^= noise[j%len(noise)]
						}
					}
					return bad, err
				}
				return response, err
			}
		}
		if got, err := w.Recover(pin); err == nil && !bytes.Equal(got, treasure) {
			t.Errorf("another secret: %q", got)
		}
		for _, s := range w.stores { // give the guesses back
			if r, ok := parseRecord(s.records[string(account)]); ok && !r.erased {
				r.used = 0
				s.records[string(account)] = r.bytes()
			}
		}
	})
}
