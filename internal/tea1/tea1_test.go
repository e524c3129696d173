package tea1

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// The vectors that came with the publication of the algorithm.
func TestVectors(t *testing.T) {
	for _, v := range []struct {
		frame          uint32
		key, keystream string
		register       uint32
	}{
		{0x11111111, "00000000000000000000", "d33fd8a605a0a1bb9023", 0xc24e273b},
		{0x01234567, "a79839e4ba88ee54a029", "1dec9c7ec6223d87c2cc", 0x67757d92},
	} {
		key, err := hex.DecodeString(v.key)
		if err != nil {
			t.Fatal(err)
		}
		r := Reduce([KeySize]byte(key))
		if r != v.register {
			t.Errorf("key %s reduces to %08x, want %08x", v.key, r, v.register)
		}
		out := make([]byte, len(v.keystream)/2)
		XOR(r, v.frame, out)
		if got := hex.EncodeToString(out); got != v.keystream {
			t.Errorf("key %s gives %s, want %s", v.key, got, v.keystream)
		}
	}
}

func TestSboxIsPermutation(t *testing.T) {
	for x := range 256 {
		if got := unsbox[sbox[x]]; got != byte(x) {
			t.Errorf("S(%d) = %d, of which the inverse is %d", x, sbox[x], got)
		}
	}
}

// Any six bytes are the beginning of a key for any register: 2^48 keys for each.
func TestExpand(t *testing.T) {
	r := rand.New(rand.NewPCG(1995, 1))
	for range 1000 {
		register := r.Uint32()
		var free [6]byte
		for i := range free {
			free[i] = byte(r.Uint32())
		}
		key := Expand(free, register)
		if got := Reduce(key); got != register || !bytes.Equal(key[:6], free[:]) {
			t.Fatalf("%08x and %x become %x, which reduces to %08x", register, free, key, got)
		}
	}
}

// Two keys with one register have the same keystream in every frame: the other 48 bits do nothing.
func TestOnlyTheRegisterCounts(t *testing.T) {
	a := Expand([6]byte{1, 2, 3, 4, 5, 6}, 0xdecade00)
	b := Expand([6]byte{9, 9, 9, 9, 9, 9}, 0xdecade00)
	if a == b {
		t.Fatal("the keys are equal")
	}
	for frame := range uint32(100) {
		var one, other [SlotSize]byte
		XOR(Reduce(a), frame<<21, one[:])
		XOR(Reduce(b), frame<<21, other[:])
		if one != other {
			t.Fatalf("frame %x differs", frame<<21)
		}
	}
}

func FuzzXOR(f *testing.F) {
	f.Add(uint32(0xc24e273b), uint32(0x11111111), []byte("a slot"))
	f.Add(uint32(0x9b9b9b9b), uint32(0), make([]byte, SlotSize))
	f.Fuzz(func(t *testing.T, register, frame uint32, data []byte) {
		out := bytes.Clone(data)
		XOR(register, frame, out)
		// Byte by byte, as a program computes it that needs one byte only.
		k, state := register, expandFrame(frame)
		for i := range out {
			for range map[bool]int{true: warmUp, false: stride}[i == 0] {
				k, state = step(k, state)
			}
			if out[i]^data[i] != byte(state>>56) {
				t.Fatalf("byte %d of the keystream", i)
			}
		}
		XOR(register, frame, out)
		if !bytes.Equal(out, data) {
			t.Fatal("twice is not as before")
		}
	})
}
