package skipjack

// Four blocks side by side: each of w1 to w4 is a uint64 with that word of four blocks, in a lane
// of 16 bits for each. The rules apply to all lanes at once. Only G, which looks up bytes, takes
// them apart.

// every returns k in each lane.
func every(k uint) uint64 { return uint64(k) * 0x0001_0001_0001_0001 }

// EncryptBlocks encrypts each block of src by itself, into dst. Both may be the same slice, and
// must not overlap otherwise. It panics if src is not whole blocks or dst is shorter.
func (c *Cipher) EncryptBlocks(dst, src []byte) {
	dst = whole(dst, src)
	for len(src) > BlockSize {
		var w [4]uint64
		n := gather(&w, src)
		c.encryptLanes(&w)
		scatter(dst[:n], &w)
		dst, src = dst[n:], src[n:]
	}
	if len(src) > 0 {
		c.Encrypt(dst, src)
	}
}

// DecryptBlocks decrypts each block of src into dst, with the conditions of EncryptBlocks.
func (c *Cipher) DecryptBlocks(dst, src []byte) {
	dst = whole(dst, src)
	for len(src) > BlockSize {
		var w [4]uint64
		n := gather(&w, src)
		c.decryptLanes(&w)
		scatter(dst[:n], &w)
		dst, src = dst[n:], src[n:]
	}
	if len(src) > 0 {
		c.Decrypt(dst, src)
	}
}

// whole returns dst in the length of src, which must be whole blocks.
func whole(dst, src []byte) []byte {
	if len(src)%BlockSize != 0 {
		panic("skipjack: expected whole blocks")
	}
	return dst[:len(src)]
}

// gather puts up to four blocks into lanes, and returns their length in bytes.
func gather(w *[4]uint64, src []byte) (n int) {
	for lane := 0; lane < 64 && n < len(src); lane += 16 {
		b := load(src[n:])
		w[0] |= uint64(b.w1) << lane
		w[1] |= uint64(b.w2) << lane
		w[2] |= uint64(b.w3) << lane
		w[3] |= uint64(b.w4) << lane
		n += BlockSize
	}
	return n
}

// scatter writes the lanes to the blocks of dst.
func scatter(dst []byte, w *[4]uint64) {
	for lane := 0; len(dst) >= BlockSize; lane += 16 {
		store(dst, words{uint16(w[0] >> lane), uint16(w[1] >> lane), uint16(w[2] >> lane), uint16(w[3] >> lane)})
		dst = dst[BlockSize:]
	}
}

// encryptLanes does what encrypt does, in every lane.
func (c *Cipher) encryptLanes(w *[4]uint64) {
	w1, w2, w3, w4 := w[0], w[1], w[2], w[3]
	k := uint(1)
	for range 2 {
		for range 8 {
			x := gLanes(c.step(k), w1)
			w1, w2, w3, w4 = x^w4^every(k), x, w2, w3
			k++
		}
		for range 8 {
			x := gLanes(c.step(k), w1)
			w1, w2, w3, w4 = w4, x, w1^w2^every(k), w3
			k++
		}
	}
	*w = [4]uint64{w1, w2, w3, w4}
}

// decryptLanes does what decrypt does, in every lane.
func (c *Cipher) decryptLanes(w *[4]uint64) {
	w1, w2, w3, w4 := w[0], w[1], w[2], w[3]
	k := uint(32)
	for range 2 {
		for range 8 {
			x := gInverseLanes(c.step(k), w2)
			w1, w2, w3, w4 = x, x^w3^every(k), w4, w1
			k--
		}
		for range 8 {
			x := gInverseLanes(c.step(k), w2)
			w1, w2, w3, w4 = x, w3, w4, w1^w2^every(k)
			k--
		}
	}
	*w = [4]uint64{w1, w2, w3, w4}
}

// gLanes does what g does, in four lanes a to d: a1 and a2 are g1 and g2 at first, and g5 and g6 at
// last.
func gLanes(t *tables, w uint64) uint64 {
	a1, a2 := byte(w>>8), byte(w)
	b1, b2 := byte(w>>24), byte(w>>16)
	c1, c2 := byte(w>>40), byte(w>>32)
	d1, d2 := byte(w>>56), byte(w>>48)
	a1, b1, c1, d1 = a1^t[0][a2], b1^t[0][b2], c1^t[0][c2], d1^t[0][d2]
	a2, b2, c2, d2 = a2^t[1][a1], b2^t[1][b1], c2^t[1][c1], d2^t[1][d1]
	a1, b1, c1, d1 = a1^t[2][a2], b1^t[2][b2], c1^t[2][c2], d1^t[2][d2]
	a2, b2, c2, d2 = a2^t[3][a1], b2^t[3][b1], c2^t[3][c1], d2^t[3][d1]
	return uint64(a2) | uint64(a1)<<8 | uint64(b2)<<16 | uint64(b1)<<24 |
		uint64(c2)<<32 | uint64(c1)<<40 | uint64(d2)<<48 | uint64(d1)<<56
}

// gInverseLanes undoes gLanes.
func gInverseLanes(t *tables, w uint64) uint64 {
	a1, a2 := byte(w>>8), byte(w)
	b1, b2 := byte(w>>24), byte(w>>16)
	c1, c2 := byte(w>>40), byte(w>>32)
	d1, d2 := byte(w>>56), byte(w>>48)
	a2, b2, c2, d2 = a2^t[3][a1], b2^t[3][b1], c2^t[3][c1], d2^t[3][d1]
	a1, b1, c1, d1 = a1^t[2][a2], b1^t[2][b2], c1^t[2][c2], d1^t[2][d2]
	a2, b2, c2, d2 = a2^t[1][a1], b2^t[1][b1], c2^t[1][c1], d2^t[1][d1]
	a1, b1, c1, d1 = a1^t[0][a2], b1^t[0][b2], c1^t[0][c2], d1^t[0][d2]
	return uint64(a2) | uint64(a1)<<8 | uint64(b2)<<16 | uint64(b1)<<24 |
		uint64(c2)<<32 | uint64(c1)<<40 | uint64(d2)<<48 | uint64(d1)<<56
}
