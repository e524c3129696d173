package sakke

import (
	"crypto/rand"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
	"doormat/internal/supersingular"
)

// MaxSkew is the longest time by which a caller's clock may be ahead of the callee's.
const MaxSkew = 10 * time.Minute

// Phone is one subscriber's phone: a number, the community, and the keys of some months. It is not
// safe for concurrent use. Printing one prints its number. The zero Phone has no number, and its
// methods return errors; make one with [NewPhone].
type Phone struct {
	named[Phone]
	community *Community
	telephone string
	months    map[string]monthKeys
	accepted  memory
}

// NewPhone makes a phone without keys. The telephone must be in the form of [NewIdentifier].
func NewPhone(c *Community, telephone string) (*Phone, error) {
	if !isTelephone(telephone) {
		return nil, wrong(`"tel:+" and 1 to 15 digits`)
	}
	return &Phone{secret.Name[Phone](telephone), c, telephone, map[string]monthKeys{}, memory{}}, nil
}

// Telephone returns the phone's number, as a URI.
func (p *Phone) Telephone() string { return p.telephone }

// Install adds the keys of a month, which [KMS.Issue] returns. It returns an error if they are not
// keys of this phone's number, so a phone notices false keys. It cannot notice that others hold the
// same keys.
func (p *Phone) Install(keys []byte) error {
	if p.community == nil {
		return errNoNumber
	}
	k, err := p.community.parseMonthKeys(keys)
	if err != nil {
		return err
	}
	id := k.receiver.id
	if id.Telephone() != p.telephone {
		return wrong("keys of " + p.telephone)
	}
	p.months[id.Month()] = k
	return nil
}

// Forget deletes the keys of all months before the month of a date, in UTC.
func (p *Phone) Forget(before time.Time) {
	maps.DeleteFunc(p.months, func(m string, _ monthKeys) bool { return m < before.UTC().Format(month) })
}

// Invite makes the message that starts a call to a telephone, and the caller's end of the call. It
// returns [ErrNoKeys] if the phone has no keys for the month of the date. It implements RFC 6509,
// Section 2.1.1.
func (p *Phone) Invite(to string, at time.Time) (message []byte, s *Session, err error) {
	callee, err := NewIdentifier(to, at)
	if err != nil {
		return nil, nil, err
	}
	keys, ok := p.months[callee.Month()]
	if !ok {
		return nil, nil, ErrNoKeys
	}
	return Invite(p.community, keys.signing, callee, at)
}

// Invite does what [Phone.Invite] does, with a signing key and no phone. The date must be in the
// month of both identifiers.
func Invite(c *Community, signer SigningKey, to Identifier, at time.Time) (message []byte, s *Session, err error) {
	if signer.ssk == nil {
		return nil, nil, ErrNoKeys
	}
	encapsulated, ssv := c.Encapsulate(to)
	m := Invitation{From: signer.id.Telephone(), To: to.Telephone(), At: at, Encapsulated: encapsulated, kmsI: c.name, kmsR: c.name}
	var bundle [4]byte
	rand.Read(bundle[:])
	rand.Read(m.random[:])
	m.bundle = binary.BigEndian.Uint32(bundle[:])
	signed, err := m.marshal()
	if err != nil {
		return nil, nil, err
	}
	return append(signed, signer.Sign(signed)...), m.CallerSession(ssv), nil
}

// Accept takes an invitation at a date, the time of the phone's own clock. It returns the caller's
// number, and the callee's end of the call. It implements RFC 6509, Section 2.1.2.
//
// The error is [ErrNoKeys] if the phone has no keys for the invitation's month, [ErrSignature] or
// [ErrDecapsulate] if it was altered or is not from that caller, [ErrReplay] if it was accepted
// before. An invitation may be at most [MaxSkew] in the future, and of any time in the past, as the
// phone may have been off. But a phone remembers only the [MaxRemembered] invitations of the latest
// dates. Once it has forgotten one, it refuses what is of that date or before, even if it has never
// accepted it. A caller who makes so many calls shuts out those that are older, and, by a clock that
// is ahead, those of the next MaxSkew. After an error the phone is as it was.
func (p *Phone) Accept(message []byte, at time.Time) (from string, s *Session, err error) {
	m, rest, err := ParseInvitation(message)
	if err != nil {
		return "", nil, err
	}
	if len(rest) > 0 {
		return "", nil, errInvitation
	}
	if m.To != p.telephone || m.kmsI != p.community.name || m.kmsR != p.community.name {
		return "", nil, wrong("an invitation to " + p.telephone)
	}
	if m.At.Sub(at) > MaxSkew {
		return "", nil, wrong("an invitation made before now")
	}
	keys, ok := p.months[m.At.Format(month)]
	if !ok {
		return "", nil, ErrNoKeys
	}
	return p.accept(&m, keys)
}

