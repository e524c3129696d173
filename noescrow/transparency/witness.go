package transparency

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"doormat/internal/secret"
)

// A Witness signs checkpoints of logs that it knows, each only if it continues the one that it has signed
// before (https://c2sp.org/tlog-witness). It is safe for concurrent use. Save it after each AddCheckpoint,
// before the cosignature leaves: a witness that forgets signs two histories.
type Witness struct {
	hidden[Witness]
	*witness
}

type hidden[T any] = secret.Hidden[T]

type witness struct {
	mu   sync.Mutex
	key  cosigner
	logs map[string]*witnessed // by origin
}

type witnessed struct {
	vkey string
	log  note.Verifier
	tree tree
}

// NewWitness draws the key of a witness. The name has no space and no plus sign, such as
// "example.org/witness".
func NewWitness(name string) (*Witness, error) {
	if !validName(name) {
		return nil, prefix(errors.New("expected a name without a space or a plus sign"))
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, prefix(err)
	}
	return newWitness(cosigner{name: name, public: public, private: private}), nil
}

func newWitness(key cosigner) *Witness {
	return &Witness{witness: &witness{key: key, logs: map[string]*witnessed{}}}
}

// VerifierKey returns the public key as one line, for [Parameters].
func (w *Witness) VerifierKey() string { return w.key.verifierKey() }

