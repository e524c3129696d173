// Package idcheck is proof of age by showing who one is: a site has each visitor upload an identity document,
// a contractor looks at it, and both can say later that they have. Sites that must know ages do this, and a
// copy of the document is what they have to show for it. Beside it stands the batch of signed attestations of
// the EU's blueprint, in attestation.go.
//
// Package noescrow/agetoken is the twin: the same visits, with tokens that the issuer cannot recognize. Both
// are demonstrations. The contractor is no one's published design, but what such firms have in common.
//
// Who holds what:
//
//	a visitor       a document: a picture, and whoever has a copy of it has as much
//	a site          the contractor's number for each visit, and what the visitor came for
//	the contractor  a master key; sealed to it, a record of each check: document, date, site, page
//
//	the visitor                  the site                         the contractor
//	document ------------------> document, site, page ----------> of age? note all of it
//	<--------------------------- admitted <---------------------- number
//
// What a warrant gets: who visited which site, when, and what for, of one person or of all. What a thief gets
// who has one agent's account, or master key and database: the same, of everyone, and documents that open
// accounts elsewhere in their owners' names: a picture proves nothing about the person who sends it
// (TestACopyIsAsGood). What an insider gets: anyone, one at a time, by the same call as a court. Who notices:
// no one. What a visitor can see ([Contractor.See]) is the same before and after, and a promise to delete is
// not in it (TestSee).
//
// By the Commission's definition of a backdoor (attacks.Definition), "contractor" is one, for the
// contractor. Visits stand in the place of messages.
//
// It has happened. At Discord's support contractor an agent's account was used for 58 hours in September 2025;
// about 70,000 photographs of documents that people had sent to prove their age were taken. The app Tea lost
// 72,000 pictures in July 2025, of which 13,000 were selfies and documents for verification that were to be
// deleted after review. Credentials of an administrator at AU10TIX, who checks for other firms, lay open from
// December 2022 to June 2024. (Press reports; the second figure of Tea, its promise, and AU10TIX's dates are
// less sure than the rest.)
//
// What it gets right: the law asks sites to know, and this they can show. Lost phones lose nothing.
package idcheck

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/agekey"
	"doormat/internal/secret"
)

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// Formats begin with the version and a kind.
const (
	version         = 0xe7
	kindDocument    = 1
	kindRecord      = 2
	kindDatabase    = 3
	kindAttestation = 4
	kindShown       = 5
	kindLog         = 6
	kindHolder      = 7
)

// Age is of how many years visitors must be.
const Age = 18

// Limits, in bytes.
const (
	MaxName = 255       // of a person's name, a document's number, a site
	MaxScan = 1<<16 - 1 // of the picture of a document
	MaxPage = 1<<24 - 1 // of what a visitor came for
)

var (
	// ErrAge reports a document of a person who is too young.
	ErrAge = errors.New("idcheck: the person is not of age")
	// ErrNumber reports a number that no check has.
	ErrNumber = errors.New("idcheck: there is no check of this number")
)

// A Document is an identity document, as a visitor uploads it. Printing one prints no field.
type Document struct {
	hidden[Document]
	Name   string
	Born   time.Time // a day in UTC, not before 1900
	Number string
	Scan   []byte // a picture
}

// first is day 0 of dates of birth.
var first = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// Bytes returns the document:
//
//	struct {
//	    uint8  version = 0xe7;
//	    uint8  kind = 1;
//	    opaque name<1..2^8-1>;
//	    uint16 born;                /* days since 1 January 1900 */
//	    opaque number<1..2^8-1>;
//	    opaque scan<0..2^16-1>;
//	} Document;
//
// It returns an error for what does not fit.
func (d Document) Bytes() ([]byte, error) {
	days := d.Born.Sub(first) / (24 * time.Hour)
	if len(d.Name) == 0 || len(d.Name) > MaxName || len(d.Number) == 0 || len(d.Number) > MaxName || len(d.Scan) > MaxScan ||
		d.Born.Before(first) || days > 1<<16-1 {
		return nil, errors.New("idcheck: expected a document with a name, a date of birth since 1900 and a number, found something else")
	}
	b := cryptobyte.NewBuilder([]byte{version, kindDocument})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(d.Name)) })
	b.AddUint16(uint16(days))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(d.Number)) })
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(d.Scan) })
	return b.Bytes()
}

// ParseDocument reads what [Document.Bytes] returns. It cannot tell whose document it is.
func ParseDocument(b []byte) (d Document, err error) {
	var name, number, scan cryptobyte.String
	var born uint16
	in := cryptobyte.String(b)
	if !readHeader(&in, kindDocument) || !in.ReadUint8LengthPrefixed(&name) || len(name) == 0 || !in.ReadUint16(&born) ||
		!in.ReadUint8LengthPrefixed(&number) || len(number) == 0 || !in.ReadUint16LengthPrefixed(&scan) || !in.Empty() {
		return d, errors.New("idcheck: expected a document, found something else")
	}
	d.Name, d.Born, d.Number, d.Scan = string(name), first.AddDate(0, 0, int(born)), string(number), bytes.Clone(scan)
	return d, nil
}

// ofAge reports whether a person born on a day is of age at a time.
func ofAge(born, at time.Time) bool { return !born.AddDate(Age, 0, 0).After(at) }

func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}

// A Number is the contractor's of a check, 16 random bytes. It is what a site keeps.
type Number [16]byte

// A Check is what a contractor notes of one visit.
type Check struct {
	Number   Number
	At       time.Time // kept to the millisecond
	Site     string
	Page     string // to which the visitor returns when admitted
	Document Document
}

