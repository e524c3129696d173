package mls

import "golang.org/x/crypto/cryptobyte"

// Numbers of RFC 9420, Section 17.
const (
	mls10 = 1 // ProtocolVersion

	credentialBasic = 1
	credentialX509  = 2

	extensionApplicationID        = 1
	extensionRatchetTree          = 2
	extensionRequiredCapabilities = 3
	extensionExternalPub          = 4
	extensionExternalSenders      = 5
)

// credential is Credential of RFC 9420, Section 5.3.
type credential struct {
	kind     uint16
	identity []byte   // x509: the name in the first certificate, which is not part of the encoding
	chain    [][]byte // x509: the certificate of the member first
}

func (c *credential) add(b []byte) []byte {
	b = addUint16(b, c.kind)
	if c.kind == credentialBasic {
		return addV(b, c.identity)
	}
	return addList(b, c.chain, addBytes)
}

func (c *credential) read(s *cryptobyte.String) bool {
	if !s.ReadUint16(&c.kind) {
		return false
	}
	switch c.kind {
	case credentialBasic:
		return readV(s, &c.identity)
	case credentialX509:
		if !readList(s, &c.chain, readBytes) {
			return false
		}
		if len(c.chain) > 0 {
			c.identity = commonName(c.chain[0])
		}
		return true
	}
	return false // the length of a credential of another type is not known
}

// capabilities is Capabilities of RFC 9420, Section 7.2.
type capabilities struct {
	versions, suites, extensions, proposals, credentials []uint16
}

func (c *capabilities) lists() []*[]uint16 {
	return []*[]uint16{&c.versions, &c.suites, &c.extensions, &c.proposals, &c.credentials}
}

func (c *capabilities) add(b []byte) []byte {
	for _, l := range c.lists() {
		b = addList(b, *l, add16)
	}
	return b
}

func (c *capabilities) read(s *cryptobyte.String) bool {
	for _, l := range c.lists() {
		if !readList(s, l, read16) {
			return false
		}
	}
	return true
}

// An Extension is an entry of the extensions of a GroupContext, a LeafNode, a KeyPackage or a
// GroupInfo (RFC 9420, Section 13).
type Extension struct {
	Type uint16
	Data []byte
}

func (e *Extension) add(b []byte) []byte { return addV(addUint16(b, e.Type), e.Data) }

func (e *Extension) read(s *cryptobyte.String) bool {
	return s.ReadUint16(&e.Type) && readV(s, &e.Data)
}

func addExtensions(b []byte, list []Extension) []byte { return addList(b, list, (*Extension).add) }

func readExtensions(s *cryptobyte.String, list *[]Extension) bool {
	return readList(s, list, (*Extension).read)
}

// find returns the data of the extension of a type.
func find(list []Extension, kind uint16) (data []byte, ok bool) {
	for _, e := range list {
		if e.Type == kind {
			return e.Data, true
		}
	}
	return nil, false
}

// requiredCapabilities is RequiredCapabilities of RFC 9420, Section 11.1.
type requiredCapabilities struct{ extensions, proposals, credentials []uint16 }

func (r *requiredCapabilities) add(b []byte) []byte {
	b = addList(b, r.extensions, add16)
	b = addList(b, r.proposals, add16)
	return addList(b, r.credentials, add16)
}

func (r *requiredCapabilities) read(s *cryptobyte.String) bool {
	return readList(s, &r.extensions, read16) && readList(s, &r.proposals, read16) && readList(s, &r.credentials, read16)
}

// externalSender is ExternalSender of RFC 9420, Section 12.1.8.1.
type externalSender struct {
	signatureKey []byte
	credential   credential
}

func (e *externalSender) add(b []byte) []byte { return e.credential.add(addV(b, e.signatureKey)) }

func (e *externalSender) read(s *cryptobyte.String) bool {
	return readV(s, &e.signatureKey) && e.credential.read(s)
}
