package threshold

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The log is a Merkle tree (RFC 6962, Section 2.1) by golang.org/x/mod/sumdb/tlog. Its head is a
// checkpoint (https://c2sp.org/tlog-checkpoint): origin, size and root hash, a line each, signed as
// a note. A proof in bytes is its hashes, 32 bytes each.

// origin is the log's name, the first line of its heads.
const origin = "doormat-threshold-log"

// maxSize is the largest size of a log that a [Reader] follows. Sizes near 2^63 are not walked.
const maxSize = 1 << 40

// A Log is what the log's operator runs. It keeps the entries in memory. It is not safe for
// concurrent use.
type Log struct {
	signer  note.Signer
	key     string
	entries [][]byte
	hashes  []tlog.Hash
}

// NewLog makes an empty log with a fresh key.
func NewLog() *Log {
	private, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		panic("threshold: internal error: " + err.Error())
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		panic("threshold: internal error: " + err.Error())
	}
	return &Log{signer: signer, key: public}
}

// Key returns the line by which readers know the log.
func (l *Log) Key() string { return l.key }

// Size returns the number of entries.
func (l *Log) Size() int64 { return int64(len(l.entries)) }

// Append adds an entry and returns its index.
func (l *Log) Append(entry []byte) (index int64) {
	index = l.Size()
	hashes, err := tlog.StoredHashes(index, entry, tlog.HashReaderFunc(l.read))
	if err != nil {
		panic("threshold: internal error: " + err.Error()) // all hashes are there
	}
	l.entries = append(l.entries, slices.Clone(entry))
	l.hashes = append(l.hashes, hashes...)
	return index
}

// Entry returns an entry. All of them are public.
func (l *Log) Entry(index int64) ([]byte, error) {
	if index < 0 || index >= l.Size() {
		return nil, fmt.Errorf("threshold: expected an entry from 0 to %d, found %d", l.Size()-1, index)
	}
	return slices.Clone(l.entries[index]), nil
}

// Head returns the signed head: the size and the hash of the tree.
func (l *Log) Head() []byte {
	root, err := tlog.TreeHash(l.Size(), tlog.HashReaderFunc(l.read))
	if err != nil {
		panic("threshold: internal error: " + err.Error())
	}
	head, err := note.Sign(&note.Note{Text: formatHead(tlog.Tree{N: l.Size(), Hash: root})}, l.signer)
	if err != nil {
		panic("threshold: internal error: " + err.Error())
	}
	return head
}

// ProveEntry proves that an entry is in the tree of the present head (RFC 6962, Section 2.1.1).
func (l *Log) ProveEntry(index int64) (proof []byte, err error) {
	p, err := tlog.ProveRecord(l.Size(), index, tlog.HashReaderFunc(l.read))
	if err != nil {
		return nil, fmt.Errorf("threshold: expected an entry from 0 to %d, found %d", l.Size()-1, index)
	}
	return joinHashes(p), nil
}

// ProveExtension proves that the present tree begins with the one that had size entries (RFC
// 6962, Section 2.1.2).
func (l *Log) ProveExtension(size int64) (proof []byte, err error) {
	if size < 0 || size > l.Size() {
		return nil, fmt.Errorf("threshold: expected a size from 0 to %d, found %d", l.Size(), size)
	}
	if size == 0 {
		return nil, nil // everything extends the empty log
	}
	p, err := tlog.ProveTree(l.Size(), size, tlog.HashReaderFunc(l.read))
	if err != nil {
		return nil, fmt.Errorf("threshold: %w", err)
	}
	return joinHashes(p), nil
}

// Fork returns another log with the same key, and the same entries so far. An operator who shows
// it to some and the first to others lies, and has signed the lie.
func (l *Log) Fork() *Log {
	return &Log{l.signer, l.key, slices.Clone(l.entries), slices.Clone(l.hashes)}
}

func (l *Log) read(indexes []int64) (hashes []tlog.Hash, err error) {
	for _, i := range indexes {
		hashes = append(hashes, l.hashes[i])
	}
	return hashes, nil
}

// A Reader is somebody of the public, or an agent: he keeps the last head he was shown, and takes
// no other that does not extend it. It is safe for concurrent use.
type Reader struct {
	verifiers note.Verifiers

	mu     sync.Mutex
	tree   tlog.Tree
	signed []byte // nil before the first
}

// NewReader makes a reader of the log with this key.
func NewReader(key string) (*Reader, error) {
	v, err := note.NewVerifier(key)
	if err != nil || v.Name() != origin {
		return nil, fmt.Errorf("threshold: expected a log's key %q, found something else", origin+"+…")
	}
	return &Reader{verifiers: note.VerifierList(v)}, nil
}

