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
	"doormat/internal/secret"
)

// Agents is the public part of the agents: their number n, how many of them must agree, t, and the
// commitments to their shares. It is safe for concurrent use. The zero Agents are none, 0 of 0. In
// bytes:
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
	keys        []group.Element // the verification key h_i = x_i g of agent i at i-1
}

// A Share is the share of one agent: the agent's number i and x_i = f(i). Printing one prints the
// number. The zero Share is empty.
type Share struct {
	named[Share]
	agent uint8
	value group.Scalar
}

func newShare(agent uint8, value group.Scalar) Share {
	return Share{secret.Name[Share](fmt.Sprintf("of agent %d", agent)), agent, value}
}

// Deal draws a key x and shares it among n agents: f has degree t-1, f(0) = x, x_i = f(i), and any
// t shares give x. It returns an error unless 1 ≤ t ≤ n ≤ [MaxAgents]. It implements Feldman's
// sharing (A Practical Scheme for Non-interactive Verifiable Secret Sharing, FOCS 1987): every
// agent can check a share against the commitments C_j = a_j g.
//
// The dealer knows x while Deal runs. Agents need not trust a dealer if each deals a key of its own
// to the others and all add up what they receive; that is not built here.
func Deal(t, n int) (*Agents, []Share, error) {
	if t < 1 || t > n || n > MaxAgents {
		return nil, nil, fmt.Errorf("threshold: expected t of n agents, 1 ≤ t ≤ n ≤ %d, found %d of %d", MaxAgents, t, n)
	}
	s := secretsharing.New(rand.Reader, corrupted(t), randomScalar())
	var shares []Share
	for i, share := range s.Share(uint(n)) {
		shares = append(shares, newShare(uint8(i+1), share.Value))
	}
	return newAgents(n, s.CommitSecret()), shares, nil
}

// corrupted returns circl's parameter for t: circl counts the agents that may be corrupted, this
// package those that must agree, one more.
func corrupted(t int) uint { return uint(t - 1) }

func randomScalar() group.Scalar { return g.RandomNonZeroScalar(rand.Reader) }

func newAgents(n int, commitments []group.Element) *Agents {
	a := &Agents{n: n, commitments: commitments}
	for i := range n {
		a.keys = append(a.keys, a.evaluate(number(i+1)))
	}
	return a
}

// evaluate returns f(i)g, computed from the commitments: C_0 + iC_1 + i²C_2 + …
func (a *Agents) evaluate(i group.Scalar) group.Element {
	sum := g.Identity()
	for _, c := range slices.Backward(a.commitments) {
		sum.Mul(sum, i)
		sum.Add(sum, c)
	}
	return sum
}

func number(i int) group.Scalar { return g.NewScalar().SetUint64(uint64(i)) }

// T returns the number of agents that must agree.
func (a *Agents) T() int {
	if a == nil {
		return 0
	}
	return len(a.commitments)
}

// N returns the number of agents.
func (a *Agents) N() int {
	if a == nil {
		return 0
	}
	return a.n
}

// Key returns the joint key Y = C_0, which is no key if there are no agents.
func (a *Agents) Key() JointKey {
	if a.T() == 0 {
		return JointKey{}
	}
	return JointKey{a.commitments[0]}
}

// Bytes returns the encoding above, 5 bytes and 32 for each commitment, or nil if there are no agents.
func (a *Agents) Bytes() []byte {
	if a.T() == 0 {
		return nil
	}
	b := cryptobyte.NewBuilder([]byte{version, kindAgents, uint8(a.n)})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
		for _, c := range a.commitments {
			b.AddBytes(encode(c))
		}
	})
	return b.BytesOrPanic()
}

var (
	errAgents   = errors.New("threshold: expected a list of commitments to agents' shares, found something else")
	errNoAgents = errors.New("threshold: expected agents, found none: make them with Deal or ParseAgents")
)

// ParseAgents reads what [Agents.Bytes] returns. It returns an error unless 1 ≤ t ≤ n ≤ [MaxAgents].
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

// CheckShare returns an error unless a share is the one that the agents' commitments are to. It
// implements Feldman's check: x_i g = Σ i^j C_j.
func (a *Agents) CheckShare(s Share) error {
	if a.T() == 0 {
		return errNoAgents
	}
	if s.value == nil || int(s.agent) > a.n {
		return fmt.Errorf("threshold: expected a share of an agent from 1 to %d, found one of agent %d", a.n, s.agent)
	}
	if !secretsharing.Verify(corrupted(a.T()), s.circl(), a.commitments) {
		return fmt.Errorf("threshold: the share of agent %d is not the one that was committed to", s.agent)
	}
	return nil
}

