package workfactor

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
)

// publishedModulus is the government's key in the export version of Lotus Notes 4, from Adam Back,
// "NSA's backdoor key from Lotus-Notes" (cypherspace.org/adam/hacks/lotus-nsa-key.html), where it
// stands as the debugger showed it, the lowest byte first. He found the order of bytes by trial:
// read the other way the number is even. Its exponent, 3, is in his mail of 19 March 2002 to the
// list cypherpunks.
const publishedModulus = "" +
	"8D9D6213D3EF03A7A5CEAE99B8E9FF0612E58ECAAB2939FE72B41833B8B947A0" +
	"DF8111B561CE67FB50844623CF88338CE7BC80C5ECC312766075E13E12E956F6" +
	"59954F68B04F0FEAB6B82EFEC4E07BD84BC41FE3123AF70C31688BCD5895BB00"

// PublishedName is the name on the published key.
const PublishedName = "O=MiniTruth CN=Big Brother"

// PublishedKey returns the key that was in the program. Nobody outside has its private half, so
// what is encrypted to it stays closed here.
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

// Authority holds the private key.
type Authority struct {
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

// newPrime draws a prime of 380 bits, the upper two of them set, so that a product has 760, and
// p mod 3 = 2, so that 3 has an inverse.
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

// Bytes returns the private key: the modulus and the private exponent, 95 bytes each, big-endian.
// Whoever has them is the authority.
func (a *Authority) Bytes() []byte {
	return append(a.public.Bytes(), a.d.FillBytes(make([]byte, FieldSize))...)
}

// ParseAuthority reads what Bytes wrote.
func ParseAuthority(data []byte) (*Authority, error) {
	if len(data) != 2*FieldSize {
		return nil, fmt.Errorf("workfactor: an authority's private key has %d bytes, this one %d", 2*FieldSize, len(data))
	}
	public, err := ParsePublicKey(data[:FieldSize])
	if err != nil {
		return nil, err
	}
	d := new(big.Int).SetBytes(data[FieldSize:])
	x := big.NewInt(2)
	if new(big.Int).Exp(new(big.Int).Exp(x, exponent, public.n), d, public.n).Cmp(x) != 0 || d.Cmp(public.n) >= 0 {
		return nil, errors.New("workfactor: the two halves of the authority's private key do not belong together")
	}
	return &Authority{public, d}, nil
}

// Format implements [fmt.Formatter]: no verb prints the key.
func (Authority) Format(f fmt.State, _ rune) { io.WriteString(f, "workfactor.Authority(hidden)") }

// LogValue implements [slog.LogValuer] as Format does.
func (a Authority) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(a)) }

// MarshalText implements [encoding.TextMarshaler] as Format does.
func (a Authority) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(a)), nil }
