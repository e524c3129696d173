package franking

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"image"
	"slices"
)

// Salamanders: Dodis, Grubbs, Ristenpart and Woodage, "Fast Message Franking: From Invisible Salamanders
// to Encryptment" (CRYPTO 2018, Section 3). Facebook's attachments of 2016 were sealed with AES-GCM, the
// key was in the franked message, and the abuse team's tool opened each ciphertext once.
//
//	Mallory           one ciphertext, two messages: one with K1, one with K2
//	Bob               opens both: a landscape under K1, the abusive picture under K2; reports both
//	the provider      opens the ciphertext under K1, has seen it when K2 comes, and shows the landscape
//
// GCM's tag is linear in the blocks of the ciphertext. With H = E_K(0), J0 = nonce ‖ 1 and the lengths L:
//
//	tag = C_1 H^(m+1) + … + C_m H^2 + L H + E_K(J0)        in GF(2^128)
//
// For both keys to give one tag is one linear equation, and one block C_j that both files ignore solves
// it:
//
//	C_j (H1^e + H2^e) = the difference of the two sums without C_j,    e = m + 2 - j

// A Picture is an attachment as it was sealed in 2016: AES-256-GCM with the key that is in the message,
// and a nonce of zeros here, as each key is used once. It is broken: package franking seals attachments.
type Picture struct {
	Key    [32]byte
	Sealed []byte
}

func (p Picture) aead() cipher.AEAD { return newGCM(newAES(p.Key)) }

func newAES(key [32]byte) cipher.Block {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return block
}

func newGCM(block cipher.Block) cipher.AEAD {
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("attacks: internal error: " + err.Error())
	}
	return aead
}

// Open decrypts the picture's file.
func (p Picture) Open() ([]byte, error) {
	return p.aead().Open(nil, make([]byte, 12), p.Sealed, nil)
}

// Review returns what the abuse team of 2016 saw of a report's pictures: the first file that each
// ciphertext opens to.
func Review(pictures []Picture) (files [][]byte) {
	seen := map[string]bool{}
	for _, p := range pictures {
		file, err := p.Open()
		if err != nil || seen[string(p.Sealed)] {
			continue
		}
		seen[string(p.Sealed)] = true
		files = append(files, file)
	}
	return files
}

// NewSalamander returns one ciphertext under two keys: one opens to a JPEG file, the other to a BMP file.
// It tries some 2^16 keys until one fits the other in the two bytes that both formats fix.
func NewSalamander(asJPEG, asBMP image.Image) (one, two Picture, err error) {
	files, err := newFiles(asJPEG, asBMP)
	if err != nil {
		return one, two, err
	}
	rand.Read(one.Key[:])
	rand.Read(two.Key[:])
	first := newAES(one.Key)
	for !files.fit(first, newAES(two.Key)) {
		binary.LittleEndian.PutUint32(two.Key[:], binary.LittleEndian.Uint32(two.Key[:])+1)
	}
	one.Sealed = files.seal(first, newAES(two.Key))
	two.Sealed = one.Sealed
	return one, two, nil
}

// files are two files that can share a ciphertext. Each has room for the other:
//
//	ciphertext  0      2      4      6                    len(bmp)             then
//	as JPEG     FF D8  FF FE  length  a comment            all of it but FF D8  after the end of image
//	as BMP      "BM"   file size     all of the picture   behind the picture   behind the picture
//
// Decoders of BMP do not look at the file size. The first two bytes are fixed in both, so the two
// keystreams must differ there by FF D8 ^ "BM".
type files struct{ jpeg, bmp []byte }

var errTooLarge = errors.New("attacks: expected a BMP picture that fits into a JPEG comment, found a larger one")

func newFiles(asJPEG, asBMP image.Image) (files, error) {
	f := files{encodeJPEG(asJPEG), encodeBMP(asBMP)}
	if len(f.bmp)-4 > 0xffff {
		return f, errTooLarge
	}
	return f, nil
}

