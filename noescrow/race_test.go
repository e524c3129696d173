package noescrow

import (
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
)

// Many goroutines use two devices and a relay at once. Nothing gets lost: each message opens
// exactly once.
func TestConcurrentUse(t *testing.T) {
	const writers, messages = 4, 25
	a, b := talking(t)
	relay := shelf(t, b, 1)
	envelopes := make(chan []byte, writers*messages)
	number := SafetyNumber(a.Identity(), b.Identity())
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range messages {
				e, err := a.Seal(b.Identity(), fmt.Append(nil, i), nil)
				if err != nil {
					t.Error(err)
				}
				envelopes <- e
			}
		})
	}
	var mu sync.Mutex
	opened := map[string]int{}
	var readers sync.WaitGroup
	for range writers {
		readers.Go(func() {
			for e := range envelopes {
				from, text, err := b.Open(e, nil)
				if err != nil || from != a.Identity() {
					t.Errorf("from %v: %v", from, err)
				}
				if _, _, err := b.Open(e, nil); err == nil {
					t.Error("an envelope opens twice")
				}
				mu.Lock()
				opened[string(text)]++
				mu.Unlock()
			}
		})
	}
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	for _, d := range []*Device{a, b} {
		wg.Go(func() {
			for range 10 {
				if _, err := d.MarshalBinary(); err != nil {
					t.Error(err)
				}
				publication, err := d.Publish(2)
				if err != nil {
					t.Error(err)
				}
				if d == b {
					if err := relay.Add(publication); err != nil {
						t.Error(err)
					}
				}
				logger.Info("device", "d", d, "id", d.Identity())
				d.Recipient()
				d.OneTimePrekeys()
				for _, peer := range d.Peers() {
					d.Verified(peer)
				}
				if err := a.Verify(b.Identity(), number); err != nil {
					t.Error(err)
				}
				if _, err := relay.MarshalBinary(); err != nil || relay.Identity() != b.Identity() {
					t.Errorf("the relay has a shelf of %v, %v", relay.Identity(), err)
				}
				relay.OneTimePrekeys()
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			c := NewDevice()
			for range 5 {
				if err := c.Start(b.Identity(), relay.Bundle()); err != nil {
					t.Error(err)
				}
				e, err := c.Seal(b.Identity(), nil, nil)
				if err != nil {
					t.Error(err)
				}
				if _, _, err := b.Open(e, nil); err != nil {
					t.Error(err)
				}
				if _, err := b.Seal(c.Identity(), nil, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	close(envelopes)
	readers.Wait()
	for i := range messages {
		if n := opened[fmt.Sprint(i)]; n != writers {
			t.Errorf("message %d was opened %d times, expected %d", i, n, writers)
		}
	}
	send(t, b, a, "still here")
}

// The zero Device is made once, whoever comes first.
func TestConcurrentFirstUse(t *testing.T) {
	var d Device
	ids := make([]Identity, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() { ids[i] = d.Identity() })
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Error("one device has two identities")
		}
	}
}
