package weakcipher

import (
	"errors"
	"slices"
	"testing"

	"doormat/internal/des"
	"doormat/internal/tea1"
	"doormat/internal/testing/ratio"
)

// several searches a range, in several batches, once for targets in it, beside it, and one that is there
// twice.
func several(t *testing.T, unit uint64, seal func(place uint64) []byte, locate func(targets [][]byte, o Options) ([]uint64, Work, error)) {
	t.Helper()
	const bits = 16
	first, limit := 8*unit, 40*unit
	places := []uint64{17 * unit, 9 * unit, 40 * unit, 8 * unit, 41 * unit, 23 * unit, 17 * unit}
	want := []uint64{17 * unit, 9 * unit, 40 * unit, 0, 0, 23 * unit, 17 * unit}
	var targets [][]byte
	for _, place := range places {
		targets = append(targets, seal(place))
	}
	o := Options{Bits: bits, First: first, Limit: limit}
	got, w, err := locate(targets, o)
	if err != nil || !slices.Equal(got, want) || w.Tried != limit-first || w.Of != w.Tried {
		t.Errorf("expected %d, found %d, %+v, %v", want, got, w, err)
	}
	// From its own checkpoint the search finds the same, and tries nothing again.
	o.Resume = w.Checkpoint
	if again, w, err := locate(targets, o); err != nil || !slices.Equal(again, want) || w.Tried != 0 {
		t.Errorf("resumed: expected %d, found %d, %+v, %v", want, again, w, err)
	}
	if _, _, err := locate(targets[1:], o); !errors.Is(err, ErrResume) {
		t.Errorf("resumed for fewer targets: %v", err)
	}
	o.Resume = nil
	if got, _, err := locate([][]byte{seal(8 * unit)}, o); err != nil || !slices.Equal(got, []uint64{0}) {
		t.Errorf("nothing to be found: %d, %v", got, err)
	}
	for what, targets := range map[string][][]byte{"none": nil, "short": {targets[0], targets[1][:7]}, "empty": {nil}} {
		if _, _, err := locate(targets, o); err == nil || errors.Is(err, ErrNoKey) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := locate(targets, Options{Bits: 41}); err == nil {
		t.Error("41 bits: no error")
	}
}

// One pass over a range finds the place of each key that is in it.
func TestLocate(t *testing.T) {
	t.Run("export RC4", func(t *testing.T) {
		h := NewHello()
		several(t, 512, func(place uint64) []byte {
			out := make([]byte, 16)
			h.XOR(ExportSecret{b: number40(place - 1)}, true, 0, out)
			return out
		}, func(targets [][]byte, o Options) ([]uint64, Work, error) {
			return LocateExport(t.Context(), h, true, targets, o)
		})
	})
	plaintext := []byte("MIME-Version: 1.")
	t.Run("DES", func(t *testing.T) {
		several(t, 512, func(place uint64) []byte {
			out := slices.Clone(plaintext)
			if err := (DES40Key{b: number40(place - 1)}).EncryptBlocks(out); err != nil {
				t.Fatal(err)
			}
			return out
		}, func(targets [][]byte, o Options) ([]uint64, Work, error) {
			return LocateDES40(t.Context(), plaintext, targets, o)
		})
	})
	t.Run("TEA1", func(t *testing.T) {
		frame := TEA1Frame(7, true)
		times := map[uint64]int{} // the second time it is another register of the walk
		several(t, tea1.WalkLength, func(place uint64) []byte {
			out := make([]byte, 16)
			walk := slices.Collect(tea1.Registers(place/tea1.WalkLength - 1))
			newTEA1Register(walk[times[place]%len(walk)]).XOR(frame, out)
			times[place]++
			return out
		}, func(targets [][]byte, o Options) ([]uint64, Work, error) {
			return LocateTEA1(t.Context(), frame, targets, o)
		})
	})
}

// Each target is told from the others by all that is known of it, not by its first block alone.
func TestLocateSecondBlock(t *testing.T) {
	plaintext := []byte("MIME-Version: 1.")
	right := slices.Clone(plaintext)
	if err := (DES40Key{b: number40(9)}).EncryptBlocks(right); err != nil {
		t.Fatal(err)
	}
	wrong := slices.Clone(right)
	wrong[15] ^= 1
	got, _, err := LocateDES40(t.Context(), plaintext, [][]byte{wrong, right}, Options{Bits: 8})
	if err != nil || !slices.Equal(got, []uint64{0, 10}) {
		t.Errorf("%d, %v", got, err)
	}
}

// BenchmarkLocate reports the rate of a search for eight keys as a part of the rate of a search for one.
func BenchmarkLocate(b *testing.B) {
	const keys, few = 1 << 12, 8
	rows := func(begin byte) (rows [few][8]byte) {
		for i := range rows {
			rows[i] = [8]byte{byte(i)*begin + 1, byte(i), 7}
		}
		return rows
	}
	mixed := rows(31)
	b.Run("rc4", func(b *testing.B) {
		// Trials are made each time: where a trial lies in memory changes its rate.
		try := func(wants ...[8]byte) { newExportTrial(material{}, wants...).try(0, keys, nil) }
		ratio.Speed(b, "x-of-one-target", func() { try(mixed[:]...) }, func() { try(mixed[0]) })
	})
	b.Run("des", func(b *testing.B) {
		one, all := des.NewSearch(mixed[0], mixed[0]), des.NewSearch(mixed[0], mixed[:]...)
		ratio.Speed(b, "x-of-one-target", func() { all.Trial(0, keys, nil) }, func() { one.Trial(0, keys, nil) })
	})
	for name, rows := range map[string][few][8]byte{"tea1": rows(0), "tea1-any-first-bytes": mixed} {
		b.Run(name, func(b *testing.B) {
			var streams [][]byte
			for i := range rows {
				streams = append(streams, rows[i][:])
			}
			one, all := tea1.NewSearch(77, streams[0]), tea1.NewSearch(77, streams...)
			ratio.Speed(b, "x-of-one-target", func() { all.Trial(0, keys, nil) }, func() { one.Trial(0, keys, nil) })
		})
	}
}
