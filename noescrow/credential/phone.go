package credential

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/bbs"
)

// Formats begin with the version and a kind.
const (
	version          = 0xfa
	kindCredential   = 1
	kindPresentation = 2
)

// header is signed with each credential. Proofs of another use of the same key do not verify.
const header = "doormat 1 credential, proof of age"

var (
	errCredential = errors.New("credential: expected a credential of this key, found something else")
	errNonce      = fmt.Errorf("credential: expected a site of 1 to %d bytes and a nonce of %d to %d, found another length", MaxSite, MinNonce, MaxNonce)
)

// Lengths of a site's name and of its nonce, in bytes.
const (
	MaxSite  = 255
	MinNonce = 16
	MaxNonce = 255
)

// presentationHeader is what a proof is for: the name of a site after its length, and the nonce. It is nil if one of
// them is too short or too long.
func presentationHeader(site string, nonce []byte) []byte {
	if len(site) == 0 || len(site) > MaxSite || len(nonce) < MinNonce || len(nonce) > MaxNonce {
		return nil
	}
	return slices.Concat([]byte{uint8(len(site))}, []byte(site), nonce)
}

// values are the attributes.
type values [attributes]string

func (v values) messages() (all [][]byte) {
	for _, s := range v {
		all = append(all, []byte(s))
	}
	return all
}

// wellFormed reports whether an attribute has a value that it can have.
func (a Attribute) wellFormed(s string) bool {
	switch a {
	case Name, Number:
		return len(s) > 0 && len(s) <= MaxValue
	case Over18:
		return s == "yes" || s == "no"
	default:
		_, ok := parseDay(s)
		return ok
	}
}

func (v values) wellFormed() bool {
	for a, s := range v {
		if !Attribute(a).wellFormed(s) {
			return false
		}
	}
	return true
}

// parseDay reads a day, which has one form.
func parseDay(s string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, s)
	return day, err == nil && day.Format(time.DateOnly) == s
}

// A Credential is what a phone has: attributes, and the issuer's signature on them. Who has a copy is of age.
// Printing one prints nothing of it. It is safe for concurrent use.
type Credential struct {
	hidden[Credential]
	key       *PublicKey
	values    values
	signature [bbs.SignatureSize]byte
}

// Take reads a credential that the issuer has just signed, and verifies it. Take the key from where everyone takes
// it. A last day that others do not have is refused, as the issuer could tell its owner by it.
func Take(key *PublicKey, credential []byte, at time.Time) (*Credential, error) {
	c, err := ParseCredential(key, credential)
	if err != nil {
		return nil, err
	}
	if want := lastDay(at).Format(time.DateOnly); c.values[Until] != want {
		return nil, fmt.Errorf("credential: expected %s as the last day, found %s", want, c.values[Until])
	}
	return c, nil
}

// Bytes returns the credential:
//
//	struct {
//	    uint8  version = 0xfa;
//	    uint8  kind = 1;
//	    opaque values[5]<1..2^8-1>;   /* in the order of the attributes */
//	    opaque signature[80];
//	} Credential;
func (c *Credential) Bytes() []byte {
	b := cryptobyte.NewBuilder([]byte{version, kindCredential})
	for _, s := range c.values {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(s)) })
	}
	b.AddBytes(c.signature[:])
	return b.BytesOrPanic() // values are well formed, so none is longer than 255
}

// ParseCredential reads what [Credential.Bytes] returns, and verifies the signature.
func ParseCredential(key *PublicKey, b []byte) (*Credential, error) {
	c := &Credential{key: key}
	in := cryptobyte.String(b)
	ok := readHeader(&in, kindCredential)
	for a := range c.values {
		ok = ok && readValue(&in, Attribute(a), &c.values[a])
	}
	if !ok || !in.CopyBytes(c.signature[:]) || !in.Empty() ||
		key.bbs().Verify(c.signature[:], []byte(header), c.values.messages()) != nil {
		return nil, errCredential
	}
	return c, nil
}

