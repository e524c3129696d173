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
//
//	doormat-threshold-log
//	7
//	<root hash, in base64>
//
//	— doormat-threshold-log <signature, in base64>

// origin is the log's name, the first line of its heads.
const origin = "doormat-threshold-log"

// maxSize is the largest size of a log that a [Reader] follows, so that no proof is computed for
// sizes near 2^63.
const maxSize = 1 << 40

// A Log is the log on its operator's side: all entries, in memory, and the signing key. It is not
// safe for concurrent use. The zero Log has no key and no head, so no reader follows it; make one
// with [NewLog].
type Log struct {
	signer  note.Signer
	key     string
	entries [][]byte
	hashes  []tlog.Hash
}

// NewLog makes an empty log with a fresh signing key.
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

// Key returns the public key that verifies the log's heads, a line in the format of package note, or
// "" if there is none.
func (l *Log) Key() string {
	if l == nil {
		return ""
	}
	return l.key
}

// Size returns the number of entries.
func (l *Log) Size() int64 {
	if l == nil {
		return 0
	}
	return int64(len(l.entries))
}

// Append adds an entry of any content and returns its index, from 0, or -1 if l is nil.
func (l *Log) Append(entry []byte) (index int64) {
	if l == nil {
		return -1
	}
	index = l.Size()
	hashes, err := tlog.StoredHashes(index, entry, tlog.HashReaderFunc(l.read))
	if err != nil {
		panic("threshold: internal error: " + err.Error()) // all hashes are there
	}
	l.entries = append(l.entries, slices.Clone(entry))
	l.hashes = append(l.hashes, hashes...)
	return index
}

// Entry returns the entry at an index. All entries are public.
func (l *Log) Entry(index int64) ([]byte, error) {
	if index < 0 || index >= l.Size() {
		return nil, fmt.Errorf("threshold: expected an entry from 0 to %d, found %d", l.Size()-1, index)
	}
	return slices.Clone(l.entries[index]), nil
}

