package main

import (
	"context"
	"encoding/binary"
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
	Cipher  string
	Bits    int
	Common  []byte   // what the targets have in common, in the cipher's own form
	Targets [][]byte // what the line became under several keys, the first bytes
	First   uint64   // key, by number
	Limit   uint64   // the key after the last
}

// A cipher is one of those that a class can search. All four run the searches of the library.
type cipher struct {
	name           string
	least, full    int    // unknown bits
	lease          uint64 // keys of a range: some seconds of one laptop
	unit           uint64 // keys that a search counts as one
	common, target int    // bytes

	// deal encrypts the message under a random key. It returns what the wiretap has, and the number of the
	// first key of the space.
	deal func(bits int) (dealt, error)
	// plant draws a key of a task's range, and returns what the line becomes under it.
	plant func(t task) (target []byte, err error)
	// find searches a task. A place is the number of a target's key, from 1, or 0.
	find func(ctx context.Context, t task, o weakcipher.Options) (places []uint64, err error)
	// open opens the message with the key at a place.
	open func(ctx context.Context, bits int, d dealt, place uint64) (key, text []byte, err error)
}

// A dealt message is what a wiretap has of it.
type dealt struct {
	Common, Target []byte // as a task has them
	Wire           []byte // all of the message
	Base           uint64 // the first key of the space
}

// ciphers are all of them.
var ciphers = []*cipher{
	{"rc4", 8, 40, 1 << 24, 1, helloSize, len(known), dealRC4, plantRC4, findRC4, openRC4},
	{"des", 8, 40, 1 << 28, 1, 0, 16, dealDES, plantDES, findDES, openDES},
	{"tea1", 11, 32, 1 << 26, 1 << 10, 4, len(known), dealTEA1, plantTEA1, findTEA1, openTEA1},
	{"notes", 8, 40, 1 << 25, 1, 8, 8, dealNotes, plantNotes, findNotes, openNotes},
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

// maxTargets is the largest number of targets of a task.
const maxTargets = 16

// check returns an error if a task cannot be searched. A worker checks what it is sent.
func (t task) check() (*cipher, error) {
	c, err := cipherOf(t.Cipher)
	switch {
	case err != nil:
		return nil, err
	case t.Bits < c.least || t.Bits > c.full:
		return nil, fmt.Errorf("expected %d to %d bits, found %d", c.least, c.full, t.Bits)
	case len(t.Common) != c.common:
		return nil, fmt.Errorf("expected %d bytes that the targets have in common, found %d", c.common, len(t.Common))
	case len(t.Targets) == 0 || len(t.Targets) > maxTargets:
		return nil, fmt.Errorf("expected 1 to %d targets, found %d", maxTargets, len(t.Targets))
	case t.Limit <= t.First || t.Limit-t.First > c.keys(c.full):
		return nil, fmt.Errorf("expected a range of keys, found %d to %d", t.First, t.Limit)
	}
	for _, target := range t.Targets {
		if len(target) != c.target {
			return nil, fmt.Errorf("expected targets of %d bytes, found %d", c.target, len(target))
		}
	}
	return c, nil
}

// search searches all of a task, for all of its targets in one pass. The place of a target whose key is not
// there is 0.
func search(ctx context.Context, t task, progress func(tried uint64)) (places []uint64, err error) {
	c, err := t.check()
	if err != nil {
		return nil, err
	}
	o := weakcipher.Options{Bits: t.Bits, First: t.First, Limit: t.Limit}
	if progress != nil {
		o.Progress = func(w weakcipher.Work) { progress(w.Tried) }
	}
	return c.find(ctx, t, o)
}

// verify reports whether the key at a place, from 1, is in a task's range and fits a target. It searches that
// key alone.
func verify(ctx context.Context, t task, target int, place uint64) bool {
	c, err := t.check()
	if err != nil || place < t.First+c.unit || place > t.Limit {
		return false
	}
	t.First, t.Limit, t.Targets = place-c.unit, place, t.Targets[target:target+1]
	places, err := search(ctx, t, nil)
	return err == nil && places[0] == place
}

// at cuts a search down to the key at a place.
func at(bits int, place, unit uint64) weakcipher.Options {
	return weakcipher.Options{Bits: bits, First: place - unit, Limit: place}
}

// number40 returns a number of 40 bits, big-endian.
func number40(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n)[3:] }

