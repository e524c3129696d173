package main

import (
	"fmt"
	"strings"

	"doormat/escrow/weakcipher"
	"doormat/internal/keysearch"
)

const width = 80

// print writes to standard output and keeps the first error.
func (d *demo) print(format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.stdout, format, args...)
	}
}

// field prints a name and a text beside it, in lines of 80 columns.
func (d *demo) field(name, text string) {
	const indent = 14
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		if *last != "" && indent+len(*last)+1+len(word) > width {
			lines = append(lines, word)
			continue
		}
		*last = strings.TrimSpace(*last + " " + word)
	}
	for i, l := range lines {
		if i > 0 {
			name = ""
		}
		d.print("  %-*s%s\n", indent-2, name, l)
	}
}

func (d *demo) origin(o weakcipher.Origin) {
	d.print("%s\n", o.Cipher)
	d.field("weakened by", o.By)
	d.field("known to", o.Known)
	d.field("disclosed", o.Disclosed)
	d.field("source", o.Source)
}

func (d *demo) found(format string, args ...any) {
	d.bar.Clear()
	d.field("search", fmt.Sprintf(format, args...))
}

func (d *demo) opened(wire []byte) { d.field("it opens", text(wire)) }

// rate prints what was measured, and what all keys of the full size would take.
func (d *demo) rate(cipher string, w weakcipher.Work, full int) {
	d.rates[cipher] = w.Rate()
	if d.seeded {
		return
	}
	d.field("rate", fmt.Sprintf("%.1f million a second on %d cores; all 2^%d take %v",
		w.Rate()/1e6, w.Cores, full, keysearch.Estimate(full, w.Rate())))
}

// ranks prints in how many states GEA-1's registers start together.
func (d *demo) ranks() {
	d.field("its flaw", "two of its registers start in far too few states together:")
	for _, r := range weakcipher.GEA1Ranks() {
		note := ""
		if r.Registers == "A and C" {
			note = "   and this should be 64"
		}
		d.print("              %-10s  %2d bits start in 2^%d states%s\n", r.Registers, r.Bits, r.Rank, note)
	}
}

// history sets the searches of the past beside this machine.
func (d *demo) history() {
	here := "this machine"
	if d.seeded {
		here = ""
	}
	d.print("%s\n", strings.TrimRight(fmt.Sprintf("%-8s  %-23s  %-6s  %-4s  %-10s  %s", "when", "who", "cipher", "bits", "took", here), " "))
	for _, f := range weakcipher.Falls() {
		now := ""
		if rate := d.rates[sameCipher[f.Cipher]]; rate > 0 && !d.seeded {
			now = keysearch.Estimate(f.Bits, rate).String()
		}
		d.print("%s\n", strings.TrimRight(fmt.Sprintf("%-8s  %-23s  %-6s  %4d  %-10s  %s", f.When, f.Who, f.Cipher, f.Bits, f.Took, now), " "))
	}
	if !d.seeded {
		d.print("\nThis machine's times are for every key, at the rates measured above.\n")
	}
}

// sameCipher says whose rate is that of a cipher in history.
var sameCipher = map[string]string{"RC4": "export RC4", "DES": "40-bit DES"}

// count prints a number with commas.
func count(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
