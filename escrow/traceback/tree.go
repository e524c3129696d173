package traceback

import (
	"bytes"
	"errors"
	"maps"
	"math"
	"slices"
	"sync"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Thread is what a person keeps of a message beside its text, to forward it or to have it traced: the
// pointer that it came by, a key from which the pointers of its forwards are made, and their number so far.
// Printing one prints nothing of it. It is not safe for concurrent use.
type Thread struct {
	hidden[Thread]
	came block  // bptr: zero for a message written anew
	gk   block  // makes the pointers of all forwards
	next uint32 // forwards so far
}

const threadSize = 2*len(block{}) + 4

// NewThread returns the thread of a message that is written anew. One thread serves for all its
// recipients.
func NewThread() *Thread { return &Thread{gk: randomBlock()} }

// Bytes returns the thread, 36 bytes.
func (t *Thread) Bytes() []byte { return slices.Concat(t.came[:], t.gk[:], counter(t.next)) }

// ParseThread reads what [Thread.Bytes] returns.
func ParseThread(b []byte) (*Thread, error) {
	t := new(Thread)
	in := cryptobyte.String(b)
	if !in.CopyBytes(t.came[:]) || !in.CopyBytes(t.gk[:]) || !in.ReadUint32(&t.next) || !in.Empty() {
		return nil, errors.New("traceback: expected a thread of 36 bytes, found something else")
	}
	return t, nil
}

// Seal returns the plaintext of a message to encrypt end to end, and what its sender gives to the provider
// beside the envelope, 80 bytes. It implements Send of the paper's tree traceback:
//
//	ptr  = prf(gk, ctr)           for the forward with the number ctr
//	addr = prf(ptr, text)
//	sent = addr ‖ encipher(k, ptr) ‖ encipher(ptr, bptr) ‖ encipher(ptr, gk) ‖ encipher(ptr, r)
//
// with k and r random. k is in the plaintext, and r the sender's share of the recipient's key.
func (t *Thread) Seal(text []byte) (plaintext, sent []byte, err error) {
	if t.next == math.MaxUint32 {
		return nil, nil, errors.New("traceback: the message was forwarded too often")
	}
	k, r := randomBlock(), randomBlock()
	if plaintext, err = newPlaintext(kindTree, k, text); err != nil {
		return nil, nil, err
	}
	ptr := prf(t.gk, counter(t.next))
	t.next++
	return plaintext, treeSent(k, r, ptr, t.came, t.gk, text), nil
}

func treeSent(k, r, ptr, came, gk block, text []byte) []byte {
	addr := prf(ptr, text)
	a, b, c, d := encipher(k, ptr), encipher(ptr, came), encipher(ptr, gk), encipher(ptr, r)
	return slices.Concat(addr[:], a[:], b[:], c[:], d[:])
}

// OpenTree returns the text of a decrypted message, and its thread. delivered is what the provider has
// delivered beside it, 64 bytes. It returns [ErrTag] if that belongs to another message.
func OpenTree(plaintext, delivered []byte) (text []byte, t *Thread, err error) {
	k, text, err := parsePlaintext(kindTree, plaintext)
	if err != nil {
		return nil, nil, err
	}
	var addr, ctPtr, ctShare, share block
	in := cryptobyte.String(delivered)
	if !in.CopyBytes(addr[:]) || !in.CopyBytes(ctPtr[:]) || !in.CopyBytes(ctShare[:]) || !in.CopyBytes(share[:]) || !in.Empty() {
		return nil, nil, ErrTag
	}
	ptr := decipher(k, ctPtr)
	if prf(ptr, text) != addr {
		return nil, nil, ErrTag
	}
	return text, &Thread{came: ptr, gk: generator(ptr, ctShare, share)}, nil
}

// generator returns the recipient's gk: a hash of both shares, so that no sender chooses it.
func generator(ptr, ctShare, share block) block {
	r := decipher(ptr, ctShare)
	return hash(r[:], share[:])
}

// A TreePlatform is the provider's side of tree traceback: a row for each message that was ever sent. It is
// safe for concurrent use. The zero TreePlatform has no rows.
type TreePlatform struct {
	mu   sync.Mutex
	rows map[block]treeRow // by addr
}

type treeRow struct {
	ctCame, ctGK, ctShare block
	share                 block // the provider's
	from, to              noescrow.Identity
}

const treeRowSize = 5*len(block{}) + 2*identitySize

// Pass stores a row for a message that the provider passes on, and returns what it delivers to the
// recipient. It returns an error, and stores nothing, if there is a row with this address.
func (p *TreePlatform) Pass(sent []byte, from, to noescrow.Identity) (delivered []byte, err error) {
	return p.pass(sent, randomBlock(), from, to)
}

func (p *TreePlatform) pass(sent []byte, share block, from, to noescrow.Identity) (delivered []byte, err error) {
	var addr, ctPtr block
	r := treeRow{share: share, from: from, to: to}
	in := cryptobyte.String(sent)
	if !in.CopyBytes(addr[:]) || !in.CopyBytes(ctPtr[:]) || !in.CopyBytes(r.ctCame[:]) || !in.CopyBytes(r.ctGK[:]) ||
		!in.CopyBytes(r.ctShare[:]) || !in.Empty() {
		return nil, errSent
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.rows[addr]; ok {
		return nil, errRepeated
	}
	if p.rows == nil {
		p.rows = map[block]treeRow{}
	}
	p.rows[addr] = r
	return slices.Concat(addr[:], ctPtr[:], r.ctShare[:], share[:]), nil
}

// A Node is a person in a tree of forwards, and those to whom this person has passed the message.
type Node struct {
	Person   noescrow.Identity
	Children []*Node
}

// People returns the person and all below, each before those that the message went to from there. A
// person who received it twice is there twice.
func (n *Node) People() []noescrow.Identity {
	all := []noescrow.Identity{n.Person}
	for _, c := range n.Children {
		all = append(all, c.People()...)
	}
	return all
}

// Trace returns everyone who has received a message in the tree that the reporter is in, with its
// originator as the root. It returns [ErrReport] if the reporter has received no such message. It
// implements Trace of the paper's tree traceback. The lawful trace and that of a thief are this one
// function.
//
// On the way up, a sender whose rows do not fit each other counts as the originator: one who was not the
// recipient of the row before, has not the key that this row gave, or has left out numbers of forwards.
func (p *TreePlatform) Trace(reporter noescrow.Identity, text []byte, thread *Thread) (*Node, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := map[block]bool{}
	person, came, gk := reporter, thread.came, thread.gk
	for {
		addr := prf(came, text)
		row, ok := p.rows[addr]
		if !ok || row.to != person || seen[addr] || gk != generator(came, row.ctShare, row.share) {
			break
		}
		seen[addr] = true
		person, gk = row.from, decipher(came, row.ctGK)
		if !p.hasSent(person, text, gk, came) {
			break
		}
		came = decipher(came, row.ctCame)
	}
	if len(seen) == 0 {
		return nil, ErrReport
	}
	return p.below(person, text, gk, map[block]bool{}), nil
}

// hasSent reports whether ptr is among the pointers that gk makes, with no gap before it.
func (p *TreePlatform) hasSent(person noescrow.Identity, text []byte, gk, ptr block) bool {
	for n := uint32(0); ; n++ {
		other := prf(gk, counter(n))
		if row, ok := p.rows[prf(other, text)]; !ok || row.from != person {
			return false
		}
		if other == ptr {
			return true
		}
	}
}

// below builds the tree of what a person has sent with gk. No row is used twice.
func (p *TreePlatform) below(person noescrow.Identity, text []byte, gk block, seen map[block]bool) *Node {
	node := &Node{Person: person}
	for n := uint32(0); ; n++ {
		ptr := prf(gk, counter(n))
		addr := prf(ptr, text)
		row, ok := p.rows[addr]
		if !ok || row.from != person || seen[addr] {
			return node
		}
		seen[addr] = true
		node.Children = append(node.Children, p.below(row.to, text, generator(ptr, row.ctShare, row.share), seen))
	}
}

// Len returns the number of rows.
func (p *TreePlatform) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.rows)
}

