//go:build !js

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli/clitest"
	"doormat/noescrow"
)

// A theft is a transcript and a stolen key, in files.
type theft struct {
	transcript, key string
	authority       *escrow.Authority
	opens           []bool // of the records
}

// stolen writes a transcript of n messages, of which one in each third is for another authority, and one in each
// seventh has no field. With long, one is longer than a message to a worker.
func stolen(t *testing.T, n int, long bool) (s theft) {
	t.Helper()
	s = theft{authority: escrow.NewAuthority()}
	mine, others := newTestPlanter(t, s.authority), newTestPlanter(t, escrow.NewAuthority())
	alice, bob := noescrow.NewDevice(), noescrow.NewDevice()
	publication, err := bob.Publish(1)
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := noescrow.NewShelf(publication)
	if err == nil {
		err = alice.Start(bob.Identity(), shelf.Bundle())
	}
	if err != nil {
		t.Fatal(err)
	}
	tape := &attacks.Transcript{Tape: new(attacks.Tape)}
	defer tape.Tape.Close()
	chance := mathrand.New(mathrand.NewPCG(3, 4))
	for i := range n {
		text := make([]byte, chance.IntN(600))
		if long && i == n/2 {
			text = make([]byte, roomRecords)
		}
		var e []byte
		switch {
		case i%7 == 6:
			e, err = alice.Seal(bob.Identity(), text, nil)
		case i%3 == 2:
			e, err = others.from.Seal(others.to, text, nil)
		default:
			e, err = mine.from.Seal(mine.to, text, nil)
		}
		if err == nil {
			err = tape.Append(time.Date(2026, 3, 2, 8, 0, i, 0, time.UTC), e)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.opens = append(s.opens, i%7 != 6 && i%3 != 2)
	}
	var b bytes.Buffer
	if _, err := tape.Tape.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s.transcript, s.key = filepath.Join(dir, "transcript.tape"), filepath.Join(dir, "key.txt")
	writeFile(t, s.transcript, b.Bytes())
	writeFile(t, s.key, []byte(s.authority.RecoveryKey()+"\n"))
	return s
}

func newTestPlanter(t *testing.T, a *escrow.Authority) *planter {
	t.Helper()
	p, err := newPlanter(a.Recipient(), true)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func natsConn(t *testing.T, h *hub) *nats.Conn {
	t.Helper()
	nc, err := enter(h.job.Address, h.job.Code)
	if err != nil {
		t.Fatal(err)
	}
	return nc
}

// openedIn counts what opens of records from first to limit.
func (s theft) openedIn(first, limit uint64) (n uint64) {
	for _, opens := range s.opens[first:limit] {
		if opens {
			n++
		}
	}
	return n
}

// bulkHub starts a server on a theft, in ranges of at most most records.
func bulkHub(t *testing.T, s theft, dir string, most int, alive time.Duration) *hub {
	t.Helper()
	b, err := openBulk(s.transcript, s.key, most)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	h, err := openHub(t.Context(), dir, "", task{}, b, alive)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.close)
	return h
}

// leasedRecords asks until there is a range of records.
func leasedRecords(t *testing.T, h *hub, worker string) (r reply) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	for r.Records == nil {
		if w := h.workers[worker]; w != nil {
			w.told = time.Time{} // it may ask at once
		}
		if r = asked(t, h, ask{Worker: worker}); r.Error != "" || ctx.Err() != nil {
			t.Fatalf("no range: %+v", r)
		}
	}
	return r
}

func openedHonestly(t *testing.T, r reply) []byte {
	t.Helper()
	digests, err := openRecords(t.Context(), r.Records)
	if err != nil {
		t.Fatal(err)
	}
	return digests
}

// counted tests that each range has the count that is true.
func counted(t *testing.T, h *hub, s theft) {
	t.Helper()
	for i, p := range h.bulk.parts {
		if want := s.openedIn(p.first, p.limit); uint64(h.bulk.results[i]) != want+1 {
			t.Errorf("records %d to %d: %d opened, expected %d", p.first, p.limit, int(h.bulk.results[i])-1, want)
		}
	}
	if got, want := h.bulk.opened(), s.openedIn(0, uint64(len(s.opens))); got != want {
		t.Errorf("%d opened, expected %d", got, want)
	}
}

