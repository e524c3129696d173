package idcheck

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// The attestations of the EU's blueprint (av-doc-technical-specification, 10 November 2025), reduced from ISO
// mdoc to one structure of our own: the same parts, signed in one piece. A provider that has seen a document
// signs a batch of 30, each with a key of the phone's and a salt of its own, valid for three months, all dates
// at one hour. The phone shows each once, and sites cannot link two. The provider can: it has seen device key,
// salt and signature of each, so that its log and a site's name every visitor (package attacks/idcheck). A
// proof in zero knowledge, which the blueprint recommends as experimental, would end that, and so do the
// tokens of noescrow/agetoken.

// Attestations by the blueprint.
const (
	Batch    = 30                  // attestations that are issued at once
	Validity = 90 * 24 * time.Hour // three months at most
)

const (
	docType    = "eu.europa.ec.av.1"
	element    = "age_over_18"
	saltSize   = 32
	pointSize  = 65 // an uncompressed point of P-256
	scalarSize = 32
	maxSigned  = 72 // bytes of an ECDSA signature in DER
)

var (
	// ErrAttestation reports an attestation that is not the provider's, or is shown by another phone than it
	// was made for, or for another nonce.
	ErrAttestation = errors.New("idcheck: the attestation is not the provider's for this phone and nonce")
	// ErrExpired reports an attestation that is not valid at that time.
	ErrExpired = errors.New("idcheck: the attestation is not valid at this time")
)

// An Attestation says of a phone's key that its owner is of age. It names no one.
type Attestation struct {
	Key         [pointSize]byte // of the phone, for this attestation alone
	Salt        [saltSize]byte
	From, Until time.Time // hours in UTC
	signature   []byte
}

// Bytes returns the attestation:
//
//	struct {
//	    uint8  version = 0xe7;
//	    uint8  kind = 4;
//	    opaque doc_type<1..2^8-1> = "eu.europa.ec.av.1";
//	    opaque element<1..2^8-1> = "age_over_18";
//	    opaque key[65];
//	    opaque salt[32];
//	    uint64 from, until;           /* seconds since 1970 */
//	    opaque signature<0..2^8-1>;   /* ES256, on what is before it */
//	} Attestation;
func (a Attestation) Bytes() []byte {
	b := cryptobyte.NewBuilder(a.signed())
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(a.signature) })
	return b.BytesOrPanic()
}

func (a Attestation) signed() []byte {
	b := cryptobyte.NewBuilder([]byte{version, kindAttestation})
	for _, name := range []string{docType, element} {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(name)) })
	}
	b.AddBytes(a.Key[:])
	b.AddBytes(a.Salt[:])
	b.AddUint64(uint64(a.From.Unix()))
	b.AddUint64(uint64(a.Until.Unix()))
	return b.BytesOrPanic()
}

// ParseAttestation reads what [Attestation.Bytes] returns. It verifies nothing.
func ParseAttestation(b []byte) (Attestation, error) {
	in := cryptobyte.String(b)
	a, ok := readAttestation(&in)
	if !ok || !in.Empty() {
		return Attestation{}, errors.New("idcheck: expected an attestation, found something else")
	}
	return a, nil
}

func readAttestation(in *cryptobyte.String) (a Attestation, ok bool) {
	var kind, what, signature cryptobyte.String
	var from, until uint64
	ok = readHeader(in, kindAttestation) && in.ReadUint8LengthPrefixed(&kind) && string(kind) == docType &&
		in.ReadUint8LengthPrefixed(&what) && string(what) == element && in.CopyBytes(a.Key[:]) && in.CopyBytes(a.Salt[:]) &&
		in.ReadUint64(&from) && in.ReadUint64(&until) && from <= 1<<40 && until <= 1<<40 &&
		in.ReadUint8LengthPrefixed(&signature) && len(signature) <= maxSigned
	a.From, a.Until, a.signature = time.Unix(int64(from), 0).UTC(), time.Unix(int64(until), 0).UTC(), bytes.Clone(signature)
	return a, ok
}

// A Provider issues attestations, and logs to whom: an auditor asks for that. It is safe for concurrent use.
// Printing one prints no key.
type Provider struct {
	hidden[Provider]
	key *ecdsa.PrivateKey
	mu  sync.Mutex
	log []Issued
}

// Issued is a line of a provider's log.
type Issued struct {
	Name string
	At   time.Time // kept to the millisecond
	Key  [pointSize]byte
}

// NewProvider makes a provider with a fresh key.
func NewProvider() *Provider { return &Provider{key: drawKey()} }

