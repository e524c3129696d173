package messenger

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
)

// oneTimePrekeys is how many of each kind a person publishes at enrolment, and again when
// they have been handed out.
const oneTimePrekeys = 10

// A relay passes envelopes on. It knows who has published which prekeys, and it cannot help knowing
// who wrote to whom, how often, how much, and from when to when.
type relay struct {
	accounts map[string]*account
	order    []string
	log      map[[2]string]*traffic // by sender and recipient
	fakes    map[string]Device      // of a relay that acts, by the name under which it hands them out
}

type account struct {
	shelf        Shelf
	publications [][]byte
	bundles      int // handed out
}

type traffic struct {
	envelopes, bytes int
	first, last      time.Time
}

func (r *relay) register(name string, s Shelf, publication []byte) {
	if r.accounts == nil {
		r.accounts, r.log = map[string]*account{}, map[[2]string]*traffic{}
	}
	r.accounts[name] = &account{shelf: s, publications: [][]byte{publication}}
	r.order = append(r.order, name)
}

// bundle has the device publish again before the one-time prekeys run out.
func (r *relay) bundle(name string, d Device) ([]byte, error) {
	a := r.accounts[name]
	if a.bundles++; a.bundles%oneTimePrekeys == 0 {
		publication, err := d.Publish(oneTimePrekeys)
		if err != nil {
			return nil, err
		}
		if err := a.shelf.Add(publication); err != nil {
			return nil, err
		}
		a.publications = append(a.publications, publication)
	}
	return a.shelf.Bundle(), nil
}

func (r *relay) note(m attacks.Message, envelope []byte) {
	pair := [2]string{m.From, m.To}
	t := r.log[pair]
	if t == nil {
		t = &traffic{first: m.At}
		r.log[pair] = t
	}
	t.envelopes++
	t.bytes += len(envelope)
	t.last = m.At
}

// lines returns the log as text, a line for each sender and recipient.
func (r *relay) lines() (lines []string) {
	pairs := slices.SortedFunc(maps.Keys(r.log), func(a, b [2]string) int {
		return strings.Compare(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1])
	})
	for _, p := range pairs {
		t := r.log[p]
		lines = append(lines, fmt.Sprintf("%s to %s: %d envelopes, %d bytes, %s to %s", p[0], p[1],
			t.envelopes, t.bytes, t.first.Format(time.DateTime), t.last.Format(time.DateTime)))
	}
	return lines
}

// steal copies the relay's database, but for the envelopes, which are the transcript: each person's
// name and published prekeys in turn, then the log, a line a record. Its queues are empty, as all
// people are online.
func (r *relay) steal() (*attacks.Tape, error) {
	var records [][]byte
	for _, name := range r.order {
		for _, p := range r.accounts[name].publications {
			records = append(records, []byte(name), p)
		}
	}
	for _, line := range r.lines() {
		records = append(records, []byte(line))
	}
	return attacks.TapeOf(records...)
}
