//go:build !js

package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"doormat/examples/internal/cli"
)

// A job is a search. It is kept in a file beside the queue, without the key, which the server forgets once
// it has dealt the message.
type job struct {
	Task    task     // all of it; its targets are those that all leases have, the real one first
	Bulk    *bulkJob `json:",omitempty"` // or a transcript, whose records are the task's range
	Message dealt    // that is to be opened
	Decoys  []uint64 // of the other targets, the first key of the range that theirs is in
	Code    string   // the class code
	Address string   // where the server listened last
	Outside bool     `json:",omitempty"` // that server is another program
	Size    uint64   // keys of a range; of records, on average

	Began time.Time // when the first range was leased
}

// What is in a search's folder.
const (
	jobFile     = "job.json"
	queueFolder = "queue" // of the embedded server
)

func newJob(t task) (j job, err error) {
	c, err := cipherOf(t.Cipher)
	if err != nil {
		return j, err
	}
	if t.Bits < c.least || t.Bits > c.full {
		return j, fmt.Errorf("expected %d to %d bits for %s, found %d", c.least, c.full, c.name, t.Bits)
	}
	d, err := c.deal(t.Bits)
	if err != nil {
		return j, err
	}
	n := c.keys(t.Bits)
	t.Common, t.Targets, t.First, t.Limit = d.Common, [][]byte{d.Target}, d.Base, d.Base+n
	return job{Task: t, Message: d, Code: rand.Text()[:10], Size: max(min(c.lease, n/64), c.unit)}, nil
}

// ranges returns how many ranges there are in all.
func (j *job) ranges() uint64 { return (j.Task.Limit - j.Task.First + j.Size - 1) / j.Size }

// part returns a range, by its number.
func (j *job) part(i uint64) task {
	t := j.Task
	t.First += i * j.Size
	t.Limit = min(t.First+j.Size, t.Limit)
	return t
}

// matches returns an error if a job that was found in dir is not the one that is asked for.
func (j *job) matches(dir string, t task, b *bulk, outside bool) error {
	switch {
	case (j.Bulk != nil) != (b != nil) || b != nil && !j.Bulk.same(b.job):
		return cli.BadInput("%s has another search: expected the same transcript and key, or another -dir", dir)
	case j.Task.Cipher != t.Cipher || j.Task.Bits != t.Bits:
		return cli.BadInput("%s has a search for %s, %d bits: expected the same, or another -dir", dir, j.Task.Cipher, j.Task.Bits)
	case j.Outside != outside:
		return cli.BadInput("%s has a search whose queue is on %s: expected -nats as before, or another -dir", dir, j.Address)
	}
	return nil
}

func (h *hub) readJob() (found bool, err error) {
	data, err := os.ReadFile(filepath.Join(h.dir, jobFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := decode(data, &h.job); err != nil {
		return false, fmt.Errorf("%s: %w", jobFile, err)
	}
	if h.job.Bulk != nil && h.job.Code != "" && h.job.Size > 0 {
		return true, nil
	}
	if _, err := h.job.Task.check(); err != nil || h.job.Size == 0 || h.job.Code == "" || len(h.job.Decoys) != len(h.job.Task.Targets)-1 {
		return false, fmt.Errorf("%s: expected a search, found something else: %v", jobFile, err)
	}
	return true, nil
}

func (h *hub) writeJob() error {
	data, err := json.Marshal(h.job)
	if err != nil {
		return err
	}
	name := filepath.Join(h.dir, jobFile)
	if err := os.WriteFile(name+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
