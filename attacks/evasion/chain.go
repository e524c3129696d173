package evasion

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// ErrCoins reports coins that the sender was not free to choose.
var ErrCoins = errors.New("evasion: the coins are not the chain's")

// A Chain is the remedy against hidden messages and against substituted algorithms alike: sender and
// recipient share it, the coins of message n follow from it, and the recipient refuses others. Field and
// body are then functions of chain, number and text, as in schemes with unique ciphertexts, and nothing in
// them is left to choose. It does not cover what the ratchet draws, keys and nonces ([Key.HideInNonce]),
// which would have to follow likewise.
//
// A chain is for one direction, and a number for one message: two messages with the same coins have one key and one
// nonce, and whoever is on the wire has the difference of their texts (TestChainCountsOnce).
//
// The price is that the chain opens every message of which it makes the coins, past and future: [Chain.Open].
type Chain [32]byte

// NewChain draws a chain.
func NewChain() (c Chain) {
	rand.Read(c[:])
	return c
}

// Format implements [fmt.Formatter]: no verb prints the chain.
func (Chain) Format(f fmt.State, _ rune) { io.WriteString(f, "evasion.Chain(hidden)") }

// Coins returns the coins of message n, HMAC-SHA-256 of n under the chain.
func (c Chain) Coins(n uint64) Coins { return Key(c).block("chain", n, nil) }

// Check returns [ErrCoins] unless coins are those of message n.
func (c Chain) Check(n uint64, coins Coins) error {
	want := c.Coins(n)
	if subtle.ConstantTimeCompare(want[:], coins[:]) != 1 {
		return ErrCoins
	}
	return nil
}

// Open opens message n for a thief of the chain, who has no other key. It returns an error if the envelope
// is not of package escrow or not message n of the chain.
func (c Chain) Open(n uint64, envelope []byte) (text string, err error) {
	parts, ok := layout.Split(envelope)
	if !ok {
		return "", errors.New("evasion: expected an envelope of package escrow, found something else")
	}
	key, _ := c.Coins(n).expand()
	b, ok := parts.Open(key[:])
	if !ok {
		return "", ErrCoins
	}
	return string(b), nil
}