// keystream returns the first n bytes of AES-GCM's keystream for a nonce of zeros.
func keystream(block cipher.Block, n int) []byte {
	counter := make([]byte, 16)
	counter[15] = 2 // 1 is J0
	out := make([]byte, n)
	cipher.NewCTR(block, counter).XORKeyStream(out, out)
	return out
}

func (f files) fit(one, two cipher.Block) bool {
	a, b := keystream(one, 2), keystream(two, 2)
	return a[0]^b[0] == 0xff^'B' && a[1]^b[1] == 0xd8^'M'
}

// seal returns the ciphertext and tag that open under both keys.
func (f files) seal(one, two cipher.Block) []byte {
	n := len(f.bmp) + len(f.jpeg) - 2
	n += -n & 15
	free := n / 16 // the block that both files ignore, behind everything
	n += 16
	c := make([]byte, n)
	a, b := keystream(one, n), keystream(two, n)
	put := func(at int, file, stream []byte) {
		for i, x := range file {
			c[at+i] = x ^ stream[at+i]
		}
	}
	comment := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xfe}, uint16(len(f.bmp)-4))
	put(0, comment, a)
	put(6, f.bmp[6:], b)
	put(len(f.bmp), f.jpeg[2:], a)
	return collide(one, two, c, free)
}

// collide sets the free block of c, from 0, so that both keys give one tag, and appends the tag.
func collide(one, two cipher.Block, c []byte, free int) []byte {
	block := c[16*free:][:16]
	clear(block)
	difference := tag(one, c).plus(tag(two, c))
	e := len(c)/16 + 1 - free // m + 2 - j, with j = free + 1
	factor := hashKey(one).power(e).plus(hashKey(two).power(e))
	solved := difference.times(factor.inverse()).bytes()
	copy(block, solved[:])
	t := tag(one, c).bytes()
	return append(c, t[:]...)
}

// hashKey returns H = E_K(0).
func hashKey(block cipher.Block) element {
	var b [16]byte
	block.Encrypt(b[:], b[:])
	return toElement(b[:])
}

// tag returns GCM's tag of whole blocks under a nonce of zeros (NIST SP 800-38D, Algorithms 2 and 4).
func tag(block cipher.Block, c []byte) element {
	h, y := hashKey(block), element{}
	for b := range slices.Chunk(c, 16) {
		y = y.plus(toElement(b)).times(h)
	}
	y = y.plus(element{0, 8 * uint64(len(c))}).times(h) // bits of associated data, of ciphertext
	j0 := [16]byte{15: 1}
	block.Encrypt(j0[:], j0[:])
	return y.plus(toElement(j0[:]))
}

// An element of GF(2^128) in GCM's order of bits: the first bit of the first byte, the highest of hi, is
// the coefficient of 1.
type element struct{ hi, lo uint64 }

func toElement(b []byte) element {
	return element{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

func (x element) bytes() (b [16]byte) {
	binary.BigEndian.PutUint64(b[:], x.hi)
	binary.BigEndian.PutUint64(b[8:], x.lo)
	return b
}

func (x element) plus(y element) element { return element{x.hi ^ y.hi, x.lo ^ y.lo} }

// times multiplies modulo x^128 + x^7 + x^2 + x + 1 (NIST SP 800-38D, Algorithm 1).
func (x element) times(y element) (z element) {
	for i := range 128 {
		word := x.hi
		if i >= 64 {
			word = x.lo
		}
		if word>>(63-i%64)&1 == 1 {
			z = z.plus(y)
		}
		carry := y.lo & 1
		y = element{y.hi >> 1, y.lo>>1 | y.hi<<63}
		y.hi ^= carry * (0xe1 << 56)
	}
	return z
}

func (x element) power(n int) element {
	z := element{hi: 1 << 63}
	for range n {
		z = z.times(x)
	}
	return z
}

// inverse returns x^(2^128 - 2), which is 1/x.
func (x element) inverse() element {
	z := element{hi: 1 << 63}
	for range 127 {
		x = x.times(x)
		z = z.times(x)
	}
	return z
}
