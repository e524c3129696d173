package sakke

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/supersingular"
)

// MaxSkew is how far a caller's clock may be ahead of a phone's.
const MaxSkew = 10 * time.Minute

// Phone is one subscriber's: a number, the community, and the keys of a few months. It is not safe
// for concurrent use. Printing one prints its number and no secret.
type Phone struct {
	community *Community
	telephone string
	months    map[string]monthKeys
	seen      map[[sha256.Size]byte]bool // every invitation accepted: a clock may be set back
}

// NewPhone makes a phone without keys. The telephone is as in [NewIdentifier].
func NewPhone(c *Community, telephone string) (*Phone, error) {
	if !isTelephone(telephone) {
		return nil, wrong(`"tel:+" and up to 15 digits`)
	}
	return &Phone{c, telephone, map[string]monthKeys{}, map[[sha256.Size]byte]bool{}}, nil
}

// Telephone returns the phone's number.
func (p *Phone) Telephone() string { return p.telephone }

// Install takes the keys of a month, as [KMS.Issue] makes them, and checks them: a phone does not
// believe its KMS, though it can only check that the keys work.
func (p *Phone) Install(keys []byte) error {
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

// Forget deletes the keys of all months before a date's.
func (p *Phone) Forget(before time.Time) {
	maps.DeleteFunc(p.months, func(m string, _ monthKeys) bool { return m < before.UTC().Format(month) })
}

// Invite makes the message that starts a call, and the caller's end of the call. It implements
// RFC 6509, Section 2.1.1.
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

// Invite is what [Phone.Invite] does, for anybody who has a signing key. The months of both
// identifiers are that of the date.
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

// Accept takes an invitation at a date, which is that of the phone's own clock. It returns who
// calls, and the callee's end of the call. It implements RFC 6509, Section 2.1.2. An invitation may
// have waited for as long as the phone has keys of its month; each is accepted once.
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
	seen := sha256.Sum256(m.signed) // not the signature, which has two forms
	if p.seen[seen] {
		return "", nil, ErrReplay
	}
	ssv, err := p.community.Decapsulate(keys.receiver, m.Encapsulated)
	if err != nil {
		return "", nil, err
	}
	p.seen[seen] = true
	return m.From, m.CalleeSession(ssv), nil
}

// monthKeys are what the KMS issues.
type monthKeys struct {
	receiver ReceiverKey
	signing  SigningKey
}

const (
	keysVersion   = 0x52
	phoneVersion  = 0x53
	secretsOfKeys = supersingular.PointSize + scalarSize + pointSize
)

var errKeys = wrong("the keys of a month")

// marshal writes version ‖ identifier ‖ RSK ‖ SSK ‖ PVT.
func (k monthKeys) marshal() []byte {
	b := cryptobyte.NewBuilder([]byte{keysVersion})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(k.receiver.id)) })
	b.AddBytes(k.receiver.Bytes())
	b.AddBytes(k.signing.Bytes())
	return b.BytesOrPanic()
}

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

// MarshalBinary returns all that is on the phone: version ‖ community ‖ number ‖ the keys of each
// month ‖ a record of the invitations accepted, behind their number.
func (p *Phone) MarshalBinary() ([]byte, error) {
	b := cryptobyte.NewBuilder([]byte{phoneVersion})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(p.community.Bytes()) })
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(p.telephone)) })
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, name := range slices.Sorted(maps.Keys(p.months)) {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(p.months[name].marshal()) })
		}
	})
	b.AddUint32(uint32(len(p.seen)))
	for _, s := range slices.SortedFunc(maps.Keys(p.seen), func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) }) {
		b.AddBytes(s[:])
	}
	return b.Bytes()
}

var errPhone = wrong("a phone's state")

// ParsePhone reads what [Phone.MarshalBinary] returns, and checks every key on it.
func ParsePhone(data []byte) (*Phone, error) {
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
	if err := p.readSeen(in); err != nil {
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

func (p *Phone) readSeen(in cryptobyte.String) error {
	var n uint32
	if !in.ReadUint32(&n) || uint64(len(in)) != uint64(n)*sha256.Size {
		return errPhone
	}
	var last, s []byte
	for ; !in.Empty(); last = s {
		if !in.ReadBytes(&s, sha256.Size) || bytes.Compare(last, s) >= 0 {
			return errPhone
		}
		p.seen[[sha256.Size]byte(s)] = true
	}
	return nil
}
