package messenger

import (
	"cmp"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/internal/x25519"
)

// A Gate is what a scheme does about the age of people who visit sites.
type Gate struct {
	Name attacks.SystemName
	// Enrol gives a person what proves an age.
	Enrol func(person string) error
	// Prove returns what the person's phone shows to a site, for the page on that date. The site's nonce is the
	// connection's number.
	Prove func(person string, v Visit) (proof []byte, err error)
	// Admit judges v.Proof on behalf of the site. It returns the name that the site believes the visitor to have,
	// "" if it learns none, and what the site writes into its log.
	Admit func(site string, v Visit) (name string, logged []byte, err error)
	// Phone returns what is on the person's phone for that.
	Phone func(person string) ([]byte, error)
}

// A Visit is a message of an experiment about sites: From visits the site that To runs, for the page that Text
// names.
type Visit struct {
	Connection [32]byte // its number, which stands on the wire and in the site's log
	Site       [32]byte // the site's identity, which stands on the wire
	At         time.Time
	Page       string
	Proof      []byte
}

// Visits carries visits in the place of messages: it is an [attacks.System], which a scheme embeds, and to whose
// thefts it adds its own. Each person has a phone with a browser, which remembers pages, and runs a site, which keeps a log.
// Visits go through a relay that hides addresses: without one, they name the visitors of all schemes alike.
// Site and visitor have a key for each connection, by one Diffie-Hellman exchange with the site's key, as one
// flight of TLS. In bytes an envelope is:
//
//	struct {
//	    uint8  version = 0xf9;
//	    uint8  kind = 1;
//	    opaque site[32];          /* its public key, in clear as TLS's server name */
//	    opaque connection[32];    /* the visitor's public key, for this connection alone */
//	    opaque sealed[];          /* proof<0..2^24-1> and page[], under ChaCha20-Poly1305 */
//	} Envelope;
//
// A site takes no connection twice, as TLS does not. The answer goes back by the connection, so the name that
// Receive returns is that of the person whose phone it reaches, unless the site believes another.
type Visits struct {
	attacks.SystemName
	attacks.Roll[*visitor]
	gate Gate
}

// A visitor is a person's phone and site.
type visitor struct {
	name    string
	key     x25519.PrivateKey
	history []byte // of the browser
	log     []byte // of the site
	seen    map[[32]byte]bool
	waiting map[[32]byte]bool // connections of the phone that have no answer yet
}

const (
	visitVersion = 0xf9
	visitKind    = 1
	visitHead    = 2 + 2*x25519.Size
)

var errVisit = errors.New("attacks: expected a visit, found something else")

// NewVisits returns visits behind a gate, in which no one is enrolled.
func NewVisits(g Gate) *Visits { return &Visits{SystemName: g.Name, gate: g} }

// Enrol gives a person a phone and a site.
func (s *Visits) Enrol(name string) error {
	key, public := x25519.Generate()
	s.Add(name, public[:], &visitor{name: name, key: key, seen: map[[32]byte]bool{}, waiting: map[[32]byte]bool{}})
	return s.gate.Enrol(name)
}

// Identity returns the public key of the person's site.
func (s *Visits) Identity(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	public := p.key.Public()
	return public[:], nil
}

// Send visits a site.
func (s *Visits) Send(m attacks.Message) (envelope []byte, err error) {
	from, to, err := s.Pair(m)
	if err != nil {
		return nil, err
	}
	key, public := x25519.Generate()
	v := Visit{Connection: public, Site: to.key.Public(), At: m.At, Page: m.Text}
	if v.Proof, err = s.gate.Prove(m.From, v); err != nil {
		return nil, err
	}
	b := cryptobyte.NewBuilder(from.history)
	addRecord(b, v, v.Site, nil)
	from.history = b.BytesOrPanic()
	from.waiting[public] = true
	return v.seal(key)
}

// SealVisit makes the envelope of a visit on a connection of its own, for a forger. Page and proof are v's.
func SealVisit(site []byte, v Visit) ([]byte, error) {
	public, err := x25519.Parse(site)
	if err != nil {
		return nil, err
	}
	key, connection := x25519.Generate()
	v.Site, v.Connection = public, connection
	return v.seal(key)
}

