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
	"doormat/internal/secret"
)

// A Warrant tells agents whose messages of which dates to open. In bytes:
//
//	struct {
//	    uint8  version = 0xe2;
//	    uint8  kind = 19;
//	    uint8  scope;          /* 1: one person, 2: everyone */
//	    opaque target[32];     /* zeros for everyone */
//	    uint64 from, until;    /* milliseconds since 1970 */
//	    opaque issuer[32];     /* Ed25519 public key */
//	    uint64 serial;
//	    opaque signature[64];  /* over "doormat 1 threshold warrant\0" and all of the above */
//	} Warrant;
type Warrant struct {
	Target   escrow.Identity   // whose messages, written or received; zero for everyone's
	Everyone bool              // without a target
	From     time.Time         // the first date that it covers, in whole milliseconds
	Until    time.Time         // the first date after those that it covers
	Serial   uint64            // the issuer's number for it
	Issuer   ed25519.PublicKey // set by ParseWarrant; Sign ignores it
}

const (
	scopePerson   = 1
	scopeEveryone = 2
	warrantSize   = 3 + 32 + 8 + 8 + ed25519.PublicKeySize + 8 + ed25519.SignatureSize
)

// An Issuer signs warrants: a judge, or a thief of the judge's key. Printing one prints the public
// key. The zero Issuer has no key, and signs nothing; make one with [NewIssuer].
type Issuer struct {
	named[Issuer]
	private *ed25519.PrivateKey // behind a pointer, as %p prints the fields of a struct
}

// NewIssuer makes an issuer with a fresh key.
func NewIssuer() *Issuer {
	seed := make([]byte, ed25519.SeedSize)
	rand.Read(seed)
	private := ed25519.NewKeyFromSeed(seed)
	public := private.Public().(ed25519.PublicKey)
	return &Issuer{secret.Name[Issuer](fmt.Sprintf("%x…", public[:4])), &private}
}

// PublicKey returns the key that verifies the issuer's warrants, 32 bytes, or nil if there is none.
func (i *Issuer) PublicKey() ed25519.PublicKey {
	if i == nil || i.private == nil {
		return nil
	}
	return i.private.Public().(ed25519.PublicKey)
}

var errNoIssuer = errors.New("threshold: the issuer has no key: make it with NewIssuer")

// Sign returns the signed warrant, 155 bytes, with this issuer in it. It returns an error unless the
// warrant names a target or is for everyone, and ends after it begins.
func (i *Issuer) Sign(w Warrant) (signed []byte, err error) {
	if i.PublicKey() == nil {
		return nil, errNoIssuer
	}
	if w.Everyone != (w.Target == escrow.Identity{}) {
		return nil, errors.New("threshold: expected a warrant for a target or for everyone, found one for both or for neither")
	}
	if w.From.UnixMilli() >= w.Until.UnixMilli() {
		return nil, fmt.Errorf("threshold: expected a warrant that ends after %s, found one that ends on %s", w.From.Format(time.DateTime), w.Until.Format(time.DateTime))
	}
	scope := byte(scopePerson)
	if w.Everyone {
		scope = scopeEveryone
	}
	b := append([]byte{version, kindWarrant, scope}, w.Target[:]...)
	b = append(append(b, Date(w.From)...), Date(w.Until)...)
	b = append(b, i.PublicKey()...)
	b = binary.BigEndian.AppendUint64(b, w.Serial)
	return append(b, ed25519.Sign(*i.private, toSign(b))...), nil
}

func toSign(b []byte) []byte { return append([]byte("doormat 1 threshold warrant\x00"), b...) }

// ParseWarrant reads a warrant. It returns an error unless issuer has signed it.
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

// readWarrant reads a warrant, and does not check the signature.
func readWarrant(b []byte) (*Warrant, error) {
	if len(b) != warrantSize {
		return nil, fmt.Errorf("threshold: expected a warrant of %d bytes, found %d", warrantSize, len(b))
	}
	var scope uint8
	var from, until uint64
	w := &Warrant{Issuer: make([]byte, ed25519.PublicKeySize)}
	in := cryptobyte.String(b)
	ok := readHeader(&in, kindWarrant) && in.ReadUint8(&scope) && in.CopyBytes(w.Target[:]) &&
		in.ReadUint64(&from) && in.ReadUint64(&until) && in.CopyBytes(w.Issuer) && in.ReadUint64(&w.Serial)
	w.Everyone = scope == scopeEveryone
	w.From, w.Until = time.UnixMilli(int64(from)).UTC(), time.UnixMilli(int64(until)).UTC()
	if !ok || !w.Everyone && scope != scopePerson ||
		w.Everyone != (w.Target == escrow.Identity{}) || !w.From.Before(w.Until) {
		return nil, errors.New("threshold: expected a warrant, found something else")
	}
	return w, nil
}

// covers returns an error unless the warrant covers a message of these names and this date.
func (w *Warrant) covers(m *Message) error {
	if !w.Everyone && m.From != w.Target && m.To != w.Target {
		return fmt.Errorf("threshold: expected a message from or to %.8s, found one from %.8s to %.8s", w.Target, m.From, m.To)
	}
	if ms := m.At.UnixMilli(); ms < w.From.UnixMilli() || ms >= w.Until.UnixMilli() {
		return fmt.Errorf("threshold: expected a message from %s until before %s, found one of %s",
			w.From.Format(time.DateTime), w.Until.Format(time.DateTime), m.At.UTC().Format(time.DateTime))
	}
	return nil
}

// hashWarrant returns the name of a warrant in the log and in partial decryptions. It hashes the
// signature too, so that the target cannot be found by hashing a warrant for each person.
func hashWarrant(signed []byte) [32]byte { return sha256.Sum256(signed) }

// A Use is an entry of the log: one warrant used on one message. Without the warrant it shows
// neither the target nor the message. With the warrant and the envelope anyone can make it again, and
// look for it. The label is names, hash of the body, and date. In bytes:
//
//	struct {
//	    uint8  version = 0xe2;
//	    uint8  kind = 20;
//	    uint8  scope;         /* the warrant's */
//	    opaque warrant[32];   /* SHA-256 of the signed warrant */
//	    opaque message[32];   /* hash of the signed warrant, the label and the field */
//	} Use;
type Use struct {
	Everyone bool     // the warrant has no target
	Warrant  [32]byte // SHA-256 of the signed warrant
	Message  [32]byte // hash of the signed warrant, and of the message as agents are shown it
}

// NewUse returns the entry, 67 bytes, that agents require in the log before they answer. It returns
// an error if the warrant is not well formed or the field has not 160 bytes. It checks neither the
// warrant's signature nor the field.
func NewUse(warrant []byte, m Message) (entry []byte, err error) {
	if _, err := readWarrant(warrant); err != nil {
		return nil, err
	}
	if err := m.checkSize(); err != nil {
		return nil, err
	}
	name, message := hashWarrant(warrant), digest("use", warrant, m.label(), m.Field)
	entry = []byte{version, kindUse, warrant[2]}
	return append(append(entry, name[:]...), message[:]...), nil
}

// ParseUse reads the 67 bytes of an entry.
func ParseUse(entry []byte) (u Use, err error) {
	var scope uint8
	in := cryptobyte.String(entry)
	ok := readHeader(&in, kindUse) && in.ReadUint8(&scope) &&
		in.CopyBytes(u.Warrant[:]) && in.CopyBytes(u.Message[:]) && in.Empty()
	u.Everyone = scope == scopeEveryone
	if !ok || !u.Everyone && scope != scopePerson {
		return Use{}, errors.New("threshold: expected a use, found something else")
	}
	return u, nil
}
