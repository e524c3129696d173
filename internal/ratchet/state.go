package ratchet

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"

	"doormat/internal/x25519"
)

// A session in bytes, in the presentation language of TLS (RFC 8446, Section 3):
//
//	struct {
//	    opaque ad<0..255>;
//	    opaque rk[32];
//	    uint8  turn;                /* 0 or 1, as sending and closed are */
//	    opaque dhs[32];
//	    opaque dhs_public[32];
//	    opaque hks[32];
//	    opaque nhks[32];
//	    opaque cks[32];
//	    uint8  sending;
//	    uint32 ns;
//	    uint32 pn;
//	    opaque dhr[32];
//	    opaque nhkr[32];
//	    Chain  chains<0..2^24-1>;   /* at most MaxChains; all but the last are closed */
//	} Session;
//
//	struct {
//	    opaque     hk[32];
//	    opaque     ck[32];
//	    uint32     n;
//	    uint8      closed;
//	    SkippedKey skipped<0..2^24-1>; /* n strictly ascending, below the chain's n */
//	} Chain;
//
//	struct { uint32 n; opaque mk[32]; } SkippedKey;

var errState = errors.New("not a valid session")

// Marshal appends s to b.
func (s *Session) Marshal(b *cryptobyte.Builder) {
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(s.ad) })
	b.AddBytes(s.rk[:])
	addBool(b, s.turn)
	b.AddBytes(s.dhs[:])
	b.AddBytes(s.dhsPublic[:])
	b.AddBytes(s.hks[:])
	b.AddBytes(s.nhks[:])
	b.AddBytes(s.cks[:])
	addBool(b, s.sending)
	b.AddUint32(s.ns)
	b.AddUint32(s.pn)
	b.AddBytes(s.dhr[:])
	b.AddBytes(s.nhkr[:])
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range s.chains {
			s.chains[i].marshal(b)
		}
	})
}

func (c *chain) marshal(b *cryptobyte.Builder) {
	b.AddBytes(c.hk[:])
	b.AddBytes(c.ck[:])
	b.AddUint32(c.n)
	addBool(b, c.closed)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		for i := range c.skipped {
			b.AddUint32(c.skipped[i].n)
			b.AddBytes(c.skipped[i].mk[:])
		}
	})
}

// Unmarshal reads a session that Marshal wrote from in.
func Unmarshal(in *cryptobyte.String) (*Session, error) {
	s := new(Session)
	var ad, chains cryptobyte.String
	ok := in.ReadUint8LengthPrefixed(&ad) &&
		in.CopyBytes(s.rk[:]) &&
		readBool(in, &s.turn) &&
		in.CopyBytes(s.dhs[:]) &&
		in.CopyBytes(s.dhsPublic[:]) &&
		in.CopyBytes(s.hks[:]) &&
		in.CopyBytes(s.nhks[:]) &&
		in.CopyBytes(s.cks[:]) &&
		readBool(in, &s.sending) &&
		in.ReadUint32(&s.ns) &&
		in.ReadUint32(&s.pn) &&
		in.CopyBytes(s.dhr[:]) &&
		in.CopyBytes(s.nhkr[:]) &&
		in.ReadUint24LengthPrefixed(&chains)
	if !ok || !s.unmarshalChains(chains) {
		return nil, errState
	}
	s.ad = append([]byte(nil), ad...)
	return s, nil
}

func (s *Session) unmarshalChains(in cryptobyte.String) bool {
	total := 0
	for !in.Empty() {
		if n := len(s.chains); n == MaxChains || n > 0 && !s.chains[n-1].closed {
			return false
		}
		var c chain
		if !c.unmarshal(&in) {
			return false
		}
		s.chains = append(s.chains, c)
		total += len(c.skipped)
	}
	n := len(s.chains)
	return total <= MaxSkipped && (n == 0 || !s.chains[n-1].closed)
}

func (c *chain) unmarshal(in *cryptobyte.String) bool {
	var skipped cryptobyte.String
	ok := in.CopyBytes(c.hk[:]) &&
		in.CopyBytes(c.ck[:]) &&
		in.ReadUint32(&c.n) &&
		readBool(in, &c.closed) &&
		in.ReadUint24LengthPrefixed(&skipped)
	if !ok || len(skipped) > MaxSkipped*(4+32) {
		return false
	}
	for last := int64(-1); !skipped.Empty(); {
		var k skippedKey
		if !skipped.ReadUint32(&k.n) || !skipped.CopyBytes(k.mk[:]) || int64(k.n) <= last || k.n >= c.n {
			return false
		}
		last = int64(k.n)
		c.skipped = append(c.skipped, k)
	}
	return true
}

func addBool(b *cryptobyte.Builder, v bool) {
	if v {
		b.AddUint8(1)
	} else {
		b.AddUint8(0)
	}
}

func readBool(in *cryptobyte.String, v *bool) bool {
	var n uint8
	if !in.ReadUint8(&n) || n > 1 {
		return false
	}
	*v = n == 1
	return true
}

// The thief of a session can do more with it than call Open: see RatchetKey and Mirror.

// RatchetKey returns DHs, and reports whether the session has it at present. The public key is zero for a
// responder's first, which is the signed prekey.
func (s *Session) RatchetKey() (k x25519.PrivateKey, public x25519.PublicKey, ok bool) {
	return s.dhs, s.dhsPublic, !s.turn
}

// Mirror returns a session that opens what s seals on its current sending chain, with the keys of s.
// It returns nil if s has no sending chain.
func (s *Session) Mirror() *Session {
	if !s.sending {
		return nil
	}
	return &Session{ad: s.ad, dhr: s.dhsPublic, chains: []chain{{hk: s.hks, ck: s.cks, n: s.ns}}}
}
