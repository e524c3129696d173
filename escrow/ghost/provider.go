package ghost

import (
	"fmt"
	"slices"
	"time"

	"doormat/noescrow"
)

// A Provider runs the directory: it says whose devices are whose, and who is in a chat. It takes the word of
// whoever has an account's password for a new device, as deployed; no client checks it. It is not safe for
// concurrent use.
type Provider struct {
	orderKey OrderPublicKey
	accounts map[string][]noescrow.Identity // devices, in the order in which they were added
	shelves  map[noescrow.Identity]*noescrow.Shelf
	chats    map[string][]string // names of members
	orders   []standing
}

// standing is an order in force, and the ghost of it.
type standing struct {
	Order
	ghost noescrow.Identity
}

// NewProvider returns a provider without accounts, which obeys orders that are signed with a key.
func NewProvider(orders OrderPublicKey) *Provider {
	return &Provider{
		orderKey: orders,
		accounts: map[string][]noescrow.Identity{},
		shelves:  map[noescrow.Identity]*noescrow.Shelf{},
		chats:    map[string][]string{},
	}
}

// Link adds a device to an account, which it opens if there is none, with the device's first publication (see
// [Client.Publish]).
func (p *Provider) Link(name string, publication []byte) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("ghost: %w", err)
	}
	id, err := p.shelve(publication)
	if err != nil {
		return err
	}
	p.accounts[name] = append(p.accounts[name], id)
	return nil
}

// shelve makes a shelf for a device that has none yet.
func (p *Provider) shelve(publication []byte) (id noescrow.Identity, err error) {
	shelf, err := noescrow.NewShelf(publication)
	if err != nil {
		return id, fmt.Errorf("ghost: %w", err)
	}
	id = shelf.Identity()
	if p.shelves[id] != nil {
		return id, fmt.Errorf("ghost: expected a new device, found one that is listed: %v", id)
	}
	p.shelves[id] = shelf
	return id, nil
}

// Publish takes more prekeys of a device that is listed.
func (p *Provider) Publish(id noescrow.Identity, publication []byte) error {
	shelf, err := p.shelf(id)
	if err != nil {
		return err
	}
	if err := shelf.Add(publication); err != nil {
		return fmt.Errorf("ghost: %w", err)
	}
	return nil
}

// Bundle returns what a client needs to start a session with a device, once.
func (p *Provider) Bundle(id noescrow.Identity) ([]byte, error) {
	shelf, err := p.shelf(id)
	if err != nil {
		return nil, err
	}
	return shelf.Bundle(), nil
}

func (p *Provider) shelf(id noescrow.Identity) (*noescrow.Shelf, error) {
	shelf := p.shelves[id]
	if shelf == nil {
		return nil, fmt.Errorf("ghost: expected a device that is listed, found %v", id)
	}
	return shelf, nil
}

// Open opens a chat of these accounts, or replaces its members.
func (p *Provider) Open(chat string, names ...string) error {
	if err := checkName(chat); err != nil {
		return fmt.Errorf("ghost: %w", err)
	}
	for _, name := range names {
		if p.accounts[name] == nil {
			return fmt.Errorf("ghost: expected an account, found %q", name)
		}
	}
	p.chats[chat] = slices.Clone(names)
	return nil
}

// Roster answers a client of the account asker that wants to write to a chat: all devices of all members,
// those of others first. Each ghost that an order puts there at that time comes last, marked as not to be
// shown. It is one list for all clients: what they show of it depends on their build.
func (p *Provider) Roster(chat, asker string, at time.Time) ([]byte, error) {
	names, ok := p.chats[chat]
	if !ok || !slices.Contains(names, asker) {
		return nil, fmt.Errorf("ghost: expected a member of a chat, found %q in %q", asker, chat)
	}
	r := roster{chat: chat}
	list := func(name string) {
		for _, id := range p.accounts[name] {
			r.entries = append(r.entries, entry{Member{name, id}, true})
		}
	}
	for _, name := range names {
		if name != asker {
			list(name)
		}
	}
	list(asker)
	for _, o := range p.orders {
		listed := slices.ContainsFunc(r.entries, func(e entry) bool { return e.Identity == o.ghost })
		if o.covers(chat, names, at) && !listed {
			r.entries = append(r.entries, entry{Member{o.Name, o.ghost}, false})
		}
	}
	if len(r.entries) > MaxDevices {
		return nil, fmt.Errorf("ghost: expected at most %d devices in a chat, found %d", MaxDevices, len(r.entries))
	}
	return r.bytes()
}

// Obey puts an order in force. It asks for the signature and for nothing else: whether a court has named
// this account, it cannot know. A ghost may have any number of orders. The error is ErrOrder if the
// signature is not that of the key for orders.
func (p *Provider) Obey(order []byte) error {
	o, err := parseOrder(p.orderKey, order)
	if err != nil {
		return err
	}
	if o.Chat == "" && p.accounts[o.Name] == nil || o.Chat != "" && p.chats[o.Chat] == nil {
		return fmt.Errorf("ghost: expected an order for an account or a chat, found %q, %q", o.Name, o.Chat)
	}
	shelf, err := noescrow.NewShelf(o.Publication)
	if err != nil {
		return fmt.Errorf("ghost: %w", err)
	}
	id := shelf.Identity()
	if p.shelves[id] == nil {
		p.shelves[id] = shelf
	}
	o.Publication = nil
	p.orders = append(p.orders, standing{o, id})
	return nil
}
