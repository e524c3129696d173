package recovery

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// This file implements SLIP-0039, Shamir's Secret-Sharing for Mnemonic Codes
// (https://github.com/satoshilabs/slips/blob/master/slip-0039.md), with the names of that document. It
// reads shares in groups. It writes one group, which is what friends need.

//go:embed words.txt
var wordList string

var (
	words     = strings.Fields(wordList)
	wordIndex = func() map[string]int {
		m := map[string]int{}
		for i, w := range words {
			m[w] = i
		}
		return m
	}()
)

const (
	maxShares     = 16
	idWords       = 4 // identifier to member threshold: 40 bits
	checksumWords = 3
	minWords      = 20
	maxWords      = 59 // a secret of 64 bytes, so that a paste of a book is no work
	maxExponent   = 6  // of the iterations: 640,000 of PBKDF2, some tenths of a second; we write 0
	digestIndex   = 254
	secretIndex   = 255
	digestSize    = 4
)

// A Share is one of the mnemonics of a secret. Printing one prints no word of it.
type Share struct {
	hidden[Share]
	identifier                    uint16 // 15 bits
	extendable                    bool
	exponent                      int // of the iterations
	group, groupThreshold, groups int
	member, threshold             int
	value                         []byte
}

// shareHead is what all shares of one secret have in common.
type shareHead struct {
	identifier             uint16
	extendable             bool
	exponent               int
	groupThreshold, groups int
	size                   int
}

func (s Share) head() shareHead {
	return shareHead{s.identifier, s.extendable, s.exponent, s.groupThreshold, s.groups, len(s.value)}
}

// RecoveryKey returns the share's words. k of them are the secret.
func (s Share) RecoveryKey() string {
	e := 0
	if s.extendable {
		e = 1
	}
	bits := new(bitWriter)
	bits.add(int(s.identifier), 15)
	bits.add(e, 1)
	bits.add(s.exponent, 4)
	bits.add(s.group, 4)
	bits.add(s.groupThreshold-1, 4)
	bits.add(s.groups-1, 4)
	bits.add(s.member, 4)
	bits.add(s.threshold-1, 4)
	bits.add(0, padding(len(s.value)))
	for _, b := range s.value {
		bits.add(int(b), 8)
	}
	data := bits.values
	sum := rs1024(s.extendable, append(slices.Clone(data), 0, 0, 0)) ^ 1
	for i := range checksumWords {
		data = append(data, int(sum>>(10*(checksumWords-1-i)))&1023)
	}
	var mnemonic []string
	for _, v := range data {
		mnemonic = append(mnemonic, words[v])
	}
	return strings.Join(mnemonic, " ")
}

// padding returns the number of zero bits before a value of n bytes, to a multiple of ten.
func padding(n int) int { return (10 - 8*n%10) % 10 }

// ParseShare reads the words of a share. It returns an error if one is not on the list, if the checksum is
// wrong, or if the fields contradict each other.
func ParseShare(mnemonic string) (s Share, err error) {
	list := strings.Fields(strings.ToLower(mnemonic))
	if len(list) < minWords || len(list) > maxWords {
		return s, fmt.Errorf("recovery: expected a share of %d to %d words, found %d", minWords, maxWords, len(list))
	}
	var data []int
	for i, w := range list {
		v, ok := wordIndex[w]
		if !ok {
			return s, fmt.Errorf("recovery: the word number %d of a share is not on the list", i+1)
		}
		data = append(data, v)
	}
	s.extendable = data[1]>>4&1 == 1
	if rs1024(s.extendable, data) != 1 {
		return Share{}, errors.New("recovery: expected a share with a right checksum, found a slip in its words")
	}
	bits := bitReader{values: data}
	s.identifier = uint16(bits.read(15))
	bits.read(1)
	s.exponent, s.group = bits.read(4), bits.read(4)
	s.groupThreshold, s.groups = bits.read(4)+1, bits.read(4)+1
	s.member, s.threshold = bits.read(4), bits.read(4)+1
	valueBits := 10 * (len(data) - idWords - checksumWords)
	pad := valueBits % 16
	if pad > 8 || bits.read(pad) != 0 || s.exponent > maxExponent || s.groupThreshold > s.groups {
		return Share{}, errors.New("recovery: expected a share, found words that are none")
	}
	for range (valueBits - pad) / 8 {
		s.value = append(s.value, byte(bits.read(8)))
	}
	return s, nil
}

