// Package threshold is key escrow done with more care: the key is shared among n agents, of whom t
// must agree, they want a warrant for each message, and each use stands in a public log.
//
// It is package escrow with another authority: the same devices, the same envelopes but for the
// field. No government has deployed it. It is what a proposal for "responsible" access would be
// made of: Shamir's sharing with Feldman's commitments (1987), the threshold cryptosystem TDH2 (Shoup
// and Gennaro, J. Cryptology 15(2), 2002), and a log as in Certificate Transparency (RFC 6962). Green,
// Kaptchuk and Van Laer study such systems (Abuse Resistant Law Enforcement Access Systems,
// Eurocrypt 2021). It is a demonstration: do not protect anything with it.
//
// Who holds which key:
//
//	the dealer  x, for a moment: who deals could keep it, and nothing would show that
//	an agent    x_i, a share of x; the issuer's and the log's public keys
//	the issuer  a signing key, for warrants
//	the log     a signing key, for its heads
//	a device    all that a noescrow device holds, and Y = xG
//	the public  every public key, the commitments, the log
//
//	Alice                        the investigator                     agent i, of n
//	(c, u, ū, e, f) = field
//	field ‖ body ‖ inner ------> warrant = Sign(issuer, Bob, dates)
//	                             use = H(warrant), H(warrant, envelope)
//	                             use ---> log ---> head, proofs ----> heads agree? is the use there?
//	                             warrant, envelope, date -----------> warrant genuine? names Bob?
//	                                                                  date within? field bound to it?
//	                             check DLEQ <------------------------ u_i = x_i u, DLEQ proof
//	                             t of them: xu = Σ λ_i u_i
//	                             key = c ⊕ H(xu), opens the body
//
// What is better than with one key. The theft of one share opens nothing, nor that of t-1
// (TestEverySubset). A bad share is named by the agent who gets it, and a bad answer by whoever asked
// (TestBadPartialIsNamed). Agents give out an answer for one message, never a share. The message's
// names and date are bound to the field by the sender's proof, so that a warrant for one person's
// week cannot be stretched by pasting somebody else's field into an envelope of his
// (TestFieldMoved). And whoever reads the log sees how often the key was used, and for which
// warrant, if not against whom (TestUseIsVisible).
//
// What remains. Any t shares are the key: t agents who agree among themselves, or one thief at t
// doors, open every message of everybody, past and future, and nothing shows it, for the log holds
// what is reported to it. A warrant for everyone is one signature: nothing in the mathematics
// limits it. The log shows its uses, message by message, and cannot refuse them. The log's
// operator can show agents one log and the public another (TestSplitView), until somebody compares
// two heads. The signed heads then prove it; if nobody compares, nobody knows.
//
// What a warrant gets: the messages of one person between two dates, written or received, past
// or future, and nobody at the target's end has to help. What a thief of t shares gets: everything.
// What a user can notice: nothing about himself; he can read the log, and compare heads. Two people
// who encrypt to each other first escape, as in package escrow; so does who puts noise in the
// field, until a recipient looks with OpenChecked.
//
// Unlike the field of package escrow this one is not post-quantum: it is discrete logarithms
// alone, and Y is public. Who computes x from it, one day, opens all that was recorded.
package threshold

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow"
)

// g is the group of all that follows, written additively, as circl does. It has prime order, and
// one encoding for each element.
var g = group.Ristretto255

// elementSize and scalarSize are lengths in bytes.
const (
	elementSize = 32
	scalarSize  = 32
)

// Each format is behind a version and a kind, but an envelope and a device's state, which are
// package escrow's behind this version.
const (
	version     = 0xe2
	kindAgents  = 16
	kindShare   = 17
	kindPartial = 18
	kindWarrant = 19
	kindUse     = 20
)

// MaxAgents is the largest n: reading commitments takes n·t multiplications.
const MaxAgents = 32

var (
	// ErrField reports a message that t agents have answered for, correctly, and that does not
	// open: its sender has put something else into the field.
	ErrField = errors.New("threshold: the field does not hold the message's key, its sender made it wrongly")
	// ErrSplitView reports two heads of one size that are signed by the same log and differ.
	// Publish both: they prove that it shows different people different things.
	ErrSplitView = errors.New("threshold: the log has signed two histories")
)

// Date is a message's associated data in this scheme: its date in milliseconds since 1970,
// eight bytes, big-endian. Agents open no message that was sealed with any other.
func Date(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli()))
}

// A JointKey is the agents' public key Y, which devices are enrolled with, by
// [escrow.NewDeviceFor]. Nobody has its private key.
type JointKey struct{ y group.Element }

var scheme = escrow.Scheme{Version: version, KeySize: elementSize, FieldSize: fieldSize, ParseKey: parsePublicKey}

func parsePublicKey(b []byte) (escrow.PublicKey, error) { return ParseJointKey(b) }

// ParseJointKey reads the 32 bytes of a joint key.
func ParseJointKey(b []byte) (JointKey, error) {
	in := cryptobyte.String(b)
	y, ok := readElement(&in)
	if !ok || !in.Empty() {
		return JointKey{}, errors.New("threshold: expected a joint key, an element of ristretto255 in 32 bytes, found something else")
	}
	return JointKey{y}, nil
}

// Bytes returns the 32 bytes of the key.
func (k JointKey) Bytes() []byte { return encode(k.y) }

// Scheme implements [escrow.PublicKey].
func (k JointKey) Scheme() *escrow.Scheme { return &scheme }

// FileRecipient implements [escrow.PublicKey]: there are none, as age has no type of recipient that
// t of n open.
func (k JointKey) FileRecipient() string { return "" }

func encode(e group.Element) []byte {
	b, err := e.MarshalBinaryCompress()
	if err != nil {
		panic("threshold: internal error: " + err.Error())
	}
	return b
}

func encodeScalar(s group.Scalar) []byte {
	b, err := s.MarshalBinary()
	if err != nil {
		panic("threshold: internal error: " + err.Error())
	}
	return b
}

// readElement reads an element that is not the identity.
func readElement(in *cryptobyte.String) (group.Element, bool) {
	var b []byte
	e := g.NewElement()
	ok := in.ReadBytes(&b, elementSize) && e.UnmarshalBinary(b) == nil && !e.IsIdentity()
	return e, ok
}

func readScalar(in *cryptobyte.String) (group.Scalar, bool) {
	var b []byte
	s := g.NewScalar()
	ok := in.ReadBytes(&b, scalarSize) && s.UnmarshalBinary(b) == nil
	return s, ok
}

// readHeader reads a version and a kind.
func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}

// digest is a hash of parts of which all but the last have a fixed length for each purpose.
func digest(purpose string, parts ...[]byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write([]byte("doormat 1 threshold " + purpose + "\x00"))
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}
