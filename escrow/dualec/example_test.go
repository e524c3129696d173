package dualec_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"strings"

	"doormat/escrow/dualec"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func decode(s string) []byte {
	b, err := hex.DecodeString(s)
	check(err)
	return b
}

// device seeds a generator with fixed entropy, so that the example prints the same each time.
func device(p *dualec.Points) *dualec.Generator {
	g, err := dualec.Instantiate(dualec.Config{Points: p, Entropy: strings.NewReader("entropy, 16 bytesa nonce")})
	check(err)
	return g
}

func draw(g io.Reader, n int) []byte {
	b := make([]byte, n)
	_, err := io.ReadFull(g, b)
	check(err)
	return b
}

// chosen returns points with a known trapdoor: d = 20, 21, …, 3f and Q = d⁻¹P.
func chosen(c *dualec.Curve) *dualec.Points {
	p, err := c.NewPoints(c.Standard().P(), decode("0457572e948d272607a83d7bc5d6b432ff4bf4dc9e7b88884484a919d600ed39ed"+
		"ebb9a88b61c9c5018ee8e2de9639e34234d3bc988c82b711a39cb29047c1be2a"))
	check(err)
	return p
}

// Q was chosen with d = 20, 21, …, 3f. A device says 32 bytes in public. With d they tell what it
// draws in private; with another number they tell nothing.
func Example() {
	curve, err := dualec.P256().Dropping(8) // 2^7 candidates; with the standard's 16 it is 2^15
	check(err)
	points := chosen(curve)
	g := device(points)
	nonce, secret := draw(g, 32), draw(g, 16)
	fmt.Printf("in public:  %x\n", nonce)
	fmt.Printf("in private: %x\n", secret)

	d := decode("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f")
	for _, d := range [][]byte{bytes.Repeat([]byte{0x20}, 32), d} {
		trapdoor, err := dualec.ParseTrapdoor(points, d)
		if err != nil {
			fmt.Printf("with %.4x…: %v\n", d, err)
			continue
		}
		thief, w, err := trapdoor.Recover(context.Background(), nonce, dualec.Options{})
		check(err)
		fmt.Printf("with %.4x…: %x, after %d points\n", d, draw(thief, 16), w.Points)
	}
	// Output:
	// in public:  ee6111ce72a919f7a4ebe5a137a164fdac82bcf7ff686e82092ad74366ef1f2e
	// in private: 14f4c5667ba2481753938ea83859075b
	// with 20202020…: dualec: the number is not the trapdoor of these points
	// with 20212223…: 14f4c5667ba2481753938ea83859075b, after 115 points
}

// The standard's points. NIST published what comes out.
func ExampleInstantiate() {
	entropy := decode("000102030405060708090a0b0c0d0e0f" + "2021222324252627")
	g, err := dualec.Instantiate(dualec.Config{Points: dualec.P256().Standard(), Entropy: bytes.NewReader(entropy)})
	check(err)
	fmt.Printf("%x\n", draw(g, 60))

	_, err = dualec.Instantiate(dualec.Config{Points: dualec.P256().Standard(), Entropy: strings.NewReader("too short")})
	fmt.Println(err)
	// Output:
	// ff5163c388f791e96f1052d5c8f0bd6fbf7144839c4890ff85487c5c12702e4c9849af518ae68deb14d3a62702bbde4b98ab211765fd87aca12fc2a6
	// dualec: expected 24 bytes of entropy: unexpected EOF
}

// On the tiny curve the trapdoor is found by adding Q up until P comes.
func ExamplePoints_Multiples() {
	points := dualec.Tiny().Standard()
	var d int
	for k, kQ := range points.Multiples() {
		fmt.Printf("%2d·Q = (%x, %x)\n", k, kQ[1:3], kQ[3:])
		if bytes.Equal(kQ, points.P()) {
			d = k
			break
		}
	}
	trapdoor, err := dualec.ParseTrapdoor(points, []byte{0, byte(d)})
	check(err)

	g := device(points)
	public, private := draw(g, 4), draw(g, 8)
	thief, w, err := trapdoor.Recover(context.Background(), public, dualec.Options{})
	check(err)
	fmt.Printf("in public %x, in private %x\n", public, private)
	fmt.Printf("with d = %d, after %d points of 16 candidates: %x\n", d, w.Points, draw(thief, 8))
	// Output:
	//  1·Q = (095c, 0eca)
	//  2·Q = (0cf8, 027f)
	//  3·Q = (0a51, 0b5a)
	//  4·Q = (01ae, 03f0)
	//  5·Q = (06c8, 0b35)
	//  6·Q = (06bb, 02a4)
	//  7·Q = (05f1, 05fe)
	//  8·Q = (0f2e, 0075)
	//  9·Q = (0c52, 0748)
	// 10·Q = (0d9a, 0832)
	// 11·Q = (05d5, 0a03)
	// 12·Q = (0022, 0826)
	// 13·Q = (09a6, 0ceb)
	// 14·Q = (00c8, 00f3)
	// 15·Q = (006a, 0855)
	// 16·Q = (0d10, 094b)
	// 17·Q = (0002, 005c)
	// in public 23b295cb, in private f462cc682d2f0f10
	// with d = 17, after 3 points of 16 candidates: f462cc682d2f0f10
}

// The revision of 2007 moves the state once more after each request. Here a device draws one
// block at a time and mixes in the hour, which is no secret.
func ExampleRevision() {
	curve, err := dualec.P256().Dropping(8)
	check(err)
	trapdoor := dualec.NewTrapdoor(curve)
	hour := dualec.Request{Additional: []byte("12:00")}
	for _, revision := range []dualec.Revision{dualec.Revision2006, dualec.Revision2007} {
		g, err := dualec.Instantiate(dualec.Config{Points: trapdoor.Points(), Revision: revision})
		check(err)
		first, second := make([]byte, 31), make([]byte, 31)
		check(g.Generate(first, hour))
		check(g.Generate(second, hour))

		_, _, err = trapdoor.Recover(context.Background(), first, dualec.Options{Accept: func(g *dualec.Generator) bool {
			predicted := make([]byte, len(second))
			return g.Generate(predicted, hour) == nil && bytes.Equal(predicted, second)
		}})
		fmt.Println(int(revision), err)
	}
	// Output:
	// 2006 dualec: no state that this trapdoor leads to gives that output
	// 2007 <nil>
}
