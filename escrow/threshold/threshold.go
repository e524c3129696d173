// Package threshold is key escrow done with more care: the key is shared among n agents, t of whom
// must agree, they require a warrant for each message, and each use is recorded in a public log.
//
// It is package escrow with another authority: the same devices, and the same envelopes except for
// the field. No government has deployed it. A proposal for "responsible" access would be made of
// these parts: Shamir's sharing with Feldman's commitments (1987), the threshold cryptosystem TDH2
// (Shoup and Gennaro, J. Cryptology 15(2), 2002), and a log as in Certificate Transparency (RFC
// 6962). Green, Kaptchuk and Van Laer study such systems (Abuse Resistant Law Enforcement Access
// Systems, Eurocrypt 2021). It is a demonstration: do not protect anything with it.
//
// Who holds which key:
//
//	the dealer  x, for a moment: a dealer could keep it, and nothing would show that
//	an agent    x_i, a share of x; the issuer's and the log's public keys
//	the issuer  a signing key, for warrants
//	the log     a signing key, for its heads
//	a device    all that a noescrow device holds, and Y = xG
//	the public  every public key, the commitments, the log
//
//	Alice                        the investigator                     agent i, of n
//	L = names, H(body), date
//	(c, u, ū, e, f) = field, bound to L
//	field ‖ body ‖ inner ------> warrant = Sign(issuer, Bob, dates)
//	                             use = H(warrant), H(warrant, L, field)
//	                             use ---> log ---> head, proofs ----> heads agree? is the use there?
//	                             warrant, L, field -----------------> warrant genuine? names Bob?
//	                                                                  date within? field bound to L?
//	                             check DLEQ <------------------------ u_i = x_i u, DLEQ proof
//	                             t of them: xu = Σ λ_i u_i
//	                             key = c ⊕ H(xu), opens the body
//
// What is better than with one key. The theft of t-1 shares opens nothing (TestEverySubset). The
// agent who gets a bad share can tell, and the investigator who gets a bad answer can name the
// agent (TestBadPartialIsNamed). Agents give out an answer for one message, never a share, and they see
// the hash of its body, not the body. The sender's proof binds names, body and date to the field. So a
// warrant for one person's week cannot be stretched by pasting another person's field into an envelope
// (TestFieldMoved), and the answers for what the log names open nothing else (TestDecoyIsRefused).
// Every reader of the log sees how often agents were asked to use the key, and for which warrant, if
// not against whom (TestUseIsVisible).
//
// What remains. Any t shares are the key: t agents who agree among themselves, or one thief at t
// doors, open every message of everyone, past and future. Nothing shows it, since the log holds only
// what is reported to it. A warrant for everyone is one signature: nothing in the mathematics
// limits it. The log shows its uses, message by message, and cannot refuse them. The log's
// operator can show agents one log and the public another (TestSplitView), until two of them compare
// heads. The signed heads then prove it; if no one compares, no one knows.
//
// What a warrant gets: the messages of one person between two dates, written or received, past or
// future, without help from the target's end. What a thief of t shares gets: everything. What a
// user can notice: nothing about their own messages; anyone can read the log, and compare heads.
// Two people who encrypt to each other first escape, as in package escrow; so does a sender who
// puts noise in the field, until a recipient looks with OpenChecked.
//
// By the Commission's definition of a backdoor (attacks.Definition), "t shares" is not one: 3 agents.
// Here are five, of whom three must agree or be robbed.
//
// Unlike the field of package escrow this one is not post-quantum: it relies on discrete logarithms
// alone, and Y is public. A quantum computer that computes x from it opens everything recorded.
package threshold

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cloudflare/circl/group"
	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow"
	"doormat/internal/secret"
)

// named makes what holds a secret print its name and no secret.
type named[T any] = secret.Named[T]

// g is the group, ristretto255, written additively as in circl. It has prime order, and one
// encoding for each element.
var g = group.Ristretto255

// elementSize and scalarSize are lengths in bytes.
const (
	elementSize = 32
	scalarSize  = 32
)

// Each format begins with the version and a kind. Envelopes and device states are package escrow's,
// with this version.
const (
	version     = 0xe2
	kindAgents  = 16
	kindShare   = 17
	kindPartial = 18
	kindWarrant = 19
	kindUse     = 20
)

// MaxAgents is the largest n. Reading commitments takes n·t multiplications.
const MaxAgents = 32

var (
	// ErrField reports a message that does not open although its field is bound to it, and t agents
	// have answered correctly: the field was made with another key than the body's. Nothing that is
	// altered on the way causes it. But the maker need not be the sender who is named: anyone can make
	// field and body together under any names. Agents cannot tell; the recipient's device refuses that.
	ErrField = errors.New("threshold: the field was made for this body, and does not hold its key")
	// ErrSplitView reports two different heads of one size that the log has signed. Publish both:
	// they prove that the log shows different people different entries.
	ErrSplitView = errors.New("threshold: the log has signed two histories")
)

// Date returns the associated data that a message must have in this scheme: its date in milliseconds
// since 1970, 8 bytes, big-endian. Agents refuse a message that was sealed with any other data.
func Date(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(at.UnixMilli()))
}

// A JointKey is the agents' public key Y. Devices are enrolled with it by [escrow.NewDeviceFor]. No
// party should hold its private key. The zero JointKey is no key.
type JointKey struct{ y group.Element }

var scheme = escrow.Scheme{Version: version, KeySize: elementSize, FieldSize: fieldSize, ParseKey: parsePublicKey}

func parsePublicKey(b []byte) (escrow.PublicKey, error) { return ParseJointKey(b) }

// ParseJointKey reads the 32 bytes that [JointKey.Bytes] returns. It returns an error unless they
// are an element other than the identity.
func ParseJointKey(b []byte) (JointKey, error) {
	in := cryptobyte.String(b)
	y, ok := readElement(&in)
	if !ok || !in.Empty() {
		return JointKey{}, errors.New("threshold: expected a joint key, an element of ristretto255 in 32 bytes, found something else")
	}
	return JointKey{y}, nil
}

// Bytes returns the key, 32 bytes, or nil if there is none.
func (k JointKey) Bytes() []byte {
	if k.y == nil {
		return nil
	}
	return encode(k.y)
}

// String returns the first four bytes of the key, in hexadecimal and with an ellipsis, or "none" if
// there is no key.
func (k JointKey) String() string {
	if k.y == nil {
		return "none"
	}
	return fmt.Sprintf("%x…", k.Bytes()[:4])
}

// Scheme implements [escrow.PublicKey].
func (k JointKey) Scheme() *escrow.Scheme { return &scheme }

// FileRecipient implements [escrow.PublicKey]. It returns "", as age has no recipient that t of n
// open: devices seal no files.
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

// readElement reads an element, 32 bytes, other than the identity.
func readElement(in *cryptobyte.String) (group.Element, bool) {
	var b []byte
	e := g.NewElement()
	ok := in.ReadBytes(&b, elementSize) && e.UnmarshalBinary(b) == nil && !e.IsIdentity()
	return e, ok
}

// readScalar reads a scalar, 32 bytes, below the group's order.
func readScalar(in *cryptobyte.String) (group.Scalar, bool) {
	var b []byte
	s := g.NewScalar()
	ok := in.ReadBytes(&b, scalarSize) && s.UnmarshalBinary(b) == nil
	return s, ok
}

// readHeader reads the version and this kind.
func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}

// digest returns a hash of a purpose and of parts. Within one purpose every part but the last must
// have a fixed length.
func digest(purpose string, parts ...[]byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write([]byte("doormat 1 threshold " + purpose + "\x00"))
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}
