package mls

import (
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
	"testing"

	"doormat/internal/testing/ratio"
)

// large returns a group of n members, of which the first two are parties that follow: one has added all.
func large(b testing.TB, suite CipherSuite, n int) (x, y *party, welcome []byte) {
	x, y = newParty(b, "x"), newParty(b, "y")
	x.Group = must1[*Group](b)(x.id.NewGroup(suite, nil))
	adds := []Proposal{Add(y.keyPackage(suite))}
	for i := range n - 2 {
		k, err := NewIdentity(fmt.Sprint("member ", i)).KeyPackage(suite)
		if err != nil {
			b.Fatal(err)
		}
		adds = append(adds, Add(k))
	}
	commit, welcome, err := x.Commit(adds...)
	if err != nil {
		b.Fatal(err)
	}
	x.opens(commit)
	return x, y, welcome
}

const many = 1024

// A full commit in a tree whose parents are blank: 1,023 ciphertexts. The limit is to encrypt to as many
// keys, with crypto/hpke, on one processor.
func BenchmarkCommit(b *testing.B) {
	x, _, _ := large(b, X25519AES128, many)
	x.save()
	key, _ := hpke.NewKEM(0x0020)
	k, _ := key.GenerateKey()
	commit := func() {
		c, _, err := x.Commit()
		if err != nil {
			b.Fatal(err)
		}
		x.Discard()
		x.save()
		b.ReportMetric(float64(len(c)), "bytes")
	}
	ratio.Time(b, "x-hpke", commit, func() {
		for range many - 1 {
			_, s, _ := hpke.NewSender(k.PublicKey(), hpke.HKDFSHA256(), hpke.AES128GCM(), nil)
			s.Seal(nil, make([]byte, 32))
		}
	})
}

// One ciphertext of a path: ours, and that of crypto/hpke.
func BenchmarkSeal(b *testing.B) {
	for _, id := range []CipherSuite{X25519AES128, XWingAES128Experimental} {
		b.Run(fmt.Sprint(id), func(b *testing.B) {
			s := suites[id]
			public := s.newKeyPair().public
			info, text := s.prepare("UpdatePathNode", make([]byte, 150)), make([]byte, nh)
			raw := labelled("UpdatePathNode", make([]byte, 150))
			ratio.Speed(b, "x-crypto/hpke", func() { info.seal(public, text) }, func() {
				pk, _ := s.kem.NewPublicKey(public)
				_, sender, _ := hpke.NewSender(pk, hpke.HKDFSHA256(), s.aead, raw)
				sender.Seal(nil, text)
			})
		})
	}
}

// Joining, with all leaves checked. The limit is to verify as many signatures, on as many processors, and
// to hash the tree. Most of it is the signatures. To verify them together would take about half the time,
// but takes some that are not valid one by one (keys with a part of small order), and so members could
// disagree about who is in the group.
func BenchmarkJoin(b *testing.B) {
	_, y, welcome := large(b, X25519AES128, many)
	saved, _ := y.id.MarshalBinary()
	public, private, _ := ed25519.GenerateKey(nil)
	message := make([]byte, 200)
	signature := ed25519.Sign(private, message)
	join := func() {
		var id Identity
		if err := id.UnmarshalBinary(saved); err != nil {
			b.Fatal(err)
		}
		g, err := id.Join(welcome, nil)
		if err != nil {
			b.Fatal(err)
		}
		g.Changes()
		b.ReportMetric(float64(len(welcome)), "bytes")
	}
	ratio.Time(b, "x-limit", join, func() {
		inParallel(many, func(int) error {
			ed25519.Verify(public, message, signature)
			return nil
		})
		for range 2*many - 1 {
			hash(message)
		}
	})
}

// An application message, sealed and opened, with the changes of both stored. The limit is the
// signature, made and verified, and two AEADs on either side.
func BenchmarkMessage(b *testing.B) {
	x, y, welcome := large(b, X25519AES128, many)
	y.Group = must1[*Group](b)(y.id.Join(welcome, nil))
	x.save()
	y.save()
	text := make([]byte, 256)
	public, private, _ := ed25519.GenerateKey(nil)
	aead := suites[X25519AES128].newAEAD(make([]byte, 16))
	nonce := make([]byte, nn)
	stored, messages := 0, 0
	message := func() {
		m, err := x.Seal(text, nil)
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range []*party{x, y} {
			if p == y {
				p.opens(m)
			}
			for _, r := range p.Changes() {
				stored += len(r.Name) + len(r.Data)
			}
			messages++
		}
		b.ReportMetric(float64(len(m)), "bytes")
	}
	ratio.Time(b, "x-limit", message, func() {
		s := ed25519.Sign(private, text)
		c := aead.Seal(nil, nonce, text, nil)
		aead.Seal(nil, nonce, text[:12], nil)
		aead.Open(nil, nonce, c, nil)
		aead.Open(nil, nonce, c, nil)
		ed25519.Verify(public, text, s)
	})
	b.ReportMetric(float64(stored)/float64(messages), "stored-bytes")
}

// The commit of another, followed.
func BenchmarkFollow(b *testing.B) {
	for _, suite := range allSuites {
		b.Run(fmt.Sprint(suite), func(b *testing.B) {
			x, y, welcome := large(b, suite, many)
			y.Group = must1[*Group](b)(y.id.Join(welcome, nil))
			commit, _, err := x.Commit()
			if err != nil {
				b.Fatal(err)
			}
			state, _ := y.MarshalBinary()
			for b.Loop() {
				b.StopTimer()
				g, err := ParseGroup(y.id, state)
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if _, err := g.Open(commit); err != nil {
					b.Fatal(err)
				}
				g.Changes()
			}
		})
	}
}
