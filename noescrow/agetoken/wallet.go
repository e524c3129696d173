package agetoken

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/blindsign/blindrsa"
	"golang.org/x/crypto/cryptobyte"
)

// ErrEmpty reports a wallet that has no token left. Request a batch, and wait before spending from it: a
// token that is spent as soon as it is signed names its owner by the time.
var ErrEmpty = errors.New("agetoken: the wallet has no token left")

// A Wallet is what a phone has: tokens of one key, for one challenge. It is not safe for concurrent use.
// Printing one prints no token.
type Wallet struct {
	hidden[Wallet]
	key       *PublicKey
	challenge [sha256.Size]byte
	tokens    []Token
	pending   []pending // of the last request
}

// pending is a token that has been requested.
type pending struct {
	token Token // without its signature
	state blindrsa.State
}

// NewWallet returns an empty wallet for tokens of this key, for a challenge in bytes. Take the key from where
// everyone takes it, and compare its ID.
func NewWallet(key *PublicKey, challenge []byte) (*Wallet, error) {
	if _, err := ParseChallenge(challenge); err != nil {
		return nil, err
	}
	return &Wallet{key: key, challenge: sha256.Sum256(challenge)}, nil
}

// Len returns how many tokens are left.
func (w *Wallet) Len() int { return len(w.tokens) }

// Request returns what to send to the issuer for n tokens, from 1 to [MaxBatch]. Nonces, salts and blinding
// factors are drawn anew. A request that has not been answered is forgotten.
func (w *Wallet) Request(n int) (batch []byte, err error) {
	if n < 1 || n > MaxBatch {
		return nil, fmt.Errorf("agetoken: expected a batch of 1 to %d tokens, found %d", MaxBatch, n)
	}
	client, err := blindrsa.NewClient(variant, w.key.key)
	if err != nil {
		return nil, fmt.Errorf("agetoken: %w", err)
	}
	w.pending = nil
	var requests [][]byte
	for range n {
		t := Token{challenge: w.challenge, key: w.key.ID()}
		rand.Read(t.nonce[:])
		blinded, state, err := client.Blind(rand.Reader, t.input())
		if err != nil {
			return nil, fmt.Errorf("agetoken: %w", err)
		}
		w.pending = append(w.pending, pending{t, state})
		requests = append(requests, newRequest(t.key, blinded))
	}
	return joinBatch(kindRequests, requests), nil
}

// Finish takes the issuer's answer to the last request. It verifies each signature, and takes all tokens or
// none: after an error the wallet is as it was.
func (w *Wallet) Finish(responses []byte) error {
	all, err := parseBatch(kindResponses, responses, keySize)
	if err != nil {
		return err
	}
	if len(all) != len(w.pending) {
		return fmt.Errorf("agetoken: expected %d signatures, found %d", len(w.pending), len(all))
	}
	var tokens []Token
	for i, p := range w.pending {
		if p.token, err = finish(w.key.key, p, all[i]); err != nil {
			return err
		}
		tokens = append(tokens, p.token)
	}
	w.tokens, w.pending = append(w.tokens, tokens...), nil
	return nil
}

// finish unblinds a signature (RFC 9474, Section 4.4), and verifies it.
func finish(key *rsa.PublicKey, p pending, response []byte) (Token, error) {
	client, err := blindrsa.NewClient(variant, key)
	if err != nil {
		return Token{}, fmt.Errorf("agetoken: %w", err)
	}
	signature, err := client.Finalize(p.state, response)
	if err != nil {
		return Token{}, errors.New("agetoken: the issuer's signature is not one of its key")
	}
	copy(p.token.signature[:], signature)
	return p.token, nil
}

// Take removes a token from the wallet, the one that was fetched first. It returns [ErrEmpty] if there is
// none.
func (w *Wallet) Take() (Token, error) {
	if len(w.tokens) == 0 {
		return Token{}, ErrEmpty
	}
	t := w.tokens[0]
	w.tokens = w.tokens[1:]
	return t, nil
}

// MarshalBinary returns the tokens, as a thief of the phone gets them: version, kind 3, and tokens of 354
// bytes, oldest first. Key, challenge and requests under way are not in it.
func (w *Wallet) MarshalBinary() ([]byte, error) {
	b := []byte{version, kindWallet}
	for _, t := range w.tokens {
		b = append(b, t.Bytes()...)
	}
	return b, nil
}

// UnmarshalBinary reads what [Wallet.MarshalBinary] returns, in place of the tokens that the wallet has. It
// takes only tokens of the wallet's key and challenge. After an error the wallet is as it was.
func (w *Wallet) UnmarshalBinary(data []byte) error {
	in := cryptobyte.String(data)
	ok := readHeader(&in, kindWallet)
	var tokens []Token
	for ok && !in.Empty() {
		var b []byte
		if ok = in.ReadBytes(&b, TokenSize); !ok {
			break
		}
		t, err := ParseToken(b)
		ok = err == nil && t.key == w.key.ID() && t.challenge == w.challenge
		tokens = append(tokens, t)
	}
	if !ok {
		return errors.New("agetoken: expected a wallet of this key and challenge, found something else")
	}
	w.tokens, w.pending = tokens, nil
	return nil
}
