package agetoken

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"math"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cloudflare/circl/blindsign/blindrsa"

	"doormat/internal/testing/printed"
	"doormat/internal/testing/vectors"
)

// A token is spent once, whoever comes first.
func TestSpentOnce(t *testing.T) {
	w := newWorld(t)
	w.fetch(t, 3)
	for want := 2; want >= 0; want-- {
		token := w.take(t)
		if w.wallet.Len() != want {
			t.Errorf("%d tokens are left, expected %d", w.wallet.Len(), want)
		}
		check(t, w.gate.Admit(token.Bytes()))
		if err := w.gate.Admit(token.Bytes()); err != ErrSpent {
			t.Errorf("a second time: %v", err)
		}
	}
	if _, err := w.wallet.Take(); err != ErrEmpty {
		t.Errorf("from an empty wallet: %v", err)
	}
	if w.spent.Len() != 3 {
		t.Errorf("%d spent", w.spent.Len())
	}
}

// Of many who spend one token at the same moment, one is admitted: a nonce is looked up and noted in one step.
func TestSpentOnceByMany(t *testing.T) {
	const rounds, many = 20000, 4
	var spent Spent
	var admitted atomic.Int32
	var at atomic.Int32 // the round
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			for round := range int32(rounds) {
				for at.Add(1); at.Load() < many*(round+1); { // wait for the others
					runtime.Gosched()
				}
				if spent.add([nonceSize]byte{byte(round), byte(round >> 8)}) {
					admitted.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := admitted.Load(); n != rounds || spent.Len() != rounds {
		t.Errorf("%d tokens were spent %d times", spent.Len(), n)
	}
}

// Gates of one challenge share a list. With a list each, one token opens two gates.
func TestGatesShareTheList(t *testing.T) {
	w := newWorld(t)
	w.fetch(t, 1)
	token := w.take(t).Bytes()
	check(t, w.gate.Admit(token))
	same, err := NewGate(w.issuer.PublicKey(), w.challenge, w.spent)
	check(t, err)
	if err := same.Admit(token); err != ErrSpent {
		t.Errorf("at another site: %v", err)
	}
	apart, err := NewGate(w.issuer.PublicKey(), w.challenge, new(Spent))
	check(t, err)
	if err := apart.Admit(token); err != nil {
		t.Errorf("at a site with a list of its own: %v", err)
	}
}

// Every byte of a token matters, and what is refused is not noted.
func TestNoOtherToken(t *testing.T) {
	w := newWorld(t)
	w.fetch(t, 1)
	token := w.take(t).Bytes()
	for i := range token {
		if testing.Short() && i%16 != 0 {
			continue
		}
		bad := bytes.Clone(token)
		bad[i] ^= 1
		if err := w.gate.Admit(bad); err == nil || i >= 2 && err != ErrToken {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	for _, bad := range [][]byte{nil, token[:len(token)-1], append(bytes.Clone(token), 0)} {
		if err := w.gate.Admit(bad); err != errToken {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
	if w.spent.Len() != 0 {
		t.Errorf("%d nonces of tokens that were refused are noted", w.spent.Len())
	}
	check(t, w.gate.Admit(token))
}

// Tokens are of one key and for one challenge.
func TestOtherKeyOtherChallenge(t *testing.T) {
	w := newWorld(t)
	w.fetch(t, 1)
	token := w.take(t).Bytes()
	other, err := NewGate(otherIssuer(t).PublicKey(), w.challenge, w.spent)
	check(t, err)
	if err := other.Admit(token); err != ErrToken {
		t.Errorf("under another key: %v", err)
	}
	for _, c := range []Challenge{
		{Issuer: "issuer.example", Origins: "wine.example"},
		{Issuer: "other.example"},
		{Issuer: "issuer.example", Context: make([]byte, 32)},
	} {
		b, err := c.Bytes()
		check(t, err)
		g, err := NewGate(w.issuer.PublicKey(), b, w.spent)
		check(t, err)
		if err := g.Admit(token); err != ErrToken {
			t.Errorf("for %+v: %v", c, err)
		}
	}
}

// For each request that the issuer has seen, and each token, there is a blinding factor r with which they fit:
// r^e = blinded / PSS(input), and response / r is the token's signature. So a log of requests says nothing
// about tokens, to a party with any computing power. The private key is needed here to compute r only.
func TestEveryTokenFitsEveryRequest(t *testing.T) {
	w := newWorld(t)
	key := w.issuer.key
	const n = 3
	batch, err := w.wallet.Request(n)
	check(t, err)
	responses, err := w.issuer.SignBatch(batch)
	check(t, err)
	check(t, w.wallet.Finish(responses))
	requests, err := parseBatch(kindRequests, batch, requestSize)
	check(t, err)
	answers, err := parseBatch(kindResponses, responses, keySize)
	check(t, err)
	var factors []string
	for range n {
		token := w.take(t)
		s := new(big.Int).SetBytes(token.signature[:])
		padded := new(big.Int).Exp(s, big.NewInt(int64(key.E)), key.N) // PSS(input)
		for i := range requests {
			blinded := new(big.Int).SetBytes(requests[i][3:])
			re := new(big.Int).Mul(blinded, new(big.Int).ModInverse(padded, key.N))
			r := re.Exp(re.Mod(re, key.N), key.D, key.N)
			got := new(big.Int).Mul(new(big.Int).SetBytes(answers[i]), new(big.Int).ModInverse(r, key.N))
			if got.Mod(got, key.N).Cmp(s) != 0 {
				t.Errorf("request %d does not fit a token", i)
			}
			factors = append(factors, r.String())
		}
	}
	slices.Sort(factors)
	if len(slices.Compact(factors)) != n*n {
		t.Error("two pairs have one blinding factor")
	}
}

// What the issuer sees has nothing of what the sites see, and two requests have nothing in common.
func TestRequestsShowNothing(t *testing.T) {
	w := newWorld(t)
	batch, err := w.wallet.Request(2)
	check(t, err)
	n, err := BatchSize(batch)
	check(t, err)
	if n != 2 {
		t.Errorf("a batch of %d", n)
	}
	responses, err := w.issuer.SignBatch(batch)
	check(t, err)
	check(t, w.wallet.Finish(responses))
	requests, err := parseBatch(kindRequests, batch, requestSize)
	check(t, err)
	if bytes.Equal(requests[0], requests[1]) {
		t.Error("two requests are equal")
	}
	id := w.issuer.PublicKey().ID()
	for range 2 {
		token := w.take(t)
		for _, part := range [][]byte{token.nonce[:8], token.challenge[:8], id[:8], token.signature[:8]} {
			if bytes.Contains(batch, part) || bytes.Contains(responses, part) {
				t.Errorf("%x stands in what the issuer sees", part)
			}
		}
	}
}

// An answer that is wrong in one signature is refused whole, and leaves the wallet as it was.
func TestWrongAnswers(t *testing.T) {
	w := newWorld(t)
	w.fetch(t, 1)
	batch, err := w.wallet.Request(2)
	check(t, err)
	responses, err := w.issuer.SignBatch(batch)
	check(t, err)
	other := bytes.Clone(responses)
	other[len(other)-1] ^= 1
	swapped := slices.Concat(responses[:2], responses[2+keySize:], responses[2:2+keySize])
	for what, bad := range map[string][]byte{
		"a bit":       other,
		"swapped":     swapped,
		"one of two":  responses[:2+keySize],
		"a byte more": append(bytes.Clone(responses), 0),
		"no header":   responses[2:],
		"nothing":     nil,
	} {
		if err := w.wallet.Finish(bad); err == nil || w.wallet.Len() != 1 {
			t.Errorf("%s: %v, and %d tokens", what, err, w.wallet.Len())
		}
	}
	check(t, w.wallet.Finish(responses))
	if w.wallet.Len() != 3 {
		t.Errorf("%d tokens", w.wallet.Len())
	}
	if err := w.wallet.Finish(responses); err == nil {
		t.Error("an answer is taken twice")
	}
}

// The issuer refuses what is no request, and what is for another key.
func TestRefusedRequests(t *testing.T) {
	w := newWorld(t)
	batch, err := w.wallet.Request(2)
	check(t, err)
	_, err = w.issuer.SignBatch(batch)
	check(t, err)
	otherKey, tooLarge, private := bytes.Clone(batch), bytes.Clone(batch), bytes.Clone(batch)
	otherKey[4] ^= 1
	for i := range keySize {
		tooLarge[5+i] = 0xff
	}
	private[3] = 1 // token type 0x0001
	for what, bad := range map[string][]byte{
		"another key": otherKey, "above the modulus": tooLarge, "another type": private, "cut": batch[:len(batch)-1],
		"longer": append(bytes.Clone(batch), 0), "empty": batch[:2], "no header": batch[2:], "nothing": nil,
		"101": append(bytes.Clone(batch[:2]), bytes.Repeat(batch[2:][:requestSize], MaxBatch+1)...),
	} {
		if _, err := w.issuer.SignBatch(bad); err == nil {
			t.Errorf("%s: signed", what)
		}
	}
	for _, n := range []int{-1, 0, MaxBatch + 1} {
		if _, err := w.wallet.Request(n); err == nil {
			t.Errorf("a batch of %d", n)
		}
	}
}

func TestChallenges(t *testing.T) {
	for _, c := range []Challenge{{Issuer: "i"}, {"issuer.example", bytes.Repeat([]byte{7}, 32), "a.example,b.example"}} {
		b, err := c.Bytes()
		check(t, err)
		got, err := ParseChallenge(b)
		check(t, err)
		if again, err := got.Bytes(); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x is read as %+v", b, got)
		}
		for n := range b {
			if _, err := ParseChallenge(b[:n]); err == nil {
				t.Errorf("%d bytes of %d are read", n, len(b))
			}
		}
		if _, err := ParseChallenge(append(b, 0)); err == nil {
			t.Error("a byte more is read")
		}
	}
	long := strings.Repeat("x", 1<<16)
	for _, c := range []Challenge{{}, {Issuer: "i", Context: make([]byte, 31)}, {Issuer: long}, {Issuer: "i", Origins: long}} {
		if _, err := c.Bytes(); err == nil {
			t.Errorf("a challenge with %d and %d bytes", len(c.Issuer), len(c.Context))
		}
	}
	for _, bad := range []string{"\x00\x01\x00\x01i\x00\x00\x00", "\x00\x02\x00\x00\x00\x00\x00", "\x00\x02\x00\x01i\x01x\x00\x00"} {
		if _, err := ParseChallenge([]byte(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
	if _, err := NewWallet(testIssuer(t).PublicKey(), nil); err == nil {
		t.Error("a wallet for no challenge")
	}
	if _, err := NewGate(testIssuer(t).PublicKey(), nil, new(Spent)); err == nil {
		t.Error("a gate for no challenge")
	}
}

// Keys are 2048 bits, and have one encoding: else an issuer could give each person another one.
func TestPublicKeys(t *testing.T) {
	i := testIssuer(t)
	b := i.PublicKey().Bytes()
	k, err := ParsePublicKey(b)
	check(t, err)
	if k.ID() != i.PublicKey().ID() || k.ID() == otherIssuer(t).PublicKey().ID() {
		t.Error("identifiers")
	}
	plain, err := x509.MarshalPKIXPublicKey(&i.key.PublicKey) // rsaEncryption
	check(t, err)
	small := *i.key.PublicKey.N
	for what, bad := range map[string][]byte{"rsaEncryption": plain, "longer": append(bytes.Clone(b), 0), "cut": b[:len(b)-1], "nothing": nil} {
		if _, err := ParsePublicKey(bad); err != errPublicKey {
			t.Errorf("%s: %v", what, err)
		}
	}
	for n := range len(b) {
		bad := bytes.Clone(b)
		bad[n] ^= 0x20
		if k, err := ParsePublicKey(bad); err == nil && !bytes.Equal(k.Bytes(), bad) {
			t.Errorf("byte %d changed: another encoding", n)
		}
	}
	small.Rsh(&small, 8)
	over := math.MaxInt32 // where an int has 32 bits, two more make it negative
	over += 2
	for _, key := range []rsa.PublicKey{{N: &small, E: 65537}, {N: i.key.N, E: 1}, {N: i.key.N, E: 4}, {N: i.key.N, E: over}, {N: new(big.Int).SetBit(i.key.N, 0, 0), E: 3}} {
		if _, err := newPublicKey(&key); err != errPublicKey {
			t.Errorf("%d bits, e = %d: %v", key.N.BitLen(), key.E, err)
		}
	}
}

func TestIssuerKeys(t *testing.T) {
	i := testIssuer(t)
	line := i.RecoveryKey()
	again, err := ParseIssuer(line)
	check(t, err)
	if again.PublicKey().ID() != i.PublicKey().ID() {
		t.Error("another key comes back")
	}
	for _, bad := range []string{"", line[:len(line)-30], line + "x", strings.Replace(line, "PRIVATE", "PUBLIC", 2)} {
		if _, err := ParseIssuer(bad); err == nil {
			t.Errorf("%d bytes are read", len(bad))
		}
	}
	w := newWorld(t)
	w.fetch(t, 1)
	token := w.take(t)
	if leak := printed.Leak(i, i.key.D.Bytes()[:16]); leak != "" {
		t.Error(leak)
	}
	if leak := printed.Leak(token, token.nonce[:], token.signature[:16]); leak != "" {
		t.Error(leak)
	}
	if !strings.Contains(token.KeyID().String(), "…") {
		t.Error(token.KeyID())
	}
}

// What is on a phone and at a site can be read back, and nothing else.
func TestStates(t *testing.T) {
	w := newWorld(t)
	w.fetch(t, 2)
	state, err := w.wallet.MarshalBinary()
	check(t, err)
	phone, err := NewWallet(w.issuer.PublicKey(), w.challenge)
	check(t, err)
	check(t, phone.UnmarshalBinary(state))
	token, err := phone.Take()
	check(t, err)
	check(t, w.gate.Admit(token.Bytes()))
	if err := w.gate.Admit(w.take(t).Bytes()); err != ErrSpent {
		t.Errorf("the copy was spent, and the owner's is taken: %v", err)
	}
	changed := bytes.Clone(state)
	changed[2+2+nonceSize] ^= 1 // the challenge
	for _, bad := range [][]byte{nil, state[1:], state[:len(state)-1], append(bytes.Clone(state), 0), changed} {
		if err := phone.UnmarshalBinary(bad); err == nil || phone.Len() != 1 {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
	check(t, w.gate.Admit(w.take(t).Bytes()))
	list, err := w.spent.MarshalBinary()
	check(t, err)
	copied := new(Spent)
	check(t, copied.UnmarshalBinary(list))
	if copied.Len() != 2 {
		t.Errorf("%d spent", copied.Len())
	}
	swapped := slices.Concat(list[:2], list[2+nonceSize:], list[2:2+nonceSize])
	twice := slices.Concat(list, list[2+nonceSize:])
	for _, bad := range [][]byte{nil, list[1:], list[:len(list)-1], swapped, twice} {
		if err := copied.UnmarshalBinary(bad); err == nil || copied.Len() != 2 {
			t.Errorf("a list of %d bytes: %v", len(bad), err)
		}
	}
}

// fixed reads a salt and then a blinding factor, as circl draws them.
func fixed(salt, r []byte) *bytes.Reader { return bytes.NewReader(slices.Concat(salt, r)) }

// RFC 9578, Appendix A.2: key identifier, request, response and token.
func TestVectorsRFC9578(t *testing.T) {
	seen := map[KeyID]bool{}
	for n, v := range rfc9578(t) {
		i, err := ParseIssuer(string(v.SkS))
		check(t, err)
		if !bytes.Equal(i.PublicKey().Bytes(), v.PkS) {
			t.Errorf("%d: another encoding of the key", n)
		}
		c, err := ParseChallenge(v.Challenge)
		check(t, err)
		if b, err := c.Bytes(); err != nil || !bytes.Equal(b, v.Challenge) {
			t.Errorf("%d: another challenge: %+v", n, c)
		}
		token := Token{nonce: [nonceSize]byte(v.Nonce), challenge: sha256.Sum256(v.Challenge), key: i.PublicKey().ID()}
		client, err := blindrsa.NewClient(variant, &i.key.PublicKey)
		check(t, err)
		blinded, state, err := client.Blind(fixed(v.Salt, v.Blind), token.input())
		check(t, err)
		request := newRequest(token.key, blinded)
		if !bytes.Equal(request, v.Request) {
			t.Errorf("%d: another request", n)
		}
		response, err := i.Sign(v.Request)
		check(t, err)
		if !bytes.Equal(response, v.Response) {
			t.Errorf("%d: another response", n)
		}
		token, err = finish(&i.key.PublicKey, pending{token, state}, v.Response)
		check(t, err)
		if !bytes.Equal(token.Bytes(), v.Token) {
			t.Errorf("%d: another token", n)
		}
		g, err := NewGate(i.PublicKey(), v.Challenge, new(Spent))
		check(t, err)
		check(t, g.Admit(v.Token))
		seen[token.key] = true
	}
	if len(seen) == 0 {
		t.Error("no vectors")
	}
}

// RFC 9474, Appendix A: the variants with a salt, of a key of 4096 bits. crypto/rsa verifies them too.
func TestVectorsRFC9474(t *testing.T) {
	type hex = vectors.Bytes
	var all []struct {
		Name, P, Q, N, E, D string
		Prefix              hex `json:"msg_prefix"`
		Input               hex `json:"input_msg"`
		Salt                hex
		Inv                 string
		Blinded             hex `json:"blinded_msg"`
		BlindSig            hex `json:"blind_sig"`
		Sig                 hex
	}
	vectors.Read(t, "testdata/rfc9474.json", &all)
	number := func(s string) *big.Int {
		n, ok := new(big.Int).SetString(s, 16)
		if !ok {
			t.Fatalf("%q is no number", s)
		}
		return n
	}
	for _, v := range all {
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: number(v.N), E: int(number(v.E).Int64())}, D: number(v.D), Primes: []*big.Int{number(v.P), number(v.Q)}}
		kind := blindrsa.SHA384PSSRandomized
		if strings.HasSuffix(v.Name, "Deterministic") {
			kind = blindrsa.SHA384PSSDeterministic
		}
		client, err := blindrsa.NewClient(kind, &key.PublicKey)
		check(t, err)
		r := new(big.Int).ModInverse(number(v.Inv), key.N).FillBytes(make([]byte, 512))
		blinded, state, err := client.Blind(fixed(v.Salt, r), v.Input)
		check(t, err)
		sig, err := blindrsa.NewSigner(key).BlindSign(blinded)
		check(t, err)
		final, err := client.Finalize(state, sig)
		check(t, err)
		if !bytes.Equal(blinded, v.Blinded) || !bytes.Equal(sig, v.BlindSig) || !bytes.Equal(final, v.Sig) {
			t.Errorf("%s: other values", v.Name)
		}
		digest := sha512.Sum384(v.Input)
		check(t, rsa.VerifyPSS(&key.PublicKey, crypto.SHA384, digest[:], v.Sig, nil))
	}
	if len(all) != 2 {
		t.Errorf("%d vectors", len(all))
	}
}