// SplitSecret returns a secret in n shares, of which k give it back. The secret must have an even number of
// bytes, from 16 to 64. It returns an error unless 1 ≤ k ≤ n ≤ 16 and, if k is 1, n is 1: several shares of
// which one is enough are copies.
func SplitSecret(secret []byte, k, n int) ([]Share, error) {
	if k < 1 || k > n || n > maxShares || k == 1 && n > 1 {
		return nil, fmt.Errorf("recovery: expected k of n shares, 1 ≤ k ≤ n ≤ %d and not 1 of several, found %d of %d", maxShares, k, n)
	}
	if len(secret) < 16 || len(secret) > 64 || len(secret)%2 != 0 {
		return nil, fmt.Errorf("recovery: expected a secret of an even number of bytes from 16 to 64, found %d", len(secret))
	}
	var id [2]byte
	rand.Read(id[:])
	head := Share{identifier: uint16(id[0])<<8&0x7f00 | uint16(id[1]), extendable: true, groupThreshold: 1, groups: 1, threshold: k}
	var all []Share
	for i, value := range splitValue(feistel(head, secret, "", []int{0, 1, 2, 3}), k, n) {
		s := head
		s.member, s.value = i, value
		all = append(all, s)
	}
	return all, nil
}

// splitValue implements SplitSecret of SLIP-0039, at x = 0 to n-1.
func splitValue(secret []byte, k, n int) (values [][]byte) {
	if k == 1 {
		return [][]byte{secret}
	}
	r := make([]byte, len(secret)-digestSize)
	rand.Read(r)
	xs, ys := []byte{}, [][]byte{}
	for i := range k - 2 {
		y := make([]byte, len(secret))
		rand.Read(y)
		xs, ys = append(xs, byte(i)), append(ys, y)
	}
	values = slices.Clone(ys)
	xs = append(xs, digestIndex, secretIndex)
	ys = append(ys, append(digest(r, secret), r...), secret)
	for i := k - 2; i < n; i++ {
		values = append(values, interpolate(xs, ys, byte(i)))
	}
	return values
}

func digest(r, secret []byte) []byte {
	h := hmac.New(sha256.New, r)
	h.Write(secret)
	return h.Sum(nil)[:digestSize]
}

// CombineSecret returns the secret that shares are of. It returns an error unless there are exactly as many
// as are needed, of one secret, and they fit each other. A wrong passphrase gives another secret and no
// error, as SLIP-0039 wants it: [SplitSecret] uses none.
func CombineSecret(passphrase string, shares ...Share) ([]byte, error) {
	if len(shares) == 0 {
		return nil, errors.New("recovery: expected shares, found none")
	}
	groups := map[int][]Share{}
	for _, s := range shares {
		if s.head() != shares[0].head() {
			return nil, errors.New("recovery: the shares are not of one secret")
		}
		groups[s.group] = append(groups[s.group], s)
	}
	first := shares[0]
	if len(groups) != first.groupThreshold {
		return nil, fmt.Errorf("recovery: expected shares of %d groups, found %d", first.groupThreshold, len(groups))
	}
	var xs []byte
	var ys [][]byte
	for i, members := range groups {
		value, err := combineGroup(members)
		if err != nil {
			return nil, err
		}
		xs, ys = append(xs, byte(i)), append(ys, value)
	}
	value, err := recoverValue(first.groupThreshold, xs, ys)
	if err != nil {
		return nil, err
	}
	return feistel(first, value, passphrase, []int{3, 2, 1, 0}), nil
}

func combineGroup(members []Share) ([]byte, error) {
	var xs []byte
	var ys [][]byte
	for _, m := range members {
		if m.threshold != members[0].threshold {
			return nil, errors.New("recovery: the shares of a group do not agree on their number")
		}
		if slices.Contains(xs, byte(m.member)) {
			return nil, errors.New("recovery: expected different shares, found one twice")
		}
		xs, ys = append(xs, byte(m.member)), append(ys, m.value)
	}
	if len(members) != members[0].threshold {
		return nil, fmt.Errorf("recovery: expected %d shares, found %d", members[0].threshold, len(members))
	}
	return recoverValue(len(members), xs, ys)
}

