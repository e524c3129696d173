package transparency

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// RecoverNames finds names of a dictionary in a directory with hash labels, and returns those that are
// in it, in the order of the dictionary. It needs what every auditor gets, and no key: the indexes are
// hashes that everyone can compute. Under a VRF nobody but the directory can, and it finds none.
//
// An answer to an audit is read here from its format alone (noescrow/transparency/audit.go):
//
//	uint8 version; uint8 kind; opaque head<0..2^16-1>; hashes frontier<0..2^8-1>;
//	struct { opaque entry[45]; opaque tree<0..2^32-1>; struct { index[32]; commitment[32]; } leaves<0..2^32-1>; } epochs<0..2^32-1>;
func RecoverNames(audit []byte, dictionary []string) (found []string, err error) {
	present := map[[32]byte]bool{}
	in := reader{audit, true}
	in.bytes(2)
	in.bytes(in.number(2))
	in.bytes(32 * in.number(1))
	epochs := reader{in.bytes(in.number(4)), in.ok}
	for len(epochs.rest) > 0 && epochs.ok {
		epochs.bytes(45)
		epochs.bytes(epochs.number(4))
		for leaves := epochs.bytes(epochs.number(4)); len(leaves) >= 64; leaves = leaves[64:] {
			present[[32]byte(leaves)] = true
		}
	}
	if !epochs.ok || len(in.rest) > 0 {
		return nil, errors.New("attacks: expected an answer to an audit, found something else")
	}
	for _, name := range dictionary {
		label := append([]byte("doormat 1 directory label"), byte(len(name)))
		if present[sha256.Sum256(append(append(label, name...), 0, 0, 0, 0))] { // version 0
			found = append(found, name)
		}
	}
	return found, nil
}

// A reader reads fields, until one is missing.
type reader struct {
	rest []byte
	ok   bool
}

func (r *reader) bytes(n int) []byte {
	if !r.ok || n > len(r.rest) {
		r.ok = false
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// number reads a length of n bytes.
func (r *reader) number(n int) int {
	var b [8]byte
	copy(b[8-n:], r.bytes(n))
	return int(min(binary.BigEndian.Uint64(b[:]), 1<<30))
}
