package threshold

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/math/polynomial"
	"github.com/cloudflare/circl/secretsharing"
	"golang.org/x/crypto/cryptobyte"

	"doormat/escrow"
)

// Agents is what is public about them: how many there are, how many must agree, and the
// commitments to their shares. It is safe for concurrent use. In bytes:
//
//	struct {
//	    uint8  version = 0xe2;
//	    uint8  kind = 16;
//	    uint8  n;
//	    opaque commitments<32..32*32>;   /* t of them: C_j = a_j g, C_0 = Y */
//	} Agents;
type Agents struct {
	n           int
	commitments []group.Element
	keys        []group.Element // h_i of agent i at i-1
}

// A Share is one agent's, the number i and x_i = f(i). Printing one prints the number only.
type Share struct {
	agent uint8
	value group.Scalar
}

// Deal draws a key x and shares it: f has degree t-1, f(0) = x, x_i = f(i), and any t shares give
// x. It implements Feldman's sharing (A Practical Scheme for Non-interactive Verifiable Secret
// Sharing, FOCS 1987): every agent can check his share against the commitments C_j = a_j g.
//
// Whoever runs Deal knows x while it runs. Agents who deal to each other, each a key of his own,
// and add up what they get, would not have to trust him; that is not built here.
func Deal(t, n int) (*Agents, []Share, error) {
	if t < 1 || t > n || n > MaxAgents {
		return nil, nil, fmt.Errorf("threshold: expected t of n agents, 1 ≤ t ≤ n ≤ %d, found %d of %d", MaxAgents, t, n)
	}
	s := secretsharing.New(rand.Reader, corrupted(t), randomScalar())
	var shares []Share
	for i, share := range s.Share(uint(n)) {
		shares = append(shares, Share{uint8(i + 1), share.Value})
	}
	return newAgents(n, s.CommitSecret()), shares, nil
}

// corrupted is circl's parameter, which counts the agents that may be corrupted. This package
// counts those that must agree, one more.
func corrupted(t int) uint { return uint(t - 1) }

func randomScalar() group.Scalar { return g.RandomNonZeroScalar(rand.Reader) }

func newAgents(n int, commitments []group.Element) *Agents {
	a := &Agents{n: n, commitments: commitments}
	for i := range n {
		a.keys = append(a.keys, a.evaluate(number(i+1)))
	}
	return a
}

// evaluate is f(i)g from the commitments: C_0 + iC_1 + i²C_2 + …
func (a *Agents) evaluate(i group.Scalar) group.Element {
	sum := g.Identity()
	for _, c := range slices.Backward(a.commitments) {
		sum.Mul(sum, i)
		sum.Add(sum, c)
	}
	return sum
}

func number(i int) group.Scalar { return g.NewScalar().SetUint64(uint64(i)) }

// T returns how many agents must agree.
func (a *Agents) T() int { return len(a.commitments) }

// N returns how many agents there are.
func (a *Agents) N() int { return a.n }

// Key returns the joint key Y = C_0.
func (a *Agents) Key() JointKey { return JointKey{a.commitments[0]} }

// Bytes returns what [ParseAgents] reads.
func (a *Agents) Bytes() []byte {
	b := cryptobyte.NewBuilder([]byte{version, kindAgents, uint8(a.n)})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, c := range a.commitments {
			b.AddBytes(encode(c))
		}
	})
	return b.BytesOrPanic()
}

var errAgents = errors.New("threshold: not a valid list of commitments to agents' shares")

// ParseAgents reads what [Agents.Bytes] wrote.
func ParseAgents(b []byte) (*Agents, error) {
	in := cryptobyte.String(b)
	var n uint8
	var list cryptobyte.String
	if !readHeader(&in, kindAgents) || !in.ReadUint8(&n) || !in.ReadUint16LengthPrefixed(&list) || !in.Empty() {
		return nil, errAgents
	}
	if t := len(list) / elementSize; len(list)%elementSize != 0 || t < 1 || t > int(n) || n > MaxAgents {
		return nil, errAgents
	}
	var commitments []group.Element
	for !list.Empty() {
		c, ok := readElement(&list)
		if !ok {
			return nil, errAgents
		}
		commitments = append(commitments, c)
	}
	return newAgents(int(n), commitments), nil
}

// CheckShare reports a share that is not the one that the commitments are to. It implements
// Feldman's check: x_i g = Σ i^j C_j.
func (a *Agents) CheckShare(s Share) error {
	if s.value == nil || int(s.agent) > a.n {
		return fmt.Errorf("threshold: the share is of agent %d, expected one of 1 to %d", s.agent, a.n)
	}
	if !secretsharing.Verify(corrupted(a.T()), s.circl(), a.commitments) {
		return fmt.Errorf("threshold: the share of agent %d is not the one that was committed to", s.agent)
	}
	return nil
}

