package weakcipher

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The key production of SSL 2.0, said once more: master key, digit, challenge, connection.
func TestExportKeyProduction(t *testing.T) {
	h, secret := NewHello(), ExportSecret{b: [5]byte{0x7e, 0xf0, 0x96, 0x1f, 0xa6}}
	for digit, toServer := range map[string]bool{"0": false, "1": true} {
		key := md5.Sum(slices.Concat(h.ClearKey[:], secret.b[:], []byte(digit), h.Challenge[:], h.ConnectionID[:]))
		c, err := rc4.NewCipher(key[:])
		if err != nil {
			t.Fatal(err)
		}
		want, got := make([]byte, 5000), make([]byte, 5000)
		c.XORKeyStream(want, want)
		h.XOR(secret, toServer, 0, got)
		if !bytes.Equal(got, want) {
			t.Errorf("direction %s: another keystream", digit)
		}
		for _, offset := range []int{1, 16, 1023, 1024, 1025, 3000} {
			part := make([]byte, 100)
			h.XOR(secret, toServer, offset, part)
			if !bytes.Equal(part, want[offset:][:100]) {
				t.Errorf("direction %s at %d: another keystream", digit, offset)
			}
		}
	}
}

// The search's own RC4 is RC4, in each of the chains that go on at once.
func TestExportTrial(t *testing.T) {
	r := rand.New(rand.NewPCG(1995, 7))
	for range 30 {
		h := NewHello()
		want := r.Uint64() & (1<<exportBits - 1)
		out := make([]byte, 8)
		h.XOR(ExportSecret{b: number40(want)}, true, 0, out)
		trial := newExportTrial(h.material(true), [8]byte(out))
		for before := range uint64(5) {
			for after := range uint64(5) {
				first := want - min(before, want)
				if got := trial.try(first, int(want-first+after), nil); len(got) != int(min(after, 1)) {
					t.Fatalf("key %x in [%x, +%d): %x", want, first, want-first+after, got)
				}
			}
		}
	}
}

// mail is the text that is encrypted with each cipher.
var mail = []byte("MIME-Version: 1.0\r\n\r\nThe boiler man comes.\r\n...")

// found has the results of a recovery, the key in bytes.
type found struct {
	key []byte
	w   Work
	err error
}

// A target is a key, and what a wiretap makes of a text under it.
type target struct {
	key     []byte
	recover func(ctx context.Context, known []byte, o Options) found
}

// targets draws a key of every cipher.
func targets(t testing.TB, bits map[string]int) map[string]target {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	secret, err := NewExportSecret(bits["export RC4"])
	check(err)
	desKey, err := NewDES40Key(bits["40-bit DES"])
	check(err)
	teaKey, err := NewTEA1Key(bits["TEA1"])
	check(err)
	geaKey, err := NewGEA1Key(7, true, bits["GEA-1"])
	check(err)
	hello, frame := NewHello(), TEA1Frame(1234, true)
	var wires [4][]byte
	for i := range wires {
		wires[i] = bytes.Clone(mail)
	}
	hello.XOR(secret, false, 0, wires[0])
	wires[1] = wires[1][:len(mail)/8*8]
	check(desKey.EncryptBlocks(wires[1]))
	teaKey.Reduce().XOR(frame, wires[2])
	geaKey.XOR(7, true, wires[3])
	stream := func(i int, known []byte) []byte {
		out := bytes.Clone(known)
		for j := range out {
			out[j] ^= wires[i][j]
		}
		return out
	}
	return map[string]target{
		"export RC4": {secret.Bytes(), func(ctx context.Context, known []byte, o Options) found {
			key, w, err := RecoverExport(ctx, hello, false, stream(0, known), o)
			return found{key.Bytes(), w, err}
		}},
		"40-bit DES": {desKey.Bytes(), func(ctx context.Context, known []byte, o Options) found {
			n := len(known) / 8 * 8
			key, w, err := RecoverDES40(ctx, known[:n], wires[1][:n], o)
			return found{key.Bytes(), w, err}
		}},
		"TEA1": {teaKey.Reduce().Bytes(), func(ctx context.Context, known []byte, o Options) found {
			r, w, err := RecoverTEA1(ctx, frame, stream(2, known), o)
			return found{r.Bytes(), w, err}
		}},
		"GEA-1": {geaKey.Bytes(), func(ctx context.Context, known []byte, o Options) found {
			key, w, err := RecoverGEA1(ctx, 7, true, stream(3, known), o)
			return found{key.Bytes(), w, err}
		}},
	}
}

