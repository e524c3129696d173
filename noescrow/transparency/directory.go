package transparency

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"doormat/internal/vrf"
)

// A Directory maps labels to values, and proves what it says. It holds the keys of the log and of the
// labels, and everything that it has been told. It is safe for concurrent use. Save it after each
// Publish, before the checkpoint leaves.
type Directory struct {
	mu sync.RWMutex
	s  *hiddenDirectory
}

// hiddenDirectory adds a pointer, which package fmt does not follow below the first level.
type hiddenDirectory struct{ *directory }

type directory struct {
	origin string
	key    ed25519.PrivateKey // of the log
	labels labels

	values  map[string][]version
	pending []change
	waiting map[string]int // how many of these a label has
	tree    *node
	epochs  []epoch
	log     hashes
	head    []byte // the last checkpoint, with cosignatures
}

// A version is a value of a label.
type version struct {
	opened
	index index
	epoch int64 // the number of the entry in whose tree it is new
}

// A change is a version that waits for the next epoch.
type change struct {
	label string
	opened
}

type epoch struct {
	entry   entry
	tree    *node
	changes []published
}

type published struct {
	label string
	leaf  *leaf
	opened
}

// NewDirectory draws the keys of a directory without entries. The origin is the name of its log, such as
// "example.com/directory", without a space or a plus sign. It has no checkpoint before the first Publish.
func NewDirectory(origin string, l Labelling) (*Directory, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, prefix(err)
	}
	s := newDirectory(origin, key, l)
	if l == VRFLabels {
		s.labels.setKey(vrf.Generate())
	}
	if !validName(origin) || l > HashedLabels {
		return nil, prefix(errors.New("expected a name for the log, without a space or a plus sign, and a labelling"))
	}
	return &Directory{s: &hiddenDirectory{s}}, nil
}

func (l *labels) setKey(k *vrf.PrivateKey) { l.private, l.public = k, k.Public() }

func newDirectory(origin string, key ed25519.PrivateKey, l Labelling) *directory {
	return &directory{
		origin: origin, key: key, labels: labels{kind: l},
		values: map[string][]version{}, waiting: map[string]int{}, tree: new(node), log: hashes{},
	}
}

// Parameters returns what clients must have of the directory, without witnesses. See [Parameters] for what
// they add.
func (d *Directory) Parameters() Parameters {
	d.mu.RLock()
	defer d.mu.RUnlock()
	vkey, err := note.NewEd25519VerifierKey(d.s.origin, d.s.key.Public().(ed25519.PublicKey))
	if err != nil {
		panic("transparency: internal error: " + err.Error()) // the key has 32 bytes
	}
	p := Parameters{Log: vkey, MaxAge: DefaultMaxAge}
	if d.s.labels.kind == VRFLabels {
		p.VRF = d.s.labels.public.Bytes()
	}
	return p
}

