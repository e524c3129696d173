package attacks

import (
	"bytes"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudflare/circl/kem/xwing"

	"doormat/escrow"
)

// recorded is a transcript of n escrow envelopes to and fro, and the authority's key.
func recorded(b *testing.B, n int) (line *Tape, tr *Transcript) {
	authority := escrow.NewAuthority()
	s := NewEscrow().(*escrowSystem)
	s.newDevice = func(string) (device, error) { return escrow.NewDevice(authority.Recipient()) }
	enrolled(b, s)
	tr = &Transcript{Tape: new(Tape)}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m := Message{at, "Ben", "Cas", "What people write has some forty letters."}
	for i := range n {
		if i%3 == 0 {
			m.From, m.To = m.To, m.From
		}
		e, err := s.Send(m)
		if err == nil {
			_, _, err = s.Receive(m.To, m.At, e)
		}
		if err == nil {
			err = tr.append(at, e)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Cleanup(func() { tr.Tape.Close() })
	return tapeOf(b, []byte(authority.RecoveryKey())), tr
}

type counter struct{ n atomic.Int64 }

func (c *counter) found(int, []byte) { c.n.Add(1) }

// BenchmarkRecoverBulk opens 4,000 messages with the authority's key. The limit is the bare
// decapsulation.
func BenchmarkRecoverBulk(b *testing.B) {
	const n = 4000
	line, tr := recorded(b, n)
	private, _ := xwing.DeriveKeyPair(make([]byte, xwing.SeedSize))
	var ciphertexts [][]byte
	for e := range tr.All() {
		ciphertexts = append(ciphertexts, bytes.Clone(e.Bytes[1:][:xwing.CiphertextSize]))
	}
	benchmarkBulk(b, n, func(found func(int, []byte)) (int64, error) {
		return recoverWithEscrowKey(b.Context(), line, tr, found)
	}, func() {
		var ss [xwing.SharedKeySize]byte
		for _, c := range ciphertexts {
			private.DecapsulateTo(ss[:], c)
		}
	})
}

// benchmarkBulk opens n messages with recover, beside the limit, which does for n messages on one
// core what cannot be avoided. Each figure is the best of the rounds, and the rounds of all three
// take turns, so that other programs on the machine disturb them alike:
//
//	of-limit    messages a second on one core, over those of the limit
//	x-one-core  messages a second on two cores, over those on one
func benchmarkBulk(b *testing.B, n int, recover func(found func(int, []byte)) (int64, error), limit func()) {
	on := func(cores int) time.Duration {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		var c counter
		start := time.Now()
		ops, err := recover(c.found)
		if err != nil || ops != int64(n) || c.n.Load() != ops {
			b.Fatalf("%d of %d open: %v", c.n.Load(), ops, err)
		}
		return time.Since(start)
	}
	bare := func() time.Duration {
		start := time.Now()
		limit()
		return time.Since(start)
	}
	one, two, least := on(1), on(2), bare()
	for b.Loop() {
		one, two, least = min(one, on(1)), min(two, on(2)), min(least, bare())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(n)/min(one, two).Seconds(), "messages/s")
	b.ReportMetric(float64(least)/float64(one), "of-limit")
	b.ReportMetric(float64(one)/float64(two), "x-one-core")
}
