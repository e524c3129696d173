//go:build !js

package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"doormat/escrow/weakcipher"
)

var long = flag.Bool("long", false, "also measure what README.md says")

func measured(t *testing.T) {
	if !*long {
		t.Skip("measures for a minute: -long")
	}
}

// workerProcess is a process that joins, if role is an address and a code, or searches alone, if it is a number of
// bits. TestMain calls it.
func workerProcess(role string) error {
	address, code, ok := strings.Cut(role, " ")
	if ok {
		_, err := join(context.Background(), address, code, silent)
		return err
	}
	bits, err := strconv.Atoi(role)
	if err != nil {
		return err
	}
	plain := []byte(known[:16])
	_, w, _ := weakcipher.RecoverDES40(context.Background(), plain, make([]byte, 16), weakcipher.Options{Bits: bits})
	fmt.Println(w.Rate())
	return nil
}

func subprocess(t *testing.T, role string, cores int) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "CLUSTER_WORKER="+role, "GOMAXPROCS="+strconv.Itoa(cores))
	return cmd
}

// emptied runs a server until its queue is empty, and returns how long that took since the first lease.
func emptied(t *testing.T, h *hub) time.Duration {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	end := make(chan time.Time, 1)
	go func() {
		for ctx.Err() == nil {
			if left, err := h.left(ctx); err == nil && left == 0 {
				end <- time.Now()
				cancel()
			}
			wait(ctx, 20*time.Millisecond)
		}
	}()
	err := h.run(ctx, func(state) {})
	select {
	case ended := <-end:
		return ended.Sub(h.began)
	default:
		t.Fatal(err)
		return 0
	}
}

func keylessHub(t *testing.T, bits int) *hub {
	dir := t.TempDir()
	keyless(t, dir, bits)
	h, err := open(t.Context(), dir, "", task{Cipher: "des", Bits: bits}, soon)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	return h
}

// Two workers of one core each, beside one process of two cores. The best of some rounds counts, since other
// programs can only slow one down.
func TestMeasureTwoWorkers(t *testing.T) {
	measured(t)
	const bits = 29
	var two, one float64
	for range 3 {
		h := keylessHub(t, bits)
		for range 2 {
			cmd := subprocess(t, h.job.Address+" "+h.job.Code, 1)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Wait()
			defer cmd.Process.Kill()
		}
		took := emptied(t, h)
		two = max(two, float64(h.keys)/took.Seconds())
		h.conn.Publish(subjectDone, nil)
		h.conn.Flush()
		out, err := subprocess(t, strconv.Itoa(bits), 2).Output()
		if err != nil {
			t.Fatal(err)
		}
		rate, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
		if err != nil {
			t.Fatal(err)
		}
		one = max(one, rate)
	}
	t.Logf("two workers %.1f million a second, one process %.1f: %.2f", two/1e6, one/1e6, two/one)
}

// A worker is killed every second, and no range is lost or counted twice.
func TestMeasureWorkerKilled(t *testing.T) {
	measured(t)
	h := keylessHub(t, 28)
	ctx, cancel := context.WithCancel(t.Context())
	var killed atomic.Int32
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			cmd := subprocess(t, h.job.Address+" "+h.job.Code, 2)
			if cmd.Start() != nil {
				return
			}
			wait(ctx, time.Second)
			cmd.Process.Kill()
			cmd.Wait()
			killed.Add(1)
		}
	})
	took := emptied(t, h)
	cancel()
	wg.Wait()
	if h.keys != 1<<28 || h.caught != 0 {
		t.Errorf("%d keys were counted, of %d; %d liars", h.keys, 1<<28, h.caught)
	}
	t.Logf("%d workers were killed in %v: 0 ranges lost, none counted twice", killed.Load(), took.Round(time.Second))
}

// A thousand workers ask and settle as fast as the server answers. Their ranges are so short that searching
// takes no time.
func TestMeasureThousandWorkers(t *testing.T) {
	measured(t)
	h := keylessHub(t, 22)
	h.job.Size, h.job.Decoys = 256, nil
	if err := h.deal(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.alive = enough
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 50 {
		nc, err := enter(h.job.Address, h.job.Code, nats.MaxReconnects(-1))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		for range 20 {
			wg.Go(func() { work(ctx, natsWire(nc), silent) })
		}
	}
	took := emptied(t, h)
	cancel()
	wg.Wait()
	t.Logf("%d workers, %d leases in %.1f s: %.0f a second", h.most, h.ranges(), took.Seconds(), float64(h.ranges())/took.Seconds())
}

// The files of the longest search.
func TestMeasureFiles(t *testing.T) {
	measured(t)
	dir := t.TempDir()
	h := opened(t, dir, task{Cipher: "rc4", Bits: 40})
	size := func() (n int64) {
		filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				if info, err := d.Info(); err == nil {
					n += info.Size()
				}
			}
			return nil
		})
		return n
	}
	dealt := size()
	id := rand.Text()
	h.coin = func() bool { return false }
	h.job.Decoys = []uint64{1, 1, 1}
	for range 1000 {
		r := leased(t, h, id)
		asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: nothing(r)})
	}
	t.Logf("%d ranges: %.1f MB; after 1000 leases %.1f MB", h.ranges(), float64(dealt)/1e6, float64(size())/1e6)
}

// Two workers of one core each open a transcript, beside one core that opens records alone.
func TestMeasureRecords(t *testing.T) {
	measured(t)
	const messages = 40_000
	s := stolen(t, messages, false)
	// What the server itself takes: it answers as if workers took no time.
	h := bulkHub(t, s, t.TempDir(), maxRecords, enough)
	id, took := rand.Text(), time.Duration(0)
	var out []byte
	for r := leasedRecords(t, h, id); r.Records != nil; {
		digests := openedHonestly(t, r)
		began := time.Now()
		r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: digests})
		out = appendReply(out[:0], r)
		took += time.Since(began)
	}
	counted(t, h, s)
	t.Logf("the server alone: %.0f messages a second", messages/took.Seconds())
	h.close()
	for workers := 1; workers <= 2; workers++ {
		h := bulkHub(t, s, t.TempDir(), maxRecords, enough)
		for range workers {
			cmd := subprocess(t, h.job.Address+" "+h.job.Code, 1)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Wait()
			defer cmd.Process.Kill()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		if err := h.run(ctx, func(state) {}); err != nil {
			t.Fatal(err)
		}
		cancel()
		counted(t, h, s)
		rate := float64(h.keys) / h.bulk.last.Sub(h.began).Seconds()
		one, _, wrong, err := h.bulk.again(t.Context(), 2*time.Second)
		if err != nil || wrong != 0 {
			t.Errorf("%d counts differ, %v", wrong, err)
		}
		t.Logf("%d workers %.0f messages a second, in %d ranges; one core alone %.0f: %.2f", workers, rate, h.ranges(), one, rate/one)
		h.close()
	}
}
