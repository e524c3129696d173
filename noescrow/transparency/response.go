package transparency

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"
)

// What a directory answers begins with a version and a kind, and then has a checkpoint.
const (
	wireVersion = 1

	kindLookup   = 1
	kindMonitor  = 2
	kindAudit    = 3
	kindState    = 4
	kindClient   = 5
	kindWitness  = 6
	kindContacts = 7
)

// answer is the answer to a look-up:
//
//	struct {
//	    uint8   version = 1;
//	    uint8   kind = 1;
//	    opaque  head<0..2^16-1>;     a checkpoint of n records
//	    hashes  consistency;         with the tree that the client has
//	    uint64  number;              of the entry: n-1, and in evidence any
//	    opaque  entry[45];
//	    hashes  inclusion;
//	    uint32  versions;            how many the label has
//	    opaque  proofs[80][];        of the index of each step of the ladder; none with HashedLabels
//	    opaque  tree<0..2^24-1>;     a proof of all these indexes
//	    opaque  opening[16];         this and the value: of the last version, if there is one
//	    opaque  value<0..2^16-1>;
//	}
type answer struct {
	head        []byte
	consistency []tlog.Hash
	number      int64
	entry       entry
	inclusion   []tlog.Hash
	versions    uint32
	proofs      [][]byte
	tree        []byte
	opened      opened
}

// opened is a value with what its commitment needs.
type opened struct {
	opening [openingSize]byte
	value   []byte
}

var errAnswer = errors.New("expected an answer of a directory, found something else")

func header(kind uint8, head []byte) *cryptobyte.Builder {
	b := cryptobyte.NewBuilder([]byte{wireVersion, kind})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(head) })
	return b
}

func readHeader(in *cryptobyte.String, kind uint8, head *[]byte) bool {
	var version, k uint8
	var h cryptobyte.String
	ok := in.ReadUint8(&version) && in.ReadUint8(&k) && version == wireVersion && k == kind && in.ReadUint16LengthPrefixed(&h)
	*head = h
	return ok
}

func (o *opened) add(b *cryptobyte.Builder) {
	b.AddBytes(o.opening[:])
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(o.value) })
}

func (o *opened) read(in *cryptobyte.String) bool {
	var v cryptobyte.String
	ok := in.CopyBytes(o.opening[:]) && in.ReadUint16LengthPrefixed(&v) && len(v) <= MaxValue
	o.value = v
	return ok
}

func (a *answer) bytes() []byte {
	b := header(kindLookup, a.head)
	b.AddBytes(addHashes(nil, a.consistency))
	b.AddUint64(uint64(a.number))
	b.AddBytes(a.entry.bytes())
	b.AddBytes(addHashes(nil, a.inclusion))
	b.AddUint32(a.versions)
	for _, p := range a.proofs {
		b.AddBytes(p)
	}
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(a.tree) })
	if a.versions > 0 {
		a.opened.add(b)
	}
	return b.BytesOrPanic()
}

func parseAnswer(data []byte, proofSize int) (*answer, error) {
	a := new(answer)
	in := cryptobyte.String(data)
	var number uint64
	var tree cryptobyte.String
	ok := readHeader(&in, kindLookup, &a.head) && readHashes(&in, &a.consistency) &&
		in.ReadUint64(&number) && number < maxSize && a.entry.read(&in) && readHashes(&in, &a.inclusion) &&
		in.ReadUint32(&a.versions) && a.versions <= MaxVersions
	if !ok {
		return nil, errAnswer
	}
	a.number = int64(number)
	for range ladder(a.versions) {
		var p []byte
		if !in.ReadBytes(&p, proofSize) {
			return nil, errAnswer
		}
		a.proofs = append(a.proofs, p)
	}
	if !in.ReadUint24LengthPrefixed(&tree) || a.versions > 0 && !a.opened.read(&in) || !in.Empty() {
		return nil, errAnswer
	}
	a.tree = tree
	return a, nil
}

// A Binding is what a directory has signed: that a label has a value.
type Binding struct {
	Label    string
	Versions uint32    // how many values the label has had; 0 if it has none
	Value    []byte    // the last
	Number   int64     // of the epoch
	At       time.Time // when the epoch ended
	Cosigned int       // witnesses of the Parameters that have signed the checkpoint too
}

// Verify checks an answer or a piece of evidence by itself, without a client's state: that the log has
// signed a checkpoint, that the checkpoint has the entry, and that in its tree the label has this value
// and no later one. It does not say that the answer is fresh, or that others see the same: see
// [Client.Lookup].
func Verify(p Parameters, label string, evidence []byte) (*Binding, error) {
	r, err := p.parse()
	if err != nil {
		return nil, prefix(err)
	}
	b, _, err := r.verify(label, evidence)
	if err != nil {
		return nil, prefix(err)
	}
	return &b.Binding, nil
}

// A checked binding comes with the tree of its checkpoint and the proof that it continues another.
type checked struct {
	Binding
	tree        tree
	consistency []tlog.Hash
}

func (r *rules) verify(label string, data []byte) (*checked, *answer, error) {
	if err := checkLabel(label); err != nil {
		return nil, nil, err
	}
	a, err := parseAnswer(data, r.labels.proofSize())
	if err != nil {
		return nil, nil, err
	}
	t, cosigned, err := r.open(a.head)
	if err != nil {
		return nil, nil, err
	}
	if a.number >= t.size || tlog.CheckRecord(a.inclusion, t.size, t.root, a.number, tlog.RecordHash(a.entry.bytes())) != nil {
		return nil, nil, errors.New("expected an entry that is in the log, found another")
	}
	root, err := parseTree(a.tree, len(a.proofs))
	if err != nil {
		return nil, nil, err
	}
	if root.sum() != a.entry.root {
		return nil, nil, errors.New("expected a proof of the entry's tree, found one of another")
	}
	versions := ladder(a.versions)
	indexes := make(map[uint32]index, len(versions))
	for i, v := range versions {
		if indexes[v], err = r.labels.check(label, v, a.proofs[i]); err != nil {
			return nil, nil, err
		}
	}
	last, err := climb(root, a.tree, a.versions, indexes)
	if err != nil {
		return nil, nil, err
	}
	b := Binding{Label: label, Versions: a.versions, Number: a.number, At: a.entry.at, Cosigned: cosigned}
	if last != nil {
		if commit(a.opened.opening, label, a.versions-1, a.opened.value) != last.commitment {
			return nil, nil, errors.New("expected the value of the commitment, found another")
		}
		b.Value = slices.Clone(a.opened.value)
	}
	return &checked{b, t, a.consistency}, a, nil
}

// climb checks that the tree has n versions, whose indexes are given, and returns the leaf of the last, or
// nil if n is 0. The proof is the tree in bytes, and must show nothing else.
func climb(root *node, proof []byte, n uint32, indexes map[uint32]index) (last *leaf, err error) {
	var asked []index
	for _, v := range ladder(n) {
		i := indexes[v]
		asked = append(asked, i)
		l, err := root.find(&i)
		if err != nil {
			return nil, err
		}
		if (l != nil) != (v < n) {
			return nil, fmt.Errorf("expected %d versions, found that number %d is there: %v", n, v, l != nil)
		}
		if l != nil && v == n-1 {
			last = l
		}
	}
	return last, root.onlyProves(proof, asked)
}
