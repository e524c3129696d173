package des

// The S-boxes of DES (FIPS 46-3, Appendix 1) on 64 keys at once: a word holds one bit of each key's
// computation. The bits of the argument are a … f, those of the result w … z, the first being the
// highest.
//
// The formulas were found by a search after Kwan ("Reducing the Gate Count of Bitslice DES", 1998), with
// AND, OR, XOR and NOT: an output is one or two operations of what there is already, or else one argument
// chooses between two functions of the rest, and the search goes on in both. All together have 433
// operations. The best that are published have 353 in these operations and AND NOT (Rusakov, 2011, 44.1 a
// box). TestSearchAgainstPlain compares them with crypto/des.

func sbox1(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := a ^ d
	t2 := t1 ^ c
	t3 := t1 ^ (t2 & b)
	t4 := t2 | a
	t5 := t4 & c
	t6 := t1 ^ (t5 | b)
	t7 := t6 | f
	t8 := t3 ^ t7
	t9 := t5 & d
	t10 := t4 ^ t7
	t11 := t10 | f
	t12 := (t2 ^ ((t9 ^ t3) & f)) ^ (t11 & b)
	t13 := t8 ^ (t12 | e)
	t14 := t12 ^ t9
	t15 := t14 ^ t8
	t16 := a ^ t11
	t17 := t16 | t13
	t18 := t17 | b
	t19 := t15 ^ t18
	t20 := t2 ^ a
	t21 := t20 & t17
	t22 := ((t14 & t6) ^ t4) & f
	t23 := (t21 ^ t22) | e
	t24 := t19 ^ t23
	t25 := (t16 ^ t18) ^ t20
	t26 := (t10 | t18) ^ t13
	w = ^((((t25 & t24) ^ t22) ^ (e &^ t9)) ^ ((((t23 | t21) ^ t11) ^ (((t26 | t2) ^ t19) | d)) | b))
	x = ^((t25 ^ (t26 | e)) ^ (((e | t15) & t8) & f))
	y = ^t13
	z = t24
	return
}

func sbox2(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := e ^ d
	t2 := t1 ^ a
	t3 := (e & a) | d
	t4 := c ^ (t3 & b)
	t5 := t4 | f
	t6 := t2 ^ t5
	t7 := (t6 & f) ^ (t5 & a)
	t8 := b ^ (t7 & e)
	t9 := t6 ^ (t8 | c)
	t10 := ^c
	t11 := t10 | a
	t12 := ^t9
	t13 := (t8 ^ t11) ^ ((t3 ^ (t12 & b)) | f)
	t14 := t2 ^ t7
	t15 := (((t11 ^ t4) & f) ^ (t14 | b)) | e
	t16 := t13 ^ t15
	t17 := (t16 | f) ^ (t2 | d)
	t18 := (((a | f) ^ t10) ^ (t17 | b)) ^ ((t16 ^ ((t12 ^ t10) & a)) | e)
	t19 := t1 ^ t14
	t20 := (t19 | f) ^ t12
	w = t16
	x = ^t9
	y = (((t17 & t18) ^ t8) ^ (t19 | d)) ^ ((t20 ^ (((t15 ^ t20) & t13) | d)) | c)
	z = t18
	return
}

func sbox3(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := b ^ c
	t2 := t1 ^ f
	t3 := ^d
	t4 := t3 ^ c
	t5 := t4 | e
	t6 := t2 ^ t5
	t7 := (d | f) ^ e
	t8 := t7 ^ t5
	t9 := t7 ^ t3
	t10 := t8 ^ ((t9 & t2) & b)
	t11 := t6 ^ (t10 & a)
	t12 := t6 ^ t4
	t13 := t11 | c
	t14 := (t12 ^ (((t1 ^ t8) & f) & d)) ^ (((t13 | t12) ^ ((t13 | f) | e)) | a)
	t15 := t9 | f
	t16 := t15 & t1
	t17 := ((t2 ^ t3) ^ e) ^ (t16 | b)
	t18 := t11 & t15
	t19 := ((b | t15) ^ ((t18 ^ (t4 | b)) | d)) | a
	t20 := t17 ^ t19
	w = ^t20
	x = t14
	y = (((t16 | t6) ^ t20) ^ (((t10 ^ t18) & t1) | a)) ^ (((t20 & t14) ^ ((t19 & t17) | c)) & b)
	z = ^t11
	return
}

func sbox4(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := e ^ d
	t2 := (d & t1) ^ c
	t3 := t2 | b
	t4 := t1 ^ t3
	t5 := t2 | t4
	t6 := (t5 ^ b) ^ ((t3 ^ b) | d)
	t7 := t4 ^ (t6 | a)
	t8 := a & t4
	t9 := t8 ^ t2
	t10 := (t9 ^ ((t5 & a) | e)) ^ (t5 & b)
	t11 := t7 ^ (t10 & f)
	t12 := t10 ^ f
	t13 := (t6 ^ a) ^ (t7 & b)
	t14 := t13 ^ ((t9 | b) | e)
	t15 := ((t3 & t11) ^ ((t7 ^ t8) & d)) ^ (t13 | e)
	w = t12 ^ t11
	x = ^t11
	y = ^(t14 ^ (((t3 & t12) ^ t15) | f))
	z = ^(t14 ^ (t15 & f))
	return
}

