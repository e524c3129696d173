package transparency

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/vrf"
)

// MarshalBinary returns all of the directory, its keys and all that it was told included:
//
//	struct {
//	    uint8 version = 1; uint8 kind = 4; opaque origin<0..2^16-1>;
//	    opaque key[32]; uint8 labelling; opaque vrf[32];      seeds
//	    struct { uint64 time; Change changes<0..2^32-1>; } epochs<0..2^32-1>;
//	    Change pending<0..2^32-1>;
//	}
//	struct { opaque label<1..2^8-1>; opaque opening[16]; opaque value<0..2^16-1>; } Change;
//
// followed by opaque head<0..2^16-1>, the checkpoint with its cosignatures.
func (d *Directory) MarshalBinary() ([]byte, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s := d.s
	b := header(kindState, []byte(s.origin))
	b.AddBytes(s.key.Seed())
	b.AddUint8(uint8(s.labels.kind))
	var seed [vrf.KeySize]byte
	if s.labels.private != nil {
		seed = s.labels.private.Seed()
	}
	b.AddBytes(seed[:])
	add := func(b *cryptobyte.Builder, label string, o opened) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(label)) })
		o.add(b)
	}
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, e := range s.epochs {
			b.AddUint64(uint64(e.entry.at.UnixMilli()))
			b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
				for _, c := range e.changes {
					add(b, c.label, c.opened)
				}
			})
		}
	})
	b.AddUint32LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, c := range s.pending {
			add(b, c.label, c.opened)
		}
	})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(s.head) })
	return b.BytesOrPanic(), nil
}

var errState = errors.New("expected the state of a directory, found something else")

// UnmarshalBinary reads what MarshalBinary wrote, and computes all trees again. After an error d is
// unchanged.
func (d *Directory) UnmarshalBinary(data []byte) error {
	s, err := parseDirectory(bytes.Clone(data))
	if err != nil {
		return prefix(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.s = &hiddenDirectory{s}
	return nil
}

func parseDirectory(data []byte) (*directory, error) {
	in := cryptobyte.String(data)
	var origin, key []byte
	var kind uint8
	var seed [vrf.KeySize]byte
	var epochs, pending, head cryptobyte.String
	ok := readHeader(&in, kindState, &origin) && validName(string(origin)) && in.ReadBytes(&key, ed25519.SeedSize) &&
		in.ReadUint8(&kind) && kind <= uint8(HashedLabels) && in.CopyBytes(seed[:]) &&
		read32(&in, &epochs) && read32(&in, &pending) && in.ReadUint16LengthPrefixed(&head) && in.Empty()
	if !ok {
		return nil, errState
	}
	s := newDirectory(string(origin), ed25519.NewKeyFromSeed(key), Labelling(kind))
	if s.labels.kind == VRFLabels {
		s.labels.setKey(vrf.NewPrivateKey(seed))
	} else if seed != [vrf.KeySize]byte{} {
		return nil, errState
	}
	for !epochs.Empty() {
		var ms uint64
		var changes cryptobyte.String
		if !epochs.ReadUint64(&ms) || ms >= maxTime || !read32(&epochs, &changes) || !s.readChanges(changes) {
			return nil, errState
		}
		if _, err := s.publish(time.UnixMilli(int64(ms))); err != nil {
			return nil, errState
		}
	}
	if !s.readChanges(pending) {
		return nil, errState
	}
	text, _, _ := bytes.Cut(head, []byte("\n\n"))
	if own, _, _ := bytes.Cut(s.head, []byte("\n\n")); !bytes.Equal(text, own) {
		return nil, errState
	}
	s.head = head
	return s, nil
}

func read32(in, out *cryptobyte.String) bool {
	var n uint32
	return in.ReadUint32(&n) && uint64(n) <= uint64(len(*in)) && in.ReadBytes((*[]byte)(out), int(n))
}

// readChanges reads changes that wait for an epoch.
func (d *directory) readChanges(in cryptobyte.String) bool {
	for !in.Empty() {
		var c change
		var label cryptobyte.String
		if !in.ReadUint8LengthPrefixed(&label) || len(label) == 0 || !c.opened.read(&in) {
			return false
		}
		if c.label = string(label); !d.add(c) {
			return false
		}
	}
	return true
}
