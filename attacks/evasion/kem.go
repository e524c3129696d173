package evasion

import (
	"crypto/sha3"
	"fmt"

	"github.com/cloudflare/circl/kem/mlkem/mlkem768"
	"github.com/cloudflare/circl/pke/kyber/kyber768"

	"doormat/internal/avx"
)

// Encapsulate makes an ML-KEM-768 ciphertext for a public key of 1,184 bytes, with these coins in the place
// of the 32 random bytes m of FIPS 203, Algorithm 20. Who has the private key decapsulates it as any other,
// and finds the coins with [Encapsulated]: ML-KEM recovers all of its randomness. It returns the
// ciphertext, 1,088 bytes, and the shared secret.
func Encapsulate(publicKey []byte, c Coins) (ciphertext []byte, shared [32]byte, err error) {
	var ek mlkem768.PublicKey
	if len(publicKey) != mlkem768.PublicKeySize {
		return nil, shared, fmt.Errorf("evasion: expected a public key of %d bytes, found %d", mlkem768.PublicKeySize, len(publicKey))
	}
	defer avx.Clear()
	if err := ek.Unpack(publicKey); err != nil {
		return nil, shared, fmt.Errorf("evasion: expected an ML-KEM public key: %w", err)
	}
	ciphertext = make([]byte, mlkem768.CiphertextSize)
	ek.EncapsulateTo(ciphertext, shared[:], c[:])
	return ciphertext, shared, nil
}

// Encapsulated returns the 32 bytes that a ciphertext of 1,088 bytes encapsulates, given the private key as
// a seed of 64 bytes (d ‖ z of FIPS 203, Algorithm 16). It is K-PKE.Decrypt (Algorithm 15). It does not
// check that the ciphertext is well formed: any 1,088 bytes encapsulate something.
func Encapsulated(seed, ciphertext []byte) (c Coins, err error) {
	if len(seed) != mlkem768.KeySeedSize || len(ciphertext) != mlkem768.CiphertextSize {
		return c, fmt.Errorf("evasion: expected a seed of %d bytes and a ciphertext of %d, found %d and %d",
			mlkem768.KeySeedSize, mlkem768.CiphertextSize, len(seed), len(ciphertext))
	}
	_, dk := kyber768.NewKeyFromSeedMLKEM(seed[:32])
	dk.DecryptTo(c[:], ciphertext)
	avx.Clear()
	return c, nil
}

// xwingToMLKEM returns the seed of the ML-KEM half of an X-Wing private key (draft-connolly-cfrg-xwing-kem,
// Section 5.2).
func xwingToMLKEM(seed [32]byte) []byte { return sha3.SumSHAKE256(seed[:], 96)[:mlkem768.KeySeedSize] }
