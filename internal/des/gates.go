package des

// The S-boxes of DES (FIPS 46-3, Appendix 1) on 64 keys at once: a word holds one bit of each key's
// computation. The bits of the argument are a … f, those of the result w … z, the first being the
// highest. Each formula is a truth table in six variables: it was split into tables in four, and the
// shortest formula for each of these was found by exhaustive search. All together have 688
// operations. TestSearchAgainstPlain compares them with crypto/des.

func sbox1(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = ((b ^ ((a | c) &^ f)) ^ ((b ^ ((a &^ b) | ((a ^ (b ^ f)) &^ c))) &^ d)) ^ (((c | ((b & f) | ^a)) ^ (d & (b ^ (f ^ ((b ^ c) &^ a))))) &^ e)
	x = ((a ^ (d ^ (e | (c & (a | d))))) ^ ((c ^ (e & (a | d))) &^ b)) ^ ((((e | (c &^ d)) &^ (a & (c ^ d))) ^ ((a ^ ((a & (c ^ e)) | (c ^ ^d))) &^ b)) &^ f)
	y = (e & ((b ^ (c ^ ((b ^ f) &^ (a ^ (b | c))))) ^ (d & (b ^ (f | ((c &^ b) &^ a)))))) ^ (((b ^ (f ^ (a | c))) ^ (((a ^ f) | ((a | ^b) &^ c)) &^ d)) &^ e)
	z = ((a ^ (b ^ ^(c & e))) ^ (f & ((c | e) & (b | (a ^ e))))) ^ (((b ^ ^(e & (a | b))) ^ ((b ^ (a &^ (c &^ (b ^ e)))) &^ f)) &^ d)
	return
}

func sbox2(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = ((a ^ (c ^ ^f)) ^ (b & (d ^ ((c | f) &^ a)))) ^ (e & (^(a & (c & f)) ^ ((a ^ (d | (a &^ f))) &^ b)))
	x = ((a ^ (d ^ ^e)) ^ (f & (^(d & e) &^ c))) ^ (b & (^c ^ ((c ^ ((c ^ d) &^ (a & e))) &^ f)))
	y = ((a ^ (e ^ (c & (a ^ b)))) ^ ((a ^ ((c | (a ^ b)) &^ (a & e))) &^ f)) ^ (((a ^ ((^c &^ a) | (e ^ (b &^ c)))) ^ (f & ((c ^ (b &^ e)) &^ a))) &^ d)
	z = ((((b ^ f) | (a ^ ^b)) &^ (a & e)) ^ (c & ((e | (a ^ ^f)) &^ ((e ^ f) &^ b)))) ^ (d &^ ((b | (f &^ a)) & (e | (a & f))))
	return
}

func sbox3(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = ((a ^ (c ^ (d ^ e))) ^ (f & (a | (d | (c & e))))) ^ (((c | (^d &^ a)) ^ ((e & (c ^ (d &^ a))) &^ f)) &^ b)
	x = ((a ^ (b ^ f)) ^ ((c | ((b &^ f) &^ a)) &^ e)) ^ (d & ((f ^ (b &^ (f ^ (a | c)))) ^ (e & ((a &^ c) | ^f))))
	y = ((c ^ (e ^ (b &^ a))) ^ (d & (b ^ ((e | (a & c)) &^ (b &^ a))))) ^ (((e ^ ((a ^ b) & (e ^ (a & c)))) ^ ((((c &^ a) | ^e) &^ ((a | c) &^ b)) &^ d)) &^ f)
	z = ((b ^ (c ^ f)) ^ (a & (d | (f &^ (b & c))))) ^ (((a & ((c ^ f) | ^b)) ^ ((c ^ d) &^ a)) &^ e)
	return
}

func sbox4(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = ((a ^ (b ^ (d ^ (f & (b | d))))) ^ (((b ^ f) | (d & (a ^ b))) &^ c)) ^ (e & ((f ^ (d & ((a ^ b) | (a ^ f)))) ^ ((a ^ (f | (b ^ ((b ^ d) | ^a)))) &^ c)))
	x = ((a ^ (b ^ ((b | f) &^ d))) ^ (((b ^ ^f) | (d & (a ^ b))) &^ c)) ^ (e & (((a & b) | ((a ^ d) | (f &^ b))) ^ (c & (a ^ ((a & d) | ^(f & (a | b)))))))
	y = ((a ^ (c ^ ((d ^ (a & c)) &^ e))) ^ (b & ((a &^ d) | (c ^ (e &^ d))))) ^ ((((d | (a ^ c)) &^ (e &^ c)) ^ (((c ^ ^e) | (d ^ (a & c))) &^ b)) &^ f)
	z = (((b ^ d) &^ (f &^ (a ^ b))) ^ (e & ((b &^ a) | ((a ^ d) | (f &^ b))))) ^ ((((b ^ ^f) | ((a ^ f) &^ d)) ^ ((a ^ (f & (b ^ ((b ^ d) &^ a)))) &^ e)) &^ c)
	return
}

