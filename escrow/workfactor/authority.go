package workfactor

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
)

// publishedModulus is the government's key in the export version of Lotus Notes 4, from Adam Back,
// "NSA's backdoor key from Lotus-Notes" (cypherspace.org/adam/hacks/lotus-nsa-key.html). It is
// written as the debugger showed it, the lowest byte first. Back found the order of the bytes by
// trial: in the other order the number is even. The exponent, 3, is in Back's mail of 19 March 2002
// to the list cypherpunks.
const publishedModulus = "" +
	"8D9D6213D3EF03A7A5CEAE99B8E9FF0612E58ECAAB2939FE72B41833B8B947A0" +
	"DF8111B561CE67FB50844623CF88338CE7BC80C5ECC312766075E13E12E956F6" +
	"59954F68B04F0FEAB6B82EFEC4E07BD84BC41FE3123AF70C31688BCD5895BB00"

// PublishedName is the name in the published key.
const PublishedName = "O=MiniTruth CN=Big Brother"

// PublishedKey returns the key that was in the program. Its private half was never published, so
// fields made with it stay closed here.
func PublishedKey() *PublicKey {
	n := new(big.Int)
	for i := len(publishedModulus) - 2; i >= 0; i -= 2 {
		b, ok := new(big.Int).SetString(publishedModulus[i:i+2], 16)
		if !ok {
			panic("workfactor: internal error: the published key is mistyped")
		}
		n.Or(n.Lsh(n, 8), b)
	}
	return &PublicKey{n}
}

// Authority holds the authority's private key.
type Authority struct {
	hidden[Authority]
	public *PublicKey
	d      *big.Int
}

// NewAuthority makes a key pair of the historical size.
func NewAuthority() *Authority {
	p, q := newPrime(), newPrime()
	for p.Cmp(q) == 0 {
		q = newPrime()
	}
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	return &Authority{
		public: &PublicKey{new(big.Int).Mul(p, q)},
		d:      new(big.Int).ModInverse(exponent, phi),
	}
}

// newPrime draws a prime p of 380 bits. The upper two bits are set, so that a product of two has
// 760 bits, and p mod 3 = 2, so that the exponent 3 has an inverse.
func newPrime() *big.Int {
	const size = ModulusBits / 16 // 47.5 bytes
	var b [size + 1]byte
	three := big.NewInt(3)
	for {
		rand.Read(b[:])
		b[0] = b[0]&0x0f | 0x0c
		b[size] |= 1
		p := new(big.Int).SetBytes(b[:])
		if new(big.Int).Mod(p, three).Int64() == 2 && p.ProbablyPrime(20) {
			return p
		}
	}
}

// Public returns the public key.
func (a *Authority) Public() *PublicKey { return a.public }

// RecoveryKey returns the private key, 190 bytes in clear: the modulus and the private exponent, each
// 95 bytes, big-endian. Anyone who holds them can do what the authority can.
func (a *Authority) RecoveryKey() []byte {
	return append(a.public.Bytes(), a.d.FillBytes(make([]byte, FieldSize))...)
}

// ParseAuthority reads the 190 bytes that [Authority.RecoveryKey] returns, and checks that its
// halves belong together. They are bytes, and no line as package escrow's: age has no keys of this
// kind.
func ParseAuthority(data []byte) (*Authority, error) {
	if len(data) != 2*FieldSize {
		return nil, fmt.Errorf("workfactor: expected an authority's private key of %d bytes, found %d", 2*FieldSize, len(data))
	}
	public, err := ParsePublicKey(data[:FieldSize])
	if err != nil {
		return nil, err
	}
	d := new(big.Int).SetBytes(data[FieldSize:])
	x := big.NewInt(2)
	if new(big.Int).Exp(new(big.Int).Exp(x, exponent, public.n), d, public.n).Cmp(x) != 0 || d.Cmp(public.n) >= 0 {
		return nil, errors.New("workfactor: expected the private exponent of the modulus, found another number")
	}
	return &Authority{public: public, d: d}, nil
}
