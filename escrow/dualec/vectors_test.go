package dualec

import (
	"bytes"
	"crypto/elliptic"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// NIST's example values for Dual_EC_DRBG with P-256 and SHA-256, published with SP 800-90A
// (csrc.nist.gov, "Examples with Intermediate Values"): two requests of 60 bytes each.
var nistExamples = []struct {
	name            string
	personalization string
	additional      [2]string
	resistant       bool
	out             [2]string
}{
	{name: "plain", out: [2]string{
		"ff5163c388f791e96f1052d5c8f0bd6fbf7144839c4890ff85487c5c12702e4c9849af518ae68deb14d3a62702bbde4b98ab211765fd87aca12fc2a6",
		"9a0a11f2dfb88f7260559dd8da6134eb2b34cc0415fa8fd0474db6b85e1a08385f41b435df81296b1b4edf66e0107c0844e3d28a89b05046b89177f2"}},
	{name: "additional input", additional: [2]string{"606162636465666768696a6b6c6d6e6f", "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"}, out: [2]string{
		"c08e954fcd486d0b0934a0236692ac705a835d1a3c94d2acd4684ab26e978d7d42e73cc06d6ec1472c63e51bed7f71518395836e2052bbd73a20cabb",
		"1d76dee36fcc5f9478c112eafa1c4ccd0635435a6f3a247a3ba3849790b5245070e95c1a67be7a39bfb213f2c0efcc171a3253da6d54da4362ea2099"}},
	{name: "personalization", personalization: "404142434445464748494a4b4c4d4e4f", out: [2]string{
		"3ab095cc493a8730d70de923108b2e4710799044ffc27d0a1156250ddf97e8b05ace055e49f3e3f5b928ccd18317a3e68fcb0b6f0459adf9ecf79c87",
		"7b902fc35b0af50f57f8822936d08a96e41b16967c6b1aa0bc05032f0d53919dc587b664c883e2fe8f3948002fcd8bcbfc4706bcaa2075ef6bf41167"}},
	{name: "personalization and additional input", personalization: "404142434445464748494a4b4c4d4e4f",
		additional: [2]string{"606162636465666768696a6b6c6d6e6f", "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"}, out: [2]string{
			"3b68a1d95ed0312150ac1991189780f37ec50e75249f915cd806bba0c44f9e3a919b2390805e1e90c1d2d1c823b17b96db44535b72e0cfb62723529d",
			"250b933475e3bd4fc85d97fd797834b599dededf8b6f15474e1f31b4af215cfa7a8c0a0296a2e374b3886bb0cc7e49dbb19324564b451e64f12864f9"}},
	{name: "prediction resistance", resistant: true, out: [2]string{
		"8c77288edbea9a742464f78d55e33593c1bf5f9d8cd8609d6d53bac4e4b42252a227a99bad0f2358b05955cd35723b549401c71c9c1f32f8a2018e24",
		"56eca61c64f69c1c232e992623c71418bd0b96d783118faad94a09e3a9db74d15e805ba7f14625995ca77612b2ef7a05863699ecbabf70d3d422c014"}},
	{name: "prediction resistance and additional input", resistant: true,
		additional: [2]string{"606162636465666768696a6b6c6d6e6f", "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"}, out: [2]string{
			"a5c397dfeb540e86f0470e9625d5c5ac2d50016fb201e8df574f2201dfbb42a799feb9e238aad301a493382250eee60d2e2927e500e848e57535abd1",
			"bf9894630bebaf0a0edfe726285eb055fd2ed678b76673803dd327f49dbede87d3e447a6eb73b5d5c52a40078132677f412e9e7de32b9b1cb32421b9"}},
}

// The examples' entropy is counted up: at the start, with the nonce behind it, and then for
// each prediction resistance.
const nistEntropy = "000102030405060708090a0b0c0d0e0f" + "2021222324252627" +
	"808182838485868788898a8b8c8d8e8f" + "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"

func TestNISTExamples(t *testing.T) {
	for _, c := range nistExamples {
		g, err := Instantiate(Config{
			Points:               P256().Standard(),
			Entropy:              bytes.NewReader(unhex(t, nistEntropy)),
			Personalization:      unhex(t, c.personalization),
			PredictionResistance: c.resistant,
		})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for i := range c.out {
			out := make([]byte, 60)
			if err := g.Generate(out, Request{unhex(t, c.additional[i]), c.resistant}); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if !bytes.Equal(out, unhex(t, c.out[i])) {
				t.Errorf("%s, request %d: %x, want %s", c.name, i, out, c.out[i])
			}
		}
	}
}

// The 2006 revision is the same up to the end of the first request, and only there.
func TestRevisionsDifferInOneStep(t *testing.T) {
	g := map[Revision]*Generator{}
	for _, r := range []Revision{Revision2006, Revision2007} {
		var err error
		g[r], err = Instantiate(Config{Points: P256().Standard(), Revision: r, Entropy: bytes.NewReader(unhex(t, nistEntropy))})
		if err != nil {
			t.Fatal(err)
		}
	}
	a, b := read(t, g[Revision2006], 60), read(t, g[Revision2007], 60)
	if !bytes.Equal(a, b) || !bytes.Equal(a, unhex(t, nistExamples[0].out[0])) {
		t.Error("the first requests differ")
	}
	// One more block brings 2006 to where 2007 is.
	read(t, g[Revision2006], 30)
	if s6, s7 := g[Revision2006].s.s, g[Revision2007].s.s; !bytes.Equal(s6, s7) {
		t.Errorf("states %x and %x", s6, s7)
	}
}

// The points are on their curve, as are Juniper's two, and none of the four Q is another.
func TestPointsAreOnTheCurve(t *testing.T) {
	standard := P256().Standard()
	if _, err := P256().NewPoints(standard.P(), standard.Q()); err != nil {
		t.Error(err)
	}
	if want := "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"; hex.EncodeToString(standard.P()[1:33]) != want {
		t.Errorf("x(P) is %x", standard.P()[1:33])
	}
	seen := []string{hex.EncodeToString(standard.Q()[1:33])}
	for _, x := range []string{JuniperX2008, JuniperX2012} {
		if strings.ToLower(x) != x || slices.Contains(seen, x) {
			t.Errorf("%s: not in lower case, or not new", x)
		}
		seen = append(seen, x)
		if point, _ := elliptic.UnmarshalCompressed(elliptic.P256(), append([]byte{2}, unhex(t, x)...)); point == nil {
			t.Errorf("%s: no point has that coordinate", x)
		}
	}
}
