package des

import (
	"encoding/binary"
	"math/bits"
)

// DES on 64 keys at once, after Biham ("A Fast New DES Implementation in Software", FSE 1997). Bit i
// of a word belongs to lane i, which has a key of its own:
//
//	              lane 63       lane 2   lane 1   lane 0
//	left[0]    =     0     …       1        1        0      bit 1 of 32 of the left half, in each lane
//	subkeys[0] =     1     …       0        1        1      bit 1 of 48 of the first subkey, in each lane
//
// A permutation of bits then costs nothing, since it only renames words, and an S-box is a formula
// of bit operations (gates.go). The keys of a batch differ in their last six bits. From one batch to
// the next, few bits of the key change, and each of them is in some 14 of the subkeys' bits.
//
// Of the 16 rounds, 12 are computed for every batch, and some two S-boxes of another. The inputs of the
// first and of the last round are known, the last but one does not change the half that is compared, and
// the comparison ends at the first S-boxes that refuse all keys. For several ciphertexts 13 are computed, and
// some S-boxes of another: their last rounds would each take as long as a round that serves all of them.
//
// What is left is the width: a vector of the processor holds 128 to 512 keys, where a word holds 64. Go
// has vectors in assembly only, and the formulas would be the same.

// initialPermutation, choice1 (PC-1), choice2 (PC-2) and rotations are the tables of FIPS 46-3,
// which count bits from 1.
var (
	initialPermutation = [64]byte{
		58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4,
		62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32, 24, 16, 8,
		57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3,
		61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
	}
	choice1 = [56]byte{
		57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18,
		10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
		63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22,
		14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
	}
	choice2 = [48]byte{
		14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4,
		26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30, 40,
		51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
	}
	rotations = [16]int{1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1}
)

// keyUse is a place where a subkey has a bit of the key. Rounds are counted from 0.
type keyUse struct{ round, bit int }

// uses holds the places of each of the 56 bits, the highest first.
var uses = func() (uses [56][]keyUse) {
	turned := 0
	for round, by := range rotations {
		turned += by
		for bit, c := range choice2 {
			half, at := int(c-1)/28*28, int(c-1)%28
			from := int(choice1[half+(at+turned)%28]) - 1 // of 64, each eighth bit unused
			i := from/8*7 + from%8
			uses[i] = append(uses[i], keyUse{round, bit})
		}
	}
	return uses
}()

// A Search looks for the keys that encrypt one block to another, or to one of several. It is for one
// goroutine.
type Search struct {
	left, right half // of the plaintext, after the initial permutation
	subkeys     [16][48]uint64
	first       half // the right half after the first round
	targets     []target
	stale       [16]uint8 // S-boxes of a round that have another subkey since refresh, as bits
	key         uint64    // of lane 0, in the batch that the subkeys are set to
}

// A half has the 32 bits of half a block.
type half [32]uint64

// target is a ciphertext. Its left half is also the right half before the last round, and with it follows
//
//	right ^ f(left, the last subkey)
//
// the right half before the last but one. Either of the two tells whether a key fits: of a single target want
// is the latter, which is known a round earlier, and of several the former, which no key changes.
type target struct {
	left, right half
	want        half
	differ      uint64 // lanes that want has been found to differ in
}

// NewSearch makes a search for the keys that encrypt plaintext to one of the ciphertexts.
func NewSearch(plaintext [BlockSize]byte, ciphertexts ...[BlockSize]byte) *Search {
	s := new(Search)
	s.left, s.right = permuted(plaintext)
	for _, ciphertext := range ciphertexts {
		right, left := permuted(ciphertext) // DES exchanges the halves at its end
		s.targets = append(s.targets, target{left: left, right: right, want: left})
	}
	// The last six bits of the key are 0 in lane 0, and 63 in lane 63.
	for i, pattern := range [6]uint64{
		0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
		0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000,
	} {
		s.flip(i, pattern)
	}
	s.stale[0], s.stale[15] = 0xff, 0xff
	return s
}

// permuted returns the halves of the initial permutation of a block, the same in all lanes.
func permuted(block [BlockSize]byte) (left, right half) {
	b := binary.BigEndian.Uint64(block[:])
	for i, from := range initialPermutation {
		bit := -(b >> (64 - from) & 1)
		if i < 32 {
			left[i] = bit
		} else {
			right[i-32] = bit
		}
	}
	return left, right
}

// flip changes bit i of the key, the lowest being 0, in the lanes of a mask.
func (s *Search) flip(i int, mask uint64) {
	for _, u := range uses[55-i] {
		s.subkeys[u.round][u.bit] ^= mask
		s.stale[u.round] |= 1 << (u.bit / 6)
	}
}

// refresh computes again what has changed of the first round and of the last, whose inputs are the same
// for all keys: a bit of the key is in one S-box of each, or in none.
func (s *Search) refresh() {
	for i := range sboxes {
		if s.stale[0]>>i&1 != 0 {
			box(i, &s.first, &s.left, &s.right, &s.subkeys[0])
		}
		if s.stale[15]>>i&1 != 0 && len(s.targets) == 1 {
			t := &s.targets[0]
			box(i, &t.want, &t.right, &t.left, &s.subkeys[15])
		}
	}
	s.stale[0], s.stale[15] = 0, 0
}

