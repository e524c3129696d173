// Package franking lets the recipient of an end-to-end encrypted message prove to the provider what was
// sent, and by which account, without a key that opens anything. It is message franking as Facebook has
// deployed it (Millican, "Messenger Secret Conversations", technical whitepaper, 2016; Grubbs, Lu and
// Ristenpart, "Message Franking via Committing Authenticated Encryption", CRYPTO 2017).
//
// It is an addition to package noescrow: what it seals is the plaintext of a noescrow message. It is a
// demonstration and has not been reviewed.
//
// Who holds which key:
//
//	the sender     Kf, drawn for one message
//	the recipient  Kf, out of the message: it opens the commitment, and nothing else
//	the provider   K, with which it stamps commitments: it opens nothing
//
//	Alice                              the provider                     Bob
//	C = HMAC(Kf, message)
//	Kf ‖ message, end to end ---------------------------------------->  HMAC(Kf, message) = C?
//	C, in clear -----------------------> T = HMAC(K, C, from, to, date)
//	                                     C, T ----------------------->  keeps them beside the message
//	                                     both MACs right? <-----------  Kf, message, C, T, names, date
//	                                     then Alice's account has sent this message
//
// The provider, in the documents' word, runs the relay that passes envelopes on. The names and the date are
// its own: it stamps what it has seen, so it must know which account sends. That is incompatible with sealed
// senders.
//
// What a warrant gets from the provider: reports, each of one message that its recipient chose to report,
// and a verdict on them. Nothing that was not reported opens (TestNothingElseOpens). What a thief of K
// gets: reports of messages that no one has sent, which the provider takes for true (TestForgedReport),
// and no text. What a thief of the provider's database gets: commitments, whose keys are random, so that
// not even the word "yes" can be guessed from them (TestCommitmentHides). Who notices: the recipient of a
// message that could not be reported, which does not open (TestUnreportableIsRefused). The theft of K
// shows nowhere.
//
// By the Commission's definition of a backdoor (attacks.Definition), "device keys" is not one: a
// user's device. A report is a recipient's own.
//
// What it does not prove. Only the holder of K can check a stamp, and could have made it: a report
// convinces the provider and no one else (TestDeniable). A court that believes it believes the provider.
//
// # Attachments
//
// A report shows attachments too, so a key must open an attachment in one way only. AES-GCM is not so:
// one ciphertext can open to two pictures under two keys (Dodis, Grubbs, Ristenpart and Woodage, "Fast
// Message Franking: From Invisible Salamanders to Encryptment", CRYPTO 2018; package attacks/franking makes
// one). [SealAttachment] therefore puts 32 bytes before the ciphertext that commit to the key
// (Albertini, Duong, Gueron, Kölbl, Luykx and Schmieg, "How to Abuse and Fix Authenticated Encryption
// Without Key Commitment", USENIX Security 2022, Section 5.3), and the message has the hash of both.
//
// The bodies of the ratchet's messages need no committing encryption, though ChaCha20-Poly1305 does not
// commit either: a report holds no message key, and the provider never sees a body. Whatever body a
// sender makes, it opens to some bytes under the key that the recipient has, and those bytes either fit
// C or are refused (TestReportable, which leaves the sender every choice of them).
package franking

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
	"doormat/noescrow"
)

// hidden makes what holds a secret print its type and no secret.
type hidden[T any] = secret.Hidden[T]

// The formats begin with the version and, but for the messages, a kind.
const (
	version      = 0xf1
	kindProvider = 1
	kindReport   = 2
)

const (
	keySize = 32 // of Kf and of K
	macSize = sha256.Size
)

// Limits on a message. A message of these sizes fits into one of package noescrow.
const (
	MaxAttachments = 32
	MaxText        = noescrow.MaxPlaintext - Overhead - MaxAttachments*attachmentSize // bytes
)

// Overhead is by how many bytes a sealed message without attachments is longer than its text.
const Overhead = 1 + keySize + 2

var (
	// ErrCommitment reports a message that does not fit its commitment. Do not show it: it could not be
	// reported.
	ErrCommitment = errors.New("franking: the message does not fit its commitment")
	// ErrReport reports a report that is not evidence: something in it was changed or made up.
	ErrReport = errors.New("franking: the report does not prove that this message was sent")
)

// A Commitment is C, which travels in clear beside the encrypted message. Bind it to the envelope as
// associated data.
type Commitment [macSize]byte

// A Message is what is franked: a text, and the keys of what is attached to it.
type Message struct {
	Text        []byte
	Attachments []Attachment
}

// Seal returns the plaintext to encrypt end to end, and the commitment to it:
//
//	struct {
//	    uint8      version = 0xf1;
//	    opaque     kf[32];              /* random */
//	    Attachment attachments<0..2^16-1>;
//	    opaque     text[];              /* to the end */
//	} Plaintext;
//
// C = HMAC-SHA256(kf, version ‖ attachments ‖ text). HMAC-SHA256 with keys of one length, 32 bytes, is
// collision resistant in key and message together; with keys of any length it is not, as it pads short
// keys with zeros. Seal returns an error for a message above the limits.
func Seal(m Message) (plaintext []byte, c Commitment, err error) {
	if len(m.Text) > MaxText {
		return nil, c, fmt.Errorf("franking: expected a text of at most %d bytes, found %d", MaxText, len(m.Text))
	}
	if len(m.Attachments) > MaxAttachments {
		return nil, c, fmt.Errorf("franking: expected at most %d attachments, found %d", MaxAttachments, len(m.Attachments))
	}
	kf := make([]byte, keySize)
	rand.Read(kf)
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(version)
	b.AddBytes(kf)
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, a := range m.Attachments {
			b.AddBytes(a.key[:])
			b.AddBytes(a.hash[:])
		}
	})
	b.AddBytes(m.Text)
	plaintext = b.BytesOrPanic()
	return plaintext, commit(plaintext), nil
}