// drawKey draws a key of P-256.
func drawKey() *ecdsa.PrivateKey {
	for {
		var scalar [scalarSize]byte
		rand.Read(scalar[:])
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:]); err == nil { // not 0, and below the order
			return key
		}
	}
}

func public(key *ecdsa.PrivateKey) [pointSize]byte {
	b, err := key.PublicKey.Bytes()
	if err != nil {
		panic("idcheck: internal error: " + err.Error()) // of a key of P-256
	}
	return [pointSize]byte(b)
}

// sign signs as RFC 6979 has it, without randomness.
func sign(key *ecdsa.PrivateKey, message []byte) []byte {
	digest := sha256.Sum256(message)
	signature, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		panic("idcheck: internal error: " + err.Error()) // of a key of P-256
	}
	return signature
}

func verify(key [pointSize]byte, message, signature []byte) bool {
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), key[:])
	if err != nil {
		return false
	}
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(k, digest[:], signature)
}

// PublicKey returns the key that sites verify with, 65 bytes.
func (p *Provider) PublicKey() [pointSize]byte { return public(p.key) }

// RecoveryKey returns the private key, 32 bytes. Its holder makes anyone of age.
func (p *Provider) RecoveryKey() []byte {
	b, err := p.key.Bytes()
	if err != nil {
		panic("idcheck: internal error: " + err.Error()) // of a key of P-256
	}
	return b
}

// Issue looks at a document in bytes, signs an attestation for each of the phone's keys, 65 bytes each, and
// logs the name with the keys. It returns [ErrAge], or an error for more than [Batch] keys or one that is no
// point.
func (p *Provider) Issue(document []byte, keys [][]byte, at time.Time) (attestations [][]byte, err error) {
	d, err := ParseDocument(document)
	if err != nil {
		return nil, err
	}
	if !ofAge(d.Born, at) {
		return nil, ErrAge
	}
	if len(keys) < 1 || len(keys) > Batch {
		return nil, fmt.Errorf("idcheck: expected 1 to %d keys, found %d", Batch, len(keys))
	}
	hour := at.UTC().Truncate(time.Hour)
	var log []Issued
	for _, key := range keys {
		if _, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), key); err != nil {
			return nil, errors.New("idcheck: expected a point of P-256, found something else")
		}
		a := Attestation{Key: [pointSize]byte(key), From: hour, Until: hour.Add(Validity)}
		rand.Read(a.Salt[:])
		a.signature = sign(p.key, a.signed())
		attestations = append(attestations, a.Bytes())
		log = append(log, Issued{d.Name, at, a.Key})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, log...)
	return attestations, nil
}

// Log returns the provider's log in bytes, as an auditor, a court or a thief gets it:
//
//	struct {
//	    opaque name<1..2^8-1>;
//	    uint64 date;                /* milliseconds since 1970 */
//	    opaque key[65];
//	} Issued;
//
//	struct {
//	    uint8  version = 0xe7;
//	    uint8  kind = 6;
//	    Issued issued[];
//	} Log;
func (p *Provider) Log() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := cryptobyte.NewBuilder([]byte{version, kindLog})
	for _, i := range p.log {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(i.Name)) })
		b.AddUint64(uint64(i.At.UnixMilli()))
		b.AddBytes(i.Key[:])
	}
	return b.BytesOrPanic()
}

// ParseLog reads what [Provider.Log] returns.
func ParseLog(b []byte) (all []Issued, err error) {
	in := cryptobyte.String(b)
	ok := readHeader(&in, kindLog)
	for ok && !in.Empty() {
		var i Issued
		var name cryptobyte.String
		var date uint64
		ok = in.ReadUint8LengthPrefixed(&name) && len(name) > 0 && in.ReadUint64(&date) && in.CopyBytes(i.Key[:])
		i.Name, i.At = string(name), time.UnixMilli(int64(date)).UTC()
		all = append(all, i)
	}
	if !ok {
		return nil, errors.New("idcheck: expected a provider's log, found something else")
	}
	return all, nil
}

// A Shown is an attestation as a site sees it.
type Shown struct {
	Attestation
	proof []byte // the phone's signature
}

// ParseShown reads what [Holder.Show] returns. It verifies nothing: [Verify] does.
func ParseShown(b []byte) (s Shown, err error) {
	in := cryptobyte.String(b)
	var proof cryptobyte.String
	ok := readHeader(&in, kindShown)
	if ok {
		s.Attestation, ok = readAttestation(&in)
	}
	if !ok || !in.ReadUint8LengthPrefixed(&proof) || len(proof) > maxSigned || !in.Empty() {
		return Shown{}, errors.New("idcheck: expected an attestation that is shown, found something else")
	}
	s.proof = bytes.Clone(proof)
	return s, nil
}

