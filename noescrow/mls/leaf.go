package mls

import (
	"crypto/ed25519"

	"golang.org/x/crypto/cryptobyte"
)

// leaf_node_source of RFC 9420, Section 7.2.
const (
	sourceKeyPackage = 1
	sourceUpdate     = 2
	sourceCommit     = 3
)

// leafNode is LeafNode of RFC 9420, Section 7.2. It does not change once it has a signature.
type leafNode struct {
	encryptionKey, signatureKey []byte
	credential                  credential
	capabilities                capabilities
	source                      uint8
	notBefore, notAfter         uint64 // key_package, in seconds since 1970
	parentHash                  []byte // commit
	extensions                  []Extension
	signature                   []byte

	raw []byte // the encoding, if it was read or signed
}

// addUnsigned appends the fields before the signature.
func (l *leafNode) addUnsigned(b []byte) []byte {
	b = addV(b, l.encryptionKey)
	b = addV(b, l.signatureKey)
	b = l.credential.add(b)
	b = l.capabilities.add(b)
	b = append(b, l.source)
	switch l.source {
	case sourceKeyPackage:
		b = addUint64(addUint64(b, l.notBefore), l.notAfter)
	case sourceCommit:
		b = addV(b, l.parentHash)
	}
	return addExtensions(b, l.extensions)
}

func (l *leafNode) add(b []byte) []byte {
	if l.raw != nil {
		return append(b, l.raw...)
	}
	return addV(l.addUnsigned(b), l.signature)
}

func (l *leafNode) read(s *cryptobyte.String) bool {
	start := *s
	ok := readV(s, &l.encryptionKey) &&
		readV(s, &l.signatureKey) &&
		l.credential.read(s) &&
		l.capabilities.read(s) &&
		s.ReadUint8(&l.source)
	if !ok {
		return false
	}
	switch l.source {
	case sourceKeyPackage:
		ok = s.ReadUint64(&l.notBefore) && s.ReadUint64(&l.notAfter)
	case sourceUpdate:
	case sourceCommit:
		ok = readV(s, &l.parentHash)
	default:
		ok = false
	}
	if !ok || !readExtensions(s, &l.extensions) || !readV(s, &l.signature) {
		return false
	}
	l.raw = start[:len(start)-len(*s)]
	return true
}

// tbs is LeafNodeTBS. An update and a commit are bound to the place in the group.
func (l *leafNode) tbs(groupID []byte, index uint32) []byte {
	var b []byte
	if l.raw != nil {
		n := len(l.raw) - len(addHeader(nil, len(l.signature))) - len(l.signature)
		b = append(b, l.raw[:n]...)
	} else {
		b = l.addUnsigned(b)
	}
	if l.source != sourceKeyPackage {
		b = addUint32(addV(b, groupID), index)
	}
	return b
}

// sign completes l.
func (l *leafNode) sign(key ed25519.PrivateKey, groupID []byte, index uint32) {
	l.raw = nil
	l.signature = signWithLabel(key, "LeafNodeTBS", l.tbs(groupID, index))
	l.raw = l.add(nil)
}

func (l *leafNode) verify(groupID []byte, index uint32) bool {
	return verifyWithLabel(l.signatureKey, "LeafNodeTBS", l.tbs(groupID, index), l.signature)
}

// keyPackage is KeyPackage of RFC 9420, Section 10.
type keyPackage struct {
	version    uint16
	suite      CipherSuite
	initKey    []byte
	leaf       *leafNode
	extensions []Extension
	signature  []byte
}

func (k *keyPackage) tbs() []byte {
	b := addUint16(nil, k.version)
	b = addUint16(b, uint16(k.suite))
	b = addV(b, k.initKey)
	b = k.leaf.add(b)
	return addExtensions(b, k.extensions)
}

func (k *keyPackage) add(b []byte) []byte { return addV(append(b, k.tbs()...), k.signature) }

func (k *keyPackage) read(s *cryptobyte.String) bool {
	k.leaf = new(leafNode)
	return s.ReadUint16(&k.version) &&
		s.ReadUint16((*uint16)(&k.suite)) &&
		readV(s, &k.initKey) &&
		k.leaf.read(s) &&
		readExtensions(s, &k.extensions) &&
		readV(s, &k.signature)
}

// ref is KeyPackageRef.
func (k *keyPackage) ref() []byte { return refHash("MLS 1.0 KeyPackage Reference", k.add(nil)) }

func (k *keyPackage) sign(key ed25519.PrivateKey) {
	k.signature = signWithLabel(key, "KeyPackageTBS", k.tbs())
}

func (k *keyPackage) verify() bool {
	return verifyWithLabel(k.leaf.signatureKey, "KeyPackageTBS", k.tbs(), k.signature)
}
