package transparency

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"
)

// watched is the answer to a monitor: what a label has been in every epoch since the tree that the
// client has.
//
//	struct {
//	    uint8  version = 1; uint8 kind = 2; opaque head<0..2^16-1>;
//	    hashes frontier;                        of the client's tree: see frontier
//	    struct {
//	        opaque entry[45];
//	        uint32 versions;
//	        opaque tree<0..2^24-1>;             a proof of the ladder's indexes
//	    } epochs<0..2^32-1>;                    counted in bytes, as all of these lengths
//	    opaque proofs[80][];                    of the indexes, of each version that a ladder has, ascending
//	    struct { opaque opening[16]; opaque value<0..2^16-1>; } values[];
//	}                                           of the last version of each epoch, each once, ascending
type watched struct {
	head     []byte
	frontier []tlog.Hash
	epochs   []watchedEpoch
	proofs   map[uint32][]byte
	values   map[uint32]opened
}

type watchedEpoch struct {
	entry    entry
	versions uint32
	tree     []byte
}

// needed returns the versions that some ladder has, and those that are the last of some epoch, ascending.
func needed(epochs []watchedEpoch) (steps, last []uint32) {
	all, lasts := map[uint32]bool{}, map[uint32]bool{}
	done := map[uint32]bool{}
	for _, e := range epochs {
		if done[e.versions] {
			continue
		}
		done[e.versions] = true
		for _, v := range ladder(e.versions) {
			all[v] = true
		}
		if e.versions > 0 {
			lasts[e.versions-1] = true
		}
	}
	return slices.Sorted(maps.Keys(all)), slices.Sorted(maps.Keys(lasts))
}

func (w *watched) bytes() []byte {
	b := header(kindMonitor, w.head)
	b.AddBytes(addHashes(nil, w.frontier))
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, e := range w.epochs {
			b.AddBytes(e.entry.bytes())
			b.AddUint32(e.versions)
			b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(e.tree) })
		}
	})
	steps, last := needed(w.epochs)
	for _, v := range steps {
		b.AddBytes(w.proofs[v])
	}
	for _, v := range last {
		o := w.values[v]
		o.add(b)
	}
	return b.BytesOrPanic()
}

func parseWatched(data []byte, proofSize int) (*watched, error) {
	w := &watched{proofs: map[uint32][]byte{}, values: map[uint32]opened{}}
	in := cryptobyte.String(data)
	var epochs cryptobyte.String
	if !readHeader(&in, kindMonitor, &w.head) || !readHashes(&in, &w.frontier) || !read32(&in, &epochs) {
		return nil, errAnswer
	}
	for !epochs.Empty() {
		var e watchedEpoch
		var tree cryptobyte.String
		if !e.entry.read(&epochs) || !epochs.ReadUint32(&e.versions) || e.versions > MaxVersions || !epochs.ReadUint24LengthPrefixed(&tree) {
			return nil, errAnswer
		}
		e.tree = tree
		w.epochs = append(w.epochs, e)
	}
	steps, last := needed(w.epochs)
	for _, v := range steps {
		var p []byte
		if !in.ReadBytes(&p, proofSize) {
			return nil, errAnswer
		}
		w.proofs[v] = p
	}
	for _, v := range last {
		var o opened
		if !o.read(&in) {
			return nil, errAnswer
		}
		w.values[v] = o
	}
	if !in.Empty() {
		return nil, errAnswer
	}
	return w, nil
}