func sbox5(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = (((b & (e ^ f)) | (c ^ (e & (c | f)))) ^ (a & ((b ^ e) | (b ^ (c | f))))) ^ ((((e ^ f) | (b ^ (c &^ e))) ^ (a & (f ^ ((b ^ e) & (c ^ (b &^ f)))))) &^ d)
	x = ((b ^ (f ^ (c &^ a))) ^ ((c | ^a) &^ e)) ^ (((((c ^ f) | (b ^ ^c)) &^ (b &^ a)) ^ (e & ((a ^ c) & (a ^ f)))) &^ d)
	y = ((b ^ (c ^ (e | (b &^ c)))) ^ ((f ^ ((b | e) &^ (f &^ c))) &^ a)) ^ (((f | (b &^ e)) ^ (((b ^ (f | (b ^ ^c))) &^ (b ^ e)) &^ a)) &^ d)
	z = ((a ^ (b ^ (e &^ (b & c)))) ^ (d & ((a &^ b) | (c ^ (e &^ b))))) ^ (((c ^ ((b &^ e) | ((a ^ e) &^ c))) ^ (d & ((b ^ (c &^ a)) &^ e))) &^ f)
	return
}

func sbox6(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = ((a ^ (b ^ (d ^ f))) ^ (c & (b &^ ((d & f) &^ a)))) ^ ((^(a & (f & (b | d))) ^ (((f &^ b) | (a ^ (d | f))) &^ c)) &^ e)
	x = ((b ^ (f ^ (a &^ c))) ^ ((^c | (a & (b | f))) &^ e)) ^ (d & ((^b | (a & (c & f))) ^ (e & ((c &^ a) ^ ((a ^ b) & (a ^ f))))))
	y = ((c ^ ((c | (b ^ e)) &^ (a ^ (b | e)))) ^ (d & (a | ^(b & e)))) ^ (f & (((b | ^e) &^ (a &^ c)) ^ ((e &^ (a &^ b)) &^ d)))
	z = ((c ^ (e &^ (d ^ (a & c)))) ^ ((a | (d & (c | e))) &^ f)) ^ (b & ((c | d) ^ (f & ((a ^ d) & (c ^ (a | e))))))
	return
}

func sbox7(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = ((c ^ (f ^ (a & (d ^ (f &^ c))))) ^ (b & (a | (d | (c &^ f))))) ^ (e & ((f | (a ^ ^(d & (a | c)))) ^ ((a & (c ^ d)) &^ b)))
	x = ((((a ^ b) &^ c) | (b ^ (d | (b &^ a)))) ^ (^(a & (c & d)) &^ e)) ^ (f & ((a ^ (b &^ (a & (c ^ d)))) ^ (e & (d & (c ^ (b &^ a))))))
	y = ((b ^ (d ^ (e &^ (f | (d &^ b))))) ^ (a & (e | (f ^ (b & d))))) ^ (c & ((a & (b | (e | f))) ^ ((^f | (d &^ (b ^ e))) &^ a)))
	z = ((d ^ (e ^ (c | (b ^ (d &^ e))))) ^ a) ^ (f & ((e | ^(b & d)) ^ (a & ((b ^ (d &^ c)) & (c ^ (d ^ e))))))
	return
}

func sbox8(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	w = (((b | f) &^ (a ^ (c | (a &^ f)))) ^ ((f ^ (^(b & f) &^ (a &^ c))) &^ e)) ^ ((((b ^ f) | ((b | c) &^ a)) ^ (e & (a ^ (b ^ (f &^ (a &^ b)))))) &^ d)
	x = ((b ^ (d ^ (c &^ e))) ^ (((b | c) ^ (e | (b &^ d))) &^ a)) ^ (^(a & ((d ^ (e &^ c)) &^ (c &^ b))) &^ f)
	y = ((a ^ (b ^ (c &^ (e &^ a)))) ^ ((a &^ (b & (e &^ c))) &^ f)) ^ (((a | e) ^ (f & (a ^ ((a | b) & (e ^ (b &^ c)))))) &^ d)
	z = ((a ^ (c ^ (f & (b | c)))) ^ ((b ^ (f &^ (a &^ (b | c)))) &^ d)) ^ (((b | (f | (a &^ c))) ^ (((b &^ a) ^ ^(f & (a ^ c))) &^ d)) &^ e)
	return
}
