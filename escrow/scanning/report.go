package scanning

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/agekey"
	"doormat/internal/secret"
	"doormat/noescrow"
)

// A Report is what a device, or with private matching the server, tells the authority of one message.
type Report struct {
	From    noescrow.Identity
	At      time.Time // kept to the millisecond
	Entry   Hash      // of the list, that the message matches
	Message Message   // as it was sent; of private matching, what the voucher carried of it
}

// An Authority holds the key to which reports are sealed. It is safe for concurrent use. Printing one prints
// the beginning of its public key. The zero Authority has no key, and opens nothing.
type Authority struct {
	named[Authority]
	identity *age.HybridIdentity
}

// A Recipient is the authority's public key, as devices have it.
type Recipient struct{ key *agekey.Recipient }

// NewAuthority makes an authority with a fresh key.
func NewAuthority() *Authority {
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("scanning: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return newAuthority(identity)
}

// ParseAuthority reads the line that [Authority.RecoveryKey] returns. The age command takes it too, from age 1.3
// on.
func ParseAuthority(line string) (*Authority, error) {
	identity, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, errors.New(`scanning: expected a line "AGE-SECRET-KEY-PQ-1…", found something else`)
	}
	return newAuthority(identity), nil
}

func newAuthority(identity *age.HybridIdentity) *Authority {
	return &Authority{secret.Name[Authority](identity.Recipient().String()[:24] + "…"), identity}
}

// RecoveryKey returns the private key, the line "AGE-SECRET-KEY-PQ-1…", which opens every report, past and
// future. It returns "" if there is none.
func (a *Authority) RecoveryKey() string {
	if a.identity == nil {
		return ""
	}
	return a.identity.String()
}

// Recipient returns the public key, to which devices seal reports. The zero Authority has none, and the
// zero Recipient seals nothing.
func (a *Authority) Recipient() Recipient {
	if a.identity == nil {
		return Recipient{}
	}
	return Recipient{agekey.RecipientOf(a.identity)}
}

var (
	errReport = errors.New("scanning: expected a report that is sealed to this authority, found something else")
	errSeal   = errors.New("scanning: expected an authority to seal a report to, found none")
)

// Seal returns the report as an age file, which only the authority opens. It does not authenticate its
// sender: anyone who has the authority's public key can seal a report about anyone. A provider that passes
// reports on knows from which account each came.
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 2;
//	    opaque from[32];
//	    uint64 at;                /* milliseconds since 1970 */
//	    opaque entry[32];
//	    opaque message[];         /* a Message */
//	} Report;                     /* in an age file */
func (r Report) Seal(to Recipient) ([]byte, error) {
	if to.key == nil {
		return nil, errSeal
	}
	message, err := r.Message.Bytes()
	if err != nil {
		return nil, err
	}
	b := header(kindReport)
	b.AddBytes(r.From[:])
	b.AddUint64(uint64(r.At.UnixMilli()))
	b.AddBytes(r.Entry[:])
	b.AddBytes(message)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, to.key)
	if err != nil {
		return nil, errSeal
	}
	if _, err := w.Write(b.BytesOrPanic()); err != nil {
		return nil, errSeal
	}
	if err := w.Close(); err != nil {
		return nil, errSeal
	}
	return file.Bytes(), nil
}

const reportHead = 2 + 32 + 8 + 32

// maxReport is the longest plaintext of a report.
const maxReport = reportHead + messageHead + MaxMessage

// Recover opens a report with the authority's key alone. It returns an error if the report was altered or
// sealed to another key, and if what is inside is no report.
//
// Recover does not know who is asking. The lawful reading and the theft are this one function.
func (a *Authority) Recover(report []byte) (r Report, err error) {
	if a.identity == nil {
		return r, errReport
	}
	file, err := agekey.Decrypt(bytes.NewReader(report), a.identity)
	if err != nil {
		return r, errReport
	}
	b, err := io.ReadAll(io.LimitReader(file, maxReport+1))
	if err != nil || len(b) > maxReport {
		return r, errReport
	}
	return parseReport(b)
}

func parseReport(b []byte) (r Report, err error) {
	in := cryptobyte.String(b)
	var at [8]byte
	if !readHeader(&in, kindReport) || !in.CopyBytes(r.From[:]) || !in.CopyBytes(at[:]) || !in.CopyBytes(r.Entry[:]) {
		return Report{}, errReport
	}
	r.At = time.UnixMilli(int64(binary.BigEndian.Uint64(at[:]))).UTC()
	if r.Message, err = ParseMessage(in); err != nil {
		return Report{}, errReport
	}
	return r, nil
}