// keystreams returns what the known words leave of each target.
func keystreams(targets [][]byte) (out [][]byte) {
	for _, t := range targets {
		k := []byte(known)
		for i := range k {
			k[i] ^= t[i]
		}
		out = append(out, k)
	}
	return out
}

// What the targets of export RC4 have in common is the three parts of a Hello.
const helloSize = 16 + 16 + 11

func helloBytes(h weakcipher.Hello) []byte {
	return slices.Concat(h.Challenge[:], h.ConnectionID[:], h.ClearKey[:])
}

func parseHello(common []byte) (h weakcipher.Hello) {
	copy(h.Challenge[:], common)
	copy(h.ConnectionID[:], common[16:])
	copy(h.ClearKey[:], common[32:])
	return h
}

func sealRC4(h weakcipher.Hello, secret weakcipher.ExportSecret) []byte {
	wire := []byte(line)
	h.XOR(secret, true, 0, wire)
	return wire
}

func dealRC4(bits int) (d dealt, err error) {
	secret, err := weakcipher.NewExportSecret(bits)
	h := weakcipher.NewHello()
	wire := sealRC4(h, secret)
	return dealt{helloBytes(h), wire[:len(known)], wire, 0}, err
}

func plantRC4(t task) ([]byte, error) {
	secret, err := weakcipher.ParseExportSecret(number40(t.First + random(t.Limit-t.First)))
	return sealRC4(parseHello(t.Common), secret)[:len(known)], err
}

func findRC4(ctx context.Context, t task, o weakcipher.Options) ([]uint64, error) {
	places, _, err := weakcipher.LocateExport(ctx, parseHello(t.Common), true, keystreams(t.Targets), o)
	return places, err
}

func openRC4(ctx context.Context, bits int, d dealt, place uint64) (key, text []byte, err error) {
	h := parseHello(d.Common)
	secret, _, err := weakcipher.RecoverExport(ctx, h, true, keystreams([][]byte{d.Wire})[0], at(bits, place, 1))
	if err != nil {
		return nil, nil, err
	}
	text = slices.Clone(d.Wire)
	h.XOR(secret, true, 0, text)
	return secret.Bytes(), text, nil
}

// The targets of DES have nothing in common but the plaintext. A message is whole blocks.
func sealDES(key weakcipher.DES40Key) ([]byte, error) {
	wire := []byte(line)
	wire = wire[:len(wire)/8*8]
	return wire, key.EncryptBlocks(wire)
}

func dealDES(bits int) (d dealt, err error) {
	key, err := weakcipher.NewDES40Key(bits)
	if err != nil {
		return d, err
	}
	wire, err := sealDES(key)
	return dealt{nil, wire[:16], wire, 0}, err
}

func plantDES(t task) ([]byte, error) {
	key, err := weakcipher.ParseDES40Key(number40(t.First + random(t.Limit-t.First)))
	if err != nil {
		return nil, err
	}
	wire, err := sealDES(key)
	return wire[:16], err
}

func findDES(ctx context.Context, t task, o weakcipher.Options) ([]uint64, error) {
	places, _, err := weakcipher.LocateDES40(ctx, []byte(known[:16]), t.Targets, o)
	return places, err
}

func openDES(ctx context.Context, bits int, d dealt, place uint64) (key, text []byte, err error) {
	k, _, err := weakcipher.RecoverDES40(ctx, []byte(known[:16]), d.Wire[:16], at(bits, place, 1))
	if err != nil {
		return nil, nil, err
	}
	// DES decrypts nothing here: the line encrypts to the message, or the text stays closed.
	wire, err := sealDES(k)
	if err != nil || !slices.Equal(wire, d.Wire) {
		return nil, nil, fmt.Errorf("expected another message than the line, %v", err)
	}
	return k.Bytes(), []byte(line[:len(wire)]), nil
}