func (v Visit) seal(key x25519.PrivateKey) ([]byte, error) {
	shared, err := key.DH(v.Site)
	if err != nil {
		return nil, err
	}
	b := cryptobyte.NewBuilder(nil)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(v.Proof) })
	b.AddBytes([]byte(v.Page))
	inner, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	return sealVisit(shared[:], slices.Concat([]byte{visitVersion, visitKind}, v.Site[:], v.Connection[:]), inner)
}

// sealVisit makes an envelope of its head and what is inside. It needs no nonce: a key is for one envelope.
func sealVisit(shared, head, inner []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(visitKey(shared, head))
	if err != nil {
		return nil, err
	}
	return append(head, aead.Seal(nil, make([]byte, aead.NonceSize()), inner, head)...), nil
}

func visitKey(shared, head []byte) []byte {
	key, err := hkdf.Key(sha256.New, shared, head, "doormat 1 visit", chacha20poly1305.KeySize)
	if err != nil {
		panic("attacks: internal error: " + err.Error()) // 32 bytes
	}
	return key
}

// ParseVisit returns site and connection of an envelope: what a wiretap sees of a visit beside its date.
func ParseVisit(envelope []byte) (site, connection [32]byte, ok bool) {
	if len(envelope) < visitHead || envelope[0] != visitVersion || envelope[1] != visitKind {
		return site, connection, false
	}
	return [32]byte(envelope[2:]), [32]byte(envelope[2+x25519.Size:]), true
}

// open opens an envelope with the secret that site and visitor share.
func open(envelope, shared []byte) (proof, page []byte, ok bool) {
	head := envelope[:visitHead]
	aead, err := chacha20poly1305.New(visitKey(shared, head))
	if err != nil {
		return nil, nil, false
	}
	inner, err := aead.Open(nil, make([]byte, aead.NonceSize()), envelope[visitHead:], head)
	if err != nil {
		return nil, nil, false
	}
	return cutProof(inner)
}

// cutProof cuts what is inside an envelope into proof and page.
func cutProof(inner []byte) (proof, page []byte, ok bool) {
	in := cryptobyte.String(inner)
	var p cryptobyte.String
	if !in.ReadUint24LengthPrefixed(&p) {
		return nil, nil, false
	}
	return p, in, true
}

// Receive has the site judge a visit, and write it into its log.
func (s *Visits) Receive(to string, at time.Time, envelope []byte) (from, text string, err error) {
	p, err := s.Person(to)
	if err != nil {
		return "", "", err
	}
	v := Visit{At: at}
	var ok bool
	if v.Site, v.Connection, ok = ParseVisit(envelope); !ok || v.Site != p.key.Public() || p.seen[v.Connection] {
		return "", "", errVisit
	}
	visitor, err := x25519.Parse(v.Connection[:])
	if err != nil {
		return "", "", errVisit
	}
	shared, err := p.key.DH(visitor)
	if err != nil {
		return "", "", errVisit
	}
	proof, page, ok := open(envelope, shared[:])
	if !ok {
		return "", "", errVisit
	}
	v.Proof, v.Page = proof, string(page)
	name, logged, err := s.gate.Admit(to, v)
	if err != nil {
		return "", "", err
	}
	p.seen[v.Connection] = true
	b := cryptobyte.NewBuilder(p.log)
	addRecord(b, v, v.Connection, logged)
	p.log = b.BytesOrPanic()
	return cmp.Or(name, s.answered(v.Connection)), v.Page, nil
}

// answered returns whose phone waits on a connection, or "".
func (s *Visits) answered(connection [32]byte) string {
	for _, name := range s.Names() {
		if p, err := s.Person(name); err == nil && p.waiting[connection] {
			delete(p.waiting, connection)
			return name
		}
	}
	return ""
}

// Bundle returns nil: a site's key is its identity.
func (s *Visits) Bundle(string) ([]byte, error) { return nil, nil }

// Inspect returns what is on a person's phone: the browser's history, and what the gate has there.
func (s *Visits) Inspect(name string) ([]byte, error) {
	p, err := s.Person(name)
	if err != nil {
		return nil, err
	}
	phone, err := s.gate.Phone(name)
	return slices.Concat(phone, p.history), err
}
