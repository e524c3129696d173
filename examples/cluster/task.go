package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/escrow/weakcipher"
	"doormat/escrow/workfactor"
)

// The message that is dealt, and what a wiretap knows of it.
const (
	known = "MIME-Version: 1.0\r\n"
	line  = known + "\r\nThe boiler man comes on Thursday.\r\n"
)

// A task is a range of keys and what a search of it needs: nothing of it is secret.
type task struct {
	Cipher string
	Bits   int
	Target []byte // what the wiretap has, in the cipher's own form
	First  uint64 // key, by number
	Limit  uint64 // the key after the last
}

// A cipher is one of those that a class can search. All four run the searches of the library.
type cipher struct {
	name        string
	least, full int    // unknown bits
	lease       uint64 // keys of a range: some seconds of one laptop
	unit        uint64 // keys that a search counts as one

	// deal encrypts the message under a random key. It returns the target, and the number of the first
	// key of the space.
	deal func(bits int) (target []byte, base uint64, err error)
	// plant makes a task of as many keys as t has, which contains a key that fits.
	plant func(t task) (task, error)
	// find searches a task. Place is the number of the key, from 1.
	find func(ctx context.Context, t task, progress func(tried uint64)) (key, text []byte, place uint64, err error)
}

// ciphers are all of them.
var ciphers = []*cipher{
	{"rc4", 8, 40, 1 << 24, 1, dealRC4, plantRC4, findRC4},
	{"des", 8, 40, 1 << 28, 1, dealDES, plantDES, findDES},
	{"tea1", 11, 32, 1 << 26, 1 << 10, dealTEA1, plantTEA1, findTEA1},
	{"notes", 8, 40, 1 << 25, 1, dealNotes, plantNotes, findNotes},
}

// keys returns the number of keys of the space, as the library's search counts them.
func (c *cipher) keys(bits int) uint64 {
	if c.name == "tea1" && bits == c.full {
		return tea1Keys
	}
	return 1 << bits
}

// tea1Keys counts the 2^22 walks of TEA1's search, and the seven cycles beside them, at 2^10 keys each.
const tea1Keys = (1<<22 + 7) << 10

func cipherOf(name string) (*cipher, error) {
	for _, c := range ciphers {
		if c.name == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("expected rc4, des, tea1 or notes, found %q", name)
}

// maxTarget is the longest target, in bytes. That of Notes is an envelope.
const maxTarget = 512

// check returns an error if a task cannot be searched. A worker checks what it is sent.
func (t task) check() (*cipher, error) {
	c, err := cipherOf(t.Cipher)
	switch {
	case err != nil:
		return nil, err
	case t.Bits < c.least || t.Bits > c.full:
		return nil, fmt.Errorf("expected %d to %d bits, found %d", c.least, c.full, t.Bits)
	case len(t.Target) > maxTarget:
		return nil, fmt.Errorf("expected a target of at most %d bytes, found %d", maxTarget, len(t.Target))
	case t.Limit <= t.First || t.Limit-t.First > c.keys(c.full):
		return nil, fmt.Errorf("expected a range of keys, found %d to %d", t.First, t.Limit)
	}
	return c, nil
}

// search searches a task. Not finding a key is no error: place is 0 then.
func search(ctx context.Context, t task, progress func(tried uint64)) (key, text []byte, place uint64, err error) {
	c, err := t.check()
	if err != nil {
		return nil, nil, 0, err
	}
	key, text, place, err = c.find(ctx, t, progress)
	if errors.Is(err, weakcipher.ErrNoKey) || errors.Is(err, workfactor.ErrNoKey) {
		return nil, nil, 0, nil
	}
	return key, text, place, err
}

// verify reports whether the key at a place, from 1, is in a task's range and fits. It searches that key
// alone.
func verify(ctx context.Context, t task, place uint64) (key, text []byte, ok bool) {
	c, err := t.check()
	if err != nil || place < t.First+c.unit || place > t.Limit {
		return nil, nil, false
	}
	t.First, t.Limit = place-c.unit, place
	key, text, found, err := search(ctx, t, nil)
	return key, text, err == nil && found == place
}

func options(t task, progress func(tried uint64)) weakcipher.Options {
	o := weakcipher.Options{Bits: t.Bits, First: t.First, Limit: t.Limit}
	if progress != nil {
		o.Progress = func(w weakcipher.Work) { progress(w.Tried) }
	}
	return o
}

// number40 returns a number of 40 bits, big-endian.
func number40(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n)[3:] }

// The target of export RC4 is the three parts of a Hello, and the ciphertext.
func parseRC4(target []byte) (h weakcipher.Hello, wire []byte, err error) {
	const head = 16 + 16 + 11
	if len(target) < head+len(known) {
		return h, nil, fmt.Errorf("expected a target of %d bytes or more, found %d", head+len(known), len(target))
	}
	copy(h.Challenge[:], target)
	copy(h.ConnectionID[:], target[16:])
	copy(h.ClearKey[:], target[32:])
	return h, slices.Clone(target[head:]), nil
}

func sealRC4(h weakcipher.Hello, secret weakcipher.ExportSecret) []byte {
	wire := []byte(line)
	h.XOR(secret, true, 0, wire)
	return slices.Concat(h.Challenge[:], h.ConnectionID[:], h.ClearKey[:], wire)
}

func dealRC4(bits int) ([]byte, uint64, error) {
	secret, err := weakcipher.NewExportSecret(bits)
	return sealRC4(weakcipher.NewHello(), secret), 0, err
}

func plantRC4(t task) (task, error) {
	secret, err := weakcipher.ParseExportSecret(number40(t.First + random(t.Limit-t.First)))
	t.Target = sealRC4(weakcipher.NewHello(), secret)
	return t, err
}