// Head returns the last head, for comparing it with somebody else's, and its size.
func (r *Reader) Head() (head []byte, size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.signed), r.tree.N
}

// Follow takes a new head, after checking that the log was only appended to. The first head is
// taken as it is.
func (r *Reader) Follow(head, proof []byte) error {
	tree, err := r.open(head)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signed != nil {
		if tree.N < r.tree.N {
			return fmt.Errorf("threshold: the log had %d entries, its new head has %d", r.tree.N, tree.N)
		}
		if err := checkExtension(r.tree, tree, proof); err != nil {
			return err
		}
	}
	r.tree, r.signed = tree, slices.Clone(head)
	return nil
}

// Gossip compares the head that somebody else was shown with one's own. Where the sizes differ, the
// log must prove that the longer extends the shorter. The reader's own head stays.
func (r *Reader) Gossip(head, proof []byte) error {
	theirs, err := r.open(head)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signed == nil {
		return errNoHead
	}
	if theirs.N < r.tree.N {
		return checkExtension(theirs, r.tree, proof)
	}
	return checkExtension(r.tree, theirs, proof)
}

// checkExtension reports a new tree that does not begin with the old one. Two of one size must
// be equal. If they are not, no proof is needed: the heads are the proof.
func checkExtension(old, new tlog.Tree, proof []byte) error {
	p, err := splitHashes(proof)
	switch {
	case err != nil:
		return err
	case old.N == new.N && old.Hash != new.Hash:
		return ErrSplitView
	case old.N == new.N || old.N == 0:
		if len(p) > 0 {
			return errExtension
		}
		return nil
	case tlog.CheckTree(p, new.N, new.Hash, old.N, old.Hash) != nil:
		return errExtension
	}
	return nil
}

// Check reports an entry that is not in the log at this index, under the reader's head.
func (r *Reader) Check(index int64, entry, proof []byte) error {
	r.mu.Lock()
	tree, followed := r.tree, r.signed != nil
	r.mu.Unlock()
	if !followed {
		return errNoHead
	}
	p, err := splitHashes(proof)
	if err != nil {
		return err
	}
	if index < 0 || index >= tree.N {
		return fmt.Errorf("threshold: expected an entry from 0 to %d of the log, found %d", tree.N-1, index)
	}
	if tlog.CheckRecord(p, tree.N, tree.Hash, index, tlog.RecordHash(entry)) != nil {
		return errInclusion
	}
	return nil
}

var (
	errHead      = errors.New("threshold: not a head that this log has signed")
	errNoHead    = errors.New("threshold: the reader has not seen a head of the log")
	errProof     = errors.New("threshold: a proof is hashes of 32 bytes, at most 64")
	errExtension = errors.New("threshold: the log does not show that its new head extends the old one")
	errInclusion = errors.New("threshold: the use is not in the log")
)

func (r *Reader) open(head []byte) (tree tlog.Tree, err error) {
	n, err := note.Open(head, r.verifiers)
	if err != nil {
		return tree, errHead
	}
	tree, ok := parseHead(n.Text)
	if !ok || !oneForm(n) {
		return tree, errHead
	}
	return tree, nil
}

// oneForm reports whether a note has one signature and nothing beside it, in the one form that
// base64 has for it: package note takes the bits that it leaves over for whatever they are.
func oneForm(n *note.Note) bool {
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return false
	}
	_, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64)
	return err == nil
}

func formatHead(t tlog.Tree) string { return fmt.Sprintf("%s\n%d\n%s\n", origin, t.N, t.Hash) }

func parseHead(text string) (t tlog.Tree, ok bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return t, false
	}
	n, err1 := strconv.ParseInt(lines[1], 10, 64)
	hash, err2 := base64.StdEncoding.DecodeString(lines[2])
	if err1 != nil || err2 != nil || len(hash) != tlog.HashSize || n < 0 || n > maxSize {
		return t, false
	}
	t = tlog.Tree{N: n, Hash: tlog.Hash(hash)}
	return t, formatHead(t) == text // one form for each
}

func joinHashes(hashes []tlog.Hash) (b []byte) {
	for _, h := range hashes {
		b = append(b, h[:]...)
	}
	return b
}

func splitHashes(b []byte) (hashes []tlog.Hash, err error) {
	if len(b)%tlog.HashSize != 0 || len(b) > 64*tlog.HashSize {
		return nil, errProof
	}
	for h := range slices.Chunk(b, tlog.HashSize) {
		hashes = append(hashes, tlog.Hash(h))
	}
	return hashes, nil
}
