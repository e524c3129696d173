package clipper

import "fmt"

// What a wiretap does, step by step, and then all steps at once. No step knows who is asking: the
// lawful path and the theft are these functions.

// RecoverFields decrypts a LEAF under the family key, and so tells which unit made it. Any 16 bytes
// open to some fields: ask [FamilyKey.Fits] before believing them.
func (k FamilyKey) RecoverFields(l LEAF) Fields { return l.unseal(k.cipher()) }

// RecoverUnitKey combines two halves: KU = KU1 ⊕ KU2. It returns an error if they are of different
// units or of one agent.
func RecoverUnitKey(a, b Half) (k UnitKey, err error) {
	if a.Unit != b.Unit {
		return k, fmt.Errorf("clipper: expected two halves of one unit, found them of %v and of %v", a.Unit, b.Unit)
	}
	if a.Agent == b.Agent {
		return k, fmt.Errorf("clipper: expected the halves of two agents, found both of %q", a.Agent)
	}
	for i := range k.k {
		k.k[i] = a.Key[i] ^ b.Key[i]
	}
	return k, nil
}

// RecoverSessionKey unwraps the session key. A wrong unit key gives another session key, and no
// error: only [FamilyKey.Fits] can tell.
func (k UnitKey) RecoverSessionKey(f Fields) SessionKey { return unwrap(k.cipher(), f.Wrapped) }

// Fits reports whether the checksum of a LEAF fits this session key and IV. A chip asks this about
// the key it has agreed on, before it decrypts. A wiretap can ask it about the key it has
// unwrapped, and so learns whether the LEAF is true.
func (k FamilyKey) Fits(f Fields, session SessionKey, iv IV) bool {
	return begin(k.cipher(), session, iv).fits(f)
}

// RecoverSessionKey takes all steps at once: it recovers the session key from a header, with the
// family key and two halves. It returns [ErrLEAF] if the unwrapped key does not fit the LEAF's
// checksum: the LEAF was made up, or a half is false. It returns another error if the halves do not
// belong together or are of another unit than the LEAF.
func RecoverSessionKey(k FamilyKey, a, b Half, h Header) (SessionKey, error) {
	family := k.cipher()
	unit, err := RecoverUnitKey(a, b)
	if err != nil {
		return SessionKey{}, err
	}
	f := h.LEAF.unseal(family)
	if f.Unit != a.Unit {
		return SessionKey{}, fmt.Errorf("clipper: expected a LEAF of unit %v, found one of unit %v", a.Unit, f.Unit)
	}
	session := unit.RecoverSessionKey(f)
	if !begin(family, session, h.IV).fits(f) {
		return SessionKey{}, ErrLEAF
	}
	return session, nil
}

// Decrypt decrypts a transmission from its IV on, without a chip, as a decrypt processor does. It
// returns an error for an unknown mode, or for a ciphertext that is not whole blocks of 8 bytes.
func (k SessionKey) Decrypt(m Mode, iv IV, ciphertext []byte) ([]byte, error) {
	return (&stream{k.cipher(), iv}).decrypt(m, ciphertext)
}