// Monitor answers what a label has been in every epoch since the first since, for the client that owns it.
func (d *Directory) Monitor(label string, since int64) ([]byte, error) {
	if err := checkLabel(label); err != nil {
		return nil, prefix(err)
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	w, err := d.s.monitor(label, since)
	if err != nil {
		return nil, prefix(err)
	}
	return w.bytes(), nil
}

func (d *directory) monitor(label string, since int64) (*watched, error) {
	if err := d.checkSince(since); err != nil {
		return nil, err
	}
	w := &watched{head: d.head, proofs: map[uint32][]byte{}, values: map[uint32]opened{}}
	var err error
	if w.frontier, err = d.log.ReadHashes(frontier(since)); err != nil {
		return nil, err
	}
	indexes := map[uint32]index{}
	for e := since; e < int64(len(d.epochs)); e++ {
		n := d.versionsAt(label, e+1)
		var some []index
		for _, v := range ladder(n) {
			if _, ok := indexes[v]; !ok {
				indexes[v], w.proofs[v] = d.labels.index(label, v)
			}
			some = append(some, indexes[v])
		}
		if n > 0 {
			w.values[n-1] = d.values[label][n-1].opened
		}
		w.epochs = append(w.epochs, watchedEpoch{d.epochs[e].entry, n, d.epochs[e].tree.prove(some)})
	}
	return w, nil
}

// An Intrusion is the error of [Client.Monitor] if the directory has said of the client's label what the
// client has not set. The Evidence is an answer that [Verify] takes: everyone who has the Parameters can
// check that the log has signed it. That the owner has not asked for it is the owner's word.
type Intrusion struct {
	Binding         // the first of them
	Own      uint32 // how many values the client has set
	Evidence []byte
}

// Error implements error.
func (i *Intrusion) Error() string {
	if i.Versions == 0 {
		return fmt.Sprintf("transparency: the directory has said since %s that %q has no value, and its owner has set %d",
			i.At.Format(time.DateTime), i.Label, i.Own)
	}
	return fmt.Sprintf("transparency: the directory has said since %s that %q has value number %d, of %d bytes, and its owner has set %d",
		i.At.Format(time.DateTime), i.Label, i.Versions, len(i.Value), i.Own)
}

// extend continues the log of old with entries, and checks that it becomes t's. It also checks that
// between is a tree on the way, and that times ascend. It returns the hashes that are needed to prove
// the new records.
func extend(old tree, front []tlog.Hash, records []entry, between, t tree) (hashes, error) {
	wrong := errors.New("expected the records that continue the log, found others")
	h := hashes{}
	at := frontier(old.size)
	if len(front) != len(at) || old.size+int64(len(records)) != t.size || between.size < old.size || between.size > t.size {
		return nil, wrong
	}
	for i, one := range front {
		h[at[i]] = one
	}
	check := func(t tree) bool {
		root, err := h.root(t.size)
		return err == nil && root == t.root
	}
	if !check(old) || old.size == between.size && !check(between) {
		return nil, wrong
	}
	for i, e := range records {
		if i > 0 && !e.at.After(records[i-1].at) {
			return nil, errors.New("expected times that ascend in the log, found one that does not")
		}
		n := old.size + int64(i)
		if err := h.append(n, e.bytes()); err != nil {
			return nil, wrong
		}
		if n+1 == between.size && !check(between) {
			return nil, wrong
		}
	}
	if !check(t) {
		return nil, wrong
	}
	return h, nil
}

// inspect looks through the epochs of an answer for what the owner has not set.
func (r *rules) inspect(w *watched, o *own, t tree, cosigned int, h hashes) (seen uint32, err error) {
	indexes := map[uint32]index{}
	for v, p := range w.proofs {
		if indexes[v], err = r.labels.check(o.label, v, p); err != nil {
			return 0, err
		}
	}
	seen = o.seen
	for i, e := range w.epochs {
		root, err := parseTree(e.tree, len(ladder(e.versions)))
		if err != nil {
			return 0, err
		}
		if root.sum() != e.entry.root {
			return 0, errors.New("expected a proof of the entry's tree, found one of another")
		}
		last, err := climb(root, e.tree, e.versions, indexes)
		if err != nil {
			return 0, err
		}
		var value opened // without a version there is none, whatever other epochs have
		if e.versions > 0 {
			value = w.values[e.versions-1]
		}
		if last != nil && commit(value.opening, o.label, e.versions-1, value.value) != last.commitment {
			return 0, errors.New("expected the value of the commitment, found another")
		}
		n := e.versions
		if n >= seen && int(n) <= len(o.values) && (n == 0 || bytes.Equal(o.values[n-1], value.value)) {
			seen = n
			continue
		}
		number := o.tree.size + int64(i)
		a := &answer{head: w.head, number: number, entry: e.entry, versions: n, tree: e.tree, opened: value}
		if a.inclusion, err = tlog.ProveRecord(t.size, number, h); err != nil {
			return 0, errHashes
		}
		for _, v := range ladder(n) {
			a.proofs = append(a.proofs, w.proofs[v])
		}
		return 0, &Intrusion{
			Binding:  Binding{o.label, n, bytes.Clone(value.value), number, e.entry.at, cosigned},
			Own:      uint32(len(o.values)),
			Evidence: a.bytes(),
		}
	}
	return seen, nil
}