// Trust has the witness sign for a log from now on, given the log's verifier key. It returns an error if it
// signs for a log of that name with another key: two would be one name's two histories.
func (w *Witness) Trust(log string) error {
	v, err := note.NewVerifier(log)
	if err != nil {
		return prefix(errors.New("expected the verifier key of a log, name+hash+key, found something else"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch l := w.logs[v.Name()]; {
	case l == nil:
		w.logs[v.Name()] = &witnessed{log, v, tree{v.Name(), 0, emptyRoot}}
	case l.vkey != log:
		return prefix(fmt.Errorf("expected a log with a name of its own, found another key for %q", v.Name()))
	}
	return nil
}

// Size returns the size of the last tree of a log that the witness has signed: the old of the next request.
func (w *Witness) Size(origin string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.logs[origin]; l != nil {
		return l.tree.size
	}
	return 0
}

// WitnessRequest returns the body of an add-checkpoint request for a witness that has signed the tree of the
// first old records:
//
//	old N
//	up to 63 lines, a consistency proof in base64
//
//	checkpoint
func (d *Directory) WitnessRequest(old int64) ([]byte, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if err := d.s.checkSince(old); err != nil {
		return nil, prefix(err)
	}
	list, err := proveConsistent(d.s.log, old, int64(len(d.s.epochs)))
	if err != nil {
		return nil, prefix(err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", old)
	for _, h := range list {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(d.s.head)
	return b.Bytes(), nil
}

// AddCosignature takes a line that a witness, given by its verifier key, has answered, and adds it to the
// checkpoint. It returns an error, and adds nothing, unless the line is one cosignature of that witness for
// that checkpoint: clients refuse a checkpoint in which one is false, so one witness could stop the
// directory. A second one of the same witness is left out.
func (d *Directory) AddCosignature(witness string, line []byte) error {
	c, err := parseCosigner(witness)
	if err != nil {
		return prefix(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.s.head, err = addCosignature(d.s.head, line, c); err != nil {
		return prefix(err)
	}
	return nil
}

// addCosignature returns a checkpoint with one cosignature more, or as it is after an error.
func addCosignature(signed, line []byte, c *cosigner) ([]byte, error) {
	text, signatures, ok := bytes.Cut(signed, []byte("\n\n"))
	if !ok {
		return signed, errNoHead
	}
	wrong := errors.New("expected a cosignature of the witness for this checkpoint, found something else")
	if len(line) > maxNote {
		return signed, wrong
	}
	n, err := note.Open(slices.Concat(text, []byte("\n\n"), line), note.VerifierList(c))
	if err != nil || len(n.Sigs) != 1 {
		return signed, wrong
	}
	sig, err := base64.StdEncoding.DecodeString(n.Sigs[0].Base64)
	written := fmt.Appendf(nil, "— %s %s\n", c.name, base64.StdEncoding.EncodeToString(sig))
	if err != nil || !bytes.Equal(written, line) {
		return signed, wrong
	}
	prefix := written[:len("— ")+len(c.name)+1+5] // with 30 of the 32 bits of the key's number
	for one := range bytes.Lines(signatures) {
		if bytes.HasPrefix(one, prefix) {
			return signed, nil
		}
	}
	if len(signed)+len(line) > maxNote {
		return signed, fmt.Errorf("expected a checkpoint of at most %d bytes, found more", maxNote)
	}
	return slices.Concat(signed, line), nil
}

var errRequest = errors.New("expected an add-checkpoint request, found something else")

func parseRequest(body []byte) (old int64, proof []tlog.Hash, checkpoint []byte, err error) {
	head, checkpoint, ok := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	number, isOld := strings.CutPrefix(lines[0], "old ")
	old, err = strconv.ParseInt(number, 10, 64)
	if !ok || !isOld || err != nil || old < 0 || old > maxSize || strconv.FormatInt(old, 10) != number || len(lines) > 1+63 || len(body) > 2*maxNote {
		return 0, nil, nil, errRequest
	}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != hashSize {
			return 0, nil, nil, errRequest
		}
		proof = append(proof, tlog.Hash(h))
	}
	return old, proof, checkpoint, nil
}

// AddCheckpoint checks the body of an add-checkpoint request, stores the checkpoint's tree and returns
// the line of the cosignature. It returns an error and stores nothing if the log is not trusted or has
// not signed the checkpoint, if old is not the size of the stored tree (see Size), and if the
// checkpoint does not continue that tree. The last may be a split view: the two checkpoints are
// evidence, see [CheckSplit].
func (w *Witness) AddCheckpoint(body []byte, now time.Time) (line []byte, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if line, err = w.addCheckpoint(body, now); err != nil {
		return nil, prefix(err)
	}
	return line, nil
}

func (w *witness) addCheckpoint(body []byte, now time.Time) ([]byte, error) {
	old, proof, checkpoint, err := parseRequest(body)
	if err != nil {
		return nil, err
	}
	origin, _, _ := strings.Cut(string(checkpoint), "\n")
	l := w.logs[origin]
	if l == nil {
		return nil, fmt.Errorf("expected a log that the witness knows, found %q", origin)
	}
	r := rules{log: l.log}
	t, _, err := r.open(checkpoint)
	if err != nil {
		return nil, err
	}
	if old != l.tree.size {
		return nil, fmt.Errorf("expected a proof from size %d, found one from %d", l.tree.size, old)
	}
	if err := checkConsistent(proof, l.tree, t); err != nil {
		return nil, err
	}
	if now.Unix() < 1 {
		return nil, errors.New("expected a time after 1970, found an earlier one")
	}
	key := w.key
	key.at = now
	signed, err := note.Sign(&note.Note{Text: t.text()}, &key)
	if err != nil {
		return nil, err
	}
	l.tree = t
	_, line, _ := bytes.Cut(signed, []byte("\n\n"))
	return line, nil
}

// MarshalBinary returns the witness with its private key:
//
//	uint8 version = 1; uint8 kind = 6; opaque name<0..2^16-1>; opaque key[32];
//	struct { opaque log<0..2^16-1>; uint64 size; opaque root[32]; } logs[];     to the end
func (w *Witness) MarshalBinary() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := header(kindWitness, []byte(w.key.name))
	b.AddBytes(w.key.private.Seed())
	for _, origin := range slices.Sorted(maps.Keys(w.logs)) {
		l := w.logs[origin]
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(l.vkey)) })
		b.AddUint64(uint64(l.tree.size))
		b.AddBytes(l.tree.root[:])
	}
	return b.BytesOrPanic(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (w *Witness) UnmarshalBinary(data []byte) error {
	bad := prefix(errors.New("expected the state of a witness, found something else"))
	in := cryptobyte.String(data)
	var name, seed []byte
	if !readHeader(&in, kindWitness, &name) || !in.ReadBytes(&seed, ed25519.SeedSize) || !validName(string(name)) {
		return bad
	}
	private := ed25519.NewKeyFromSeed(seed)
	s := newWitness(cosigner{name: string(name), public: private.Public().(ed25519.PublicKey), private: private})
	last := ""
	for !in.Empty() {
		var vkey cryptobyte.String
		var size uint64
		var root tlog.Hash
		if !in.ReadUint16LengthPrefixed(&vkey) || !in.ReadUint64(&size) || size > maxSize || !in.CopyBytes(root[:]) ||
			size == 0 && root != emptyRoot || s.Trust(string(vkey)) != nil {
			return bad
		}
		origin, _, _ := strings.Cut(string(vkey), "+")
		if s.logs[origin].vkey != string(vkey) || origin <= last {
			return bad
		}
		last = origin
		s.logs[origin].tree = tree{origin, int64(size), root}
	}
	w.witness = s.witness
	return nil
}
