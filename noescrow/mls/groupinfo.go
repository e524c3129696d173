package mls

import "golang.org/x/crypto/cryptobyte"

// groupContext is GroupContext of RFC 9420, Section 8.1.
type groupContext struct {
	version    uint16
	suite      CipherSuite
	groupID    []byte
	epoch      uint64
	treeHash   []byte
	confirmed  []byte // confirmed_transcript_hash
	extensions []Extension
}

func (c *groupContext) add(b []byte) []byte {
	b = addUint16(addUint16(b, c.version), uint16(c.suite))
	b = addUint64(addV(b, c.groupID), c.epoch)
	b = addV(addV(b, c.treeHash), c.confirmed)
	return addExtensions(b, c.extensions)
}

func (c *groupContext) read(s *cryptobyte.String) bool {
	return s.ReadUint16(&c.version) &&
		s.ReadUint16((*uint16)(&c.suite)) &&
		readV(s, &c.groupID) &&
		s.ReadUint64(&c.epoch) &&
		readV(s, &c.treeHash) &&
		readV(s, &c.confirmed) &&
		readExtensions(s, &c.extensions)
}

// groupInfo is GroupInfo of RFC 9420, Section 12.4.3.
type groupInfo struct {
	context         groupContext
	extensions      []Extension
	confirmationTag []byte
	signer          uint32
	signature       []byte
}

func (g *groupInfo) tbs() []byte {
	b := addExtensions(g.context.add(nil), g.extensions)
	return addUint32(addV(b, g.confirmationTag), g.signer)
}

func (g *groupInfo) add(b []byte) []byte { return addV(append(b, g.tbs()...), g.signature) }

func (g *groupInfo) read(s *cryptobyte.String) bool {
	return g.context.read(s) &&
		readExtensions(s, &g.extensions) &&
		readV(s, &g.confirmationTag) &&
		s.ReadUint32(&g.signer) &&
		readV(s, &g.signature)
}

// groupSecrets is GroupSecrets of RFC 9420, Section 12.4.3.1.
type groupSecrets struct {
	joiner     []byte
	pathSecret []byte // nil if absent
	psks       []pskID
}

func (g *groupSecrets) add(b []byte) []byte {
	b = addOptional(addV(b, g.joiner), g.pathSecret != nil, func(b []byte) []byte { return addV(b, g.pathSecret) })
	return addList(b, g.psks, (*pskID).add)
}

func (g *groupSecrets) read(s *cryptobyte.String) bool {
	return readV(s, &g.joiner) &&
		readOptional(s, func(s *cryptobyte.String) bool { return readV(s, &g.pathSecret) }) &&
		readList(s, &g.psks, (*pskID).read)
}

// welcome is Welcome of RFC 9420, Section 12.4.3.1.
type welcome struct {
	suite   CipherSuite
	secrets []encryptedGroupSecrets
	info    []byte // encrypted_group_info
}

type encryptedGroupSecrets struct {
	newMember []byte // KeyPackageRef
	secrets   hpkeCiphertext
}

func (e *encryptedGroupSecrets) add(b []byte) []byte { return e.secrets.add(addV(b, e.newMember)) }

func (e *encryptedGroupSecrets) read(s *cryptobyte.String) bool {
	return readV(s, &e.newMember) && e.secrets.read(s)
}

func (w *welcome) add(b []byte) []byte {
	b = addList(addUint16(b, uint16(w.suite)), w.secrets, (*encryptedGroupSecrets).add)
	return addV(b, w.info)
}

func (w *welcome) read(s *cryptobyte.String) bool {
	return s.ReadUint16((*uint16)(&w.suite)) && readList(s, &w.secrets, (*encryptedGroupSecrets).read) && readV(s, &w.info)
}
