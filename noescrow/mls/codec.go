package mls

import (
	"encoding/binary"

	"golang.org/x/crypto/cryptobyte"
)

// The presentation language of RFC 9420, Section 2.1, where cryptobyte does not have it: a vector's
// length header has one, two or four bytes. Its first two bits say which, and the shortest that fits
// is the only one allowed.
//
//	00xxxxxx                     0 … 63
//	01xxxxxx xxxxxxxx           64 … 16,383
//	10xxxxxx xxxxxxxx ×3    16,384 … 2³⁰ − 1
//
// Decoders share the memory of their input. An entry point copies what it is given, once.

// addHeader appends the header of a vector of n bytes.
func addHeader(b []byte, n int) []byte {
	switch {
	case n < 1<<6:
		return append(b, byte(n))
	case n < 1<<14:
		return binary.BigEndian.AppendUint16(b, 1<<14|uint16(n))
	case n < 1<<30:
		return binary.BigEndian.AppendUint32(b, 1<<31|uint32(n))
	}
	panic("mls: internal error: a vector longer than the format allows")
}

// readHeader reads the header of a vector.
func readHeader(s *cryptobyte.String, n *int) bool {
	var first uint8
	if !s.ReadUint8(&first) {
		return false
	}
	var rest []byte
	size := 1 << (first >> 6) // 1, 2, 4, and 8 for the form that is not allowed
	if size == 8 || !s.ReadBytes(&rest, size-1) {
		return false
	}
	*n = int(first & 0x3f)
	for _, b := range rest {
		*n = *n<<8 | int(b)
	}
	return size == 1 || size == 2 && *n >= 1<<6 || size == 4 && *n >= 1<<14
}

// addV appends opaque v<V>.
func addV(b, v []byte) []byte { return append(addHeader(b, len(v)), v...) }

// readV reads opaque v<V>.
func readV(s *cryptobyte.String, v *[]byte) bool {
	var n int
	return readHeader(s, &n) && s.ReadBytes(v, n)
}

// addVector appends a vector whose elements add appends.
func addVector(b []byte, add func([]byte) []byte) []byte {
	start := len(b)
	b = add(append(b, 0)) // most are short, and then this is the header
	n := len(b) - start - 1
	if n < 1<<6 {
		b[start] = byte(n)
		return b
	}
	var header [4]byte
	h := addHeader(header[:0], n)
	b = append(b, h[1:]...)
	copy(b[start+len(h):], b[start+1:start+1+n])
	copy(b[start:], h)
	return b
}

// readVector reads a vector, element by element.
func readVector(s *cryptobyte.String, element func(*cryptobyte.String) bool) bool {
	var v []byte
	if !readV(s, &v) {
		return false
	}
	for in := cryptobyte.String(v); !in.Empty(); {
		if !element(&in) {
			return false
		}
	}
	return true
}

// addList appends a vector of values.
func addList[T any](b []byte, list []T, add func(*T, []byte) []byte) []byte {
	return addVector(b, func(b []byte) []byte {
		for i := range list {
			b = add(&list[i], b)
		}
		return b
	})
}

// maxList bounds the elements of a vector: short elements take much more room in memory. The longest
// vector is a tree.
const maxList = 2 * MaxMembers

// readList reads a vector of values.
func readList[T any](s *cryptobyte.String, list *[]T, read func(*T, *cryptobyte.String) bool) bool {
	return readVector(s, func(s *cryptobyte.String) bool {
		var v T
		if len(*list) == maxList || !read(&v, s) {
			return false
		}
		*list = append(*list, v)
		return true
	})
}

// addOptional appends optional<T>.
func addOptional(b []byte, present bool, add func([]byte) []byte) []byte {
	if !present {
		return append(b, 0)
	}
	return add(append(b, 1))
}

// readOptional reads optional<T>.
func readOptional(s *cryptobyte.String, read func(*cryptobyte.String) bool) bool {
	var present uint8
	return s.ReadUint8(&present) && (present == 0 || present == 1 && read(s))
}

func addUint16(b []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(b, v) }
func addUint32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }
func addUint64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

func add16(v *uint16, b []byte) []byte    { return addUint16(b, *v) }
func add32(v *uint32, b []byte) []byte    { return addUint32(b, *v) }
func addBytes(v *[]byte, b []byte) []byte { return addV(b, *v) }

func read16(v *uint16, s *cryptobyte.String) bool    { return s.ReadUint16(v) }
func read32(v *uint32, s *cryptobyte.String) bool    { return s.ReadUint32(v) }
func readBytes(v *[]byte, s *cryptobyte.String) bool { return readV(s, v) }

// stringOf makes readers of bytes.
func stringOf(b []byte) cryptobyte.String { return b }