// Three workers, of which one lies and one dies, open a transcript. Each record counts once, in its range.
func TestRecords(t *testing.T) {
	s := stolen(t, 400, true)
	h := bulkHub(t, s, t.TempDir(), 16, soon)
	if h.bulk.long != 1 || h.bulk.longOpened != s.openedIn(200, 201) {
		t.Errorf("%d are too long, %d opened", h.bulk.long, h.bulk.longOpened)
	}
	leasedRecords(t, h, rand.Text()) // who dies
	ended := running(t, h)
	ctx, cancel := context.WithTimeout(t.Context(), enough)
	defer cancel()
	nc := natsConn(t, h)
	defer nc.Close()
	liar := natsWire(nc)
	liar.open = func(ctx context.Context, r *records) ([]byte, error) {
		digests, err := openRecords(ctx, r)
		clear(digests[len(digests)/2:])
		return digests, err
	}
	// It comes before the honest one, which might leave it too few ranges: a range catches it three times in four.
	if _, err := work(ctx, liar, silent); err == nil || !strings.Contains(err.Error(), "the result is wrong") {
		t.Errorf("the liar: %v", err)
	}
	if n := honest(t, h); n < len(h.bulk.parts)/2 {
		t.Errorf("the honest worker opened %d ranges", n)
	}
	if err := ended(); err != nil || h.caught != 1 {
		t.Errorf("%v, %d liars", err, h.caught)
	}
	counted(t, h, s)
	if h.keys != h.bulk.records-h.bulk.long {
		t.Errorf("%d records count, of %d", h.keys, h.bulk.records-h.bulk.long)
	}
	if _, ranges, wrong, err := h.bulk.again(t.Context(), time.Hour); err != nil || ranges != len(h.bulk.parts) || wrong != 0 {
		t.Errorf("one core finds %d other counts in %d ranges, %v", wrong, ranges, err)
	}
	h.bulk.results[3]++
	if _, _, wrong, err := h.bulk.again(t.Context(), time.Hour); err != nil || wrong != 1 {
		t.Errorf("one count is false: one core finds %d, %v", wrong, err)
	}
}

// Another authority's key opens nothing, though its ringers open.
func TestRecordsOfOthers(t *testing.T) {
	s := stolen(t, 64, false)
	writeFile(t, s.key, []byte(escrow.NewAuthority().RecoveryKey()))
	h := bulkHub(t, s, t.TempDir(), 16, enough)
	ended := running(t, h)
	if n := honest(t, h); n != 4 {
		t.Errorf("%d ranges", n)
	}
	if err := ended(); err != nil || h.bulk.opened() != 0 || h.caught != 0 || len(h.bulk.missing()) != 0 {
		t.Errorf("%v: %d opened, %d liars, no result of %d", err, h.bulk.opened(), h.caught, h.bulk.missing())
	}
}

// A lease shows nothing of which of its records are ringers, to who has no other: they are as long as the others,
// stand anywhere, and as many open as not. The other records are those of the range, in their order.
func TestRecordsAlike(t *testing.T) {
	s := stolen(t, 60, false)
	b, err := openBulk(s.transcript, s.key, 20)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	chance := mathrand.New(mathrand.NewPCG(5, 6))
	opens, upper, n := 0, 0, 0
	texts := map[digest]bool{}
	for range 40 {
		envelopes, err := b.read(b.parts[n%3])
		if err != nil {
			t.Fatal(err)
		}
		mixed, there, err := b.mix(envelopes, func() bool { return chance.IntN(2) == 0 })
		if err != nil || len(there) != ringers || len(mixed) != len(envelopes)+ringers {
			t.Fatalf("%d ringers, %d records, %v", len(there), len(mixed), err)
		}
		var at []int
		for _, p := range there {
			n++
			at = append(at, p.at)
			if got := digestOf(b.authority, mixed[p.at]); got != p.want {
				t.Fatalf("a ringer opens to %x, expected %x", got, p.want)
			}
			if p.want != (digest{}) {
				opens++
				if texts[p.want] {
					t.Error("two ringers have one text")
				}
				texts[p.want] = true
			}
			if p.at >= len(mixed)/2 {
				upper++
			}
			like := func(e []byte) bool { return len(e) == len(mixed[p.at]) }
			if !slices.ContainsFunc(envelopes, like) {
				t.Errorf("a ringer has %d bytes, as no other record", len(mixed[p.at]))
			}
		}
		slices.Sort(at)
		slices.Reverse(at)
		for _, i := range at {
			mixed = slices.Delete(mixed, i, i+1)
		}
		if !slices.EqualFunc(mixed, envelopes, bytes.Equal) {
			t.Error("the other records are not those of the range")
		}
	}
	if !likely(opens, n, 0.5) || !likely(upper, n, 0.5) {
		t.Errorf("of %d ringers %d open, and %d are in the second half", n, opens, upper)
	}
}

