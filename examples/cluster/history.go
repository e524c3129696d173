//go:build !js

package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"doormat/examples/internal/page"
	"doormat/examples/internal/span"
)

// A record is a search of the past, or the one that has just ended.
type record struct {
	Year     int
	Who      string
	Cipher   string
	Bits     int
	Machines int
	Rate     float64 // keys a second
	Seconds  float64
	Source   string `json:",omitempty"`
}

const (
	hour = 60 * 60
	day  = 24 * hour
)

// history is what such searches took when they were news.
var history = []record{
	{1995, "Doligez", "export RC4", 40, 120, 850e3, 8 * day, "cambium.inria.fr/~doligez/ssl/announce-rev.html; the rate is from Clayton, Brute force attacks on cryptographic keys, cl.cam.ac.uk/~rnc1/brute.html"},
	{1997, "Goldberg", "RC5-32/12/5", 40, 250, 28e6, 3.5 * hour, "Clayton, as above; the announcement has about 250 machines and 100 billion keys an hour, Goldberg counted 259 a week later (cypherpunks, February 1997)"},
	{1997, "DESCHALL", "DES", 56, 14_000, 7e9, 96 * day, "Curtin, Brute Force, 2005; machines of a day and rate at their peak, of 78,000 machines in all"},
	{1998, "Deep Crack", "DES", 56, 1, 90e9, 56 * hour, "Electronic Frontier Foundation, Cracking DES, 1998"},
}

// compared returns history, and after it this room: from its first lease on, also if the server was killed
// since.
func (h *hub) compared(now time.Time) []record {
	took := now.Sub(h.job.Began).Seconds()
	room := record{Year: now.Year(), Who: "this room", Cipher: names[h.job.Task.Cipher], Bits: h.job.Task.Bits,
		Machines: h.most, Rate: float64(h.before+h.keys) / math.Max(took, 1e-3), Seconds: took}
	return append(history[:len(history):len(history)], room)
}

// names are the names of the ciphers in the table.
var names = map[string]string{"rc4": "export RC4", "des": "40-bit DES", "tea1": "TEA1", "notes": "RC2, Notes"}

// writeRecords writes them as a table, with their sources below.
func writeRecords(w io.Writer, all []record) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nyear\twho\tcipher\tbits\tmachines\tkeys a second\ttime\n")
	for _, r := range all {
		fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%s\t%s\t%v\n", r.Year, r.Who, r.Cipher, r.Bits, page.Thousands(r.Machines), page.Thousands(uint64(r.Rate)), span.Span(r.Seconds))
	}
	if err := t.Flush(); err != nil { // of what was written before, too
		return err
	}
	fmt.Fprintln(w)
	for _, r := range all {
		if r.Source == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "%d, %s: %s\n", r.Year, r.Who, r.Source); err != nil {
			return err
		}
	}
	return nil
}
