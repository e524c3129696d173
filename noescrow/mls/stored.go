package mls

import (
	"bytes"
	"crypto/ed25519"
	"maps"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// stored are the secrets of an epoch that are kept through it.
func (e *epochSecrets) stored() []*secret {
	return []*secret{&e.senderData, &e.exporter, &e.external, &e.confirm, &e.membership, &e.resumption, &e.authentication, &e.init}
}

func (s *state) add(b []byte) []byte {
	b = s.context.add(b)
	b = s.tree.add(b)
	b = addV(addV(b, s.interim), s.tag)
	b = addUint32(b, s.self)
	b = addV(b, s.signer.Seed())
	b = addVector(b, func(b []byte) []byte {
		for _, x := range slices.Sorted(maps.Keys(s.private)) {
			b = addV(addUint32(b, x), s.private[x].private)
		}
		return b
	})
	for _, secret := range s.secrets.stored() {
		b = append(b, secret[:]...)
	}
	return b
}

// read reads a state, but for the secret tree.
func (s *state) read(in *cryptobyte.String) bool {
	s.tree, s.secrets, s.private = new(ratchetTree), new(epochSecrets), map[uint32]keyPair{}
	var seed []byte
	if !s.context.read(in) {
		return false
	}
	var err error
	if s.suite, err = suiteOf(s.context.suite); err != nil {
		return false
	}
	ok := s.tree.read(in) &&
		bytes.Equal(s.tree.hash(s.tree.root()), s.context.treeHash) &&
		readV(in, &s.interim) && readV(in, &s.tag) &&
		in.ReadUint32(&s.self) && s.tree.leaf(s.self) != nil &&
		readV(in, &seed) && len(seed) == ed25519.SeedSize &&
		readVector(in, func(in *cryptobyte.String) bool {
			var x uint32
			var p keyPair
			if !in.ReadUint32(&x) || !readV(in, &p.private) || x >= uint32(len(s.tree.nodes)) || s.tree.nodes[x].blank() {
				return false
			}
			p.public = s.tree.nodes[x].encryptionKey()
			s.private[x] = p
			return s.suite.owns(p.private, p.public)
		})
	if !ok {
		return false
	}
	s.signer = ed25519.NewKeyFromSeed(seed)
	for _, secret := range s.secrets.stored() {
		if !in.CopyBytes(secret[:]) {
			return false
		}
	}
	s.begin()
	return true
}

func addReInit(b []byte, r *reInit) []byte {
	return addOptional(b, r != nil, func(b []byte) []byte { return r.add(b) })
}

func readReInit(in *cryptobyte.String, r **reInit) bool {
	return readOptional(in, func(in *cryptobyte.String) bool {
		*r = new(reInit)
		return (*r).read(in)
	})
}

// add appends the record group. Of a member that was removed it holds what is public.
func (g *group) add(b []byte) []byte {
	b = addFlag(b, g.removed)
	if g.removed {
		return g.tree.add(g.context.add(b))
	}
	b = g.state.add(b)
	b = addVector(b, func(b []byte) []byte {
		for _, epoch := range slices.Sorted(maps.Keys(g.resumption)) {
			s := g.resumption[epoch]
			b = append(addUint64(b, epoch), s[:]...)
		}
		return b
	})
	b = addFlag(addFlag(b, g.public), g.outside)
	return addReInit(b, g.reInit)
}

func (g *group) read(in *cryptobyte.String) bool {
	if !readFlag(in, &g.removed) {
		return false
	}
	g.state = new(state)
	if g.removed {
		return g.context.read(in) && g.readRemoved(in)
	}
	return g.state.read(in) &&
		readVector(in, func(in *cryptobyte.String) bool {
			var epoch uint64
			var s secret
			ok := in.ReadUint64(&epoch) && in.CopyBytes(s[:])
			g.resumption[epoch] = s
			return ok
		}) &&
		readFlag(in, &g.public) && readFlag(in, &g.outside) &&
		readReInit(in, &g.reInit)
}

func (g *group) readRemoved(in *cryptobyte.String) bool {
	s, err := suiteOf(g.context.suite)
	g.tree = new(ratchetTree)
	if err != nil || !g.tree.read(in) || g.tree.leaf(0) == nil && len(g.tree.nodes) == 1 {
		return false
	}
	g.suite = s
	g.state = g.state.closed()
	return true
}

func addFlag(b []byte, f bool) []byte {
	if f {
		return append(b, 1)
	}
	return append(b, 0)
}

func readFlag(in *cryptobyte.String, f *bool) bool {
	var n uint8
	ok := in.ReadUint8(&n) && n <= 1
	*f = n == 1
	return ok
}

// add appends the record of a past epoch.
func (e *epochKeys) add(b []byte) []byte {
	b = addUint16(b, uint16(e.suite.id))
	b = addUint64(addV(addV(b, e.context), e.groupID), e.epoch)
	b = append(b, e.senderData[:]...)
	return addList(b, e.members, (*memberKey).add)
}

func (e *epochKeys) read(in *cryptobyte.String) bool {
	var id uint16
	ok := in.ReadUint16(&id) &&
		readV(in, &e.context) && readV(in, &e.groupID) && in.ReadUint64(&e.epoch) &&
		in.CopyBytes(e.senderData[:]) &&
		readList(in, &e.members, (*memberKey).read)
	if n := len(e.members); !ok || n == 0 || n&(n-1) != 0 || n > MaxMembers {
		return false
	}
	var err error
	e.suite, err = suiteOf(CipherSuite(id))
	return err == nil
}

func (p *sourced) store(b []byte) []byte {
	b = addFlag(p.encode(p.sender.add(addV(b, p.ref))), p.waits)
	return addOptional(b, p.own != nil, func(b []byte) []byte { return addV(addV(b, p.own.pair.private), p.own.signer.Seed()) })
}

func (p *sourced) load(in *cryptobyte.String) bool {
	p.proposal = new(proposal)
	return readV(in, &p.ref) && p.sender.read(in) && p.proposal.read(in) && readFlag(in, &p.waits) &&
		readOptional(in, func(in *cryptobyte.String) bool {
			p.own = new(ownLeaf)
			var seed []byte
			if p.kind != proposalUpdate || !readV(in, &p.own.pair.private) || !readV(in, &seed) || len(seed) != ed25519.SeedSize {
				return false
			}
			p.own.pair.public, p.own.signer = p.update.encryptionKey, ed25519.NewKeyFromSeed(seed)
			return true
		})
}