// What is not so is found at the next ringer or check, and a liar's ranges are all opened again.
func TestRecordsLiar(t *testing.T) {
	s := stolen(t, 210, false)
	h := bulkHub(t, s, t.TempDir(), 10, enough)
	h.coin = func() bool { return true } // also for the fourth range, which is leased with the third result
	id := rand.Text()
	for range 3 {
		r := leasedRecords(t, h, id)
		if r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: openedHonestly(t, r)}); r.Error != "" {
			t.Fatal(r.Error)
		}
	}
	if remaining(t, h) != h.ranges()-3 || h.keys != 30 {
		t.Fatalf("%d ranges left, %d records", remaining(t, h), h.keys)
	}
	r := leasedRecords(t, h, id)
	if r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: make([]byte, len(r.Records.Envelopes)*digestSize)}); r.Error == "" {
		t.Fatal("nothing opens, it says, and is believed")
	}
	if h.caught != 1 || remaining(t, h) != h.ranges() || len(h.bulk.missing()) != int(h.ranges()) || h.keys != 0 || h.bulk.opened() != 0 {
		t.Errorf("%d caught, %d of %d ranges left, %d records count", h.caught, remaining(t, h), h.ranges(), h.keys)
	}
	toss := 0
	h.coin = func() bool { toss++; return toss%2 == 0 }
	for what, change := range map[string]func(d []byte) []byte{
		"all open": func(d []byte) []byte {
			for i := range d {
				d[i] |= 1
			}
			return d
		},
		"one too few": func(d []byte) []byte { return d[digestSize:] },
		"one more":    func(d []byte) []byte { return append(d, make([]byte, digestSize)...) },
		"other texts": func(d []byte) []byte {
			for i := 0; i < len(d); i += digestSize {
				if !bytes.Equal(d[i:i+digestSize], make([]byte, digestSize)) {
					d[i] ^= 1
				}
			}
			return d
		},
	} {
		id, before := rand.Text(), h.caught
		r := leasedRecords(t, h, id)
		digests := change(openedHonestly(t, r))
		if r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: digests}); r.Error == "" || h.caught != before+1 {
			t.Errorf("%s: %+v", what, r)
		}
	}
	id, before := rand.Text(), h.caught
	r = leasedRecords(t, h, id)
	if r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Places: []uint64{0}}); r.Error == "" || h.caught != before+1 {
		t.Errorf("places of keys: %+v", r)
	}
	// A worker that knows all ringers, and is right about them, is still caught by the checks.
	for id, n := rand.Text(), 0; ; n++ {
		r := leasedRecords(t, h, id)
		digests := openedHonestly(t, r)
		for i := range r.Records.Envelopes {
			if !slices.ContainsFunc(h.workers[id].planted, func(p planted) bool { return p.at == i }) {
				clear(digests[i*digestSize : (i+1)*digestSize])
			}
		}
		if asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: digests}).Error != "" {
			break
		}
		if n > 19 { // half of the records open, and there are 21 ranges
			t.Fatal("who knows the ringers is not caught")
		}
	}
	openRest(t, h, s)
}

// openRest has all that is left opened honestly, and counts.
func openRest(t *testing.T, h *hub, s theft) {
	t.Helper()
	id := rand.Text()
	for remaining(t, h) > 0 {
		r := leasedRecords(t, h, id)
		if r := asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: openedHonestly(t, r)}); r.Error != "" {
			t.Fatal(r.Error)
		}
	}
	counted(t, h, s)
}