func (s Share) circl() secretsharing.Share {
	return secretsharing.Share{ID: number(int(s.agent)), Value: s.value}
}

// Agent returns the number of the agent, from 1.
func (s Share) Agent() int { return int(s.agent) }

// Bytes returns the share, secret and in clear: version, kind, number, 32 bytes.
func (s Share) Bytes() []byte {
	return append([]byte{version, kindShare, s.agent}, encodeScalar(s.value)...)
}

// ParseShare reads what [Share.Bytes] wrote.
func ParseShare(b []byte) (s Share, err error) {
	in := cryptobyte.String(b)
	ok := readHeader(&in, kindShare) && in.ReadUint8(&s.agent) && s.agent > 0
	value, ok2 := readScalar(&in)
	if !ok || !ok2 || !in.Empty() {
		return Share{}, errors.New("threshold: not a valid share")
	}
	s.value = value
	return s, nil
}

// A Key is the agents' private key x, which was to exist nowhere. It is safe for concurrent use.
// Printing one prints the joint key only.
type Key struct{ x group.Scalar }

// RecoverKey computes x from shares, for agents who collude and for who has robbed them: no
// warrant, no log, and no agent learns of it. It does not know how many it takes. Fewer than t
// shares give another key, which opens nothing.
func RecoverKey(shares ...Share) (*Key, error) {
	var list []secretsharing.Share
	seen := map[uint8]bool{}
	for _, s := range shares {
		if s.value == nil {
			return nil, errors.New("threshold: expected shares, found one that is empty")
		}
		if seen[s.agent] { // circl panics
			return nil, fmt.Errorf("threshold: the share of agent %d is there twice", s.agent)
		}
		seen[s.agent] = true
		list = append(list, s.circl())
	}
	if len(list) == 0 {
		return nil, errors.New("threshold: expected shares, found none")
	}
	x, err := secretsharing.Recover(corrupted(len(list)), list)
	if err != nil {
		return nil, fmt.Errorf("threshold: %w", err)
	}
	return &Key{x}, nil
}

// JointKey returns the public key that belongs to k. If it is not the agents', the shares were
// too few, or bad.
func (k *Key) JointKey() JointKey { return JointKey{g.NewElement().MulGen(k.x)} }

var errKey = errors.New("threshold: the field does not open with this key")

// Recover opens an envelope as [escrow.Authority.Recover] does.
func (k *Key) Recover(envelope []byte) (from, to escrow.Identity, plaintext []byte, err error) {
	e, err := parseEnvelope(envelope)
	if err != nil {
		return from, to, nil, err
	}
	key, err := k.Unwrap(e.Field)
	if err != nil {
		return from, to, nil, err
	}
	plaintext, err = e.Open(key)
	if err != nil {
		return from, to, nil, errKey
	}
	return e.From, e.To, plaintext, nil
}

// Unwrap returns the message key in a field that was wrapped to the joint key, and some other 32
// bytes if it was not. It looks at no proof and no label.
func (k *Key) Unwrap(field []byte) (key [32]byte, err error) {
	var c []byte
	in := cryptobyte.String(field)
	ok1 := in.ReadBytes(&c, len(key))
	u, ok2 := readElement(&in)
	if !ok1 || !ok2 || len(field) != fieldSize {
		return key, errKey
	}
	return mask(c, g.NewElement().Mul(u, k.x)), nil
}

// Bytes returns the key, secret and in clear, in 32 bytes.
func (k *Key) Bytes() []byte { return encodeScalar(k.x) }

// ParseKey reads what [Key.Bytes] wrote.
func ParseKey(b []byte) (*Key, error) {
	in := cryptobyte.String(b)
	x, ok := readScalar(&in)
	if !ok || !in.Empty() || x.IsZero() {
		return nil, errors.New("threshold: expected a private key, a scalar of ristretto255 in 32 bytes, found something else")
	}
	return &Key{x}, nil
}

// combine is xu = Σ λ_i u_i, Lagrange's interpolation at 0 in the exponent.
func combine(partials []*partial) group.Element {
	var numbers []group.Scalar
	for _, p := range partials {
		numbers = append(numbers, number(int(p.agent)))
	}
	sum := g.Identity()
	for i, p := range partials {
		lambda := polynomial.LagrangeBase(uint(i), numbers, g.NewScalar())
		sum.Add(sum, g.NewElement().Mul(p.d, lambda))
	}
	return sum
}
