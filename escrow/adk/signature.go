package adk

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math/bits"

	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"golang.org/x/crypto/cryptobyte"
)

// The library signs and reads self-signatures too, but does not return unknown subpackets. So the one
// signature that matters here is read and written in this file.

// Subpacket is one statement in a self-signature.
type Subpacket struct {
	Critical bool  // a program that does not know the type must refuse the signature
	Type     uint8 // 0 to 127; 10 for an ADK
	Body     []byte
}

// The subpackets that are used here (RFC 4880, Section 5.2.3.1).
const (
	subCreated              = 2
	subADK                  = 10 // there: "placeholder for backward compatibility"
	subPreferredCiphers     = 11
	subIssuer               = 16
	subPreferredHashes      = 21
	subPreferredCompression = 22
	subKeyFlags             = 27
	subFeatures             = 30
	subIssuerFingerprint    = 33 // RFC 9580
)

// The types of a signature on a user ID are 10 to 13 (hex), by how well the signer knows the owner.
// For a self-signature PGP used the first, and GnuPG uses the last.
const (
	generic  = 0x10
	positive = 0x13
)

const (
	eddsaAlgorithm = 22 // RFC 9580 calls it EdDSALegacy
	ecdhAlgorithm  = 18
	hashSHA256     = 8
	hashSHA512     = 10
)

// signature is the body of a version 4 signature (RFC 4880, Section 5.2.3):
//
//	version 4 ‖ type ‖ algorithm ‖ hash ‖ length ‖ hashed area        /* signed */
//	‖ length ‖ unhashed area                                          /* not signed */
//	‖ 2 octets of the hash ‖ R ‖ S
type signature struct {
	signed           []byte // from the version to the end of the hashed area
	kind, hash       uint8
	hashed, unhashed []Subpacket
	left             [2]byte
	r, s             []byte
}

func parseSignature(body []byte) (sig signature, err error) {
	var version, algorithm uint8
	var hashed, unhashed cryptobyte.String
	in := cryptobyte.String(body)
	if !in.ReadUint8(&version) || !in.ReadUint8(&sig.kind) || !in.ReadUint8(&algorithm) || !in.ReadUint8(&sig.hash) {
		return sig, errCut
	}
	if version != 4 || algorithm != eddsaAlgorithm {
		return sig, fmt.Errorf("expected a signature of version 4, algorithm 22, found version %d, algorithm %d", version, algorithm)
	}
	if !in.ReadUint16LengthPrefixed(&hashed) {
		return sig, errCut
	}
	sig.signed = body[:len(body)-len(in)]
	if !in.ReadUint16LengthPrefixed(&unhashed) || !in.CopyBytes(sig.left[:]) ||
		!readMPI(&in, &sig.r) || !readMPI(&in, &sig.s) || !in.Empty() {
		return sig, errCut
	}
	var ok1, ok2 bool
	sig.hashed, ok1 = readSubpackets(hashed)
	sig.unhashed, ok2 = readSubpackets(unhashed)
	if !ok1 || !ok2 {
		return sig, errors.New("expected subpackets that fill their area, found one that does not fit")
	}
	return sig, nil
}

var errCut = errors.New("expected a signature, found one that is too short or too long")

func (sig *signature) marshal() ([]byte, error) {
	unhashed := marshalSubpackets(sig.unhashed)
	if len(unhashed) > 0xffff {
		return nil, fmt.Errorf("expected an unhashed area of at most 65535 octets, found %d", len(unhashed))
	}
	b := bytes.Clone(sig.signed)
	b = binary.BigEndian.AppendUint16(b, uint16(len(unhashed)))
	b = append(append(b, unhashed...), sig.left[:]...)
	return appendMPI(appendMPI(b, sig.r), sig.s), nil
}

// digest returns the hash that is signed, according to RFC 4880, Section 5.2.4:
//
//	H(99 ‖ length (2) ‖ key ‖ b4 ‖ length (4) ‖ user ID ‖ signed ‖ 04 ff ‖ length of signed (4))
//
// It does not cover the unhashed area.
func (sig *signature) digest(key *packet.PublicKey, userID string) ([]byte, error) {
	var h hash.Hash
	switch sig.hash {
	case hashSHA256:
		h = sha256.New()
	case hashSHA512:
		h = sha512.New()
	default:
		return nil, fmt.Errorf("expected hash 8 (SHA-256) or 10 (SHA-512), found %d", sig.hash)
	}
	if err := key.SerializeForHash(h); err != nil { // 99 ‖ length ‖ body of the key packet
		return nil, err
	}
	h.Write(binary.BigEndian.AppendUint32([]byte{0xb4}, uint32(len(userID))))
	h.Write([]byte(userID))
	h.Write(sig.signed)
	h.Write(binary.BigEndian.AppendUint32([]byte{4, 0xff}, uint32(len(sig.signed))))
	return h.Sum(nil), nil
}

