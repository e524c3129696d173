package mls

import (
	"golang.org/x/crypto/cryptobyte"
)

// ProposalType of RFC 9420, Section 17.4.
const (
	proposalAdd              = 1
	proposalUpdate           = 2
	proposalRemove           = 3
	proposalPSK              = 4
	proposalReInit           = 5
	proposalExternalInit     = 6
	proposalGroupContextExts = 7
)

// proposal is Proposal of RFC 9420, Section 12.1. Types above 7 have a length that is not known, so
// a message with one is malformed here.
type proposal struct {
	kind       uint16
	add        *keyPackage
	update     *leafNode
	removed    uint32
	psk        pskID
	reInit     reInit
	kemOutput  []byte      // external_init
	extensions []Extension // group_context_extensions
}

func (p *proposal) encode(b []byte) []byte {
	b = addUint16(b, p.kind)
	switch p.kind {
	case proposalAdd:
		return p.add.add(b)
	case proposalUpdate:
		return p.update.add(b)
	case proposalRemove:
		return addUint32(b, p.removed)
	case proposalPSK:
		return p.psk.add(b)
	case proposalReInit:
		return p.reInit.add(b)
	case proposalExternalInit:
		return addV(b, p.kemOutput)
	}
	return addExtensions(b, p.extensions)
}

func (p *proposal) read(s *cryptobyte.String) bool {
	if !s.ReadUint16(&p.kind) {
		return false
	}
	switch p.kind {
	case proposalAdd:
		p.add = new(keyPackage)
		return p.add.read(s)
	case proposalUpdate:
		p.update = new(leafNode)
		return p.update.read(s)
	case proposalRemove:
		return s.ReadUint32(&p.removed)
	case proposalPSK:
		return p.psk.read(s)
	case proposalReInit:
		return p.reInit.read(s)
	case proposalExternalInit:
		return readV(s, &p.kemOutput)
	case proposalGroupContextExts:
		return readExtensions(s, &p.extensions)
	}
	return false
}

// reInit is ReInit of RFC 9420, Section 12.1.5.
type reInit struct {
	groupID    []byte
	version    uint16
	suite      CipherSuite
	extensions []Extension
}

func (r *reInit) add(b []byte) []byte {
	b = addUint16(addV(b, r.groupID), r.version)
	return addExtensions(addUint16(b, uint16(r.suite)), r.extensions)
}

func (r *reInit) read(s *cryptobyte.String) bool {
	return readV(s, &r.groupID) && s.ReadUint16(&r.version) && s.ReadUint16((*uint16)(&r.suite)) && readExtensions(s, &r.extensions)
}

const (
	pskExternal   = 1 // PSKType
	pskResumption = 2

	usageApplication = 1 // ResumptionPSKUsage
	usageReInit      = 2
	usageBranch      = 3
)

// pskID is PreSharedKeyID of RFC 9420, Section 8.4.
type pskID struct {
	kind    uint8
	id      []byte // external
	usage   uint8  // resumption
	groupID []byte
	epoch   uint64
	nonce   []byte
}

func (p *pskID) add(b []byte) []byte {
	b = append(b, p.kind)
	if p.kind == pskExternal {
		b = addV(b, p.id)
	} else {
		b = addUint64(addV(append(b, p.usage), p.groupID), p.epoch)
	}
	return addV(b, p.nonce)
}

func (p *pskID) read(s *cryptobyte.String) bool {
	if !s.ReadUint8(&p.kind) {
		return false
	}
	ok := false
	switch p.kind {
	case pskExternal:
		ok = readV(s, &p.id)
	case pskResumption:
		ok = s.ReadUint8(&p.usage) && p.usage >= usageApplication && p.usage <= usageBranch &&
			readV(s, &p.groupID) && s.ReadUint64(&p.epoch)
	}
	return ok && readV(s, &p.nonce)
}

// name is what two PreSharedKeyIDs of one PSK have in common: all but the nonce.
func (p *pskID) name() string {
	q := *p
	q.nonce = nil
	return string(q.add(nil))
}

// commit is Commit of RFC 9420, Section 12.4.
type commit struct {
	proposals []proposalOrRef
	path      *updatePath
}

// proposalOrRef is ProposalOrRef: a proposal, or the reference of one that was sent.
type proposalOrRef struct {
	proposal *proposal
	ref      []byte
}

func (p *proposalOrRef) add(b []byte) []byte {
	if p.proposal != nil {
		return p.proposal.encode(append(b, 1))
	}
	return addV(append(b, 2), p.ref)
}

func (p *proposalOrRef) read(s *cryptobyte.String) bool {
	var kind uint8
	if !s.ReadUint8(&kind) {
		return false
	}
	switch kind {
	case 1:
		p.proposal = new(proposal)
		return p.proposal.read(s)
	case 2:
		return readV(s, &p.ref)
	}
	return false
}

func (c *commit) add(b []byte) []byte {
	b = addList(b, c.proposals, (*proposalOrRef).add)
	return addOptional(b, c.path != nil, func(b []byte) []byte { return c.path.add(b) })
}

func (c *commit) read(s *cryptobyte.String) bool {
	return readList(s, &c.proposals, (*proposalOrRef).read) &&
		readOptional(s, func(s *cryptobyte.String) bool {
			c.path = new(updatePath)
			return c.path.read(s)
		})
}

// updatePath is UpdatePath of RFC 9420, Section 7.6.
type updatePath struct {
	leaf  *leafNode
	nodes []updatePathNode
}

type updatePathNode struct {
	encryptionKey []byte
	secrets       []hpkeCiphertext // encrypted_path_secret
}

func (c *hpkeCiphertext) add(b []byte) []byte { return addV(addV(b, c.kemOutput), c.ciphertext) }

func (c *hpkeCiphertext) read(s *cryptobyte.String) bool {
	return readV(s, &c.kemOutput) && readV(s, &c.ciphertext)
}

func (n *updatePathNode) add(b []byte) []byte {
	return addList(addV(b, n.encryptionKey), n.secrets, (*hpkeCiphertext).add)
}

func (n *updatePathNode) read(s *cryptobyte.String) bool {
	return readV(s, &n.encryptionKey) && readList(s, &n.secrets, (*hpkeCiphertext).read)
}

func (u *updatePath) add(b []byte) []byte {
	return addList(u.leaf.add(b), u.nodes, (*updatePathNode).add)
}

// maxPath bounds the nodes of a path, which are at most one for each level of a tree.
const maxPath = 32

func (u *updatePath) read(s *cryptobyte.String) bool {
	u.leaf = new(leafNode)
	bounded := func(n *updatePathNode, s *cryptobyte.String) bool { return len(u.nodes) < maxPath && n.read(s) }
	return u.leaf.read(s) && readList(s, &u.nodes, bounded)
}