// recoverValue implements RecoverSecret of SLIP-0039.
func recoverValue(threshold int, xs []byte, ys [][]byte) ([]byte, error) {
	if threshold == 1 {
		return ys[0], nil
	}
	secret, d := interpolate(xs, ys, secretIndex), interpolate(xs, ys, digestIndex)
	if !hmac.Equal(digest(d[digestSize:], secret), d[:digestSize]) {
		return nil, errors.New("recovery: the shares do not fit each other: one of them is wrong")
	}
	return secret, nil
}

// feistel encrypts a secret with the rounds 0 to 3 and decrypts with 3 to 0.
func feistel(s Share, secret []byte, passphrase string, rounds []int) []byte {
	salt := []byte{}
	if !s.extendable {
		salt = append([]byte("shamir"), byte(s.identifier>>8), byte(s.identifier))
	}
	half := len(secret) / 2
	l, r := slices.Clone(secret[:half]), slices.Clone(secret[half:])
	for _, i := range rounds {
		f, err := pbkdf2.Key(sha256.New, string(rune(i))+passphrase, slices.Concat(salt, r), 2500<<s.exponent, half)
		if err != nil {
			panic("recovery: internal error: " + err.Error())
		}
		for j := range f {
			f[j] ^= l[j]
		}
		l, r = r, f
	}
	return append(r, l...)
}

// rs1024 is the checksum's polynomial, which is 1 for a valid share.
func rs1024(extendable bool, data []int) uint32 {
	c := uint32(1)
	step := func(x int) {
		top := c >> 20
		c = c&0xfffff<<10 ^ uint32(x)
		for i, g := range []uint32{0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120} {
			if top>>i&1 == 1 {
				c ^= g
			}
		}
	}
	custom := "shamir"
	if extendable {
		custom = "shamir_extendable"
	}
	for _, x := range []byte(custom) {
		step(int(x))
	}
	for _, x := range data {
		step(x)
	}
	return c
}

// exp and log are tables of GF(256) with x^8 + x^4 + x^3 + x + 1 and the generator 3.
var exp, log = func() (exp [255]byte, log [256]int) {
	x := 1
	for i := range exp {
		exp[i], log[x] = byte(x), i
		x ^= x << 1
		if x > 255 {
			x ^= 0x11b
		}
	}
	return exp, log
}()

// interpolate returns the value at x of the polynomial through the points, byte by byte. Its time depends
// on the shares, by the tables.
func interpolate(xs []byte, ys [][]byte, x byte) []byte {
	if i := slices.Index(xs, x); i >= 0 {
		return slices.Clone(ys[i])
	}
	out := make([]byte, len(ys[0]))
	for i := range xs {
		l := 0 // the logarithm of Π (x - x_j) / (x_i - x_j)
		for j := range xs {
			if i != j {
				l += log[x^xs[j]] - log[xs[i]^xs[j]]
			}
		}
		l = (l%255 + 255) % 255
		for b, y := range ys[i] {
			if y != 0 {
				out[b] ^= exp[(log[y]+l)%255]
			}
		}
	}
	return out
}

// A bitWriter writes numbers into words of ten bits.
type bitWriter struct {
	values  []int
	bits, n int
}

func (w *bitWriter) add(x, n int) {
	w.bits, w.n = w.bits<<n|x, w.n+n
	for ; w.n >= 10; w.n -= 10 {
		w.values = append(w.values, w.bits>>(w.n-10)&1023)
	}
	w.bits &= 1<<w.n - 1
}

// A bitReader reads them back.
type bitReader struct {
	values  []int
	bits, n int
}

func (r *bitReader) read(n int) int {
	for r.n < n {
		r.bits, r.n = r.bits<<10|r.values[0], r.n+10
		r.values = r.values[1:]
	}
	r.n -= n
	x := r.bits >> r.n
	r.bits &= 1<<r.n - 1
	return x
}
