package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"doormat/escrow/weakcipher"
	"doormat/examples/internal/cli"
)

// The line that is encrypted, and what the wiretap knows of it.
const (
	known = "MIME-Version: 1.0\r\n"
	line  = known + "\r\nThe boiler man comes on Thursday.\r\n"
)

func (d *demo) export40() error {
	secret, err := weakcipher.NewExportSecret(d.options.export)
	if err != nil {
		return err
	}
	hello := weakcipher.NewHello()
	wire := []byte(line)
	hello.XOR(secret, true, 0, wire)

	d.print("  in clear    %x, 88 bits of the key\n", hello.ClearKey)
	d.print("  ciphertext  %x…\n", wire[:24])
	found, w, err := weakcipher.RecoverExport(d.ctx, hello, true, keystream(wire), d.search("export RC4", d.options.export))
	if err != nil {
		return err
	}
	hello.XOR(found, true, 0, wire)
	d.found("%d of 40 bits unknown: the secret part is %x, number %s", d.options.export, found[:], count(w.Place))
	d.opened(wire)
	d.rate("export RC4", w, 40)
	return nil
}

func (d *demo) des40() error {
	key, err := weakcipher.NewDES40Key(d.des)
	if err != nil {
		return err
	}
	wire := []byte(line)
	wire = wire[:len(wire)/8*8]
	if err := key.EncryptBlocks(wire); err != nil {
		return err
	}
	d.print("  ciphertext  %x…\n", wire[:24])
	found, w, err := weakcipher.RecoverDES40(d.ctx, []byte(known[:16]), wire[:16], d.search("40-bit DES", d.des))
	if err != nil {
		return err
	}
	d.found("%d of 40 bits unknown: the key is %x, number %s", d.des, found[:], count(w.Place))
	d.rate("40-bit DES", w, 40)
	return nil
}

func (d *demo) tetra() error {
	key, err := weakcipher.NewTEA1Key(d.tea1)
	if err != nil {
		return err
	}
	frame := weakcipher.TEA1Frame(1998, true)
	wire := []byte(line)[:weakcipher.TEA1SlotSize]
	key.Reduce().XOR(frame, wire)

	d.print("  the key     %x, 80 bits\n", key[:])
	d.print("  ciphertext  %x…, slot %08x\n", wire[:24], frame)
	o := d.search("TEA1", d.tea1)
	if o.Resume, err = d.readResume(); err != nil {
		return err
	}
	register, w, err := weakcipher.RecoverTEA1(d.ctx, frame, keystream(wire), o)
	if errors.Is(err, weakcipher.ErrResume) {
		return cli.BadInput("%s: %v", d.resume, err)
	}
	if err != nil {
		return errors.Join(err, d.writeResume(w))
	}
	d.removeResume()
	register.XOR(frame, wire)
	d.found("%d of 32 bits unknown: the register is %08x, after %s keys", d.tea1, uint32(register), count(w.Place))
	d.print("              2^48 keys of 80 bits come to that register\n")
	d.opened(wire)
	d.rate("TEA1", w, 32)
	return nil
}

func (d *demo) gprs() error {
	key, err := weakcipher.NewGEA1Key(d.gea1, 0, false)
	if err != nil {
		return err
	}
	wire := []byte(line)
	key.XOR(0, false, wire)

	d.ranks()
	d.print("  ciphertext  %x…\n", wire[:24])
	found, w, err := weakcipher.RecoverGEA1(d.ctx, 0, false, keystream(wire), d.search("GEA-1", d.gea1))
	if err != nil {
		return err
	}
	found.XOR(0, false, wire)
	d.found("%d of 64 bits unknown, in 2^%d steps for A and C, with tables of 2^%d for B: the key is %x, after %s steps",
		d.gea1, d.gea1/2+d.gea1/8, d.gea1-d.gea1/2-d.gea1/8, found[:], count(w.Place))
	d.opened(wire)
	d.rate("GEA-1", w, 40)
	if d.gea1 < 64 && !d.seeded {
		d.print("              with tables of this size; those of full size take twice the time\n")
	}
	return nil
}

// keystream is what the known words leave of the ciphertext.
func keystream(wire []byte) []byte {
	out := []byte(known)
	for i := range out {
		out[i] ^= wire[i]
	}
	return out
}

// search are the options of a search, which shows its progress.
func (d *demo) search(what string, bits int) weakcipher.Options {
	return weakcipher.Options{Bits: bits, Progress: func(w weakcipher.Work) {
		d.bar.Set(what, int(w.Tried), int(w.Of))
	}}
}

// readResume reads the file of a search that was stopped, if there is one.
func (d *demo) readResume() ([]byte, error) {
	if d.resume == "" {
		return nil, nil
	}
	data, err := os.ReadFile(d.resume)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cli.BadInput("%v", err)
	}
	return data, nil
}

// writeResume keeps a search that was stopped.
func (d *demo) writeResume(w weakcipher.Work) error {
	if d.resume == "" || len(w.Checkpoint) == 0 {
		return nil
	}
	d.bar.Clear()
	if err := os.WriteFile(d.resume, w.Checkpoint, 0o600); err != nil {
		return err
	}
	d.print("\nStopped after %s keys. The same command goes on from %s.\n", count(w.Tried), d.resume)
	return d.err
}

func (d *demo) removeResume() {
	if d.resume != "" {
		os.Remove(d.resume)
	}
}

// text is a line as it can be printed.
func text(wire []byte) string {
	return strings.Join(strings.Fields(string(wire)), " ")
}
