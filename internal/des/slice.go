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

// rounds is the number of rounds that are computed. The 16th changes only the left half, and the
// right half is enough to refuse a key.
const rounds = 15

// keyUse is a place where a subkey has a bit of the key.
type keyUse struct{ round, bit int }

// uses holds the places of each of the 56 bits, the highest first.
var uses = func() (uses [56][]keyUse) {
	turned := 0
	for round := range rounds {
		turned += rotations[round]
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
	left, right [32]uint64 // of the plaintext, after the initial permutation
	subkeys     [rounds][48]uint64
	wants       [][32]uint64 // the right halves before the last round
	key         uint64       // of lane 0, in the batch that the subkeys are set to
}

// NewSearch makes a search for the keys that encrypt plaintext to one of the ciphertexts.
func NewSearch(plaintext [BlockSize]byte, ciphertexts ...[BlockSize]byte) *Search {
	s := new(Search)
	p := permuted(plaintext)
	copy(s.left[:], p[:32])
	copy(s.right[:], p[32:])
	for _, ciphertext := range ciphertexts {
		c := permuted(ciphertext)
		s.wants = append(s.wants, [32]uint64(c[32:])) // DES exchanges the halves at its end
	}
	// The last six bits of the key are 0 in lane 0, and 63 in lane 63.
	for i, pattern := range [6]uint64{
		0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
		0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000,
	} {
		s.flip(i, pattern)
	}
	return s
}

// permuted returns the initial permutation of a block, the same in all lanes.
func permuted(block [BlockSize]byte) (out [64]uint64) {
	b := binary.BigEndian.Uint64(block[:])
	for i, from := range initialPermutation {
		out[i] = -(b >> (64 - from) & 1)
	}
	return out
}

// flip changes bit i of the key, the lowest being 0, in the lanes of a mask.
func (s *Search) flip(i int, mask uint64) {
	for _, u := range uses[55-i] {
		s.subkeys[u.round][u.bit] ^= mask
	}
}

// Trial tries the n keys from first on, and appends those that fit to hits. It does what [Plain]
// does.
func (s *Search) Trial(first uint64, n int, hits []uint64) []uint64 {
	for base := first &^ 63; base < first+uint64(n); base += 64 {
		for changed := base ^ s.key; changed != 0; changed &= changed - 1 {
			s.flip(bits.TrailingZeros64(changed), ^uint64(0))
		}
		s.key = base
		for fit := s.fit(); fit != 0; fit &= fit - 1 {
			key := base + uint64(bits.TrailingZeros64(fit))
			if key >= first && key < first+uint64(n) {
				hits = append(hits, key)
			}
		}
	}
	return hits
}

// fit returns the lanes whose key gives a wanted right half.
func (s *Search) fit() (fit uint64) {
	left, right := s.left, s.right
	for i := 0; i < rounds-1; i += 2 {
		round(&left, &right, &s.subkeys[i])
		round(&right, &left, &s.subkeys[i+1])
	}
	round(&left, &right, &s.subkeys[rounds-1]) // and left is now the right half
	for i := range s.wants {
		differ := uint64(0)
		for bit, want := range &s.wants[i] {
			if differ |= left[bit] ^ want; differ == ^uint64(0) {
				break // on average after 8 bits
			}
		}
		fit |= ^differ
	}
	return fit
}

// round computes a round of DES: l ^= P(S(E(r) ^ k)). The indices of r are the table E, and those of l
// the table P, both counted from 0.
func round(l, r *[32]uint64, k *[48]uint64) {
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