func (p *Phone) accept(m *Invitation, keys monthKeys) (from string, s *Session, err error) {
	caller, err := NewIdentifier(m.From, m.At)
	if err != nil {
		return "", nil, err
	}
	if err := p.community.Verify(caller, m.signed, m.signature); err != nil {
		return "", nil, err
	}
	r := m.record()
	if err := p.accepted.check(r); err != nil {
		return "", nil, err
	}
	ssv, err := p.community.Decapsulate(keys.receiver, m.Encapsulated)
	if err != nil {
		return "", nil, err
	}
	p.accepted.add(r)
	return m.From, m.CalleeSession(ssv), nil
}

// monthKeys are the keys that the KMS issues for one number and month.
type monthKeys struct {
	receiver ReceiverKey
	signing  SigningKey
}

const (
	keysVersion   = 0x52
	phoneVersion  = 0x53
	secretsOfKeys = supersingular.PointSize + scalarSize + pointSize
)

// The keys of a month, as the KMS issues them, and a phone's state, in the presentation language of
// TLS (RFC 8446, Section 3):
//
//	struct {
//	    uint8  version = 0x52;
//	    opaque identifier<1..2^8-1>;
//	    opaque rsk[257];
//	    opaque ssk[32], pvt[65];
//	} MonthKeys;
//
//	struct {
//	    uint8  version = 0x53;
//	    opaque community<1..2^16-1>;
//	    opaque telephone<1..2^8-1>;
//	    opaque months<0..2^24-1>;       /* of MonthKeys<1..2^16-1>, by ascending month */
//	    uint64 forgotten;               /* no invitation of this date or before is accepted */
//	    uint32 accepted;                /* at most 4,096 */
//	    Record seen[accepted];          /* ascending, all after that date */
//	} Phone;
//
//	struct {
//	    uint64 date;                    /* as in the invitation */
//	    opaque hash[32];                /* SHA-256 of the invitation without its signature */
//	} Record;

var errKeys = wrong("the keys of a month")

// marshal returns MonthKeys.
func (k monthKeys) marshal() []byte {
	b := cryptobyte.NewBuilder([]byte{keysVersion})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(k.receiver.id)) })
	b.AddBytes(k.receiver.Bytes())
	b.AddBytes(k.signing.Bytes())
	return b.BytesOrPanic()
}

// parseMonthKeys reads what marshal returns, and checks both keys.
func (c *Community) parseMonthKeys(b []byte) (k monthKeys, err error) {
	in := cryptobyte.String(b)
	var id cryptobyte.String
	var secrets []byte
	if !skip(&in, keysVersion) || !in.ReadUint8LengthPrefixed(&id) || !in.ReadBytes(&secrets, secretsOfKeys) || !in.Empty() {
		return k, errKeys
	}
	identifier, err := ParseIdentifier(id)
	if err != nil {
		return k, err
	}
	if k.signing, err = c.ParseSigningKey(identifier, secrets[supersingular.PointSize:]); err != nil {
		return monthKeys{}, err
	}
	if k.receiver, err = c.ParseReceiverKey(identifier, secrets[:supersingular.PointSize]); err != nil {
		return monthKeys{}, err
	}
	return k, nil
}

// MarshalBinary returns the phone's state, its keys in clear.
func (p *Phone) MarshalBinary() ([]byte, error) {
	if p.community == nil {
		return nil, errNoNumber
	}
	b := cryptobyte.NewBuilder([]byte{phoneVersion})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(p.community.Bytes()) })
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(p.telephone)) })
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, name := range slices.Sorted(maps.Keys(p.months)) {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(p.months[name].marshal()) })
		}
	})
	p.accepted.marshal(b)
	return b.Bytes()
}

var errPhone = wrong("a phone's state")

// UnmarshalBinary makes p the phone that MarshalBinary wrote, and checks every key in the state.
// After an error p is as it was.
func (p *Phone) UnmarshalBinary(data []byte) error {
	read, err := parsePhone(data)
	if err != nil {
		return err
	}
	*p = *read
	return nil
}

func parsePhone(data []byte) (*Phone, error) {
	in := cryptobyte.String(data)
	var community, telephone, months cryptobyte.String
	if !skip(&in, phoneVersion) || !in.ReadUint16LengthPrefixed(&community) || !in.ReadUint8LengthPrefixed(&telephone) ||
		!in.ReadUint24LengthPrefixed(&months) {
		return nil, errPhone
	}
	c, err := ParseCommunity(community)
	if err != nil {
		return nil, err
	}
	p, err := NewPhone(c, string(telephone))
	if err != nil {
		return nil, err
	}
	if err := p.readMonths(months); err != nil {
		return nil, err
	}
	if p.accepted, err = parseMemory(in); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Phone) readMonths(in cryptobyte.String) error {
	for last := ""; !in.Empty(); {
		var b cryptobyte.String
		if !in.ReadUint16LengthPrefixed(&b) {
			return errPhone
		}
		k, err := p.community.parseMonthKeys(b)
		if err != nil {
			return err
		}
		id := k.receiver.id
		if id.Telephone() != p.telephone || id.Month() <= last {
			return errPhone
		}
		last = id.Month()
		p.months[last] = k
	}
	return nil
}
