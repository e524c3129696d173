package mls

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
)

// A Group is one member's side of a group: see NewGroup, Join, JoinExternal and LoadGroup. It is safe for
// concurrent use.
//
// It moves on with every Seal, Open, Propose and Commit. Save what [Group.Changes] returns after each,
// and before a message leaves.
type Group struct {
	mu sync.Mutex
	g  *hiddenGroup
}

// hiddenGroup adds a pointer, which package fmt does not follow below the first level.
type hiddenGroup struct{ *group }

// group is what the records of a group hold.
type group struct {
	id *Identity
	*state
	past       []*epochKeys      // of epochs before, the newest last
	resumption map[uint64]secret // resumption_psk by epoch
	proposals  []*sourced        // of this epoch, in order of arrival
	pending    *pending
	public     bool
	outside    bool // the ratchet tree is not in Welcome and GroupInfo
	successor  bool // the first commit of a branch or a reinitialised group is being made
	removed    bool
	reInit     *reInit // the group has ended so
	changed    map[storedKey]bool
}

// pending is a commit of this member that the delivery service has not returned yet.
type pending struct {
	message []byte
	next    *state
	reInit  *reInit // that it has
}

var (
	errClosed = errors.New("the member was removed from the group")
	errReInit = errors.New("the group has ended: it was reinitialised")
	// ErrCommitFirst reports that there are proposals, so that RFC 9420, Section 12.4, wants a commit before
	// a message: call Commit and send that first.
	ErrCommitFirst = errors.New("there are proposals: commit them first")
)

// NewGroup creates a group of one member. The others are added. groupID must not be in use;
// if it is nil, 16 bytes are drawn.
func (id *Identity) NewGroup(suite CipherSuite, groupID []byte, extensions ...Extension) (*Group, error) {
	g, err := id.newGroup(suite, groupID, extensions)
	if err != nil {
		return nil, prefix(err)
	}
	return &Group{g: &hiddenGroup{g}}, nil
}

// newGroup implements RFC 9420, Section 11.
func (id *Identity) newGroup(suite CipherSuite, groupID []byte, extensions []Extension) (*group, error) {
	s := id.lock()
	defer id.mu.Unlock()
	if groupID == nil {
		groupID = make([]byte, 16)
		rand.Read(groupID)
	}
	b, err := s.newBundle(suite)
	if err != nil {
		return nil, err
	}
	if s.groups[string(groupID)] {
		return nil, errInUse
	}
	c := s.checks(b.suite)
	if err := c.checkKeyPackage(b.keyPackage, 0); err != nil {
		return nil, err
	}
	tree := newTree(1)
	tree.set(0, node{leaf: b.keyPackage.leaf})
	if err := checkTree(tree, extensions); err != nil {
		return nil, err
	}
	st := &state{
		suite: b.suite, tree: tree, signer: b.key, private: map[uint32]keyPair{0: b.leaf},
		context: groupContext{version: mls10, suite: suite, groupID: bytes.Clone(groupID), treeHash: tree.hash(0),
			confirmed: []byte{}, extensions: cloneExtensions(extensions)},
	}
	var epoch secret
	rand.Read(epoch[:])
	st.secrets = fromEpoch(epoch)
	st.tag = mac(st.secrets.confirm, st.context.confirmed)
	st.interim = interimHash(st.context.confirmed, st.tag)
	st.begin()
	s.groups[string(groupID)] = true
	return openGroup(id, st), nil
}

var errInUse = errors.New("the identity is in a group with this identifier: Forget it first")

func cloneExtensions(list []Extension) (out []Extension) {
	for _, e := range list {
		out = append(out, Extension{e.Type, bytes.Clone(e.Data)})
	}
	return out
}

// openGroup returns the group that begins with a state.
func openGroup(id *Identity, st *state) *group {
	g := &group{id: id, resumption: map[uint64]secret{}, changed: map[storedKey]bool{}}
	g.enter(st)
	return g
}

// enter makes st the present state. The epoch before is kept for late messages, and the oldest dropped.
func (g *group) enter(st *state) {
	if old := g.state; old != nil {
		old.keys.retire()
		g.past = append(g.past, old.keys)
		g.note(storedKey{kind: storedEpoch, epoch: old.context.epoch})
		if len(g.past) > MaxPastEpochs {
			g.noteAll(g.past[0])
			g.past = slices.Delete(g.past, 0, 1)
		}
	}
	for _, p := range g.proposals {
		g.note(storedKey{kind: storedProposal, ref: string(p.ref)})
	}
	g.proposals = nil
	g.state = st
	g.resumption[st.context.epoch] = st.secrets.resumption
	maps.DeleteFunc(g.resumption, func(epoch uint64, _ secret) bool { return epoch+MaxResumption < st.context.epoch })
	g.setPending(nil)
	g.note(storedKey{kind: storedGroup})
	g.note(storedKey{kind: storedNode, epoch: st.context.epoch, a: st.keys.secrets.leaves - 1})
}

