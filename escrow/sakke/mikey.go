package sakke

import (
	"encoding/binary"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// An I_MESSAGE is RFC 6509, Section 2.1, with the payloads of RFC 3830, Section 6, and of RFC 6043:
//
//	HDR, T, RAND, IDRi, IDRr, IDRkmsi, IDRkmsr, SAKKE, SIGN
//
// Each payload but the last begins with the type of the next. The document's optional payloads are
// always present here, except for CERT and SP, which never are. A message in any other form is
// refused.
//
//	HDR       01 1a ‖ 05 ‖ 01 ‖ CSB ID (4) ‖ 02 ‖ 00 ‖ 2 × 9 zeros
//	T         0b ‖ 00 ‖ NTP stamp (8)
//	RAND      0e ‖ 10 ‖ 16 random bytes
//	IDR, 4    next ‖ role ‖ 01 ‖ length (2) ‖ URI
//	SAKKE     04 ‖ 01 ‖ 01 ‖ length (2) ‖ R ‖ H
//	SIGN      type 2 (4 bits), length 129 (12 bits) ‖ r ‖ s ‖ PVT
//
// The numbers are from the IANA registry "MIKEY Payload Name Spaces", and two other implementations
// of the protocol use the same. Two things are from memory: the section numbers of RFC 6509, and
// that an IDR holds the URI alone, so that the month of both identifiers is the month of T.
const (
	mikeyVersion = 1
	dataSAKKE    = 26 // HDR data type "SAKKE msg"
	prfSHA256    = 1  // HDR PRF func, RFC 6043; no V flag, as no answer is expected
	mapSRTP      = 0  // HDR CS ID map type SRTP-ID
	sessions     = 2  // #CS: 1 from the caller, 2 to the caller
	stampNTPUTC  = 0  // T

	payloadSIGN  = 4
	payloadT     = 5
	payloadRAND  = 11
	payloadIDR   = 14
	payloadSAKKE = 26

	identityURI  = 1
	parameterSet = 1 // SAKKE params
	telMonthly   = 1 // SAKKE ID scheme "tel URI with monthly keys"
	signECCSI    = 2 << 12
)

// The roles of the IDR payloads, in their order.
var roles = [4]struct{ role, next uint8 }{
	{1, payloadIDR},   // initiator
	{2, payloadIDR},   // responder
	{6, payloadIDR},   // the initiator's KMS
	{7, payloadSAKKE}, // the responder's KMS
}

// Invitation is the contents of an I_MESSAGE. All of it is in clear except the value in Encapsulated.
type Invitation struct {
	From, To     string    // telephones, as URIs
	At           time.Time // in whole milliseconds
	Encapsulated []byte    // R ‖ H, 273 bytes

	bundle     uint32 // CSB ID, which numbers the call
	random     [16]byte
	kmsI, kmsR string
	signed     []byte // the message without the signature
	signature  []byte // r ‖ s ‖ PVT
}

// identities returns the URIs of the IDR payloads, in the order of roles.
func (m *Invitation) identities() [4]*string { return [4]*string{&m.From, &m.To, &m.kmsI, &m.kmsR} }

var errInvitation = wrong("an I_MESSAGE")

// marshal returns the message without the signature. The signature covers SIGN too, up to its length
// (RFC 3830, Section 5.2).
func (m *Invitation) marshal() ([]byte, error) {
	stamp, err := ntp(m.At)
	if err != nil {
		return nil, err
	}
	b := cryptobyte.NewBuilder([]byte{mikeyVersion, dataSAKKE, payloadT, prfSHA256})
	b.AddUint32(m.bundle)
	b.AddBytes([]byte{sessions, mapSRTP})
	b.AddBytes(make([]byte, sessions*9)) // policy 0, SSRC left to the sender, ROC 0
	b.AddBytes([]byte{payloadRAND, stampNTPUTC})
	b.AddUint64(stamp)
	b.AddBytes([]byte{payloadIDR, byte(len(m.random))})
	b.AddBytes(m.random[:])
	for i, r := range roles {
		b.AddBytes([]byte{r.next, r.role, identityURI})
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(*m.identities()[i])) })
	}
	b.AddBytes([]byte{payloadSIGN, parameterSet, telMonthly})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(m.Encapsulated) })
	b.AddUint16(signECCSI | signatureSize)
	return b.Bytes()
}

