package sakke

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"testing"

	"doormat/internal/supersingular"
	"doormat/internal/supersingular/supersingulartest"
	"doormat/internal/testing/ratio"
)

// withOracle has what both sides need.
func withOracle(b *testing.B) (o oracle, kms *KMS, c *Community, id Identifier) {
	kms, c = sharedKMS()
	return oracle{new(big.Int).SetBytes(kms.Master.RecoveryKey())}, kms, c, identifier(b, bobNumber, february)
}

func BenchmarkEncapsulate(b *testing.B) {
	o, _, c, id := withOracle(b)
	ssv := NewSSV([16]byte{})
	ratio.Speed(b, "x-of-math/big", func() { c.encapsulate(id, ssv) }, func() { o.encapsulate(id, ssv.b[:]) })
}

func BenchmarkDecapsulate(b *testing.B) {
	o, kms, c, id := withOracle(b)
	rsk, err := kms.Master.Extract(id)
	if err != nil {
		b.Fatal(err)
	}
	encapsulated, _ := c.Encapsulate(id)
	bigRSK := supersingulartest.Parse(rsk.Bytes())
	ratio.Speed(b, "x-of-math/big", func() {
		if _, err := c.Decapsulate(rsk, encapsulated); err != nil {
			b.Fatal(err)
		}
	}, func() { o.decapsulate(id, bigRSK, encapsulated) })
}

// The first decapsulation with a key computes its lines.
func BenchmarkDecapsulateOnce(b *testing.B) {
	_, kms, c, id := withOracle(b)
	rsk, err := kms.Master.Extract(id)
	if err != nil {
		b.Fatal(err)
	}
	encapsulated, _ := c.Encapsulate(id)
	for b.Loop() {
		if _, err := c.Decapsulate(newReceiverKey(id, *rsk.k), encapsulated); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	o, kms, _, id := withOracle(b)
	ratio.Speed(b, "x-of-math/big", func() {
		if _, err := kms.Master.Extract(id); err != nil {
			b.Fatal(err)
		}
	}, func() { o.extract(id) })
}

// The limit is a multiplication on P-256 and an inverse modulo its order, which no ECCSI and no ECDSA can
// avoid. The peer is ECDSA of the standard library, whose inverse is constant in time.
func BenchmarkSign(b *testing.B) {
	_, kms, _, id := withOracle(b)
	k := kms.Authentication.Extract(id)
	j := randomScalar()
	peer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("limit", func(b *testing.B) {
		ratio.Speed(b, "of-limit", func() { k.Sign(nil) }, func() {
			baseMult(j).BytesX()
			new(big.Int).ModInverse(j.big(), order)
		})
	})
	b.Run("crypto/ecdsa", func(b *testing.B) {
		digest := make([]byte, sha256.Size)
		ratio.Speed(b, "x-of-ecdsa", func() { k.Sign(nil) }, func() { peer.Sign(rand.Reader, digest, crypto.SHA256) })
	})
}

// The limit is four multiplications on P-256.
func BenchmarkVerify(b *testing.B) {
	_, kms, c, id := withOracle(b)
	sig := kms.Authentication.Extract(id).Sign(nil)
	p, j := baseMult(randomScalar()), randomScalar()
	ratio.Speed(b, "of-limit", func() {
		if err := c.Verify(id, nil, sig); err != nil {
			b.Fatal(err)
		}
	}, func() { baseMult(j); mult(j, p); mult(j, p); mult(j, p) })
}

// What a KMS does each month for each phone, and the phone with it.
func BenchmarkIssueAndInstall(b *testing.B) {
	kms, _ := sharedKMS()
	for b.Loop() {
		install(b, kms, phone(b, bobNumber), february)
	}
}

// A call in one message: Invite, Accept, and a packet. The limit is the bare pairing and the
// points and powers that every implementation computes.
func BenchmarkCall(b *testing.B) {
	alice, bob := phone(b, aliceNumber, february), phone(b, bobNumber, february)
	lines, table := bob.months["2011-02"].receiver.lines(), supersingular.GeneratorTable()
	r, t := supersingular.NewScalar(hashStream(nil, 4)), supersingular.NewScalar(hashStream([]byte{1}, 4))
	p := supersingular.Generator()
	ratio.Speed(b, "of-limit", func() {
		caller, callee := call(b, alice, bob, february)
		say(b, caller, callee, "hello")
	}, func() {
		lines.Pair(p)
		supersingular.PowerOfG(r)
		table.MulAdd(r, table, t) // two scalars: a sum with itself would be slow
		table.MulAdd(t, table, r)
	})
}
