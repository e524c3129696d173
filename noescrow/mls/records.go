package mls

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
)

// A Record is a part of a group's state at rest, by its name. Nil data means that the record is to be
// erased.
//
//	group                       the present epoch: context, tree, private keys, secrets. Written once an epoch
//	pending                     a commit of this member that is not accepted yet, and the state after it
//	proposal/R                  a proposal of this epoch
//	epoch/E                     what late messages of a past epoch are opened with
//	epoch/E/node/X              a node of the epoch's secret tree
//	epoch/E/chains/L            the two ratchets of a leaf: one record a message changes
//	epoch/E/skipped/L/W/N       the key of a message that has not arrived
//
// A key that was used stands in none of them, nor what it could be computed from.
type Record struct {
	Name string
	Data []byte
}

// storedKey is the name of a record.
type storedKey struct {
	kind  uint8
	epoch uint64
	a, b  uint32
	ref   string
}

const (
	storedGroup = iota + 1
	storedPending
	storedProposal
	storedEpoch
	storedNode
	storedChains
	storedSkipped                     // of the handshake ratchet
	storedSkippedApplication          // storedSkipped + application
	recordVersion            byte = 1 // the first byte of each record
)

func (k storedKey) name() string {
	switch k.kind {
	case storedGroup:
		return "group"
	case storedPending:
		return "pending"
	case storedProposal:
		return fmt.Sprintf("proposal/%x", k.ref)
	case storedEpoch:
		return fmt.Sprintf("epoch/%d", k.epoch)
	case storedNode:
		return fmt.Sprintf("epoch/%d/node/%d", k.epoch, k.a)
	case storedChains:
		return fmt.Sprintf("epoch/%d/chains/%d", k.epoch, k.a)
	}
	return fmt.Sprintf("epoch/%d/skipped/%d/%d/%d", k.epoch, k.a, k.kind-storedSkipped, k.b)
}

// parseName reads the names of records that stand below epoch/.
func parseName(name string) (k storedKey, ok bool) {
	parts := strings.Split(name, "/")
	numbers := make([]uint64, len(parts))
	for i := range parts {
		numbers[i], _ = strconv.ParseUint(parts[i], 10, 64)
	}
	switch {
	case len(parts) == 2:
		k = storedKey{kind: storedEpoch, epoch: numbers[1]}
	case len(parts) == 4 && parts[2] == "node":
		k = storedKey{kind: storedNode, epoch: numbers[1], a: uint32(numbers[3])}
	case len(parts) == 4:
		k = storedKey{kind: storedChains, epoch: numbers[1], a: uint32(numbers[3])}
	case len(parts) == 6:
		k = storedKey{kind: storedSkipped + uint8(numbers[4]&1), epoch: numbers[1], a: uint32(numbers[3]), b: uint32(numbers[5])}
	}
	return k, k.kind != 0 && k.name() == name
}

// Changes returns what has changed since the last call, or, at first, all. Store all of it at once, or
// none: the state in memory is otherwise the only one there is. One application message changes one
// record, the first of a sender in an epoch some more: one for each level of the tree.
func (g *Group) Changes() (changed []Record) {
	s := g.lock()
	defer g.mu.Unlock()
	for k := range s.changed {
		changed = append(changed, Record{k.name(), s.data(k)})
	}
	clear(s.changed)
	slices.SortFunc(changed, byName)
	return changed
}

func byName(a, b Record) int { return cmp.Compare(a.Name, b.Name) }

// Records returns the whole state: what a store holds that has applied all changes.
func (g *Group) Records() (all []Record) {
	s := g.lock()
	defer g.mu.Unlock()
	seen := map[storedKey]bool{}
	see := func(k storedKey) { seen[k] = true }
	see(storedKey{kind: storedGroup})
	see(storedKey{kind: storedPending})
	for _, p := range s.proposals {
		see(storedKey{kind: storedProposal, ref: string(p.ref)})
	}
	for _, e := range append(slices.Clip(s.past), s.keys) {
		e.each(see)
	}
	for k := range seen {
		if data := s.data(k); data != nil {
			all = append(all, Record{k.name(), data})
		}
	}
	slices.SortFunc(all, byName)
	return all
}