func readHeader(in *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return in.ReadUint8(&v) && v == version && in.ReadUint8(&k) && k == kind
}

func readValue(in *cryptobyte.String, a Attribute, value *string) bool {
	var s cryptobyte.String
	if !in.ReadUint8LengthPrefixed(&s) || !a.wellFormed(string(s)) {
		return false
	}
	*value = string(s)
	return true
}

// Value returns an attribute's value, and "" for an attribute that there is not.
func (c *Credential) Value(a Attribute) string {
	if a >= attributes {
		return ""
	}
	return c.values[a]
}

// Show returns what to send to a site for its nonce, of 16 to 255 bytes: [Over18], [Until] and the attributes of more,
// with a proof that hides the others. The proof is made anew each time. What more shows can link it to others and to
// the issuer's list.
//
// The site's name, of 1 to 255 bytes, is the one that the phone has authenticated, as by TLS, and not one that came
// with the nonce: a site can pass on the nonce of another, and the proof is then of no use there.
func (c *Credential) Show(site string, nonce []byte, more ...Attribute) (presentation []byte, err error) {
	ph := presentationHeader(site, nonce)
	if ph == nil {
		return nil, errNonce
	}
	p := Presentation{shown: map[Attribute]string{}}
	for _, a := range append([]Attribute{Over18, Until}, more...) {
		if a >= attributes {
			return nil, fmt.Errorf("credential: there is no %v", a)
		}
		p.shown[a] = c.values[a]
	}
	indexes, _ := p.list()
	p.proof, err = c.key.bbs().ProofGen(c.signature[:], []byte(header), ph, c.values.messages(), indexes)
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	return p.Bytes(), nil
}

// A Presentation is what a site sees, and may keep.
type Presentation struct {
	shown map[Attribute]string
	proof []byte
}

// Value returns the value of an attribute, and whether it is shown.
func (p Presentation) Value(a Attribute) (value string, ok bool) {
	value, ok = p.shown[a]
	return value, ok
}

// Proof returns the proof: 272 bytes, and 32 for each attribute that is hidden. They are not those of any other proof.
func (p Presentation) Proof() []byte { return slices.Clone(p.proof) }

// list returns the indexes of what is shown, ascending, and the values.
func (p Presentation) list() (indexes []int, messages [][]byte) {
	for a := range attributes {
		if s, ok := p.shown[a]; ok {
			indexes, messages = append(indexes, int(a)), append(messages, []byte(s))
		}
	}
	return indexes, messages
}

// Bytes returns the presentation:
//
//	struct {
//	    uint8  version = 0xfa;
//	    uint8  kind = 2;
//	    uint8  shown;                 /* bit i for attribute i */
//	    opaque values<1..2^8-1>[];    /* of each that is shown, in their order */
//	    opaque proof[];               /* 272 bytes, and 32 for each that is hidden */
//	} Presentation;
func (p Presentation) Bytes() []byte {
	indexes, messages := p.list()
	var mask uint8
	for _, i := range indexes {
		mask |= 1 << i
	}
	b := cryptobyte.NewBuilder([]byte{version, kindPresentation, mask})
	for _, m := range messages {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(m) })
	}
	b.AddBytes(p.proof)
	return b.BytesOrPanic()
}

// ParsePresentation reads what [Presentation.Bytes] returns. It verifies nothing: [Admit] does.
func ParsePresentation(b []byte) (p Presentation, err error) {
	var mask uint8
	in := cryptobyte.String(b)
	ok := readHeader(&in, kindPresentation) && in.ReadUint8(&mask) && mask < 1<<attributes
	p.shown = map[Attribute]string{}
	for a := range attributes {
		if !ok || mask&(1<<a) == 0 {
			continue
		}
		var s string
		ok = readValue(&in, a, &s)
		p.shown[a] = s
	}
	if !ok || len(in) != bbs.ProofSize(int(attributes)-len(p.shown)) {
		return Presentation{}, errors.New("credential: expected a presentation, found something else")
	}
	p.proof = slices.Clone(in)
	return p, nil
}