// Trial tries the n keys from first on, and appends those that fit to hits. It does what [Plain]
// does, but for 32 bits of a block: of 2³² wrong keys one fits, and the caller encrypts with what fits.
func (s *Search) Trial(first uint64, n int, hits []uint64) []uint64 {
	for base := first &^ 63; base < first+uint64(n); base += 64 {
		for changed := base ^ s.key; changed != 0; changed &= changed - 1 {
			s.flip(bits.TrailingZeros64(changed), ^uint64(0))
		}
		s.key = base
		s.refresh()
		for fit := s.fit(); fit != 0; fit &= fit - 1 {
			key := base + uint64(bits.TrailingZeros64(fit))
			if key >= first && key < first+uint64(n) {
				hits = append(hits, key)
			}
		}
	}
	return hits
}

// fit returns the lanes whose key gives a wanted right half, after the 14th round or the 15th.
func (s *Search) fit() (fit uint64) {
	left, right := s.right, s.first
	for i := 1; i < 13; i += 2 {
		round(&left, &right, &s.subkeys[i])
		round(&right, &left, &s.subkeys[i+1])
	}
	for i := range s.targets {
		s.targets[i].differ = 0
	}
	compared, other, k := &left, &right, &s.subkeys[13]
	if len(s.targets) > 1 {
		round(compared, other, k)
		compared, other, k = other, compared, &s.subkeys[14]
	}
	for i := range sboxes {
		box(i, compared, compared, other, k)
		differ := ^uint64(0)
		for j := range s.targets {
			t := &s.targets[j]
			for _, bit := range places[i] {
				t.differ |= compared[bit] ^ t.want[bit]
			}
			differ &= t.differ
		}
		if differ == ^uint64(0) {
			return 0 // for one target on average after some 2 S-boxes
		}
		fit = ^differ
	}
	return fit
}

// sboxes are the S-boxes, and places the bits that each of them gives, by the table P, counted from 0.
var (
	sboxes = [8]func(a, b, c, d, e, f uint64) (w, x, y, z uint64){
		sbox1, sbox2, sbox3, sbox4, sbox5, sbox6, sbox7, sbox8,
	}
	places = [8][4]uint8{
		{8, 16, 22, 30}, {12, 27, 1, 17}, {23, 15, 29, 5}, {25, 19, 9, 0},
		{7, 13, 24, 2}, {3, 28, 10, 18}, {31, 11, 21, 6}, {4, 26, 14, 20},
	}
)

// box computes the part of a round, out = l ^ P(S(E(r) ^ k)), that is of one S-box.
func box(i int, out, l, r *half, k *[48]uint64) {
	w, x, y, z := sboxes[i](r[(4*i+31)%32]^k[6*i], r[4*i]^k[6*i+1], r[4*i+1]^k[6*i+2],
		r[4*i+2]^k[6*i+3], r[4*i+3]^k[6*i+4], r[(4*i+4)%32]^k[6*i+5])
	p := &places[i]
	out[p[0]] = l[p[0]] ^ w
	out[p[1]] = l[p[1]] ^ x
	out[p[2]] = l[p[2]] ^ y
	out[p[3]] = l[p[3]] ^ z
}

// round computes a round of DES: l ^= P(S(E(r) ^ k)). The indices of r are the table E, and those of l
// the table P, both counted from 0.
func round(l, r *half, k *[48]uint64) {
	w, x, y, z := sbox1(r[31]^k[0], r[0]^k[1], r[1]^k[2], r[2]^k[3], r[3]^k[4], r[4]^k[5])
	l[8] ^= w
	l[16] ^= x
	l[22] ^= y
	l[30] ^= z
	w, x, y, z = sbox2(r[3]^k[6], r[4]^k[7], r[5]^k[8], r[6]^k[9], r[7]^k[10], r[8]^k[11])
	l[12] ^= w
	l[27] ^= x
	l[1] ^= y
	l[17] ^= z
	w, x, y, z = sbox3(r[7]^k[12], r[8]^k[13], r[9]^k[14], r[10]^k[15], r[11]^k[16], r[12]^k[17])
	l[23] ^= w
	l[15] ^= x
	l[29] ^= y
	l[5] ^= z
	w, x, y, z = sbox4(r[11]^k[18], r[12]^k[19], r[13]^k[20], r[14]^k[21], r[15]^k[22], r[16]^k[23])
	l[25] ^= w
	l[19] ^= x
	l[9] ^= y
	l[0] ^= z
	w, x, y, z = sbox5(r[15]^k[24], r[16]^k[25], r[17]^k[26], r[18]^k[27], r[19]^k[28], r[20]^k[29])
	l[7] ^= w
	l[13] ^= x
	l[24] ^= y
	l[2] ^= z
	w, x, y, z = sbox6(r[19]^k[30], r[20]^k[31], r[21]^k[32], r[22]^k[33], r[23]^k[34], r[24]^k[35])
	l[3] ^= w
	l[28] ^= x
	l[10] ^= y
	l[18] ^= z
	w, x, y, z = sbox7(r[23]^k[36], r[24]^k[37], r[25]^k[38], r[26]^k[39], r[27]^k[40], r[28]^k[41])
	l[31] ^= w
	l[11] ^= x
	l[21] ^= y
	l[6] ^= z
	w, x, y, z = sbox8(r[27]^k[42], r[28]^k[43], r[29]^k[44], r[30]^k[45], r[31]^k[46], r[0]^k[47])
	l[4] ^= w
	l[26] ^= x
	l[14] ^= y
	l[20] ^= z
}
