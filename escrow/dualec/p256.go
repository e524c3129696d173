package dualec

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"math/big"
)

// p256 is the arithmetic of a generator on P-256. It is the standard library's Diffie-Hellman,
// because that is all there is to the generator: the state is a private key, its output is what
// it agrees on with Q, and the next state is what it agrees on with P.
type p256 struct{}

func (p256) bits() int       { return 256 }
func (p256) order() *big.Int { return new(big.Int).Set(elliptic.P256().Params().N) }

var p256Base = func() []byte {
	one, err := ecdh.P256().NewPrivateKey(append(make([]byte, 31), 1))
	if err != nil {
		panic("dualec: internal error: " + err.Error())
	}
	return one.PublicKey().Bytes()
}()

func (p256) base() []byte { return bytes.Clone(p256Base) }

func (p256) valid(a []byte) bool {
	_, err := ecdh.P256().NewPublicKey(a)
	return err == nil
}

func (p256) x(k, a []byte) ([]byte, bool) {
	private, err := ecdh.P256().NewPrivateKey(modN(k))
	if err != nil {
		return nil, false // 0
	}
	if bytes.Equal(a, p256Base) { // five times as fast
		return private.PublicKey().Bytes()[1:33], true
	}
	public, err := ecdh.P256().NewPublicKey(a)
	if err != nil {
		return nil, false
	}
	x, err := private.ECDH(public)
	return x, err == nil
}

func (p256) baseTimes(k []byte) []byte {
	private, err := ecdh.P256().NewPrivateKey(k)
	if err != nil {
		panic("dualec: internal error: " + err.Error())
	}
	return private.PublicKey().Bytes()
}

func (p256) add(a, b []byte) []byte {
	p, q := decodePoint(a), decodePoint(b)
	l := newLanes(1)
	switch {
	case p.x[0] != q.x[0]:
		l.add(p, q)
	case p.y[0] == q.y[0]:
		l.double(p)
	default:
		return nil
	}
	return p.encode(0)
}

// p256N is the order.
var p256N = num{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}

// modN reduces a number of 32 bytes, from which n can be subtracted once.
func modN(k []byte) []byte {
	a := toNum(k)
	if r, borrow := a.minus(&p256N); borrow == 0 {
		a = r
	}
	return a.bytes()
}
