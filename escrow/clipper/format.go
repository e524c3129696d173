package clipper

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// The two formats of this package, in the presentation language of TLS (RFC 8446, Section 3). A half,
// which is also the plaintext of each file in a database:
//
//	struct {
//	    uint8  version = 1;
//	    opaque agent<1..255>;
//	    uint32 unit;
//	    opaque key[10];
//	} Half;
//
// An agent's database:
//
//	struct {
//	    uint32 unit;
//	    opaque half<1..2^16-1>;      /* an age file */
//	} File;
//
//	struct {
//	    uint8 version = 1;
//	    File  files[];               /* to the end, by ascending unit */
//	} Database;
const (
	version = 1
	maxName = 255
)

var (
	errHalf     = errors.New("expected a half of a unit key, found something else")
	errDatabase = errors.New("expected an agent's database, found something else")
)

// halfSize returns the length in bytes of a half of an agent with a name of this length.
func halfSize(name int) int64 { return int64(1 + 1 + name + 4 + KeySize) }

// Bytes returns the half in 16 bytes and the agent's name, in clear: version, name, unit, key.
func (h Half) Bytes() []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(version)
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(h.Agent)) })
	b.AddUint32(uint32(h.Unit))
	b.AddBytes(h.Key[:])
	return b.BytesOrPanic() // no agent has a name of more than 255 bytes
}

// ParseHalf reads what [Half.Bytes] returns. It returns an error for a name of 0 bytes, an unknown
// version, and trailing bytes.
func ParseHalf(b []byte) (Half, error) {
	h, err := parseHalf(b)
	if err != nil {
		return Half{}, fmt.Errorf("clipper: %w", err)
	}
	return h, nil
}

func parseHalf(b []byte) (h Half, err error) {
	in := cryptobyte.String(b)
	var v uint8
	var name cryptobyte.String
	var unit uint32
	if !in.ReadUint8(&v) || v != version || !in.ReadUint8LengthPrefixed(&name) || name.Empty() ||
		!in.ReadUint32(&unit) || !in.CopyBytes(h.Key[:]) || !in.Empty() {
		return Half{}, errHalf
	}
	h.Agent, h.Unit = string(name), UnitID(unit)
	return h, nil
}

func marshalDatabase(files map[UnitID][]byte) []byte {
	b := cryptobyte.NewBuilder([]byte{version})
	for _, unit := range slices.Sorted(maps.Keys(files)) {
		b.AddUint32(uint32(unit))
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(files[unit]) })
	}
	return b.BytesOrPanic() // each file is about 2 kB
}

type halfFile struct {
	unit UnitID
	file []byte
}

func parseDatabase(b []byte) (files []halfFile, err error) {
	in := cryptobyte.String(b)
	var v uint8
	if !in.ReadUint8(&v) || v != version {
		return nil, errDatabase
	}
	for !in.Empty() {
		var unit uint32
		var file cryptobyte.String
		if !in.ReadUint32(&unit) || !in.ReadUint16LengthPrefixed(&file) || file.Empty() {
			return nil, errDatabase
		}
		f := halfFile{UnitID(unit), file}
		if n := len(files); n > 0 && files[n-1].unit >= f.unit {
			return nil, fmt.Errorf("expected the units of a database in ascending order, found %v after %v", f.unit, files[n-1].unit)
		}
		files = append(files, f)
	}
	return files, nil
}
