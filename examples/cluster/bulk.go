//go:build !js

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"time"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/evidence"
)

// Bulk recovery: a transcript is cut into ranges of records, workers open them with a stolen key, and what comes
// back is which opened. The queue is the one of the searches for keys; what differs is in this file.
//
//	file      what is in it
//	job.json  a digest of the transcript and of the key, so that another is refused when the program goes on
//	results   for each range, four bytes: 0, or one more than the number of records that opened
//
// A range's result is written before it is acknowledged. If the program is killed between the two, the range is
// handed out again, and its result takes the place of the first. So no record counts twice.
const resultsFile = "results"

// The limits of bulk recovery. A worker holds a message of maxReply bytes, and the server one for each worker.
const (
	maxRecordWorkers = 256
	maxRecordQueue   = 256 // messages that wait to be read
	maxPending       = 2 * maxReply
	maxPlanted       = 4096                                     // the longest ringer, in bytes
	roomRecords      = maxReply - 1024 - ringers*(4+maxPlanted) // bytes of a message, for records and their lengths
)

// A bulkJob is what job.json has of a bulk recovery.
type bulkJob struct{ Transcript, Key []byte } // SHA-256

func (j *bulkJob) same(other bulkJob) bool {
	return bytes.Equal(j.Transcript, other.Transcript) && bytes.Equal(j.Key, other.Key)
}

// A bulk is a transcript, and what is known of it.
type bulk struct {
	job       bulkJob
	authority *escrow.Authority
	file      *os.File
	records   uint64
	parts     []part
	planters  [2][]*planter // of those who seal to another authority, and to this one
	results   []uint32      // of each part, as in the file
	kept      *os.File      // the results

	long, longOpened uint64 // records that fit no message, and are opened here
	finished         bool
	broken           error     // of a file: nothing goes on
	last             time.Time // of a result
}

// A part is a range: records that are neighbours, and where they stand in the file.
type part struct {
	first, limit  uint64
	offset, bytes int64
}

// openBulk reads a key and a transcript, and cuts it into ranges of at most most records. If most is 0, a short
// transcript has some 64 ranges, so that all of a class get one. Close it when it is done.
func openBulk(transcript, key string, most int) (b *bulk, err error) {
	b = new(bulk)
	if b.authority, err = evidence.ReadKey(key); err != nil {
		return nil, err
	}
	t, err := evidence.ReadTranscript(transcript)
	if err != nil {
		return nil, err
	}
	defer t.Tape.Close()
	hash := sha256.New()
	if _, err := t.Tape.WriteTo(hash); err != nil {
		return nil, err
	}
	of := sha256.Sum256([]byte(b.authority.Recipient()))
	b.job = bulkJob{hash.Sum(nil), of[:]}
	if most == 0 {
		most = min(max(t.Tape.Len()/64, 8), maxRecords)
	}
	if err := b.cut(t, most); err != nil {
		return nil, err
	}
	if err := b.enrol(); err != nil {
		return nil, err
	}
	if b.file, err = os.Open(transcript); err != nil {
		return nil, cli.BadInput("%v", err)
	}
	return b, nil
}

// newJob returns the job of a transcript. Its range has all records.
func (b *bulk) newJob() job {
	return job{Task: task{Limit: b.records}, Bulk: &b.job, Code: rand.Text()[:10], Size: b.records/uint64(max(len(b.parts), 1)) + 1}
}

// cut fills the ranges. A record that fits no message is in none, and is opened here.
func (b *bulk) cut(t *attacks.Transcript, most int) error {
	var offset int64
	var p part
	room := 0
	end := func() {
		if p.limit > p.first {
			b.parts = append(b.parts, p)
		}
		p, room = part{first: b.records, limit: b.records, offset: offset}, roomRecords
	}
	end()
	for e, err := range t.All() {
		if err != nil {
			return err
		}
		size, takes := int64(4+8+len(e.Bytes)), 4+len(e.Bytes)
		if takes > room || int(p.limit-p.first) == most {
			end()
		}
		offset += size
		b.records++
		if takes > room { // all of a message
			b.long++
			if digestOf(b.authority, e.Bytes) != (digest{}) {
				b.longOpened++
			}
			end()
			continue
		}
		room -= takes
		p.limit++
		p.bytes += size
	}
	end()
	return nil
}

