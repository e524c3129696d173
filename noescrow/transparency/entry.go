package transparency

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"
)

// An entry is a record of the log, one for each epoch:
//
//	uint8  version = 1;
//	uint64 time;          milliseconds since 1970
//	opaque root[32];      of the prefix tree
//	uint32 changes;       leaves that are new in it
type entry struct {
	at      time.Time
	root    hash
	changes uint32
}

const (
	entrySize    = 1 + 8 + hashSize + 4
	entryVersion = 1
	maxTime      = 1 << 53 // exclusive, in milliseconds
)

func (e *entry) bytes() []byte {
	b := binary.BigEndian.AppendUint64([]byte{entryVersion}, uint64(e.at.UnixMilli()))
	return binary.BigEndian.AppendUint32(append(b, e.root[:]...), e.changes)
}

func (e *entry) read(in *cryptobyte.String) bool {
	var version uint8
	var ms uint64
	ok := in.ReadUint8(&version) && version == entryVersion && in.ReadUint64(&ms) && ms < maxTime &&
		in.CopyBytes(e.root[:]) && in.ReadUint32(&e.changes)
	e.at = time.UnixMilli(int64(ms)).UTC()
	return ok
}

// hashes are nodes of the log by tlog.StoredHashIndex: all of them, or those that are needed.
type hashes map[int64]tlog.Hash

var errHashes = errors.New("expected the hashes of the log that the proof needs, found too few")

// ReadHashes implements tlog.HashReader.
func (h hashes) ReadHashes(indexes []int64) (list []tlog.Hash, err error) {
	for _, i := range indexes {
		one, ok := h[i]
		if !ok {
			return nil, errHashes
		}
		list = append(list, one)
	}
	return list, nil
}

// append adds the record with number n.
func (h hashes) append(n int64, record []byte) error {
	list, err := tlog.StoredHashes(n, record, h)
	for i, one := range list {
		h[tlog.StoredHashIndex(0, n)+int64(i)] = one
	}
	return err
}

// root returns the root of the first n records, RFC 6962's.
func (h hashes) root(n int64) (tlog.Hash, error) {
	root, err := tlog.TreeHash(n, h)
	if err != nil {
		return root, errHashes
	}
	return root, nil
}

// frontier returns the indexes of the complete subtrees that n records are made of, the largest first: with
// their hashes a log of n records can be continued.
func frontier(n int64) (indexes []int64) {
	for at := int64(0); at < n; {
		level := bits.Len64(uint64(n-at)) - 1
		indexes = append(indexes, tlog.StoredHashIndex(level, at>>level))
		at += 1 << level
	}
	return indexes
}

// checkConsistent checks that the tree old is the beginning of t. Every tree begins with that of no records.
func checkConsistent(proof []tlog.Hash, old, t tree) error {
	wrong := fmt.Errorf("expected a proof that the log of %d records continues that of %d, found another", t.size, old.size)
	switch {
	case old.size == 0 || old.size == t.size:
		if old.size == t.size && old.root != t.root || len(proof) != 0 {
			return wrong
		}
		return nil
	case old.size > t.size:
		return wrong
	}
	if tlog.CheckTree(proof, t.size, t.root, old.size, old.root) != nil {
		return wrong
	}
	return nil
}

// proveConsistent returns the proof for checkConsistent.
func proveConsistent(h tlog.HashReader, old, size int64) ([]tlog.Hash, error) {
	if old == 0 || old == size {
		return nil, nil
	}
	return tlog.ProveTree(size, old, h)
}

// addHashes writes
//
//	opaque hash[32];  hashes<0..2^8-1>, counted in hashes
func addHashes(b []byte, list []tlog.Hash) []byte {
	b = append(b, byte(len(list)))
	for _, h := range list {
		b = append(b, h[:]...)
	}
	return b
}

func readHashes(in *cryptobyte.String, list *[]tlog.Hash) bool {
	var n uint8
	if !in.ReadUint8(&n) || n > 2*64 {
		return false
	}
	for range n {
		var h tlog.Hash
		if !in.CopyBytes(h[:]) {
			return false
		}
		*list = append(*list, h)
	}
	return true
}
