package sakke

import (
	"strings"
	"sync"
	"time"

	"filippo.io/nistec"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
	"doormat/internal/supersingular"
)

// What holds a secret embeds one of these, and prints its name and no secret.
type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// KMS is a key management service: its two secrets and its name. Printing one prints its name.
type KMS struct {
	named[KMS]
	name           string
	Master         MasterSecret         // z, computes receivers' keys
	Authentication AuthenticationSecret // KSAK, computes signing keys
}

// NewKMS makes a KMS with fresh secrets. Its name, a URI, must have 1 to 255 printable characters of
// ASCII, without spaces.
func NewKMS(name string) (*KMS, error) {
	if !isName(name) {
		return nil, wrong("a name of 1 to 255 printable characters")
	}
	return &KMS{secret.Name[KMS](name), name, newMasterSecret(), newAuthenticationSecret()}, nil
}

// isName reports whether s has 1 to 255 printable characters of ASCII, without spaces.
func isName(s string) bool {
	unprintable := func(r rune) bool { return r <= ' ' || r > '~' }
	return len(s) > 0 && len(s) < 256 && !strings.ContainsFunc(s, unprintable)
}

// Community returns the public parameters of the KMS. Those of a KMS that lacks a secret are the zero
// Community, to which nothing can be encapsulated, and under which no signature is valid.
func (k *KMS) Community() *Community {
	if k.Master.z == nil || k.Authentication.ksak == nil {
		return new(Community)
	}
	kpak := k.Authentication.public()
	c := &Community{name: k.name, z: k.Master.public(), kpakBytes: kpak}
	c.kpak, _ = parseP256(kpak)
	return c
}

// Issue computes a telephone's keys for the month of a date, and returns the bytes that
// [Phone.Install] reads. It returns an error if the telephone is not in the form of
// [NewIdentifier]. A KMS issues keys to each subscriber each month, so its secrets can never be put
// away.
func (k *KMS) Issue(telephone string, at time.Time) ([]byte, error) {
	id, err := NewIdentifier(telephone, at)
	if err != nil {
		return nil, err
	}
	rsk, err := k.Master.Extract(id)
	if err != nil {
		return nil, err
	}
	return monthKeys{rsk, k.Authentication.Extract(id)}.marshal(), nil
}

// Community is the public part of a KMS: its name, Z and KPAK. It is safe for concurrent use.
type Community struct {
	name      string
	z         supersingular.Point
	kpak      *nistec.P256Point
	kpakBytes []byte

	once   sync.Once
	zTable *supersingular.Table
}

const communityVersion = 0x51

// ParseCommunity reads what [Community.Bytes] returns. It returns an error unless Z is a point of
// order q and KPAK a point of P-256.
func ParseCommunity(b []byte) (*Community, error) {
	expected := wrong("the parameters of a community")
	var version uint8
	var name cryptobyte.String
	var z, kpak []byte
	in := cryptobyte.String(b)
	if !in.ReadUint8(&version) || version != communityVersion || !in.ReadUint8LengthPrefixed(&name) || !isName(string(name)) ||
		!in.ReadBytes(&z, supersingular.PointSize) || !in.ReadBytes(&kpak, pointSize) || !in.Empty() {
		return nil, expected
	}
	c := &Community{name: string(name), kpakBytes: append([]byte(nil), kpak...)}
	var err error
	if c.z, err = supersingular.ParsePoint(z); err != nil || !c.z.InSubgroup() {
		return nil, expected
	}
	if c.kpak, err = parseP256(kpak); err != nil {
		return nil, expected
	}
	return c, nil
}

// Bytes returns version ‖ name ‖ Z ‖ KPAK: 1 byte, 1 and the name, 257 and 65 bytes.
func (c *Community) Bytes() []byte {
	b := cryptobyte.NewBuilder([]byte{communityVersion})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(c.name)) })
	b.AddBytes(c.z.Bytes())
	b.AddBytes(c.kpakBytes)
	return b.BytesOrPanic()
}

// Name returns the name of the KMS, a URI.
func (c *Community) Name() string { return c.name }

// table returns multiples of Z, which are computed at the first call.
func (c *Community) table() *supersingular.Table {
	c.once.Do(func() { c.zTable = supersingular.NewTable(c.z) })
	return c.zTable
}
