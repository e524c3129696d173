package keysearch

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"testing"
)

func checkpoint(tb testing.TB, c Checkpoint) []byte {
	tb.Helper()
	data, err := c.Marshal("RC2, 24 bits")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func TestCheckpointFormat(t *testing.T) {
	data := checkpoint(t, Checkpoint{Next: 0x123456, Hits: []uint64{0, 0x42}})
	if got := hex.EncodeToString(data[33 : 33+8+3+16]); got != "0000000000123456"+"000010"+"0000000000000000"+"0000000000000042" {
		t.Fatal(got)
	}
	if len(data) != 1+32+8+3+16+32 || data[0] != 1 {
		t.Fatalf("%x", data)
	}
}

func TestCheckpointRoundTrip(t *testing.T) {
	for _, c := range []Checkpoint{{}, {Next: 1<<64 - 1}, {Next: 9, Hits: []uint64{0, 3, 8}}} {
		got, err := ParseCheckpoint(checkpoint(t, c), "RC2, 24 bits")
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%+v became %+v, %v", c, got, err)
		}
	}
}

func TestCheckpointRefused(t *testing.T) {
	data := checkpoint(t, Checkpoint{Next: 9, Hits: []uint64{0, 3, 8}})
	if _, err := ParseCheckpoint(data, "RC2, 25 bits"); err == nil || err.Error() != "the checkpoint is of another search" {
		t.Error("another search:", err)
	}
	refused := func(what string, data []byte) {
		t.Helper()
		if c, err := ParseCheckpoint(data, "RC2, 24 bits"); err == nil || !reflect.DeepEqual(c, Checkpoint{}) {
			t.Errorf("%s: %+v, %v", what, c, err)
		}
	}
	for i := range data {
		refused("cut", data[:i])
		for bit := range 8 {
			altered := bytes.Clone(data)
			altered[i] ^= 1 << bit
			refused("altered", altered)
		}
	}
	refused("trailing", append(bytes.Clone(data), 0))
}

// resummed sets the checksum of an altered checkpoint right, as its owner could.
func resummed(data []byte) []byte {
	body := data[:len(data)-32]
	return append(bytes.Clone(body), hash(sumLabel, body)...)
}

func TestCheckpointOutOfOrder(t *testing.T) {
	good := checkpoint(t, Checkpoint{Next: 9, Hits: []uint64{0, 3, 8}})
	if _, err := ParseCheckpoint(resummed(good), "RC2, 24 bits"); err != nil {
		t.Fatal(err)
	}
	const hits = 1 + 32 + 8 + 3
	for what, alter := range map[string]func(data []byte){
		"not ascending": func(data []byte) { data[hits+7] = 4 },
		"twice":         func(data []byte) { data[hits+7] = 3 },
		"not below":     func(data []byte) { data[hits+23] = 9 },
	} {
		data := bytes.Clone(good)
		alter(data)
		if c, err := ParseCheckpoint(resummed(data), "RC2, 24 bits"); err == nil {
			t.Errorf("%s: %+v", what, c)
		}
	}
	for _, c := range []Checkpoint{
		{Next: 1, Hits: []uint64{1}},
		{Next: 9, Hits: []uint64{2, 1}},
		{Next: 1 << 20, Hits: make([]uint64, MaxHits+1)},
	} {
		if _, err := c.Marshal(""); err == nil {
			t.Errorf("%d hits below %d were written", len(c.Hits), c.Next)
		}
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add(checkpoint(f, Checkpoint{}), "RC2, 24 bits")
	f.Add(checkpoint(f, Checkpoint{Next: 9, Hits: []uint64{0, 3, 8}}), "RC2, 24 bits")
	f.Add(checkpoint(f, Checkpoint{Next: 9}), "another")
	f.Add([]byte{2}, "")
	f.Fuzz(func(t *testing.T, data []byte, description string) {
		for _, data := range [][]byte{data, resummed(append(bytes.Clone(data), make([]byte, 32)...))} {
			c, err := ParseCheckpoint(data, description)
			if err != nil {
				continue
			}
			again, err := c.Marshal(description)
			if err != nil || !bytes.Equal(again, data) {
				t.Fatalf("%+v, %v: %x became %x", c, err, data, again)
			}
		}
	})
}