func (g *group) setPending(p *pending) {
	if g.pending != nil || p != nil {
		g.note(storedKey{kind: storedPending})
	}
	g.pending = p
}

// retire erases what late messages of an epoch do not need: they are application messages.
func (e *epochKeys) retire() { e.membership = secret{} }

func (g *group) note(k storedKey) { g.changed[k] = true }

// noteIn returns note for the secret tree of an epoch.
func (g *group) noteIn(epoch uint64) func(storedKey) {
	return func(k storedKey) {
		k.epoch = epoch
		g.note(k)
	}
}

func (g *Group) lock() *group {
	g.mu.Lock()
	return g.g.group
}

// usable reports why a group can do nothing more.
func (g *group) usable() error {
	switch {
	case g.removed:
		return errClosed
	case g.reInit != nil:
		return errReInit
	}
	return nil
}

// checks returns what the identity checks with at present.
func (g *group) checks() *checks {
	s := g.id.lock()
	defer g.id.mu.Unlock()
	c := s.checks(g.suite)
	c.successor = g.successor
	return c
}

// ID returns the identifier of the group.
func (g *Group) ID() []byte {
	s := g.lock()
	defer g.mu.Unlock()
	return bytes.Clone(s.context.groupID)
}

// Epoch returns the number of the epoch, which each commit increments.
func (g *Group) Epoch() uint64 {
	s := g.lock()
	defer g.mu.Unlock()
	return s.context.epoch
}

// Suite returns the cipher suite.
func (g *Group) Suite() CipherSuite {
	s := g.lock()
	defer g.mu.Unlock()
	return s.suite.id
}

// Self returns this member's own leaf.
func (g *Group) Self() Member {
	s := g.lock()
	defer g.mu.Unlock()
	return s.tree.member(s.self)
}

// Members returns all members, from the tree that the secrets of the epoch are bound to: a program
// that shows this list hides no one who can read.
func (g *Group) Members() (all []Member) {
	s := g.lock()
	defer g.mu.Unlock()
	s.tree.members(func(i uint32, _ *leafNode) bool {
		all = append(all, s.tree.member(i))
		return true
	})
	return all
}

// Extensions returns the extensions of the GroupContext.
func (g *Group) Extensions() []Extension {
	s := g.lock()
	defer g.mu.Unlock()
	return cloneExtensions(s.context.extensions)
}

// EpochAuthenticator returns 32 bytes that are equal for all members in an epoch, and for no one else
// (RFC 9420, Section 8.7). To compare them over another way finds who is between two members.
func (g *Group) EpochAuthenticator() []byte {
	s := g.lock()
	defer g.mu.Unlock()
	return bytes.Clone(s.secrets.authentication[:])
}

// Export returns a secret of n bytes, up to 8,160, for another use (MLS-Exporter of RFC 9420, Section
// 8.5). It changes with the epoch.
func (g *Group) Export(label string, context []byte, n int) ([]byte, error) {
	if n < 0 || n > 255*nh {
		return nil, prefix(fmt.Errorf("expected a length up to %d, found %d", 255*nh, n))
	}
	s := g.lock()
	defer g.mu.Unlock()
	return s.secrets.export(label, context, n), nil
}

// SendInPublic makes proposals and commits of this member PublicMessages, which a delivery service
// reads, rather than PrivateMessages.
func (g *Group) SendInPublic(public bool) {
	s := g.lock()
	defer g.mu.Unlock()
	s.public = public
	s.note(storedKey{kind: storedGroup})
}

// Format implements [fmt.Formatter]: every verb prints the identifier and the epoch, and no secret.
func (g *Group) Format(f fmt.State, _ rune) {
	if g.g == nil {
		fmt.Fprint(f, "mls.Group(none)")
		return
	}
	s := g.lock()
	defer g.mu.Unlock()
	fmt.Fprintf(f, "mls.Group(%x, epoch %d)", s.context.groupID, s.context.epoch)
}

// LogValue implements [slog.LogValuer] as Format does.
func (g *Group) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(g)) }

// MarshalText implements [encoding.TextMarshaler] as Format does. Without it, text encoders would
// call MarshalBinary.
func (g *Group) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(g)), nil }
