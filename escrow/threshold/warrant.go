package threshold

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow"
)

// A Warrant says whose messages, of which dates. In bytes:
//
//	struct {
//	    uint8  version = 0xe2;
//	    uint8  kind = 19;
//	    uint8  scope;          /* 1: one person, 2: everyone */
//	    opaque target[32];     /* zeros for everyone */
//	    uint64 from, to;       /* milliseconds since 1970 */
//	    opaque issuer[32];     /* Ed25519 public key */
//	    uint64 serial;
//	    opaque signature[64];  /* over "doormat 1 threshold warrant\0" and all of the above */
//	} Warrant;
type Warrant struct {
	Target   escrow.Identity // who wrote or received the messages
	Everyone bool            // there is no target
	From, To time.Time       // the first date, and the first that is too late
	Serial   uint64
	Issuer   ed25519.PublicKey
}

const (
	scopePerson   = 1
	scopeEveryone = 2
	warrantSize   = 3 + 32 + 8 + 8 + ed25519.PublicKeySize + 8 + ed25519.SignatureSize
)

// An Issuer signs warrants: a judge, or who has his key. Printing one prints the public key only.
type Issuer struct {
	private *ed25519.PrivateKey // behind a pointer, as %p of a value asks no Format
}

// NewIssuer makes an issuer with a fresh key.
func NewIssuer() *Issuer {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	private := ed25519.NewKeyFromSeed(seed)
	return &Issuer{&private}
}

// PublicKey returns the key by which agents know the issuer's warrants.
func (i *Issuer) PublicKey() ed25519.PublicKey { return i.private.Public().(ed25519.PublicKey) }

// Sign returns the signed warrant. Its field Issuer is filled in.
func (i *Issuer) Sign(w Warrant) (signed []byte, err error) {
	if w.Everyone != (w.Target == escrow.Identity{}) {
		return nil, errors.New("threshold: a warrant names a target or is for everyone, expected one of both")
	}
	if w.From.UnixMilli() >= w.To.UnixMilli() {
		return nil, errors.New("threshold: the warrant ends before it begins")
	}
	scope := byte(scopePerson)
	if w.Everyone {
		scope = scopeEveryone
	}
	b := append([]byte{version, kindWarrant, scope}, w.Target[:]...)
	b = append(append(b, Date(w.From)...), Date(w.To)...)
	b = append(b, i.PublicKey()...)
	b = binary.BigEndian.AppendUint64(b, w.Serial)
	return append(b, ed25519.Sign(*i.private, toSign(b))...), nil
}

func toSign(b []byte) []byte { return append([]byte("doormat 1 threshold warrant\x00"), b...) }

// ParseWarrant reads a warrant that issuer must have signed.
func ParseWarrant(signed []byte, issuer ed25519.PublicKey) (*Warrant, error) {
	w, err := readWarrant(signed)
	if err != nil {
		return nil, err
	}
	if !w.Issuer.Equal(issuer) {
		return nil, fmt.Errorf("threshold: expected a warrant of issuer %x…, found one of %x…", issuer[:min(4, len(issuer))], w.Issuer[:4])
	}
	n := len(signed) - ed25519.SignatureSize
	if !ed25519.Verify(issuer, toSign(signed[:n]), signed[n:]) {
		return nil, errors.New("threshold: the signature on the warrant does not verify")
	}
	return w, nil
}

// readWarrant reads a warrant without checking the signature.
func readWarrant(b []byte) (*Warrant, error) {
	if len(b) != warrantSize {
		return nil, fmt.Errorf("threshold: expected a warrant of %d bytes, found %d", warrantSize, len(b))
	}
	var scope uint8
	var from, to uint64
	w := &Warrant{Issuer: make([]byte, ed25519.PublicKeySize)}
	in := cryptobyte.String(b)
	ok := readHeader(&in, kindWarrant) && in.ReadUint8(&scope) && in.CopyBytes(w.Target[:]) &&
		in.ReadUint64(&from) && in.ReadUint64(&to) && in.CopyBytes(w.Issuer) && in.ReadUint64(&w.Serial)
	w.Everyone = scope == scopeEveryone
	w.From, w.To = time.UnixMilli(int64(from)).UTC(), time.UnixMilli(int64(to)).UTC()
	if !ok || !w.Everyone && scope != scopePerson ||
		w.Everyone != (w.Target == escrow.Identity{}) || !w.From.Before(w.To) {
		return nil, errors.New("threshold: not a valid warrant")
	}
	return w, nil
}

// covers reports why the warrant is not for a message, or nil.
func (w *Warrant) covers(e *escrow.Envelope, at time.Time) error {
	if !w.Everyone && e.From != w.Target && e.To != w.Target {
		return fmt.Errorf("threshold: the warrant is for %.8s, the message is from %.8s to %.8s", w.Target, e.From, e.To)
	}
	if ms := at.UnixMilli(); ms < w.From.UnixMilli() || ms >= w.To.UnixMilli() {
		return fmt.Errorf("threshold: the warrant is for %s to %s, the message is of %s",
			w.From.Format(time.DateTime), w.To.Format(time.DateTime), at.UTC().Format(time.DateTime))
	}
	return nil
}

// hashWarrant is the name of a warrant in the log and in partial decryptions. Nobody can find the
// target by trying all, because the signature is hashed too.
func hashWarrant(signed []byte) [32]byte { return sha256.Sum256(signed) }

// A Use is an entry of the log: one warrant used on one message. It hides the target and the
// message from who does not hold the warrant. In bytes:
//
//	struct {
//	    uint8  version = 0xe2;
//	    uint8  kind = 20;
//	    uint8  scope;         /* the warrant's */
//	    opaque warrant[32];   /* SHA-256 of the signed warrant */
//	    opaque message[32];   /* hash of the signed warrant and the envelope */
//	} Use;
type Use struct {
	Everyone         bool
	Warrant, Message [32]byte
}

// NewUse returns the entry that agents expect in the log before they answer. It does not check
// the warrant's signature.
func NewUse(warrant, envelope []byte) (entry []byte, err error) {
	if _, err := readWarrant(warrant); err != nil {
		return nil, err
	}
	name, message := hashWarrant(warrant), digest("use", warrant, envelope)
	entry = []byte{version, kindUse, warrant[2]}
	return append(append(entry, name[:]...), message[:]...), nil
}

// ParseUse reads an entry.
func ParseUse(entry []byte) (u Use, err error) {
	var scope uint8
	in := cryptobyte.String(entry)
	ok := readHeader(&in, kindUse) && in.ReadUint8(&scope) &&
		in.CopyBytes(u.Warrant[:]) && in.CopyBytes(u.Message[:]) && in.Empty()
	u.Everyone = scope == scopeEveryone
	if !ok || !u.Everyone && scope != scopePerson {
		return Use{}, errors.New("threshold: not a valid log entry")
	}
	return u, nil
}
