package sakke

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// MaxRemembered is how many invitations a phone remembers, 40 bytes each, so as not to accept one twice.
const MaxRemembered = 4096

// memory is what a phone remembers of the invitations that it has accepted: the latest MaxRemembered by
// their own dates, and the latest date of those that it has forgotten. An invitation of that date or
// before may be one of these, so it is refused. What was accepted is therefore never accepted again,
// even if the phone's clock is set back.
type memory struct {
	seen  []record // ascending
	floor uint64   // as MIKEY writes dates, 0 if none was forgotten
}

// A record is the date and the SHA-256 of an invitation. The hash leaves out the signature, which is
// malleable. Records sort by date.
type record [8 + sha256.Size]byte

func (m *Invitation) record() (r record) {
	stamp, err := ntp(m.At)
	if err != nil {
		panic("sakke: internal error: " + err.Error()) // it was parsed from a stamp
	}
	hash := sha256.Sum256(m.signed)
	binary.BigEndian.PutUint64(r[:], stamp)
	copy(r[8:], hash[:])
	return r
}

func (r record) stamp() uint64            { return binary.BigEndian.Uint64(r[:]) }
func (r record) compare(other record) int { return bytes.Compare(r[:], other[:]) }

// check returns an error if the invitation was accepted before, or may have been.
func (m *memory) check(r record) error {
	if _, found := slices.BinarySearchFunc(m.seen, r, record.compare); found {
		return ErrReplay
	}
	if r.stamp() <= m.floor {
		return fmt.Errorf("sakke: expected an invitation made after %s, found one made %s",
			fromNTP(m.floor).Format(time.DateTime), fromNTP(r.stamp()).Format(time.DateTime))
	}
	return nil
}

// add remembers an invitation. If there are too many then, it forgets those of the earliest date.
func (m *memory) add(r record) {
	at, _ := slices.BinarySearchFunc(m.seen, r, record.compare)
	m.seen = slices.Insert(m.seen, at, r)
	if len(m.seen) <= MaxRemembered {
		return
	}
	m.floor = m.seen[0].stamp()
	m.seen = slices.DeleteFunc(m.seen, func(r record) bool { return r.stamp() <= m.floor })
}

func (m *memory) marshal(b *cryptobyte.Builder) {
	b.AddUint64(m.floor)
	b.AddUint32(uint32(len(m.seen)))
	for _, r := range m.seen {
		b.AddBytes(r[:])
	}
}

// parseMemory reads what marshal writes, to the end.
func parseMemory(in cryptobyte.String) (m memory, err error) {
	var n uint32
	if !in.ReadUint64(&m.floor) || !in.ReadUint32(&n) || n > MaxRemembered || len(in) != int(n)*len(record{}) {
		return memory{}, errPhone
	}
	var last, r record
	for ; !in.Empty(); last = r {
		if !in.CopyBytes(r[:]) || r.stamp() <= m.floor || last.compare(r) >= 0 {
			return memory{}, errPhone
		}
		m.seen = append(m.seen, r)
	}
	return m, nil
}