// noteAll notes all records of an epoch.
func (g *group) noteAll(e *epochKeys) { e.each(g.note) }

// each calls f for the names of all records of an epoch.
func (e *epochKeys) each(f func(storedKey)) {
	f(storedKey{kind: storedEpoch, epoch: e.epoch})
	for x := range e.secrets.nodes {
		f(storedKey{kind: storedNode, epoch: e.epoch, a: x})
	}
	for l, chains := range e.secrets.senders {
		f(storedKey{kind: storedChains, epoch: e.epoch, a: l})
		for which := range chains {
			for n := range chains[which].skipped {
				f(storedKey{kind: storedSkipped + uint8(which), epoch: e.epoch, a: l, b: n})
			}
		}
	}
}

// data returns what a record has to hold, or nil.
func (g *group) data(k storedKey) []byte {
	b := []byte{recordVersion}
	switch k.kind {
	case storedGroup:
		return g.add(b)
	case storedPending:
		if g.pending == nil {
			return nil
		}
		p := g.pending
		b = p.next.add(addV(b, p.message))
		root := p.next.keys.secrets.nodes[p.next.tree.leaves()-1]
		return addReInit(append(b, root[:]...), p.reInit)
	case storedProposal:
		i := slices.IndexFunc(g.proposals, func(p *sourced) bool { return string(p.ref) == k.ref })
		if i < 0 {
			return nil
		}
		return g.proposals[i].store(addUint32(b, uint32(i)))
	}
	var e *epochKeys
	for _, p := range append(slices.Clip(g.past), g.keys) {
		if p.epoch == k.epoch {
			e = p
		}
	}
	if e == nil || k.kind == storedEpoch && e == g.keys {
		return nil
	}
	t := e.secrets
	switch k.kind {
	case storedEpoch:
		return e.add(b)
	case storedNode:
		if s, ok := t.nodes[k.a]; ok {
			return append(b, s[:]...)
		}
	case storedChains:
		if chains := t.senders[k.a]; chains != nil {
			for i := range chains {
				b = append(addUint32(b, chains[i].next), chains[i].secret[:]...)
			}
			return b
		}
	default:
		if chains := t.senders[k.a]; chains != nil {
			if m, ok := chains[k.kind-storedSkipped].skipped[k.b]; ok {
				return addV(addV(b, m.key), m.nonce)
			}
		}
	}
	return nil
}

