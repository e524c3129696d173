//go:build !js

package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"sort"
	"time"

	"doormat/attacks"
	"doormat/escrow"
	"doormat/examples/internal/cli"
	"doormat/examples/internal/evidence"
)

// Bulk recovery: a transcript is cut into ranges of records, workers open them with a stolen key, and what comes
// back is which opened. The queue is the one of the searches for keys. What differs is in four files: here the
// ranges, in planter.go the ringers, in bulklease.go what a worker gets and says, in results.go what is kept.

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