func findRC4(ctx context.Context, t task, progress func(uint64)) (key, text []byte, place uint64, err error) {
	h, wire, err := parseRC4(t.Target)
	if err != nil {
		return nil, nil, 0, err
	}
	secret, w, err := weakcipher.RecoverExport(ctx, h, true, keystream(wire), options(t, progress))
	if err == nil {
		h.XOR(secret, true, 0, wire)
	}
	return secret.Bytes(), wire, w.Place, err
}

// keystream returns what the known words leave of a ciphertext.
func keystream(wire []byte) []byte {
	out := []byte(known)
	for i := range out {
		out[i] ^= wire[i]
	}
	return out
}

// The target of DES is the ciphertext, whole blocks.
func sealDES(key weakcipher.DES40Key) ([]byte, error) {
	wire := []byte(line)
	wire = wire[:len(wire)/8*8]
	return wire, key.EncryptBlocks(wire)
}

func dealDES(bits int) ([]byte, uint64, error) {
	key, err := weakcipher.NewDES40Key(bits)
	if err != nil {
		return nil, 0, err
	}
	wire, err := sealDES(key)
	return wire, 0, err
}

func plantDES(t task) (task, error) {
	key, err := weakcipher.ParseDES40Key(number40(t.First + random(t.Limit-t.First)))
	if err != nil {
		return t, err
	}
	t.Target, err = sealDES(key)
	return t, err
}

func findDES(ctx context.Context, t task, progress func(uint64)) (key, text []byte, place uint64, err error) {
	if len(t.Target) < 16 {
		return nil, nil, 0, fmt.Errorf("expected a target of 16 bytes or more, found %d", len(t.Target))
	}
	k, w, err := weakcipher.RecoverDES40(ctx, []byte(known[:16]), t.Target[:16], options(t, progress))
	if err != nil {
		return nil, nil, 0, err
	}
	// DES decrypts nothing here: the line encrypts to the target, or the text stays closed.
	if wire, err := sealDES(k); err == nil && slices.Equal(wire, t.Target) {
		text = []byte(line[:len(wire)])
	}
	return k.Bytes(), text, w.Place, nil
}

// The target of TEA1 is the number of a slot and its ciphertext.
func sealTEA1(r weakcipher.TEA1Register) []byte {
	frame := weakcipher.TEA1Frame(int(random(4*18*60)), true)
	wire := []byte(line)[:weakcipher.TEA1SlotSize]
	r.XOR(frame, wire)
	return append(binary.BigEndian.AppendUint32(nil, frame), wire...)
}

func dealTEA1(bits int) ([]byte, uint64, error) {
	key, err := weakcipher.NewTEA1Key(bits)
	return sealTEA1(key.Reduce()), 0, err
}

func plantTEA1(t task) (task, error) {
	r, err := weakcipher.DrawTEA1Register(t.First, t.Limit)
	t.Target = sealTEA1(r)
	return t, err
}

func findTEA1(ctx context.Context, t task, progress func(uint64)) (key, text []byte, place uint64, err error) {
	if len(t.Target) < 4+len(known) {
		return nil, nil, 0, fmt.Errorf("expected a target of %d bytes or more, found %d", 4+len(known), len(t.Target))
	}
	frame, wire := binary.BigEndian.Uint32(t.Target), slices.Clone(t.Target[4:])
	r, w, err := weakcipher.RecoverTEA1(ctx, frame, keystream(wire), options(t, progress))
	if err == nil {
		r.XOR(frame, wire)
	}
	return r.Bytes(), wire, w.Place, err
}

// The target of Notes is an envelope. The authority has opened its field, so the space begins at the 24
// bits that were in it; the machines that search need not have the authority's key.
func dealNotes(bits int) ([]byte, uint64, error) {
	authority := workfactor.NewAuthority()
	envelope, _, err := sealNotes(authority.Public(), bits)
	if err != nil {
		return nil, 0, err
	}
	e, err := workfactor.ParseEnvelope(envelope)
	if err != nil {
		return nil, 0, err
	}
	block, err := authority.OpenField(e.Field)
	if err != nil {
		return nil, 0, err
	}
	upper := binary.BigEndian.Uint32(block[len(block)-4:]) & (1<<workfactor.EscrowedBits - 1)
	return envelope, uint64(upper) << bits, nil
}

func sealNotes(authority *workfactor.PublicKey, bits int) (envelope []byte, key uint64, err error) {
	d, err := workfactor.NewDevice(authority, bits)
	if err != nil {
		return nil, 0, err
	}
	if envelope, err = d.Seal(d.Identity(), []byte(strings.TrimSpace(line))); err != nil {
		return nil, 0, err
	}
	k, err := d.BulkKey(envelope)
	if err != nil {
		return nil, 0, err
	}
	return envelope, binary.BigEndian.Uint64(k.Bytes()), nil
}

// plantNotes moves the range to a key, since a key cannot be chosen here.
func plantNotes(t task) (task, error) {
	envelope, key, err := sealNotes(workfactor.PublishedKey(), t.Bits)
	if err != nil {
		return t, err
	}
	n := t.Limit - t.First
	t.Target, t.First = envelope, key-key%n
	t.Limit = t.First + n
	return t, nil
}

func findNotes(ctx context.Context, t task, progress func(uint64)) (key, text []byte, place uint64, err error) {
	o := workfactor.Options{First: t.First, Limit: t.Limit}
	if progress != nil {
		o.Progress = func(w workfactor.Work) { progress(w.Tried) }
	}
	k, w, err := workfactor.RecoverKey(ctx, t.Target, o)
	if err == nil {
		_, _, text, err = k.Open(t.Target)
	}
	return k.Bytes(), text, w.Place, err
}
