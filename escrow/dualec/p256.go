package dualec

import (
	"bytes"
	"crypto/ecdh"
	"crypto/elliptic"
	"math/big"

	"filippo.io/nistec"

	"doormat/internal/p256"
)

// nist256 is the arithmetic of a generator on P-256. It is that of Diffie-Hellman, since the generator
// consists of that: the state is a private key, its output is the agreement with Q, and the next state
// is the agreement with P.
type nist256 struct{}

func (nist256) bits() int       { return 256 }
func (nist256) order() *big.Int { return new(big.Int).Set(elliptic.P256().Params().N) }

var nist256Base = nistec.NewP256Point().SetGenerator().Bytes()

func (nist256) base() []byte { return bytes.Clone(nist256Base) }

func (nist256) valid(a []byte) bool {
	_, err := ecdh.P256().NewPublicKey(a)
	return err == nil
}

// x multiplies with nistec, whose arithmetic is that of crypto/ecdh. A private key of crypto/ecdh would
// cost a multiplication of the generator, whose result is not needed where a is Q.
func (nist256) x(k, a []byte) ([]byte, bool) {
	point := nistec.NewP256Point()
	var err error
	if bytes.Equal(a, nist256Base) { // several times as fast
		_, err = point.ScalarBaseMult(k)
	} else if _, err = point.SetBytes(a); err == nil {
		_, err = point.ScalarMult(point, k)
	}
	if err != nil {
		return nil, false
	}
	x, err := point.BytesX()
	return x, err == nil // the point at infinity has none
}

func (nist256) baseTimes(k []byte) []byte {
	private, err := ecdh.P256().NewPrivateKey(k)
	if err != nil {
		panic("dualec: internal error: " + err.Error())
	}
	return private.PublicKey().Bytes()
}

func (nist256) add(a, b []byte) []byte {
	p, err1 := nistec.NewP256Point().SetBytes(a)
	q, err2 := nistec.NewP256Point().SetBytes(b)
	if err1 != nil || err2 != nil {
		panic("dualec: internal error: adding what is no point")
	}
	if sum := p.Add(p, q).Bytes(); len(sum) > 1 {
		return sum
	}
	return nil
}

func (nist256) prepare(d, q []byte) func(size int) follower {
	s := p256.NewSearch(d, q)
	return func(size int) follower { return s.NewWorker(size).Follow }
}
