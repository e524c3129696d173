package keysearch

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// Checkpoint is where a search can be resumed.
type Checkpoint struct {
	Next uint64   // all keys below it are done
	Hits []uint64 // those of them that were accepted, ascending
}

const (
	checkpointVersion = 1
	searchLabel       = "doormat keysearch v1 search"
	sumLabel          = "doormat keysearch v1 checkpoint"
)

// Marshal writes the checkpoint of a search. The description says all that must be the same when
// it is resumed: the cipher, the known plaintext, the ciphertext.
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
		return nil, fmt.Errorf("keysearch: %w", err)
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

// ParseCheckpoint reads the checkpoint of a search. It refuses that of another one.
func ParseCheckpoint(data []byte, description string) (Checkpoint, error) {
	c, err := parseCheckpoint(data, description)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("keysearch: %w", err)
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
		return c, fmt.Errorf("a checkpoint begins with version %d, this one with %d", checkpointVersion, version)
	}
	if !s.ReadBytes(&search, sha256.Size) || !s.ReadUint64(&c.Next) || !s.ReadUint24LengthPrefixed(&hits) ||
		!s.ReadBytes(&sum, sha256.Size) || !s.Empty() {
		return c, fmt.Errorf("a checkpoint of %d bytes is too short or too long", len(data))
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
			return c, errors.New("the last key of the checkpoint is cut short")
		}
		c.Hits = append(c.Hits, key)
	}
	return c, c.check()
}

func (c Checkpoint) check() error {
	if len(c.Hits) > MaxHits {
		return fmt.Errorf("a checkpoint has at most %d keys, this one %d", MaxHits, len(c.Hits))
	}
	for i, key := range c.Hits {
		if i > 0 && key <= c.Hits[i-1] {
			return errors.New("the keys of a checkpoint ascend, those of this one do not")
		}
	}
	if n := len(c.Hits); n > 0 && c.Hits[n-1] >= c.Next {
		return fmt.Errorf("key %#x of the checkpoint is not below its next key %#x", c.Hits[n-1], c.Next)
	}
	return nil
}

func hash(label string, data []byte) []byte {
	sum := sha256.Sum256(slices.Concat([]byte(label), []byte{0}, data))
	return sum[:]
}