// LoadGroup returns the group whose records are given, which must be all that there are, of one moment.
func LoadGroup(id *Identity, records []Record) (*Group, error) {
	g := &group{id: id, resumption: map[uint64]secret{}, changed: map[storedKey]bool{}}
	byKind := map[string]cryptobyte.String{}
	for _, r := range records {
		if _, twice := byKind[r.Name]; twice || len(r.Data) == 0 || r.Data[0] != recordVersion {
			return nil, prefix(fmt.Errorf("the record %q is malformed, or there twice", r.Name))
		}
		byKind[r.Name] = bytes.Clone(r.Data[1:])
	}
	whole := func(name string, read func(*cryptobyte.String) bool) error {
		in := byKind[name]
		delete(byKind, name)
		if !read(&in) || !in.Empty() {
			return prefix(fmt.Errorf("the record %q is malformed, or missing", name))
		}
		return nil
	}
	if err := whole("group", g.read); err != nil {
		return nil, err
	}
	if !g.removed {
		g.keys.secrets.nodes = map[uint32]secret{}
	}
	if _, ok := byKind["pending"]; ok {
		if err := whole("pending", g.readPending); err != nil {
			return nil, err
		}
	}
	// Shorter names first: an epoch before what is in it.
	names := slices.SortedFunc(maps.Keys(byKind), func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	order := map[*sourced]uint32{}
	for _, name := range names {
		err := whole(name, func(in *cryptobyte.String) bool {
			if strings.HasPrefix(name, "proposal/") {
				p := new(sourced)
				var n uint32
				if !in.ReadUint32(&n) || !p.load(in) || name != (storedKey{kind: storedProposal, ref: string(p.ref)}).name() {
					return false
				}
				order[p] = n
				g.proposals = append(g.proposals, p)
				return true
			}
			k, ok := parseName(name)
			return ok && g.readPart(k, in)
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(g.proposals, func(a, b *sourced) int { return cmp.Compare(order[a], order[b]) })
	if len(g.past) > MaxPastEpochs || len(g.proposals) > MaxProposals+MaxWaiting || g.removed && len(byKind) > 0 {
		return nil, prefix(errors.New("there are too many records"))
	}
	id.lock().groups[string(g.context.groupID)] = !g.removed
	id.mu.Unlock()
	return &Group{g: &hiddenGroup{g}}, nil
}

func (g *group) readPending(in *cryptobyte.String) bool {
	p := &pending{next: new(state)}
	var root secret
	if g.removed || !readV(in, &p.message) || !p.next.read(in) || !in.CopyBytes(root[:]) || !readReInit(in, &p.reInit) ||
		p.next.context.epoch != g.context.epoch+1 {
		return false
	}
	p.next.keys.secrets.nodes[p.next.tree.leaves()-1] = root
	g.pending = p
	return true
}

// readPart reads a record of an epoch.
func (g *group) readPart(k storedKey, in *cryptobyte.String) bool {
	if g.removed {
		return false
	}
	if k.kind == storedEpoch {
		e := new(epochKeys)
		if k.epoch >= g.context.epoch || !e.read(in) || e.epoch != k.epoch {
			return false
		}
		e.secrets = newSecretTree(secret{}, uint32(len(e.members)), e.suite.nk)
		clear(e.secrets.nodes)
		g.past = append(g.past, e)
		slices.SortFunc(g.past, func(a, b *epochKeys) int { return cmp.Compare(a.epoch, b.epoch) })
		return true
	}
	for _, e := range append(slices.Clip(g.past), g.keys) {
		if e.epoch == k.epoch {
			return e.secrets.readPart(k, in)
		}
	}
	return false
}

func (t *secretTree) readPart(k storedKey, in *cryptobyte.String) bool {
	switch k.kind {
	case storedNode:
		var s secret
		ok := k.a < 2*t.leaves-1 && in.CopyBytes(s[:])
		t.nodes[k.a] = s
		return ok
	case storedChains:
		c := new([2]chain)
		for i := range c {
			if k.a >= t.leaves || !in.ReadUint32(&c[i].next) || !in.CopyBytes(c[i].secret[:]) {
				return false
			}
		}
		t.senders[k.a] = c
		return true
	}
	chains := t.senders[k.a]
	if chains == nil {
		return false
	}
	c := &chains[k.kind-storedSkipped]
	var m messageKey
	if k.b >= c.next || !readV(in, &m.key) || len(m.key) != t.nk || !readV(in, &m.nonce) || len(m.nonce) != nn {
		return false
	}
	if c.skipped == nil {
		c.skipped = map[uint32]messageKey{}
	}
	c.skipped[k.b] = m
	return len(c.skipped) <= MaxSkipped
}

// MarshalBinary returns all records of the group as one string of bytes: what a thief of the device has.
func (g *Group) MarshalBinary() ([]byte, error) {
	return addVector([]byte{recordVersion}, func(b []byte) []byte {
		for _, r := range g.Records() {
			b = addV(addV(b, []byte(r.Name)), r.Data)
		}
		return b
	}), nil
}

// ParseGroup returns a group from what MarshalBinary wrote.
func ParseGroup(id *Identity, data []byte) (*Group, error) {
	var records []Record
	in := cryptobyte.String(data)
	var version uint8
	ok := in.ReadUint8(&version) && version == recordVersion && readVector(&in, func(in *cryptobyte.String) bool {
		var name, data []byte
		ok := readV(in, &name) && readV(in, &data)
		records = append(records, Record{string(name), data})
		return ok
	}) && in.Empty()
	if !ok {
		return nil, prefix(errors.New("the state of the group is malformed"))
	}
	return LoadGroup(id, records)
}
