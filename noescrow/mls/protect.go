package mls

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/padme"
)

var (
	errAuth = errors.New("the message does not authenticate")
)

// epochKeys is what messages of an epoch are protected with, as long as the epoch is kept.
type epochKeys struct {
	suite      *suite
	context    []byte // GroupContext
	groupID    []byte
	epoch      uint64
	senderData secret
	membership secret
	secrets    *secretTree
	members    []memberKey // by leaf
}

// memberKey is what a message of a member is checked with. The zero value stands for a blank leaf.
type memberKey struct {
	key        []byte // signature_key
	credential credential
}

// add appends a member, without certificates.
func (m *memberKey) add(b []byte) []byte {
	return addV(addUint16(addV(b, m.key), m.credential.kind), m.credential.identity)
}

func (m *memberKey) read(s *cryptobyte.String) bool {
	return readV(s, &m.key) && s.ReadUint16(&m.credential.kind) && readV(s, &m.credential.identity)
}

// member returns a member by its leaf, or the zero value.
func (e *epochKeys) member(leaf uint32) memberKey {
	if leaf >= uint32(len(e.members)) {
		return memberKey{}
	}
	return e.members[leaf]
}

// sign completes a message of a member, but for the tag of a commit.
func (a *authenticatedContent) sign(key ed25519.PrivateKey, context []byte) {
	a.signature = signWithLabel(key, "FramedContentTBS", a.tbs(context))
}

// protectPublic makes a PublicMessage (RFC 9420, Section 6.2).
func (e *epochKeys) protectPublic(a *authenticatedContent) []byte {
	p := &publicMessage{authenticatedContent: *a}
	if a.content.sender.kind == senderMember {
		p.membershipTag = mac(e.membership, p.tagged(e.context))
	}
	m := mlsMessage{wire: wirePublic, public: p}
	return m.add(nil)
}

// checkTag checks membership_tag, which is the first check of all.
func (e *epochKeys) checkTag(p *publicMessage) error {
	if p.content.sender.kind == senderMember && !hmac.Equal(p.membershipTag, mac(e.membership, p.tagged(e.context))) {
		return errAuth
	}
	return nil
}

// verify checks the signature of a message of a member.
func (e *epochKeys) verify(a *authenticatedContent) error {
	key := e.member(a.content.sender.index).key
	if !verifyWithLabel(key, "FramedContentTBS", a.tbs(e.context), a.signature) {
		return errAuth
	}
	return nil
}

// which returns the ratchet for a content type, and how far a message may jump on it.
func which(contentType uint8) (which int, forward uint32) {
	if contentType == contentApplication {
		return application, MaxForward
	}
	return handshake, MaxForwardHandshake
}

// senderDataKey derives the key and the nonce for SenderData (RFC 9420, Section 6.3.2).
func (e *epochKeys) senderDataKey(ciphertext []byte) (key, nonce []byte) {
	sample := ciphertext[:min(nh, len(ciphertext))]
	return expandWithLabel(e.senderData[:], "key", sample, e.suite.nk), expandWithLabel(e.senderData[:], "nonce", sample, nn)
}

// guard returns the nonce with the reuse guard in it (RFC 9420, Section 6.3.1).
func guard(nonce []byte, guard [reuseSize]byte) []byte {
	n := append([]byte(nil), nonce...)
	for i, b := range guard {
		n[i] ^= b
	}
	return n
}

// protectPrivate makes a PrivateMessage (RFC 9420, Section 6.3) of a leaf. The key is erased at once.
func (e *epochKeys) protectPrivate(a *authenticatedContent, note func(storedKey)) ([]byte, error) {
	c := &a.content
	leaf := c.sender.index
	kind, _ := which(c.kind)
	generation := uint32(0)
	if chains := e.secrets.senders[leaf]; chains != nil {
		generation = chains[kind].next
	}
	u, err := e.secrets.key(leaf, kind, generation, 0)
	if err != nil {
		return nil, err
	}
	plain := a.addAuth(c.addBody(nil))
	plain = append(plain, make([]byte, padme.Length(len(plain))-len(plain))...)

	p := &privateMessage{groupID: c.groupID, epoch: c.epoch, kind: c.kind, authenticated: c.authenticated}
	data := senderData{leaf: leaf, generation: generation}
	rand.Read(data.reuseGuard[:])
	p.ciphertext = e.suite.newAEAD(u.messageKey.key).Seal(nil, guard(u.nonce, data.reuseGuard), plain, p.contentAAD(nil))
	key, nonce := e.senderDataKey(p.ciphertext)
	p.senderData = e.suite.newAEAD(key).Seal(nil, nonce, data.add(nil), p.senderDataAAD(nil))
	u.done(note)
	m := mlsMessage{wire: wirePrivate, private: p}
	return m.add(nil), nil
}

// openPrivate decrypts a PrivateMessage and checks its signature. The caller ends the use once the
// message is accepted.
func (e *epochKeys) openPrivate(p *privateMessage) (*authenticatedContent, *use, error) {
	key, nonce := e.senderDataKey(p.ciphertext)
	plain, err := e.suite.newAEAD(key).Open(nil, nonce, p.senderData, p.senderDataAAD(nil))
	if err != nil {
		return nil, nil, errAuth
	}
	var data senderData
	if s := cryptobyte.String(plain); !data.read(&s) || !s.Empty() {
		return nil, nil, errAuth
	}
	if len(e.member(data.leaf).key) == 0 {
		return nil, nil, errAuth // a blank leaf
	}
	kind, forward := which(p.kind)
	u, err := e.secrets.key(data.leaf, kind, data.generation, forward)
	if err != nil {
		return nil, nil, err
	}
	plain, err = e.suite.newAEAD(u.messageKey.key).Open(nil, guard(u.nonce, data.reuseGuard), p.ciphertext, p.contentAAD(nil))
	if err != nil {
		return nil, nil, errAuth
	}
	a := &authenticatedContent{wire: wirePrivate, content: framedContent{groupID: p.groupID, epoch: p.epoch,
		sender: sender{senderMember, data.leaf}, authenticated: p.authenticated, kind: p.kind}}
	s := cryptobyte.String(plain)
	if !a.content.readBody(&s) || !a.readAuth(&s) {
		return nil, nil, errMalformed
	}
	for _, b := range s {
		if b != 0 {
			return nil, nil, errMalformed // the padding is not zero
		}
	}
	if err := e.verify(a); err != nil {
		return nil, nil, err
	}
	return a, u, nil
}
