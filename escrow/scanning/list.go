package scanning

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/crypto/cryptobyte"
)

// A Hash is the PDQ hash of a picture, 256 bits, or for a text the SHA-256 hash of a phrase.
type Hash [32]byte

// Distance returns the number of bits in which two hashes differ, from 0 to 256.
func (h Hash) Distance(other Hash) (n int) {
	for i := 0; i < len(h); i += 8 {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(h[i:]) ^ binary.LittleEndian.Uint64(other[i:]))
	}
	return n
}

// A Hasher returns the hash of a picture's file, and false if it has none: if it is no picture, or one with
// too little in it to tell it from others.
type Hasher func(picture []byte) (Hash, bool)

// Confident is the distance at which PDQ's authors call two pictures the same (facebook/ThreatExchange,
// pdq/README: "distance threshold to consider two hashes to be similar/matching: 31").
const Confident = 31

// A List is the first design: the list on the device, in clear. A picture matches an entry if their
// hashes differ in at most Distance bits, which is the dial. At 256 every picture matches.
type List struct {
	Distance int // from 0 to 256
	Entries  []Hash
}

// Match returns the entry nearest to a hash, the first of several, and its distance. It reports false if
// none is within l.Distance. It compares with every entry.
func (l *List) Match(h Hash) (entry Hash, distance int, ok bool) {
	distance = l.Distance + 1
	for _, e := range l.Entries {
		if d := e.Distance(h); d < distance {
			entry, distance, ok = e, d, true
		}
	}
	return entry, distance, ok
}

var errList = errors.New("scanning: expected a list of hashes, found something else")

// MaxEntries is the largest number of entries of a list.
const MaxEntries = 1 << 20

// Bytes returns the list as it is shipped to devices. It returns an error for a distance over 256, and for
// more than [MaxEntries] entries.
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 3;
//	    uint16 distance;
//	    Hash   entries[];      /* to the end */
//	} List;
func (l *List) Bytes() ([]byte, error) {
	if l.Distance < 0 || l.Distance > 256 || len(l.Entries) > MaxEntries {
		return nil, fmt.Errorf("scanning: expected a distance up to 256 and %d entries at most, found %d and %d", MaxEntries, l.Distance, len(l.Entries))
	}
	b := header(kindList)
	b.AddUint16(uint16(l.Distance))
	for _, e := range l.Entries {
		b.AddBytes(e[:])
	}
	return b.Bytes()
}

// ParseList reads what [List.Bytes] returns.
func ParseList(b []byte) (*List, error) {
	in := cryptobyte.String(b)
	var distance uint16
	if !readHeader(&in, kindList) || !in.ReadUint16(&distance) || distance > 256 ||
		len(in)%len(Hash{}) != 0 || len(in) > MaxEntries*len(Hash{}) {
		return nil, errList
	}
	l := &List{Distance: int(distance)}
	for !in.Empty() {
		var e Hash
		in.CopyBytes(e[:])
		l.Entries = append(l.Entries, e)
	}
	return l, nil
}
