package transparency

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"doormat/internal/vrf"
)

// A Labelling says how a label and a version become an index of the tree.
type Labelling uint8

// The labellings.
const (
	VRFLabels    Labelling = iota // only the directory can compute an index, and it proves each
	HashedLabels                  // anyone can: who has the tree guesses labels until one is in it
)

// labels is one labelling with its keys. Only the directory has the private one.
type labels struct {
	kind    Labelling
	private *vrf.PrivateKey
	public  vrf.PublicKey
}

// input is VrfInput of draft-ietf-keytrans-protocol:
//
//	opaque label<0..2^8-1>;
//	uint32 version;
func input(label string, version uint32) []byte {
	b := append([]byte{byte(len(label))}, label...)
	return binary.BigEndian.AppendUint32(b, version)
}

// hashedIndex is SHA-256("doormat 1 directory label" ‖ input).
func hashedIndex(label string, version uint32) index {
	return sha256.Sum256(append([]byte("doormat 1 directory label"), input(label, version)...))
}

// proofSize is the length of a proof of one index, in bytes.
func (l *labels) proofSize() int {
	if l.kind == HashedLabels {
		return 0
	}
	return vrf.ProofSize
}

// index returns the index of a version of a label, and its proof. A VRF's output is cut to 32 bytes.
func (l *labels) index(label string, version uint32) (i index, proof []byte) {
	if l.kind == HashedLabels {
		return hashedIndex(label, version), nil
	}
	output, p := l.private.Prove(input(label, version))
	return index(output[:hashSize]), p[:]
}

// check returns the index that a proof proves.
func (l *labels) check(label string, version uint32, proof []byte) (i index, err error) {
	if l.kind == HashedLabels {
		return hashedIndex(label, version), nil
	}
	output, err := l.public.Verify(input(label, version), proof)
	if err != nil {
		return i, errors.New("expected the proof of an index, found another")
	}
	return index(output[:hashSize]), nil
}

const openingSize = 16

// commitmentKey is Kc of draft-ietf-keytrans-protocol.
var commitmentKey = []byte{
	0xd8, 0x21, 0xf8, 0x79, 0x0d, 0x97, 0x70, 0x97, 0x96, 0xb4, 0xd7, 0x90, 0x33, 0x57, 0xc3, 0xf5,
}

// commit binds a version of a label to a value, and hides it from those who do not have the opening:
//
//	HMAC-SHA-256(Kc, opening[16] ‖ input ‖ uint32 length ‖ value)
func commit(opening [openingSize]byte, label string, version uint32, value []byte) hash {
	h := hmac.New(sha256.New, commitmentKey)
	h.Write(opening[:])
	h.Write(input(label, version))
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(value))))
	h.Write(value)
	return hash(h.Sum(nil))
}

func newOpening() (o [openingSize]byte) {
	rand.Read(o[:])
	return o
}

func checkLabel(label string) error {
	if len(label) == 0 || len(label) > MaxLabel {
		return fmt.Errorf("expected a label of 1 to %d bytes, found %d", MaxLabel, len(label))
	}
	return nil
}

func checkSet(label string, value []byte) error {
	if len(value) > MaxValue {
		return fmt.Errorf("expected a value of at most %d bytes, found %d", MaxValue, len(value))
	}
	return checkLabel(label)
}

// ladder returns the versions whose presence or absence proves that there are n: the binary ladder of
// draft-ietf-keytrans-protocol. It looks at 0, 1, 3, 7 … up to the first that is absent, and then
// halves what is between. Each step depends only on what the one before has found, so no tree has two
// answers. Version v is present if v < n.
func ladder(n uint32) (versions []uint32) {
	last := int64(-1) // present
	first := int64(0) // absent
	for {
		versions = append(versions, uint32(first))
		if first >= int64(n) {
			break
		}
		last, first = first, 2*first+1
	}
	for first-last > 1 {
		middle := (first + last) / 2
		versions = append(versions, uint32(middle))
		if middle < int64(n) {
			last = middle
		} else {
			first = middle
		}
	}
	return versions
}