// Head returns the signed head: origin, size and root hash of the tree. It returns nil if the log has
// no key.
func (l *Log) Head() []byte {
	if l.Key() == "" {
		return nil
	}
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

// ProveEntry returns a proof that the entry at an index is in the tree of the present head (RFC 6962,
// Section 2.1.1), 32 bytes for each level.
func (l *Log) ProveEntry(index int64) (proof []byte, err error) {
	p, err := tlog.ProveRecord(l.Size(), index, tlog.HashReaderFunc(l.read))
	if err != nil {
		return nil, fmt.Errorf("threshold: expected an entry from 0 to %d, found %d", l.Size()-1, index)
	}
	return joinHashes(p), nil
}

// ProveExtension returns a proof that the present tree extends the one that had size entries (RFC
// 6962, Section 2.1.2). It is empty for size 0 and for the present size.
func (l *Log) ProveExtension(size int64) (proof []byte, err error) {
	if size < 0 || size > l.Size() {
		return nil, fmt.Errorf("threshold: expected a size from 0 to %d, found %d", l.Size(), size)
	}
	if size == 0 {
		return nil, nil // every log extends the empty one
	}
	p, err := tlog.ProveTree(l.Size(), size, tlog.HashReaderFunc(l.read))
	if err != nil {
		return nil, fmt.Errorf("threshold: %w", err)
	}
	return joinHashes(p), nil
}

// A Follower keeps the head of the log that it was last shown: a [Reader], or an [Agent].
type Follower interface {
	// Head returns the head, nil before the first, and its size.
	Head() (head []byte, size int64)
	// Follow takes a new head and the proof that it extends the one before.
	Follow(head, proof []byte) error
}

// Show gives a follower the present head, with the proof that it extends the head that the follower
// has. It returns the error of Follow, or an error if that head is of more entries than the log has.
func (l *Log) Show(to Follower) error {
	if to == nil {
		return errors.New("threshold: expected a follower of the log, found none")
	}
	_, size := to.Head()
	proof, err := l.ProveExtension(size)
	if err != nil {
		return err
	}
	return to.Follow(l.Head(), proof)
}

// Fork returns another log with the same key, and the same entries so far. An operator who shows
// one of the two to some readers and the other to the rest lies, and has signed the lie.
func (l *Log) Fork() *Log {
	if l == nil {
		return nil
	}
	return &Log{l.signer, l.key, slices.Clone(l.entries), slices.Clone(l.hashes)}
}

func (l *Log) read(indexes []int64) (hashes []tlog.Hash, err error) {
	for _, i := range indexes {
		hashes = append(hashes, l.hashes[i])
	}
	return hashes, nil
}

// A Reader follows a log, for a member of the public or for an agent: it keeps the last head that
// it was shown, and refuses a head that does not extend that one. It is safe for concurrent use. The
// zero Reader has no key to verify a head with, and takes none; make one with [NewReader].
type Reader struct {
	verifiers note.Verifiers

	mu     sync.Mutex
	tree   tlog.Tree
	signed []byte // nil before the first
}

// NewReader makes a reader of the log with this key, a line as [Log.Key] returns it.
func NewReader(key string) (*Reader, error) {
	v, err := note.NewVerifier(key)
	if err != nil || v.Name() != origin {
		return nil, fmt.Errorf("threshold: expected a log's key %q, found something else", origin+"+…")
	}
	return &Reader{verifiers: note.VerifierList(v)}, nil
}

// Head returns the last head that the reader was shown, and its size, to compare with another
// reader's. The head is nil before the first.
func (r *Reader) Head() (head []byte, size int64) {
	tree, signed := r.last()
	return slices.Clone(signed), tree.N
}

// last returns the reader's tree and its signed head, nil before the first.
func (r *Reader) last() (tree tlog.Tree, signed []byte) {
	if r == nil {
		return tree, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tree, r.signed
}

// Follow replaces the reader's head by a new one, after checking that the log has only been
// appended to. The reader takes the first head as it is. The error is [ErrSplitView] if both heads
// are of one size and differ. After an error the reader keeps its head.
func (r *Reader) Follow(head, proof []byte) error {
	tree, err := r.open(head)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signed != nil {
		if tree.N < r.tree.N {
			return fmt.Errorf("threshold: expected a head of at least %d entries, found one of %d", r.tree.N, tree.N)
		}
		if err := checkExtension(r.tree, tree, proof); err != nil {
			return err
		}
	}
	r.tree, r.signed = tree, slices.Clone(head)
	return nil
}

// Gossip compares a head that another reader was shown with this reader's. If the sizes differ, the
// log must prove that the longer extends the shorter; if not, the proof is nil, and the error for
// two different heads is [ErrSplitView]. The reader keeps its head.
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

// checkExtension returns an error unless the new tree extends the old one. Two trees of one size
// must be equal. If they are not, no proof is needed: the heads are the proof.
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

// Check returns an error unless an entry is in the log at this index, under the reader's head.
func (r *Reader) Check(index int64, entry, proof []byte) error {
	tree, signed := r.last()
	if signed == nil {
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
	errHead      = errors.New("threshold: expected a head that this log has signed, found something else")
	errNoKey     = errors.New("threshold: the reader has no log's key: make it with NewReader")
	errNoHead    = errors.New("threshold: the reader has not seen a head of the log")
	errProof     = errors.New("threshold: expected a proof of at most 64 hashes of 32 bytes, found something else")
	errExtension = errors.New("threshold: the log does not show that its new head extends the old one")
	errInclusion = errors.New("threshold: the use is not in the log")
)

// open verifies the signature of a head, and returns the tree that it is the head of.
func (r *Reader) open(head []byte) (tree tlog.Tree, err error) {
	if r == nil || r.verifiers == nil {
		return tree, errNoKey
	}
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

// oneForm reports whether a note has exactly one signature, in canonical base64. Package note
// ignores the unused bits at the end of base64.
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
