package scanning

import (
	"crypto/rand"
	"crypto/sha3"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/math/polynomial"
	"golang.org/x/crypto/cryptobyte"
)

// A Dial is what a server sets for all accounts.
type Dial struct {
	// Threshold is the number of matches at which the pictures of an account open, from 1 to 1,000. The
	// paper's t is one less: there they open above t. Apple said 30.
	Threshold int
	// Synthetics is the number of synthetic vouchers that an account sends at most, up to 1,000. They hide
	// the number of matches below the threshold.
	Synthetics int
	// OneIn is how often a synthetic voucher stands in the place of a picture's: 0 for never, 1 for always
	// until there are Synthetics. At most 2^31-1.
	OneIn int
}

func (d Dial) check() error {
	if d.Threshold < 1 || d.Threshold > 1000 || d.Synthetics < 0 || d.Synthetics > 1000 || d.OneIn < 0 || d.OneIn > math.MaxInt32 {
		return fmt.Errorf("scanning: expected a threshold from 1 to 1000 and 0 to 1000 synthetic vouchers, one in 0 to 2^31-1, found %d, %d and %d",
			d.Threshold, d.Synthetics, d.OneIn)
	}
	return nil
}

// rows returns s of the detectable hash function.
func (d Dial) rows() int { return d.Threshold - 1 + d.Synthetics }

// An Account is the client of one person in the second design. All of it but two numbers is derived from a
// seed. It is not safe for concurrent use. Printing one prints nothing of it.
type Account struct {
	hidden[Account]
	dial       Dial
	table      *Table
	seed       [seedSize]byte
	next       uint64 // the number of the next voucher
	synthetics uint32 // sent so far
	shares     polynomial.Polynomial
	dhf        dhf
	key        [32]byte // adkey
}

// NewAccount returns an account with a fresh seed.
func NewAccount(t *Table, d Dial) (*Account, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	a := &Account{dial: d, table: t}
	rand.Read(a.seed[:])
	a.derive()
	return a, nil
}

// derive makes the polynomial, whose value at 0 gives adkey, and the matrix.
func (a *Account) derive() {
	coefficients := make([]group.Scalar, a.dial.Threshold)
	for i := range coefficients {
		coefficients[i] = a.scalar("coefficient", uint64(i))
	}
	a.shares = polynomial.New(coefficients)
	a.key = contentKey(coefficients[0])
	r := sha3.NewSHAKE256()
	r.Write([]byte("doormat scanning matrix v1\x00"))
	r.Write(a.seed[:])
	a.dhf = make(dhf, a.dial.rows())
	for i := range a.dhf {
		a.dhf[i] = make([]fp, a.dial.Threshold-1)
		for j := range a.dhf[i] {
			a.dhf[i][j] = readFP(r)
		}
	}
}

// readFP draws a uniform element.
func readFP(r *sha3.SHAKE) fp {
	for {
		var b [8]byte
		r.Read(b[:])
		if x := binary.BigEndian.Uint64(b[:]) & fpModulus; x < fpModulus {
			return fp(x)
		}
	}
}

// scalar is a pseudorandom function of the seed: F of the paper with the label share.
func (a *Account) scalar(label string, i uint64) group.Scalar {
	return g.HashToScalar(binary.BigEndian.AppendUint64(a.seed[:], i), []byte("doormat scanning "+label+" v1"))
}

// AssociatedSize is the number of bytes that each voucher carries for the server to open: shorter data is
// padded, so that vouchers are of one length.
const AssociatedSize = 4096

// VoucherSize returns the length of a voucher in bytes.
func (d Dial) VoucherSize() int {
	return 2 + 8 + 2*pairSize + 3 + sealOverhead + randomSealOverhead + 2 + AssociatedSize + 2*elementSize + 8*d.rows()
}

// Voucher returns the voucher of a picture with a hash, to send beside its message. associated is what the
// server sees of the picture if it opens: a small copy of it, and its text. Only a match and the threshold
// together open it. It returns an error, and uses no number, if associated is longer than
// [AssociatedSize].
//
// For j = 1, 2, and the cell w that the hash has in the table:
//
//	β, γ random;  Q = βH(y) + γG;  S = βP_w + γL;  ct = AEAD(H'(S), rkey)
//
// If P_w = αH(y), then S = αQ, which the server computes. If P_w is of another entry or empty, S is uniform
// given Q: the random self-reduction of the Diffie-Hellman problem (Naor and Reingold, FOCS 1997). The two
// pairs are swapped at random, since their order would tell which cell matched. If both cells are one, the second
// pair opens for nobody: two that open would tell a match from a synthetic voucher.
func (a *Account) Voucher(y Hash, associated []byte) ([]byte, error) {
	if len(associated) > AssociatedSize {
		return nil, fmt.Errorf("scanning: expected at most %d bytes of associated data, found %d", AssociatedSize, len(associated))
	}
	if int(a.synthetics) < a.dial.Synthetics && a.dial.OneIn > 0 && randomBelow(a.dial.OneIn) == 0 {
		a.synthetics++
		return a.synthetic(), nil
	}
	x := a.scalar("share", a.next)
	var v voucher
	rkey := randomKey()
	h := hashToGroup(y)
	cells := places(y, a.table.Cells())
	for j, w := range cells {
		if j == 1 && w == cells[0] {
			v.pairs[j] = shutPair(rkey)
			continue
		}
		beta, gamma := randomScalar(), randomScalar()
		q := combine(beta, h, gamma, nil)
		s := combine(beta, a.table.cells[w], gamma, a.table.l)
		v.pairs[j] = newPair(q, s, rkey)
	}
	content := sealRandomNonce(a.key, pad(associated))
	a.finish(&v, rkey, content, x, a.shares.Evaluate(x), a.dhf.at(columnOf(x)))
	return v.bytes(), nil
}

