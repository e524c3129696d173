package mls

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

// WireFormat of RFC 9420, Section 17.2.
const (
	wirePublic     = 1
	wirePrivate    = 2
	wireWelcome    = 3
	wireGroupInfo  = 4
	wireKeyPackage = 5
)

// ContentType of RFC 9420, Section 6.
const (
	contentApplication = 1
	contentProposal    = 2
	contentCommit      = 3
)

// SenderType of RFC 9420, Section 6.
const (
	senderMember            = 1
	senderExternal          = 2
	senderNewMemberProposal = 3
	senderNewMemberCommit   = 4
)

// sender is Sender of RFC 9420, Section 6.
type sender struct {
	kind  uint8
	index uint32 // the leaf of a member, or the number of an external sender
}

func (f *sender) add(b []byte) []byte {
	b = append(b, f.kind)
	if f.kind == senderMember || f.kind == senderExternal {
		b = addUint32(b, f.index)
	}
	return b
}

func (f *sender) read(s *cryptobyte.String) bool {
	if !s.ReadUint8(&f.kind) {
		return false
	}
	switch f.kind {
	case senderMember, senderExternal:
		return s.ReadUint32(&f.index)
	case senderNewMemberProposal, senderNewMemberCommit:
		return true
	}
	return false
}

// framedContent is FramedContent of RFC 9420, Section 6.
type framedContent struct {
	groupID       []byte
	epoch         uint64
	sender        sender
	authenticated []byte // authenticated_data
	kind          uint8  // content_type
	application   []byte
	proposal      *proposal
	commit        *commit
}

// addBody appends the part that content_type selects.
func (c *framedContent) addBody(b []byte) []byte {
	switch c.kind {
	case contentApplication:
		return addV(b, c.application)
	case contentProposal:
		return c.proposal.encode(b)
	}
	return c.commit.add(b)
}

func (c *framedContent) readBody(s *cryptobyte.String) bool {
	switch c.kind {
	case contentApplication:
		return readV(s, &c.application)
	case contentProposal:
		c.proposal = new(proposal)
		return c.proposal.read(s)
	case contentCommit:
		c.commit = new(commit)
		return c.commit.read(s)
	}
	return false
}

func (c *framedContent) add(b []byte) []byte {
	b = addUint64(addV(b, c.groupID), c.epoch)
	b = addV(c.sender.add(b), c.authenticated)
	return c.addBody(append(b, c.kind))
}

func (c *framedContent) read(s *cryptobyte.String) bool {
	return readV(s, &c.groupID) &&
		s.ReadUint64(&c.epoch) &&
		c.sender.read(s) &&
		readV(s, &c.authenticated) &&
		s.ReadUint8(&c.kind) &&
		c.readBody(s)
}

// authenticatedContent is AuthenticatedContent of RFC 9420, Section 6.
type authenticatedContent struct {
	wire            uint16
	content         framedContent
	signature       []byte
	confirmationTag []byte // of a commit
}

// addAuth appends FramedContentAuthData.
func (a *authenticatedContent) addAuth(b []byte) []byte {
	b = addV(b, a.signature)
	if a.content.kind == contentCommit {
		b = addV(b, a.confirmationTag)
	}
	return b
}

func (a *authenticatedContent) readAuth(s *cryptobyte.String) bool {
	return readV(s, &a.signature) && (a.content.kind != contentCommit || readV(s, &a.confirmationTag))
}

func (a *authenticatedContent) add(b []byte) []byte {
	return a.addAuth(a.content.add(addUint16(b, a.wire)))
}

func (a *authenticatedContent) read(s *cryptobyte.String) bool {
	return s.ReadUint16(&a.wire) && a.content.read(s) && a.readAuth(s)
}

// ref is ProposalRef.
func (a *authenticatedContent) ref() []byte {
	return refHash("MLS 1.0 Proposal Reference", a.add(nil))
}

// tbs is FramedContentTBS. Context is the encoded GroupContext, which members and who joins by
// external commit sign, and others do not know.
func (a *authenticatedContent) tbs(context []byte) []byte {
	b := addUint16(make([]byte, 0, 512), mls10)
	b = addUint16(b, a.wire)
	b = a.content.add(b)
	if k := a.content.sender.kind; k == senderMember || k == senderNewMemberCommit {
		b = append(b, context...)
	}
	return b
}

