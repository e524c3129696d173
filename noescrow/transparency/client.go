package transparency

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// A Client checks what a directory answers, and remembers what it has seen. It holds no secret. It is
// safe for concurrent use. Save it after each Lookup and Monitor, with MarshalBinary: a client that
// forgets can be shown another history.
type Client struct {
	mu    sync.Mutex
	rules *rules
	tree  tree
	at    time.Time // of the tree's last record
	heads [][]byte  // the checkpoints that it has taken, the last at the end
	owned map[string]*own
}

// own is a label of this client's.
type own struct {
	label  string
	values [][]byte // all that it has set, in order
	seen   uint32   // of those, in the directory at the last Monitor
	tree   tree     // at the last Monitor
}

// NewClient returns a client that has seen nothing.
func NewClient(p Parameters) (*Client, error) {
	r, err := p.parse()
	if err != nil {
		return nil, prefix(err)
	}
	return &Client{rules: r, tree: emptyTree(r), owned: map[string]*own{}}, nil
}

// Since returns the number of records that the client has seen, for [Directory.Lookup].
func (c *Client) Since() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tree.size
}

// Checkpoint returns the last checkpoint that the client has taken, to compare with another's; nil
// before the first. Send it where the directory cannot keep it back or change it.
func (c *Client) Checkpoint() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heads) == 0 {
		return nil
	}
	return bytes.Clone(c.heads[len(c.heads)-1])
}

// fresh checks a checkpoint's age and cosignatures, given the time of its last record.
func (c *Client) fresh(t tree, cosigned int, last, now time.Time) error {
	if err := c.rules.enough(cosigned); err != nil {
		return err
	}
	switch {
	case now.Sub(last) > c.rules.maxAge || last.Sub(now) > MaxAhead:
		return fmt.Errorf("%w: it is of %s", ErrStale, last.Format(time.DateTime))
	case t.size < c.tree.size:
		return fmt.Errorf("%w: it has %d records, and the client has seen %d", ErrStale, t.size, c.tree.size)
	}
	return nil
}

// accept stores a tree that continues the client's, with its checkpoint.
func (c *Client) accept(t tree, head []byte, at time.Time) {
	if t.size > c.tree.size || len(c.heads) == 0 {
		c.heads = append(c.heads, bytes.Clone(head))
		c.heads = c.heads[max(0, len(c.heads)-MaxCheckpoints):]
	}
	c.tree, c.at = t, at
}

// Lookup checks an answer of [Directory.Lookup] for the number that Since returns. The Binding has no
// value if the directory proves that there is none. After an error the client is unchanged. The error
// wraps ErrQuorum or ErrStale where the answer is right and not enough.
func (c *Client) Lookup(label string, data []byte, now time.Time) (*Binding, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, a, err := c.rules.verify(label, data)
	if err == nil && b.Number != b.tree.size-1 {
		err = errors.New("expected the last entry of the log, found an earlier one")
	}
	if err == nil {
		err = c.fresh(b.tree, b.Cosigned, b.At, now)
	}
	if err == nil {
		err = checkConsistent(b.consistency, c.tree, b.tree)
	}
	if err != nil {
		return nil, prefix(err)
	}
	c.accept(b.tree, a.head, b.At)
	return &b.Binding, nil
}

