package threshold

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"
)

// counting is bytes that count.
func counting(from byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = from + byte(i)
	}
	return b
}

// The field of fixed inputs, so that a change of format shows.
func TestFieldIsKept(t *testing.T) {
	key := newKey(hashToScalar("test", counting(0, 32)))
	label := counting(0x20, 72)
	b := key.JointKey().Wrap([32]byte(counting(0x40, 32)), [64]byte(counting(0x60, 64)), label)
	const want = "f42b0117fedc0c90"
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:8]) != want {
		t.Errorf("the field's hash is %x, want %s", sum[:8], want)
	}
	if got, err := key.Unwrap(b); err != nil || !bytes.Equal(got[:], counting(0x40, 32)) {
		t.Errorf("it holds %x, %v", got, err)
	}
	f, ok := parseField(b)
	if !ok || !f.isBoundTo(label) || !bytes.Equal(f.bytes(), b) {
		t.Error("the field is not bound to its label")
	}
	for name, bad := range spoilt(label) {
		if f.isBoundTo(bad) {
			t.Errorf("it is bound to the label with %s", name)
		}
	}
}

// Encodings that RFC 9496, Appendix A.2 and Section 4.3.1, has a reader refuse, and the identity.
func TestNonCanonicalElements(t *testing.T) {
	for name, text := range map[string]string{
		"p, for zero":      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"2^255 - 1":        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"a high bit":       "0000000000000000000000000000000000000000000000000000000000000080",
		"a negative field": "0100000000000000000000000000000000000000000000000000000000000000",
		"the identity":     "0000000000000000000000000000000000000000000000000000000000000000",
	} {
		b, err := hex.DecodeString(text)
		check(t, err)
		if _, err := ParseJointKey(b); err == nil {
			t.Errorf("%s is read as an element", name)
		}
	}
	// The group's order, for zero (RFC 9496, Section 4.4).
	order, err := hex.DecodeString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	check(t, err)
	if _, err := ParseKey(order); err == nil {
		t.Error("the order is read as a scalar")
	}
	in := cryptobyte.String(order)
	if _, ok := readScalar(&in); ok {
		t.Error("the order is read as a proof's scalar")
	}
}

// Commitments give the agents' verification keys, C_0 + iC_1 + i²C_2.
func TestVerificationKeys(t *testing.T) {
	a, shares, err := Deal(3, 5)
	check(t, err)
	for i, s := range shares {
		if !a.keys[i].IsEqual(g.NewElement().MulGen(s.value)) {
			t.Errorf("agent %d has another key than his share's", i+1)
		}
	}
}

// A proof for one pair of elements is none for another, and none if the logarithms differ.
func TestProof(t *testing.T) {
	x, s := hashToScalar("test", []byte("x")), hashToScalar("test", []byte("s"))
	base := g.HashToElement([]byte("base"), nil)
	gx, bx := g.NewElement().MulGen(x), g.NewElement().Mul(base, x)
	c := func(w, z group.Element) group.Scalar { return hashToScalar("test", encode(w), encode(z)) }
	p := prove(x, s, base, c)
	if !p.check(gx, base, bx, c) {
		t.Fatal("a right proof fails")
	}
	other := g.NewElement().Add(bx, base)
	for name, ok := range map[string]bool{
		"another element":  p.check(gx, base, other, c),
		"another base":     p.check(gx, gBar, bx, c),
		"another key":      p.check(other, base, bx, c),
		"exchanged":        p.check(bx, base, gx, c),
		"another response": proof{p.e, s}.check(gx, base, bx, c),
		"another hash":     p.check(gx, base, bx, func(w, z group.Element) group.Scalar { return c(z, w) }),
	} {
		if ok {
			t.Errorf("%s: the proof passes", name)
		}
	}
}

// Each format has one form, and what is changed is refused or is something else.
func TestSpoiltFormats(t *testing.T) {
	a, shares, err := Deal(2, 3)
	check(t, err)
	key, err := RecoverKey(shares...)
	check(t, err)
	for name, c := range map[string]struct {
		data  []byte
		again func(b []byte) ([]byte, error)
	}{
		"agents":    {a.Bytes(), func(b []byte) ([]byte, error) { a, err := ParseAgents(b); return bytesOr(a.Bytes, err) }},
		"share":     {shares[0].RecoveryKey(), func(b []byte) ([]byte, error) { s, err := ParseShare(b); return bytesOr(s.RecoveryKey, err) }},
		"joint key": {a.Key().Bytes(), func(b []byte) ([]byte, error) { k, err := ParseJointKey(b); return bytesOr(k.Bytes, err) }},
		"key":       {key.RecoveryKey(), func(b []byte) ([]byte, error) { k, err := ParseKey(b); return bytesOr(k.RecoveryKey, err) }},
	} {
		if again, err := c.again(c.data); err != nil || !bytes.Equal(again, c.data) {
			t.Fatalf("%s: %x, %v", name, again, err)
		}
		for how, bad := range spoilt(c.data) {
			again, err := c.again(bad)
			if err == nil && !bytes.Equal(again, bad) {
				t.Errorf("%s with %s: read as %x", name, how, again)
			}
			if err == nil && len(bad) != len(c.data) {
				t.Errorf("%s with %s: taken", name, how)
			}
		}
	}
}

// The edges of 1 ≤ t ≤ n ≤ 32 are agents, and what is beyond is none.
func TestEdgesOfAgents(t *testing.T) {
	for _, c := range [][2]int{{1, 1}, {1, 2}, {2, 2}, {1, 32}, {31, 32}, {32, 32}} {
		a, shares, err := Deal(c[0], c[1])
		check(t, err)
		got, err := ParseAgents(a.Bytes())
		if err != nil || got.T() != c[0] || got.N() != c[1] || got.CheckShare(shares[c[1]-1]) != nil {
			t.Errorf("%d of %d are not read: %v", c[0], c[1], err)
		}
		for name, n := range map[string]int{"fewer than t": c[0] - 1, "33": 33, "255": 255} {
			bad := a.Bytes()
			bad[2] = byte(n)
			if _, err := ParseAgents(bad); err == nil {
				t.Errorf("%d commitments and %s agents are read", c[0], name)
			}
		}
	}
	a, _, err := Deal(32, 32)
	check(t, err)
	list := a.Bytes()[5:]
	more := slices.Concat([]byte{version, kindAgents, 33, 33 * 32 >> 8, 33 * 32 & 0xff}, list, list[:32])
	for name, b := range map[string][]byte{"33 of 33": more, "33 of 32": slices.Concat(more[:2], []byte{32}, more[3:]), "none": {version, kindAgents, 3, 0, 0}} {
		if _, err := ParseAgents(b); err == nil {
			t.Errorf("%s are read", name)
		}
	}
}

func bytesOr(encode func() []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return encode(), nil
}