// MarshalBinary returns the provider's database:
//
//	struct { opaque addr[16], bptr[16], gk[16], share_sender[16], share[16], from[32], to[32]; } Row;
//
//	struct {
//	    uint8 version = 0xe3;
//	    uint8 kind = 6;
//	    Row   rows[];         /* addresses strictly ascending */
//	} TreeRows;
//
// The pointer, the key and the sender's share are enciphered.
func (p *TreePlatform) MarshalBinary() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := []byte{version, kindTreeRows}
	for _, addr := range slices.SortedFunc(maps.Keys(p.rows), func(a, b block) int { return bytes.Compare(a[:], b[:]) }) {
		r := p.rows[addr]
		for _, part := range [][]byte{addr[:], r.ctCame[:], r.ctGK[:], r.ctShare[:], r.share[:], r.from[:], r.to[:]} {
			b = append(b, part...)
		}
	}
	return b, nil
}

// UnmarshalBinary reads what [TreePlatform.MarshalBinary] returns. After an error p is unchanged.
func (p *TreePlatform) UnmarshalBinary(data []byte) error {
	rows := map[block]treeRow{}
	var last []byte
	in := cryptobyte.String(data)
	ok := readHeader(&in, kindTreeRows) && len(in)%treeRowSize == 0
	for ok && !in.Empty() {
		var addr block
		var r treeRow
		ok = in.CopyBytes(addr[:]) && in.CopyBytes(r.ctCame[:]) && in.CopyBytes(r.ctGK[:]) && in.CopyBytes(r.ctShare[:]) &&
			in.CopyBytes(r.share[:]) && in.CopyBytes(r.from[:]) && in.CopyBytes(r.to[:]) &&
			(last == nil || bytes.Compare(last, addr[:]) < 0)
		rows[addr], last = r, bytes.Clone(addr[:])
	}
	if !ok {
		return errors.New("traceback: expected the rows of tree traceback, found something else")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = rows
	return nil
}