// Own tells the client that its user has asked the directory to Set a label to a value, which is therefore
// expected from now on. Call it before the request leaves. The limits are those of Set.
func (c *Client) Own(label string, value []byte) error {
	if err := checkSet(label, value); err != nil {
		return prefix(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owned[label] == nil {
		c.owned[label] = &own{label: label, tree: c.tree}
	}
	c.owned[label].values = append(c.owned[label].values, bytes.Clone(value))
	return nil
}

// Missing returns how many values of a label the directory did not have at the last Monitor, though its owner has
// set them. Some are missing until the next epoch. If that lasts, the directory withholds a new key: nothing
// proves that it was asked, and others go on with the old one.
func (c *Client) Missing(label string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.owned[label]; o != nil {
		return len(o.values) - int(o.seen)
	}
	return 0
}

// SinceOwn returns the number of records up to which a label has been monitored, for [Directory.Monitor].
func (c *Client) SinceOwn(label string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.owned[label]; o != nil {
		return o.tree.size
	}
	return 0
}

// Monitor checks an answer of [Directory.Monitor] for the number that SinceOwn returns: that in every
// epoch since the last Monitor, the label has had the client's values and no other. Whether it has all of
// them, Missing says. Monitor returns how many epochs it has looked at. If the directory has said something else, the error is an [*Intrusion], and
// the client stays where it is: the next Monitor finds it again. Other errors say that the answer is
// wrong; they wrap ErrQuorum or ErrStale as those of Lookup do. An answer without a new epoch is stale too
// when the last one is older than MaxAge: so a directory cannot keep an owner in the past unseen.
func (c *Client) Monitor(label string, data []byte, now time.Time) (epochs int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	epochs, err = c.monitor(label, data, now)
	var found *Intrusion
	if err != nil && !errors.As(err, &found) {
		err = prefix(err)
	}
	return epochs, err
}

func (c *Client) monitor(label string, data []byte, now time.Time) (int, error) {
	o := c.owned[label]
	if o == nil {
		return 0, fmt.Errorf("expected a label that the client owns, found %q", label)
	}
	w, err := parseWatched(data, c.rules.labels.proofSize())
	if err != nil {
		return 0, err
	}
	t, cosigned, err := c.rules.open(w.head)
	if err != nil {
		return 0, err
	}
	var entries []entry
	for _, e := range w.epochs {
		entries = append(entries, e.entry)
	}
	h, err := extend(o.tree, w.frontier, entries, c.tree, t)
	if err != nil {
		return 0, err
	}
	seen, err := c.rules.inspect(w, o, t, cosigned, h)
	if err != nil {
		return 0, err
	}
	last := c.at // without new records t is the tree that the client has
	if len(entries) > 0 {
		last = entries[len(entries)-1].at
	}
	if err := c.fresh(t, cosigned, last, now); err != nil {
		return 0, err
	}
	c.accept(t, w.head, last)
	o.seen, o.tree = seen, t
	return len(entries), nil
}

// Compare compares the client's checkpoints with another's, who has got it from the same directory. The
// proof is [Directory.Consistency] from the lesser of the two sizes to the greater, and is not needed
// if the client has a checkpoint of the same size. If two of one size differ, the error is a [*Split].
// If the proof fails, the error says so: then exchange checkpoints of equal sizes. It is also an error if
// one of the two has seen no records: all histories begin with none, so there is nothing to compare.
func (c *Client) Compare(checkpoint, proof []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.compare(checkpoint, proof)
	var split *Split
	if err != nil && !errors.As(err, &split) {
		err = prefix(err)
	}
	return err
}

func (c *Client) compare(checkpoint, proof []byte) error {
	theirs, _, err := c.rules.open(checkpoint)
	if err != nil {
		return err
	}
	if c.tree.size == 0 || theirs.size == 0 {
		return fmt.Errorf("expected two checkpoints with records, found %d and %d records", c.tree.size, theirs.size)
	}
	for _, head := range c.heads {
		ours, _, err := c.rules.open(head)
		if err != nil || ours.size != theirs.size {
			continue
		}
		if ours.root != theirs.root {
			return &Split{head, bytes.Clone(checkpoint)}
		}
		return nil
	}
	in := cryptobyte.String(proof)
	var list hashList
	if !readHashes(&in, &list) || !in.Empty() {
		return errors.New("expected a proof that one checkpoint continues the other, found something else")
	}
	if theirs.size < c.tree.size {
		return checkConsistent(list, theirs, c.tree)
	}
	return checkConsistent(list, c.tree, theirs)
}

// A Split is the error of [Client.Compare] if a directory has signed two histories: two checkpoints of
// one size with two roots. [CheckSplit] convinces everyone who has the log's key.
type Split struct{ A, B []byte }

// Error implements error.
func (*Split) Error() string {
	return "transparency: the directory has signed two histories, see the two checkpoints"
}

// CheckSplit returns no error if two checkpoints prove that a log has signed two histories: both are
// signed by the log, and have one size and two roots. The key is the log's verifier key.
func CheckSplit(log string, a, b []byte) error {
	r, err := (&Parameters{Log: log}).parse()
	if err != nil {
		return prefix(err)
	}
	ta, _, errA := r.open(a)
	tb, _, errB := r.open(b)
	if errA != nil || errB != nil || ta.size != tb.size || ta.root == tb.root {
		return prefix(errors.New("expected two checkpoints of the log with one size and two roots, found others"))
	}
	return nil
}

// MarshalBinary returns what the client has seen. It has no secret in it.
//
//	struct {
//	    uint8 version = 1; uint8 kind = 5; opaque origin<0..2^16-1>;
//	    Tree tree;                                    uint64 size ‖ root[32]
//	    uint64 time;                                  of its last record, in milliseconds; 0 if it has none
//	    opaque head<0..2^16-1>; heads<0..2^32-1>;
//	    struct { opaque label<1..2^8-1>; uint32 seen; Tree tree; opaque value<0..2^16-1>; values<0..2^32-1>; } owned[];
//	}
func (c *Client) MarshalBinary() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := header(kindClient, []byte(c.rules.log.Name()))
	addTree := func(t tree) {
		b.AddUint64(uint64(t.size))
		b.AddBytes(t.root[:])
	}
	addList := func(list [][]byte) {
		b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, one := range list {
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(one) })
			}
		})
	}
	addTree(c.tree)
	var ms uint64
	if c.tree.size > 0 {
		ms = uint64(c.at.UnixMilli())
	}
	b.AddUint64(ms)
	addList(c.heads)
	for _, label := range slices.Sorted(maps.Keys(c.owned)) {
		o := c.owned[label]
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(label)) })
		b.AddUint32(o.seen)
		addTree(o.tree)
		addList(o.values)
	}
	return b.BytesOrPanic(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote, into a client with the Parameters of the same
// directory. After an error c is unchanged.
func (c *Client) UnmarshalBinary(data []byte) error {
	bad := prefix(errors.New("expected the state of a client of this directory, found something else"))
	in := cryptobyte.String(bytes.Clone(data))
	c.mu.Lock()
	defer c.mu.Unlock()
	readTree := func(t *tree) bool {
		var size uint64
		ok := in.ReadUint64(&size) && size <= maxSize && in.CopyBytes(t.root[:])
		t.origin, t.size = c.rules.log.Name(), int64(size)
		return ok && (size > 0 || t.root == emptyRoot)
	}
	readList := func(out *[][]byte) bool {
		var list cryptobyte.String
		if !read32(&in, &list) {
			return false
		}
		for !list.Empty() {
			var one cryptobyte.String
			if !list.ReadUint16LengthPrefixed(&one) {
				return false
			}
			*out = append(*out, one)
		}
		return true
	}
	var origin []byte
	var ms uint64
	s := Client{owned: map[string]*own{}}
	if !readHeader(&in, kindClient, &origin) || string(origin) != c.rules.log.Name() || !readTree(&s.tree) ||
		!in.ReadUint64(&ms) || ms >= maxTime || s.tree.size == 0 && ms > 0 || !readList(&s.heads) || len(s.heads) > MaxCheckpoints {
		return bad
	}
	if s.tree.size > 0 {
		s.at = time.UnixMilli(int64(ms)).UTC()
	}
	last := ""
	for !in.Empty() {
		var label cryptobyte.String
		o := new(own)
		if !in.ReadUint8LengthPrefixed(&label) || string(label) <= last || !in.ReadUint32(&o.seen) || !readTree(&o.tree) || !readList(&o.values) ||
			o.tree.size > s.tree.size || int(o.seen) > len(o.values) {
			return bad
		}
		o.label = string(label)
		last = o.label
		s.owned[o.label] = o
	}
	c.tree, c.at, c.heads, c.owned = s.tree, s.at, s.heads, s.owned
	return nil
}
