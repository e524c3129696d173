// Package deal makes the puzzles of lesson 12, and checks answers.
package deal

import (
	"bytes"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"strings"

	"doormat/examples/lessons/lesson"
	"doormat/noescrow"
)

const (
	pairs   = 10
	swapped = 3 // pairs between which a relay has put its own key
)

// A phone has the key of its owner, and the key that the relay has named as the other person's.
type phone struct{ Own, Other []byte }

// New draws the keys of ten pairs of people, and three pairs whose relay has given each of the two its
// own key in place of the other's. The phones of one pair follow each other.
func New(draw *mathrand.Rand) lesson.Task {
	var phones []phone
	relayed := draw.Perm(pairs)[:swapped]
	for i := range pairs {
		a, b := key(draw), key(draw)
		fromRelay := [2][]byte{b, a}
		if slices.Contains(relayed, i) {
			k := key(draw)
			fromRelay = [2][]byte{k, k}
		}
		phones = append(phones, phone{a, fromRelay[0]}, phone{b, fromRelay[1]})
	}
	return lesson.Task{
		Puzzle: lesson.Pack(phones),
		Check:  func(answer []byte) *lesson.Miss { return check(answer, phones) },
	}
}

func key(draw *mathrand.Rand) []byte {
	var b [32]byte
	for i := range 4 {
		binary.BigEndian.PutUint64(b[8*i:], draw.Uint64())
	}
	return b[:]
}

func check(answer []byte, phones []phone) *lesson.Miss {
	var numbers []string
	if err := lesson.Unpack(answer, &numbers); err != nil || len(numbers) != len(phones) {
		return &lesson.Miss{
			Got:  fmt.Sprintf("%d numbers", len(numbers)),
			Want: fmt.Sprintf("%d numbers, one for each phone", len(phones)),
			Why:  "a number is missing",
			Hint: "play.go calls Number once for each phone: leave it as it is",
		}
	}
	for i, p := range phones {
		got := strings.Join(strings.Fields(numbers[i]), "")
		want := digits(noescrow.SafetyNumber(noescrow.Identity(p.Own), noescrow.Identity(p.Other)))
		if got != want {
			why, hint := reason(got, want, p)
			return &lesson.Miss{
				Got:  fmt.Sprintf("%.80q, on phone %d of pair %d", got, i%2+1, i/2+1),
				Want: fmt.Sprintf("%q", want),
				Why:  why,
				Hint: hint,
			}
		}
	}
	return nil
}

func digits(number string) string { return strings.Join(strings.Fields(number), "") }

// reason compares a wrong number with those of the usual mistakes.
func reason(got, want string, p phone) (why, hint string) {
	switch {
	case got == want[30:]+want[:30]:
		return "the halves stand in the order of the arguments, so the two phones of a pair show different numbers",
			"compare the two halves as texts, and put the smaller one first"
	case len(got) != len(want):
		return fmt.Sprintf("a safety number has 60 digits, and this has %d", len(got)),
			"each group has five digits, with zeros in front: fmt.Sprintf(\"%05d\", n)"
	}
	for _, m := range mistakes {
		halves := []string{m.half(p.Own), m.half(p.Other)}
		if got == halves[0]+halves[1] || got == halves[1]+halves[0] {
			return m.why, m.hint
		}
	}
	return "the digits are not those of the recipe", "compute the half of the example in README.md, and compare"
}

// A mistake is a recipe that differs from the right one in one place.
type mistake struct {
	rounds    int
	prefix    []byte
	key       bool // is appended in each round
	order     binary.ByteOrder
	why, hint string
}

var mistakes = []mistake{
	{1, []byte{0, 1}, true, binary.BigEndian,
		"the key was hashed once, so a relay finds a key with a similar number 5,200 times as fast", "hash 5,200 times"},
	{5199, []byte{0, 1}, true, binary.BigEndian,
		"the key was hashed 5,199 times", "the first hash counts as well: hash 5,200 times"},
	{5201, []byte{0, 1}, true, binary.BigEndian,
		"the key was hashed 5,201 times", "the first hash counts as well: hash 5,200 times"},
	{5200, nil, true, binary.BigEndian,
		"the two bytes 00 01 are missing at the beginning", "what is hashed first is 00 01, the key, and the key again"},
	{5200, []byte{0, 1}, false, binary.BigEndian,
		"the key is not hashed again in each round", "each round hashes the last hash with the key behind it"},
	{5200, []byte{0, 1}, true, binary.LittleEndian,
		"the five bytes of a group were read from the wrong end", "the first byte counts most: n = n<<8 | next byte, from left to right"},
}

// half returns the 30 digits that the mistake leads to.
func (m mistake) half(key []byte) string {
	h := append(bytes.Clone(m.prefix), key...)
	for range m.rounds {
		if m.key {
			h = append(h, key...)
		}
		sum := sha512.Sum512(h)
		h = sum[:]
	}
	var s strings.Builder
	for group := range slices.Chunk(h[:30], 5) {
		var b [8]byte
		if m.order == binary.ByteOrder(binary.BigEndian) {
			copy(b[3:], group)
		} else {
			copy(b[:], group)
		}
		fmt.Fprintf(&s, "%05d", m.order.Uint64(b[:])%100_000)
	}
	return s.String()
}