// Of many liars who say of a share of the records that they do not open, as many are caught as the formula says.
func TestRecordsCaught(t *testing.T) {
	s := stolen(t, 42, false)
	b, err := openBulk(s.transcript, s.key, 42)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	envelopes, err := b.read(b.parts[0])
	if err != nil {
		t.Fatal(err)
	}
	truth := make([]digest, len(envelopes))
	for i, e := range envelopes {
		truth[i] = digestOf(b.authority, e)
	}
	opens := float64(s.openedIn(0, 42)) / 42
	for _, c := range []struct { // as README.md says
		got, want float64
	}{{caughtOpening(1, 0, 1, false), 0.94}, {caughtOpening(0.125, 1, 20, true), 0.93}} {
		if math.Abs(c.got-c.want) > 0.005 {
			t.Errorf("computed %.3f, README.md says %.2f", c.got, c.want)
		}
	}
	chance := mathrand.New(mathrand.NewPCG(7, 9))
	const liars = 500
	for _, c := range []struct {
		share float64
		n     int
		knows bool
	}{{0, 3, false}, {0.125, 3, false}, {0.5, 1, false}, {1, 1, false}, {0.125, 4, true}, {0.5, 1, true}, {1, 2, true}} {
		found := 0
		for range liars {
			for range c.n {
				// A lease without envelopes of its own: ringers that open, or not, among the others.
				w := &worker{records: &records{Envelopes: slices.Clone(envelopes)}}
				answers := slices.Clone(truth)
				for range ringers {
					var want digest
					if chance.IntN(2) == 0 {
						binary.BigEndian.PutUint64(want[:], 1+chance.Uint64N(math.MaxUint64))
					}
					w.planted = append(w.planted, planted{len(answers), want})
					answers = append(answers, want)
					w.records.Envelopes = append(w.records.Envelopes, nil)
				}
				for i := range answers {
					if chance.Float64() < c.share && !(c.knows && i >= len(truth)) {
						answers[i] = digest{}
					}
				}
				var said []byte
				for _, d := range answers {
					said = append(said, d[:]...)
				}
				if _, right := b.judge(w, said); !right {
					found++
					break
				}
			}
		}
		want, got := caughtOpening(c.share, opens, c.n, c.knows), float64(found)/liars
		t.Logf("who leaves out %.1f %%, and knows the ringers: %v, is caught within %d ranges: computed %.3f, measured %.3f", 100*c.share, c.knows, c.n, want, got)
		if !likely(found, liars, want) {
			t.Errorf("left out %.2f, %d ranges: computed %.3f, measured %.3f", c.share, c.n, want, got)
		}
	}
}

// A server that is stopped goes on with the counts it has, and with the same transcript and key only. What is in
// results and in the queue both counts once; what is in neither is opened again.
func TestRecordsGoOn(t *testing.T) {
	s := stolen(t, 63, false)
	dir := t.TempDir()
	h := bulkHub(t, s, dir, 10, soon)
	id := rand.Text()
	for range 3 {
		r := leasedRecords(t, h, id)
		if r = asked(t, h, ask{Worker: id, Lease: r.Lease, Done: true, Digests: openedHonestly(t, r)}); r.Error != "" {
			t.Fatal(r.Error)
		}
	}
	// One is counted and not acknowledged, as if the server were killed between the two.
	r := leasedRecords(t, h, id)
	w := h.workers[id]
	opened, right := h.bulk.judge(w, openedHonestly(t, r))
	i, err := h.bulk.part(w.task.First)
	if err == nil {
		err = h.bulk.keep(i, uint32(opened)+1)
	}
	if err != nil || !right {
		t.Fatal(err, right)
	}
	h.close()
	h.bulk.close()

	other := stolen(t, 63, false)
	for _, bad := range []theft{{transcript: s.transcript, key: other.key}, {transcript: other.transcript, key: s.key}} {
		clitest.BadInput(t, run, "serve -recover "+bad.transcript+" -key "+bad.key+" -dir "+dir, "expected the same transcript and key")
	}
	clitest.BadInput(t, run, "serve -bits 12 -dir "+dir, "has another search")

	h = bulkHub(t, s, dir, 10, soon)
	if n := len(h.bulk.missing()); n != 3 || remaining(t, h) != 4 {
		t.Errorf("no result of %d ranges, and %d are in the queue", n, remaining(t, h))
	}
	if err := h.bulk.keep(0, 0); err != nil { // a result that was lost, of a range that is not in the queue
		t.Fatal(err)
	}
	ended := running(t, h)
	if n := honest(t, h); n != 5 {
		t.Errorf("%d ranges were opened, expected 5", n)
	}
	if err := ended(); err != nil {
		t.Fatal(err)
	}
	counted(t, h, s)
}

