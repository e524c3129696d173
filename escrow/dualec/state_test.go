package dualec

import (
	"bytes"
	"testing"
)

// kept is a generator's state, written once and read for ever.
const kept = "01" + "01" + "10" + // version 1, P-256, 16 bits
	"41046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5" +
	"4104c97445f45cdef9f0d3e05e1e585fc297235b82b5be8ff3efca67c59852018192b28ef557ba31dfcbdd21ac46e2a91e3c304f44cb87058ada2cb815151e610046" +
	"07d7" + "00" + "0000000000000002" // 2007, no prediction resistance, 2 blocks

func TestStateIsKept(t *testing.T) {
	g := instantiate(t, Config{Points: P256().Standard(), Entropy: bytes.NewReader(unhex(t, nistEntropy))})
	read(t, g, 60)
	if got := marshal(t, g); !bytes.Equal(got[:len(got)-32], unhex(t, kept)) || !bytes.Equal(got[len(got)-32:], g.s.s) {
		t.Errorf("the state is %x", got)
	}
	if got := read(t, unmarshal(t, marshal(t, g)), 60); !bytes.Equal(got, unhex(t, nistExamples[0].out[1])) {
		t.Errorf("from its state the generator goes on with %x", got)
	}
}

// someStates has a state of each kind.
func someStates(t testing.TB) (all [][]byte) {
	t.Helper()
	for i, p := range []*Points{P256().Standard(), fixedTrapdoor(t, short(t), 0).Points(), Tiny().Standard()} {
		g := instantiate(t, Config{Points: p, Revision: Revision(2006 + i%2), PredictionResistance: i == 1, Entropy: seeded("state", i)})
		read(t, g, 5)
		all = append(all, marshal(t, g))
	}
	return all
}

