package ghost

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/secret"
)

// An Order tells the provider whose chats a ghost is to be added to. The publication is that of the ghost's
// device (see [Ghost.Publish]).
type Order struct {
	Name        string    // the account as whose device the ghost is listed
	Chat        string    // this chat alone, where the name need be no account; if empty, all of the account
	From, Until time.Time // in milliseconds; Until is exclusive
	Publication []byte
}

// An OrderKey signs orders. The provider's interface for orders asks for its signature and for nothing else.
// Printing one prints its public key.
type OrderKey struct {
	named[OrderKey]
	private ed25519.PrivateKey
}

// An OrderPublicKey is what the provider checks orders with.
type OrderPublicKey [ed25519.PublicKeySize]byte

// NewOrderKey draws a key.
func NewOrderKey() *OrderKey {
	var seed [ed25519.SeedSize]byte
	rand.Read(seed[:])
	return newOrderKey(seed[:])
}

func newOrderKey(seed []byte) *OrderKey {
	k := &OrderKey{private: ed25519.NewKeyFromSeed(seed)}
	public := k.PublicKey()
	k.named = secret.Name[OrderKey](fmt.Sprintf("%x…", public[:4]))
	return k
}

// PublicKey returns the public key.
func (k *OrderKey) PublicKey() OrderPublicKey {
	return OrderPublicKey(k.private.Public().(ed25519.PublicKey))
}

// RecoveryKey returns the private key in clear, 34 bytes. Whoever has it adds ghosts to anyone's chats.
func (k *OrderKey) RecoveryKey() []byte {
	return append([]byte{version, kindOrderKey}, k.private.Seed()...)
}

// ParseOrderKey reads what [OrderKey.RecoveryKey] returns.
func ParseOrderKey(b []byte) (*OrderKey, error) {
	var seed [ed25519.SeedSize]byte
	in := cryptobyte.String(b)
	if !readHeader(&in, kindOrderKey) || !in.CopyBytes(seed[:]) || !in.Empty() {
		return nil, malformed("a key for orders")
	}
	return newOrderKey(seed[:]), nil
}

// Sign returns an order, for [Provider.Obey]:
//
//	struct {
//	    uint8  version = 0xe8;
//	    uint8  kind = 4;
//	    opaque name<1..64>;
//	    opaque chat<0..64>;
//	    uint64 from;                     /* milliseconds since 1970 */
//	    uint64 until;
//	    opaque publication<0..2^24-1>;
//	    opaque signature[64];            /* Ed25519 of all before it */
//	} Order;
func (k *OrderKey) Sign(o Order) ([]byte, error) {
	if err := checkName(o.Name); err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	if len(o.Chat) > MaxName || o.From.UnixMilli() < 0 || o.From.UnixMilli() >= o.Until.UnixMilli() {
		return nil, fmt.Errorf("ghost: expected a chat's name of at most %d bytes and a time that begins after 1970 and before it ends, found another", MaxName)
	}
	out := cryptobyte.NewBuilder([]byte{version, kindOrder})
	addName(out, o.Name)
	addName(out, o.Chat)
	out.AddUint64(uint64(o.From.UnixMilli()))
	out.AddUint64(uint64(o.Until.UnixMilli()))
	out.AddUint24LengthPrefixed(func(out *cryptobyte.Builder) { out.AddBytes(o.Publication) })
	signed, err := out.Bytes()
	if err != nil {
		return nil, fmt.Errorf("ghost: %w", err)
	}
	return k.sign(signed), nil
}

func (k *OrderKey) sign(signed []byte) []byte {
	return append(signed[:len(signed):len(signed)], ed25519.Sign(k.private, signed)...)
}

// parseOrder checks the signature of an order and reads it.
func parseOrder(public OrderPublicKey, b []byte) (o Order, err error) {
	n := len(b) - ed25519.SignatureSize
	if n < 0 || !ed25519.Verify(public[:], b[:n], b[n:]) {
		return o, ErrOrder
	}
	in := cryptobyte.String(b[:n])
	var chat, publication cryptobyte.String
	var from, until uint64
	if !readHeader(&in, kindOrder) || !readName(&in, &o.Name) || !in.ReadUint8LengthPrefixed(&chat) || len(chat) > MaxName ||
		!in.ReadUint64(&from) || !in.ReadUint64(&until) || from >= until || until > 1<<62 ||
		!in.ReadUint24LengthPrefixed(&publication) || !in.Empty() {
		return Order{}, malformed("an order")
	}
	o.Chat, o.Publication = string(chat), publication
	o.From, o.Until = time.UnixMilli(int64(from)), time.UnixMilli(int64(until))
	return o, nil
}

// covers reports whether an order is for a chat with these members, at a time.
func (o *Order) covers(chat string, members []string, at time.Time) bool {
	if at.Before(o.From) || !at.Before(o.Until) {
		return false
	}
	if o.Chat != "" {
		return o.Chat == chat
	}
	for _, name := range members {
		if name == o.Name {
			return true
		}
	}
	return false
}
