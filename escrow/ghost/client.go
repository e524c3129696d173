package ghost

import (
	"fmt"
	"maps"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Build is what a client was made to do with a device that the provider marks as not to be shown.
type Build uint8

const (
	Showing Build = iota // shows every device that it encrypts to
	Hiding               // does as it is told
)

// A Client is the program on one device. It encrypts to every device that the provider lists, whatever its
// build. Printing one prints no secret. It is not safe for concurrent use.
type Client struct {
	hidden[Client]
	build  Build
	device *noescrow.Device
	shown  map[string][]entry // by chat
}

// NewClient returns the program on a new device.
func NewClient(build Build) *Client {
	return &Client{build: build, device: noescrow.NewDevice(), shown: map[string][]entry{}}
}

// Identity returns the device's identity.
func (c *Client) Identity() noescrow.Identity { return c.device.Identity() }

// Publish returns n one-time prekeys for the provider, as [noescrow.Device.Publish] does.
func (c *Client) Publish(n int) ([]byte, error) { return c.device.Publish(n) }

// Start opens a session with a device from a bundle of the provider's, as [noescrow.Device.Start] does.
func (c *Client) Start(to noescrow.Identity, bundle []byte) error { return c.device.Start(to, bundle) }

// Learn takes in what [Provider.Roster] returned: the list of members that the client shows from now on. A
// client that hides leaves out whom the provider does not want shown.
func (c *Client) Learn(roster []byte) error {
	r, err := parseRoster(roster)
	if err != nil {
		return err
	}
	return c.learn(r)
}

func (c *Client) learn(r roster) error {
	if _, known := c.shown[r.chat]; !known && len(c.shown) == MaxChats {
		return fmt.Errorf("ghost: expected at most %d chats, found one more", MaxChats)
	}
	if c.build == Hiding {
		r.entries = slices.DeleteFunc(slices.Clone(r.entries), func(e entry) bool { return !e.show })
	}
	c.shown[r.chat] = r.entries
	return nil
}

// Members returns whom the client shows as the members of a chat, device by device. It is what the last
// roster has brought.
func (c *Client) Members(chat string) (members []Member) {
	for _, e := range c.shown[chat] {
		members = append(members, e.Member)
	}
	return members
}

// Shows reports whether the client shows a device in any chat.
func (c *Client) Shows(id noescrow.Identity) bool {
	for _, entries := range c.shown {
		if slices.ContainsFunc(entries, func(e entry) bool { return e.Identity == id }) {
			return true
		}
	}
	return false
}

// SafetyNumber returns the 60 digits that the members of a chat compare. They depend on all devices that
// [Client.Members] returns and on nothing else, so two clients that show other members show other digits, and
// a device that is not shown changes none.
func (c *Client) SafetyNumber(chat string) string { return safetyNumber(c.Members(chat)) }

// Unknown returns the devices of a roster with which there is no session: fetch a bundle of each, and call
// Start.
func (c *Client) Unknown(roster []byte) (ids []noescrow.Identity, err error) {
	r, err := parseRoster(roster)
	if err != nil {
		return nil, err
	}
	return c.unknown(r), nil
}

func (c *Client) unknown(r roster) (ids []noescrow.Identity) {
	known := map[noescrow.Identity]bool{c.Identity(): true}
	for _, id := range c.device.Peers() {
		known[id] = true
	}
	for _, e := range r.entries {
		if !known[e.Identity] {
			ids = append(ids, e.Identity)
		}
	}
	return ids
}

// Seal encrypts a text of at most MaxText bytes once for each device of a roster but its own, and returns
// the message: all that leaves the device. It takes in the roster as Learn does. The associated data is
// authenticated and not part of the message: see [noescrow.Device.Seal]. The error wraps
// [noescrow.ErrNoSession] if Unknown is not empty.
func (c *Client) Seal(roster, text, associated []byte) (message []byte, err error) {
	r, err := parseRoster(roster)
	if err != nil {
		return nil, err
	}
	if len(text) > MaxText {
		return nil, fmt.Errorf("ghost: expected a text of at most %d bytes, found %d", MaxText, len(text))
	}
	if ids := c.unknown(r); len(ids) > 0 {
		return nil, fmt.Errorf("ghost: %w: %d of the chat's devices", noescrow.ErrNoSession, len(ids))
	}
	if !slices.ContainsFunc(r.entries, func(e entry) bool { return e.Identity != c.Identity() }) {
		return nil, fmt.Errorf("ghost: expected another device in the chat, found none")
	}
	if err := c.learn(r); err != nil {
		return nil, err
	}
	plaintext := slices.Concat([]byte{byte(len(r.chat))}, []byte(r.chat), text)
	var copies [][]byte
	for _, e := range r.entries {
		if e.Identity == c.Identity() {
			continue
		}
		envelope, err := c.device.Seal(e.Identity, plaintext, associated)
		if err != nil {
			return nil, fmt.Errorf("ghost: %w", err)
		}
		copies = append(copies, envelope)
	}
	if message, err = joinCopies(copies); err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	return message, nil
}

// Open opens this device's copy in a message. The error is ErrNoCopy if there is none, or that of
// [noescrow.Device.Open], and then the device is unchanged. A copy that opens and holds no chat and text, as
// a peer's program may write it, is an error too, and its key is erased.
func (c *Client) Open(message, associated []byte) (Received, error) {
	return open(c.device, message, associated)
}

// State returns the state of the noescrow device alone: the keys that malware copies.
func (c *Client) State() ([]byte, error) { return c.device.MarshalBinary() }

// MarshalBinary returns all that is on the device, with its secrets in clear:
//
//	struct {
//	    opaque chat<1..64>;
//	    Entry  shown<0..2^16-1>;       /* see roster.go */
//	} Chat;
//
//	struct {
//	    uint8  version = 0xe8;
//	    uint8  kind = 3;
//	    uint8  build;                  /* 0 shows, 1 hides */
//	    Chat   chats<0..2^24-1>;       /* in ascending order of their names, at most 1,000 */
//	    opaque device[];               /* a noescrow device */
//	} Client;
func (c *Client) MarshalBinary() ([]byte, error) {
	device, err := c.device.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	out := cryptobyte.NewBuilder([]byte{version, kindClient, byte(c.build)})
	out.AddUint24LengthPrefixed(func(out *cryptobyte.Builder) {
		for _, chat := range slices.Sorted(maps.Keys(c.shown)) {
			addName(out, chat)
			addEntries(out, c.shown[chat])
		}
	})
	out.AddBytes(device)
	return out.Bytes()
}

// UnmarshalBinary replaces c by the client that MarshalBinary wrote. After an error c is unchanged.
func (c *Client) UnmarshalBinary(data []byte) error {
	in := cryptobyte.String(data)
	var chats cryptobyte.String
	var build uint8
	if !readHeader(&in, kindClient) || !in.ReadUint8(&build) || build > uint8(Hiding) || !in.ReadUint24LengthPrefixed(&chats) {
		return malformed("a client")
	}
	shown, last := map[string][]entry{}, ""
	for !chats.Empty() {
		var chat string
		var entries []entry
		if !readName(&chats, &chat) || chat <= last || !readEntries(&chats, &entries) || len(shown) == MaxChats {
			return malformed("a client's chats")
		}
		shown[chat], last = entries, chat
	}
	device := new(noescrow.Device)
	if err := device.UnmarshalBinary(in); err != nil {
		return fmt.Errorf("ghost: %w", err)
	}
	c.build, c.shown, c.device = Build(build), shown, device
	return nil
}
