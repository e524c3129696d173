package sakke

import (
	"strings"
	"sync"
	"time"

	"filippo.io/nistec"
	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/supersingular"
)

// KMS is a key management service: the two secrets, and the name it is known by. Printing one
// prints its name and no secret.
type KMS struct {
	name           string
	Master         MasterSecret
	Authentication AuthenticationSecret
}

// NewKMS makes a KMS with fresh secrets. Its name is a URI of at most 255 printable characters.
func NewKMS(name string) (*KMS, error) {
	if !isName(name) {
		return nil, wrong("a name of 1 to 255 printable characters")
	}
	return &KMS{name, newMasterSecret(), newAuthenticationSecret()}, nil
}

func isName(s string) bool {
	printable := func(r rune) bool { return r <= ' ' || r > '~' }
	return len(s) > 0 && len(s) < 256 && !strings.ContainsFunc(s, printable)
}

// Community returns what the KMS makes public.
func (k *KMS) Community() *Community {
	kpak := k.Authentication.public()
	c := &Community{name: k.name, z: k.Master.public(), kpakBytes: kpak}
	c.kpak, _ = parseP256(kpak)
	return c
}

// Issue computes a telephone's keys for the month of a date, as the bytes that
// [Phone.Install] reads. It is done again each month, for each subscriber, so a KMS cannot
// put its secrets away.
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

// Community is what everybody knows of a KMS: its name, Z and KPAK. It is safe for concurrent use.
type Community struct {
	name      string
	z         supersingular.Point
	kpak      *nistec.P256Point
	kpakBytes []byte

	once   sync.Once
	zTable *supersingular.Table
}

const communityVersion = 0x51

// ParseCommunity reads what [Community.Bytes] returns. Both keys are points of the right order.
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

// Bytes returns version ‖ name ‖ Z ‖ KPAK.
func (c *Community) Bytes() []byte {
	b := cryptobyte.NewBuilder([]byte{communityVersion})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(c.name)) })
	b.AddBytes(c.z.Bytes())
	b.AddBytes(c.kpakBytes)
	return b.BytesOrPanic()
}

// Name returns the name of the KMS.
func (c *Community) Name() string { return c.name }

// table is made when it is first needed.
func (c *Community) table() *supersingular.Table {
	c.once.Do(func() { c.zTable = supersingular.NewTable(c.z) })
	return c.zTable
}