// Set gives a label a new value, from the next Publish on. The caller has made sure that it is the label's
// owner who asks: nothing in this package can. It returns an error if the label does not have 1 to MaxLabel
// bytes, the value more than MaxValue, or the label MaxVersions values.
func (d *Directory) Set(label string, value []byte) error {
	if err := checkSet(label, value); err != nil {
		return prefix(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.s.add(change{label, opened{newOpening(), bytes.Clone(value)}}) {
		return prefix(errors.New("the label has had too many values"))
	}
	return nil
}

// add has a change wait for the next epoch. It reports false if its label has had MaxVersions values.
func (d *directory) add(c change) bool {
	if len(d.values[c.label])+d.waiting[c.label] >= MaxVersions {
		return false
	}
	d.waiting[c.label]++
	d.pending = append(d.pending, c)
	return true
}

// Publish ends an epoch: it puts what was Set since the last one into the tree, the tree's root into the
// log, and signs a checkpoint, which has no cosignatures yet. Publish at regular times, also if nothing has
// changed: clients refuse a checkpoint that is too old. Times must ascend, from 1970 on.
func (d *Directory) Publish(now time.Time) (checkpoint []byte, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if checkpoint, err = d.s.publish(now); err != nil {
		return nil, prefix(err)
	}
	return checkpoint, nil
}

func (d *directory) publish(now time.Time) ([]byte, error) {
	now = now.UTC().Truncate(time.Millisecond)
	if now.UnixMilli() < 0 || now.UnixMilli() >= maxTime {
		return nil, errors.New("expected a time after 1970 that an entry has room for, found another")
	}
	if n := len(d.epochs); n > 0 && !now.After(d.epochs[n-1].entry.at) {
		return nil, errors.New("expected a time after that of the last epoch, found an earlier one")
	}
	tree, e := d.tree, epoch{}
	number := int64(len(d.epochs))
	values := map[string][]version{}
	for _, c := range d.pending {
		all, ok := values[c.label]
		if !ok {
			all = slices.Clone(d.values[c.label])
		}
		n := uint32(len(all))
		i, _ := d.labels.index(c.label, n)
		l := &leaf{i, commit(c.opening, c.label, n, c.value)}
		var err error
		if tree, err = tree.insert(l); err != nil {
			return nil, err
		}
		values[c.label] = append(all, version{c.opened, i, number})
		e.changes = append(e.changes, published{c.label, l, c.opened})
	}
	e.tree, e.entry = tree, entry{now, tree.sum(), uint32(len(e.changes))}
	if err := d.log.append(number, e.entry.bytes()); err != nil {
		return nil, err
	}
	for label, all := range values {
		d.values[label] = all
	}
	d.epochs, d.tree, d.pending = append(d.epochs, e), tree, nil
	clear(d.waiting)
	return d.sign()
}

// sign makes the checkpoint of the log as it is.
func (d *directory) sign() ([]byte, error) {
	root, err := d.log.root(int64(len(d.epochs)))
	if err != nil {
		return nil, err
	}
	t := tree{d.origin, int64(len(d.epochs)), root}
	signer, err := note.NewSigner(skey(d.origin, d.key))
	if err != nil {
		return nil, err
	}
	d.head, err = note.Sign(&note.Note{Text: t.text()}, signer)
	return bytes.Clone(d.head), err
}

// skey is the key of a log as note.NewSigner takes it.
func skey(origin string, key ed25519.PrivateKey) string {
	vkey, err := note.NewEd25519VerifierKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		panic("transparency: internal error: " + err.Error()) // the key has 32 bytes
	}
	number := vkey[len(origin)+1:][:8]
	return fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", origin, number, base64.StdEncoding.EncodeToString(append([]byte{1}, key.Seed()...)))
}

// Checkpoint returns the last checkpoint, with the cosignatures that it has.
func (d *Directory) Checkpoint() []byte {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return bytes.Clone(d.s.head)
}

// Size returns how many epochs there have been.
func (d *Directory) Size() int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return int64(len(d.s.epochs))
}

// Consistency returns the proof that the tree of the first size records continues that of the first old, for
// [Client.Compare].
func (d *Directory) Consistency(old, size int64) ([]byte, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if old < 0 || old > size || size > int64(len(d.s.epochs)) {
		return nil, prefix(fmt.Errorf("expected two sizes up to %d, the lesser first, found %d and %d", len(d.s.epochs), old, size))
	}
	list, err := proveConsistent(d.s.log, old, size)
	if err != nil {
		return nil, prefix(err)
	}
	return addHashes(nil, list), nil
}

// versionsAt returns how many versions of a label were published in the first size epochs.
func (d *directory) versionsAt(label string, size int64) (n uint32) {
	for _, v := range d.values[label] {
		if v.epoch < size {
			n++
		}
	}
	return n
}

// steps returns the index and the proof of each step of a ladder.
func (d *directory) steps(label string, n uint32) (indexes []index, proofs [][]byte) {
	for _, v := range ladder(n) {
		i, p := d.labels.index(label, v)
		indexes, proofs = append(indexes, i), append(proofs, p)
	}
	return indexes, proofs
}

var errNoHead = errors.New("there is no checkpoint yet")

// Lookup answers which value a label has, for a client that has seen a log of since records.
func (d *Directory) Lookup(label string, since int64) ([]byte, error) {
	if err := checkLabel(label); err != nil {
		return nil, prefix(err)
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	a, err := d.s.lookup(label, since)
	if err != nil {
		return nil, prefix(err)
	}
	return a.bytes(), nil
}

func (d *directory) lookup(label string, since int64) (*answer, error) {
	size := int64(len(d.epochs))
	if err := d.checkSince(since); err != nil {
		return nil, err
	}
	last := &d.epochs[size-1]
	a := &answer{head: d.head, number: size - 1, entry: last.entry}
	var err error
	if a.consistency, err = proveConsistent(d.log, since, size); err != nil {
		return nil, err
	}
	if a.inclusion, err = tlog.ProveRecord(size, size-1, d.log); err != nil {
		return nil, err
	}
	a.versions = d.versionsAt(label, size)
	indexes, proofs := d.steps(label, a.versions)
	a.proofs, a.tree = proofs, last.tree.prove(indexes)
	if a.versions > 0 {
		a.opened = d.values[label][a.versions-1].opened
	}
	return a, nil
}

func (d *directory) checkSince(since int64) error {
	if len(d.epochs) == 0 {
		return errNoHead
	}
	if since < 0 || since > int64(len(d.epochs)) {
		return fmt.Errorf("expected a client that has seen at most %d records, found %d", len(d.epochs), since)
	}
	return nil
}
