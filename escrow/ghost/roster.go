package ghost

import (
	"crypto/sha256"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"doormat/noescrow"
)

// A Member is one device in a chat, and the account under which the provider lists it.
type Member struct {
	Name     string
	Identity noescrow.Identity
}

// A roster is the provider's answer to a client that asks who is in a chat. In bytes it is:
//
//	struct {
//	    opaque   name<1..64>;
//	    opaque   identity[32];
//	    uint8    show;            /* 0 or 1: whether the client shows it, if it does as it is told */
//	} Entry;
//
//	struct {
//	    uint8    version = 0xe8;
//	    uint8    kind = 2;
//	    opaque   chat<1..64>;
//	    Entry    entries<0..2^16-1>;   /* at most 200 */
//	} Roster;
type roster struct {
	chat    string
	entries []entry
}

type entry struct {
	Member
	show bool
}

func (r roster) bytes() ([]byte, error) {
	out := cryptobyte.NewBuilder([]byte{version, kindRoster})
	addName(out, r.chat)
	addEntries(out, r.entries)
	return out.Bytes()
}

func addEntries(out *cryptobyte.Builder, entries []entry) {
	out.AddUint16LengthPrefixed(func(out *cryptobyte.Builder) {
		for _, e := range entries {
			addName(out, e.Name)
			out.AddBytes(e.Identity[:])
			if e.show {
				out.AddUint8(1)
			} else {
				out.AddUint8(0)
			}
		}
	})
}

func parseRoster(b []byte) (r roster, err error) {
	in := cryptobyte.String(b)
	if !readHeader(&in, kindRoster) || !readName(&in, &r.chat) || !readEntries(&in, &r.entries) || !in.Empty() {
		return roster{}, malformed("a roster")
	}
	return r, nil
}

// readEntries refuses a list that names a device twice: it would get two copies.
func readEntries(in *cryptobyte.String, entries *[]entry) bool {
	var list cryptobyte.String
	if !in.ReadUint16LengthPrefixed(&list) {
		return false
	}
	seen := map[noescrow.Identity]bool{}
	for !list.Empty() {
		var e entry
		var show uint8
		if !readName(&list, &e.Name) || !readIdentity(&list, &e.Identity) || !list.ReadUint8(&show) || show > 1 ||
			seen[e.Identity] || len(*entries) == MaxDevices {
			return false
		}
		seen[e.Identity] = true
		e.show = show == 1
		*entries = append(*entries, e)
	}
	return true
}

// safetyNumber returns 60 digits for a list of devices, in any order: noescrow.SafetyNumber of
//
//	SHA-256("doormat ghost, all devices of a chat, 0" ‖ identities in ascending order)    and the same with 1
func safetyNumber(members []Member) string {
	var ids [][]byte
	for _, m := range members {
		ids = append(ids, m.Identity[:])
	}
	slices.SortFunc(ids, slices.Compare)
	half := func(label string) noescrow.Identity {
		return sha256.Sum256(slices.Concat([]byte("doormat ghost, all devices of a chat, "+label), slices.Concat(ids...)))
	}
	return noescrow.SafetyNumber(half("0"), half("1"))
}