func TestStateRefuses(t *testing.T) {
	for _, state := range someStates(t) {
		if again := marshal(t, unmarshal(t, state)); !bytes.Equal(again, state) {
			t.Fatalf("%x is written as %x", state, again)
		}
		g := unmarshal(t, state)
		refused := func(what string, at int, bad []byte) {
			t.Helper()
			if err := g.UnmarshalBinary(bad); err != errState || !bytes.Equal(marshal(t, g), state) {
				t.Errorf("%s at %d: %v", what, at, err)
			}
		}
		for i := range state {
			refused("truncated", i, state[:i])
		}
		refused("trailing byte", 0, append(bytes.Clone(state), 0))
		// A bit flipped is an error or another state in its one form.
		for i := range 8 * len(state) {
			flipped := bytes.Clone(state)
			flipped[i/8] ^= 1 << (i % 8)
			other := new(Generator)
			if err := other.UnmarshalBinary(flipped); err == nil && !bytes.Equal(marshal(t, other), flipped) {
				t.Errorf("bit %d flipped is read, and written otherwise", i)
			} else if err == nil && i < 8*2 {
				t.Errorf("bit %d flipped, of the version or the curve, is read", i)
			}
		}
	}
	if _, err := new(Generator).MarshalBinary(); err == nil {
		t.Error("the zero generator has a state")
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	for _, state := range someStates(f) {
		f.Add(state)
	}
	f.Add([]byte("\x01\x02\x04\x05\x04\x00\x02\x00\\\x05\x04\t\\\x0e\xca\a\xd6\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00")) // it reseeds
	f.Fuzz(func(t *testing.T, data []byte) {
		g := new(Generator)
		if err := g.UnmarshalBinary(data); err != nil {
			return
		}
		if again := marshal(t, g); !bytes.Equal(again, data) {
			t.Fatalf("%x is written as %x", data, again)
		}
		twin := unmarshal(t, data)
		g.s.entropy, twin.s.entropy = seeded("twin", 0), seeded("twin", 0)
		a, b := make([]byte, 40), make([]byte, 40)
		_, err1 := g.Read(a)
		_, err2 := twin.Read(b)
		if (err1 == nil) != (err2 == nil) || err1 == nil && !bytes.Equal(a, b) {
			t.Errorf("two generators from %x: %v, %v", data, err1, err2)
		}
	})
}

// Whatever calls a generator gets, its twin from bytes does the same, and a call that fails changes
// nothing.
func FuzzGenerator(f *testing.F) {
	f.Add([]byte("gGrR"), uint8(0))
	f.Add([]byte{'g', 0, 'R', 1, 'p', 200, 'r'}, uint8(3))
	f.Add([]byte("pppp"), uint8(7))
	f.Fuzz(func(t *testing.T, calls []byte, kind uint8) {
		curve := Tiny()
		if kind&1 == 1 {
			curve = P256()
		}
		c := Config{Points: curve.Standard(), Revision: Revision(2006 + int(kind>>1&1)), PredictionResistance: kind>>2&1 == 1, Entropy: seeded("fuzz", int(kind))}
		g := instantiate(t, c)
		for i, call := range calls[:min(len(calls), 12)] {
			before := marshal(t, g)
			twin := unmarshal(t, before)
			g.s.entropy, twin.s.entropy = seeded("call", i), seeded("call", i)
			var errs [2]error
			outs := [2][]byte{make([]byte, call%40), make([]byte, call%40)}
			for j, x := range []*Generator{g, twin} {
				switch call % 5 {
				case 0, 1:
					_, errs[j] = x.Read(outs[j])
				case 2:
					errs[j] = x.Generate(outs[j], Request{Additional: calls[:i]})
				case 3:
					errs[j] = x.Generate(outs[j], Request{Additional: calls, PredictionResistance: true})
				case 4:
					errs[j] = x.Reseed(calls[i:])
				}
			}
			if (errs[0] == nil) != (errs[1] == nil) || !bytes.Equal(outs[0], outs[1]) || !bytes.Equal(marshal(t, g), marshal(t, twin)) {
				t.Fatalf("call %d: %v and %v", i, errs[0], errs[1])
			}
			if errs[0] != nil && !bytes.Equal(marshal(t, g), before) {
				t.Fatalf("call %d fails with %v and changes the state", i, errs[0])
			}
		}
	})
}

// A point is a point of the curve, or refused.
func FuzzNewPoints(f *testing.F) {
	f.Add(P256().Standard().P(), P256().Standard().Q(), false)
	f.Add(Tiny().Standard().P(), Tiny().Standard().Q(), true)
	f.Add([]byte{0}, []byte{4, 0, 0, 0, 0}, true)
	f.Fuzz(func(t *testing.T, p, q []byte, small bool) {
		c := P256()
		if small {
			c = Tiny()
		}
		points, err := c.NewPoints(p, q)
		if err != nil {
			return
		}
		if !bytes.Equal(points.P(), p) || !bytes.Equal(points.Q(), q) || len(p) != 1+2*c.size() {
			t.Errorf("%x and %x are read as %x and %x", p, q, points.P(), points.Q())
		}
		if double := c.add(p, p); !c.valid(double) {
			t.Errorf("2·%x is %x", p, double)
		}
		for d, kQ := range points.Multiples() {
			if d == 3 {
				break
			}
			x, ok := c.x([]byte{31: byte(d)}[32-c.size():], q)
			if !ok || !bytes.Equal(x, kQ[1:][:len(x)]) {
				t.Errorf("%d·%x is %x and %x", d, q, kQ, x)
			}
		}
	})
}

// The search finds a generator that made the output, or none; and none that did not.
func FuzzRecover(f *testing.F) {
	td := fixedTrapdoor(f, Tiny(), 0)
	for i := range 4 {
		g := instantiate(f, Config{Points: td.Points(), Entropy: seeded("fuzz", i)})
		f.Add(read(f, g, 3+i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, output []byte, old bool) {
		revision := Revision2007
		if old {
			revision = Revision2006
		}
		output = output[:min(len(output), 200)]
		if len(output) == 0 {
			return
		}
		g, _, err := td.Recover(t.Context(), output, Options{Revision: revision})
		if err != nil {
			return
		}
		// From the candidate's next state on, the generator says what was said.
		for missing := range 16 {
			r, ok := tinyLift(int64(missing<<8 | int(output[0])))
			if !ok {
				continue
			}
			x := r.times(number(td.s.d)).x
			state := &state{points: td.points, revision: revision, s: []byte{byte(x >> 8), byte(x)}}
			said := true
			for i, b := range output[1:] {
				said = said && state.output()[0] == b
				if i < len(output)-2 || revision == Revision2007 {
					state.step(state.s)
				}
			}
			if said {
				if !bytes.Equal(g.s.s, state.s) {
					continue // another one of them
				}
				return
			}
		}
		t.Errorf("%x: a generator that does not say it", output)
	})
}
