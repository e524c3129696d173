package mls

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/attacks"
	"doormat/noescrow/mls"
)

// A device is an identity and its groups. Its state is, in bytes:
//
//	struct {
//	    opaque group_id<0..2^16-1>;
//	    uint32 sent;                  /* messages since the last commit of this device */
//	    opaque group<0..2^32-1>;      /* mls.Group.MarshalBinary */
//	} Membership;
//
//	struct {
//	    uint8  version = 1;
//	    opaque identity<0..2^32-1>;   /* mls.Identity.MarshalBinary */
//	    Membership groups[];          /* by group_id, to the end */
//	} Device;
type device struct {
	name   string
	key    []byte // for signatures, public
	id     *mls.Identity
	groups map[string]*membership // by group_id
}

type membership struct {
	group *mls.Group
	sent  int
}

const deviceVersion = 1

func (d *device) MarshalBinary() ([]byte, error) {
	identity, err := d.id.MarshalBinary()
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddUint8(deviceVersion)
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(identity) })
	for _, id := range slices.Sorted(maps.Keys(d.groups)) {
		in := d.groups[id]
		group, err := in.group.MarshalBinary()
		if err != nil {
			return nil, err
		}
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(id)) })
		b.AddUint32(uint32(in.sent))
		b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(group) })
	}
	return b.Bytes()
}

var errDevice = errors.New("attacks: expected the state of a device with groups, found something else")

// parseDevice makes a device of a stolen state. Its clock is the thief's.
func parseDevice(state []byte, clock func() time.Time) (*device, error) {
	in := cryptobyte.String(state)
	var version uint8
	var size uint32
	var identity []byte
	if !in.ReadUint8(&version) || version != deviceVersion || !in.ReadUint32(&size) || !in.ReadBytes(&identity, int(size)) {
		return nil, errDevice
	}
	d := &device{id: new(mls.Identity), groups: map[string]*membership{}}
	if err := d.id.UnmarshalBinary(identity); err != nil {
		return nil, fmt.Errorf("%w: %w", errDevice, err)
	}
	d.name = d.id.Credential().Identity
	d.id.SetClock(clock)
	for !in.Empty() {
		var id cryptobyte.String
		var sent, size uint32
		var group []byte
		if !in.ReadUint16LengthPrefixed(&id) || !in.ReadUint32(&sent) || !in.ReadUint32(&size) || !in.ReadBytes(&group, int(size)) {
			return nil, errDevice
		}
		g, err := mls.ParseGroup(d.id, group)
		if err != nil || !bytes.Equal(g.ID(), id) || d.groups[string(id)] != nil {
			return nil, errors.Join(errDevice, err)
		}
		d.groups[string(id)] = &membership{g, int(sent)}
	}
	return d, nil
}

var errNoMessage = errors.New("attacks: the envelope carries no message for this device")

// receive takes all parts of an envelope in order, and returns the message in it.
func (d *device) receive(s *system, at time.Time, envelope []byte) (from, text string, err error) {
	parts, ok := split(envelope)
	if !ok {
		return "", "", errNoMessage
	}
	err = errNoMessage
	for _, part := range parts {
		if part.wire == wireWelcome {
			g, wrong := d.id.Join(part.bytes, nil)
			if wrong == nil {
				d.groups[string(g.ID())] = &membership{group: g}
				wrong = s.hoard.look(d, g)
			} else if len(parts) > 2 {
				wrong = nil // with a commit, the Welcome is for whom that adds
			}
			if wrong != nil {
				return "", "", wrong
			}
			continue
		}
		in := d.groups[string(part.group)]
		if in == nil {
			return "", "", errNoMessage
		}
		r, wrong := in.group.Open(part.bytes)
		if wrong != nil {
			return "", "", wrong
		}
		if r.Kind == mls.Committed {
			if wrong := s.hoard.look(d, in.group); wrong != nil {
				return "", "", wrong
			}
			continue
		}
		if r.Kind != mls.Application || !bytes.Equal(r.Associated, attacks.Date(at)) {
			return "", "", errNoMessage
		}
		from, text, err = r.Sender.Credential.Identity, string(r.Text), nil
	}
	return from, text, err
}

// Parts of an envelope. It is a sequence of messages of RFC 9420, each behind its length in four bytes: a
// Welcome or a commit, if there is one, then the application message that it belongs to.
type part struct {
	bytes []byte
	wire  uint16
	group []byte // of a private message: the group, in clear
	kind  uint8  // the same: what it says of its content

	ciphertext []byte
}

// The wire formats of RFC 9420, Section 17.2, and the content types of Section 6.
const (
	wirePrivate     = 2
	wireWelcome     = 3
	wireKeyPackage  = 5
	typeApplication = 1
)

// join makes an envelope.
func join(messages ...[]byte) []byte {
	var b cryptobyte.Builder
	for _, m := range messages {
		b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(m) })
	}
	return b.BytesOrPanic()
}

// split returns the parts of an envelope, without copying it. It reports false if there is none, or other
// bytes beside them.
func split(envelope []byte) (all []part, ok bool) {
	in := cryptobyte.String(envelope)
	for !in.Empty() {
		var size uint32
		p := part{}
		if !in.ReadUint32(&size) || !in.ReadBytes(&p.bytes, int(size)) || !p.read() {
			return nil, false
		}
		all = append(all, p)
	}
	return all, len(all) > 0
}

// read reads what is in clear (RFC 9420, Sections 6 and 6.3).
func (p *part) read() bool {
	in := cryptobyte.String(p.bytes)
	if !in.Skip(2) || !in.ReadUint16(&p.wire) || p.wire != wirePrivate && p.wire != wireWelcome {
		return false
	}
	if p.wire == wireWelcome {
		return true
	}
	var skipped []byte
	return readV(&in, &p.group) && in.Skip(8) && in.ReadUint8(&p.kind) &&
		readV(&in, &skipped) && readV(&in, &skipped) && readV(&in, &p.ciphertext) && in.Empty()
}

// readV reads opaque v<V> (RFC 9420, Section 2.1.2).
func readV(s *cryptobyte.String, v *[]byte) bool {
	var first uint8
	var rest []byte
	if !s.ReadUint8(&first) || first>>6 == 3 || !s.ReadBytes(&rest, 1<<(first>>6)-1) {
		return false
	}
	n := int(first & 0x3f)
	for _, b := range rest {
		n = n<<8 | int(b)
	}
	return s.ReadBytes(v, n)
}

// addV appends opaque v<V>.
func addV(b, v []byte) []byte {
	switch n := len(v); {
	case n < 1<<6:
		b = append(b, byte(n))
	case n < 1<<14:
		b = append(b, 1<<6|byte(n>>8), byte(n))
	default:
		b = append(b, 2<<6|byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, v...)
}

// Carries reports what an envelope has in front of its message, as everyone sees: a commit, and a Welcome.
func Carries(envelope []byte) (commit, welcome bool) {
	parts, _ := split(envelope)
	for i, p := range parts {
		welcome = welcome || p.wire == wireWelcome
		commit = commit || p.wire == wirePrivate && i < len(parts)-1
	}
	return commit, welcome
}