// commit returns the commitment to a plaintext that has a key.
func commit(plaintext []byte) (c Commitment) {
	h := hmac.New(sha256.New, plaintext[1:][:keySize])
	h.Write(plaintext[:1])
	h.Write(plaintext[1+keySize:])
	h.Sum(c[:0])
	return c
}

// Open returns the message in a decrypted plaintext. It returns [ErrCommitment] unless c is the
// commitment to it, and an error if the plaintext is not one that [Seal] makes.
func Open(plaintext []byte, c Commitment) (m Message, err error) {
	m, ok := parse(plaintext)
	if !ok {
		return Message{}, errors.New("franking: expected a sealed message, found something else")
	}
	if want := commit(plaintext); !hmac.Equal(want[:], c[:]) {
		return Message{}, ErrCommitment
	}
	return m, nil
}

func parse(plaintext []byte) (m Message, ok bool) {
	in := cryptobyte.String(plaintext)
	var v uint8
	var list cryptobyte.String
	if !in.ReadUint8(&v) || v != version || !in.Skip(keySize) || !in.ReadUint16LengthPrefixed(&list) ||
		len(list)%attachmentSize != 0 || len(list) > MaxAttachments*attachmentSize || len(in) > MaxText {
		return m, false
	}
	for !list.Empty() {
		var a Attachment
		list.CopyBytes(a.key[:])
		list.CopyBytes(a.hash[:])
		m.Attachments = append(m.Attachments, a)
	}
	m.Text = in
	return m, true
}

// A Context is what the provider has seen of a message.
type Context struct {
	From, To noescrow.Identity
	At       time.Time // kept to the millisecond
}

func (x Context) bytes() []byte {
	b := append(append([]byte(nil), x.From[:]...), x.To[:]...)
	return binary.BigEndian.AppendUint64(b, uint64(x.At.UnixMilli()))
}

// A Stamp is T, the provider's MAC over a commitment and its context. The recipient keeps it.
type Stamp [macSize]byte

// A Provider stamps commitments and judges reports. It stores nothing about any message. It is safe for
// concurrent use. Printing one prints no key.
type Provider struct {
	hidden[Provider]
	key [keySize]byte
}

// NewProvider makes a provider with a fresh key.
func NewProvider() *Provider {
	p := new(Provider)
	rand.Read(p.key[:])
	return p
}

// RecoveryKey returns the provider's key in clear, 34 bytes. Its holder can make the provider believe any
// report, and can open nothing.
func (p *Provider) RecoveryKey() []byte {
	return append([]byte{version, kindProvider}, p.key[:]...)
}

// ParseProvider reads what [Provider.RecoveryKey] returns.
func ParseProvider(b []byte) (*Provider, error) {
	p := new(Provider)
	in := cryptobyte.String(b)
	if !readHeader(&in, kindProvider) || !in.CopyBytes(p.key[:]) || !in.Empty() {
		return nil, errors.New("franking: expected a provider's key, found something else")
	}
	return p, nil
}

func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}

// Stamp returns T = HMAC-SHA256(K, label ‖ C ‖ from ‖ to ‖ date). The provider calls it for a message
// that it passes on, with the names of the accounts and its own clock. All parts have a fixed length.
func (p *Provider) Stamp(c Commitment, x Context) (t Stamp) {
	h := hmac.New(sha256.New, p.key[:])
	h.Write([]byte("doormat 1 franking stamp"))
	h.Write(c[:])
	h.Write(x.bytes())
	h.Sum(t[:0])
	return t
}

// NewReport returns the report of a message by its recipient: the plaintext that was decrypted, its
// commitment, and the context and stamp that came with it. In bytes:
//
//	struct {
//	    uint8  version = 0xf1;
//	    uint8  kind = 2;
//	    opaque commitment[32];
//	    opaque stamp[32];
//	    opaque from[32], to[32];
//	    uint64 date;                /* milliseconds since 1970 */
//	    opaque plaintext[];         /* to the end */
//	} Report;
func NewReport(plaintext []byte, c Commitment, x Context, t Stamp) []byte {
	b := []byte{version, kindReport}
	b = append(b, c[:]...)
	b = append(b, t[:]...)
	b = append(b, x.bytes()...)
	return append(b, plaintext...)
}

// Judge returns what a report proves to the provider: that the account From has sent this message to the
// account To. It returns [ErrReport] if the stamp is not the provider's for this commitment and context,
// or if the message does not fit the commitment.
func (p *Provider) Judge(report []byte) (m Message, x Context, err error) {
	var c Commitment
	var t Stamp
	var date uint64
	in := cryptobyte.String(report)
	if !readHeader(&in, kindReport) || !in.CopyBytes(c[:]) || !in.CopyBytes(t[:]) ||
		!in.CopyBytes(x.From[:]) || !in.CopyBytes(x.To[:]) || !in.ReadUint64(&date) {
		return Message{}, Context{}, errors.New("franking: expected a report, found something else")
	}
	x.At = time.UnixMilli(int64(date)).UTC()
	if want := p.Stamp(c, x); !hmac.Equal(want[:], t[:]) {
		return Message{}, Context{}, ErrReport
	}
	if m, err = Open(in, c); err != nil {
		return Message{}, Context{}, ErrReport
	}
	return m, x, nil
}
