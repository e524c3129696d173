package pqxdh

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"testing/cryptotest"

	"doormat/internal/testing/vectors"
	"doormat/internal/x25519"
	"doormat/internal/xeddsa"
)

const vectorFile = "testdata/pqxdh.json"

// vectorsOf is testdata/pqxdh.json: all that is private, and what comes of it.
type vectorsOf struct {
	Comment            string        `json:"comment"`
	AliceIdentity      vectors.Bytes `json:"alice_identity"`       // IK_A, private
	AliceEphemeral     vectors.Bytes `json:"alice_ephemeral"`      // EK_A, private
	BobIdentity        vectors.Bytes `json:"bob_identity"`         // IK_B, private
	BobSigned          vectors.Bytes `json:"bob_signed_prekey"`    // SPK_B, private
	BobOneTime         vectors.Bytes `json:"bob_one_time_prekey"`  // OPK_B, private
	BobPostQuantum     vectors.Bytes `json:"bob_kem_prekey"`       // PQPK_B: d ‖ z
	Encapsulation      vectors.Bytes `json:"encapsulation_random"` // m of FIPS 203, Algorithm 17
	PublicPostQuantum  vectors.Bytes `json:"kem_public_key"`
	Ciphertext         vectors.Bytes `json:"ciphertext"`    // CT
	SharedSecret       vectors.Bytes `json:"shared_secret"` // SS
	DH                 [4]string     `json:"dh"`            // DH1 to DH4
	SK                 vectors.Bytes `json:"sk"`
	SKWithoutOneTime   vectors.Bytes `json:"sk_without_one_time"`
	AD                 vectors.Bytes `json:"ad"`
	SignatureCurve     vectors.Bytes `json:"signature_signed_prekey"` // one of many: signing is random
	SignaturePostQuant vectors.Bytes `json:"signature_kem_prekey"`
}

func xeddsaVerify(p x25519.PublicKey, message []byte, s Signature) bool {
	return xeddsa.Verify(p, message, s)
}

// reference computes the handshake from its private keys with the standard library only.
func reference(t *testing.T, v vectorsOf) vectorsOf {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key := func(b []byte) *ecdh.PrivateKey {
		k, err := ecdh.X25519().NewPrivateKey(b)
		must(err)
		return k
	}
	ikA, ekA := key(v.AliceIdentity), key(v.AliceEphemeral)
	ikB, spkB, opkB := key(v.BobIdentity), key(v.BobSigned), key(v.BobOneTime)
	km := bytes.Repeat([]byte{0xff}, 32)
	for i, pair := range [4][2]*ecdh.PrivateKey{{ikA, spkB}, {ekA, ikB}, {ekA, spkB}, {ekA, opkB}} {
		dh, err := pair[0].ECDH(pair[1].PublicKey())
		must(err)
		v.DH[i] = hex.EncodeToString(dh)
		km = append(km, dh...)
	}
	pq, err := mlkem.NewDecapsulationKey768(v.BobPostQuantum)
	must(err)
	v.PublicPostQuantum = pq.EncapsulationKey().Bytes()
	ss, ct, err := mlkemtest.Encapsulate768(pq.EncapsulationKey(), v.Encapsulation)
	must(err)
	v.SharedSecret, v.Ciphertext = ss, ct
	again, err := pq.Decapsulate(ct)
	must(err)
	if !bytes.Equal(again, ss) {
		t.Fatal("the KEM's two sides differ")
	}
	const info = "doormat_CURVE25519_SHA-256_ML-KEM-768"
	v.SK, err = hkdf.Key(sha256.New, append(km, ss...), make([]byte, 32), info, 32)
	must(err)
	v.SKWithoutOneTime, err = hkdf.Key(sha256.New, append(km[:4*32:4*32], ss...), make([]byte, 32), info, 32)
	must(err)
	hash := sha256.Sum256(append([]byte{'K'}, v.PublicPostQuantum...))
	v.AD = append([]byte{5}, ikA.PublicKey().Bytes()...)
	v.AD = append(append(v.AD, 5), ikB.PublicKey().Bytes()...)
	v.AD = append(v.AD, hash[:]...)
	return v
}

