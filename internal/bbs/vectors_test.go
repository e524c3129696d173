package bbs

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"doormat/internal/testing/vectors"
)

type hex = vectors.Bytes

// fixtures are those of the draft: testdata/bls12-381-sha-256.json says from where.
type fixtures struct {
	Ciphersuite string
	Generators  struct {
		P1, Q1        hex
		MsgGenerators []hex
	}
	KeyPair struct {
		KeyMaterial, KeyInfo hex
		KeyPair              pair
	}
	HashToScalar struct {
		Message, DST, Scalar hex
	} `json:"hash_to_scalar"`
	MapToScalar struct {
		Cases []struct{ Message, Scalar hex }
	} `json:"map_to_scalar"`
	MockedRandom mocked `json:"mocked_random"`
	Signatures   []struct {
		CaseName          string
		SignerKeyPair     pair
		Header, Signature hex
		Messages          []hex
		Result            struct{ Valid bool }
		Trace             struct{ B, Domain hex }
	}
	Proofs []proofFixture
}

type pair struct{ SecretKey, PublicKey hex }

type mocked struct {
	Seed, DST     hex
	MockedScalars []hex
}

type proofFixture struct {
	CaseName           string
	SignerPublicKey    hex
	Signature, Header  hex
	PresentationHeader hex
	Messages           []hex
	DisclosedIndexes   []int
	Proof              hex
	Result             struct{ Valid bool }
	Trace              struct {
		Random struct {
			R1, R2  hex
			ETilde  hex   `json:"e_tilde"`
			R1Tilde hex   `json:"r1_tilde"`
			R3Tilde hex   `json:"r3_tilde"`
			MTilde  []hex `json:"m_tilde_scalars"`
		} `json:"random_scalars"`
		Domain, Challenge hex
	}
}

func readFixtures(t testing.TB) (f fixtures) {
	t.Helper()
	vectors.Read(t, "testdata/bls12-381-sha-256.json", &f)
	return f
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// octets returns byte strings as messages.
func octets(all []hex) (b [][]byte) {
	for _, m := range all {
		b = append(b, m)
	}
	return b
}

func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) || len(want) == 0 {
		t.Errorf("%s: %x, expected %x", what, got, want)
	}
}

// mock returns the draft's numbers in the place of random ones: seeded_random_scalars.
func (m mocked) mock(n int) (all []*scalar) {
	b := expand(m.Seed, string(m.DST), uint(expandLength*n))
	for part := range slices.Chunk(b, expandLength) {
		all = append(all, reduce(part))
	}
	return all
}

func TestVectorsParts(t *testing.T) {
	f := readFixtures(t)
	if f.Ciphersuite != ciphersuiteID {
		t.Fatal(f.Ciphersuite)
	}
	g := generatorsOf(len(f.Generators.MsgGenerators))
	same(t, "P1", g.p1.BytesCompressed(), f.Generators.P1)
	same(t, "Q1", g.q1.BytesCompressed(), f.Generators.Q1)
	for i, want := range f.Generators.MsgGenerators {
		same(t, "a generator", g.h[i].BytesCompressed(), want)
	}
	k, err := KeyGen(f.KeyPair.KeyMaterial, f.KeyPair.KeyInfo)
	check(t, err)
	same(t, "the private key", k.Bytes(), f.KeyPair.KeyPair.SecretKey)
	same(t, "the public key", k.Public().Bytes(), f.KeyPair.KeyPair.PublicKey)
	same(t, "a hash", bytesOf(hashToScalar(f.HashToScalar.Message, string(f.HashToScalar.DST))), f.HashToScalar.Scalar)
	for _, c := range f.MapToScalar.Cases {
		same(t, "a message", bytesOf(scalarsOf([][]byte{c.Message})...), c.Scalar)
	}
	for i, s := range f.MockedRandom.mock(len(f.MockedRandom.MockedScalars)) {
		same(t, "a mocked number", bytesOf(s), f.MockedRandom.MockedScalars[i])
	}
	if len(g.h) != 10 || len(f.MapToScalar.Cases) != 10 || len(f.MockedRandom.MockedScalars) != 10 {
		t.Error("expected ten of each")
	}
}

func TestVectorsSignatures(t *testing.T) {
	valid := 0
	all := readFixtures(t).Signatures
	for _, v := range all {
		k, err := ParsePrivateKey(v.SignerKeyPair.SecretKey)
		check(t, err)
		same(t, "the public key", k.Public().Bytes(), v.SignerKeyPair.PublicKey)
		messages := octets(v.Messages)
		err = k.Public().Verify(v.Signature, v.Header, messages)
		if !v.Result.Valid {
			if err != errSignature {
				t.Errorf("%s: %v", v.CaseName, err)
			}
			continue
		}
		valid++
		if err != nil {
			t.Errorf("%s: %v", v.CaseName, err)
		}
		g := generatorsOf(len(messages))
		domain := domainOf(k.Public(), g, v.Header)
		same(t, "domain", bytesOf(domain), v.Trace.Domain)
		same(t, "B", g.b(domain, scalarsOf(messages)).BytesCompressed(), v.Trace.B)
		got, err := k.Sign(v.Header, messages)
		check(t, err)
		same(t, v.CaseName, got, v.Signature)
	}
	if len(all) != 6 || valid != 2 {
		t.Errorf("%d signatures, %d of them valid", len(all), valid)
	}
}

func TestVectorsProofs(t *testing.T) {
	f := readFixtures(t)
	valid := 0
	for _, v := range f.Proofs {
		k, err := ParsePublicKey(v.SignerPublicKey)
		check(t, err)
		messages := octets(v.Messages)
		err = k.ProofVerify(v.Proof, v.Header, v.PresentationHeader, pick(messages, v.DisclosedIndexes), v.DisclosedIndexes)
		if !v.Result.Valid {
			if !errors.Is(err, errProof) {
				t.Errorf("%s: %v", v.CaseName, err)
			}
			continue
		}
		valid++
		if err != nil {
			t.Errorf("%s: %v", v.CaseName, err)
		}
		random := f.MockedRandom.mock(5 + len(messages) - len(v.DisclosedIndexes))
		r := v.Trace.Random
		same(t, "the random numbers", bytesOf(random...), slices.Concat(append([][]byte{r.R1, r.R2, r.ETilde, r.R1Tilde, r.R3Tilde}, octets(r.MTilde)...)...))
		got, err := k.prove(generatorsOf(len(messages)), random, v.Signature, v.Header, v.PresentationHeader, messages, v.DisclosedIndexes)
		check(t, err)
		same(t, v.CaseName, got, v.Proof)
		same(t, "the challenge", got[len(got)-32:], v.Trace.Challenge)
	}
	if len(f.Proofs) != 8 || valid != 3 {
		t.Errorf("%d proofs, %d of them valid", len(f.Proofs), valid)
	}
}