// synthetic makes a voucher that opens as a match does, with a share and an r that are random, and so belongs
// to no picture. Its scalars are chosen as real ones are: 32 random bytes would show, being no scalar 15
// times of 16.
func (a *Account) synthetic() []byte {
	var v voucher
	rkey := randomKey()
	gamma := randomScalar()
	v.pairs[0] = newPair(combine(nil, nil, gamma, nil), g.NewElement().Mul(a.table.l, gamma), rkey)
	v.pairs[1] = shutPair(rkey)
	r := make([]fp, a.dial.rows())
	for i := range r {
		r[i] = randomFP()
	}
	content := sealRandomNonce(randomKey(), pad(nil))
	a.finish(&v, rkey, content, randomScalar(), randomScalar(), r)
	return v.bytes()
}

// shutPair returns a pair that looks like that of a cell with another entry.
func shutPair(rkey [32]byte) pair {
	return newPair(g.RandomElement(rand.Reader), g.RandomElement(rand.Reader), rkey)
}

// finish numbers a voucher, seals what the first layer opens, and swaps the pairs or not.
func (a *Account) finish(v *voucher, rkey [32]byte, content []byte, x, fx group.Scalar, r []fp) {
	v.number = a.next
	a.next++
	inner := append(append([]byte(nil), content...), encode(x)...)
	inner = append(inner, encode(fx)...)
	v.sealed = sealOnce(rkey, appendFP(inner, r))
	if randomBelow(2) == 1 {
		v.pairs[0], v.pairs[1] = v.pairs[1], v.pairs[0]
	}
}

// combine returns a·p + b·q. q is G if it is nil, and without a there is no p.
func combine(a group.Scalar, p group.Element, b group.Scalar, q group.Element) group.Element {
	sum := g.NewElement()
	if q == nil {
		sum.MulGen(b)
	} else {
		sum.Mul(q, b)
	}
	if a != nil {
		sum.Add(sum, g.NewElement().Mul(p, a))
	}
	return sum
}

// randomBelow returns a random number below n.
func randomBelow(n int) int {
	var seed [32]byte
	rand.Read(seed[:])
	return mathrand.New(mathrand.NewChaCha8(seed)).IntN(n)
}

func randomKey() (k [32]byte) {
	rand.Read(k[:])
	return k
}

func randomFP() fp {
	for {
		var b [8]byte
		rand.Read(b[:])
		if x := binary.BigEndian.Uint64(b[:]) & fpModulus; x < fpModulus {
			return fp(x)
		}
	}
}

const accountSize = 2 + 2 + 2 + 4 + seedSize + 8 + 4

var errAccount = errors.New("scanning: expected an account, found something else")

// Bytes returns the account's secrets, without the table, 54 bytes.
//
//	struct {
//	    uint8  version = 0xe3;
//	    uint8  kind = 6;
//	    uint16 threshold, synthetics;
//	    uint32 one_in;
//	    opaque seed[32];
//	    uint64 next;
//	    uint32 sent;             /* synthetic vouchers */
//	} Account;
func (a *Account) Bytes() []byte {
	b := header(kindAccount)
	b.AddUint16(uint16(a.dial.Threshold))
	b.AddUint16(uint16(a.dial.Synthetics))
	b.AddUint32(uint32(a.dial.OneIn))
	b.AddBytes(a.seed[:])
	b.AddUint64(a.next)
	b.AddUint32(a.synthetics)
	return b.BytesOrPanic()
}

// ParseAccount reads what [Account.Bytes] returns, for a table.
func ParseAccount(b []byte, t *Table) (*Account, error) {
	in := cryptobyte.String(b)
	a := &Account{table: t}
	var threshold, synthetics uint16
	var oneIn uint32
	if !readHeader(&in, kindAccount) || !in.ReadUint16(&threshold) || !in.ReadUint16(&synthetics) || !in.ReadUint32(&oneIn) ||
		!in.CopyBytes(a.seed[:]) || !in.ReadUint64(&a.next) || !in.ReadUint32(&a.synthetics) || !in.Empty() || oneIn > math.MaxInt32 {
		return nil, errAccount
	}
	a.dial = Dial{int(threshold), int(synthetics), int(oneIn)}
	if a.dial.check() != nil || int(a.synthetics) > a.dial.Synthetics {
		return nil, errAccount
	}
	a.derive()
	return a, nil
}
