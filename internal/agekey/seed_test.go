package agekey

import (
	"crypto/rand"
	"testing"

	"filippo.io/age"

	"doormat/internal/hpke"
)

// The line of a seed is age's own, and every seed comes back from it.
func TestFromSeed(t *testing.T) {
	for range 50 {
		want, err := age.GenerateHybridIdentity()
		if err != nil {
			t.Fatal(err)
		}
		got, err := FromSeed(Seed(want))
		if err != nil || got.String() != want.String() {
			t.Fatalf("%v, %v", got, err)
		}
		var seed [hpke.SeedSize]byte
		rand.Read(seed[:])
		identity, err := FromSeed(seed)
		if err != nil || Seed(identity) != seed {
			t.Fatalf("%x comes back as %x, %v", seed, Seed(identity), err)
		}
	}
}