// A Contractor checks documents for many sites. It is safe for concurrent use. Printing one prints the
// beginning of its public key.
type Contractor struct {
	named[Contractor]
	master *age.HybridIdentity
	mu     sync.Mutex
	checks []sealed
}

// sealed is a check: a number, and the rest as an age file to the master key.
type sealed struct {
	number Number
	file   []byte
}

// NewContractor makes a contractor with a fresh master key.
func NewContractor() *Contractor {
	master, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("idcheck: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return newContractor(master)
}

func newContractor(master *age.HybridIdentity) *Contractor {
	return &Contractor{named: secret.Name[Contractor](master.Recipient().String()[:24] + "…"), master: master}
}

// RecoveryKey returns the master key, the line "AGE-SECRET-KEY-PQ-1…". An agent's account is as good.
func (c *Contractor) RecoveryKey() string { return c.master.String() }

// ParseContractor makes a contractor of a master key, without checks. Give it a database by
// [Contractor.UnmarshalBinary].
func ParseContractor(line string) (*Contractor, error) {
	master, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, errors.New(`idcheck: expected a line "AGE-SECRET-KEY-PQ-1…", found something else`)
	}
	return newContractor(master), nil
}

// Check looks at a document in bytes, on behalf of a site, and notes all of it. It returns [ErrAge] for a
// person who is too young at that time, and notes nothing then.
func (c *Contractor) Check(document []byte, site, page string, at time.Time) (Number, error) {
	d, err := ParseDocument(document)
	if err != nil {
		return Number{}, err
	}
	if !ofAge(d.Born, at) {
		return Number{}, ErrAge
	}
	if len(site) == 0 || len(site) > MaxName || len(page) > MaxPage {
		return Number{}, fmt.Errorf("idcheck: expected a site of 1 to %d bytes and a page of at most %d, found %d and %d", MaxName, MaxPage, len(site), len(page))
	}
	b := cryptobyte.NewBuilder([]byte{version, kindRecord})
	b.AddUint64(uint64(at.UnixMilli()))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(site)) })
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(page)) })
	b.AddBytes(document)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, agekey.RecipientOf(c.master))
	if err == nil {
		_, err = w.Write(b.BytesOrPanic())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return Number{}, fmt.Errorf("idcheck: %w", err)
	}
	s := sealed{file: file.Bytes()}
	rand.Read(s.number[:])
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checks = append(c.checks, s)
	return s.number, nil
}

// Recover returns the checks of the person of that name in the order in which they were made, or of all if
// the name is "". It is the way of a court, an employee and a thief, and does not know who is asking. It
// returns an error for a database that the master key does not open.
func (c *Contractor) Recover(name string) (all []Check, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.checks {
		check, err := c.open(s)
		if err != nil {
			return nil, err
		}
		if name == "" || check.Document.Name == name {
			all = append(all, check)
		}
	}
	return all, nil
}

func (c *Contractor) open(s sealed) (check Check, err error) {
	r, err := agekey.Decrypt(bytes.NewReader(s.file), c.master)
	if err != nil {
		return check, errors.New("idcheck: a check does not open with the master key")
	}
	var out bytes.Buffer
	if _, err := io.Copy(&out, io.LimitReader(r, MaxPage+MaxScan+1<<11)); err != nil {
		return check, errors.New("idcheck: a check does not open with the master key")
	}
	var date uint64
	var site, page cryptobyte.String
	in := cryptobyte.String(out.Bytes())
	if !readHeader(&in, kindRecord) || !in.ReadUint64(&date) || !in.ReadUint8LengthPrefixed(&site) || !in.ReadUint24LengthPrefixed(&page) {
		return check, errors.New("idcheck: expected a check, found something else")
	}
	document, err := ParseDocument(in)
	return Check{s.number, time.UnixMilli(int64(date)).UTC(), string(site), string(page), document}, err
}

// See returns what the visitor of a check can see: that there is one. Who has looked at it, and whether it was
// deleted anywhere, is stored nowhere. It returns [ErrNumber] for another number.
func (c *Contractor) See(n Number) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.ContainsFunc(c.checks, func(s sealed) bool { return s.number == n }) {
		return ErrNumber
	}
	return nil
}

// MarshalBinary returns the database, without the master key:
//
//	struct {
//	    opaque number[16];
//	    opaque file<0..2^32-1>;    /* an age file */
//	} Sealed;
//
//	struct {
//	    uint8  version = 0xe7;
//	    uint8  kind = 3;
//	    Sealed checks[];
//	} Database;
func (c *Contractor) MarshalBinary() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := cryptobyte.NewBuilder([]byte{version, kindDatabase})
	for _, s := range c.checks {
		b.AddBytes(s.number[:])
		b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(s.file) })
	}
	return b.Bytes()
}

// UnmarshalBinary reads what [Contractor.MarshalBinary] returns. The master key stays. After an error the
// contractor is unchanged.
func (c *Contractor) UnmarshalBinary(data []byte) error {
	var checks []sealed
	in := cryptobyte.String(data)
	ok := readHeader(&in, kindDatabase)
	for ok && !in.Empty() {
		var s sealed
		var file []byte
		ok = in.CopyBytes(s.number[:]) && readUint32LengthPrefixed(&in, &file)
		s.file = bytes.Clone(file)
		checks = append(checks, s)
	}
	if !ok {
		return errors.New("idcheck: expected a database of checks, found something else")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checks = checks
	return nil
}

func readUint32LengthPrefixed(in *cryptobyte.String, out *[]byte) bool {
	var n uint32
	return in.ReadUint32(&n) && uint64(n) <= uint64(len(*in)) && in.ReadBytes(out, int(n))
}