// publicMessage is PublicMessage of RFC 9420, Section 6.2.
type publicMessage struct {
	authenticatedContent
	membershipTag []byte // of a member's message
}

func (p *publicMessage) add(b []byte) []byte {
	b = p.addAuth(p.content.add(b))
	if p.content.sender.kind == senderMember {
		b = addV(b, p.membershipTag)
	}
	return b
}

func (p *publicMessage) read(s *cryptobyte.String) bool {
	p.wire = wirePublic
	return p.content.read(s) && p.readAuth(s) && (p.content.sender.kind != senderMember || readV(s, &p.membershipTag))
}

// tagged is what membership_tag authenticates: AuthenticatedContentTBM.
func (p *publicMessage) tagged(context []byte) []byte { return p.addAuth(p.tbs(context)) }

// privateMessage is PrivateMessage of RFC 9420, Section 6.3.
type privateMessage struct {
	groupID       []byte
	epoch         uint64
	kind          uint8 // content_type
	authenticated []byte
	senderData    []byte // encrypted_sender_data
	ciphertext    []byte
}

func (p *privateMessage) add(b []byte) []byte {
	return addV(addV(p.contentAAD(b), p.senderData), p.ciphertext)
}

func (p *privateMessage) read(s *cryptobyte.String) bool {
	return readV(s, &p.groupID) &&
		s.ReadUint64(&p.epoch) &&
		s.ReadUint8(&p.kind) && p.kind >= contentApplication && p.kind <= contentCommit &&
		readV(s, &p.authenticated) &&
		readV(s, &p.senderData) &&
		readV(s, &p.ciphertext)
}

// senderDataAAD is SenderDataAAD of RFC 9420, Section 6.3.2.
func (p *privateMessage) senderDataAAD(b []byte) []byte {
	return append(addUint64(addV(b, p.groupID), p.epoch), p.kind)
}

// contentAAD is PrivateContentAAD of RFC 9420, Section 6.3.1.
func (p *privateMessage) contentAAD(b []byte) []byte {
	return addV(p.senderDataAAD(b), p.authenticated)
}

// senderData is SenderData of RFC 9420, Section 6.3.2.
type senderData struct {
	leaf, generation uint32
	reuseGuard       [reuseSize]byte
}

func (d *senderData) add(b []byte) []byte {
	return append(addUint32(addUint32(b, d.leaf), d.generation), d.reuseGuard[:]...)
}

func (d *senderData) read(s *cryptobyte.String) bool {
	return s.ReadUint32(&d.leaf) && s.ReadUint32(&d.generation) && s.CopyBytes(d.reuseGuard[:])
}

// mlsMessage is MLSMessage of RFC 9420, Section 6: one of the five.
type mlsMessage struct {
	wire       uint16
	public     *publicMessage
	private    *privateMessage
	welcome    *welcome
	groupInfo  *groupInfo
	keyPackage *keyPackage
}

func (m *mlsMessage) add(b []byte) []byte {
	b = addUint16(addUint16(b, mls10), m.wire)
	switch m.wire {
	case wirePublic:
		return m.public.add(b)
	case wirePrivate:
		return m.private.add(b)
	case wireWelcome:
		return m.welcome.add(b)
	case wireGroupInfo:
		return m.groupInfo.add(b)
	}
	return m.keyPackage.add(b)
}

func (m *mlsMessage) read(s *cryptobyte.String) bool {
	var version uint16
	if !s.ReadUint16(&version) || version != mls10 || !s.ReadUint16(&m.wire) {
		return false
	}
	switch m.wire {
	case wirePublic:
		m.public = new(publicMessage)
		return m.public.read(s)
	case wirePrivate:
		m.private = new(privateMessage)
		return m.private.read(s)
	case wireWelcome:
		m.welcome = new(welcome)
		return m.welcome.read(s)
	case wireGroupInfo:
		m.groupInfo = new(groupInfo)
		return m.groupInfo.read(s)
	case wireKeyPackage:
		m.keyPackage = new(keyPackage)
		return m.keyPackage.read(s) && m.keyPackage.version == version
	}
	return false
}

var errMalformed = errors.New("the message is malformed")

// parseMessage reads an MLSMessage. The result shares no memory with message.
func parseMessage(message []byte) (*mlsMessage, error) {
	m := new(mlsMessage)
	s := cryptobyte.String(append([]byte(nil), message...))
	if !m.read(&s) || !s.Empty() {
		return nil, errMalformed
	}
	return m, nil
}