func (b *bulk) close() {
	for _, f := range []*os.File{b.file, b.kept} {
		if f != nil {
			f.Close()
		}
	}
}

// read returns the envelopes of a part.
func (b *bulk) read(p part) (envelopes [][]byte, err error) {
	data := make([]byte, p.bytes)
	if _, err := b.file.ReadAt(data, p.offset); err != nil {
		return nil, fmt.Errorf("the transcript has changed: %w", err)
	}
	envelopes, err = cutTape(data)
	if err != nil || uint64(len(envelopes)) != p.limit-p.first {
		return nil, fmt.Errorf("the transcript has changed: its records are others, %v", err)
	}
	for i, e := range envelopes {
		if _, envelopes[i], err = attacks.CutDate(e); err != nil {
			return nil, fmt.Errorf("the transcript has changed: %w", err)
		}
	}
	return envelopes, nil
}

// part returns the number of the part that begins with a record, or an error if none does.
func (b *bulk) part(first uint64) (int, error) {
	i := sort.Search(len(b.parts), func(i int) bool { return b.parts[i].first >= first })
	if i == len(b.parts) || b.parts[i].first != first {
		return 0, fmt.Errorf("the queue is damaged: no range begins with record %d", first)
	}
	return i, nil
}

// open opens the file of results, or makes it.
func (b *bulk) open(dir string, fresh bool) (err error) {
	name := filepath.Join(dir, resultsFile)
	b.results = make([]uint32, len(b.parts))
	if fresh {
		if err := os.WriteFile(name, make([]byte, 4*len(b.parts)), 0o600); err != nil {
			return err
		}
	}
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(data) != 4*len(b.parts) {
		return fmt.Errorf("%s: expected %d bytes, found %d", name, 4*len(b.parts), len(data))
	}
	for i, p := range b.parts {
		b.results[i] = binary.BigEndian.Uint32(data[4*i:])
		if uint64(b.results[i]) > p.limit-p.first+1 {
			return fmt.Errorf("%s: expected at most %d records of a range, found %d", name, p.limit-p.first, b.results[i]-1)
		}
	}
	b.kept, err = os.OpenFile(name, os.O_WRONLY, 0o600)
	return err
}

// keep keeps the result of a part, in the place of an earlier one. The result 0 is none.
func (b *bulk) keep(i int, result uint32) error {
	b.results[i] = result
	_, err := b.kept.WriteAt(binary.BigEndian.AppendUint32(nil, result), 4*int64(i))
	return err
}

// forgetRecords drops the results of a liar's ranges.
func (h *hub) forgetRecords(firsts []uint64) error {
	for _, first := range firsts {
		i, err := h.bulk.part(first)
		if err == nil {
			err = h.bulk.keep(i, 0)
		}
		if err != nil {
			h.bulk.broken = err
			return err
		}
		h.keys -= h.bulk.parts[i].limit - first
	}
	return nil
}

// missing returns the ranges without a result, by their first records.
func (b *bulk) missing() (firsts []uint64) {
	for i, p := range b.parts {
		if b.results[i] == 0 {
			firsts = append(firsts, p.first)
		}
	}
	return firsts
}

// opened returns how many records opened, of those whose ranges have a result.
func (b *bulk) opened() (n uint64) {
	n = b.longOpened
	for _, r := range b.results {
		n += uint64(max(r, 1) - 1)
	}
	return n
}

// A planter seals ringers: it is two devices with a session, enrolled with one authority.
type planter struct {
	from  *escrow.Device
	to    escrow.Identity
	inner int // bytes of its envelopes behind the body
}

// planters of each kind, so that their names come again no more often than those of people do.
const planters = 8