// small has a size for each cipher that takes no time.
var small = map[string]int{"export RC4": 13, "40-bit DES": 17, "TEA1": 17, "GEA-1": 24}

func TestRecover(t *testing.T) {
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		for name, target := range targets(t, small) {
			f := target.recover(t.Context(), mail[:19], Options{Bits: small[name]})
			if f.err != nil || !bytes.Equal(f.key, target.key) {
				t.Errorf("%s: found %x, want %x; %v", name, f.key, target.key, f.err)
			}
			if f.w.Tried == 0 || f.w.Tried > f.w.Of || f.w.Place == 0 || f.w.Place > f.w.Of || f.w.Rate() <= 0 || f.w.Cores == 0 {
				t.Errorf("%s: %+v", name, f.w)
			}
		}
	}
}

// The control: with another text, or a key from a larger space, all is tried and nothing is claimed.
func TestRecoverNothing(t *testing.T) {
	for name, target := range targets(t, small) {
		f := target.recover(t.Context(), []byte("X-Mailer: nothing at all."), Options{Bits: small[name]})
		if !errors.Is(f.err, ErrNoKey) || f.w.Tried != f.w.Of || f.w.Place != 0 {
			t.Errorf("%s, another text: %x, %+v, %v", name, f.key, f.w, f.err)
		}
	}
	least := map[string]int{"export RC4": 8, "40-bit DES": 8, "TEA1": 11, "GEA-1": 8}
	for name, target := range targets(t, map[string]int{}) { // 0 is the full size
		f := target.recover(t.Context(), mail[:19], Options{Bits: least[name]})
		if !errors.Is(f.err, ErrNoKey) {
			t.Errorf("%s, a key of full size: %x, %v", name, f.key, f.err)
		}
	}
}

// A search that is stopped before it begins has a checkpoint, from which it goes on to the key.
func TestResume(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, target := range targets(t, small) {
		f := target.recover(stopped, mail[:19], Options{Bits: small[name]})
		if f.err != nil && !errors.Is(f.err, context.Canceled) {
			t.Fatalf("%s: %v", name, f.err)
		}
		again := target.recover(t.Context(), mail[:19], Options{Bits: small[name], Resume: f.w.Checkpoint})
		if again.err != nil || !bytes.Equal(again.key, target.key) {
			t.Errorf("%s: found %x, want %x; %v", name, again.key, target.key, again.err)
		}
		if f.err != nil && again.w.Of != f.w.Of-f.w.Tried {
			t.Errorf("%s: %d keys are left after %d of %d", name, again.w.Of, f.w.Tried, f.w.Of)
		}
		for what, o := range map[string]Options{
			"of another size": {Bits: small[name] + 1, Resume: f.w.Checkpoint},
			"damaged":         {Bits: small[name], Resume: f.w.Checkpoint[1:]},
			"empty":           {Bits: small[name], Resume: []byte{}},
		} {
			f := target.recover(t.Context(), mail[:19], o)
			if !errors.Is(f.err, ErrResume) || strings.Contains(f.err.Error(), "keysearch") {
				t.Errorf("%s, a checkpoint %s: %v", name, what, f.err)
			}
		}
	}
}

func TestMisuse(t *testing.T) {
	ctx := t.Context()
	eight, nine := make([]byte, 8), make([]byte, 9)
	for what, err := range map[string]error{
		"NewExportSecret(7)":  second(NewExportSecret(7)),
		"NewExportSecret(41)": second(NewExportSecret(41)),
		"NewDES40Key(-1)":     second(NewDES40Key(-1)),
		"NewTEA1Key(10)":      second(NewTEA1Key(10)),
		"NewTEA1Key(33)":      second(NewTEA1Key(33)),
		"NewGEA1Key(65)":      second(NewGEA1Key(0, false, 65)),
		"EncryptBlocks":       DES40Key{}.EncryptBlocks(nine),
		"RC4, 41 bits":        third(RecoverExport(ctx, Hello{}, true, eight, Options{Bits: 41})),
		"RC4, 7 bytes":        third(RecoverExport(ctx, Hello{}, true, eight[:7], Options{Bits: 8})),
		"DES, 7 bits":         third(RecoverDES40(ctx, eight, eight, Options{Bits: 7})),
		"DES, no text":        third(RecoverDES40(ctx, nil, nil, Options{Bits: 8})),
		"DES, half a block":   third(RecoverDES40(ctx, nine, nine, Options{Bits: 8})),
		"DES, unlike lengths": third(RecoverDES40(ctx, eight, make([]byte, 16), Options{Bits: 8})),
		"TEA1, 10 bits":       third(RecoverTEA1(ctx, 0, eight, Options{Bits: 10})),
		"TEA1, 7 bytes":       third(RecoverTEA1(ctx, 0, eight[:7], Options{Bits: 11})),
		"GEA-1, 66 bits":      third(RecoverGEA1(ctx, 0, false, nine, Options{Bits: 66})),
		"GEA-1, 8 bytes":      third(RecoverGEA1(ctx, 0, false, eight, Options{Bits: 8})),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "weakcipher: ") || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, U any](_ T, _ U, err error) error { return err }

