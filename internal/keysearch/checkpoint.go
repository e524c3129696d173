package keysearch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Checkpoint says where a search can be resumed.
type Checkpoint struct {
	Next uint64   // all keys below it are done
	Hits []uint64 // those of them that were accepted, ascending
}

const (
	checkpointVersion = 1
	searchLabel       = "doormat keysearch v1 search"
	sumLabel          = "doormat keysearch v1 checkpoint"
)

// Marshal writes the checkpoint of a search. The description must contain all that the search and
// its resumption have in common: the cipher, the known plaintext, the ciphertext.
//
//	struct {
//	    uint8  version = 1;
//	    opaque search[32];      SHA-256 of the description
//	    uint64 next;
//	    uint64 hits<0..2^24-1>;
//	    opaque sum[32];         SHA-256 of all before it
//	} Checkpoint;
func (c Checkpoint) Marshal(description string) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddUint8(checkpointVersion)
	b.AddBytes(hash(searchLabel, []byte(description)))
	b.AddUint64(c.Next)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, key := range c.Hits {
			b.AddUint64(key)
		}
	})
	body := b.BytesOrPanic()
	return append(body, hash(sumLabel, body)...), nil
}

// ParseCheckpoint reads the checkpoint of a search. A checkpoint of another search is an error.
func ParseCheckpoint(data []byte, description string) (Checkpoint, error) {
	c, err := parseCheckpoint(data, description)
	if err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}

func parseCheckpoint(data []byte, description string) (c Checkpoint, err error) {
	s := cryptobyte.String(data)
	var version uint8
	var search, sum []byte
	var hits cryptobyte.String
	if !s.ReadUint8(&version) {
		return c, errors.New("the checkpoint is empty")
	}
	if version != checkpointVersion {
		return c, fmt.Errorf("expected a checkpoint of version %d, found version %d", checkpointVersion, version)
	}
	if !s.ReadBytes(&search, sha256.Size) || !s.ReadUint64(&c.Next) || !s.ReadUint24LengthPrefixed(&hits) ||
		!s.ReadBytes(&sum, sha256.Size) || !s.Empty() {
		return c, fmt.Errorf("expected %d bytes of checkpoint and 8 for each key, found %d", 1+2*sha256.Size+8+3, len(data))
	}
	if !bytes.Equal(sum, hash(sumLabel, data[:len(data)-sha256.Size])) {
		return c, errors.New("the checkpoint is damaged: its checksum is wrong")
	}
	if !bytes.Equal(search, hash(searchLabel, []byte(description))) {
		return c, errors.New("the checkpoint is of another search")
	}
	for !hits.Empty() {
		var key uint64
		if !hits.ReadUint64(&key) {
			return c, errors.New("expected 8 bytes for each key of the checkpoint, found fewer for the last")
		}
		c.Hits = append(c.Hits, key)
	}
	return c, c.check()
}

func (c Checkpoint) check() error {
	if len(c.Hits) > MaxHits {
		return fmt.Errorf("expected at most %d keys in a checkpoint, found %d", MaxHits, len(c.Hits))
	}
	for i, key := range c.Hits {
		if i > 0 && key <= c.Hits[i-1] {
			return errors.New("expected ascending keys in a checkpoint, found others")
		}
	}
	if n := len(c.Hits); n > 0 && c.Hits[n-1] >= c.Next {
		return fmt.Errorf("expected keys below the checkpoint's next, %#x, found %#x", c.Next, c.Hits[n-1])
	}
	return nil
}

func hash(label string, data []byte) []byte {
	sum := sha256.Sum256(slices.Concat([]byte(label), []byte{0}, data))
	return sum[:]
}