// What the targets of TEA1 have in common is the number of a slot.
func sealTEA1(frame uint32, r weakcipher.TEA1Register) []byte {
	wire := []byte(line)[:weakcipher.TEA1SlotSize]
	r.XOR(frame, wire)
	return wire
}

func dealTEA1(bits int) (d dealt, err error) {
	key, err := weakcipher.NewTEA1Key(bits)
	frame := weakcipher.TEA1Frame(int(random(4*18*60)), true)
	wire := sealTEA1(frame, key.Reduce())
	return dealt{binary.BigEndian.AppendUint32(nil, frame), wire[:len(known)], wire, 0}, err
}

// plantTEA1 draws until the target begins with the byte of the first that the task has, since a search
// takes longer for several first bytes. In a short range there may be none, so there no target is drawn so.
func plantTEA1(t task) ([]byte, error) {
	for {
		r, err := weakcipher.DrawTEA1Register(t.First, t.Limit)
		if err != nil {
			return nil, err
		}
		target := sealTEA1(binary.BigEndian.Uint32(t.Common), r)[:len(known)]
		if t.Limit-t.First < 1<<18 || target[0] == t.Targets[0][0] {
			return target, nil
		}
	}
}

func findTEA1(ctx context.Context, t task, o weakcipher.Options) ([]uint64, error) {
	places, _, err := weakcipher.LocateTEA1(ctx, binary.BigEndian.Uint32(t.Common), keystreams(t.Targets), o)
	return places, err
}

func openTEA1(ctx context.Context, bits int, d dealt, place uint64) (key, text []byte, err error) {
	frame := binary.BigEndian.Uint32(d.Common)
	r, _, err := weakcipher.RecoverTEA1(ctx, frame, keystreams([][]byte{d.Wire})[0], at(bits, place, 1<<10))
	if err != nil {
		return nil, nil, err
	}
	text = slices.Clone(d.Wire)
	r.XOR(frame, text)
	return r.Bytes(), text, nil
}

// What the targets of Notes have in common is the iv of a body. The message is an envelope, whose field the
// authority has opened, so the space begins at the 24 bits that were in it; the machines that search need not
// have the authority's key.
func dealNotes(bits int) (d dealt, err error) {
	authority := workfactor.NewAuthority()
	sender, err := workfactor.NewDevice(authority.Public(), bits)
	if err != nil {
		return d, err
	}
	if d.Wire, err = sender.Seal(sender.Identity(), []byte(strings.TrimSpace(line))); err != nil {
		return d, err
	}
	e, err := workfactor.ParseEnvelope(d.Wire)
	if err != nil {
		return d, err
	}
	block, err := authority.OpenField(e.Field)
	if err != nil {
		return d, err
	}
	upper := binary.BigEndian.Uint32(block[len(block)-4:]) & (1<<workfactor.EscrowedBits - 1)
	d.Common, d.Target, d.Base = e.IV[:], e.Ciphertext[:8], uint64(upper)<<bits
	return d, nil
}

func plantNotes(t task) ([]byte, error) {
	block, err := workfactor.DrawBlock([8]byte(t.Common), t.First, t.Limit)
	return block[:], err
}

func findNotes(ctx context.Context, t task, o weakcipher.Options) ([]uint64, error) {
	var blocks [][8]byte
	for _, target := range t.Targets {
		blocks = append(blocks, [8]byte(target))
	}
	n := workfactor.Options{First: o.First, Limit: o.Limit}
	if o.Progress != nil {
		n.Progress = func(w workfactor.Work) { o.Progress(weakcipher.Work(w)) }
	}
	places, _, err := workfactor.Locate(ctx, [8]byte(t.Common), blocks, n)
	return places, err
}

func openNotes(ctx context.Context, _ int, d dealt, place uint64) (key, text []byte, err error) {
	k, _, err := workfactor.RecoverKey(ctx, d.Wire, workfactor.Options{First: place - 1, Limit: place})
	if err != nil {
		return nil, nil, err
	}
	_, _, text, err = k.Open(d.Wire)
	return k.Bytes(), text, err
}