func writeVectors(t *testing.T) {
	t.Helper()
	v := vectorsOf{
		Comment:        "PQXDH with X25519, SHA-256 and ML-KEM-768, as in doormat/internal/pqxdh. Private keys are counting bytes.",
		AliceIdentity:  vectors.Counting(0x00, 32),
		AliceEphemeral: vectors.Counting(0x80, 32),
		BobIdentity:    vectors.Counting(0x20, 32),
		BobSigned:      vectors.Counting(0x40, 32),
		BobOneTime:     vectors.Counting(0x60, 32),
		BobPostQuantum: vectors.Counting(0xa0, 64),
		Encapsulation:  vectors.Counting(0xe0, 32),
	}
	v = reference(t, v)
	signed := SignCurve(x25519.PrivateKey(v.BobIdentity), x25519.PrivateKey(v.BobSigned).Public())
	kem := SignKEM(x25519.PrivateKey(v.BobIdentity), KEMPublicKey(v.PublicPostQuantum))
	v.SignatureCurve, v.SignaturePostQuant = signed[:], kem[:]
	vectors.Write(t, vectorFile, v)
}

// The vector is what the standard library computes, and what this package computes.
func TestVectors(t *testing.T) {
	if *vectors.Update {
		writeVectors(t)
	}
	var v vectorsOf
	vectors.Read(t, vectorFile, &v)
	got, _ := json.Marshal(reference(t, v))
	want, _ := json.Marshal(v)
	if !bytes.Equal(got, want) {
		t.Errorf("the standard library computes %s", got)
	}

	oneTime := x25519.PrivateKey(v.BobOneTime)
	private := Private{
		Identity:    x25519.PrivateKey(v.BobIdentity),
		Signed:      x25519.PrivateKey(v.BobSigned),
		PostQuantum: KEMSeed(v.BobPostQuantum),
		OneTime:     &oneTime,
	}
	alice := x25519.PrivateKey(v.AliceIdentity).Public()
	in := &Initial{Ephemeral: x25519.PrivateKey(v.AliceEphemeral).Public()}
	copy(in.Ciphertext[:], v.Ciphertext)
	sk, ad, err := Respond(&private, alice, in)
	if err != nil || !bytes.Equal(sk[:], v.SK) || !bytes.Equal(ad, v.AD) {
		t.Errorf("Respond: SK %x, AD %x, %v", sk, ad, err)
	}
	private.PostQuantum = KEMSeed{} // SS is enough
	pq := KEMPublicKey(v.PublicPostQuantum)
	sk, ad, err = RespondWith(&private, alice, in, KEMSecret(v.SharedSecret), &pq)
	if err != nil || !bytes.Equal(sk[:], v.SK) || !bytes.Equal(ad, v.AD) {
		t.Errorf("RespondWith: SK %x, AD %x, %v", sk, ad, err)
	}
	private.PostQuantum, private.OneTime = KEMSeed(v.BobPostQuantum), nil
	if sk, _, err := Respond(&private, alice, in); err != nil || !bytes.Equal(sk[:], v.SKWithoutOneTime) {
		t.Errorf("without one-time prekey: SK %x, %v", sk, err)
	}

	if private.PostQuantum.Public() != pq {
		t.Error("the KEM's public key is another")
	}
	bob := private.Identity.Public()
	if err := VerifyCurve(bob, private.Signed.Public(), Signature(v.SignatureCurve)); err != nil {
		t.Error(err)
	}
	if err := VerifyKEM(bob, &pq, Signature(v.SignaturePostQuant)); err != nil {
		t.Error(err)
	}
}

// Alice draws m and then EK_A. From the same draws the standard library computes the same.
func TestInitiateEqualsReference(t *testing.T) {
	for seed := range uint64(5) {
		alice, _ := x25519.Generate()
		b := newBob(true)
		cryptotest.SetGlobalRandom(t, seed)
		sk, ad, in := initiate(t, alice, &b)

		v := vectorsOf{
			AliceIdentity:  alice[:],
			AliceEphemeral: make([]byte, 32),
			BobIdentity:    b.private.Identity[:],
			BobSigned:      b.private.Signed[:],
			BobOneTime:     b.private.OneTime[:],
			BobPostQuantum: b.private.PostQuantum[:],
			Encapsulation:  make([]byte, 32),
		}
		cryptotest.SetGlobalRandom(t, seed)
		rand.Read(v.Encapsulation)
		rand.Read(v.AliceEphemeral)
		v = reference(t, v)
		if public := x25519.PrivateKey(v.AliceEphemeral).Public(); public != in.Ephemeral {
			t.Fatal("the test does not draw as Initiate does")
		}
		if !bytes.Equal(sk[:], v.SK) || !bytes.Equal(ad, v.AD) || !bytes.Equal(in.Ciphertext[:], v.Ciphertext) {
			t.Errorf("seed %d: SK %x, AD %x", seed, sk, ad)
		}
	}
}