// Files that are damaged, or change while the program runs, end it with an error.
func TestRecordsDamaged(t *testing.T) {
	s := stolen(t, 20, false)
	dir := t.TempDir()
	h := bulkHub(t, s, dir, 10, enough)
	h.close()
	for what, data := range map[string][]byte{"short": make([]byte, 7), "long": make([]byte, 9), "too many": {0, 0, 0, 12, 0, 0, 0, 0}} {
		writeFile(t, filepath.Join(dir, resultsFile), data)
		b, err := openBulk(s.transcript, s.key, 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := openHub(t.Context(), dir, "", task{}, b, enough); err == nil || !strings.Contains(err.Error(), "results: expected") {
			t.Errorf("%s: %v", what, err)
		}
		b.close()
	}
	h = bulkHub(t, s, t.TempDir(), 10, enough)
	if err := os.Truncate(s.transcript, 5000); err != nil {
		t.Fatal(err)
	}
	id := rand.Text()
	for range 2 {
		asked(t, h, ask{Worker: id})
	}
	if err := h.run(t.Context(), func(state) {}); err == nil || !strings.Contains(err.Error(), "the transcript has changed") {
		t.Errorf("the transcript is cut: %v", err)
	}
}

// Junk changes nothing, an impatient worker is sent its records once a second, and a browser is told that this is
// not for it. What a server sends is tested before it is opened.
func TestRecordsJunk(t *testing.T) {
	s := stolen(t, 20, false)
	h := bulkHub(t, s, t.TempDir(), 10, enough)
	id := rand.Text()
	r := leasedRecords(t, h, id)
	for what, data := range map[string]string{
		"half a digest": `{"Worker":"` + id + `","Lease":"` + r.Lease + `","Done":true,"Digests":"AAAA"}`,
		"both":          `{"Worker":"` + id + `","Lease":"` + r.Lease + `","Done":true,"Digests":"AAAAAAAAAAA=","Places":[1]}`,
		"before":        `{"Worker":"` + id + `","Lease":"` + r.Lease + `","Digests":"AAAAAAAAAAA="}`,
		"no base64":     `{"Worker":"` + id + `","Lease":"` + r.Lease + `","Done":true,"Digests":"?"}`,
		"long":          `{"Worker":"` + id + `","Lease":"` + r.Lease + `","Done":true,"Digests":"` + strings.Repeat("A", maxMessage) + `"}`,
	} {
		if r := h.answer(t.Context(), []byte(data)); r.Error == "" || r.Records != nil {
			t.Errorf("%s: %+v", what, r)
		}
	}
	if r := asked(t, h, ask{Worker: rand.Text(), Lease: r.Lease, Done: true, Digests: make([]byte, digestSize)}); r != (reply{}) {
		t.Errorf("a lease of others: %+v", r)
	}
	again := asked(t, h, ask{Worker: id})
	for tries := 0; tries < 10 && again.Records != nil; tries++ { // on a slow machine a second may have passed
		again = asked(t, h, ask{Worker: id})
	}
	if again.Records != nil || again.Error != "" || again.Alive == 0 {
		t.Errorf("asks again at once: %d bytes", len(appendReply(nil, again)))
	}
	h.workers[id].told = time.Now().Add(-2 * time.Second)
	if again := asked(t, h, ask{Worker: id}); again.Records == nil || again.Lease != r.Lease || !slices.EqualFunc(again.Records.Envelopes, r.Records.Envelopes, bytes.Equal) {
		t.Error("asks again later, and has another lease")
	}
	if h.keys != 0 || h.caught != 0 || h.workers[id].lease == "" {
		t.Errorf("%d records, %d caught", h.keys, h.caught)
	}
	sends := func(r reply) wire {
		return wire{call: func(context.Context, []byte) ([]byte, error) { return appendReply(nil, r), nil }, open: openRecords}
	}
	browser := sends(r)
	browser.open = nil
	if _, err := work(t.Context(), browser, silent); err == nil || !strings.Contains(err.Error(), "browsers open no records") {
		t.Errorf("a browser: %v", err)
	}
	for what, bad := range map[string]*records{
		"no records": {Key: r.Records.Key}, "too many": {r.Records.Key, make([][]byte, maxRecords+ringers+1)},
		"no key": {"", r.Records.Envelopes}, "another key": {s.authority.Recipient(), r.Records.Envelopes},
	} {
		if _, err := work(t.Context(), sends(reply{Lease: r.Lease, Records: bad}), silent); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The longest lease fits a message, and its result too.
func TestRecordsLimits(t *testing.T) {
	if n := len(encode(ask{Worker: rand.Text(), Lease: rand.Text(), Done: true, Digests: bytes.Repeat([]byte{255}, (maxRecords+ringers)*digestSize)})); n > maxMessage {
		t.Errorf("a result has %d bytes", n)
	}
	for _, size := range []int{1700, maxPlanted, roomRecords - 4} {
		n := min(maxRecords, roomRecords/(4+size))
		r := reply{Lease: rand.Text(), Records: &records{Key: escrow.NewAuthority().RecoveryKey()}, Alive: math.MaxInt64}
		for range n {
			r.Records.Envelopes = append(r.Records.Envelopes, make([]byte, size))
		}
		for range ringers {
			r.Records.Envelopes = append(r.Records.Envelopes, make([]byte, maxPlanted))
		}
		if got := len(appendReply(nil, r)); n == 0 || got > maxReply || got < maxReply/2 {
			t.Errorf("%d records of %d bytes are a message of %d bytes", n, size, got)
		}
	}
}

// The whole program, as a user runs it, counts and leaves no file behind.
func TestServeRecords(t *testing.T) {
	s := stolen(t, 30, true)
	dir := t.TempDir()
	one, all := s.openedIn(0, 8), s.openedIn(0, 30)
	out := servedAndJoined(t, "serve", "-recover", s.transcript, "-key", s.key, "-dir", dir)
	for _, want := range []string{"30 records in 4 ranges", fmt.Sprintf("records     1 to 8: %d opened, %d not\n", one, 8-one), "too long    1 for a message to a worker, 1 opened here\n",
		fmt.Sprintf("in all      %d of 30 messages opened, %d not\n", all, 30-all), "liars       0 caught\n", " ranges, on one core: 0 counts differ\n",
		" messages a second, workers: 1; one core of this machine ", "100,000,000 messages would take ", ": extrapolated from 29\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v stays behind, %v", left, err)
	}
}

// Neighbours of which all open, or none, are one line.
func TestWriteCounts(t *testing.T) {
	s := stolen(t, 12, false)
	b, err := openBulk(s.transcript, s.key, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	b.results = []uint32{3, 3, 2, 1, 1, 3}
	var out bytes.Buffer
	h := &hub{bulk: b}
	if err := h.writeCounts(t.Context(), &out); err == nil || !strings.Contains(err.Error(), "lied and was not caught") {
		t.Errorf("false counts: %v", err)
	}
	want := "records     1 to 4: 4 opened, 0 not\nrecords     5 to 6: 1 opened, 1 not\nrecords     7 to 10: 0 opened, 4 not\nrecords     11 to 12: 2 opened, 0 not\nin all      7 of 12"
	if !strings.HasPrefix(out.String(), want) {
		t.Error(out.String())
	}
}

// FuzzRecords reads what a server can send to a worker, and opens it.
func FuzzRecords(f *testing.F) {
	key := escrow.NewAuthority().RecoveryKey()
	f.Add(appendReply(nil, reply{Lease: rand.Text(), Records: &records{key, [][]byte{{0xe1}, nil}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeReply(data)
		if err != nil || r.Records == nil || r.Records.check() != nil {
			return
		}
		digests, err := openRecords(t.Context(), r.Records)
		if err == nil && len(digests) != digestSize*len(r.Records.Envelopes) {
			t.Fatalf("%d bytes for %d records", len(digests), len(r.Records.Envelopes))
		}
	})
}
