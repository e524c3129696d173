package tea1

import "encoding/hex"

// lutA and lutB have the truth tables of FA and FB: for each bit of the result one, in four
// variables.
var (
	lutA = [8]uint16{0xda86, 0x85e9, 0x29b5, 0x2bc6, 0x8c6b, 0x974c, 0xc671, 0x93e2}
	lutB = [8]uint16{0x85d6, 0x791a, 0xe985, 0xc671, 0x2b9c, 0xec92, 0xc62b, 0x9c47}
)

// sbox is S, a permutation, and unsbox its inverse; fa and fb are FA and FB for every 16 bits;
// permuted is P, which moves the bits of a byte.
var (
	sbox, unsbox = makeSbox(
		"9bf83b7275628822ffa6104da997c37b9f78f3b6a0cc17ab4a418d892587d3e3" +
			"ce47352c6dfce76ab8b7fa8bcd74ee1123de396c1e8eed3073bebb91ca696049" +
			"5fb9c006342a634b9028ac50e46f36b0a4d2d496d5c96645c555ddb2a1a8bf37" +
			"322b3eb55c546792564c206b429da7580e526895097f599c65b1645e4fba811c" +
			"c20c02b4315bfd1d0ac8198f838acf339e3a80f2f9762644f1e2c4f5d6514607" +
			"1461f4c1247a942700fb04df1f937153ead8bd3dd079e67e4e9ad7981b05ae03" +
			"c7bc86db84e8d1f716216ee5cba31aeca27d188548daaaf008c640ad570d2982" +
			"7ce98cfedc0f2d3c2ef6152fafe1eb3f9943130be0a512775db338d9ef5a0170")
	fa, fb   = makeF(lutA), makeF(lutB)
	permuted = makeP()
)

func makeSbox(digits string) (s, inverse [256]byte) {
	if n, err := hex.Decode(s[:], []byte(digits)); n != len(s) || err != nil {
		panic("tea1: internal error: the S-box is mistyped")
	}
	for i, v := range s {
		inverse[v] = byte(i)
	}
	return s, inverse
}

// makeF tabulates FA or FB. Bit i of the result depends on four bits of the argument: i-1 and i of
// the low byte, and i+1 and i+2 of the high byte, all modulo 8.
func makeF(lut [8]uint16) *[1 << 16]byte {
	f := new([1 << 16]byte)
	for x := range f {
		low, high := x&0xff|x<<8&0xff00, x>>8|x&0xff00
		for i := range lut {
			at := low>>(i+7)&1 | low>>i&1<<1 | high>>(i+1)&1<<2 | high>>(i+2)&1<<3
			f[x] |= byte(lut[i]>>at&1) << i
		}
	}
	return f
}

// makeP tabulates P: bit to of the result is bit from of the argument.
func makeP() (p [256]byte) {
	for x := range p {
		for to, from := range [8]int{2, 6, 5, 1, 7, 4, 0, 3} {
			p[x] |= byte(x >> from & 1 << to)
		}
	}
	return p
}
