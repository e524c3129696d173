package clipper

import "doormat/internal/skipjack"

// KeySize is the length of every key of the system, and of a half, in bytes.
const KeySize = skipjack.KeySize

// A SessionKey is what two devices agree on by means of their own, KS in the literature.
type SessionKey [KeySize]byte

// A UnitKey is the key of one chip for as long as it lives, KU. Outside of chips it exists where
// two halves come together.
type UnitKey [KeySize]byte

// A FamilyKey is the same in all chips and in the decrypt processor of whoever taps, KF.
type FamilyKey [KeySize]byte

// Skipjack of each key. What it makes is the key itself, faster.
func (k SessionKey) cipher() *skipjack.Cipher { return skipjack.New(k) }
func (k UnitKey) cipher() *skipjack.Cipher    { return skipjack.New(k) }
func (k FamilyKey) cipher() *skipjack.Cipher  { return skipjack.New(k) }
