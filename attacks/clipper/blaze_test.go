package clipper

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"doormat/attacks/attackstest"
	"doormat/escrow/clipper"
)

// forged is one LEAF that Ana has forged, with what it was forged for. Forging takes time.
var forged = sync.OnceValue(func() (f struct {
	call   *leafCall
	key    clipper.SessionKey
	header clipper.Header
	trials int
	told   int64
	err    error
}) {
	if f.call, f.err = makeCall(); f.err != nil {
		return f
	}
	var told atomic.Int64
	f.key, f.header.IV = randomKey()
	f.header.LEAF, f.trials, f.err = ForgeLEAF(context.Background(), f.call.chips[ana], f.key, f.header.IV, func(n int) { told.Add(int64(n)) })
	f.told = told.Load()
	return f
})

// Blaze against a chip that nobody has tampered with: Ben hears the call, and the tap nothing.
func TestForgeLEAF(t *testing.T) {
	f := forged()
	if f.err != nil {
		t.Fatal(f.err)
	}
	c, k, h := f.call, f.key, f.header
	for _, m := range []clipper.Mode{clipper.CBC, clipper.OFB} {
		ciphertext, err := EncryptUnder(c.chips[ana], k, m, h.IV, sentence)
		if err != nil {
			t.Fatal(err)
		}
		for _, honest := range []clipper.UnitID{ben, cas} {
			if got, err := c.hear(honest, k, m, h, ciphertext); err != nil || !bytes.Equal(got, sentence) {
				t.Errorf("%v: unit %v hears %q, %v", m, honest, got, err)
			}
		}
		if unit, key, err := c.tap(h); err == nil || key != (clipper.SessionKey{}) || unit == ana {
			t.Errorf("%v: the tap opens a forged LEAF of unit %v", m, unit)
		}
		// It is good for this key and this IV. Another key fits once in 65,536, and two of three never.
		refused := 0
		for range 3 {
			other, _ := randomKey()
			if _, err := c.hear(ben, other, m, h, ciphertext); err == clipper.ErrLEAF {
				refused++
			}
		}
		if refused < 2 {
			t.Errorf("%v: of three other session keys %d are refused", m, refused)
		}
	}
	if f.told < int64(f.trials) {
		t.Errorf("%d trials, of %d that were told", f.trials, f.told)
	}
}

// The number of trials is the place of the first candidate that passes, however many cores look.
func TestForgeLEAFIsTheFirst(t *testing.T) {
	attackstest.Seed(t, [32]byte{4})
	c := newCall(t)
	k, iv := randomKey()
	attackstest.Seed(t, [32]byte{5, 51}) // which takes 3,300 trials
	leaf, trials, err := ForgeLEAF(t.Context(), c.chips[ana], k, iv, nil)
	if err != nil {
		t.Fatal(err)
	}
	// On one core, each trial is told, and no more are made.
	attackstest.Seed(t, [32]byte{5, 51})
	told, cores := 0, runtime.GOMAXPROCS(1)
	one, n, err := ForgeLEAF(t.Context(), c.chips[ana], k, iv, func(n int) { told += n })
	runtime.GOMAXPROCS(cores)
	if err != nil || one != leaf || n != trials || told != trials {
		t.Errorf("on one core %d trials, of %d that were told, expected %d, %v", n, told, trials, err)
	}
	// The same candidates, one by one.
	attackstest.Seed(t, [32]byte{5, 51})
	if _, err := c.chips[ana].Load(k).GenerateIV(); err != nil { // as ForgeLEAF does
		t.Fatal(err)
	}
	var base clipper.LEAF
	rand.Read(base[:])
	s := c.chips[ana].Load(k)
	for i := range trials {
		l := candidate(base, int64(i))
		if err := s.LoadIV(clipper.Header{LEAF: l, IV: iv}); (err == nil) != (i == trials-1) || err == nil && l != leaf {
			t.Fatalf("trial %d of %d: %v", i+1, trials, err)
		}
	}
}

func TestForgeLEAFStops(t *testing.T) {
	c := newCall(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ForgeLEAF(ctx, c.chips[ana], clipper.SessionKey{}, clipper.IV{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, _, err := ForgeLEAF(t.Context(), new(clipper.Chip), clipper.SessionKey{}, clipper.IV{}, nil); err == nil || !strings.Contains(err.Error(), "blank") {
		t.Errorf("a blank chip: %v", err)
	}
}

// In a call both ends send a LEAF, for one session key. If one of them is honest, the tap opens
// his, and with it hears both.
func TestOneHonestEndExposesTheCall(t *testing.T) {
	f := forged()
	if f.err != nil {
		t.Fatal(f.err)
	}
	c, k, iv := f.call, f.key, f.header.IV
	ciphertext, err := EncryptUnder(c.chips[ana], k, clipper.OFB, iv, sentence)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.chips[ben].Load(k).GenerateIV()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.tap(f.header); err == nil {
		t.Error("the tap opens the forged LEAF")
	}
	unit, key, err := c.tap(answer)
	if err != nil || unit != ben {
		t.Fatalf("the tap opens the LEAF of unit %v, %v", unit, err)
	}
	if got, err := key.Decrypt(clipper.OFB, iv, ciphertext); err != nil || !bytes.Equal(got, sentence) {
		t.Errorf("with Ben's LEAF the tap hears %q of Ana, %v", got, err)
	}
}
