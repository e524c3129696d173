package dualec

import (
	"bytes"
	"crypto/rand"
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

// A generator in bytes, secrets included:
//
//	struct {
//	    uint8  version = 1;
//	    uint8  curve;                  /* P-256 1, tiny 2 */
//	    uint8  dropped;                /* bits left out of a block */
//	    opaque p<1..2^8-1>;            /* uncompressed */
//	    opaque q<1..2^8-1>;
//	    uint16 revision;               /* 2006 or 2007 */
//	    uint8  prediction_resistance;  /* 0 or 1 */
//	    uint64 counter;                /* blocks since the last reseeding */
//	    opaque s[size];                /* 32 bytes on P-256, 2 on the tiny curve */
//	} Generator;

const stateVersion = 1

var stateCurves = map[uint8]*Curve{1: p256Curve, 2: tinyCurve}

var errState = errors.New("dualec: expected a generator's state, found other bytes")

// MarshalBinary returns the generator's state, in clear, without the source of entropy.
func (g *Generator) MarshalBinary() ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.s == nil {
		return nil, errInstance
	}
	s := g.s.state
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(stateVersion)
	for id, c := range stateCurves {
		if c.group == s.points.curve.group {
			b.AddUint8(id)
		}
	}
	b.AddUint8(uint8(s.points.curve.drop))
	for _, point := range [][]byte{s.points.p, s.points.q} {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(point) })
	}
	b.AddUint16(uint16(s.revision))
	resistant := uint8(0)
	if s.resistant {
		resistant = 1
	}
	b.AddUint8(resistant)
	b.AddUint64(uint64(s.counter))
	b.AddBytes(s.s)
	return b.Bytes()
}

// UnmarshalBinary sets g to the generator that MarshalBinary wrote, with crypto/rand as its source
// of entropy. After an error g is unchanged.
func (g *Generator) UnmarshalBinary(data []byte) error {
	s, ok := parseState(data)
	if !ok {
		return errState
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.s = &hidden{s}
	return nil
}

func parseState(in cryptobyte.String) (s *state, ok bool) {
	var version, curve, dropped, resistant uint8
	var p, q cryptobyte.String
	var revision uint16
	var counter uint64
	if !in.ReadUint8(&version) || version != stateVersion ||
		!in.ReadUint8(&curve) || stateCurves[curve] == nil ||
		!in.ReadUint8(&dropped) ||
		!in.ReadUint8LengthPrefixed(&p) || !in.ReadUint8LengthPrefixed(&q) ||
		!in.ReadUint16(&revision) || Revision(revision) != Revision2006 && Revision(revision) != Revision2007 ||
		!in.ReadUint8(&resistant) || resistant > 1 ||
		!in.ReadUint64(&counter) || counter > reseedInterval {
		return nil, false
	}
	c, err := stateCurves[curve].Dropping(int(dropped))
	if err != nil {
		return nil, false
	}
	points, err := c.NewPoints(p, q)
	if err != nil || !c.isNumber(in) {
		return nil, false
	}
	return &state{points, Revision(revision), resistant == 1, bytes.Clone(in), int64(counter), rand.Reader}, true
}

// isNumber reports whether b has the length of a coordinate and not more bits.
func (c *Curve) isNumber(b []byte) bool { return len(b) == c.size() && b[0]>>(8-c.spare()) == 0 }
