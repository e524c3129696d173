package recovery

import (
	"crypto"
	"crypto/rand"
	"slices"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/secretsharing"
	"github.com/cloudflare/circl/zk/dleq"
	"golang.org/x/crypto/cryptobyte"
)

// The OPRF is RFC 9497's with ristretto255 and SHA-512, in its base mode. Its key x is shared: server i has
// x_i = f(i), f(0) = x. Servers answer with E_i = x_i B, and k of them give what a server with x would:
//
//	Σ λ_i E_i = xB,    λ_i = Π j/(j - i) over the other servers j
//
// A DLEQ proof (RFC 9497, Section 2.2) shows that the x_i in E_i is that in x_i G, so that a wrong server is
// told from a wrong PIN.

var (
	g     = group.Ristretto255
	suite = oprf.SuiteRistretto255
)

const (
	elementSize = 32
	scalarSize  = 32
	proofSize   = 2 * scalarSize
)

var proofParams = dleq.Params{G: g, H: crypto.SHA512, DST: []byte("doormat 1 recovery DLEQ")}

// deal shares a scalar among n servers, of which k give it back.
func deal(x group.Scalar, k, n int) (shares []group.Scalar) {
	for _, s := range secretsharing.New(rand.Reader, uint(k-1), x).Share(uint(n)) { // circl counts who may be corrupted
		shares = append(shares, s.Value)
	}
	return shares
}

// lambda returns λ_i for the servers with these numbers.
func lambda(i int, all []int) group.Scalar {
	num, den := number(1), number(1)
	for _, j := range all {
		if j == i {
			continue
		}
		num.Mul(num, number(j))
		d := number(j)
		den.Mul(den, d.Sub(d, number(i)))
	}
	return num.Mul(num, den.Inv(den))
}

func number(i int) group.Scalar { return g.NewScalar().SetUint64(uint64(i)) }

// sumScalars returns Σ λ_i s_i, and sumElements Σ λ_i E_i.
func sumScalars(numbers []int, shares []group.Scalar) group.Scalar {
	sum := g.NewScalar()
	for n, i := range numbers {
		l := lambda(i, numbers)
		sum.Add(sum, l.Mul(l, shares[n]))
	}
	return sum
}

func sumElements(numbers []int, answers []group.Element) group.Element {
	sum := g.Identity()
	for n, i := range numbers {
		e := g.NewElement()
		sum.Add(sum, e.Mul(answers[n], lambda(i, numbers)))
	}
	return sum
}

// answer is a server's: E = x B, and a proof.
func answer(x group.Scalar, b group.Element) (e group.Element, proof []byte) {
	e = g.NewElement().Mul(b, x)
	p, err := dleq.Prover{Params: proofParams}.Prove(x, g.Generator(), g.NewElement().MulGen(x), b, e, rand.Reader)
	if err == nil {
		proof, err = p.MarshalBinary()
	}
	if err != nil {
		panic("recovery: internal error: " + err.Error())
	}
	return e, proof
}

// isAnswer reports whether e is x b, for the x of the public share.
func isAnswer(public, b, e group.Element, proof []byte) bool {
	p := new(dleq.Proof)
	return p.UnmarshalBinary(g, proof) == nil && dleq.Verifier{Params: proofParams}.Verify(g.Generator(), public, b, e, p)
}

// evaluate returns the OPRF's output under x, for who has x.
func evaluate(x group.Scalar, input []byte) ([]byte, error) {
	key := new(oprf.PrivateKey)
	if err := key.UnmarshalBinary(suite, encodeScalar(x)); err != nil {
		return nil, err
	}
	return oprf.NewServer(suite, key).FullEvaluate(input)
}

// A blinding is a client's input on its way through the OPRF.
type blinding struct {
	data    *oprf.FinalizeData
	element group.Element
}

func blind(input []byte) (*blinding, error) {
	data, request, err := oprf.NewClient(suite).Blind([][]byte{input})
	if err != nil {
		return nil, err
	}
	return &blinding{data, request.Elements[0]}, nil
}

func (b *blinding) finalize(e group.Element) ([]byte, error) {
	out, err := oprf.NewClient(suite).Finalize(b.data, &oprf.Evaluation{Elements: []oprf.Evaluated{e}})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

func encode(e group.Element) []byte {
	b, err := e.MarshalBinaryCompress()
	if err != nil {
		panic("recovery: internal error: " + err.Error())
	}
	return b
}

func encodeScalar(s group.Scalar) []byte {
	b, err := s.MarshalBinary()
	if err != nil {
		panic("recovery: internal error: " + err.Error())
	}
	return b
}

// readElement reads an element, 32 bytes, other than the identity.
func readElement(in *cryptobyte.String, e *group.Element) bool {
	var b []byte
	*e = g.NewElement()
	return in.ReadBytes(&b, elementSize) && (*e).UnmarshalBinary(b) == nil && !(*e).IsIdentity()
}

// readScalar reads a scalar, 32 bytes, below the group's order and not zero.
func readScalar(in *cryptobyte.String, s *group.Scalar) bool {
	var b []byte
	*s = g.NewScalar()
	return in.ReadBytes(&b, scalarSize) && (*s).UnmarshalBinary(b) == nil && !(*s).IsZero() && slices.Equal(encodeScalar(*s), b)
}