// enrol makes the planters. Half of each kind have had an answer, and send shorter envelopes than those who have
// begun a session and had none.
func (b *bulk) enrol() error {
	for kind, authority := range []*escrow.Authority{escrow.NewAuthority(), b.authority} {
		for i := range planters {
			p, err := newPlanter(authority.Recipient(), i%2 == 0)
			if err != nil {
				return err
			}
			b.planters[kind] = append(b.planters[kind], p)
		}
	}
	return nil
}

func newPlanter(authority string, answered bool) (*planter, error) {
	from, err := escrow.NewDevice(authority)
	if err != nil {
		return nil, err
	}
	to, err := escrow.NewDevice(authority)
	if err != nil {
		return nil, err
	}
	publication, err := to.Publish(1)
	if err != nil {
		return nil, err
	}
	shelf, err := escrow.NewShelf(publication)
	if err != nil {
		return nil, err
	}
	p := &planter{from: from, to: to.Identity()}
	if err := from.Start(p.to, shelf.Bundle()); err != nil {
		return nil, err
	}
	if answered {
		hello, err := from.Seal(p.to, nil, nil)
		if err != nil {
			return nil, err
		}
		if _, _, err := to.Open(hello, nil); err != nil {
			return nil, err
		}
		answer, err := to.Seal(from.Identity(), nil, nil)
		if err != nil {
			return nil, err
		}
		if _, _, err := from.Open(answer, nil); err != nil {
			return nil, err
		}
	}
	e, err := from.Seal(p.to, nil, nil)
	if err != nil {
		return nil, err
	}
	_, p.inner = lengths(e)
	return p, err
}

// Where the body of an envelope begins, and by how much it is longer than its text at least (escrow/envelope.go).
const (
	bodyLength = 1 + 1168
	bodyBegins = bodyLength + 3
	bodyAdds   = 16 + 1
)

// lengths returns the lengths of an envelope's body and of what follows it, or 0 for an envelope of noescrow.
func lengths(e []byte) (body, inner int) {
	if _, _, err := escrow.Addresses(e); err != nil {
		return 0, 0
	}
	body = int(e[bodyLength])<<16 | int(e[bodyLength+1])<<8 | int(e[bodyLength+2])
	return body, len(e) - bodyBegins - body
}

// model draws a record for a ringer to be as long as. It is one of escrow's, and not long, if one is found soon.
func model(envelopes [][]byte) []byte {
	for range 64 {
		e := envelopes[random(uint64(len(envelopes)))]
		if body, _ := lengths(e); body > 0 && len(e) <= maxPlanted {
			return e
		}
	}
	return nil
}

// plant seals a ringer that is as long as a record, if it can, and returns the digest of its text, or none if it is
// for another authority.
func (b *bulk) plant(opens bool, like []byte) (envelope []byte, want digest, err error) {
	kind := 0
	if opens {
		kind = 1
	}
	body, inner := lengths(like)
	var able []*planter
	for _, p := range b.planters[kind] {
		if p.inner == inner {
			able = append(able, p)
		}
	}
	if len(able) == 0 {
		able = b.planters[kind]
	}
	p := able[random(uint64(len(able)))]
	text := make([]byte, max(body-bodyAdds, 0))
	rand.Read(text)
	if len(text) == 0 {
		text = []byte(rand.Text()) // which nobody guesses either
	}
	envelope, err = p.from.Seal(p.to, text, nil)
	if opens {
		want = textDigest(p.from.Identity(), p.to, text)
	}
	return envelope, want, err
}

// A planted record of a lease is a ringer, and what a worker must say of it.
type planted struct {
	at   int
	want digest
}

