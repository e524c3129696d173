package escrow_test

import (
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/escrow"
)

// plain is a scheme of one's own: the message key is wrapped to an X25519 key, as in ECIES. Unlike this
// package's own scheme it does not withstand a quantum computer.
//
//	field = ephemeral public key ‖ AEAD(KDF(shared secret), message key)
var plain = escrow.Scheme{
	Version:   0xf0,
	KeySize:   32,
	FieldSize: 32 + 32 + chacha20poly1305.Overhead,
	ParseKey: func(b []byte) (escrow.PublicKey, error) {
		k, err := ecdh.X25519().NewPublicKey(b)
		if err != nil {
			return nil, err
		}
		return plainKey{k}, nil
	},
}

type plainKey struct{ *ecdh.PublicKey }

func (plainKey) Scheme() *escrow.Scheme { return &plain }
func (plainKey) FileRecipient() string  { return "" }

func (k plainKey) Wrap(key [32]byte, randomness [64]byte, _ []byte) []byte {
	ephemeral, err := ecdh.X25519().NewPrivateKey(randomness[:32])
	if err != nil {
		panic(err) // any 32 bytes are a private key
	}
	shared, err := ephemeral.ECDH(k.PublicKey)
	if err != nil {
		return nil // the authority's key has a low order: Seal returns an error
	}
	public := ephemeral.PublicKey().Bytes()
	return plainAEAD(shared, public).Seal(public, make([]byte, chacha20poly1305.NonceSize), key[:], nil)
}

// unwrap is the authority's side.
func unwrap(private *ecdh.PrivateKey, field []byte) (key [32]byte, err error) {
	ephemeral, err := ecdh.X25519().NewPublicKey(field[:32])
	if err != nil {
		return key, err
	}
	shared, err := private.ECDH(ephemeral)
	if err != nil {
		return key, err
	}
	k, err := plainAEAD(shared, field[:32]).Open(nil, make([]byte, chacha20poly1305.NonceSize), field[32:], nil)
	if err != nil {
		return key, errors.New("the field does not open")
	}
	return [32]byte(k), nil
}

// plainAEAD has a key for one field, so its nonce is zero.
func plainAEAD(shared, public []byte) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, shared, public, "an example's field", chacha20poly1305.KeySize)
	if err != nil {
		panic(err)
	}
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		panic(err)
	}
	return aead
}

// A scheme of one's own, and its authority. What would make devices that cannot load what they save, or open
// what they seal, is refused when the first device is made.
func ExampleNewDeviceFor() {
	authority, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	public := plainKey{authority.PublicKey()}
	plain.FieldSize = 64 // a mistake: the tag is forgotten
	_, err = escrow.NewDeviceFor(public)
	fmt.Println(err)
	plain.FieldSize = 80

	alice, err := escrow.NewDeviceFor(public)
	if err != nil {
		log.Fatal(err)
	}
	bob, err := escrow.NewDeviceFor(public)
	if err != nil {
		log.Fatal(err)
	}
	start(alice, bob.Identity(), publish(bob))
	envelope, err := alice.Seal(bob.Identity(), []byte("see you at nine"), nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, text, err := bob.OpenChecked(envelope, nil); err == nil {
		fmt.Printf("Bob reads %q\n", text)
	}
	e, err := plain.Parse(envelope)
	if err != nil {
		log.Fatal(err)
	}
	key, err := unwrap(authority, e.Field)
	if err != nil {
		log.Fatal(err)
	}
	if text, err := e.Open(key); err == nil {
		fmt.Printf("the authority reads %q\n", text)
	}
	// Output:
	// escrow: expected a field of 64 bytes, as the scheme says, found 80
	// Bob reads "see you at nine"
	// the authority reads "see you at nine"
}
