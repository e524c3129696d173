package clipper

import "fmt"

// What a tap does, step by step, and at the end all of it at once. No step knows who is asking:
// the lawful path and the theft are these functions.

// RecoverFields takes the family key off a LEAF. It says which unit made the LEAF, if a unit made
// it: every 16 bytes open to something.
func (k FamilyKey) RecoverFields(l LEAF) Fields { return l.unseal(k.cipher()) }

// RecoverUnitKey puts two halves together: KU = KU1 ⊕ KU2.
func RecoverUnitKey(a, b Half) (k UnitKey, err error) {
	if a.Unit != b.Unit {
		return k, fmt.Errorf("clipper: expected two halves of one unit, found them of %v and of %v", a.Unit, b.Unit)
	}
	if a.Agent == b.Agent {
		return k, fmt.Errorf("clipper: expected the halves of two agents, found both of %q", a.Agent)
	}
	for i := range k {
		k[i] = a.Key[i] ^ b.Key[i]
	}
	return k, nil
}

// RecoverSessionKey unwraps the session key. Under the wrong unit key it is another one, and
// nothing says so before [FamilyKey.Fits] does.
func (k UnitKey) RecoverSessionKey(f Fields) SessionKey { return unwrap(k.cipher(), f.Wrapped) }

// Fits reports whether a LEAF's checksum is that of this session key and IV. A chip asks that of
// the key it has agreed on, before it decrypts; a tap can ask it of the key that it has unwrapped,
// and then knows whether the LEAF told the truth.
func (k FamilyKey) Fits(f Fields, session SessionKey, iv IV) bool {
	return begin(k.cipher(), session, iv).fits(f)
}

// RecoverSessionKey is all steps at once: from a header, with the family key and two halves, to
// the session key. It returns [ErrLEAF] if the LEAF does not tell the truth: somebody made it up,
// or one of the halves is false.
func RecoverSessionKey(k FamilyKey, a, b Half, h Header) (SessionKey, error) {
	family := k.cipher()
	unit, err := RecoverUnitKey(a, b)
	if err != nil {
		return SessionKey{}, err
	}
	f := h.LEAF.unseal(family)
	if f.Unit != a.Unit {
		return SessionKey{}, fmt.Errorf("clipper: the LEAF names unit %v, and the halves are of unit %v", f.Unit, a.Unit)
	}
	session := unit.RecoverSessionKey(f)
	if !begin(family, session, h.IV).fits(f) {
		return SessionKey{}, ErrLEAF
	}
	return session, nil
}

// Decrypt decrypts a transmission without a chip, as a decrypt processor does.
func (k SessionKey) Decrypt(m Mode, iv IV, ciphertext []byte) ([]byte, error) {
	return (&stream{k.cipher(), iv}).decrypt(m, ciphertext)
}