// Bytes returns what a phone shows: version, kind 5, the attestation, and the phone's signature<0..2^8-1>.
func (s Shown) Bytes() []byte {
	b := cryptobyte.NewBuilder([]byte{version, kindShown})
	b.AddBytes(s.Attestation.Bytes())
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(s.proof) })
	return b.BytesOrPanic()
}

// shown is what the phone signs.
func shown(nonce []byte, a Attestation) []byte {
	digest := sha256.Sum256(nonce)
	return append(append([]byte("doormat 1 idcheck attestation shown"), digest[:]...), a.Bytes()...)
}

// Verify is what a site does: the attestation is the provider's, is valid, and is shown by the phone that it
// was made for, for this nonce, which the site has drawn. It returns [ErrAttestation] or [ErrExpired].
func Verify(provider [pointSize]byte, nonce, b []byte, at time.Time) (Attestation, error) {
	s, err := ParseShown(b)
	if err != nil {
		return Attestation{}, err
	}
	a := s.Attestation
	if !verify(provider, a.signed(), a.signature) || !verify(a.Key, shown(nonce, a), s.proof) {
		return Attestation{}, ErrAttestation
	}
	if at.Before(a.From) || !at.Before(a.Until) {
		return Attestation{}, ErrExpired
	}
	return a, nil
}

// A Holder is a phone's attestations and their keys. It is not safe for concurrent use.
type Holder struct {
	hidden[Holder]
	keys []*ecdsa.PrivateKey // of attestations, and of those that have been asked for
	have []Attestation       // for the first keys
}

// ErrEmpty reports a holder that has no attestation left.
var ErrEmpty = errors.New("idcheck: no attestation is left")

// Len returns how many attestations are left.
func (h *Holder) Len() int { return len(h.have) }

// Keys draws n keys for the next batch, 65 bytes each. Keys that were drawn before and not used are forgotten.
func (h *Holder) Keys(n int) (keys [][]byte) {
	h.keys = h.keys[:len(h.have)]
	for range n {
		key := drawKey()
		point := public(key)
		h.keys = append(h.keys, key)
		keys = append(keys, point[:])
	}
	return keys
}

// Take takes the provider's answer for the keys that were drawn last. It takes all or none.
func (h *Holder) Take(attestations [][]byte) error {
	var all []Attestation
	for i, b := range attestations {
		a, err := ParseAttestation(b)
		if err != nil {
			return err
		}
		if n := len(h.have) + i; n >= len(h.keys) || public(h.keys[n]) != a.Key {
			return errors.New("idcheck: an attestation is for another key than the phone asked for")
		}
		all = append(all, a)
	}
	h.have = append(h.have, all...)
	h.keys = h.keys[:len(h.have)]
	return nil
}

// Show removes the oldest attestation, and returns it as the phone shows it for a site's nonce. It returns
// [ErrEmpty] if there is none.
func (h *Holder) Show(nonce []byte) ([]byte, error) {
	if len(h.have) == 0 {
		return nil, ErrEmpty
	}
	a, key := h.have[0], h.keys[0]
	h.have, h.keys = h.have[1:], h.keys[1:]
	return Shown{a, sign(key, shown(nonce, a))}.Bytes(), nil
}

// MarshalBinary returns the attestations and their keys: version, kind 7, and for each a key of 32 bytes and
// the attestation<0..2^16-1>. Keys that wait for an answer are not in it.
func (h *Holder) MarshalBinary() ([]byte, error) {
	b := cryptobyte.NewBuilder([]byte{version, kindHolder})
	for i, a := range h.have {
		key, err := h.keys[i].Bytes()
		if err != nil {
			return nil, fmt.Errorf("idcheck: %w", err)
		}
		b.AddBytes(key)
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(a.Bytes()) })
	}
	return b.Bytes()
}

// UnmarshalBinary reads what [Holder.MarshalBinary] returns. After an error the holder is as it was.
func (h *Holder) UnmarshalBinary(data []byte) error {
	in := cryptobyte.String(data)
	var fresh Holder
	ok := readHeader(&in, kindHolder)
	for ok && !in.Empty() {
		var scalar []byte
		var b cryptobyte.String
		if ok = in.ReadBytes(&scalar, scalarSize) && in.ReadUint16LengthPrefixed(&b); !ok {
			break
		}
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
		a, err2 := ParseAttestation(b)
		if ok = err == nil && err2 == nil && public(key) == a.Key; ok {
			fresh.keys, fresh.have = append(fresh.keys, key), append(fresh.have, a)
		}
	}
	if !ok {
		return errors.New("idcheck: expected a phone's attestations, found something else")
	}
	h.keys, h.have = fresh.keys, fresh.have
	return nil
}