// mix puts ringers among the envelopes of a range, anywhere.
func (b *bulk) mix(envelopes [][]byte, coin func() bool) (mixed [][]byte, there []planted, err error) {
	mixed = envelopes
	for range ringers {
		e, want, err := b.plant(coin(), model(envelopes))
		if err != nil {
			return nil, nil, err
		}
		at := int(random(uint64(len(mixed) + 1)))
		mixed = slices.Insert(slices.Clone(mixed), at, e)
		for i := range there {
			if there[i].at >= at {
				there[i].at++
			}
		}
		there = append(there, planted{at, want})
	}
	return mixed, there, nil
}

// grantRecords makes a lease of a range whose message has been taken from the queue.
func (h *hub) grantRecords(w *worker) error {
	i, err := h.bulk.part(w.task.First)
	if err != nil {
		return err
	}
	envelopes, err := h.bulk.read(h.bulk.parts[i])
	if err != nil {
		return err
	}
	mixed, there, err := h.bulk.mix(envelopes, h.coin)
	if err != nil {
		return err
	}
	w.records, w.planted = &records{h.bulk.authority.RecoveryKey(), mixed}, there
	if h.bulk.last.IsZero() { // the first lease of all: what is before it is waiting
		h.bulk.last = time.Now()
		h.began = h.bulk.last
	}
	return nil
}

// settleRecords takes the result of a lease of records.
func (h *hub) settleRecords(ctx context.Context, a ask, w *worker) reply {
	opened, right := h.bulk.judge(w, a.Digests)
	if !right {
		if err := h.punish(ctx, a.Worker, w); err != nil {
			return reply{Error: err.Error()} // when the queue is empty what is missing is put there again
		}
		return reply{Error: "the result is wrong"}
	}
	i, err := h.bulk.part(w.task.First)
	if err == nil {
		err = h.bulk.keep(i, uint32(opened)+1)
	}
	if err != nil {
		h.bulk.broken = err
		return reply{Error: err.Error()}
	}
	h.done(ctx, w.msg) // if it fails the range is opened twice
	h.slowest = max(h.slowest, time.Since(w.since))
	h.keys += w.task.Limit - w.task.First
	h.bulk.last = time.Now()
	*w = worker{heard: w.heard, right: append(w.right, w.task.First)}
	return h.lease(ctx, w) // the next one, since a range takes no longer than a message
}

// judge counts the records of a lease that a worker says it has opened. It reports whether the worker is right
// about the ringers, and about as many of the other records as checks says, which are drawn now.
func (b *bulk) judge(w *worker, result []byte) (opened int, right bool) {
	if len(result) != len(w.records.Envelopes)*digestSize {
		return 0, false
	}
	said := func(i int) digest { return digest(result[i*digestSize:]) }
	ringer := map[int]bool{}
	for _, p := range w.planted {
		if said(p.at) != p.want {
			return 0, false
		}
		ringer[p.at] = true
	}
	var others []int
	for i := range w.records.Envelopes {
		if ringer[i] {
			continue
		}
		others = append(others, i)
		if said(i) != (digest{}) {
			opened++
		}
	}
	for range checks {
		i := others[random(uint64(len(others)))]
		if said(i) != digestOf(b.authority, w.records.Envelopes[i]) {
			return 0, false
		}
	}
	return opened, true
}

// again opens records on one core of this machine, range by range, for about so long. It returns the rate of
// that, and how many ranges it has opened, and in how many the workers' counts are others.
func (b *bulk) again(ctx context.Context, long time.Duration) (rate float64, ranges, wrong int, err error) {
	var took time.Duration
	n := 0
	for i, p := range b.parts {
		if err := ctx.Err(); err != nil {
			return 0, 0, 0, err
		}
		if took > long {
			break
		}
		envelopes, err := b.read(p)
		if err != nil {
			return 0, 0, 0, err
		}
		opened := uint32(0)
		began := time.Now()
		for _, e := range envelopes {
			if digestOf(b.authority, e) != (digest{}) {
				opened++
			}
		}
		took += time.Since(began)
		n += len(envelopes)
		ranges++
		if b.results[i] != opened+1 {
			wrong++
		}
	}
	return float64(n) / max(took.Seconds(), 1e-9), ranges, wrong, nil
}
