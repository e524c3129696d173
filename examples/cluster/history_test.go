//go:build !js

package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

// Each search of the past could have tried, at its rate and in its time, about the part of its keys that it
// is known for: half of them, a third, and a quarter twice. DESCHALL's rate is its peak.
func TestHistory(t *testing.T) {
	for i, want := range []float64{0.53, 0.32, 0.8, 0.25} {
		r := history[i]
		if got := r.Rate * r.Seconds / math.Ldexp(1, r.Bits); math.Abs(got-want) > 0.02 || r.Source == "" {
			t.Errorf("%s tried %.2f of the keys", r.Who, got)
		}
	}
}

// This room stands below history, with what it did, also before its server was killed.
func TestCompared(t *testing.T) {
	h := &hub{job: job{Task: task{Cipher: "des", Bits: 34}, Began: time.Unix(0, 0)}, began: time.Unix(49, 0), before: 4e9, keys: 1e9, most: 7}
	var out bytes.Buffer
	if err := writeRecords(&out, h.compared(time.Unix(50, 0))); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1995  Doligez", "this room   40-bit DES   34    7         100,000,000     50 seconds", "1998, Deep Crack: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("expected %q in\n%s", want, &out)
		}
	}
	if len(history) != 4 {
		t.Errorf("history has %d rows", len(history))
	}
}