func sbox5(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := f & c
	t2 := t1 | a
	t3 := f | d
	t4 := t3 ^ c
	t5 := (t3 | c) | a
	t6 := t4 ^ t5
	t7 := t6 & e
	t8 := (d ^ t2) ^ t7
	t9 := t4 ^ ((t8 & f) | a)
	t10 := t5 ^ (t9 | e)
	t11 := t8 ^ (t10 | b)
	t12 := (t7 | t9) ^ t11
	t13 := a | e
	t14 := t12 ^ t13
	t15 := t6 ^ a
	t16 := t10 ^ (t15 | d)
	t17 := (t14 ^ (((t10 & c) ^ f) & a)) ^ (t16 | b)
	t18 := t1 ^ t16
	t19 := t13 & t18
	t20 := t4 ^ t12
	t21 := ((t18 ^ t6) ^ ((t19 ^ t14) | a)) ^ (((t20 ^ t19) ^ (((t2 ^ c) & t20) | f)) | b)
	t22 := t21 | e
	t23 := (t15 | t22) ^ t21
	w = (((t11 ^ t17) ^ t22) ^ (t23 & a)) ^ (((t13 | t3) ^ t23) & b)
	x = t17
	y = ^t11
	z = t21
	return
}

func sbox6(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := (d ^ e) ^ a
	t2 := ^t1
	t3 := t2 | e
	t4 := b ^ t3
	t5 := t4 | c
	t6 := t1 ^ t5
	t7 := t5 ^ b
	t8 := t7 | a
	t9 := t8 & d
	t10 := t6 | t4
	t11 := t10 & a
	t12 := (d ^ t9) ^ ((t11 ^ c) | e)
	t13 := t6 ^ (t12 & f)
	t14 := ((t6 & d) ^ t1) ^ (((a & e) ^ t7) & c)
	t15 := t9 | a
	t16 := ((t2 ^ t11) & t13) & b
	t17 := t13 & t15
	t18 := (t8 ^ t15) & b
	t19 := (t16 | t18) ^ t2
	w = t13
	x = (t19 ^ (((t19 | t15) ^ b) & c)) ^ ((((t17 ^ t12) & a) ^ (t16 & d)) | f)
	y = ^(((t17 ^ t3) ^ (((t14 ^ t3) | e) & c)) ^ ((t10 ^ t18) & f))
	z = t14 ^ ((t15 ^ t16) & f)
	return
}

func sbox7(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := e ^ d
	t2 := t1 ^ a
	t3 := t2 & a
	t4 := t1 & d
	t5 := t3 ^ t4
	t6 := t5 & b
	t7 := t2 ^ t6
	t8 := a & f
	t9 := (t8 | t4) ^ (t8 | b)
	t10 := (t7 ^ (t6 | f)) ^ (t9 | c)
	t11 := a | t4
	t12 := (t3 ^ d) | b
	t13 := t11 ^ t12
	t14 := t13 | c
	t15 := (t7 ^ (t11 | b)) ^ t14
	t16 := c ^ t5
	t17 := f ^ t16
	t18 := (t17 | t13) | a
	t19 := t16 ^ t18
	t20 := t15 ^ (t19 & f)
	t21 := e ^ t17
	t22 := t19 ^ t10
	t23 := t15 ^ t19
	t24 := t23 & t21
	t25 := t14 | t9
	w = t20
	x = ^((((f ^ t12) ^ t23) ^ t25) ^ ((((t20 & t25) ^ t18) ^ ((t24 | t15) & c)) & d))
	y = (t21 ^ ((t22 & t20) | b)) ^ ((t24 ^ ((f | t22) & d)) | a)
	z = t10
	return
}

func sbox8(a, b, c, d, e, f uint64) (w, x, y, z uint64) {
	t1 := e ^ f
	t2 := (t1 & a) ^ e
	t3 := t2 & d
	t4 := t1 ^ t3
	t5 := t2 & e
	t6 := d ^ a
	t7 := t6 | t2
	t8 := a & t7
	t9 := t7 ^ (t8 | c)
	t10 := t9 | b
	t11 := (t4 ^ (t5 | c)) ^ t10
	t12 := (c ^ t8) ^ ((t10 ^ t6) & t5)
	t13 := (b ^ t4) | t9
	t14 := t5 ^ t11
	t15 := t14 & t6
	t16 := t13 ^ (t15 & c)
	t17 := t12 ^ (t16 & b)
	t18 := t14 | t2
	t19 := (t17 ^ t18) ^ (((t15 | d) ^ t16) | b)
	t20 := (((t12 ^ t6) ^ t3) ^ ((t18 ^ t14) | b)) ^ (t19 | f)
	t21 := t19 ^ t11
	w = ^t20
	x = ^t11
	y = t17
	z = ^(((t20 ^ t14) ^ (t17 | e)) ^ (((t21 | t6) ^ ((t21 | t13) | e)) | b))
	return
}