// verify returns an error unless sig is the primary key's self-signature of the user ID.
func (sig *signature) verify(key *packet.PublicKey, userID string) error {
	public, ok := key.PublicKey.(*eddsa.PublicKey)
	if !ok {
		return fmt.Errorf("expected a primary key of algorithm 22 (EdDSA), found %d", key.PubKeyAlgo)
	}
	if sig.kind < generic || sig.kind > positive {
		return fmt.Errorf("expected a self-signature of type 10 to 13 (hex), found %x", sig.kind)
	}
	digest, err := sig.digest(key, userID)
	if err != nil {
		return err
	}
	if !bytes.Equal(digest[:2], sig.left[:]) || !eddsa.Verify(public, digest, sig.r, sig.s) {
		return errors.New("the self-signature is not the primary key's")
	}
	return nil
}

// signUserID makes a self-signature with these subpackets in its two areas.
func signUserID(key *packet.PrivateKey, userID string, hashed, unhashed []Subpacket) (sig signature, err error) {
	area := marshalSubpackets(hashed)
	if len(area) > 0xffff {
		return sig, fmt.Errorf("expected a hashed area of at most 65535 octets, found %d", len(area))
	}
	sig = signature{kind: positive, hash: hashSHA256, hashed: hashed, unhashed: unhashed}
	sig.signed = binary.BigEndian.AppendUint16([]byte{4, positive, eddsaAlgorithm, sig.hash}, uint16(len(area)))
	sig.signed = append(sig.signed, area...)
	digest, err := sig.digest(&key.PublicKey, userID)
	if err != nil {
		return sig, err
	}
	copy(sig.left[:], digest)
	sig.r, sig.s, err = eddsa.Sign(key.PrivateKey.(*eddsa.PrivateKey), digest)
	return sig, err
}

// readSubpackets splits an area into its subpackets, according to RFC 4880, Section 5.2.3.1:
//
//	length ‖ critical (1 bit), type (7 bits) ‖ body     the length counts type and body
func readSubpackets(in cryptobyte.String) (all []Subpacket, ok bool) {
	for !in.Empty() {
		size, ok := readSubpacketLength(&in)
		var kind uint8
		p := Subpacket{}
		if !ok || size == 0 || !in.ReadUint8(&kind) || !in.ReadBytes(&p.Body, size-1) {
			return nil, false
		}
		p.Critical, p.Type = kind&0x80 != 0, kind&0x7f
		all = append(all, p)
	}
	return all, true
}

// readSubpacketLength reads a length in the shortest of its forms: 1 octet below 192, 2 below
// 16,320, else 255 and 4 octets.
func readSubpacketLength(in *cryptobyte.String) (size int, ok bool) {
	var first, second uint8
	var long uint32
	if !in.ReadUint8(&first) {
		return 0, false
	}
	switch {
	case first < 192:
		return int(first), true
	case first < 255:
		ok = in.ReadUint8(&second)
		return (int(first)-192)<<8 + int(second) + 192, ok
	}
	ok = in.ReadUint32(&long)
	return int(long), ok && long >= 16320 && long <= 0xffff
}

func marshalSubpackets(all []Subpacket) (area []byte) {
	for _, p := range all {
		area = append(area, p.marshal()...)
	}
	return area
}

func (p Subpacket) marshal() []byte {
	kind := p.Type
	if p.Critical {
		kind |= 0x80
	}
	return append(append(appendLength(nil, 1+len(p.Body), 16320), kind), p.Body...)
}

// readMPI reads a number without leading zeros, preceded by its length in bits (RFC 4880, Section
// 3.2).
func readMPI(in *cryptobyte.String, n *[]byte) bool {
	var size uint16
	return in.ReadUint16(&size) && in.ReadBytes(n, (int(size)+7)/8) && int(size) == bitLen(*n)
}

func appendMPI(b, n []byte) []byte {
	n = bytes.TrimLeft(n, "\x00")
	return append(binary.BigEndian.AppendUint16(b, uint16(bitLen(n))), n...)
}

// bitLen returns the length in bits of a number without leading zeros.
func bitLen(n []byte) int {
	if len(n) == 0 {
		return 0
	}
	return 8*(len(n)-1) + bits.Len8(n[0])
}
