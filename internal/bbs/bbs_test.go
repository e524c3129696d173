package bbs

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/cloudflare/circl/ecc/bls12381"
	"github.com/cloudflare/circl/ecc/bls12381/ff"

	"doormat/internal/testing/printed"
)

var long = flag.Bool("long", false, "change every bit of a signature and a proof")

func testKey(t testing.TB, seed byte) *PrivateKey {
	t.Helper()
	k, err := KeyGen(bytes.Repeat([]byte{seed}, 32), nil)
	check(t, err)
	return k
}

var (
	testHeader   = []byte("header")
	testMessages = [][]byte{[]byte("Ana"), []byte("1990-05-01"), []byte("yes")}
)

// A signature is for its header, its messages in their order, and its key.
func TestOtherSignatures(t *testing.T) {
	k := testKey(t, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	check(t, k.Public().Verify(signature, testHeader, testMessages))
	if testKey(t, 2).Public().Verify(signature, testHeader, testMessages) == nil {
		t.Error("under another key")
	}
	if k.Public().Verify(signature, []byte("other"), testMessages) == nil {
		t.Error("with another header")
	}
	for _, bad := range [][][]byte{nil, testMessages[:2], append(slices.Clone(testMessages), nil), {testMessages[1], testMessages[0], testMessages[2]}} {
		if k.Public().Verify(signature, testHeader, bad) == nil {
			t.Errorf("on %q", bad)
		}
	}
	none, err := k.Sign(nil, nil)
	check(t, err)
	check(t, k.Public().Verify(none, nil, nil))
}

// damaged yields b with bits changed, cut and longer. Without -long it is a bit of every fifth byte.
func damaged(b []byte, yield func(what string, bad []byte)) {
	step := 41
	if *long {
		step = 1
	}
	for bit := 0; bit < 8*len(b); bit += step {
		bad := bytes.Clone(b)
		bad[bit/8] ^= 1 << (bit % 8)
		yield("a bit changed", bad)
	}
	for n := range b {
		yield("cut", b[:n])
	}
	for _, n := range []int{1, 32, 48} {
		yield("longer", append(bytes.Clone(b), make([]byte, n)...))
		yield("longer", append(bytes.Clone(b), b[len(b)-n:]...))
	}
}

func TestDamagedSignatures(t *testing.T) {
	k := testKey(t, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	damaged(signature, func(what string, bad []byte) {
		if k.Public().Verify(bad, testHeader, testMessages) == nil {
			t.Errorf("%s: %x", what, bad)
		}
	})
}

func TestDamagedProofs(t *testing.T) {
	k := testKey(t, 1)
	proof := prove(t, k, []byte("nonce"), []int{2})
	shown := testMessages[2:]
	check(t, k.Public().ProofVerify(proof, testHeader, []byte("nonce"), shown, []int{2}))
	damaged(proof, func(what string, bad []byte) {
		if k.Public().ProofVerify(bad, testHeader, []byte("nonce"), shown, []int{2}) == nil {
			t.Errorf("%s: %x", what, bad)
		}
	})
}

func prove(t testing.TB, k *PrivateKey, ph []byte, disclosed []int) []byte {
	t.Helper()
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	proof, err := k.Public().ProofGen(signature, testHeader, ph, testMessages, disclosed)
	check(t, err)
	if want := ProofSize(len(testMessages) - len(disclosed)); len(proof) != want {
		t.Errorf("a proof of %d bytes, expected %d", len(proof), want)
	}
	return proof
}

// Every choice of messages can be shown, and a proof holds for this choice alone.
func TestEveryChoice(t *testing.T) {
	k := testKey(t, 1)
	choices := [][]int{nil, {0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}
	for i, choice := range choices {
		proof := prove(t, k, nil, choice)
		for j, other := range choices {
			err := k.Public().ProofVerify(proof, testHeader, nil, pick(testMessages, other), other)
			if (err == nil) != (i == j) {
				t.Errorf("a proof that shows %v, verified for %v: %v", choice, other, err)
			}
		}
	}
}

// A proof holds for key, header, presentation header and messages, and for no others.
func TestOtherProofs(t *testing.T) {
	k := testKey(t, 1)
	proof := prove(t, k, []byte("nonce"), []int{2})
	verify := func(k *PrivateKey, header, ph, message string) error {
		return k.Public().ProofVerify(proof, []byte(header), []byte(ph), [][]byte{[]byte(message)}, []int{2})
	}
	check(t, verify(k, "header", "nonce", "yes"))
	for what, err := range map[string]error{
		"another key":       verify(testKey(t, 2), "header", "nonce", "yes"),
		"another header":    verify(k, "Header", "nonce", "yes"),
		"another nonce":     verify(k, "header", "Nonce", "yes"),
		"another message":   verify(k, "header", "nonce", "no"),
		"headers that meet": verify(k, "headern", "once", "yes"),
	} {
		if err != errProof {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A holder proves what the signer has signed: a signature of another key makes a proof in which all but the pairings
// holds.
func TestProofOfAnotherKeysSignature(t *testing.T) {
	k := testKey(t, 1)
	signature, err := testKey(t, 2).Sign(testHeader, testMessages)
	check(t, err)
	proof, err := k.Public().ProofGen(signature, testHeader, nil, testMessages, []int{2})
	check(t, err)
	if err := k.Public().ProofVerify(proof, testHeader, nil, testMessages[2:], []int{2}); err != errProof {
		t.Errorf("%v", err)
	}
}

// Indexes ascend, are below the number of messages, and have a message each.
func TestIndexes(t *testing.T) {
	k := testKey(t, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	proof := prove(t, k, nil, []int{0, 2})
	for _, bad := range [][]int{{2, 0}, {0, 0}, {-1, 0}, {0, 3}, {0, 1, 2, 3}} {
		if _, err := k.Public().ProofGen(signature, testHeader, nil, testMessages, bad); err != errIndexes {
			t.Errorf("proving %v: %v", bad, err)
		}
		if len(bad) != 2 {
			continue
		}
		if err := k.Public().ProofVerify(proof, testHeader, nil, testMessages[:2], bad); err != errIndexes {
			t.Errorf("verifying %v: %v", bad, err)
		}
	}
	if err := k.Public().ProofVerify(proof, testHeader, nil, testMessages, []int{0, 2}); err != errIndexes {
		t.Errorf("three messages and two indexes: %v", err)
	}
}

func TestLimits(t *testing.T) {
	k := testKey(t, 1)
	longer, many := make([]byte, MaxLength+1), make([][]byte, MaxMessages+1)
	for _, c := range []struct {
		header   []byte
		messages [][]byte
	}{{longer, nil}, {nil, [][]byte{longer}}, {nil, many}} {
		if _, err := k.Sign(c.header, c.messages); err != errLength {
			t.Errorf("signing: %v", err)
		}
		if err := k.Public().Verify(make([]byte, SignatureSize), c.header, c.messages); err != errLength {
			t.Errorf("verifying: %v", err)
		}
		if _, err := k.Public().ProofGen(make([]byte, SignatureSize), c.header, nil, c.messages, nil); err != errLength {
			t.Errorf("proving: %v", err)
		}
		if err := k.Public().ProofVerify(make([]byte, ProofSize(0)), c.header, nil, c.messages, nil); err != errLength {
			t.Errorf("verifying a proof: %v", err)
		}
	}
	if err := k.Public().ProofVerify(make([]byte, ProofSize(0)), nil, longer, nil, nil); err != errLength {
		t.Errorf("a presentation header that is too long: %v", err)
	}
	proof := append(prove(t, k, nil, nil), make([]byte, 32*MaxMessages)...)
	if err := k.Public().ProofVerify(proof, nil, nil, nil, nil); err != errProof {
		t.Errorf("a proof about %d messages: %v", 3+MaxMessages, err)
	}
	if _, err := k.Public().ProofGen(make([]byte, SignatureSize), nil, nil, nil, nil); err != errSignature {
		t.Errorf("proving zeros: %v", err)
	}
	for _, n := range []int{0, 31, MaxLength + 1} {
		if _, err := KeyGen(make([]byte, n), nil); err == nil {
			t.Errorf("a key of %d bytes of material", n)
		}
	}
	if _, err := KeyGen(make([]byte, 32), longer); err == nil {
		t.Error("info that is too long")
	}
}

func TestZeroKeys(t *testing.T) {
	for _, k := range []*PrivateKey{nil, {}} {
		if _, err := k.Sign(nil, nil); err != errKey || k.Bytes() != nil || k.Public() != nil {
			t.Errorf("signing: %v", err)
		}
	}
	for _, k := range []*PublicKey{nil, {}} {
		_, err := k.ProofGen(make([]byte, SignatureSize), nil, nil, nil, nil)
		for _, err := range []error{err, k.Verify(make([]byte, SignatureSize), nil, nil), k.ProofVerify(make([]byte, ProofSize(0)), nil, nil, nil, nil)} {
			if err != errKey || k.Bytes() != nil {
				t.Errorf("without a key: %v", err)
			}
		}
	}
}

// order is that of the groups.
var order = bls12381.Order()

// Numbers are from 1 to the order minus 1: zero is refused, and what circl would reduce.
func TestScalars(t *testing.T) {
	k := testKey(t, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	proof := prove(t, k, nil, []int{2})
	most := bytes.Clone(order)
	most[31]--
	if _, err := ParsePrivateKey(most); err != nil {
		t.Errorf("the largest key: %v", err)
	}
	// e + order is the same number as e, and fits into 32 bytes for some keys.
	for what, bad := range map[string][]byte{
		"zero": make([]byte, 32), "the order": order, "all ones": bytes.Repeat([]byte{0xff}, 32), "31 bytes": most[1:], "33 bytes": append(bytes.Clone(most), 0),
	} {
		if _, err := ParsePrivateKey(bad); err != errKey {
			t.Errorf("a key, %s: %v", what, err)
		}
		if _, _, ok := parseSignature(slices.Concat(signature[:48], bad)); ok {
			t.Errorf("a signature, %s", what)
		}
		for at := 3 * 48; at < len(proof) && len(bad) == 32; at += 32 {
			changed := slices.Concat(proof[:at], bad, proof[at+32:])
			if _, _, ok := parseProof(changed); ok {
				t.Errorf("a proof at %d, %s", at, what)
			}
		}
	}
	sum, carry := make([]byte, 32), 0
	for i := 31; i >= 0; i-- {
		carry += int(signature[48+i]) + int(order[i])
		sum[i], carry = byte(carry), carry>>8
	}
	if carry == 0 && k.Public().Verify(slices.Concat(signature[:48], sum), testHeader, testMessages) == nil {
		t.Error("e is not reduced, and accepted")
	}
}

// Points are compressed, in the subgroup, and not the identity. With the identity for Abar and Bbar the pairings
// hold for every key.
func TestPoints(t *testing.T) {
	k := testKey(t, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	proof := prove(t, k, nil, []int{2})
	identity := append([]byte{0xc0}, make([]byte, 47)...)
	bad := map[string][]byte{
		"the identity":           identity,
		"of order 3":             append([]byte{0x80}, make([]byte, 47)...), // (0, 2)
		"not compressed":         append([]byte{proof[0] & 0x1f}, proof[1:48]...),
		"the identity with sign": append([]byte{0xe0}, make([]byte, 47)...),
		"x above p":              append([]byte{0x9f}, bytes.Repeat([]byte{0xff}, 47)...),
	}
	// x + p is the same number as x, and fits into the 381 bits for a small x.
	p := new(big.Int).SetBytes(ff.FpOrder())
	for i := range 100 { // x is small enough for one in five
		point := times(hashToScalar([]byte{byte(i)}, "small"), bls12381.G1Generator()).BytesCompressed()
		x := bytes.Clone(point)
		x[0] &= 0x1f
		sum := new(big.Int).SetBytes(x)
		if sum.Add(sum, p).BitLen() > 381 {
			continue
		}
		twin := sum.FillBytes(make([]byte, 48))
		twin[0] |= point[0] & 0xe0
		bad["a point's x, and p"] = twin
	}
	if bad["a point's x, and p"] == nil {
		t.Error("no point has a small x")
	}
	for what, p := range bad {
		if _, ok := parsePoint(p); ok {
			t.Errorf("%s is a point", what)
		}
		if k.Public().Verify(slices.Concat(p, signature[48:]), testHeader, testMessages) == nil {
			t.Errorf("A, %s", what)
		}
		for at := 0; at < 3*48; at += 48 {
			if _, _, ok := parseProof(slices.Concat(proof[:at], p, proof[at+48:])); ok {
				t.Errorf("at %d, %s", at, what)
			}
		}
	}
	keys := map[string][]byte{
		"the identity": append([]byte{0xc0}, make([]byte, 95)...),
		"no bytes":     nil,
		"a byte less":  k.Public().Bytes()[:95],
		"a byte more":  append(k.Public().Bytes(), 0),
		"uncompressed": k.Public().w.Bytes(),
	}
	for x := range byte(16) { // half of them are on the curve, and none in the subgroup
		keys[fmt.Sprint("x = ", x)] = append(append([]byte{0x80}, make([]byte, 94)...), x)
	}
	for what, b := range keys {
		if _, err := ParsePublicKey(b); err != errKey {
			t.Errorf("a public key, %s: %v", what, err)
		}
	}
	if again, err := ParsePublicKey(k.Public().Bytes()); err != nil || again.bytes != k.Public().bytes {
		t.Error(err)
	}
}

// A forger without a signature: the identity in the place of Abar and Bbar satisfies the pairings, so that only the
// refusal of the identity stops the proof.
func TestForgeryWithTheIdentity(t *testing.T) {
	k := testKey(t, 1).Public()
	g := generatorsOf(1)
	m := scalarsOf([][]byte{[]byte("yes")})
	domain := domainOf(k, g, nil)
	d, zero := g.b(domain, m), sum() // D = B, with r2 = 1
	random := readFixtures(t).MockedRandom.mock(3)
	t1, t2 := times(random[1], d), times(random[2], d)
	c := challenge([]int{0}, m, []*g1{zero, zero, d, t1, t2}, domain, nil)
	// T1 = c Bbar + e^ Abar + r1^ D, so r1^ = r1~; T2 = c B + r3^ D, so r3^ = r3~ - c.
	proof := slices.Concat(zero.BytesCompressed(), zero.BytesCompressed(), d.BytesCompressed(),
		bytesOf(random[0], random[1], muladd(random[2], neg(c), one()), c))
	if err := k.ProofVerify(proof, nil, nil, [][]byte{[]byte("yes")}, []int{0}); err != errProof {
		t.Errorf("a proof of nothing: %v", err)
	}
	if !k.paired(zero, zero, -1) {
		t.Error("the pairings do not hold, so this forgery shows nothing")
	}
}

func one() *scalar {
	s := new(scalar)
	s.SetOne()
	return s
}

// known are generators whose logarithms the test knows, to the base of the group's generator: those of P1, Q1, H_1, …
func known(n int) (g generators, logs []*scalar) {
	for i := range n + 2 {
		logs = append(logs, hashToScalar([]byte{byte(i)}, "test"))
	}
	points := make([]*g1, n+2)
	for i, k := range logs {
		points[i] = times(k, bls12381.G1Generator())
	}
	return generators{points[0], points[1], points[2:]}, logs
}

// For each proof and each signature of the key on the same header and the same shown messages there are random
// numbers with which the holder of that signature makes that proof, to the byte. So a proof says nothing about which
// signature it is of, to the signer neither, with any computing power. The logarithms of the generators, which nobody
// knows of the real ones, and the key are needed here to compute the random numbers only.
func TestEveryProofFitsEverySignature(t *testing.T) {
	k := testKey(t, 1)
	pk := k.Public()
	people := []string{"Ana", "Ben", "Cas"}
	g, logs := known(2)
	shown := []int{1}
	messages := func(name string) [][]byte { return [][]byte{[]byte(name), []byte("yes")} }
	logOfB := func(name string) *scalar {
		s := muladd(logs[0], domainOf(pk, g, testHeader), logs[1])
		for i, m := range scalarsOf(messages(name)) {
			s = muladd(s, m, logs[2+i])
		}
		return s
	}
	signatures := map[string][]byte{}
	for _, name := range people {
		var err error
		signatures[name], err = k.sign(g, testHeader, messages(name))
		check(t, err)
	}
	mock := readFixtures(t).MockedRandom
	for n, owner := range people {
		random := mock.mock(6 * 3)[6*n : 6*n+6]
		proof, err := pk.prove(g, random, signatures[owner], testHeader, []byte("nonce"), messages(owner), shown)
		check(t, err)
		check(t, pk.verifyProof(g, proof, testHeader, []byte("nonce"), messages(owner)[1:], shown))
		_, s, ok := parseProof(proof)
		if !ok {
			t.Fatal("no proof")
		}
		eHat, r1Hat, r3Hat, mHat, c := s[0], s[1], s[2], s[3], s[4]
		d, r1 := new(scalar), random[0] // Abar / A of another differs, and D / B
		d.Mul(random[1], logOfB(owner))
		_, eOwner, _ := parseSignature(signatures[owner])
		aBar := new(scalar) // Abar = r1 r2 B / (SK + e) = r1 D / (SK + e)
		aBar.Mul(r1, d)
		aBar.Mul(aBar, inverse(muladd(eOwner, one(), k.sk)))
		for _, other := range people {
			_, e, _ := parseSignature(signatures[other])
			r2, r1 := new(scalar), new(scalar)
			r2.Mul(d, inverse(logOfB(other)))
			r1.Mul(aBar, muladd(e, one(), k.sk))
			r1.Mul(r1, inverse(d))
			fits := []*scalar{r1, r2,
				muladd(eHat, neg(e), c), muladd(r1Hat, r1, c), muladd(r3Hat, inverse(r2), c),
				muladd(mHat, neg(scalarsOf(messages(other))[0]), c),
			}
			again, err := pk.prove(g, fits, signatures[other], testHeader, []byte("nonce"), messages(other), shown)
			check(t, err)
			if !bytes.Equal(again, proof) {
				t.Errorf("%s's proof does not fit the signature of %s", owner, other)
			}
			if owner != other && bytes.Equal(bytesOf(fits...), bytesOf(random...)) {
				t.Error("the random numbers are the owner's")
			}
		}
	}
}

func inverse(s *scalar) *scalar {
	i := new(scalar)
	i.Inv(s)
	return i
}

// Two proofs have no 16 bytes in common. With the same random numbers they have three points, and give away e, which
// the signer has noted, and every hidden message: x = (x^ - x^') / (c - c').
func TestRepeatedRandomnessTellsAll(t *testing.T) {
	k := testKey(t, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	first, second := prove(t, k, nil, []int{2}), prove(t, k, nil, []int{2})
	for at := 0; at+16 <= len(first); at += 16 {
		if bytes.Contains(second, first[at:at+16]) || bytes.Contains(signature, first[at:at+16]) {
			t.Errorf("the bytes at %d are repeated", at)
		}
	}
	drawn := map[string]bool{}
	for _, proof := range [][]byte{first, second} {
		all, err := Blinds(proof, signature, testMessages, []int{2})
		check(t, err)
		for i, b := range all {
			if drawn[string(b)] {
				t.Errorf("random number %d is repeated", i)
			}
			drawn[string(b)] = true
		}
	}
	random := readFixtures(t).MockedRandom.mock(7)
	var scalars [2][]*scalar
	for i := range scalars {
		proof, err := k.Public().prove(generatorsOf(3), random, signature, testHeader, []byte{byte(i)}, testMessages, []int{2})
		check(t, err)
		var ok bool
		if _, scalars[i], ok = parseProof(proof); !ok {
			t.Fatal("no proof")
		}
	}
	difference := func(i int) *scalar { return muladd(scalars[0][i], neg(one()), scalars[1][i]) }
	_, e, _ := parseSignature(signature)
	hidden := scalarsOf(testMessages)
	for i, want := range map[int]*scalar{0: e, 3: hidden[0], 4: hidden[1]} {
		x := new(scalar)
		x.Mul(difference(i), inverse(difference(5)))
		if x.IsEqual(want) != 1 {
			t.Errorf("number %d is not given away", i)
		}
	}
}

// The owner's signature gives back the random numbers of e and of what is hidden, and another's gives others.
func TestBlinds(t *testing.T) {
	k := testKey(t, 1)
	random := readFixtures(t).MockedRandom.mock(7)
	signature, err := k.Sign(testHeader, testMessages)
	check(t, err)
	proof, err := k.Public().prove(generatorsOf(3), random, signature, testHeader, nil, testMessages, []int{1})
	check(t, err)
	want := bytesOf(random[2], random[5], random[6])
	got, err := Blinds(proof, signature, testMessages, []int{1})
	check(t, err)
	if !bytes.Equal(slices.Concat(got...), want) {
		t.Errorf("%x, expected %x", got, want)
	}
	others := [][]byte{[]byte("Ben"), testMessages[1], []byte("no")}
	other, err := k.Sign(testHeader, others)
	check(t, err)
	got, err = Blinds(proof, other, others, []int{1})
	check(t, err)
	for i, b := range got {
		if len(b) != 32 || bytes.Contains(want, b) {
			t.Errorf("with another's signature, number %d: %x", i, b)
		}
	}
	for what, c := range map[string]struct {
		want             error
		proof, signature []byte
		messages         [][]byte
		disclosed        []int
	}{
		"a proof that is cut":     {errIndexes, proof[:len(proof)-1], signature, testMessages, []int{1}},
		"no proof":                {errIndexes, nil, signature, testMessages, []int{1}},
		"a proof of zeros":        {errProof, make([]byte, len(proof)), signature, testMessages, []int{1}},
		"a signature of zeros":    {errSignature, proof, make([]byte, SignatureSize), testMessages, []int{1}},
		"a signature that is cut": {errSignature, proof, signature[1:], testMessages, []int{1}},
		"no messages":             {errIndexes, proof, signature, nil, nil},
		"another number hidden":   {errIndexes, proof, signature, testMessages, []int{0, 1}},
		"an index too high":       {errIndexes, proof, signature, testMessages, []int{3}},
		"too many messages":       {errLength, proof, signature, make([][]byte, MaxMessages+1), nil},
	} {
		if _, err := Blinds(c.proof, c.signature, c.messages, c.disclosed); err != c.want {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	k := testKey(t, 1)
	b := k.Bytes()
	text := k.sk.String()
	for _, x := range []any{k, *k, []*PrivateKey{k}, struct{ k *PrivateKey }{k}} {
		if leak := printed.Leak(x, b, []byte(text), []byte(strings.TrimPrefix(text, "0x"))); leak != "" {
			t.Errorf("%T: %s", x, leak)
		}
	}
}

// What parses has one encoding, and is of no other length.
func FuzzParse(f *testing.F) {
	k := testKey(f, 1)
	signature, err := k.Sign(nil, nil)
	check(f, err)
	for _, b := range [][]byte{k.Bytes(), k.Public().Bytes(), signature, prove(f, k, nil, []int{2}), nil} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := ParsePrivateKey(b); err == nil && !bytes.Equal(k.Bytes(), b) {
			t.Errorf("the private key %x is read as %x", b, k.Bytes())
		}
		if k, err := ParsePublicKey(b); err == nil && !bytes.Equal(k.w.BytesCompressed(), b) {
			t.Errorf("the public key %x is read as %x", b, k.w.BytesCompressed())
		}
		if a, e, ok := parseSignature(b); ok && !bytes.Equal(append(a.BytesCompressed(), bytesOf(e)...), b) {
			t.Errorf("the signature %x is read as another", b)
		}
		if points, scalars, ok := parseProof(b); ok {
			var again []byte
			for _, p := range points {
				again = append(again, p.BytesCompressed()...)
			}
			if !bytes.Equal(append(again, bytesOf(scalars...)...), b) {
				t.Errorf("the proof %x is read as another", b)
			}
		}
	})
}

// No bytes but those of a proof verify. The proof is the same in all processes that fuzz.
func FuzzProofVerify(f *testing.F) {
	k := testKey(f, 1)
	signature, err := k.Sign(testHeader, testMessages)
	check(f, err)
	random := readFixtures(f).MockedRandom.mock(6)
	proof, err := k.Public().prove(generatorsOf(3), random, signature, testHeader, nil, testMessages, []int{0, 2})
	check(f, err)
	f.Add(proof, 0, 2)
	f.Add(proof[:len(proof)-32], 2, 0)
	f.Add([]byte{}, -1, 1<<30)
	f.Fuzz(func(t *testing.T, b []byte, first, second int) {
		indexes := []int{first, second}
		err := k.Public().ProofVerify(b, testHeader, nil, [][]byte{testMessages[0], testMessages[2]}, indexes)
		if (err == nil) != (bytes.Equal(b, proof) && first == 0 && second == 2) {
			t.Errorf("%x, which shows %v: %v", b, indexes, err)
		}
		if err != nil && !errors.Is(err, errProof) && !errors.Is(err, errIndexes) {
			t.Error(err)
		}
	})
}