// The dial is the size: all keys are in the space, and fill it.
func TestDials(t *testing.T) {
	upper := byte(0)
	for range 200 {
		secret, err := NewExportSecret(12)
		if err != nil || secret.b[0]|secret.b[1]|secret.b[2] != 0 || secret.b[3] > 15 {
			t.Fatalf("12 bits: %x, %v", secret.b, err)
		}
		upper |= secret.b[3]
	}
	if upper != 15 {
		t.Errorf("200 keys of 12 bits have %x in the upper four", upper)
	}
	frames := map[uint32]bool{}
	for slot := range 4320 * 2 {
		f := TEA1Frame(slot, false)
		if frames[f] || f>>28 != 0 || TEA1Frame(slot, true) != f|1<<28 {
			t.Fatalf("slot %d is frame %08x", slot, f)
		}
		frames[f] = true
	}
}

func FuzzXOR(f *testing.F) {
	f.Add([]byte("at nine"), uint64(0x7ef0961fa6), uint32(0), false)
	f.Add(mail, uint64(1)<<63|5, uint32(1<<28|77), true)
	f.Fuzz(func(t *testing.T, data []byte, key uint64, frame uint32, up bool) {
		h := Hello{Challenge: [16]byte{byte(frame)}}
		var gea GEA1Key
		binary.BigEndian.PutUint64(gea.b[:], key)
		for name, xor := range map[string]func(b []byte){
			"export RC4": func(b []byte) { h.XOR(ExportSecret{b: number40(key)}, up, int(frame%5000), b) },
			"TEA1":       func(b []byte) { newTEA1Register(uint32(key)).XOR(frame, b) },
			"GEA-1":      func(b []byte) { gea.XOR(frame, up, b) },
		} {
			out := bytes.Clone(data)
			xor(out)
			if len(data) > 16 && bytes.Equal(out, data) {
				t.Errorf("%s does nothing", name)
			}
			if len(out) > 0 {
				out[len(out)-1] ^= 1 // no integrity: one bit of the text, and no other
			}
			xor(out)
			if len(out) > 0 {
				out[len(out)-1] ^= 1
			}
			if !bytes.Equal(out, data) {
				t.Errorf("%s twice is not as before", name)
			}
		}
	})
}

func FuzzResume(f *testing.F) {
	h := Hello{}
	stopped, stop := context.WithCancel(f.Context())
	stop()
	_, w, _ := RecoverExport(stopped, h, true, make([]byte, 8), Options{Bits: 8})
	f.Add(w.Checkpoint)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, checkpoint []byte) {
		_, w, err := RecoverExport(t.Context(), h, true, make([]byte, 8), Options{Bits: 8, Resume: checkpoint})
		if err == nil && w.Place == 0 {
			t.Errorf("%x: nothing found, and no error", checkpoint)
		}
	})
}

// A search compares all known blocks: with another second block, the right first one is not enough.
func TestRecoverSecondBlock(t *testing.T) {
	key, err := NewDES40Key(10)
	if err != nil {
		t.Fatal(err)
	}
	wire := bytes.Clone(mail[:16])
	if err := key.EncryptBlocks(wire); err != nil {
		t.Fatal(err)
	}
	if got, _, err := RecoverDES40(t.Context(), mail[:16], wire, Options{Bits: 10}); err != nil || got != key {
		t.Errorf("found %x, want %x; %v", got.b, key.b, err)
	}
	wire[15] ^= 1
	if got, _, err := RecoverDES40(t.Context(), mail[:16], wire, Options{Bits: 10}); !errors.Is(err, ErrNoKey) {
		t.Errorf("found %x, %v", got.b, err)
	}
}
