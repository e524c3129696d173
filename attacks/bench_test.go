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
// decapsulation. Each figure is the best of the rounds, and the rounds of all three take turns,
// so that other programs on the machine disturb them alike:
//
//	of-limit    messages a second on one core, over decapsulations a second on one core
//	x-one-core  messages a second on two cores, over those on one
func BenchmarkRecoverBulk(b *testing.B) {
	const n = 4000
	line, tr := recorded(b, n)
	private, _ := xwing.DeriveKeyPair(make([]byte, xwing.SeedSize))
	recover := func(cores int) time.Duration {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		var c counter
		start := time.Now()
		ops, err := recoverWithEscrowKey(b.Context(), line, tr, c.found)
		if err != nil || ops != n || c.n.Load() != n {
			b.Fatalf("%d of %d open: %v", c.n.Load(), ops, err)
		}
		return time.Since(start)
	}
	var ciphertexts [][]byte
	for e := range tr.All() {
		ciphertexts = append(ciphertexts, bytes.Clone(e.Bytes[1:][:xwing.CiphertextSize]))
	}
	limit := func() time.Duration {
		var ss [xwing.SharedKeySize]byte
		start := time.Now()
		for _, c := range ciphertexts {
			private.DecapsulateTo(ss[:], c)
		}
		return time.Since(start)
	}
	one, two, bare := recover(1), recover(2), limit()
	for b.Loop() {
		one, two, bare = min(one, recover(1)), min(two, recover(2)), min(bare, limit())
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(n/min(one, two).Seconds(), "messages/s")
	b.ReportMetric(float64(bare)/float64(one), "of-limit")
	b.ReportMetric(float64(one)/float64(two), "x-one-core")
}