func (s Share) circl() secretsharing.Share {
	return secretsharing.Share{ID: number(int(s.agent)), Value: s.value}
}

// Agent returns the agent's number, from 1.
func (s Share) Agent() int { return int(s.agent) }

// RecoveryKey returns the share, 35 bytes in clear: version, kind, number, x_i. Any t of them are the
// agents' key. It returns nil if the share is empty.
func (s Share) RecoveryKey() []byte {
	if s.value == nil {
		return nil
	}
	return append([]byte{version, kindShare, s.agent}, encodeScalar(s.value)...)
}

// ParseShare reads what [Share.RecoveryKey] returns. Whether the share is the one that was dealt,
// [Agents.CheckShare] reports.
func ParseShare(b []byte) (Share, error) {
	in := cryptobyte.String(b)
	var agent uint8
	ok := readHeader(&in, kindShare) && in.ReadUint8(&agent) && agent > 0
	value, ok2 := readScalar(&in)
	if !ok || !ok2 || !in.Empty() {
		return Share{}, errors.New("threshold: expected a share, found something else")
	}
	return newShare(agent, value), nil
}

// A Key is the agents' private key x, which no party should hold. It is safe for concurrent use.
// Printing one prints the joint key. The zero Key is no key, and opens nothing.
type Key struct {
	named[Key]
	x group.Scalar
}

func newKey(x group.Scalar) *Key {
	public := JointKey{g.NewElement().MulGen(x)}
	return &Key{secret.Name[Key](public.String()), x}
}

// RecoverKey computes x from shares, for agents who collude or for a thief who has robbed them:
// without a warrant, without the log, and without any agent noticing. It cannot tell whether the
// shares are enough: fewer than t give another key, which opens nothing. It returns an error for no
// shares, for the zero Share, and for two shares of one agent.
func RecoverKey(shares ...Share) (*Key, error) {
	var list []secretsharing.Share
	seen := map[uint8]bool{}
	for _, s := range shares {
		if s.value == nil {
			return nil, errors.New("threshold: expected shares, found one that is empty")
		}
		if seen[s.agent] { // circl panics
			return nil, fmt.Errorf("threshold: expected shares of different agents, found two of agent %d", s.agent)
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
	return newKey(x), nil
}

// JointKey returns the public key of k. If it is not the agents' key, the shares were too few, or
// bad.
func (k *Key) JointKey() JointKey {
	if k.isNone() {
		return JointKey{}
	}
	return JointKey{g.NewElement().MulGen(k.x)}
}

func (k *Key) isNone() bool { return k == nil || k.x == nil }

var errKey = errors.New("threshold: the field does not open with this key")

// Recover opens an envelope with x alone, as [escrow.Authority.Recover] does. It returns an error
// if the envelope is not of this scheme, or if its field does not open with k.
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

// Unwrap returns the message key that a field of 160 bytes wraps to the joint key of k. It checks
// neither the proof nor the label, so a field for another key gives 32 other bytes and no error. It
// returns an error for a field that is not well formed.
func (k *Key) Unwrap(field []byte) (key [32]byte, err error) {
	var c []byte
	in := cryptobyte.String(field)
	ok1 := in.ReadBytes(&c, len(key))
	u, ok2 := readElement(&in)
	if !ok1 || !ok2 || len(field) != fieldSize || k.isNone() {
		return key, errKey
	}
	return mask(c, g.NewElement().Mul(u, k.x)), nil
}

// RecoveryKey returns x, 32 bytes in clear: it opens every message of every device. It returns nil if
// there is no key.
func (k *Key) RecoveryKey() []byte {
	if k.isNone() {
		return nil
	}
	return encodeScalar(k.x)
}

// ParseKey reads the 32 bytes that [Key.RecoveryKey] returns. It returns an error unless they are a
// scalar other than 0.
func ParseKey(b []byte) (*Key, error) {
	in := cryptobyte.String(b)
	x, ok := readScalar(&in)
	if !ok || !in.Empty() || x.IsZero() {
		return nil, errors.New("threshold: expected a private key, a scalar of ristretto255 in 32 bytes, found something else")
	}
	return newKey(x), nil
}

// combine returns xu = Σ λ_i u_i, Lagrange's interpolation at 0 in the exponent.
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
