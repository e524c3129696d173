package transparency

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
	"doormat/noescrow/mls"
)

// A Server answers look-ups and monitors, with or without a network between: [*Directory] is one. What it
// answers is checked.
type Server interface {
	Lookup(label string, since int64) ([]byte, error)
	Monitor(label string, since int64) ([]byte, error)
}

// Contacts are the names that one device knows, each with the key that the directory has proved for it.
// They ask for a name once, before the first message, and stay with what they were told: a key that
// changes later is for the user to accept. Save them after each new name, with MarshalBinary: those that
// forget take the next key for the first. They are safe for concurrent use.
type Contacts struct {
	mu     sync.Mutex
	client *Client
	server Server
	known  map[string][]byte // by label
}

// NewContacts returns contacts that ask a server and check with a client.
func NewContacts(c *Client, s Server) *Contacts {
	return &Contacts{client: c, server: s, known: map[string][]byte{}}
}

// key returns the value of a label: the one that is known, or the directory's.
func (c *Contacts) key(label string, now time.Time) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k := c.known[label]; k != nil {
		return k, nil
	}
	b, err := c.ask(label, now)
	if err != nil {
		return nil, err
	}
	c.known[label] = b.Value
	return b.Value, nil
}

// ask looks a label up, whether it is known or not.
func (c *Contacts) ask(label string, now time.Time) (*Binding, error) {
	data, err := c.server.Lookup(label, c.client.Since())
	if err != nil {
		return nil, err
	}
	b, err := c.client.Lookup(label, data, now)
	if err != nil {
		return nil, err
	}
	if b.Versions == 0 {
		return nil, prefix(fmt.Errorf("%w, %q", ErrAbsent, label))
	}
	return b, nil
}

// Identity returns the identity of a person's device of package noescrow, to Start with. The error wraps
// ErrAbsent if the directory proves that it has none.
func (c *Contacts) Identity(name string, now time.Time) (noescrow.Identity, error) {
	if strings.HasPrefix(name, mlsPrefix) {
		return noescrow.Identity{}, prefix(fmt.Errorf("expected a name that does not begin with %q, found %q", mlsPrefix, name))
	}
	k, err := c.key(name, now)
	if err != nil {
		return noescrow.Identity{}, err
	}
	return parseIdentity(k)
}

func parseIdentity(k []byte) (id noescrow.Identity, err error) {
	if len(k) != len(id) {
		return id, prefix(fmt.Errorf("expected an identity of 32 bytes, found %d", len(k)))
	}
	return noescrow.Identity(k), nil
}

// Check returns an error unless an identity, from which an envelope comes, is that of a name. Call it
// before the first message under a name is shown.
func (c *Contacts) Check(name string, id noescrow.Identity, now time.Time) error {
	known, err := c.Identity(name, now)
	if err == nil && known != id {
		err = prefix(fmt.Errorf("expected the identity that the directory has for %q, found another", name))
	}
	return err
}

// Renew asks the directory again for a name, and reports whether its key is another than the one that was
// known. Show that to the user: a new phone looks like this, and so does a lie.
func (c *Contacts) Renew(name string, now time.Time) (changed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := c.ask(name, now)
	if err != nil {
		return false, err
	}
	before, known := c.known[name]
	changed = known && !bytes.Equal(before, b.Value)
	c.known[name] = b.Value
	return changed, nil
}

// Monitor looks at the device's own entry: see [Client.Monitor]. Call it in every epoch.
func (c *Contacts) Monitor(label string, now time.Time) (epochs int, err error) {
	c.mu.Lock() // an answer to a look-up is for the tree that the client has when it asks
	defer c.mu.Unlock()
	data, err := c.server.Monitor(label, c.client.SinceOwn(label))
	if err != nil {
		return 0, err
	}
	return c.client.Monitor(label, data, now)
}

// MLSLabel returns the label of a name's signature key in groups of package mls: "mls:" and the name. A
// directory lets no one Set it but the name's owner, and gives no one a name that begins so: its label would
// be that of another's signature key.
func MLSLabel(name string) string { return mlsPrefix + name }

const mlsPrefix = "mls:"

// Verifier returns the rule by which groups of package mls accept a credential: next accepts it, and
// the directory has its signature key under its name. So a certificate that a thief has signed is not
// enough, and the key must be where its owner looks. Names that are not in the directory are refused.
// The directory is asked once for each name; a signature key that a member changes later must be
// Renewed, under its MLSLabel.
func (c *Contacts) Verifier(next mls.Verifier) mls.Verifier {
	return func(cr mls.Credential, signatureKey []byte, now time.Time) error {
		if err := next(cr, signatureKey, now); err != nil {
			return err
		}
		k, err := c.key(MLSLabel(cr.Identity), now)
		if err == nil && !bytes.Equal(k, signatureKey) {
			err = errors.New("transparency: expected the signature key that the directory has, found another")
		}
		return err
	}
}

// MarshalBinary returns the names and keys that are known. There is no secret in it, and not the client.
//
//	struct {
//	    uint8 version = 1; uint8 kind = 7; opaque origin<0..2^16-1>;
//	    struct { opaque label<1..2^8-1>; opaque value<0..2^16-1>; } known[];     in ascending order, to the end
//	}
func (c *Contacts) MarshalBinary() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := header(kindContacts, []byte(c.client.rules.log.Name()))
	for _, label := range slices.Sorted(maps.Keys(c.known)) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(label)) })
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(c.known[label]) })
	}
	return b.BytesOrPanic(), nil
}

// UnmarshalBinary reads what MarshalBinary wrote, into contacts of the same directory. After an error c is
// unchanged.
func (c *Contacts) UnmarshalBinary(data []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	in := cryptobyte.String(bytes.Clone(data))
	var origin []byte
	ok := readHeader(&in, kindContacts, &origin) && string(origin) == c.client.rules.log.Name()
	known, last := map[string][]byte{}, ""
	for ok && !in.Empty() {
		var label, value cryptobyte.String
		ok = in.ReadUint8LengthPrefixed(&label) && string(label) > last && in.ReadUint16LengthPrefixed(&value) && len(value) <= MaxValue
		last = string(label)
		known[last] = value
	}
	if !ok {
		return prefix(errors.New("expected the contacts of a client of this directory, found something else"))
	}
	c.known = known
	return nil
}
