// Package recovery brings a person's messages back after a lost phone, without anyone else who could read
// them. The history is an age file under a key of the user's, and the key comes back in one of three ways:
//
//	a PIN     a vault of n servers keeps the key, and gives it to who knows the PIN, in ten guesses
//	friends   k of n friends give back shares of it (SLIP-39)
//	a sheet   one line on paper is the key
//
// The vault is the Juicebox protocol (whitepaper of 2023, github.com/juicebox-systems), with its messages
// in formats of our own: a threshold OPRF on ristretto255 (RFC 9497) hardens the PIN, and each server counts
// guesses. Package escrow/backup is the twin: the same backup under a key that the provider holds. It is a
// demonstration and has not been reviewed.
//
// Who holds which key:
//
//	the user        the PIN, in the head; or a sheet of paper
//	a phone         the history's key, while it is there
//	the provider    the sealed history, no key
//	server i of n   x_i and e_i, shares of the keys that open the history's key; a counter
//	a friend        a share, in an age file that only this friend opens, or 33 words on paper
//
//	the client                                          server i
//	access ‖ seed = Argon2id(PIN, version, account)
//	B = r H(access) ----------------------------------> counts a guess, and stores the count
//	                                                    E_i = x_i B, DLEQ proof, signed x_i G
//	<-------------------------------------------------  E_i, commitment, guesses used
//	xH(access) = r⁻¹ Σ λ_i E_i, for k servers
//	commitment ‖ unlock = SHA-512(OPRF output)
//	commitment not the server's? the PIN was wrong
//	tag_i = MAC(unlock, i) ---------------------------> right? sets the counter to 0
//	<-------------------------------------------------  e_i, sealed secret
//	key = MAC(seed, Σ λ_i e_i), opens the secret
//
// What a warrant gets. From the provider: sealed histories. From a server: shares that say nothing alone.
// From k servers, k of the user's friends, or the user: the history. Each of them can be asked, and each can
// refuse; none can do it alone, except the user.
//
// What a thief gets. Of fewer than k servers: nothing, not even a way to test a PIN (TestFewerThanK, and
// package attacks/recovery). Of k servers: a test for PINs at the speed of Argon2id, so that a PIN of four
// digits falls and a passphrase does not. Of fewer than k friends: nothing. Of the sheet, or of the
// unlocked phone: the history.
//
// Who notices. The user who recovers learns how many guesses are left, so that the guesses of others
// show. A theft of servers' disks shows nowhere. A dishonest friend who gives back a wrong share makes the
// combination fail (TestDishonestFriend), and is found by trying others.
//
// By the Commission's definition of a backdoor (attacks.Definition), "t servers" is not one: the
// provider and 2 servers. Nor is recovery itself: what comes back are one's own messages.
//
// Guesses. Each needs k servers, so n servers with g guesses each give floor(n g / k) in all
// (TestGuessArithmetic). k must be a strict majority: then two clients cannot each have k servers of one
// registration. The count is stored before a server answers, so that a crash costs a guess and never gives
// one (TestCrashAtEachWrite). A registration by anyone who can log in replaces the one before: who can do
// that can destroy the key, and not read it.
//
// Compared with what others have published. Signal's SVR2 keeps a PIN's hash and the key in one group of
// enclaves, SVR3 shares the key among three kinds of enclaves with an OPRF key each; WhatsApp's vault is
// OPAQUE (RFC 9807) in hardware modules that count. All of them trust hardware to count. Here too a server
// that does not count gives guesses away, but k of them must be dishonest, and hardware is not needed.
//
// This is not escrow against the user: the key comes back to who knows the PIN, has the paper or is helped by
// friends that the user chose, the user takes part or is told, and no one can open the histories of
// everyone with what one of these hands over.
package recovery

import (
	"crypto/subtle"
	"errors"
	"io"
	"strings"

	"filippo.io/age"

	"doormat/internal/agekey"
	"doormat/internal/hpke"
	"doormat/internal/secret"
)

type (
	hidden[T any] = secret.Hidden[T]
	named[T any]  = secret.Named[T]
)

// A Key seals a history. Printing one prints the beginning of its recipient.
type Key struct {
	named[Key]
	identity *age.HybridIdentity
}

// NewKey draws a key.
func NewKey() *Key {
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		panic("recovery: internal error: " + err.Error()) // age draws 32 random bytes
	}
	return newKey(identity)
}

func newKey(identity *age.HybridIdentity) *Key {
	return &Key{secret.Name[Key](identity.Recipient().String()[:24] + "…"), identity}
}

// RecoveryKey returns the key as one line, "AGE-SECRET-KEY-PQ-1…", 77 characters: it is the recovery sheet.
// The command of age 1.3 or later opens a history with it.
func (k *Key) RecoveryKey() string { return k.identity.String() }

// ParseKey reads a line that was copied from a sheet. Spaces, hyphens between blocks and small letters are
// as good. The line has a checksum that finds every slip of up to four characters.
func ParseKey(line string) (*Key, error) {
	line = strings.ToUpper(strings.Join(strings.Fields(line), ""))
	identity, err := age.ParseHybridIdentity(line)
	if err != nil {
		return nil, errors.New(`recovery: expected a line "AGE-SECRET-KEY-PQ-1…", found something else, or a slip in it`)
	}
	return newKey(identity), nil
}

// seed is what the line encodes.
func (k *Key) seed() [hpke.SeedSize]byte { return agekey.Seed(k.identity) }

func keyOf(seed []byte) (*Key, error) {
	if len(seed) != hpke.SeedSize {
		return nil, errors.New("recovery: expected a key of 32 bytes, found another secret")
	}
	identity, err := agekey.FromSeed([hpke.SeedSize]byte(seed))
	if err != nil {
		return nil, errors.New("recovery: expected a key, found something else")
	}
	return newKey(identity), nil
}

// Seal encrypts a history to the key, as an age file.
func (k *Key) Seal(dst io.Writer, src io.Reader) error {
	w, err := age.Encrypt(dst, agekey.RecipientOf(k.identity))
	if err == nil {
		_, err = io.Copy(w, src)
	}
	if err == nil {
		err = w.Close()
	}
	return wrap(err)
}

// Open decrypts a history. What is written to dst is a prefix of what was sealed, and if Open returns no
// error it is all of it.
func (k *Key) Open(dst io.Writer, src io.Reader) error {
	r, err := agekey.Decrypt(src, k.identity)
	if err == nil {
		_, err = io.Copy(dst, r)
	}
	return wrap(err)
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return errors.New("recovery: " + strings.TrimPrefix(err.Error(), "age: "))
}

// Split returns the key in n shares, of which k give it back: SLIP-39, of 33 words each. It returns an error
// unless 1 ≤ k ≤ n ≤ 16 and, if k is 1, n is 1.
func (k *Key) Split(threshold, n int) ([]Share, error) {
	seed := k.seed()
	return SplitSecret(seed[:], threshold, n)
}

// CombineKey returns the key that shares of [Key.Split] are of.
func CombineKey(shares ...Share) (*Key, error) {
	seed, err := CombineSecret("", shares...)
	if err != nil {
		return nil, err
	}
	return keyOf(seed)
}

// Equal reports whether two keys are the same.
func (k *Key) Equal(other *Key) bool {
	a, b := k.seed(), other.seed()
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
