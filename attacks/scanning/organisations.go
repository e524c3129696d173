package scanning

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"

	"doormat/escrow/scanning"
)

// An Organisation signs tables whose entries it knows. It stands for a hotline with a list of its own.
type Organisation struct {
	Key   ed25519.PublicKey
	key   ed25519.PrivateKey
	knows map[scanning.Hash]bool
}

// NewOrganisation returns one that knows these hashes.
func NewOrganisation(list ...scanning.Hash) *Organisation {
	var seed [ed25519.SeedSize]byte
	rand.Read(seed[:])
	key := ed25519.NewKeyFromSeed(seed[:])
	o := &Organisation{key.Public().(ed25519.PublicKey), key, map[scanning.Hash]bool{}}
	for _, h := range list {
		o.Submit(h)
	}
	return o
}

// Submit adds a hash to the organisation's own list, as one that takes hashes from others does: it has not
// seen the picture.
func (o *Organisation) Submit(h scanning.Hash) { o.knows[h] = true }

// Sign signs a table if its opening proves that the organisation knows every entry. Else it returns an
// error, which names the first that it does not know.
func (o *Organisation) Sign(t *scanning.Table, opening []byte) ([]byte, error) {
	entries, err := t.Check(opening)
	if err != nil {
		return nil, err
	}
	for _, h := range entries {
		if !o.knows[h] {
			return nil, fmt.Errorf("attacks: the table has an entry that this organisation does not know: %x…", h[:4])
		}
	}
	return scanning.Approve(o.key, scanning.DigestOf(t.Bytes())), nil
}

// Signed asks all organisations to sign a table, and returns how many did, and whether a device that wants k
// signatures takes it.
func Signed(b *scanning.Build, all []*Organisation, k int) (signed int, taken bool) {
	var keys []ed25519.PublicKey
	var approvals [][]byte
	for _, o := range all {
		a, err := o.Sign(b.Table, b.Opening)
		if err == nil {
			signed++
		}
		keys, approvals = append(keys, o.Key), append(approvals, a)
	}
	return signed, scanning.Approved(scanning.DigestOf(b.Table.Bytes()), keys, approvals, k)
}

// CanTell reports whether the owner of a device can tell that a picture is looked for, from what the device
// has of the list: known says that there is a way to ask at all. With the list in clear there is, and it is
// the device's own matching. With a table there is none.
func CanTell(shipped, picture []byte) (listed, known bool) {
	l, err := scanning.ParseList(shipped)
	if err != nil {
		return false, false
	}
	h, ok := HashPicture(picture)
	if !ok {
		return false, true
	}
	_, _, listed = l.Match(h)
	return listed, true
}

// A Change is what a device sees when its list grows: how many bytes it had and has, and how many bytes of
// both are equal at the same place.
type Change struct{ Before, After, Equal int }

// Compare compares what devices had of a list with what they have.
func Compare(before, after []byte) Change {
	c := Change{Before: len(before), After: len(after)}
	for i := range min(len(before), len(after)) {
		if before[i] == after[i] {
			c.Equal++
		}
	}
	return c
}
