package sakke

import (
	"bytes"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"testing"

	"doormat/internal/supersingular"
)

// published returns the values of a document's appendix.
func published(t testing.TB, document string) map[string]string {
	t.Helper()
	b, err := os.ReadFile("testdata/rfc6507_6508_6509.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]map[string]string
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all[document]) == 0 {
		t.Fatalf("there are no values of %s", document)
	}
	return all[document]
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	if len(s)%2 == 1 {
		s = "0" + s
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pad makes a number n bytes long.
func pad(b []byte, n int) []byte { return append(make([]byte, n-len(b)), b...) }

func is(t testing.TB, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(bytes.TrimLeft(got, "\x00"), bytes.TrimLeft(unhex(t, strings.ToLower(want)), "\x00")) {
		t.Errorf("%s is\n%x, want\n%s", what, got, want)
	}
}

func scalarOf(t testing.TB, s string) scalar { return scalar(pad(unhex(t, s), scalarSize)) }

// rfcKMS has the secrets of the appendices of RFC 6507 and RFC 6508.
func rfcKMS(t testing.TB) *KMS {
	t.Helper()
	z, err := ParseMasterSecret(pad(unhex(t, published(t, "RFC6508")["z"]), 128))
	if err != nil {
		t.Fatal(err)
	}
	ksak := scalarOf(t, published(t, "RFC6507")["KSAK"])
	a, err := ParseAuthenticationSecret(ksak[:])
	if err != nil {
		t.Fatal(err)
	}
	return &KMS{name: "kms.example", Master: z, Authentication: a}
}

func rfcIdentifier(t testing.TB) Identifier {
	t.Helper()
	id, err := ParseIdentifier(unhex(t, published(t, "RFC6507")["ID"]))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// RFC 6509, Appendix A, and RFC 6508, Appendix A.
func TestPublishedSAKKE(t *testing.T) {
	set, v := published(t, "RFC6509_param_set_1"), published(t, "RFC6508")
	p := supersingular.Generator().Bytes()
	is(t, "Px", p[1:129], set["Px"])
	is(t, "Py", p[129:], set["Py"])
	is(t, "g", bytesOfValue(supersingular.G()), set["g"])
	q, _ := new(big.Int).SetString(set["q"], 16)
	if !supersingular.NewScalar(q.Bytes()).IsZero() {
		t.Error("q is another")
	}
	is(t, "⟨P, P⟩", bytesOfValue(newReceiverKey("", supersingular.Generator()).lines().Pair(supersingular.Generator())), set["g"])

	kms, id := rfcKMS(t), rfcIdentifier(t)
	c := kms.Community()
	is(t, "Zx", c.z.Bytes()[1:129], v["Zx"])
	is(t, "Zy", c.z.Bytes()[129:], v["Zy"])
	rsk, err := kms.Master.Extract(id)
	if err != nil {
		t.Fatal(err)
	}
	is(t, "RSKx", rsk.Bytes()[1:129], v["RSKx"])
	is(t, "RSKy", rsk.Bytes()[129:], v["RSKy"])
	if _, err := c.ParseReceiverKey(id, rsk.Bytes()); err != nil {
		t.Error(err)
	}
	ssv := NewSSV([16]byte(unhex(t, v["SSV"])))
	r := ephemeral(id, ssv)
	is(t, "r", bytesOf(r), v["r"])
	gr := bytesOfValue(supersingular.PowerOfG(r))
	is(t, "gʳ", gr, v["g^r"])
	mask := hashToMask(gr)
	is(t, "the mask", mask[:], v["mask"])
	encapsulated := c.encapsulate(id, ssv)
	is(t, "Rx", encapsulated[1:129], v["Rx"])
	is(t, "Ry", encapsulated[129:257], v["Ry"])
	is(t, "H", encapsulated[257:], v["H"])
	if encapsulated[0] != 4 || len(encapsulated) != encapsulatedSize {
		t.Errorf("%d bytes, the first is %d", len(encapsulated), encapsulated[0])
	}
	point, err := supersingular.ParsePoint(encapsulated[:257])
	if err != nil {
		t.Fatal(err)
	}
	is(t, "⟨R, RSK⟩", bytesOfValue(rsk.lines().Pair(point)), v["g^r"])
	is(t, "⟨RSK, R⟩", bytesOfValue(newReceiverKey("", point).lines().Pair(*rsk.k)), v["g^r"])
	got, err := c.Decapsulate(rsk, encapsulated)
	if err != nil {
		t.Fatal(err)
	}
	is(t, "SSV", got.b[:], v["SSV"])
}

// A case that the appendix does not have: with its z and identifier, and SSV 0x84a, gʳ begins with a zero
// octet. By RFC 6508, Section 4, it is hashed with that zero. What other implementations make, without
// it, is not opened.
func TestLeadingZero(t *testing.T) {
	kms, id := rfcKMS(t), rfcIdentifier(t)
	c := kms.Community()
	ssv := NewSSV([16]byte(pad([]byte{0x08, 0x4a}, 16)))
	gr := bytesOfValue(supersingular.PowerOfG(ephemeral(id, ssv)))
	if len(gr) != 128 || !bytes.HasPrefix(gr, []byte{0x00, 0x41, 0xc7, 0xbf}) {
		t.Fatalf("gʳ has %d octets and begins with %x", len(gr), gr[:4])
	}
	rsk, err := kms.Master.Extract(id)
	if err != nil {
		t.Fatal(err)
	}
	encapsulated := c.encapsulate(id, ssv)
	is(t, "H", encapsulated[257:], "e8a6546ded5461fa5d1a8240487320e6")
	got, err := c.Decapsulate(rsk, encapsulated)
	if err != nil {
		t.Fatal(err)
	}
	is(t, "SSV", got.b[:], "084a")

	mask := hashToMask(gr[1:])
	without := bytes.Clone(encapsulated)
	subtle.XORBytes(without[257:], ssv.b[:], mask[:])
	is(t, "H without the zero", without[257:], "cdf013668c0ca388ee5b110f617d05b7")
	if _, err := c.Decapsulate(rsk, without); err != ErrDecapsulate {
		t.Errorf("what was hashed without the zero opens: %v", err)
	}
}

// RFC 6507, Appendix A.
func TestPublishedECCSI(t *testing.T) {
	v, kms, id := published(t, "RFC6507"), rfcKMS(t), rfcIdentifier(t)
	c := kms.Community()
	is(t, "KPAK", c.kpakBytes, v["KPAK"])
	k, ok := kms.Authentication.extract(id, scalarOf(t, v["v"]))
	if !ok {
		t.Fatal("the key may not be used")
	}
	is(t, "PVT", k.pvt[:], v["PVT"])
	is(t, "HS", k.hs[:], v["HS"])
	is(t, "SSK", k.ssk[:], v["SSK"])
	if _, err := c.ParseSigningKey(id, k.Bytes()); err != nil {
		t.Error(err)
	}
	message, j := unhex(t, v["M"]), scalarOf(t, v["j"])
	is(t, "J", baseMult(j).Bytes(), v["J"])
	r, _ := baseMult(j).BytesX()
	he := hashMessage(k.hs, r, message)
	is(t, "HE", he[:], v["HE"])
	sig, ok := k.sign(message, j)
	if !ok {
		t.Fatal("the signature may not be used")
	}
	is(t, "s", sig[32:64], v["s_prime"])
	is(t, "the signature", sig, v["signature"])
	pvt, _ := parseP256(k.pvt[:])
	is(t, "Y", add(mult(k.hs, pvt), c.kpak).Bytes(), v["Y"])
	if err := c.Verify(id, message, unhex(t, v["signature"])); err != nil {
		t.Error(err)
	}
}