// ParseInvitation reads an I_MESSAGE in the form that [Invite] writes, and returns the bytes behind
// it. It does not check the signature: only [Phone.Accept] does.
func ParseInvitation(message []byte) (m Invitation, rest []byte, err error) {
	in := cryptobyte.String(message)
	var stamp uint64
	if !skip(&in, mikeyVersion, dataSAKKE, payloadT, prfSHA256) || !in.ReadUint32(&m.bundle) ||
		!skip(&in, sessions, mapSRTP) || !skip(&in, make([]byte, sessions*9)...) ||
		!skip(&in, payloadRAND, stampNTPUTC) || !in.ReadUint64(&stamp) ||
		!skip(&in, payloadIDR, byte(len(m.random))) || !in.CopyBytes(m.random[:]) {
		return Invitation{}, nil, errInvitation
	}
	for i, r := range roles {
		var uri cryptobyte.String
		if !skip(&in, r.next, r.role, identityURI) || !in.ReadUint16LengthPrefixed(&uri) {
			return Invitation{}, nil, errInvitation
		}
		*m.identities()[i] = string(uri)
	}
	var encapsulated cryptobyte.String
	if !skip(&in, payloadSIGN, parameterSet, telMonthly) || !in.ReadUint16LengthPrefixed(&encapsulated) ||
		len(encapsulated) != encapsulatedSize || !skip(&in, signECCSI>>8, signatureSize) {
		return Invitation{}, nil, errInvitation
	}
	m.At, m.Encapsulated, m.signed = fromNTP(stamp), encapsulated, message[:len(message)-len(in)]
	if !in.ReadBytes(&m.signature, signatureSize) || !m.plausible(stamp) {
		return Invitation{}, nil, errInvitation
	}
	return m, in, nil
}

// plausible reports whether names and date are in the form that a phone writes.
func (m *Invitation) plausible(stamp uint64) bool {
	again, err := ntp(m.At)
	return err == nil && again == stamp && isTelephone(m.From) && isTelephone(m.To) &&
		isName(m.kmsI) && isName(m.kmsR)
}

// skip reads these bytes, and reports whether they were there.
func skip(in *cryptobyte.String, want ...byte) bool {
	var got []byte
	return in.ReadBytes(&got, len(want)) && string(got) == string(want)
}

var epochNTP = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// ntp returns the time since 1900, in seconds and in 2³²ths of a second. It returns an error for a
// date before 1900 or after 2036. Milliseconds survive the conversion by ntp and back by fromNTP.
func ntp(at time.Time) (uint64, error) {
	ms := at.UnixMilli() - epochNTP.UnixMilli()
	if ms < 0 || ms/1000 >= 1<<32 {
		return 0, wrong("a date from 1900 to 2036")
	}
	seconds, fraction := uint64(ms/1000), uint64(ms%1000)
	return seconds<<32 | (fraction<<32+999)/1000, nil
}

func fromNTP(stamp uint64) time.Time {
	seconds, fraction := int64(stamp>>32), int64(stamp&(1<<32-1))
	return time.UnixMilli(epochNTP.UnixMilli() + 1000*seconds + 1000*fraction>>32).UTC()
}

// prf returns n bytes of MIKEY's pseudorandom function with HMAC-SHA-256. It implements RFC 3830,
// Section 4.1.2, for keys of at most one block, with the hash of RFC 6043, Section 6.1:
//
//	A_0 = label,  A_i = HMAC(key, A_(i-1)),  output = HMAC(key, A_1 ‖ label) ‖ HMAC(key, A_2 ‖ label) ‖ …
func prf(key, label []byte, n int) (out []byte) {
	for a := label; len(out) < n; {
		a = hmacSHA256(key, a)
		out = append(out, hmacSHA256(key, a, label)...)
	}
	return out[:n]
}

// trafficKey derives one key of a call, n bytes. It implements RFC 3830, Section 4.1.3, with SSV
// for the TGK.
func (m *Invitation) trafficKey(ssv SSV, constant uint32, session uint8, n int) []byte {
	label := binary.BigEndian.AppendUint32(nil, constant)  // what the key is for
	label = append(label, session)                         // cs_id
	label = binary.BigEndian.AppendUint32(label, m.bundle) // csb_id
	label = append(label, m.random[:]...)                  // RAND
	return prf(ssv.bytes(), label, n)
}
